//! What reports and notifications say: the words that a rule listens for, where they stand and whom they mean. Knows no single rule.

use crate::{
    backup::{
        DiagnosticLine, Item,
        facts::{FailedRecipient, MailAddress, ReportFacts, Statement},
    },
    base::Pattern,
    diagnostics::Evidence,
    mapi::PropTag,
};

/// What a rule listens for; any of its parts suffices.
#[derive(Debug)]
pub(super) struct Words {
    text: Option<Pattern>,
    status: &'static str,
    number: u32,
}

impl Words {
    /// Listens for a pattern anywhere in the text.
    pub(super) const fn said(pattern: &'static str) -> Self {
        Self { text: Some(Pattern::new(pattern)), status: "", number: 0 }
    }

    /// Listens for the status of a diagnostic line alone.
    pub(super) const fn coded(status: &'static str) -> Self {
        Self { text: None, status, number: 0 }
    }

    /// Listens for a pattern, or for the status of a diagnostic line.
    pub(super) const fn said_or_coded(pattern: &'static str, status: &'static str) -> Self {
        Self { text: Some(Pattern::new(pattern)), status, number: 0 }
    }

    /// Listens for a pattern, or for the number of a diagnostic line.
    pub(super) const fn said_or_numbered(pattern: &'static str, number: u32) -> Self {
        Self { text: Some(Pattern::new(pattern)), status: "", number }
    }

    fn is_code_of(&self, line: &DiagnosticLine) -> bool {
        let has_status = !self.status.is_empty() && line.status.as_deref() == Some(self.status);
        has_status || self.number != 0 && line.number == Some(self.number)
    }

    /// Returns the places where the words stand, one for each line of the text.
    fn places(&self, statement: &Statement<'_>) -> Vec<usize> {
        let said = self.text.iter().flat_map(|pattern| pattern.find_all(&statement.text)).map(|hit| hit.start());
        let coded = statement.places(|line| self.is_code_of(line)).map(|place| place.start);
        let mut found: Vec<usize> = said.chain(coded).collect();
        found.sort_unstable();
        found.dedup_by_key(|at| statement.line_at(*at).as_ptr());
        found
    }
}

/// Words that were heard.
#[derive(Debug)]
pub(super) struct Heard<'i, 'a> {
    item: &'i Item<'a>,
    /// The text that they stand in.
    pub(super) statement: &'i Statement<'a>,
    /// Whom they mean; an empty address when the text does not say.
    pub(super) address: MailAddress,
    at: usize,
}

/// Returns every place of an item's reports and notice where the words are said; a report's body only counts where no row says them.
pub(super) fn heard<'i, 'a>(item: &'i Item<'a>, words: &Words) -> Vec<Heard<'i, 'a>> {
    let mut found: Vec<Heard<'i, 'a>> = Vec::new();
    for statement in item.statements() {
        if statement.row.is_none() && found.iter().any(|heard| heard.statement.report == statement.report && statement.report.is_some()) {
            continue;
        }
        let places = words.places(statement);
        found.extend(places.into_iter().map(|at| Heard { item, statement, address: statement.means(item, at), at }));
    }
    found
}

impl<'i, 'a> Heard<'i, 'a> {
    /// Returns `a report in Mtsin/1`.
    pub(super) fn source(&self) -> String {
        let what = if self.statement.report.is_some() { "a report" } else { "a notification" };
        format!("{what} in {}", self.item.path)
    }

    /// Returns the address that the words mean, or words for nobody in particular.
    pub(super) fn whom(&self) -> &str {
        if self.address.value.is_empty() { "a recipient" } else { &self.address.value }
    }

    /// Returns the domain of that address, or words for no domain in particular.
    pub(super) fn domain(&self) -> String {
        Some(self.address.domain()).filter(|domain| !domain.is_empty()).unwrap_or_else(|| "another host".to_owned())
    }

    /// Returns the address as the key of a group.
    pub(super) fn address_key(&self) -> String {
        self.address.value.to_lowercase()
    }

    /// Returns the line that the words stand in.
    pub(super) fn line(&self) -> &'i str {
        self.statement.line_at(self.at)
    }

    /// Returns the report, when it is one.
    pub(super) fn report(&self) -> Option<&'i ReportFacts<'a>> {
        self.item.reports().get(self.statement.report?)
    }

    /// Returns the diagnostic line at or next behind the words, else the last one before them.
    pub(super) fn diagnostic(&self) -> Option<&'i DiagnosticLine> {
        self.statement.lines.iter().find(|line| self.line().contains(&line.written)).or_else(|| self.statement.lines.first())
    }

    /// Returns the line as evidence.
    pub(super) fn evidence(&self) -> Evidence {
        let Statement { view, object, property, .. } = self.statement;
        let found = match (property, self.item.messages.get(*view)) {
            (Some(property), _) => Evidence::excerpt(self.item.path, object, property, self.line()),
            (None, Some(view)) => Evidence::body(self.item.path, view, self.line()),
            (None, None) => Evidence::file(self.item.path),
        };
        found.expected("delivery without this refusal")
    }
}

/// Returns the diagnostic lines of all texts of a report.
pub(super) fn lines_of<'i>(item: &'i Item<'_>, report: &ReportFacts<'_>) -> impl Iterator<Item = &'i DiagnosticLine> {
    let view = report.view;
    item.statements().iter().filter(move |statement| statement.report.is_some() && statement.view == view).flat_map(|statement| &statement.lines)
}

/// Returns a number of a reported recipient's row as evidence.
pub(super) fn code_of(item: &Item<'_>, failed: &FailedRecipient<'_>, tag: PropTag) -> Evidence {
    match failed.row.properties.property(tag) {
        Some(property) => Evidence::property(item.path, &failed.object, property),
        None => row_of(item, failed),
    }
}

/// Returns the address of a reported recipient as evidence.
pub(super) fn row_of(item: &Item<'_>, failed: &FailedRecipient<'_>) -> Evidence {
    let properties = &failed.row.properties;
    let named = properties.property(PropTag::EMAIL_ADDRESS).or_else(|| properties.property(PropTag::ENTRYID)).or(properties.properties.first());
    match named {
        Some(property) => Evidence::property(item.path, &failed.object, property),
        None => Evidence::part(item.path, failed.object.as_str(), 0..0),
    }
}
