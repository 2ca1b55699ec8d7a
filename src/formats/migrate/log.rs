//! Result lines: five fields from the left, the time from the right, the message between, commas and all.

use super::{
    LogLine, MigrationLog, MigrationStatus, UnreadLine,
    fields::{self, is_server, locate, span},
};
use crate::{
    base::{AnomalyList, Decoded, Limits, Line, TextFile},
    formats::ini::LinePlaces,
};

/// Reads a result log.
#[must_use]
pub fn parse_log(bytes: &[u8], limits: &Limits) -> Decoded<MigrationLog> {
    let file = TextFile::decode(bytes);
    let mut anomalies = AnomalyList::new(limits);
    let mut log = MigrationLog::default();
    for line in file.lines() {
        if log.lines.len() + log.unread.len() >= limits.entries {
            anomalies.add(line.offset, "too-many-entries", || format!("only the first {} lines are read", limits.entries));
            break;
        }
        if is_blank(line.text) {
            continue;
        }
        match log_line(&file, line) {
            Ok(read) => log.lines.push(read),
            Err(reason) => {
                anomalies.add(line.offset, "unread-line", || format!("line {}: {reason}", line.number));
                log.unread.push(unread(&file, line, reason));
            }
        }
    }
    Decoded { value: log, anomalies: anomalies.finish() }
}

/// Returns whether a line is a result: its first field is SUCCESS or FAILURE and it has seven fields at least.
pub(super) fn is_log_line(line: &str) -> bool {
    status(line).is_some() && line.split(',').nth(6).is_some()
}

pub(super) fn status(line: &str) -> Option<MigrationStatus> {
    let first = line.split(',').next().unwrap_or_default().trim();
    match () {
        () if first.eq_ignore_ascii_case("success") => Some(MigrationStatus::Success),
        () if first.eq_ignore_ascii_case("failure") => Some(MigrationStatus::Failure),
        () => None,
    }
}

/// Reads one result line, or says what is wrong with it.
pub(super) fn log_line(file: &TextFile, line: Line<'_>) -> Result<LogLine, &'static str> {
    let text = line.text.trim_end_matches('\u{1a}');
    let status = status(text).ok_or("the first field is neither SUCCESS nor FAILURE")?;
    let (user, rest) = user(text).ok_or("fewer than 7 fields")?;
    let (message, time_text) = rest.rsplit_once(',').ok_or("fewer than 7 fields")?;
    let time = fields::time(time_text).ok_or("the last field is no time")?;
    let at = |text| locate(file, line, text);
    let [name, alias, source, destination] = user;
    // A quotation mark before the name belongs to the entry.
    let after_status = text.split_once(',').map_or(text, |(_, rest)| rest);
    Ok(LogLine {
        status,
        name: at(name),
        alias: at(alias),
        source: at(source),
        destination: at(destination),
        message: at(message),
        time,
        time_text: at(time_text),
        place: LinePlaces::new(file, line).of(line.text),
        raw: line.text.to_owned(),
        entry: at(span(text, after_status, destination)),
    })
}

/// Returns name, alias and servers of a result line, and what stands behind them.
fn user(line: &str) -> Option<([&str; 4], &str)> {
    let (_, rest) = line.split_once(',')?;
    // Lists are saved by spreadsheets, and what stands in the list is copied to the log.
    let quoted = rest.strip_prefix('"').and_then(|open| open.split_once("\","));
    let (name, behind) = quoted.or_else(|| rest.split_once(','))?;
    let fields: Vec<&str> = behind.splitn(5, ',').collect();
    match fields.as_slice() {
        // A blank before the alias and a third server: the comma stands within the name (`Doe, John`).
        [first, alias, source, destination, behind] if first.starts_with(' ') && quoted.is_none() && is_server(source) && is_server(destination) => {
            Some(([span(rest, name, first), alias, source, destination], behind))
        }
        [alias, source, destination, ..] => {
            let behind = behind.splitn(4, ',').nth(3)?;
            Some(([name, alias, source, destination], behind))
        }
        _ => None,
    }
}

pub(super) fn unread(file: &TextFile, line: Line<'_>, reason: &'static str) -> UnreadLine {
    UnreadLine { text: locate(file, line, line.text), fields: line.text.split(',').count(), reason }
}

pub(super) fn is_blank(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || c == '\u{1a}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:05:00\r\n\
        FAILURE,Peter Olsen,polsen,GW-PILOT1,GW-PROD1,Error Logging On, access denied,5/10/96 10:09:10\r\n\
        \r\n\
        SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1\r\n\
        failure,a,b,c,d,e,yesterday\r\n\
        started\r\n";

    #[test]
    fn messages_may_hold_commas_and_bad_lines_are_kept() {
        let read = parse_log(SAMPLE.as_bytes(), &Limits::default());
        let lines: Vec<_> = read.value.lines.iter().map(|line| (line.status, line.alias.value.as_str(), line.message.value.as_str())).collect();
        assert_eq!(
            lines,
            [(MigrationStatus::Success, "JohnD", "Migrated No Errors"), (MigrationStatus::Failure, "polsen", "Error Logging On, access denied")]
        );
        let unread: Vec<_> = read.value.unread.iter().map(|line| (line.text.place.line, line.fields, line.reason)).collect();
        let not_status = "the first field is neither SUCCESS nor FAILURE";
        assert_eq!(unread, [(4, 5, "fewer than 7 fields"), (5, 7, "the last field is no time"), (6, 1, not_status)]);
        assert_eq!(read.anomalies.len(), 3);
    }

    #[test]
    fn names_may_hold_commas_with_and_without_quotes() {
        let text = "FAILURE,Doe, John,JohnD,GW1,GW2,no, sorry,5/10/96 10:05:00\nFAILURE,\"Doe, John\",JohnD,GW1,GW2,no,5/10/96 10:05:00\n\
            FAILURE,John, JohnD,GW1,GW2,no more,5/10/96 10:05:00\n";
        let read = parse_log(text.as_bytes(), &Limits::default()).value;
        let users: Vec<_> =
            read.lines.iter().map(|line| [&line.name, &line.alias, &line.destination, &line.message].map(|field| field.value.as_str())).collect();
        assert_eq!(users, [["Doe, John", "JohnD", "GW2", "no, sorry"], ["Doe, John", "JohnD", "GW2", "no"], ["John", " JohnD", "GW2", "no more"]]);
        let entries: Vec<_> = read.lines.iter().map(|line| line.entry.value.as_str()).collect();
        assert_eq!(entries, ["Doe, John,JohnD,GW1,GW2", "\"Doe, John\",JohnD,GW1,GW2", "John, JohnD,GW1,GW2"]);
    }

    #[test]
    fn fields_lead_to_their_bytes() {
        let read = parse_log(SAMPLE.as_bytes(), &Limits::default()).value;
        let message = &read.lines[1].message;
        assert_eq!(message.place.bytes(SAMPLE.as_bytes()), Some(message.value.as_bytes()));
    }

    #[test]
    fn any_prefix_and_any_flipped_byte_is_read() {
        let sample = &SAMPLE.as_bytes()[..180];
        for end in 0..=sample.len() {
            let _ = parse_log(&sample[..end], &Limits::default());
        }
        for index in 0..sample.len() {
            for bit in 0..8 {
                let mut changed = sample.to_vec();
                changed[index] ^= 1 << bit;
                let _ = parse_log(&changed, &Limits::default());
            }
        }
    }
}
