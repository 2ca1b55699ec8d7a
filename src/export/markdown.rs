//! A finding as Markdown (CommonMark), to be pasted into a ticket. Evidence stands in code spans or with every mark escaped, so that it
//! makes no heading, link, image or HTML of its own.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use crate::{
    backup::Backup,
    base::{counted, printable},
    diagnostics::{Evidence, Finding},
};

use super::{Destination, ExportError};

/// Saves a finding and returns the path of the file.
///
/// # Errors
/// When the file cannot be written.
pub fn save_finding(place: &Destination, finding: &Finding, backup: &Backup) -> Result<PathBuf, ExportError> {
    place.save(&format!("{}-{}.md", finding.rule.code, finding.rule.name), &mut |out| write(finding, backup, out))
}

fn write(finding: &Finding, backup: &Backup, out: &mut dyn Write) -> io::Result<()> {
    let rule = finding.rule;
    writeln!(out, "# {} {} ({}, {})\n", rule.code, rule.name, finding.severity, finding.certainty)?;
    writeln!(out, "{}.\n\n{}\n", escaped(rule.title()), escaped(&finding.message))?;
    writeln!(out, "## Proof\n")?;
    finding.evidence.iter().try_for_each(|evidence| proof(evidence, out))?;
    let affected = &finding.affected;
    if affected.messages > 0 {
        let queues = affected.queues.iter().map(|queue| code(queue)).collect::<Vec<_>>().join(", ");
        writeln!(out, "\nAffects {} in {queues}.", counted(affected.messages, "queue item"))?;
    }
    for title in ["Why it matters", "What to do"] {
        let text = rule.documentation().section(title);
        writeln!(out, "\n## {title}\n\n{}", escaped(&text.replace('\n', " ")))?;
    }
    writeln!(out, "\n## Sources\n")?;
    if !rule.kb.is_empty() {
        writeln!(out, "- Microsoft Knowledge Base: {}", rule.kb.join(", "))?;
    }
    writeln!(out, "- Backup: {}, SHA-256 of all files `{}`", code(&backup.place.given), backup.manifest)?;
    writeln!(out, "- imcscan {}", env!("CARGO_PKG_VERSION"))
}

fn proof(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    let Evidence { file, locator, span, observed, expected } = evidence;
    write!(out, "- {}, {}", code(file), code(&locator.to_string()))?;
    if let Some(span) = span.as_ref().filter(|span| span.start > 0) {
        write!(out, ", offset {:#x}", span.start)?;
    }
    if !observed.is_empty() {
        write!(out, ": {}", code(observed))?;
    }
    if !expected.is_empty() {
        write!(out, "; expected {}", escaped(expected))?;
    }
    writeln!(out)
}

/// Returns a code span, fenced by more backticks than it holds in a row.
pub(crate) fn code(text: &str) -> String {
    let shown = printable(text).to_string();
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let is_plain = longest == 0 && !shown.is_empty() && !shown.starts_with(' ') && !shown.ends_with(' ');
    let room = if is_plain { "" } else { " " };
    format!("{fence}{room}{shown}{room}{fence}")
}

/// Returns running text with every mark of Markdown and HTML escaped.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut before = '\n';
    for c in printable(text).to_string().chars() {
        let is_mark = match c {
            // What makes a list or a heading does so at the front only.
            '-' | '+' | '=' | '#' => before == '\n',
            // A point makes a list behind a number and a link behind www.
            '.' => matches!(before, 'w' | 'W' | '0'..='9'),
            // So does a parenthesis.
            ')' => before.is_ascii_digit(),
            ',' | ';' | '\'' | '/' | '%' | '?' | '(' | '"' => false,
            c => c.is_ascii_punctuation(),
        };
        if is_mark {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::report_of_fixture;

    #[test]
    fn evidence_makes_no_markup() {
        assert_eq!(
            escaped("<script>[x](http://y) # *b* www.a.b\n1. `c`"),
            "\\<script\\>\\[x\\](http\\://y) # \\*b\\* www\\.a.b\\\\u\\{a\\}1\\. \\`c\\`"
        );
        assert_eq!([escaped("# x"), escaped("- x-y"), escaped("1) x")], ["\\# x", "\\- x-y", "1\\) x"]);
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("``` <b>\n"), "```` ``` <b>\\u{a} ````");
        assert_eq!(code(""), "`  `");
    }

    #[test]
    fn a_finding_is_a_page() {
        let text = "//- Imcsvc.reg\nREGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Diagnostics]\n\"7 SMTP Protocol Log\"=dword:00000005\n//- Mtsout/1\nsubject: \"RE:33%s5 <img src=x>\"\n";
        let report = report_of_fixture(text).unwrap();
        let finding = report.findings.iter().find(|finding| finding.rule.code == "MSG143").unwrap();
        let mut out = Vec::new();
        write(finding, &report.backup, &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(page.starts_with("# MSG143 subject-with-percent-s (critical, possible)\n\nSubject with %s"), "{page}");
        assert!(page.contains("\\<img src=x\\>") && page.contains(": `RE:33%s5 <img src=x>`; expected"), "{page}");
        assert!(page.contains("Affects 1 queue item in `MTS-OUT`.") && page.contains("Q239816"), "{page}");
    }
}
