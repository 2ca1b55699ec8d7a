//! One record into fields. Each field is a range of the record; quotes are judged, not removed.

use std::ops::Range;

use super::quotes::{Quotes, Quoting, Role};

/// Faults that are described per record; the rest is counted.
const FAULTS: usize = 16;

/// The fields of one record.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) tokens: Vec<Token>,
    /// Number of all fields, kept or not.
    pub(super) count: usize,
    pub(super) faults: Vec<Fault>,
    pub(super) more_faults: u64,
    /// Where the quote stands that nothing closes.
    pub(super) open: Option<usize>,
}

/// One field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) range: Range<usize>,
    pub(super) quoting: Quoting,
}

/// One quoting error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) code: &'static str,
    pub(super) text: &'static str,
}

/// How to split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) separator: char,
    /// Fields that are kept.
    pub(super) room: usize,
    /// A quote that is text although it stands where one may open.
    pub(super) ignored: Option<usize>,
}

/// Splits a record.
pub(super) fn split(text: &str, rules: Rules) -> Record {
    let mut record = Record::default();
    let mut quotes = Quotes::at_field_start();
    let mut field = FieldInProgress::at(0);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == rules.separator && !quotes.is_open() {
            record.push(field.end(at), rules.room);
            field = FieldInProgress::at(at + c.len_utf8());
            quotes = Quotes::at_field_start();
        } else if rules.ignored == Some(at) {
            quotes.ignore();
        } else {
            let role = quotes.take(c, chars.peek().map(|&(_, next)| next));
            field.note(at, role);
            record.judge(at, role);
        }
    }
    record.open = quotes.is_open().then_some(field.opened);
    record.push(field.end(text.len()), rules.room);
    record
}

impl Record {
    fn push(&mut self, token: Token, room: usize) {
        self.count += 1;
        if self.tokens.len() < room {
            self.tokens.push(token);
        }
    }

    fn judge(&mut self, at: usize, role: Role) {
        let (code, text) = match role {
            Role::Stray => ("quote-inside-field", "a quote stands in the middle of an unquoted field"),
            Role::Trailing => ("text-after-quote", "text follows a closing quote"),
            _ => return,
        };
        if self.faults.len() < FAULTS {
            self.faults.push(Fault { at, code, text });
        } else {
            self.more_faults += 1;
        }
    }
}

struct FieldInProgress {
    start: usize,
    opened: usize,
    closed: usize,
    quoted_values: usize,
    opens_at_start: bool,
}

impl FieldInProgress {
    fn at(start: usize) -> Self {
        Self { start, opened: start, closed: 0, quoted_values: 0, opens_at_start: false }
    }

    fn note(&mut self, at: usize, role: Role) {
        match role {
            Role::Opening => {
                self.opened = at;
                self.quoted_values += 1;
                self.opens_at_start |= at == self.start;
            }
            Role::Closing => self.closed = at + 1,
            _ => {}
        }
    }

    fn end(&self, end: usize) -> Token {
        let whole = self.opens_at_start && self.quoted_values == 1 && (self.closed == end || self.closed == 0);
        let quoting = match self.quoted_values {
            0 => Quoting::None,
            _ if whole => Quoting::Whole,
            _ => Quoting::Values,
        };
        Token { range: self.start..end, quoting }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Quoting)]) -> Record {
        let record = split(text, Rules { separator: ',', room: 100, ignored: None });
        let fields: Vec<_> = record.tokens.iter().map(|token| (text.get(token.range.clone()).unwrap(), token.quoting)).collect();
        assert_eq!(fields, expected);
        record
    }

    #[test]
    fn separators_inside_quotes_do_not_split() {
        check("a,\"b,c\",", &[("a", Quoting::None), ("\"b,c\"", Quoting::Whole), ("", Quoting::None)]);
        check("\"v,1%v,2\",x", &[("\"v,1%v,2\"", Quoting::Whole), ("x", Quoting::None)]);
    }

    #[test]
    fn quotes_around_single_values_do_not_split_either() {
        check("\"v,1\"%\"v,2\",x", &[("\"v,1\"%\"v,2\"", Quoting::Values), ("x", Quoting::None)]);
        check(r#"v\%1%"v,2"%z,x"#, &[(r#"v\%1%"v,2"%z"#, Quoting::Values), ("x", Quoting::None)]);
    }

    #[test]
    fn a_quote_behind_an_escaped_separator_is_stray() {
        let record = check(r#"v\%"1,x"#, &[(r#"v\%"1"#, Quoting::None), ("x", Quoting::None)]);
        assert_eq!(record.faults.iter().map(|fault| (fault.at, fault.code)).collect::<Vec<_>>(), [(3, "quote-inside-field")]);
    }

    #[test]
    fn doubled_quotes_stand_for_one() {
        let record = check(r#""say ""x"", y",z"#, &[(r#""say ""x"", y""#, Quoting::Whole), ("z", Quoting::None)]);
        assert!(record.faults.is_empty());
    }

    #[test]
    fn an_open_quote_is_reported_with_its_place() {
        assert_eq!(check("a,\"b,c", &[("a", Quoting::None), ("\"b,c", Quoting::Whole)]).open, Some(2));
    }

    #[test]
    fn text_behind_a_closing_quote_is_a_fault() {
        let record = check("\"a\"b,c", &[("\"a\"b", Quoting::Values), ("c", Quoting::None)]);
        assert_eq!(record.faults.first().map(|fault| fault.code), Some("text-after-quote"));
    }

    #[test]
    fn fields_beyond_the_room_are_counted() {
        let record = split(",,,", Rules { separator: ',', room: 2, ignored: None });
        assert_eq!((record.tokens.len(), record.count), (2, 4));
    }
}
