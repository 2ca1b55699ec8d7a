//! Files of the Migration Wizard as far as their flaws are documented: user lists (Q150438), packing lists and directory sections (Q156063),
//! accounts files (Q198957). Deliberately absent: the layout behind the first line of a packing list and within the sections.

use super::{
    LineEnds, MigrationKind,
    detect::code_page_in,
    fields::{self, locate},
    list::line_ends,
    log::is_blank,
    wizard_control::{self, WizardControl},
};
use crate::{
    base::{AnomalyList, Decoded, Limits, Line, TextFile},
    formats::ini::{LinePlaces, Located, Place},
};

/// A file of the Migration Wizard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WizardFile {
    /// The users that are to be migrated.
    UserList(WizardUserList),
    /// What a migration consists of.
    PackingList(WizardPackingList),
    /// A primary file.
    Section(WizardSection),
    /// A control file of the batch mode.
    Control(WizardControl),
    /// Accounts, one a line.
    Accounts(WizardAccounts),
}

/// A user list: a table with column names in its first line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WizardUserList {
    /// Column names.
    pub columns: Vec<Located>,
    /// The cells of each row, in the order of the columns; a short row has fewer.
    pub rows: Vec<Vec<Located>>,
}

/// A packing list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WizardPackingList {
    /// The first line.
    pub first: Located,
    /// The code page that it names.
    pub code_page: Option<u32>,
    /// The names of files that the other lines hold, in lower case.
    pub files: Vec<String>,
}

/// A primary file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WizardSection {
    /// Whether it is a directory section: its name or its column names say so.
    pub is_directory: bool,
    /// Every line that is not blank.
    pub lines: Vec<Located>,
    /// Backslashes that begin no known escape, each with the character behind it.
    pub odd_escapes: Vec<Located>,
}

/// An accounts file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WizardAccounts {
    /// Every line that is not blank.
    pub names: usize,
    /// How the lines end.
    pub line_ends: LineEnds,
}

impl WizardUserList {
    /// Returns the cells of a column with their rows' numbers, top to bottom; rows that end before it have none.
    pub fn cells(&self, column: &str) -> impl Iterator<Item = &Located> {
        let index = self.columns.iter().position(|name| name.value.trim().eq_ignore_ascii_case(column));
        self.rows.iter().filter_map(move |row| row.get(index?))
    }
}

/// Reads a file of the wizard whose kind [`super::detect`] found; none for other kinds.
#[must_use]
pub fn parse_wizard(kind: MigrationKind, path: &str, (bytes, limits): (&[u8], &Limits)) -> Option<Decoded<WizardFile>> {
    let file = TextFile::decode(bytes);
    let mut anomalies = AnomalyList::new(limits);
    let lines: Vec<Line<'_>> = file.lines().filter(|line| !is_blank(line.text)).take(limits.entries).collect();
    if let Some(line) = file.lines().filter(|line| !is_blank(line.text)).nth(limits.entries) {
        anomalies.add(line.offset, "too-many-entries", || format!("only the first {} lines are read", limits.entries));
    }
    let value = match kind {
        MigrationKind::WizardUserList => WizardFile::UserList(user_list(&file, &lines)),
        MigrationKind::WizardPackingList => WizardFile::PackingList(packing_list(&file, &lines)),
        MigrationKind::WizardSection => WizardFile::Section(section(&file, &lines, path)),
        MigrationKind::WizardControl => WizardFile::Control(wizard_control::read(&file, &lines)),
        MigrationKind::WizardAccounts => WizardFile::Accounts(accounts(&file)),
        MigrationKind::List | MigrationKind::Log => return None,
    };
    Some(Decoded { value, anomalies: anomalies.finish() })
}

/// Reads a file with one name per line, whatever its name.
#[must_use]
pub fn accounts(file: &TextFile) -> WizardAccounts {
    WizardAccounts { names: file.lines().filter(|line| !is_blank(line.text)).count(), line_ends: line_ends(file) }
}

