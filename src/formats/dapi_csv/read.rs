//! The file from top to bottom: header, records, values, dialect, the strict reader's word.

use crate::base::{AnomalyList, Decoded, Limits, Line, TextFile};

use super::{
    Column, Dialect, DirectoryExport, Field, Quoting, Row, SecondOpinion,
    quotes::VALUE_SEPARATORS,
    second_opinion, sniff,
    split::{Record, Rules, Token, split},
    values,
};

/// Fields and values that are kept per entry that the limits allow; an object has some three hundred attributes at most.
const CELLS_PER_ENTRY: usize = 4;

/// Columns that hold account names keep a single backslash (Q191608).
const ACCOUNT_COLUMNS: [&str; 5] = ["Primary Windows NT Account", "Assoc-NT-Account", "Obj-Admins", "Obj-Perm-Admins", "Obj-Users"];

/// Decodes a directory export.
#[must_use]
pub fn parse(bytes: &[u8], limits: &Limits) -> Decoded<DirectoryExport> {
    let room = usize::try_from(limits.file_bytes).unwrap_or(usize::MAX);
    let file = TextFile::decode(bytes.get(..room).unwrap_or(bytes));
    let mut reading = Reading { file: &file, log: AnomalyList::new(limits), cells: limits.entries.saturating_mul(CELLS_PER_ENTRY), strict: true };
    if bytes.len() > room {
        reading.log.add(limits.file_bytes, "file-too-long", || format!("{} bytes are not read", bytes.len() - room));
    }
    if file.lossy {
        reading.log.add(0, "lossy-text", || format!("bytes that do not exist in {:?} became replacement characters", file.encoding));
    }
    let export = reading.export(limits);
    Decoded { value: export, anomalies: reading.log.finish() }
}

struct Reading<'a> {
    file: &'a TextFile,
    log: AnomalyList,
    /// Fields and values that may still be kept.
    cells: usize,
    /// Whether the file obeys RFC 4180 so far.
    strict: bool,
}

impl<'a> Reading<'a> {
    fn export(&mut self, limits: &Limits) -> DirectoryExport {
        let file = self.file;
        let mut lines: &mut dyn Iterator<Item = Line<'a>> = &mut file.lines().take(limits.lines);
        let mut export = blank_export(file);
        let Some(first) = self.next_line(&mut lines) else {
            self.log.add(0, "no-header", || "the file has no line with attribute names");
            return export;
        };
        export.separator = sniff::separator(first.text);
        let header = self.row(first, first, export.separator, 0);
        export.header_line = first.number;
        export.header = header.fields.iter().map(column).collect();
        export.is_dapi = export.header.first().is_some_and(|column| column.name.eq_ignore_ascii_case("Obj-Class"));
        self.rows(&mut export, lines, limits);
        if file.lines().len() > limits.lines {
            self.log.add(file.byte_offset(file.text.len()), "too-many-lines", || format!("lines behind line {} are not read", limits.lines));
        }
        self.values(&mut export);
        self.judge(&mut export, &header);
        export
    }

    /// Returns the next line that holds anything.
    fn next_line(&mut self, lines: &mut dyn Iterator<Item = Line<'a>>) -> Option<Line<'a>> {
        loop {
            let line = lines.next()?;
            if line.text.trim_matches('\u{1A}').trim_matches(' ').is_empty() {
                // The strict reader skips empty lines too, but not blanks or the end mark of CP/M and DOS.
                self.strict &= line.text.is_empty();
            } else {
                return Some(line);
            }
        }
    }

    fn rows(&mut self, export: &mut DirectoryExport, lines: &mut dyn Iterator<Item = Line<'a>>, limits: &Limits) {
        let columns = export.header.len();
        let mut odd = OddLines { ahead: self.file.lines().take(limits.lines), known: None };
        while let Some(line) = self.next_line(lines) {
            if export.rows.len() >= limits.entries || self.cells == 0 {
                self.log.add(line.offset, "too-many-entries", || format!("rows from line {} on are not read", line.number));
                break;
            }
            let last = odd.behind(line).filter(|&last| closes(self.text(line, last), export.separator, columns)).unwrap_or(line);
            let row = self.row(line, last, export.separator, columns);
            export.rows.push(row);
            for _ in line.number..last.number {
                lines.next();
            }
        }
    }

    fn text(&self, first: Line<'_>, last: Line<'_>) -> &'a str {
        self.file.text.get(first.start..last.start + last.text.len()).unwrap_or_default()
    }

