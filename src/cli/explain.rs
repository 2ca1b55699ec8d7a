//! The catalogue on the command line: `rules` and `explain`.

use thiserror::Error;

use crate::{
    base::edit_distance,
    diagnostics::Rule,
    output::{json, markdown, text},
    rules::{CATALOGUE, articles::articles},
};

use super::{
    args::{CatalogueFormat, ExplainArgs, RulesArgs, When},
    console::{Console, Failure},
    exit::Exit,
};

#[derive(Debug, Error)]
#[error("no rule has the code or name '{asked}', and none cites an article of that number; {hint}")]
struct UnknownRule {
    asked: String,
    hint: String,
}

/// Typing errors that a name may have; a code or number may have one.
const CLOSE: usize = 3;
/// Longer words are no misspelt name.
const LONGEST: usize = 80;

impl UnknownRule {
    fn new(asked: &str) -> Self {
        let names = CATALOGUE
            .iter()
            .filter(|_| asked.len() <= LONGEST)
            .flat_map(|rule| [rule.meta.code, rule.meta.name].into_iter().chain(rule.meta.kb.iter().copied()));
        let lower = asked.to_lowercase();
        let close = names
            .map(|name| (edit_distance(&lower, &name.to_lowercase()), name))
            .filter(|(distance, name)| *distance <= if name.contains('-') { CLOSE } else { 1 })
            .min();
        let hint = close.map_or_else(|| "`imcscan rules` lists all".to_owned(), |(_, name)| format!("did you mean {name}?"));
        Self { asked: asked.to_owned(), hint }
    }
}

/// Lists the catalogue.
pub(super) fn rules(args: &RulesArgs, console: &mut Console) -> Result<Exit, Failure> {
    let in_family = |rule: &Rule| {
        args.family.as_ref().is_none_or(|family| rule.meta.code.trim_end_matches(|c: char| c.is_ascii_digit()).eq_ignore_ascii_case(family))
    };
    let tagged = |rule: &Rule| args.tag.as_ref().is_none_or(|tag| rule.meta.tags.iter().any(|own| own.eq_ignore_ascii_case(tag)));
    let listed: Vec<&'static Rule> = CATALOGUE.iter().copied().filter(|rule| in_family(rule) && tagged(rule)).collect();
    match args.format {
        CatalogueFormat::Text => text::write_rules(&listed, Console::style(When::Auto), console.out())?,
        CatalogueFormat::Json => json::write_rules(&listed, console.out())?,
        CatalogueFormat::Markdown => markdown::write_catalogue(&listed, console.out())?,
    }
    Ok(Exit::Success)
}

/// Explains one rule, or all rules that cite an article.
pub(super) fn explain(args: &ExplainArgs, console: &mut Console) -> Result<Exit, Failure> {
    let is_meant = |rule: &Rule| {
        let meta = &rule.meta;
        let names = [meta.code, meta.name];
        names.iter().chain(meta.kb).any(|name| name.eq_ignore_ascii_case(&args.what))
    };
    let meant: Vec<&'static Rule> = CATALOGUE.iter().copied().filter(|rule| is_meant(rule)).collect();
    if meant.is_empty() {
        return Err(Failure::Told(Exit::Usage, Box::new(UnknownRule::new(&args.what))));
    }
    if let Some(article) = articles(CATALOGUE).iter().find(|article| article.number.eq_ignore_ascii_case(&args.what)) {
        text::write_article(article, Console::style(When::Auto), console.out())?;
    }
    for (index, rule) in meant.iter().enumerate() {
        if index > 0 {
            console.out().write_all(b"\n")?;
        }
        text::write_explanation(&rule.meta, Console::style(When::Auto), console.out())?;
    }
    Ok(Exit::Success)
}
