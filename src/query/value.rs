//! Values with an order: numbers with units, dates to the year, month, day, minute or second, and levels; one of them, a comparison, or a
//! range. Places of faults count from the beginning of the value.

use std::ops::{Bound, Range, RangeBounds};

use crate::base::LocalTime;

use super::Problem;

/// What a value may be: from a bound to a bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Within<T>(Bound<T>, Bound<T>);

impl<T: PartialOrd> Within<T> {
    pub(super) fn holds(&self, value: &T) -> bool {
        (self.0.as_ref(), self.1.as_ref()).contains(value)
    }
}

/// A fault and its place in the value.
pub(super) type Fault = (Range<usize>, Problem);

/// One written value as all that it covers: a day covers its seconds, a number only itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Covered<T> {
    pub(super) first: T,
    pub(super) last: T,
}

/// Reads a value, a comparison (`>`, `>=`, `<`, `<=`, `=`) or a range (`a..b`, `a..`, `..b`).
pub(super) fn within<T: PartialOrd + Copy>(text: &str, expected: &str, read: impl Fn(&str) -> Result<Covered<T>, Fault>) -> Result<Within<T>, Fault> {
    let missing = |at: usize| (at..at, Problem::Ends { expected: expected.to_owned() });
    let part = |from: usize, to: usize| match text.get(from..to) {
        None | Some("") => Err(missing(from)),
        Some(part) => read(part).map_err(|(span, problem)| (span.start + from..span.end + from, problem)),
    };
    let operators = [">=", "<=", ">", "<", "="];
    if let Some(operator) = operators.into_iter().find(|operator| text.starts_with(operator)) {
        let value = part(operator.len(), text.len())?;
        return Ok(match operator {
            ">=" => Within(Bound::Included(value.first), Bound::Unbounded),
            "<=" => Within(Bound::Unbounded, Bound::Included(value.last)),
            ">" => Within(Bound::Excluded(value.last), Bound::Unbounded),
            "<" => Within(Bound::Unbounded, Bound::Excluded(value.first)),
            _ => Within(Bound::Included(value.first), Bound::Included(value.last)),
        });
    }
    let Some(dots) = text.find("..") else {
        let value = part(0, text.len())?;
        return Ok(Within(Bound::Included(value.first), Bound::Included(value.last)));
    };
    let end = dots + "..".len();
    let first = if dots == 0 { None } else { Some(part(0, dots)?.first) };
    let last = if end == text.len() && first.is_some() { None } else { Some(part(end, text.len())?.last) };
    if first.zip(last).is_some_and(|(first, last)| last < first) {
        return Err((0..text.len(), Problem::Backwards));
    }
    let bound = |value: Option<T>| value.map_or(Bound::Unbounded, Bound::Included);
    Ok(Within(bound(first), bound(last)))
}

/// What a number may look like, in the words of an error.
pub(super) const NUMBER: &str = "a number such as 500, 10k or 1.5M";
/// What a date may look like.
pub(super) const DATE: &str = "a date such as 1999, 1999-03, 1999-03-31 or 1999-03-31T14:05";

/// Letters behind a number and what they multiply it by.
const UNITS: [(&str, u64); 12] = [
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kb", 1 << 10),
    ("kib", 1 << 10),
    ("m", 1 << 20),
    ("mb", 1 << 20),
    ("mib", 1 << 20),
    ("g", 1 << 30),
    ("gb", 1 << 30),
    ("gib", 1 << 30),
    ("t", 1 << 40),
];