    fn row(&mut self, line: Line<'_>, last: Line<'_>, separator: char, columns: usize) -> Row {
        let text = self.text(line, last);
        let lines = last.number + 1 - line.number;
        let record = self.record(text, line, separator, columns);
        let file = self.file;
        let mut at = (0, line.offset);
        let mut fields: Vec<Field> = record.tokens.iter().map(|token| field(file, text, token, &mut at)).collect();
        for (at, is_trailing) in
            record.faults.iter().map(|fault| (fault.at, fault.code == "text-after-quote")).chain(record.open.map(|at| (at, false)))
        {
            let hit = record.tokens.iter().position(|token| token.range.contains(&at)).and_then(|index| fields.get_mut(index));
            // Blanks behind a closing quote lose nothing.
            let is_padding = |field: &Field| is_trailing && field.raw.rsplit('"').next().is_some_and(|behind| behind.trim().is_empty());
            if let Some(field) = hit.filter(|field| !is_padding(field)) {
                field.has_quoting_fault = true;
            }
        }
        self.cells = self.cells.saturating_sub(fields.len());
        for fault in &record.faults {
            let offset = line.offset + file.length_from(line.offset, text.get(..fault.at).unwrap_or_default());
            self.log.add(offset, fault.code, || format!("line {}: {}", line.number, fault.text));
        }
        self.log.count(record.more_faults);
        self.strict &= record.faults.is_empty() && record.open.is_none();
        self.strict &= !fields.iter().any(|field| field.quoting == Quoting::Values);
        if lines > 1 {
            self.log.add(line.offset, "line-end-in-quotes", || format!("line {}: a quoted value goes on over {lines} lines", line.number));
        }
        let surplus = if columns == 0 { 0 } else { record.count.saturating_sub(columns) };
        if surplus > 0 {
            let offset = fields.get(columns).map_or(line.offset, |field| field.offset);
            self.log.add(offset, "too-many-fields", || format!("line {}: {} fields for {columns} columns", line.number, record.count));
        }
        if record.count > fields.len() {
            self.strict = false;
            self.log
                .add(line.offset, "too-many-entries", || format!("line {}: only {} of {} fields are kept", line.number, fields.len(), record.count));
        }
        Row { line: line.number, lines, offset: line.offset, length: file.length_from(line.offset, text), fields, surplus }
    }

    /// Splits one record; when a quote stays open, it is taken as text if the fields then match the header.
    fn record(&mut self, text: &str, line: Line<'_>, separator: char, columns: usize) -> Record {
        let rules = Rules { separator, room: self.cells, ignored: None };
        let record = split(text, rules);
        let Some(open) = record.open else { return record };
        let offset = line.offset + self.file.length_from(line.offset, text.get(..open).unwrap_or_default());
        self.log.add(offset, "unclosed-quote", || format!("line {}: nothing closes this quote", line.number));
        let again = split(text, Rules { ignored: Some(open), ..rules });
        if again.open.is_none() && again.count == columns { Record { open: Some(open), ..again } } else { record }
    }

    fn values(&mut self, export: &mut DirectoryExport) {
        export.value_separator = sniff::value_separator(export.rows.iter().flat_map(|row| &row.fields).map(|field| field.raw.as_ref()));
        let accounts: Vec<bool> =
            export.header.iter().map(|column| ACCOUNT_COLUMNS.iter().any(|name| sniff::same_name(&column.name, name))).collect();
        let (mut per_value, mut whole) = (false, false);
        for row in &mut export.rows {
            for (index, field) in row.fields.iter_mut().enumerate() {
                let found = values::split(&field.raw, field.quoting, export.value_separator, self.cells.saturating_add(1));
                self.cells = self.cells.saturating_sub(found.list.len());
                per_value |= field.quoting == Quoting::Values && field.raw.contains(VALUE_SEPARATORS);
                whole |= found.bare_separator_in_quotes;
                if found.cut {
                    self.log.add(field.offset, "too-many-entries", || format!("line {}: the last value holds several", row.line));
                }
                if found.lone_backslash && !accounts.get(index).is_some_and(|account| *account) {
                    self.log.add(field.offset, "lone-backslash", || format!("line {}: a backslash escapes nothing", row.line));
                }
                field.values = found.list;
            }
        }
        export.dialect = match (per_value, whole) {
            (true, false) => Dialect::PerValue,
            (false, true) => Dialect::WholeField,
            _ => Dialect::Unclear,
        };
        if per_value && whole {
            let offset = export.rows.first().map_or(0, |row| row.offset);
            self.log.add(offset, "mixed-quoting", || "fields are quoted in the way of 4.0 and in the way of 5.0");
        }
    }

