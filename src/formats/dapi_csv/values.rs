//! One field into values: quotes go first, then unescaped separators split, then `\%` and `\\` are undone (Q156063, Q184532).

use super::quotes::{Quotes, Quoting, Role};

/// The values of one field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Values {
    pub(super) list: Vec<Box<str>>,
    /// Whether there was no room for all values.
    pub(super) cut: bool,
    /// Whether a backslash stands before neither a backslash nor a separator; an import would drop it (0x800000A8).
    pub(super) lone_backslash: bool,
    /// Whether a separator stands bare between the quotes of the whole field, as only 5.0 and later write it.
    pub(super) bare_separator_in_quotes: bool,
}

/// Returns the values of a field; the last value takes the rest when the room is used up.
pub(super) fn split(raw: &str, quoting: Quoting, separator: char, room: usize) -> Values {
    let mut found = Values::default();
    if raw.is_empty() {
        return found;
    }
    let mut value = String::new();
    let mut chars = unquoted(raw, quoting).peekable();
    while let Some((c, protected)) = chars.next() {
        let escapes = chars.peek().is_some_and(|&(next, _)| next == '\\' || next == separator);
        if c == '\\' && escapes {
            value.extend(chars.next().map(|(escaped, _)| escaped));
        } else if c == separator && !protected && found.list.len() + 1 < room {
            found.bare_separator_in_quotes |= quoting == Quoting::Whole;
            found.list.push(std::mem::take(&mut value).into());
        } else {
            found.cut |= c == separator && !protected;
            found.lone_backslash |= c == '\\';
            value.push(c);
        }
    }
    found.list.push(value.into());
    found
}

/// Returns a field as one value.
pub(super) fn one(raw: &str, quoting: Quoting, separator: char) -> String {
    let mut value = String::with_capacity(raw.len());
    let mut chars = unquoted(raw, quoting).peekable();
    while let Some((c, _)) = chars.next() {
        let escaped = if c == '\\' { chars.next_if(|&(next, _)| next == '\\' || next == separator) } else { None };
        value.push(escaped.map_or(c, |(escaped, _)| escaped));
    }
    value
}

/// Returns the text of a field without its quotes, and of each character whether quotes around a single value protect it.
pub(super) fn unquoted(raw: &str, quoting: Quoting) -> impl Iterator<Item = (char, bool)> + '_ {
    let mut quotes = Quotes::at_field_start();
    let mut chars = raw.chars().peekable();
    std::iter::from_fn(move || {
        loop {
            let c = chars.next()?;
            if quoting == Quoting::None {
                return Some((c, false));
            }
            match quotes.take(c, chars.peek().copied()) {
                Role::Opening | Role::Closing | Role::Doubling => {}
                Role::Inside => return Some((c, quoting == Quoting::Values)),
                Role::Plain | Role::Stray | Role::Trailing => return Some((c, false)),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, quoting: Quoting, expected: &[&str]) {
        let found = split(raw, quoting, '%', 100);
        assert_eq!(found.list.iter().map(AsRef::as_ref).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_published_examples_give_their_values() {
        check(r#""v\%1%v,2%v,3""#, Quoting::Whole, &["v%1", "v,2", "v,3"]);
        check(r#"v\%1%"v,2"%"v,3""#, Quoting::Values, &["v%1", "v,2", "v,3"]);
        check(r"a\\%b", Quoting::None, &["a\\", "b"]);
        check("", Quoting::None, &[]);
        check("a%%", Quoting::None, &["a", "", ""]);
    }

    #[test]
    fn a_bare_separator_between_the_quotes_of_one_value_belongs_to_it() {
        check(r#""100%, sure"%b"#, Quoting::Values, &["100%, sure", "b"]);
        check(r#""100%, sure""#, Quoting::Whole, &["100", ", sure"]);
    }

    #[test]
    fn account_names_keep_their_backslash() {
        check(r"DOMAIN\user%DOMAIN\\other", Quoting::None, &[r"DOMAIN\user", r"DOMAIN\other"]);
        assert!(split(r"DOMAIN\user", Quoting::None, '%', 9).lone_backslash);
        assert!(!split(r"DOMAIN\\user", Quoting::None, '%', 9).lone_backslash);
    }

    #[test]
    fn a_single_value_keeps_its_percent_signs() {
        assert_eq!(one(r#""5% of \% and ""x"" \\ y""#, Quoting::Whole, '%'), r#"5% of % and "x" \ y"#);
    }

    #[test]
    fn values_beyond_the_room_stay_together() {
        let found = split("a%b%c", Quoting::None, '%', 2);
        assert_eq!(found.list, ["a".into(), "b%c".into()]);
        assert!(found.cut);
    }
}