/// Reads a number with a unit.
pub(super) fn number(text: &str) -> Result<Covered<u64>, Fault> {
    let unexpected = |at: usize, expected: &str| {
        let found = text.get(at..).unwrap_or_default();
        (at..text.len(), Problem::Unexpected { expected: expected.to_owned(), found: found.to_owned() })
    };
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let whole: u64 = text.get(..digits).unwrap_or_default().parse().map_err(|_| unexpected(0, NUMBER))?;
    let rest = text.get(digits..).unwrap_or_default();
    let fraction = rest.strip_prefix('.').map(|rest| rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
    let unit_at = digits + fraction.map_or(0, |length| length + 1);
    let unit = text.get(unit_at..).unwrap_or_default().to_ascii_lowercase();
    let Some((_, factor)) = UNITS.iter().find(|(known, _)| *known == unit) else { return Err(unexpected(unit_at, "a unit: k, M, G or T")) };
    let parts = text.get(digits + 1..unit_at).unwrap_or_default().chars().take(6);
    if fraction == Some(0) {
        return Err(unexpected(digits, "digits behind the point"));
    }
    let (parts, scale) = parts.fold((0, 1), |(sum, scale), digit| (sum * 10 + u64::from(digit.to_digit(10).unwrap_or(0)), scale * 10));
    let value = whole.saturating_mul(*factor).saturating_add(factor.saturating_mul(parts) / scale);
    Ok(Covered { first: value, last: value })
}

/// Reads a date as the ticks that it covers; without a zone as UTC.
pub(super) fn date(text: &str) -> Result<Covered<i64>, Fault> {
    let mut parts = DateParts { text, at: 0 };
    let year = parts.number(4, "a year such as 1999")?;
    let mut time = LocalTime { year, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
    let mut precision = 0;
    let steps: [(&[char], &str); 5] =
        [(&['-'], "a month"), (&['-'], "a day"), (&['T', 't', ' '], "an hour"), (&[':'], "minutes"), (&[':'], "seconds")];
    for (step, (before, what)) in steps.into_iter().enumerate() {
        if !parts.skip(before) {
            break;
        }
        let start = parts.at;
        let value = parts.number(2, what)?;
        let field = [&mut time.month, &mut time.day, &mut time.hour, &mut time.minute, &mut time.second].into_iter().nth(step);
        if let Some(field) = field {
            *field = value;
        }
        precision = step + 1;
        if time.as_utc().is_none() || time.second > 59 {
            return Err((
                start..parts.at,
                Problem::Unexpected { expected: what.to_owned(), found: text.get(start..parts.at).unwrap_or_default().into() },
            ));
        }
    }
    if precision >= 3 {
        parts.skip(&['Z', 'z']);
    }
    parts.end()?;
    covered(time, precision).ok_or_else(|| (0..text.len(), Problem::Unexpected { expected: DATE.to_owned(), found: text.to_owned() }))
}

/// Returns the ticks of 100 ns that a date with so many parts covers.
fn covered(time: LocalTime, precision: usize) -> Option<Covered<i64>> {
    const TICKS: i64 = 10_000_000;
    let first = time.as_utc()?.filetime();
    let next = match precision {
        0 => LocalTime { year: time.year.checked_add(1)?, ..time }.as_utc()?.filetime(),
        1 if time.month == 12 => LocalTime { year: time.year.checked_add(1)?, month: 1, ..time }.as_utc()?.filetime(),
        1 => LocalTime { month: time.month + 1, ..time }.as_utc()?.filetime(),
        2 => first.checked_add(86_400 * TICKS)?,
        3 => first.checked_add(3_600 * TICKS)?,
        4 => first.checked_add(60 * TICKS)?,
        _ => first.checked_add(TICKS)?,
    };
    Some(Covered { first, last: next - 1 })
}

/// The parts of a date, read from the left.
struct DateParts<'t> {
    text: &'t str,
    at: usize,
}

impl DateParts<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, marks: &[char]) -> bool {
        let is_there = self.rest().starts_with(marks);
        self.at += usize::from(is_there);
        is_there
    }

    /// Reads up to so many digits; a year has all four.
    fn number(&mut self, most: usize, expected: &str) -> Result<u16, Fault> {
        let digits = self.rest().chars().take(most).take_while(char::is_ascii_digit).count();
        let least = if most == 4 { 4 } else { 1 };
        let value = self.rest().get(..digits).filter(|_| digits >= least).and_then(|digits| digits.parse().ok());
        let Some(value) = value else { return Err(self.fault(expected)) };
        self.at += digits;
        Ok(value)
    }

    fn end(&self) -> Result<(), Fault> {
        if self.rest().is_empty() { Ok(()) } else { Err(self.fault("the end of the date")) }
    }

    fn fault(&self, expected: &str) -> Fault {
        let (expected, found) = (expected.to_owned(), self.rest().to_owned());
        let problem = if found.is_empty() { Problem::Ends { expected } } else { Problem::Unexpected { expected, found } };
        (self.at..self.text.len(), problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_number(text: &str, inside: &[u64], outside: &[u64]) {
        let within = within(text, NUMBER, number).unwrap();
        assert!(inside.iter().all(|value| within.holds(value)) && !outside.iter().any(|value| within.holds(value)), "{text}: {within:?}");
    }

    #[test]
    fn numbers_have_units_comparisons_and_ranges() {
        check_number("10", &[10], &[9, 11]);
        check_number(">1M", &[1_048_577], &[1_048_576]);
        check_number(">=1.5k", &[1536], &[1535]);
        check_number("<=2kb", &[0, 2048], &[2049]);
        check_number("1k..2k", &[1024, 2048], &[1023, 2049]);
        check_number("..5", &[0, 5], &[6]);
        check_number("99999999999T..", &[u64::MAX], &[0]);
    }

    #[track_caller]
    fn check_date(text: &str, inside: &[&str], outside: &[&str]) {
        let ticks = |text: &&str| date(text).unwrap().first;
        let within = within(text, DATE, date).unwrap();
        assert!(inside.iter().all(|time| within.holds(&ticks(time))), "{text}");
        assert!(!outside.iter().any(|time| within.holds(&ticks(time))), "{text}");
    }

    #[test]
    fn a_date_covers_its_whole_year_month_day_or_minute() {
        check_date("1999-03", &["1999-03-01", "1999-03-31T23:59:59"], &["1999-02-28T23:59:59", "1999-04-01"]);
        check_date(">1999-12", &["2000-01-01"], &["1999-12-31T23:59:59"]);
        check_date("<=1999", &["1999-12-31T23:59:59Z"], &["2000"]);
        check_date("1999-03..", &["1999-03-01", "2001"], &["1999-02"]);
        check_date("1999-3-7T14", &["1999-03-07 14:59:59"], &["1999-03-07T15"]);
        check_date("1999-10-06..1999-10-07", &["1999-10-07T23:59:59"], &["1999-10-08"]);
    }

    #[track_caller]
    fn check_fault(text: &str, span: Range<usize>, problem: &str) {
        let faults = if text.contains('-') || text.starts_with("19") { within(text, DATE, date).err() } else { within(text, NUMBER, number).err() };
        let (place, found) = faults.unwrap();
        assert_eq!((place, found.to_string().as_str()), (span, problem));
    }

    #[test]
    fn faults_point_at_their_part() {
        check_fault("1999-13", 5..7, "expected a month, found 13");
        check_fault("1999-02-30", 8..10, "expected a day, found 30");
        check_fault("1999-02-", 8..8, "expected a day, and the filter ends here");
        check_fault("1999-02-03x", 10..11, "expected the end of the date, found x");
        check_fault("1999-03..199-04", 9..15, "expected a year such as 1999, found 199-04");
        check_fault("1999-03..1999-02", 0..16, "the range ends before it begins");
        check_fault(">10q", 3..4, "expected a unit: k, M, G or T, found q");
        check_fault("1.M", 1..3, "expected digits behind the point, found .M");
        check_fault(">", 1..1, "expected a number such as 500, 10k or 1.5M, and the filter ends here");
        check_fault("..", 2..2, "expected a number such as 500, 10k or 1.5M, and the filter ends here");
        check_fault("x", 0..1, "expected a number such as 500, 10k or 1.5M, found x");
    }
}