    /// Notes what an export never holds, and asks the strict reader.
    fn judge(&mut self, export: &mut DirectoryExport, header: &Row) {
        if !export.is_dapi {
            self.log.add(header.offset, "first-column-not-obj-class", || {
                format!("the first column is {:?}", export.header.first().map_or("", |column| column.name.as_ref()))
            });
        }
        if let Some(mode) = export.column("Mode").and_then(|index| export.header.get(index)) {
            self.log.add(mode.offset, "import-file", || "a column Mode makes this an import file");
        }
        for row in &export.rows {
            for field in row.fields.iter().filter(|field| field.import_operator().is_some()) {
                self.log.add(field.offset, "import-operator", || format!("line {}: the field holds the import operator {}", row.line, field.raw));
            }
        }
        if self.strict {
            export.second_opinion = second_opinion::ask(&self.file.text, export.separator, header, &export.rows);
        }
        if let SecondOpinion::Disagrees { line } = export.second_opinion {
            let offset = export.rows.iter().find(|row| row.line == line).map_or(header.offset, |row| row.offset);
            self.log.add(offset, "readers-disagree", || format!("line {line}: a strict CSV reader finds other fields"));
        }
    }
}

/// Returns whether a text is one record with the right number of fields and no quoting error.
fn closes(text: &str, separator: char, columns: usize) -> bool {
    let record = split(text, Rules { separator, room: 0, ignored: None });
    record.open.is_none() && record.faults.is_empty() && record.count == columns
}

fn blank_export(file: &TextFile) -> DirectoryExport {
    DirectoryExport {
        encoding: file.encoding,
        lossy: file.lossy,
        is_dapi: false,
        separator: ',',
        value_separator: '%',
        dialect: Dialect::Unclear,
        second_opinion: SecondOpinion::NotAsked,
        header_line: 0,
        header: Vec::new(),
        rows: Vec::new(),
    }
}

/// Makes a field; `at` is the last known place as (index in the record, offset in the file), so that each byte is measured once.
fn field(file: &TextFile, text: &str, token: &Token, at: &mut (usize, u64)) -> Field {
    let (index, offset) = *at;
    let offset = offset + file.length_from(offset, text.get(index..token.range.start).unwrap_or_default());
    let raw = text.get(token.range.clone()).unwrap_or_default();
    let length = file.length_from(offset, raw);
    *at = (token.range.end, offset + length);
    Field { raw: raw.into(), values: Vec::new(), offset, length, quoting: token.quoting, has_quoting_fault: false }
}

/// Makes a column. Hand-made headers have blanks behind the commas, which keeps their quotes from being seen (Q155589, Q324080).
fn column(field: &Field) -> Column {
    let name = values::one(&field.raw, field.quoting, '\\');
    let name = name.trim();
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name).trim();
    Column { raw: field.raw.clone(), name: name.into(), offset: field.offset, length: field.length }
}

/// Finds, behind a line with an odd number of quotes, the next such line; it only moves forward, so that each line is looked at once.
struct OddLines<'a, L> {
    ahead: L,
    known: Option<Line<'a>>,
}

impl<'a, L: Iterator<Item = Line<'a>>> OddLines<'a, L> {
    fn behind(&mut self, line: Line<'a>) -> Option<Line<'a>> {
        if !is_odd(line.text) {
            return None;
        }
        if self.known.is_none_or(|known| known.number <= line.number) {
            self.known = self.ahead.find(|next| next.number > line.number && is_odd(next.text));
        }
        self.known
    }
}

