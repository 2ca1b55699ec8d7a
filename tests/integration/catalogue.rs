//! The catalogue as a whole: codes and names, documentation, and the facts agreed upon for each rule where the knowledge files are at hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::PathBuf,
};

use imcscan::{
    diagnostics::{Rule, RuleMeta},
    rules::CATALOGUE,
};
use serde_json::Value;

#[track_caller]
fn none_of_them(wrong: impl Iterator<Item = String>) {
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn metas() -> impl Iterator<Item = &'static RuleMeta> {
    CATALOGUE.iter().map(|rule| &rule.meta)
}

#[test]
fn codes_are_unique_well_formed_and_sorted() {
    let codes: Vec<&str> = metas().map(|meta| meta.code).collect();
    let is_code = |code: &str| {
        let (family, number) = code.split_at_checked(3).unwrap_or_default();
        number.len() == 3 && family.bytes().all(|b| b.is_ascii_uppercase()) && number.bytes().all(|b| b.is_ascii_digit())
    };
    none_of_them(codes.iter().filter(|code| !is_code(code)).map(|code| format!("{code} is no code")));
    none_of_them(codes.windows(2).filter(|pair| pair[0] >= pair[1]).map(|pair| format!("{} stands before {}", pair[0], pair[1])));
}

#[test]
fn names_are_unique_and_well_formed() {
    let is_name = |name: &str| {
        let words = name.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        words && name.contains('-') && name.len() <= 60
    };
    none_of_them(metas().filter(|meta| !is_name(meta.name)).map(|meta| format!("{} has the name {}", meta.code, meta.name)));
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    metas().for_each(|meta| by_name.entry(meta.name).or_default().push(meta.code));
    none_of_them(by_name.iter().filter(|(_, codes)| codes.len() > 1).map(|(name, codes)| format!("{codes:?} share the name {name}")));
}

/// The page `src/rules/catalogue.md` is written by `imcscan rules --format markdown`.
#[test]
fn the_catalogue_page_is_fresh() {
    let mut page = Vec::new();
    imcscan::output::markdown::write_catalogue(CATALOGUE, &mut page).unwrap();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/rules/catalogue.md");
    if env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read(path).unwrap_or_default();
    assert!(kept == page, "write it again: cargo run -- rules --format markdown > src/rules/catalogue.md");
}

#[test]
fn every_rule_cites_its_articles() {
    let is_article =
        |kb: &&str| kb.strip_prefix('Q').is_some_and(|digits| (5..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
    none_of_them(metas().flat_map(|meta| meta.kb.iter().filter(|kb| !is_article(kb)).map(|kb| format!("{} cites {kb}", meta.code))));
    let lacks = metas().filter(|meta| meta.kb.is_empty());
    none_of_them(lacks.map(|meta| format!("{} cites no article", meta.code)));
}

#[test]
fn every_rule_is_documented_under_all_four_headings() {
    let mut wrong = Vec::new();
    for meta in metas() {
        let docs = meta.documentation();
        let examples = docs.examples();
        for heading in ["Why it matters", "What to do"] {
            let text = docs.section(heading);
            if !text.ends_with(['.', ')', ':']) || text.len() < 20 {
                wrong.push(format!("{}: \"{heading}\" is no text: {text:?}", meta.code));
            }
        }
        if !examples.iter().any(|example| example.fires) || !examples.iter().any(|example| !example.fires) {
            wrong.push(format!("{}: an example that fires or one that is silent is missing", meta.code));
        }
        if docs.title.is_empty() || docs.title.ends_with('.') || docs.title.len() > 120 {
            wrong.push(format!("{}: {:?} is no title", meta.code, docs.title));
        }
    }
    none_of_them(wrong.into_iter());
}

#[test]
fn every_rule_stands_in_the_file_of_its_family() {
    let family = |meta: &RuleMeta| format!("rules/{}/", meta.code.chars().take(3).collect::<String>().to_ascii_lowercase());
    let elsewhere = metas().filter(|meta| !meta.file.replace('\\', "/").contains(&family(meta)));
    none_of_them(elsewhere.map(|meta| format!("{} stands in {}", meta.code, meta.file)));
}

/// Every rule of every family is declared in a file below `src/rules`; each of them has to be in the catalogue.
#[test]
fn every_declared_rule_is_in_the_catalogue() {
    let known: BTreeSet<&str> = metas().map(|meta| meta.code).collect();
    let mut unknown = Vec::new();
    for family in fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/rules")).unwrap() {
        let family = family.unwrap().path();
        for file in family.is_dir().then(|| fs::read_dir(&family).unwrap()).into_iter().flatten() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let codes = text.lines().filter_map(|line| line.trim().strip_prefix("id: \"")?.split('"').next());
            unknown.extend(codes.filter(|code| !known.contains(code)).map(str::to_owned));
        }
    }
    assert!(unknown.is_empty(), "declared and not in the catalogue: {unknown:?}");
}

