//! Recipient lists: display name, alias, pilot server, production server; no header, no quoting.

use super::{
    LineEnds, ListRow, MigrationList, RowShape, UnreadLine,
    fields::{self, Field, is_server, span},
    log::{self, is_blank, is_log_line},
};
use crate::{
    base::{AnomalyList, Decoded, Limits, Line, TextFile},
    formats::ini::{LinePlaces, Located},
};

/// Reads a recipient list.
#[must_use]
pub fn parse_list(bytes: &[u8], limits: &Limits) -> Decoded<MigrationList> {
    let file = TextFile::decode(bytes);
    let mut anomalies = AnomalyList::new(limits);
    let mut list = MigrationList { line_ends: line_ends(&file), ..MigrationList::default() };
    for line in file.lines() {
        if list.rows.len() + list.result_lines.len() + list.unread.len() >= limits.entries {
            anomalies.add(line.offset, "too-many-entries", || format!("only the first {} rows are read", limits.entries));
            break;
        }
        read_line(&file, line, (&mut list, &mut anomalies));
    }
    Decoded { value: list, anomalies: anomalies.finish() }
}

fn read_line(file: &TextFile, line: Line<'_>, (list, anomalies): (&mut MigrationList, &mut AnomalyList)) {
    if is_blank(line.text) {
        return;
    }
    if is_log_line(line.text) {
        match log::log_line(file, line) {
            Ok(result) => list.result_lines.push(result),
            Err(reason) => {
                anomalies.add(line.offset, "unread-line", || format!("line {}: {reason}", line.number));
                list.unread.push(log::unread(file, line, reason));
            }
        }
        return;
    }
    // A cut result is no row with a comma in its name.
    if log::status(line.text).is_some() && line.text.split(',').count() > 4 {
        let reason = "fewer than 7 fields";
        anomalies.add(line.offset, "unread-line", || format!("line {}: {reason}", line.number));
        list.unread.push(log::unread(file, line, reason));
        return;
    }
    if list.rows.is_empty() && list.unread.is_empty() && list.heading.is_none() && is_heading(line.text) {
        anomalies.add(line.offset, "heading", || "the first line holds column names");
        list.heading = Some(fields::locate(file, line, line.text));
        return;
    }
    let text = line.text.trim_end_matches('\u{1a}');
    let (rows, shape) = rows(text);
    if rows.is_empty() {
        let reason = "not 4 fields";
        anomalies.add(line.offset, "unread-line", || format!("line {}: {reason}", line.number));
        let fields = if text.contains('"') { fields::quoted(text).len() } else { fields::plain(text).len() };
        list.unread.push(UnreadLine { fields, ..log::unread(file, line, reason) });
        return;
    }
    if let Some(note) = note(shape) {
        anomalies.add(line.offset, "row-shape", || format!("line {} has {note}", line.number));
    }
    let mut places = LinePlaces::new(file, line);
    list.rows.extend(rows.into_iter().map(|row| located(row, (text, shape), &mut places)));
}

fn note(shape: RowShape) -> Option<&'static str> {
    match shape {
        RowShape::Plain => None,
        RowShape::Quoted => Some("a quotation mark, which the utility does not know"),
        RowShape::CommaInName => Some("a comma in the display name"),
        RowShape::SharedLine => Some("several rows"),
    }
}

fn located([name, alias, source, destination]: [&str; 4], (line, shape): (&str, RowShape), places: &mut LinePlaces<'_>) -> ListRow {
    let raw = if shape == RowShape::SharedLine { span(line, name, destination) } else { line };
    let mut at = |text: &str| Located { value: text.to_owned(), place: places.of(text) };
    let (name, alias, source, destination) = (at(name), at(alias), at(source), at(destination));
    let mut place = name.place;
    place.length = (destination.place.offset + destination.place.length).saturating_sub(place.offset);
    ListRow { name, alias, source, destination, shape, place, raw: at(raw) }
}

/// Returns the rows of one line; none when it cannot be read as rows.
fn rows(line: &str) -> (Vec<[&str; 4]>, RowShape) {
    if line.contains('"') {
        let row: Vec<_> = fields::quoted(line).iter().map(|field| field.text).collect();
        return (row.try_into().into_iter().collect(), RowShape::Quoted);
    }
    let fields = fields::plain(line);
    if let [name, alias, source, destination] = fields.as_slice() {
        return (vec![[name.text, alias.text, source.text, destination.text]], RowShape::Plain);
    }
    let groups = shared_line(&fields);
    if !groups.is_empty() {
        return (groups, RowShape::SharedLine);
    }
    (comma_in_name(line).into_iter().collect(), RowShape::CommaInName)
}

/// Reads rows that stand on one line: groups of four whose last two fields are servers (the article prints them so).
fn shared_line<'a>(fields: &[Field<'a>]) -> Vec<[&'a str; 4]> {
    let (groups, rest) = fields.as_chunks::<4>();
    // Rows are joined with a blank, so a server may carry one.
    let is_row = |[_, alias, source, destination]: &[Field<'_>; 4]| {
        !alias.text.trim().contains(' ') && is_server(source.text.trim()) && is_server(destination.text.trim())
    };
    let is_shared = rest.is_empty() && groups.len() > 1 && groups.iter().all(is_row);
    if is_shared { groups.iter().map(|group| group.map(|field| field.text)).collect() } else { Vec::new() }
}

