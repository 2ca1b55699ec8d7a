//! The catalogue as a page in Markdown: every rule with what it means and what to do, and the articles behind them. Our own texts only;
//! nothing of the evidence is written here.

use std::io::{self, Write};

use crate::{
    diagnostics::{Rule, RuleMeta},
    rules::articles::{Article, articles},
};

/// Writes the page.
///
/// # Errors
/// Whatever the writer says.
pub fn write_catalogue(rules: &[&'static Rule], out: &mut dyn Write) -> io::Result<()> {
    let articles = articles(rules);
    writeln!(out, "# The rules of imcscan\n")?;
    writeln!(
        out,
        "{} rules drawn from {} Knowledge Base articles, by family and code. Written by `imcscan rules --format markdown`.\n",
        rules.len(),
        articles.len()
    )?;
    for family in rules.chunk_by(|a, b| family(&a.meta) == family(&b.meta)) {
        let Some(first) = family.first() else { continue };
        writeln!(out, "## {}\n", self::family(&first.meta))?;
        family.iter().try_for_each(|rule| write_rule(&rule.meta, out))?;
    }
    writeln!(out, "## Articles\n\n| article | about | rules |\n|---|---|---|")?;
    articles.iter().try_for_each(|article| write_article(article, out))
}

fn family(meta: &RuleMeta) -> &'static str {
    meta.code.trim_end_matches(|c: char| c.is_ascii_digit())
}

fn write_rule(meta: &'static RuleMeta, out: &mut dyn Write) -> io::Result<()> {
    let docs = meta.documentation();
    writeln!(out, "### {} {}\n\n{}.\n", meta.code, meta.name, text(docs.title))?;
    let versions: Vec<&str> = meta.versions.iter().map(|line| line.name()).collect();
    let needs: Vec<String> = meta.needs.iter().map(|group| group.iter().map(|need| need.name()).collect::<Vec<_>>().join(" or ")).collect();
    let fixed = meta.fixed_in.or(meta.fixed_build).map(|fixed| format!(" · fixed in {fixed}")).unwrap_or_default();
    writeln!(
        out,
        "{}, {} · Exchange {}{fixed} · needs {} · {} · {}\n",
        meta.severity,
        meta.certainty,
        versions.join(", "),
        needs.join(", "),
        meta.tags.join(", "),
        meta.kb.join(" ")
    )?;
    for paragraph in docs.section("Why it matters").lines() {
        writeln!(out, "{}\n", text(paragraph))?;
    }
    for paragraph in docs.section("What to do").lines() {
        writeln!(out, "> {}\n", text(paragraph))?;
    }
    Ok(())
}

fn write_article(article: &Article, out: &mut dyn Write) -> io::Result<()> {
    let codes: Vec<&str> = article.rules.iter().map(|rule| rule.code).collect();
    writeln!(out, "| {} | {} | {} |", article.number, text(article.about).replace('|', "\\|"), codes.join(" "))
}

/// Keeps characters that Markdown would take for markup.
pub(crate) fn text(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for c in words.chars() {
        if matches!(c, '\\' | '*' | '_' | '<' | '>' | '[' | ']' | '`' | '#') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_stays_text() {
        assert_eq!(text("<inbound> *@x_y [1]"), "\\<inbound\\> \\*@x\\_y \\[1\\]");
    }
}
