//! Every text in which a report or one of the connector's notification mails says why mail failed, and whom it means: the information
//! that stands in the row of a reported recipient, body and report text (message-vocabulary, section 8: `rep.text`, `diags`).

use std::{borrow::Cow, ops::Range};

use crate::{
    backup::{DiagnosticLine, Item},
    mapi::{PropTag, Property},
};

use super::{AddressSource, MailAddress};

/// One text of a report or notice.
#[derive(Debug, Clone)]
pub struct Statement<'a> {
    /// Index of the report or notice among [`Item::messages`].
    pub view: usize,
    /// Index of the report among [`Item::reports`]; none for a notice.
    pub report: Option<usize>,
    /// Index of the reported recipient whose row holds the text; none for body and report text.
    pub row: Option<usize>,
    /// What holds it, in the words of evidence.
    pub object: String,
    /// The property that holds it; none when it is the body in its attribute.
    pub property: Option<&'a Property<'a>>,
    /// The text.
    pub text: Cow<'a, str>,
    /// Its diagnostic lines.
    pub lines: Vec<DiagnosticLine>,
}

impl Statement<'_> {
    /// Returns whom a place in the text means: the recipient of its row, else the reported one that is named last before it, else the first.
    #[must_use]
    pub fn means(&self, item: &Item<'_>, at: usize) -> MailAddress {
        let failed = self.report.and_then(|report| item.reports().get(report)).map_or(&[][..], |report| &report.failed);
        let before = self.text.get(..at).unwrap_or_default();
        let named = |text: &str| if text.is_empty() { None } else { before.rfind(text) };
        let place = |address: &MailAddress| named(&address.value).max(address.name.as_deref().and_then(named));
        let of_row = self.row.and_then(|row| failed.get(row));
        let last_named = || failed.iter().rev().filter(|each| place(&each.address).is_some()).max_by_key(|each| place(&each.address));
        let found = of_row.or_else(last_named).or_else(|| failed.first());
        let nobody = MailAddress { address_type: String::new(), value: String::new(), source: AddressSource::Property, name: None };
        found.map_or(nobody, |found| found.address.clone())
    }

    /// Returns where a diagnostic line of the text stands.
    pub fn places<'s>(&'s self, wanted: impl Fn(&DiagnosticLine) -> bool + 's) -> impl Iterator<Item = Range<usize>> + 's {
        let mut behind = 0;
        self.lines.iter().filter_map(move |line| {
            let start = behind + self.text.get(behind..)?.find(&line.written)?;
            behind = start + line.written.len();
            wanted(line).then_some(start..behind)
        })
    }

    /// Returns the line of the text that a place begins in, without blanks around it.
    #[must_use]
    pub fn line_at(&self, at: usize) -> &str {
        let start = self.text.get(..at).and_then(|before| before.rfind(['\r', '\n'])).map_or(0, |end| end + 1);
        let rest = self.text.get(start..).unwrap_or_default();
        rest.lines().next().unwrap_or_default().trim()
    }
}

/// Returns the texts of all reports and of the notice in an item: of each report the rows first.
pub(in crate::backup) fn statements<'a>(item: &Item<'a>) -> Vec<Statement<'a>> {
    let mut found = Vec::new();
    for (index, report) in item.reports().iter().enumerate() {
        for (row, failed) in report.failed.iter().enumerate() {
            let Some(property) = failed.row.properties.property(PropTag::SUPPLEMENTARY_INFO) else { continue };
            let Some(text) = property.value.text() else { continue };
            let object = failed.object.clone();
            found.push(Statement { row: Some(row), report: Some(index), property: Some(property), object, ..of_text(report.view, text) });
        }
        found.extend(of_view(item, report.view).into_iter().map(|statement| Statement { report: Some(index), ..statement }));
    }
    found.extend(item.notice().into_iter().flat_map(|notice| of_view(item, notice.view)));
    found
}

fn of_text(view: usize, text: Cow<'_, str>) -> Statement<'_> {
    let lines = DiagnosticLine::find_all(&text);
    Statement { view, report: None, row: None, object: String::new(), property: None, text, lines }
}

/// Body and report text of a message; the attribute counts only where neither is there.
fn of_view<'a>(item: &Item<'a>, index: usize) -> Vec<Statement<'a>> {
    let Some(view) = item.messages.get(index) else { return Vec::new() };
    let message = view.message;
    let of_property = |tag| {
        let property = message.properties.property(tag)?;
        Some(Statement { property: Some(property), object: view.object.clone(), ..of_text(index, property.value.text()?) })
    };
    let mut found: Vec<Statement<'a>> = [PropTag::BODY, PropTag::REPORT_TEXT].into_iter().filter_map(of_property).collect();
    if found.is_empty()
        && let Some(body) = message.body_text()
    {
        found.push(Statement { object: view.object.clone(), ..of_text(index, body.text) });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backup::{ItemPlace, QueueKind, read_item},
        base::Limits,
        testing::fixture::compile,
    };

    fn with_item(lines: &str, look: impl Fn(&Item<'_>)) {
        let files = compile(&format!("//- Mtsin/1\n{lines}\n")).unwrap();
        let place = ItemPlace { path: "Mtsin/1", queue: "Mtsin", queue_kind: Some(QueueKind::MtsIn), ..ItemPlace::NOWHERE };
        read_item(files[0].bytes.as_slice().into(), place, &Limits::default(), &|item| look(item));
    }

    #[test]
    fn a_place_means_the_recipient_that_is_named_before_it() {
        let report = "class: REPORT.IPM.Note.NDR\nfailed: SMTP:a@x.example\nfailed: SMTP:b@y.example\n\
            body: \"a@x.example: MSEXCH:IMS:O:S:V 3902 (000B099C) Host Unknown\\r\\nb@y.example: MSEXCH:IMS:O:S:V 3903 (000B099C) Too large\"";
        with_item(report, |item| {
            let [statement] = item.statements() else { panic!("one text") };
            let whom = |number| {
                let place = statement.places(|line| line.number == Some(number)).next().unwrap();
                (statement.means(item, place.start).value, statement.line_at(place.start).to_owned())
            };
            assert_eq!(whom(3902).0, "a@x.example");
            assert_eq!(whom(3903), ("b@y.example".into(), "b@y.example: MSEXCH:IMS:O:S:V 3903 (000B099C) Too large".into()));
        });
    }

    #[test]
    fn rows_come_first_and_ordinary_mail_says_nothing() {
        let report = "class: REPORT.IPM.Note.NDR\nbody: \"text\"\nfailed: SMTP:a@x.example\n  prop 0x0C1B001E: \"MSEXCH:MTA::\"";
        with_item(report, |item| {
            let told: Vec<_> = item.statements().iter().map(|said| (said.row, said.object.as_str(), said.lines.len())).collect();
            assert_eq!(told, [(Some(0), "report, recipient 1", 1), (None, "report", 0)]);
        });
        with_item("body: \"MSEXCH:IMS:O:S:V 3902 Host Unknown\"", |item| assert!(item.statements().is_empty()));
        with_item("subject: \"Notification: Inbound Mail Failure\"\nbody: \"why\"", |item| assert_eq!(item.statements().len(), 1));
    }
}
