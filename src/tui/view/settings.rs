//! What Registry, Profile and Gateway have in common: rows of a setting with the mark of what is odd about it, its data, its default and its
//! meaning, below column names.

use crate::tui::row::{Row, Tone};

/// What is odd about a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Oddity {
    /// No table knows it.
    Unknown,
    /// It is of another type than documented.
    WrongType,
    /// It differs from the default.
    Differs,
}

/// The marks with their meaning, for the help.
pub(crate) const MARKS: [(&str, &str); 6] = [
    ("!", "a finding, damage or a deviation belongs to the row"),
    (">", "the selected row"),
    ("*", "a row that m marked"),
    ("~", "a setting that differs from its default"),
    ("T", "a setting of another type than documented"),
    ("?", "a setting that no article knows"),
];

/// One setting as its row shows it.
pub(super) struct Setting<'a> {
    pub(super) name: &'a str,
    pub(super) is_known: bool,
    pub(super) data: &'a str,
    pub(super) default: &'a str,
    /// What is said instead of the meaning, when something is wrong.
    pub(super) remark: Option<String>,
    pub(super) meaning: &'a str,
    pub(super) oddity: Option<Oddity>,
}

impl Oddity {
    fn mark(self) -> &'static str {
        match self {
            Self::Unknown => "?",
            Self::WrongType => "T",
            Self::Differs => "~",
        }
    }
}

/// Columns from which on default and meaning have columns of their own.
const ROOMY: usize = 60;

/// Returns the widths of name, data and default in a table of this width; the meaning has the rest.
fn widths(width: usize) -> [usize; 3] {
    [(width * 3 / 11).clamp(10, 36), (width * 3 / 10).clamp(8, 60), (width / 8).clamp(7, 26)]
}

/// Returns the names of the columns.
pub(super) fn header(first: &str, width: usize) -> Row {
    let [named, data, default] = widths(width);
    let row = Row::new().cell(Tone::Strong, "", 1);
    if width < ROOMY {
        return row.cell(Tone::Strong, first, width * 2 / 5).with(Tone::Strong, "Data");
    }
    let row = row.cell(Tone::Strong, first, named).cell(Tone::Strong, "Data", data);
    row.cell(Tone::Strong, "Default", default).with(Tone::Strong, "Meaning")
}

/// Returns the row of a setting.
pub(super) fn row(setting: &Setting<'_>, width: usize) -> Row {
    let Setting { name, is_known, data, default, remark, meaning, oddity } = setting;
    let [named, wide, narrow] = widths(width);
    let tone = match oddity {
        Some(Oddity::WrongType) => Tone::Damage,
        Some(_) => Tone::Changed,
        None => Tone::Plain,
    };
    let row = Row::new().cell(tone, oddity.map_or("", Oddity::mark), 1).flag(oddity.is_some());
    let name_tone = if *is_known { Tone::Strong } else { Tone::Dim };
    let data = data.replace(['\n', '\r'], " ");
    if width < ROOMY {
        let said = remark.clone().or_else(|| (*oddity == Some(Oddity::Differs)).then(|| format!("default {default}"))).unwrap_or_default();
        return row.cell(name_tone, name, width * 2 / 5).with(tone, data).with(Tone::Dim, format!("  {said}"));
    }
    let row = row.cell(name_tone, name, named).cell(tone, data, wide).cell(Tone::Dim, default, narrow);
    let row = match remark {
        Some(remark) => row.with(tone, format!("{remark}. ")),
        None => row,
    };
    row.with(Tone::Dim, *meaning)
}
