//! Places of the view: screens, the things that stand on them, and where a jump leads.

use std::ops::{Index, IndexMut, Range};

use crate::{diagnostics::Evidence, mapi::PropTag};

use super::row::Row;

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Screen {
    /// Who and what, verdict, queues, charts.
    Overview,
    /// What was found.
    Findings,
    /// All queue items in one table.
    Messages,
    /// The values of the service key.
    Registry,
    /// The MAPI profiles.
    Profile,
    /// The connector's object of the directory export.
    Gateway,
    /// The files on disk against the packing list.
    Files,
    /// The catalogue with its outcomes.
    Rules,
    /// Files of IMCCOPY and the migration tools.
    Siblings,
    /// The file that was opened last.
    File,
}

impl Screen {
    /// All screens in the order of their keys.
    pub const ALL: [Self; 10] = [
        Self::Overview,
        Self::Findings,
        Self::Messages,
        Self::Registry,
        Self::Profile,
        Self::Gateway,
        Self::Files,
        Self::Rules,
        Self::Siblings,
        Self::File,
    ];

    /// Returns the position among all screens.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// Returns the name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Findings => "Findings",
            Self::Messages => "Messages",
            Self::Registry => "Registry",
            Self::Profile => "Profile",
            Self::Gateway => "Gateway",
            Self::Files => "Files",
            Self::Rules => "Rules",
            Self::Siblings => "Siblings",
            Self::File => "File",
        }
    }

    /// Returns the name where there is little room.
    #[must_use]
    pub fn short_name(self) -> &'static str {
        match self {
            Self::Overview => "Over",
            Self::Findings => "Find",
            Self::Messages => "Msgs",
            Self::Registry => "Reg",
            Self::Profile => "Prof",
            Self::Gateway => "Gate",
            Self::Siblings => "Sibl",
            other => other.name(),
        }
    }

    /// Returns the key that leads there.
    #[must_use]
    pub fn key(self) -> &'static str {
        const KEYS: [&str; 10] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];
        KEYS.get(self.index()).copied().unwrap_or("1")
    }
}

/// One thing for each screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PerScreen<T>([T; Screen::ALL.len()]);

#[expect(clippy::indexing_slicing, reason = "there is one for each screen")]
impl<T> Index<Screen> for PerScreen<T> {
    type Output = T;

    fn index(&self, screen: Screen) -> &T {
        &self.0[screen as usize]
    }
}

#[expect(clippy::indexing_slicing, reason = "there is one for each screen")]
impl<T> IndexMut<Screen> for PerScreen<T> {
    fn index_mut(&mut self, screen: Screen) -> &mut T {
        &mut self.0[screen as usize]
    }
}

/// A tab of an opened file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tab {
    /// The facts.
    Summary,
    /// The recipient table.
    Recipients,
    /// Every property.
    Properties,
    /// The Internet headers and the path of the message.
    Headers,
    /// The texts.
    Body,
    /// The attachments.
    Attachments,
    /// What was found here.
    Findings,
    /// Every byte.
    Hex,
}

impl Tab {
    /// Returns the name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Recipients => "Recipients",
            Self::Properties => "Properties",
            Self::Headers => "Headers",
            Self::Body => "Body",
            Self::Attachments => "Attachments",
            Self::Findings => "Findings",
            Self::Hex => "Hex",
        }
    }
}

/// Something that stands on a list; rows are made of it when they are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A row that is ready.
    Row(Box<Row>),
    /// A finding by its index.
    Finding(usize),
    /// A message by its index among the rows of the table.
    Message(usize),
    /// A key of the service by its index.
    Key(usize),
    /// A value of the service by its index.
    Value(usize),
    /// A profile.
    Profile(usize),
    /// A section of a profile.
    Section(usize, usize),
    /// A property of a section of a profile.
    Property(usize, usize, usize),
    /// An attribute of the connector's object.
    Attribute(usize),
    /// A file by its index.
    File(usize),
    /// A file that the packing list names and that is missing, by its index there.
    Missing(usize),
    /// A rule by its index among the outcomes.
    Rule(usize),
    /// A message of the opened file.
    Node(usize),
    /// A field of the opened file's bytes.
    Field(usize),
}

/// Where in an opened file to go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spot {
    /// Which message of the file, in words; it may name a part of it, such as `mail, recipient 2`.
    pub object: Option<String>,
    /// Which tab.
    pub tab: Option<Tab>,
    /// A property to select.
    pub tag: Option<PropTag>,
    /// A header field to select.
    pub header: Option<String>,
    /// A line of a text to select.
    pub line: Option<usize>,
    /// Bytes to select.
    pub span: Option<Range<u64>>,
}

/// Where a jump leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To a screen.
    Screen(Screen),
    /// To something that stands on a screen.
    Item(Screen, Box<Item>),
    /// To what passes a filter on a screen.
    Filtered(Screen, Box<str>),
    /// To the place of a proof.
    Evidence(Box<Evidence>),
    /// Into a file of the Backup.
    File(Box<str>, Box<Spot>),
    /// Opens the file and selects one of its messages, on the same screen.
    Node(usize, Tab),
}
