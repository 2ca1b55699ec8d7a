//! Fields between commas, with their places, and what server names and times look like.

use crate::{
    base::{Line, LocalTime, TextFile, limits::MIGRATION_FIELDS},
    formats::ini::{LinePlaces, Located},
};

/// One field, untrimmed, and whether quotes stood around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) text: &'a str,
    pub(super) is_quoted: bool,
}

/// Splits at every comma.
pub(super) fn plain(line: &str) -> Vec<Field<'_>> {
    line.splitn(MIGRATION_FIELDS, ',').map(|text| Field { text, is_quoted: false }).collect()
}

/// Splits at commas outside of quotes.
pub(super) fn quoted(line: &str) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let mut rest = Some(line);
    while let Some(now) = rest.filter(|_| fields.len() < MIGRATION_FIELDS) {
        let inner = now.trim_start().strip_prefix('"').and_then(|open| open.split_once('"'));
        let (text, behind) = inner.unwrap_or((now, now));
        let end = behind.find(',');
        let text = if inner.is_some() { text } else { now.get(..end.unwrap_or(now.len())).unwrap_or_default() };
        fields.push(Field { text, is_quoted: inner.is_some() });
        rest = end.and_then(|end| behind.get(end + 1..));
    }
    fields
}

/// Returns a field with its place, outer blanks kept.
pub(super) fn locate(file: &TextFile, line: Line<'_>, text: &str) -> Located {
    Located { value: text.to_owned(), place: LinePlaces::new(file, line).of(text) }
}

/// Returns the text from the begin of one of its pieces to the end of another.
pub(super) fn span<'a>(text: &'a str, first: &str, last: &str) -> &'a str {
    let at = |piece: &str| (piece.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    text.get(at(first)..at(last) + last.len()).unwrap_or_default()
}

/// Returns whether a text could be a computer name: letters, digits, hyphen, underscore, 15 at most, and one letter at least.
pub(super) fn is_server(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=15).contains(&text.len()) && text.bytes().all(is_part) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Returns whether a text could stand for a server, right or wrong: a computer name, one that is too long, or a name of the domain name
/// system.
pub(super) fn is_server_like(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(is_part) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Reads a US short date and time, `M/D/YY H:MM:SS`, seconds and AM or PM optional; years below 70 are those after 2000.
pub(super) fn time(text: &str) -> Option<LocalTime> {
    let mut words = text.split_ascii_whitespace();
    let (date, clock, half) = (words.next()?, words.next()?, words.next());
    let mut date = date.split('/').map(number);
    let (month, day, year) = (date.next()??, date.next()??, date.next()??);
    let mut clock = clock.split(':').map(number);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next().unwrap_or(Some(0))?);
    if date.next().is_some() || clock.next().is_some() || words.next().is_some() {
        return None;
    }
    let hour = match half {
        None => hour,
        Some(half) if !(1..=12).contains(&hour) || !half.eq_ignore_ascii_case("am") && !half.eq_ignore_ascii_case("pm") => return None,
        Some(half) => hour % 12 + if half.eq_ignore_ascii_case("pm") { 12 } else { 0 },
    };
    let year = match year {
        0..70 => year + 2000,
        70..100 => year + 1900,
        _ => year,
    };
    Some(LocalTime { year, month, day, hour, minute, second }).filter(|time| time.is_valid())
}

fn number(text: &str) -> Option<u16> {
    ((1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_commas() {
        let texts = |line| quoted(line).into_iter().map(|field| field.text).collect::<Vec<_>>();
        assert_eq!(texts("\"Doe, John\",JohnD,A,B"), ["Doe, John", "JohnD", "A", "B"]);
        assert_eq!(texts("a,\"open,b"), ["a", "\"open", "b"]);
        assert_eq!(texts(""), [""]);
        assert_eq!(texts("a,"), ["a", ""]);
    }

    #[test]
    fn us_times_are_read() {
        let check = |text, expected: Option<&str>| assert_eq!(time(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        check("5/10/96 10:09:10", Some("1996-05-10T10:09:10"));
        check("10/4/2001 9:05", Some("2001-10-04T09:05:00"));
        check("1/1/00 12:00:00 AM", Some("2000-01-01T00:00:00"));
        check("1/1/69 1:00:00 pm", Some("2069-01-01T13:00:00"));
        check("13/1/99 1:00:00", None);
        check("1/1/99", None);
        check("1/1/99 0:00:00 PM", None);
        check("Migrated No Errors", None);
    }

    #[test]
    fn server_names_are_known() {
        assert!(is_server("GW-PILOT1") && !is_server(" GW-PILOT1") && !is_server("gw1.example.com") && !is_server("123") && !is_server(""));
    }
}
