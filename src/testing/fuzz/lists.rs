//! Text files of lines and cells: directory exports, packing lists, ini files of any dialect, IMCCOPY's and MIGRATE's files.

use crate::{
    backup::Listing,
    base::{Limits, TextFile},
    formats::{
        dapi_csv::{self, SecondOpinion},
        imccopy,
        ini::{Agreement, IniFile, IniKind, Located, Place, second_opinion},
        migrate::{self, LogLine, MigrationKind, parse_list, parse_log, parse_wizard},
        packing_list::{self, ListedPath},
    },
};

use super::check;

/// A directory export: rows and fields lie in their places one behind the other, raw text is what stands there, and the strict reader
/// agrees wherever it can be asked.
pub(super) fn dapi_csv(bytes: &[u8]) {
    let limits = Limits::default();
    let found = check::decoded(bytes.len(), || dapi_csv::parse(bytes, &limits));
    assert!(!matches!(found.second_opinion, SecondOpinion::Disagrees { .. }), "two readers of RFC 4180 differ: {:?}", found.second_opinion);
    let mut end = 0;
    for column in &found.header {
        check::place(column.offset, column.length, bytes.len());
        assert!(column.offset >= end, "a column begins before {end}");
        end = column.offset + column.length;
    }
    for row in &found.rows {
        check::place(row.offset, row.length, bytes.len());
        assert!(row.lines > 0, "a row without lines");
        let mut end = row.offset;
        for field in &row.fields {
            check::place(field.offset, field.length, bytes.len());
            assert!(field.offset >= end && field.offset + field.length <= row.offset + row.length, "a field lies outside of its row");
            end = field.offset + field.length;
        }
    }
    assert!(found.rows.is_sorted_by(|a, b| a.offset + a.length <= b.offset), "rows overlap");
}

/// An ini file: every line that is not blank is an item at its place, and the second reader finds the same.
pub(super) fn ini(bytes: &[u8]) {
    let limits = Limits::default();
    let found = check::decoded(bytes.len(), || IniFile::parse(bytes, &limits));
    // The end mark of old editors is as good as a blank.
    let is_blank = |text: &str| text.trim_end_matches('\u{1a}').trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty();
    let lines = found.text.lines().filter(|line| !is_blank(line.text)).count();
    assert_eq!(found.items.len(), lines, "lines that are not blank, and items");
    for item in &found.items {
        place(item.place, bytes.len());
        assert_eq!(found.value(item).is_some(), item.kind == IniKind::Pair);
    }
    if let Agreement::Differs { line, ours, theirs } = second_opinion(&found) {
        let text = &found.text.text;
        assert!(text.contains('\0') || text.chars().any(char::is_control), "line {line:?}: {ours:?} against {theirs:?}");
    }
    text_file(bytes);
}

/// Lines and their places: they lie one behind the other, and lead back to the line.
fn text_file(bytes: &[u8]) {
    let file = TextFile::decode(bytes);
    let mut end = 0;
    for line in file.lines() {
        assert!(line.offset >= end && line.offset <= bytes.len() as u64, "line {} at {}", line.number, line.offset);
        end = line.offset + file.length_from(line.offset, line.text);
        assert!(end <= bytes.len() as u64, "line {} ends at {end} of {}", line.number, bytes.len());
        let found = file.line_of(line.start);
        assert_eq!(found.map(|found| found.number), Some(line.number), "a line is not found again");
    }
}