fn user_list(file: &TextFile, lines: &[Line<'_>]) -> WizardUserList {
    let cells = |line: &Line<'_>| {
        let mut places = LinePlaces::new(file, *line);
        fields::quoted(line.text).into_iter().map(|field| Located { value: field.text.to_owned(), place: places.of(field.text) }).collect()
    };
    let mut rows = lines.iter().map(cells);
    WizardUserList { columns: rows.next().unwrap_or_default(), rows: rows.collect() }
}

fn packing_list(file: &TextFile, lines: &[Line<'_>]) -> WizardPackingList {
    let Some((first, rest)) = lines.split_first() else { return WizardPackingList::default() };
    let is_file = |word: &&str| word.len() > 4 && (word.to_ascii_lowercase().ends_with(".pri") || word.to_ascii_lowercase().ends_with(".sec"));
    let words = rest.iter().flat_map(|line| line.text.split([',', ' ', '\t', '"', '\\', '/', ';', '=']));
    WizardPackingList {
        first: locate(file, *first, first.text),
        code_page: code_page_in(first.text),
        files: words.filter(is_file).map(str::to_ascii_lowercase).collect(),
    }
}

fn section(file: &TextFile, lines: &[Line<'_>], path: &str) -> WizardSection {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    let has_columns = lines.iter().take(8).any(|line| {
        let mut columns = line.text.split(',').map(|column| column.trim().trim_matches('"'));
        columns.any(|column| ["obj-class", "common-name", "directory name"].iter().any(|known| column.eq_ignore_ascii_case(known)))
    });
    WizardSection {
        is_directory: name.starts_with("directory") || has_columns,
        lines: lines.iter().map(|line| locate(file, *line, line.text)).collect(),
        odd_escapes: lines.iter().flat_map(|line| odd_escapes(file, *line)).collect(),
    }
}

/// Reads a line in pairs from the left: `\\`, `\r` and `\n` are escapes, every other backslash is none.
fn odd_escapes(file: &TextFile, line: Line<'_>) -> Vec<Located> {
    let mut found = Vec::new();
    let mut places = LinePlaces::new(file, line);
    let mut rest = line.text;
    while let Some((_, behind)) = rest.split_once('\\') {
        let next = behind.chars().next();
        let width = next.map_or(0, char::len_utf8);
        if !matches!(next, Some('\\' | 'r' | 'n')) {
            let at = rest.len() - behind.len() - 1;
            let pair = rest.get(at..at + 1 + width).unwrap_or_default();
            found.push(Located { value: pair.to_owned(), place: places.of(pair) });
        }
        rest = behind.get(width..).unwrap_or_default();
    }
    found
}

