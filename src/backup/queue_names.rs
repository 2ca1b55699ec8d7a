//! Which queue a folder of a Backup holds, by its name (Q195804 names the items; the folder names but Mtsin and Mtsout are assumed).

use std::fmt;

/// A queue of the Internet Mail Connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueKind {
    /// Inbound: converted, waiting for delivery.
    MtsIn,
    /// Outbound: left the MTA, not yet converted.
    MtsOut,
    /// Outbound messages that the connector gave up.
    Bad,
    /// Inbound messages whose conversion failed.
    ContentConversionFailed,
    /// Messages in progress.
    Work,
}

impl QueueKind {
    /// Every queue, in the order of IMCSAVE's items.
    pub const ALL: [Self; 5] = [Self::MtsIn, Self::MtsOut, Self::Bad, Self::ContentConversionFailed, Self::Work];

    /// Returns the place of the queue in reports: MTS-OUT, MTS-IN, BAD, ContentConversionFailed, Work.
    #[must_use]
    pub fn report_order(self) -> u8 {
        match self {
            Self::MtsOut => 0,
            Self::MtsIn => 1,
            Self::Bad => 2,
            Self::ContentConversionFailed => 3,
            Self::Work => 4,
        }
    }

    /// Returns the queue of a folder directly below the Backup: by the begin of its name, letter case free, 8.3 names included.
    #[must_use]
    pub fn of_folder(name: &str) -> Option<Self> {
        let begins = |word: &str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        match () {
            () if begins("mtsi") => Some(Self::MtsIn),
            () if begins("mtso") => Some(Self::MtsOut),
            () if begins("bad") => Some(Self::Bad),
            () if begins("con") || begins("ccf") => Some(Self::ContentConversionFailed),
            () if begins("work") => Some(Self::Work),
            () => None,
        }
    }

    /// Returns the queue of an item as `IMCSAVE -save` takes it: any part of the word from its shortest spelling on.
    #[must_use]
    pub fn of_item(name: &str) -> Option<Self> {
        let compact: String = name.chars().filter(|c| !matches!(c, '-' | ' ' | '_')).map(|c| c.to_ascii_lowercase()).take(32).collect();
        let item = Self::ALL.into_iter().find(|kind| {
            let (word, shortest) = kind.item();
            compact.len() >= shortest && word.starts_with(&compact)
        });
        item.or_else(|| Self::of_folder(name).filter(|_| is_short_name(&compact) || compact == "ccf"))
    }

    /// Returns whether a folder name is one that IMCSAVE itself, or an 8.3 copy, would give.
    #[must_use]
    pub fn is_regular_folder(name: &str) -> bool {
        let folded = name.to_ascii_lowercase();
        matches!(folded.as_str(), "mtsin" | "mtsout" | "bad" | "work" | "contentconversionfailed" | "con" | "ccf" | "contentc")
            || folded.strip_prefix("conten~").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// Returns the name that people know the queue by.
    #[must_use]
    pub fn display_name(self) -> &'static str {
        match self {
            Self::MtsIn => "MTS-IN",
            Self::MtsOut => "MTS-OUT",
            Self::Bad => "BAD",
            Self::ContentConversionFailed => "ContentConversionFailed",
            Self::Work => "Work",
        }
    }

    /// Returns the name of the folder that IMCSAVE makes.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::MtsIn => "Mtsin",
            Self::MtsOut => "Mtsout",
            Self::Bad => "Bad",
            Self::ContentConversionFailed => "ContentConversionFailed",
            Self::Work => "Work",
        }
    }

    /// The item's word and the length of its shortest spelling (Q195804).
    fn item(self) -> (&'static str, usize) {
        match self {
            Self::MtsIn => ("mtsin", 4),
            Self::MtsOut => ("mtsout", 4),
            Self::Bad => ("bad", 3),
            Self::ContentConversionFailed => ("contentconversionfailed", 3),
            Self::Work => ("work", 4),
        }
    }
}

impl fmt::Display for QueueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.display_name())
    }
}

fn is_short_name(name: &str) -> bool {
    name.split_once('~').is_some_and(|(stem, rest)| !stem.is_empty() && rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_known_by_the_begin_of_their_name() {
        let check = |name, kind| assert_eq!(QueueKind::of_folder(name), kind, "{name}");
        check("MTSOUT", Some(QueueKind::MtsOut));
        check("mtsin.old", Some(QueueKind::MtsIn));
        check("BAD", Some(QueueKind::Bad));
        check("CONTEN~1", Some(QueueKind::ContentConversionFailed));
        check("ccf", Some(QueueKind::ContentConversionFailed));
        check("Work", Some(QueueKind::Work));
        check("Mts", None);
        check("Dumps", None);
        check("wö", None);
    }

    #[test]
    fn items_are_known_from_their_shortest_spelling_on() {
        let check = |name, kind| assert_eq!(QueueKind::of_item(name), kind, "{name}");
        check("MTSOut", Some(QueueKind::MtsOut));
        check("MTS-IN", Some(QueueKind::MtsIn));
        check("mtso", Some(QueueKind::MtsOut));
        check("Content", Some(QueueKind::ContentConversionFailed));
        check("CONTEN~1", Some(QueueKind::ContentConversionFailed));
        check("CCF", Some(QueueKind::ContentConversionFailed));
        check("Config", None);
        check("Contents", None);
        check("Workgroup", None);
        check("mts", None);
        check("Backup", None);
    }

    #[test]
    fn irregular_folders_are_told_apart() {
        assert!(QueueKind::is_regular_folder("MTSOUT") && QueueKind::is_regular_folder("CONTEN~12") && QueueKind::is_regular_folder("Con"));
        assert!(!QueueKind::is_regular_folder("Mtsout.old") && !QueueKind::is_regular_folder("conten~") && !QueueKind::is_regular_folder("Contacts"));
    }
}
