//! The documentation of a rule, read from its doc comment: title, why it matters, what to do, examples that fire and that stay silent.

/// The documentation of a rule in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleDocs<'a> {
    /// First sentence without its full stop.
    pub title: &'a str,
    text: &'a str,
}

/// One example Backup of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Whether the rule must fire on it.
    pub fires: bool,
    /// The Backup in fixture notation.
    pub fixture: String,
}

impl<'a> RuleDocs<'a> {
    /// Reads a doc comment.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let title = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        Self { title: title.strip_suffix('.').unwrap_or(title), text }
    }

    /// Returns the text of a section as one paragraph a line, without fenced examples.
    #[must_use]
    pub fn section(&self, heading: &str) -> String {
        let mut paragraphs = vec![String::new()];
        let mut fenced = false;
        for line in self.lines_of(heading) {
            if line.starts_with("```") {
                fenced = !fenced;
            } else if line.is_empty() {
                paragraphs.push(String::new());
            } else if let (false, Some(last)) = (fenced, paragraphs.last_mut()) {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(line);
            }
        }
        paragraphs.retain(|paragraph| !paragraph.is_empty());
        paragraphs.join("\n")
    }

    /// Returns the examples of the sections Fires and Silent.
    #[must_use]
    pub fn examples(&self) -> Vec<Example> {
        let of = |heading, fires| self.fenced(heading).into_iter().map(move |fixture| Example { fires, fixture });
        of("Fires", true).chain(of("Silent", false)).collect()
    }

    fn fenced(&self, heading: &str) -> Vec<String> {
        let mut blocks = Vec::new();
        let mut open: Option<String> = None;
        for line in self.raw_lines_of(heading) {
            match (line.trim_start().starts_with("```"), open.as_mut()) {
                (true, Some(_)) => blocks.extend(open.take()),
                (true, None) => open = Some(String::new()),
                (false, Some(block)) => {
                    block.push_str(line);
                    block.push('\n');
                }
                (false, None) => {}
            }
        }
        blocks
    }

    fn lines_of(&self, heading: &str) -> impl Iterator<Item = &'a str> {
        self.raw_lines_of(heading).map(str::trim)
    }

    /// Lines of a section with the one blank removed that a doc comment puts before each line.
    fn raw_lines_of(&self, heading: &str) -> impl Iterator<Item = &'a str> {
        let heading = format!("## {heading}");
        self.text
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .skip_while(move |line| line.trim_end() != heading)
            .skip(1)
            .take_while(|line| !line.starts_with("## "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCS: &str = " The list is missing.\n\n ## Why it matters\n Nobody can tell\n what is lost.\n\n Second thought.\n ## Fires\n ```backup\n //- Imcsvc.reg\n   indented\n ```\n ## Silent\n ```backup\n //- Imcfls\n ```\n";

    #[test]
    fn sections_and_examples_come_apart() {
        let docs = RuleDocs::new(DOCS);
        assert_eq!(docs.title, "The list is missing");
        assert_eq!(docs.section("Why it matters"), "Nobody can tell what is lost.\nSecond thought.");
        let examples = docs.examples();
        assert_eq!(examples.len(), 2);
        assert_eq!(examples[0], Example { fires: true, fixture: "//- Imcsvc.reg\n  indented\n".into() });
        assert!(!examples[1].fires);
        assert_eq!(docs.section("What to do"), "");
    }
}
