//! The catalogue for people: lists and explanations.

use std::io::{self, Write};

use crate::{
    diagnostics::{Rule, RuleMeta},
    rules::articles::Article,
};

use super::{Page, Style};

/// Writes one line a rule.
///
/// # Errors
/// Whatever the writer says.
pub fn write_rules(rules: &[&'static Rule], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style, out);
    rules.iter().try_for_each(|Rule { meta, .. }| {
        page.entry(0, &format!("{:7} {:8}", meta.code, meta.severity), &format!("{} - {}", meta.name, meta.title()))
    })
}

/// Writes what an article is about and which rules cite it.
///
/// # Errors
/// Whatever the writer says.
pub fn write_article(article: &Article, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style, out);
    let codes: Vec<&str> = article.rules.iter().map(|rule| rule.code).collect();
    page.heading(&format!("{}: {}", article.number, article.about))?;
    page.entry(0, "cited by", &codes.join(" "))?;
    page.blank()
}

/// Writes everything about a rule.
///
/// # Errors
/// Whatever the writer says.
pub fn write_explanation(rule: &'static RuleMeta, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let docs = rule.documentation();
    let mut page = Page::new(style, out);
    page.title(rule.severity, &format!("{} {}", rule.code, rule.name), &rule.kb.join(" "))?;
    page.entry(0, "", docs.title)?;
    page.blank()?;
    page.paragraphs(0, "", docs.section("Why it matters").lines())?;
    page.blank()?;
    page.paragraphs(0, "What to do", docs.section("What to do").lines())?;
    page.blank()?;
    page.entry(0, "Certainty ", rule.certainty.name())?;
    page.entry(0, "Versions  ", &rule.versions.iter().map(|line| line.name()).collect::<Vec<_>>().join(", "))?;
    if let Some(fixed) = fixed(rule) {
        page.entry(0, "Fixed     ", &fixed)?;
    }
    let needs: Vec<String> = rule.needs.iter().map(|group| group.iter().map(|need| need.name()).collect::<Vec<_>>().join(" or ")).collect();
    page.entry(0, "Needs     ", &needs.join(", "))?;
    if !rule.tags.is_empty() {
        page.entry(0, "Tags      ", &rule.tags.join(", "))?;
    }
    for example in docs.examples() {
        page.blank()?;
        page.heading(if example.fires { "Fires on" } else { "Silent on" })?;
        example.fixture.lines().try_for_each(|line| page.entry(2, "", line))?;
    }
    Ok(())
}

fn fixed(rule: &RuleMeta) -> Option<String> {
    match (rule.fixed_in, rule.fixed_build) {
        (Some(packs), Some(build)) => Some(format!("{packs} (build {build})")),
        (packs, build) => packs.or(build).map(str::to_owned),
    }
}