/// Reads `Doe, John,JohnD,GW-PILOT1,GW-PROD1`: two servers and an alias from the right, the rest is the name.
fn comma_in_name(line: &str) -> Option<[&str; 4]> {
    let mut from_right = line.rsplitn(4, ',');
    let (destination, source, alias, name) = (from_right.next()?, from_right.next()?, from_right.next()?, from_right.next()?);
    let fits = name.contains(',') && is_server(destination) && is_server(source) && !alias.is_empty() && !alias.contains(' ');
    fits.then_some([name, alias, source, destination])
}

/// Returns whether a first line holds column names. Servers may well be called SERVER1 and SERVER2, so that word alone is no proof.
pub(super) fn is_heading(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let fields: Vec<&str> = line.split(',').collect();
    let names_users = (line.contains("display name") || line.contains("displayname")) && line.contains("alias");
    let [name, alias, source, destination] = fields.as_slice() else { return names_users };
    let is_heading = |field: &str| field.contains("server") && !field.bytes().any(|byte| byte.is_ascii_digit());
    let is_phrase = |field: &str| field.trim().contains([' ', '_']);
    let leads = name.contains("name") || alias.contains("alias") || is_phrase(source) && is_phrase(destination);
    names_users || is_heading(source) && is_heading(destination) && leads
}

/// Counts how the lines of a text end.
pub(super) fn line_ends(file: &TextFile) -> LineEnds {
    let mut ends = LineEnds::default();
    for line in file.lines() {
        let behind = file.text.get(line.start + line.text.len()..).unwrap_or_default();
        let place = || fields::locate(file, line, line.text);
        match () {
            () if behind.starts_with("\r\n") => ends.cr_lf += 1,
            () if behind.starts_with('\n') => ends.lf += 1,
            () if behind.starts_with('\r') => ends.cr += 1,
            () if is_blank(line.text) => {}
            () => ends.open = Some(place()),
        }
        if ends.first_odd.is_none() && ends.lf + ends.cr > 0 {
            ends.first_odd = Some(place());
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, rows: &[(&str, &str, &str, RowShape)]) -> MigrationList {
        let list = parse_list(text.as_bytes(), &Limits::default()).value;
        let got: Vec<_> =
            list.rows.iter().map(|row| (row.name.value.as_str(), row.alias.value.as_str(), row.destination.value.as_str(), row.shape)).collect();
        assert_eq!(got, rows, "{text}");
        for row in &list.rows {
            for field in [&row.name, &row.alias, &row.source, &row.destination] {
                assert_eq!(field.place.bytes(text.as_bytes()), Some(field.value.as_bytes()));
            }
        }
        list
    }

    #[test]
    fn every_shape_of_a_row_is_read() {
        check("John Doe,JohnD,GW-PILOT1,GW-PROD1\r\n", &[("John Doe", "JohnD", "GW-PROD1", RowShape::Plain)]);
        check("\"Doe, John\",JohnD,A,B\r\n", &[("Doe, John", "JohnD", "B", RowShape::Quoted)]);
        check("Doe, John,JohnD,GW-PILOT1,GW-PROD1\r\n", &[("Doe, John", "JohnD", "GW-PROD1", RowShape::CommaInName)]);
        check(
            "John Doe,JohnD,GW1,GW2,Mary Smith,MarySm,GW1,GW2\r\n",
            &[("John Doe", "JohnD", "GW2", RowShape::SharedLine), ("Mary Smith", "MarySm", "GW2", RowShape::SharedLine)],
        );
        check("John Doe,,GW-PILOT1, x\r\n", &[("John Doe", "", " x", RowShape::Plain)]);
    }

    #[test]
    fn other_lines_are_kept_apart() {
        let list = check(
            "Display Name,Alias Name,Pilot Server Name,Production Server Name\nJohn Doe,JohnD,GW-PILOT1\n\nSUCCESS,a,b,C,D,fine,5/10/96 10:05:00\nSuccess Team,st,A,B",
            &[("Success Team", "st", "B", RowShape::Plain)],
        );
        assert_eq!(list.heading.map(|line| line.place.line), Some(1));
        assert_eq!(list.unread.iter().map(|line| (line.text.place.line, line.fields)).collect::<Vec<_>>(), [(2, 3)]);
        assert_eq!(list.result_lines.len(), 1);
        assert_eq!((list.line_ends.lf, list.line_ends.cr_lf, list.line_ends.open.map(|line| line.place.line)), (4, 0, Some(5)));
    }

    #[test]
    fn a_user_may_be_called_after_a_server() {
        check("Server Room,room,A,B\r\n", &[("Server Room", "room", "B", RowShape::Plain)]);
    }

    #[test]
    fn any_prefix_and_any_flipped_byte_is_read() {
        let sample = b"\"Doe, J\",jd,A1,B1\r\nDoe, K,kd,A1,B1\r\na,b,C,D,e,f,G,H\r\nSUCCESS,a,b,C,D,e,1/1/99 1:00:00\r\n";
        for end in 0..=sample.len() {
            let _ = parse_list(&sample[..end], &Limits::default());
        }
        for index in 0..sample.len() {
            for bit in 0..8 {
                let mut changed = sample.to_vec();
                changed[index] ^= 1 << bit;
                let _ = parse_list(&changed, &Limits::default());
            }
        }
    }
}