fn is_odd(text: &str) -> bool {
    text.bytes().filter(|&byte| byte == b'"').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{CodePage, Encoding};

    const HEADER: &str = "Obj-Class,Directory Name,E-mail Addresses,Is-Deleted\r\n";

    fn read(text: &str) -> Decoded<DirectoryExport> {
        parse(text.as_bytes(), &Limits::default())
    }

    #[track_caller]
    fn check(rows: &str, expected: &[&[&[&str]]], codes: &[&str]) -> DirectoryExport {
        let text = format!("{HEADER}{rows}");
        let Decoded { value, anomalies } = read(&text);
        let values: Vec<Vec<Vec<&str>>> =
            value.rows.iter().map(|row| row.fields.iter().map(|field| field.values.iter().map(AsRef::as_ref).collect()).collect()).collect();
        assert_eq!(values, expected);
        assert_eq!(anomalies.iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), codes);
        for field in value.rows.iter().flat_map(|row| &row.fields) {
            let start = usize::try_from(field.offset).unwrap();
            assert_eq!(text.get(start..start + usize::try_from(field.length).unwrap()), Some(field.raw.as_ref()));
        }
        value
    }

    #[test]
    fn quotes_around_the_whole_field_are_the_style_of_5_0() {
        let export =
            check("Mail-Gateway,IMC,\"SMTP:a@b.c%X400:s=I, X;\",\r\n", &[&[&["Mail-Gateway"], &["IMC"], &["SMTP:a@b.c", "X400:s=I, X;"], &[]]], &[]);
        assert_eq!((export.dialect, export.second_opinion), (Dialect::WholeField, SecondOpinion::Agrees));
        assert!(export.is_dapi);
    }

    #[test]
    fn quotes_around_single_values_are_the_style_of_4_0() {
        let export =
            check("Mail-Gateway,IMC,SMTP:a@b.c%\"X400:s=I, X;\",\n", &[&[&["Mail-Gateway"], &["IMC"], &["SMTP:a@b.c", "X400:s=I, X;"], &[]]], &[]);
        assert_eq!((export.dialect, export.second_opinion), (Dialect::PerValue, SecondOpinion::NotAsked));
    }

    #[test]
    fn a_surplus_field_is_kept_and_counted() {
        let export = check("Mail-Gateway,Acme, Inc,x,y", &[&[&["Mail-Gateway"], &["Acme"], &[" Inc"], &["x"], &["y"]]], &["too-many-fields"]);
        assert_eq!(export.rows.first().map(|row| (row.line, row.surplus)), Some((2, 1)));
    }

    #[test]
    fn a_stray_quote_does_not_swallow_the_row() {
        let row = "Mail-Gateway,\"IMC (SRV1),x,\r\n";
        let export = check(row, &[&[&["Mail-Gateway"], &["\"IMC (SRV1)"], &["x"], &[]]], &["unclosed-quote"]);
        assert_eq!(export.second_opinion, SecondOpinion::NotAsked);
        let two = format!("{row}{row}");
        assert_eq!(read(&format!("{HEADER}{two}")).value.rows.len(), 2);
    }

    #[test]
    fn an_open_quote_that_explains_nothing_takes_the_rest_of_the_line() {
        check("Mail-Gateway,\"a,b\nx,y,z,1\n", &[&[&["Mail-Gateway"], &["a,b"]], &[&["x"], &["y"], &["z"], &["1"]]], &["unclosed-quote"]);
    }

    #[test]
    fn a_quoted_value_may_go_on_over_lines() {
        let export = check(
            "A,\"two\r\nlines\",c,\r\nB,c,d,\r\n",
            &[&[&["A"], &["two\r\nlines"], &["c"], &[]], &[&["B"], &["c"], &["d"], &[]]],
            &["line-end-in-quotes"],
        );
        assert_eq!(export.rows.iter().map(|row| (row.line, row.lines)).collect::<Vec<_>>(), [(2, 2), (4, 1)]);
        assert_eq!(export.second_opinion, SecondOpinion::Agrees);
    }

    #[test]
    fn missing_fields_are_not_made_up() {
        let export = check("Mail-Gateway,IMC\r\n\r\n", &[&[&["Mail-Gateway"], &["IMC"]]], &[]);
        assert_eq!(export.column("is deleted").and_then(|column| export.rows.first()?.fields.get(column)), None);
    }

    #[test]
    fn backslashes_escape_and_accounts_keep_theirs() {
        let text = "Obj-Class,Primary Windows NT Account,Comment,Notes\nMailbox,DOMAIN\\user,a \\\\ b,c \\ d\n";
        let Decoded { value, anomalies } = read(text);
        let texts: Vec<_> = value.rows.iter().flat_map(|row| &row.fields).flat_map(|field| &field.values).map(AsRef::as_ref).collect();
        assert_eq!(texts, ["Mailbox", "DOMAIN\\user", "a \\ b", "c \\ d"]);
        assert_eq!(anomalies.iter().map(|anomaly| (anomaly.offset, anomaly.code)).collect::<Vec<_>>(), [(78, "lone-backslash")]);
    }

    #[test]
    fn other_separators_are_found() {
        for (text, separator) in
            [("Obj-Class\tName\nA\t\"B,b\"\n", '\t'), ("\"Obj-Class\";\"Name\"\nA;\"B,b\"\n", ';'), ("Obj-Class|Name\nA|B,b\n", '|')]
        {
            let export = read(text).value;
            assert_eq!(export.separator, separator);
            assert_eq!(export.header.get(1).map(|column| column.name.as_ref()), Some("Name"));
            assert_eq!(export.rows.first().and_then(|row| row.fields.get(1)).map(|field| field.values.clone()), Some(vec!["B,b".into()]));
        }
        assert_eq!(read("Obj-Class,E-mail Addresses\nA,SMTP:a@b.c&X:d\n").value.value_separator, '&');
    }

    #[test]
    fn encodings_are_found_and_places_are_bytes() {
        let text = "Obj-Class,N\u{e4}me\r\nA,\u{a7}\r\n";
        let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let narrow: Vec<u8> = CodePage::WINDOWS_1252.encode(text).unwrap();
        let place = |bytes: &[u8]| {
            let export = parse(bytes, &Limits::default()).value;
            let field = export.rows.first()?.fields.get(1)?.clone();
            Some((export.encoding, field.offset, field.length, field.values))
        };
        assert_eq!(place(&wide), Some((Encoding::Utf16Le { bom: true }, 38, 2, vec!["\u{a7}".into()])));
        assert_eq!(place(&narrow), Some((Encoding::CodePage(CodePage::WINDOWS_1252), 18, 1, vec!["\u{a7}".into()])));
    }

    #[test]
    fn import_files_are_told_from_exports() {
        let Decoded { value, anomalies } = read("Obj-Class,Mode,Home-Server\nMail-Gateway,Delete,~SERVER\n");
        assert!(value.column("mode").is_some());
        assert_eq!(anomalies.iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), ["import-file", "import-operator"]);
    }

    #[test]
    fn files_of_other_kinds_are_read_and_told_apart() {
        let Decoded { value, anomalies } = read("Display Name,Alias\nx,y\n");
        assert!(!value.is_dapi);
        assert_eq!(anomalies.first().map(|anomaly| anomaly.code), Some("first-column-not-obj-class"));
        assert_eq!(read("").anomalies.first().map(|anomaly| anomaly.code), Some("no-header"));
        assert_eq!(read("Obj Class,x\n").value.separator, ',');
    }

    #[test]
    fn pointers_to_side_files_are_recognised() {
        let export = read("Obj-Class,a,b,c,d\nX,@EXTDATA.BIN,#M.SEC(12),LONG.TXT,@example.com\n").value;
        let found: Vec<_> =
            export.rows.iter().flat_map(|row| &row.fields).map(|field| field.side_file().map(|file| (file.name, file.marked))).collect();
        assert_eq!(found, [None, Some(("EXTDATA.BIN", true)), Some(("M.SEC", true)), Some(("LONG.TXT", false)), None]);
    }

    #[test]
    fn limits_hold_and_are_told() {
        let limits = Limits { entries: 2, anomalies: 3, ..Limits::default() };
        let rows = format!("Obj-Class\n{}", "a,b,c\n".repeat(9));
        let Decoded { value, anomalies } = parse(rows.as_bytes(), &limits);
        assert_eq!(value.rows.len(), 2);
        assert!(anomalies.iter().any(|anomaly| anomaly.code == "too-many-entries"));
        let many = format!("Obj-Class,x\nA,{}\n", "%".repeat(100));
        let Decoded { value, .. } = parse(many.as_bytes(), &limits);
        assert!(value.rows.iter().flat_map(|row| &row.fields).all(|field| field.values.len() <= 9));
    }

    #[test]
    fn every_prefix_and_every_changed_byte_is_read() {
        let sample = b"Obj-Class,Directory Name,E-mail Addresses\r\nA,\"x, y\",SMTP:a@b%\"X400:c=US,;\"\r\nB,\\%,~DEL\r\n";
        let limits = Limits::default();
        for length in 0..=sample.len() {
            let export = parse(&sample[..length], &limits).value;
            assert!(export.rows.iter().all(|row| row.offset + row.length <= length as u64));
        }
        for at in 0..sample.len() {
            for byte in [0, b'"', b'%', b'\\', b',', b'\n', b'\r', 0xFF, sample[at] ^ 1] {
                let mut changed = sample.to_vec();
                changed[at] = byte;
                let _ = parse(&changed, &limits);
            }
        }
    }
}