fn knowledge(name: &str) -> Option<Vec<Value>> {
    let folder =
        env::var_os("IMCSCAN_KNOWLEDGE").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/knowledge"), PathBuf::from);
    let text = fs::read_to_string(folder.join(name)).ok()?;
    Some(text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn words(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

/// The facts of a rule as agreed upon: name, severity, certainty, versions, fixes, articles, needs and tags.
#[test]
fn the_facts_of_each_rule_are_those_agreed_upon() {
    let files = ["rules-config.jsonl", "rules-message.jsonl", "rules-extra.jsonl"];
    let Some(agreed) = files.iter().map(|name| knowledge(name)).collect::<Option<Vec<_>>>() else {
        eprintln!("skipped: the knowledge files are not beside the project (IMCSCAN_KNOWLEDGE)");
        return;
    };
    let agreed: BTreeMap<String, Value> = agreed.into_iter().flatten().map(|rule| (rule["code"].as_str().unwrap().to_owned(), rule)).collect();
    let mut amended: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut is_changed = BTreeSet::new();
    for change in knowledge("amendments.jsonl").unwrap_or_default() {
        let code = change["code"].as_str().unwrap_or_default().to_owned();
        amended.entry(code.clone()).or_default().extend(words(&change["kb"]));
        let text = change["change"].as_str().unwrap_or_default();
        let names_facts = ["applies", "fixed", "versions", "severity", "critical", "only", "bound"].iter().any(|word| text.contains(word));
        is_changed.extend(names_facts.then_some(code));
    }
    let mut wrong = Vec::new();
    for rule in CATALOGUE {
        match agreed.get(rule.meta.code) {
            Some(facts) => wrong.extend(differences(rule, facts, amended.get(rule.meta.code), is_changed.contains(rule.meta.code))),
            None => wrong.push(format!("{} is agreed upon nowhere", rule.meta.code)),
        }
    }
    none_of_them(wrong.into_iter());
}

fn differences(rule: &Rule, facts: &Value, amended: Option<&BTreeSet<String>>, is_changed: bool) -> Vec<String> {
    let meta = &rule.meta;
    let mut wrong = Vec::new();
    let mut same = |what: &str, ours: String, theirs: String| {
        if ours != theirs {
            wrong.push(format!("{}: {what} is {ours}, agreed is {theirs}", meta.code));
        }
    };
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    same("name", meta.name.to_owned(), text(&facts["name"]));
    same("certainty", meta.certainty.name().to_owned(), text(&facts["certainty"]));
    if !is_changed {
        let versions: BTreeSet<String> = meta.versions.iter().map(|line| line.name().to_owned()).collect();
        same("severity", meta.severity.name().to_owned(), text(&facts["severity"]));
        same("versions", format!("{versions:?}"), format!("{:?}", words(&facts["applies"]["versions"])));
        same("fixed build", meta.fixed_build.unwrap_or("none").to_owned(), text(&facts["applies"]["fixed_build"]));
        same("fixed in", meta.fixed_in.unwrap_or("none").to_owned(), text(&facts["applies"]["fixed_in"]));
    }
    let needs = |group: &str| group.to_lowercase().replace("contentconversionfailed", "conversion-failed");
    let ours: BTreeSet<String> = meta.needs.iter().map(|group| needs(&group.iter().map(|need| need.name()).collect::<Vec<_>>().join("|"))).collect();
    same("needs", format!("{ours:?}"), format!("{:?}", words(&facts["needs"])));
    same("tags", format!("{:?}", meta.tags.iter().map(|tag| (*tag).to_owned()).collect::<BTreeSet<_>>()), format!("{:?}", words(&facts["tags"])));
    let (ours, agreed): (BTreeSet<String>, _) = (meta.kb.iter().map(|kb| (*kb).to_owned()).collect(), words(&facts["kb"]));
    let all = amended.into_iter().flatten().cloned().chain(agreed.iter().cloned()).collect();
    if !agreed.is_subset(&ours) || !ours.is_subset(&all) {
        same("articles", format!("{ours:?}"), format!("{agreed:?}, amended {all:?}"));
    }
    wrong
}
