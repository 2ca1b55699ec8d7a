//! What a text must hold for a regular expression to be found in it, told from the expression without compiling it. Compiling is most of the
//! time that a small Backup takes, and most expressions of the rules are found nowhere in it.

/// The shortest run of letters worth looking for.
const SHORTEST: usize = 3;

/// Returns runs of ASCII characters, in lower case, one of which every match holds, letter case aside; none when that cannot be told.
pub(super) fn needles(pattern: &str) -> Option<Vec<Vec<u8>>> {
    let mut branches = Vec::new();
    let mut branch = Branch::default();
    let mut rest = pattern.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'\\' => rest = branch.escape(rest)?,
            b'[' => rest = branch.skip(class_end(rest)?),
            b'(' => rest = branch.skip(group_end(rest)?),
            b'|' => branches.push(std::mem::take(&mut branch).end()?),
            b'?' | b'*' => branch.may_be_absent(),
            b'{' => {
                branch.may_be_absent();
                let end = rest.iter().position(|&byte| byte == b'}')?;
                rest = rest.get(end + 1..)?;
            }
            b'+' | b'.' | b'^' | b'$' => branch.end_run(),
            byte if byte.is_ascii() => branch.run.push(byte.to_ascii_lowercase()),
            _ => return None,
        }
    }
    branches.push(branch.end()?);
    Some(branches)
}

/// Returns whether a text holds one of the needles, letter case aside.
pub(super) fn holds(text: &str, needles: &[Vec<u8>]) -> bool {
    // These two fold to k and s.
    let folds = !text.is_ascii() && text.contains(['\u{17f}', '\u{212a}']);
    folds || needles.iter().any(|needle| text.as_bytes().windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle)))
}

/// One alternative of an expression, as far as it was read.
#[derive(Default)]
struct Branch {
    run: Vec<u8>,
    longest: Vec<u8>,
}

impl Branch {
    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if run.len() > self.longest.len() {
            self.longest = run;
        }
    }

    /// What stands last may occur no time.
    fn may_be_absent(&mut self) {
        self.run.pop();
        self.end_run();
    }

    fn skip<'p>(&mut self, rest: &'p [u8]) -> &'p [u8] {
        self.end_run();
        rest
    }

    /// Takes what follows a backslash: a mark that stands for itself, or a class or place that stands for no certain character.
    fn escape<'p>(&mut self, rest: &'p [u8]) -> Option<&'p [u8]> {
        let (&byte, behind) = rest.split_first()?;
        match byte {
            b'<' | b'>' | b'b' | b'B' | b'd' | b'D' | b's' | b'S' | b'w' | b'W' | b'A' | b'z' | b'r' | b'n' | b't' => self.end_run(),
            byte if byte.is_ascii_punctuation() => self.run.push(byte),
            _ => return None,
        }
        Some(behind)
    }

    fn end(mut self) -> Option<Vec<u8>> {
        self.end_run();
        (self.longest.len() >= SHORTEST).then_some(self.longest)
    }
}

/// Returns what follows a class whose opening bracket was read.
fn class_end(class: &[u8]) -> Option<&[u8]> {
    // A bracket right behind the opening one stands for itself.
    let mut rest = class.strip_prefix(b"^").unwrap_or(class);
    rest = rest.strip_prefix(b"]").unwrap_or(rest);
    loop {
        let (&byte, behind) = rest.split_first()?;
        rest = match byte {
            b'\\' => behind.get(1..)?,
            b'[' => class_end(behind)?,
            b']' => return Some(behind),
            _ => behind,
        };
    }
}

/// Returns what follows a group whose opening parenthesis was read; flags that change how the rest is read are not followed.
fn group_end(group: &[u8]) -> Option<&[u8]> {
    let flags = group.strip_prefix(b"?").map(|rest| rest.iter().take_while(|&&byte| byte != b':' && byte != b')').any(|&byte| byte == b'x'));
    if flags == Some(true) && !group.starts_with(b"?P<") && !group.starts_with(b"?<") {
        return None;
    }
    let mut rest = group;
    loop {
        let (&byte, behind) = rest.split_first()?;
        rest = match byte {
            b'\\' => behind.get(1..)?,
            b'[' => class_end(behind)?,
            b'(' => group_end(behind)?,
            b')' => return Some(behind),
            _ => behind,
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    #[track_caller]
    fn check(pattern: &str, expected: Option<&[&str]>) {
        let found = needles(pattern).map(|runs| runs.into_iter().map(|run| String::from_utf8(run).unwrap()).collect::<Vec<_>>());
        assert_eq!(found, expected.map(|runs| runs.iter().map(ToString::to_string).collect()), "{pattern}");
    }

    #[test]
    fn each_alternative_has_a_needle() {
        check(r"(?i)Unknown Recipient|Recipient Not Found", Some(&["unknown recipient", "recipient not found"]));
        check(r"Host unknown\.?|x", None);
        check(r"abc?defg+h", Some(&["defg"]));
        check(r"abcd{2,3}ef", Some(&["abc"]));
        check(r"a\.b\.c", Some(&["a.b.c"]));
        check(r"abc(def|[)x])ghij", Some(&["ghij"]));
        check(r"[[:alpha:]\]]abc", Some(&["abc"]));
        check(r"[]a]bcd", Some(&["bcd"]));
        check(r"\bword\b|\x41bc", None);
        check(r"(?x) a b c d", None);
        check(r"été longs", None);
        check(r"\d+", None);
        check("(", None);
    }

    proptest! {
        #[test]
        fn what_is_found_holds_a_needle(
            pattern in "(\\(\\?i\\))?([abks]{1,4}|\\\\.|[?*+]|\\[ab\\]|\\(a\\|bk\\)|\\||b\\{0,2\\}|\\\\b){1,7}",
            text in "[aAbBkKsS.ſ\u{212a} ]{0,12}",
        ) {
            if let (Ok(regex), Some(runs)) = (Regex::new(&pattern), needles(&pattern)) {
                prop_assert!(!regex.is_match(&text) || holds(&text, &runs), "{} in {}", pattern, text);
            }
        }
    }
}
