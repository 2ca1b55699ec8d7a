//! Small phrases that messages of every floor share: counted nouns and shortened lists.

/// Returns `1 file`, `3 files`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    let ending = match count {
        1 => "",
        _ if noun.ends_with(['x', 's']) => "es",
        _ => "s",
    };
    match (count, noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']))) {
        (1, _) | (_, None) => format!("{count} {noun}{ending}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
    }
}

/// Returns the first names of a list and the number of the others: `a, b and 3 more`.
#[must_use]
pub fn enumerated<T: AsRef<str>>(names: impl IntoIterator<Item = T>, most: usize) -> String {
    let mut names = names.into_iter();
    let shown: Vec<T> = names.by_ref().take(most).collect();
    let shown = shown.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.count() {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Returns whether two words differ by one typing error: a letter more or less, another letter, or two neighbours exchanged. Another digit
/// is no error, since numbered names are meant so.
#[must_use]
pub fn differ_by_one(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let common = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let [rest, other_rest] = [&one, &other].map(|word| word.get(common..).unwrap_or_default());
    match (rest, other_rest) {
        ([a, tail @ ..], [b, other_tail @ ..]) if tail == other_tail => !(a.is_ascii_digit() && b.is_ascii_digit()),
        ([a, b, tail @ ..], [c, d, other_tail @ ..]) if (a, b) == (d, c) && tail == other_tail => true,
        ([_, tail @ ..], longer) if tail == longer => true,
        (longer, [_, tail @ ..]) => tail == longer,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(counted(0, "file"), "0 files");
        assert_eq!(counted(2, "entry"), "2 entries");
        assert_eq!(counted(1, "entry"), "1 entry");
        assert_eq!(
            (counted(1, "mailbox"), counted(2, "mailbox"), counted(3, "address")),
            ("1 mailbox".into(), "2 mailboxes".into(), "3 addresses".into())
        );
        assert_eq!(counted(2, "key"), "2 keys");
    }

    #[test]
    fn one_typing_error_is_seen() {
        for near in ["partnr", "partnner", "partnar", "partenr", "artner", "partners"] {
            assert!(differ_by_one("partner", near) && differ_by_one(near, "partner"), "{near}");
        }
        for far in ["partner", "partnrs", "prtnr", "acme", ""] {
            assert!(!differ_by_one("partner", far), "{far}");
        }
        assert!(!differ_by_one("mail1", "mail2") && differ_by_one("mail1", "mails"));
    }

    #[test]
    fn long_lists_are_cut_and_say_so() {
        assert_eq!(enumerated(["a", "b"], 2), "a, b");
        assert_eq!(enumerated(["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(enumerated(Vec::<String>::new(), 2), "");
    }
}