impl WizardFile {
    /// Returns what the file is, in words.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::UserList(_) => "wizard user list",
            Self::PackingList(_) => "wizard packing list",
            Self::Section(_) => "wizard primary file",
            Self::Control(_) => "wizard control file",
            Self::Accounts(_) => "wizard accounts file",
        }
    }

    /// Returns the number of users, files, lines, settings or names in it.
    #[must_use]
    pub fn entries(&self) -> usize {
        match self {
            Self::UserList(list) => list.rows.len(),
            Self::PackingList(list) => list.files.len(),
            Self::Section(section) => section.lines.len(),
            Self::Control(control) => control.settings.len(),
            Self::Accounts(accounts) => accounts.names,
        }
    }

    /// Returns the parts of the file that were told apart, with what they are.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, Place)> {
        let mut parts: Vec<(&'static str, Place)> = Vec::new();
        match self {
            Self::UserList(list) => {
                parts.extend(list.columns.iter().map(|column| ("column name", column.place)));
                parts.extend(list.rows.iter().flatten().map(|cell| ("cell", cell.place)));
            }
            Self::PackingList(list) => parts.push(("code page", list.first.place)),
            Self::Section(section) => parts.extend(section.odd_escapes.iter().map(|escape| ("backslash", escape.place))),
            Self::Control(control) => {
                for setting in &control.settings {
                    parts.push(("keyword", setting.keyword.place));
                    parts.extend(setting.value.iter().map(|value| ("value", value.place)));
                }
            }
            Self::Accounts(_) => {}
        }
        parts.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(kind: MigrationKind, path: &str, text: &str) -> WizardFile {
        parse_wizard(kind, path, (text.as_bytes(), &Limits::default())).unwrap().value
    }

    #[test]
    fn a_user_list_has_cells_by_column() {
        let text = "SFS_UserName,MigrateUser,Home-Server\r\nann,Y,~SERVER\r\n\"Ray, Bob\",N,SRV1\r\ncarl\r\n";
        let WizardFile::UserList(list) = read(MigrationKind::WizardUserList, "users.csv", text) else { unreachable!() };
        let cells: Vec<_> = list.cells("HOME-SERVER").map(|cell| (cell.place.line, cell.value.as_str())).collect();
        assert_eq!(cells, [(2, "~SERVER"), (3, "SRV1")]);
        assert_eq!(list.cells("Mode").count(), 0);
        assert!(list.rows.iter().flatten().all(|cell| cell.place.bytes(text.as_bytes()) == Some(cell.value.as_bytes())));
    }

    #[test]
    fn a_packing_list_names_code_page_and_files() {
        let WizardFile::PackingList(list) = read(MigrationKind::WizardPackingList, "x.pkl", "437\r\nDirectory.PRI,1,2\r\n\"m\\MAIL1.sec\"\r\n")
        else {
            unreachable!()
        };
        assert_eq!((list.code_page, list.files), (Some(437), vec!["directory.pri".to_owned(), "mail1.sec".to_owned()]));
    }

    #[test]
    fn backslashes_are_read_in_pairs() {
        let text = "Obj-Class,Display-Name\r\nMailbox,Sales\\Ann\r\nMailbox,Sales\\\\Ann\\r\\n\r\nä\\\\\\é\\\r\n";
        let WizardFile::Section(section) = read(MigrationKind::WizardSection, "A.PRI", text) else { unreachable!() };
        let odd: Vec<_> = section.odd_escapes.iter().map(|pair| (pair.place.line, pair.value.as_str())).collect();
        assert_eq!(odd, [(2, "\\A"), (4, "\\é"), (4, "\\")]);
        assert!(section.is_directory);
        assert!(section.odd_escapes.iter().all(|pair| pair.place.bytes(text.as_bytes()) == Some(pair.value.as_bytes())));
    }

    #[test]
    fn line_ends_of_accounts_are_counted() {
        let WizardFile::Accounts(accounts) = read(MigrationKind::WizardAccounts, "accounts.txt", "ann\r\nbob\ncarl\n") else { unreachable!() };
        assert_eq!((accounts.names, accounts.line_ends.lf, accounts.line_ends.first_odd.map(|line| line.place.line)), (3, 2, Some(2)));
    }

    #[test]
    fn any_prefix_and_any_flipped_byte_is_read() {
        let sample = b"SFS_UserName,\"a,b\",MigrateUser\r\nMode,x\\y\r\n437\r\nann,\"b";
        let kinds = [
            MigrationKind::WizardUserList,
            MigrationKind::WizardControl,
            MigrationKind::WizardPackingList,
            MigrationKind::WizardSection,
            MigrationKind::WizardAccounts,
        ];
        for kind in kinds {
            for end in 0..=sample.len() {
                let _ = parse_wizard(kind, "x", (&sample[..end], &Limits::default()));
            }
            for index in 0..sample.len() {
                for bit in 0..8 {
                    let mut changed = sample.to_vec();
                    changed[index] ^= 1 << bit;
                    let _ = parse_wizard(kind, "x", (&changed, &Limits::default()));
                }
            }
        }
    }
}
