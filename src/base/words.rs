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
    fn long_lists_are_cut_and_say_so() {
        assert_eq!(enumerated(["a", "b"], 2), "a, b");
        assert_eq!(enumerated(["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(enumerated(Vec::<String>::new(), 2), "");
    }
}