/// A packing list of any dialect.
pub(super) fn packing_list(bytes: &[u8]) {
    let limits = Limits::default();
    let found = check::decoded(bytes.len(), || packing_list::parse(bytes, &Listing::new(&[]), &limits));
    for entry in &found.entries {
        place(entry.place, bytes.len());
        entry.size.iter().for_each(|size| place(size.place, bytes.len()));
        assert!(!entry.path.contains('\\'), "a path keeps a backslash: {:?}", entry.path);
        let path = ListedPath::parse(&entry.written).joined();
        assert!(entry.escapes.is_some() || path.split('/').all(|part| part != ".."), "a path climbs unnoticed: {path:?}");
    }
    let counts = found.stated_counts.iter().map(|count| count.place).chain(found.delete_marks.iter().map(|mark| mark.place));
    counts.chain(found.absolute_prefixes.iter().map(|prefix| prefix.place)).for_each(|found| place(found, bytes.len()));
}

/// IMCCOPY's files.
pub(super) fn imccopy(bytes: &[u8]) {
    let limits = Limits::default();
    let found = check::decoded(bytes.len(), || imccopy::parse(bytes, &limits));
    for format in &found.formats {
        place(format.place, bytes.len());
        format.fields.iter().for_each(|field| located(field, bytes));
        assert_eq!(format.fields.first().map_or("", |field| field.value.as_str()), format.domain());
        let _ = (format.flags().map(|flags| (flags.conflicts(), flags.names().count())), format.size_limit(), format.wrap_column());
    }
    for route in &found.routes {
        located(&route.text, bytes);
        route.fields.iter().for_each(|field| located(field, bytes));
        let _ = (route.host(), route.number());
    }
    found.unknown.iter().for_each(|item| located(&item.value, bytes));
    found.stray_lines.iter().for_each(|line| located(&line.text, bytes));
    let _ = imccopy::is_imccopy(&IniFile::parse(bytes, &limits).value);
}

/// Kinds of files of the Migration Wizard.
const WIZARD: [MigrationKind; 5] = [
    MigrationKind::WizardUserList,
    MigrationKind::WizardPackingList,
    MigrationKind::WizardSection,
    MigrationKind::WizardControl,
    MigrationKind::WizardAccounts,
];

/// MIGRATE's lists and logs and the Migration Wizard's files, each read as each.
pub(super) fn migration(bytes: &[u8]) {
    let limits = Limits::default();
    let list = check::decoded(bytes.len(), || parse_list(bytes, &limits));
    for row in &list.rows {
        place(row.place, bytes.len());
        for field in [&row.name, &row.alias, &row.source, &row.destination, &row.raw] {
            located(field, bytes);
        }
    }
    list.result_lines.iter().for_each(|line| log_line(line, bytes));
    list.unread.iter().for_each(|line| located(&line.text, bytes));
    let log = check::decoded(bytes.len(), || parse_log(bytes, &limits));
    log.lines.iter().for_each(|line| log_line(line, bytes));
    log.unread.iter().for_each(|line| located(&line.text, bytes));
    for kind in WIZARD {
        if let Some(file) = parse_wizard(kind, "Org.pri", (bytes, &limits)) {
            check::anomalies(&file.anomalies, bytes.len());
            file.value.parts().for_each(|(_, found)| place(found, bytes.len()));
        }
    }
    let text = TextFile::decode(bytes);
    for name in ["list.csv", "migrate.log", "users.pkl", "dir.pri", "accounts.txt"] {
        let _ = migrate::detect(&text, name);
    }
}

fn log_line(line: &LogLine, bytes: &[u8]) {
    place(line.place, bytes.len());
    for field in [&line.name, &line.alias, &line.source, &line.destination, &line.message, &line.time_text, &line.entry] {
        located(field, bytes);
    }
}

fn place(place: Place, size: usize) {
    check::place(place.offset, place.length, size);
}

/// A piece of text stands where it says, as far as the file is plain ASCII.
fn located(found: &Located, bytes: &[u8]) {
    place(found.place, bytes.len());
    let stands = found.place.bytes(bytes).unwrap_or_default();
    let is_plain = bytes.is_ascii() && !bytes.contains(&0) && !stands.is_empty();
    assert!(!is_plain || stands.len() >= found.value.len(), "{:?} stands at {:?}", found.value, found.place);
}
