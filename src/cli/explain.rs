//! The catalogue on the command line: `rules` and `explain`.

use thiserror::Error;

use crate::{
    diagnostics::Rule,
    output::{json, text},
    rules::CATALOGUE,
};

use super::{
    args::{ExplainArgs, ListFormat, RulesArgs, When},
    console::{Console, Failure},
    exit::Exit,
};

#[derive(Debug, Error)]
#[error("no rule has the code or name '{0}', and none cites an article of that number; `imcscan rules` lists all")]
struct UnknownRule(String);

/// Lists the catalogue.
pub(super) fn rules(args: &RulesArgs, console: &mut Console) -> Result<Exit, Failure> {
    let in_family = |rule: &Rule| {
        args.family.as_ref().is_none_or(|family| rule.meta.code.trim_end_matches(|c: char| c.is_ascii_digit()).eq_ignore_ascii_case(family))
    };
    let tagged = |rule: &Rule| args.tag.as_ref().is_none_or(|tag| rule.meta.tags.iter().any(|own| own.eq_ignore_ascii_case(tag)));
    let listed: Vec<&'static Rule> = CATALOGUE.iter().copied().filter(|rule| in_family(rule) && tagged(rule)).collect();
    match args.format {
        ListFormat::Text => text::write_rules(&listed, Console::style(When::Auto), console.out())?,
        ListFormat::Json => json::write_rules(&listed, console.out())?,
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
        return Err(Failure::Told(Exit::Usage, Box::new(UnknownRule(args.what.clone()))));
    }
    for (index, rule) in meant.iter().enumerate() {
        if index > 0 {
            console.out().write_all(b"\n")?;
        }
        text::write_explanation(&rule.meta, Console::style(When::Auto), console.out())?;
    }
    Ok(Exit::Success)
}
