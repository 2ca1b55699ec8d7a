//! The Knowledge Base articles behind the catalogue: number, what it is about in our words, and the rules that cite it.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::diagnostics::{Rule, RuleMeta};

/// One article.
#[derive(Debug, Clone)]
pub struct Article {
    /// Its number, for example `Q193922`.
    pub number: &'static str,
    /// What it is about: the title of the rule that draws on it most, which is the one that cites fewest others.
    pub about: &'static str,
    /// The rules that cite it, by code.
    pub rules: Vec<&'static RuleMeta>,
}

/// Returns the articles that some rules cite, by number.
#[must_use]
pub fn articles(rules: &[&'static Rule]) -> Vec<Article> {
    let mut citing: BTreeMap<&'static str, Vec<&'static RuleMeta>> = BTreeMap::new();
    for rule in rules {
        for number in rule.meta.kb {
            citing.entry(number).or_default().push(&rule.meta);
        }
    }
    // The first of a rule's articles is its main one.
    let draws_on = |number: &'static str| move |rule: &&&'static RuleMeta| Reverse((rule.kb.first() != Some(&number), rule.kb.len(), rule.code));
    let article = |(number, rules): (&'static str, Vec<&'static RuleMeta>)| {
        let about = rules.iter().max_by_key(draws_on(number)).map_or("", |rule| rule.title());
        Article { number, about, rules }
    };
    citing.into_iter().map(article).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::CATALOGUE;

    #[test]
    fn every_cited_article_is_listed_once_with_its_rules() {
        let all = articles(CATALOGUE);
        assert!(all.windows(2).all(|pair| pair[0].number < pair[1].number));
        assert!(all.iter().all(|article| !article.about.is_empty() && !article.rules.is_empty()));
        let imcsave = all.iter().find(|article| article.number == "Q195804").unwrap();
        assert!(imcsave.rules.iter().any(|rule| rule.code == "PKG001"));
    }
}
