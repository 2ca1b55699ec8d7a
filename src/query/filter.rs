//! A filter that was understood.

use super::{
    FilterError,
    parse::parse,
    predicate::{Node, Predicate},
};

/// A filter over messages or findings.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    text: Box<str>,
    pub(super) root: Option<Node>,
}

impl Filter {
    /// Reads a filter. Nothing but blanks is the filter that everything passes.
    ///
    /// # Errors
    /// [`FilterError`] with the place of what is wrong and what was expected there.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Ok(Self { text: text.into(), root: parse(text)? })
    }

    /// Returns the filter as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// Returns whether it asks for the text of bodies, so that files have to be read again.
    #[must_use]
    pub fn reads_bodies(&self) -> bool {
        let mut reads = false;
        self.each(&mut |predicate| reads |= matches!(predicate, Predicate::Body(_)));
        reads
    }

    pub(super) fn each(&self, visit: &mut dyn FnMut(&Predicate)) {
        self.root.iter().for_each(|node| node.each(visit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = Filter::parse(text).unwrap_err();
        let [_, carets] = error.pointed();
        assert_eq!(format!("{carets} {error}"), expected, "\n{text}");
    }

    #[test]
    fn what_is_understood() {
        for text in [
            "",
            "  ",
            "word",
            "queue:bad from:@contoso.com to:joe subject:/regex \\/ x/ size:>1M date:1999-03.. has:attachment has:finding rule:MSG078",
            "attach:*.exe is:ndr or is:damaged and text:\"out of \\\"office\\\"\"",
            "not (a or b) -c !d",
            "from:(joe or anna) AND severity:>=warning",
            "date:\"1999-10-06 14:00\" severity:info..error",
            "- subject:=\"RE: x\" subject:=x subject:\"\"",
            "to:\"a:b\" andrew orlando notes",
        ] {
            if let Err(error) = Filter::parse(text) {
                panic!("{}", error.pointed().join("\n") + "\n" + &error.to_string());
            }
        }
    }

    #[test]
    fn faults_point_at_their_column() {
        check("sise:>1M", "^^^^ column 1: no field is called sise (did you mean size:); quote the text to search for it");
        check("a SMTP:joe", "  ^^^^ column 3: no field is called SMTP; quote the text to search for it");
        check("from:", "     ^ column 6: expected a text behind from:, such as @contoso.com, and the filter ends here");
        check("size:> x", "      ^ column 7: expected a number such as 500, 10k or 1.5M, and the filter ends here");
        check("a (b or", "       ^ column 8: expected a word, a field such as from:, not or (, and the filter ends here");
        check("a (b c", "  ^ column 3: expected ) for this parenthesis, and the filter ends here");
        check("a)", " ^ column 2: expected and, or, another condition, or the end, found )");
        check("or a", "^^ column 1: expected a word, a field such as from:, not or (, found or");
        check("a and and b", "      ^^^ column 7: expected a word, a field such as from:, not or (, found and");
        check("not", "   ^ column 4: expected a word, a field such as from:, not or (, and the filter ends here");
        check("()", " ^ column 2: expected a word, a field such as from:, not or (, found )");
        check("\"a", "^^ column 1: expected a closing \", and the filter ends here");
        check("\"a\"b", "   ^ column 4: expected a blank or a parenthesis behind the closing \", found b");
        check("x subject:/a(b/", "          ^^^^^ column 11: the regular expression is wrong: unclosed group");
        check("is:broken", "   ^^^^^^ column 4: is: takes bare, damaged, dr, envelope, ndr, notice, receipt, report, not broken");
        check("severity:>=bad", "           ^^^ column 12: severity: takes critical, error, warning, info, not bad");
        check("date:1999-13", "          ^^ column 11: expected a month, found 13");
        check("subject:>5", "        ^ column 9: subject: compares no sizes; expected text, a pattern with *, \"…\" or /…/");
        check("size:5M..1M", "     ^^^^^^ column 6: the range ends before it begins");
        check("size:\"x\"", "     ^^^ column 6: expected a number such as 500, 10k or 1.5M, found x");
        check("has:", "    ^ column 5: expected attachment, body, damage, finding, headers, html, message, raw, rtf, and the filter ends here");
    }

    #[test]
    fn bounds_hold() {
        check(&"(".repeat(40), &format!("{:32}^ column 33: more than 32 parentheses and negations within each other", ""));
        assert_eq!(Filter::parse(&"not ".repeat(4000)).unwrap_err().to_string(), "column 4097: a filter has at most 4096 bytes");
        assert_eq!(Filter::parse(&"a ".repeat(200)).unwrap_err().to_string(), "column 257: more than 128 conditions");
        assert_eq!(Filter::parse(&"ä".repeat(3000)).unwrap_err().column(), 2049);
    }

    #[test]
    fn only_text_reads_bodies() {
        assert!(Filter::parse("a or -(b text:c)").unwrap().reads_bodies());
        assert!(!Filter::parse("subject:text").unwrap().reads_bodies());
    }
}
