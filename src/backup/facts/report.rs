//! What delivery reports and the connector's notification mails say (message-vocabulary, section 8; Q241892, Q246881).

use std::borrow::Cow;

use crate::{
    backup::{DiagnosticLine, Item, ItemKind, MessageView},
    base::{Pattern, Timestamp},
    formats::tnef::{MessageTime, Recipient},
    mapi::{MessageClass, PropTag, Property, ReportKind},
};

use super::{AddressRole, MailAddress, recipient_address};

/// A delivery, non-delivery or read report, also one that is nested.
#[derive(Debug, Clone)]
pub struct ReportFacts<'a> {
    /// Index of the report among [`Item::messages`].
    pub view: usize,
    /// What it is called in the words of evidence.
    pub object: String,
    /// Its kind.
    pub kind: ReportKind,
    /// Whom it goes to; of a nested report, nobody.
    pub destination: Option<MailAddress>,
    /// Whom it is about.
    pub failed: Vec<FailedRecipient<'a>>,
    /// Body, report text and supplementary information together.
    pub text: String,
    /// The property that holds the first of these texts.
    pub text_place: Option<&'a Property<'a>>,
    /// Index of the attached original among [`Item::messages`].
    pub original: Option<usize>,
    /// When it was made: of the message, else of the first row.
    pub report_time: Option<Timestamp>,
    /// When the original was submitted.
    pub original_submitted: Option<Timestamp>,
    /// MTS-ID of the original.
    pub subject_mts_id: Option<String>,
}

/// A recipient that a report reports.
#[derive(Debug, Clone)]
pub struct FailedRecipient<'a> {
    /// The row.
    pub row: &'a Recipient<'a>,
    /// What it is called in the words of evidence.
    pub object: String,
    /// The address.
    pub address: MailAddress,
    /// PR_NDR_REASON_CODE.
    pub reason: Option<i32>,
    /// PR_NDR_DIAG_CODE.
    pub diagnostic: Option<i32>,
    /// PR_SUPPLEMENTARY_INFO.
    pub supplementary: Option<Cow<'a, str>>,
}

/// A diagnostic line of a report or notice, whom it is about, and where it stands.
#[derive(Debug, Clone)]
pub struct Diagnosis<'a> {
    /// The line.
    pub line: DiagnosticLine,
    /// Index of the report or notice among [`Item::messages`].
    pub view: usize,
    /// The address that was reported, empty when the text does not say.
    pub address: MailAddress,
    /// What holds it, in the words of evidence.
    pub object: String,
    /// The property that it stands in.
    pub property: &'a Property<'a>,
}

/// One of the connector's own notification mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whether inbound mail failed; else outbound.
    pub is_inbound: bool,
    /// The reason behind the hyphen, empty when there is none.
    pub reason: String,
    /// Index among [`Item::messages`].
    pub view: usize,
    /// The text of the mail.
    pub text: String,
}

static NOTICE: Pattern = Pattern::new(r"^Notification: (Inbound|Outbound) Mail Failure(?: - (.*))?$");
static ORIGINAL_ID: Pattern = Pattern::new(r"(?i)The MTS-ID of the original message is:\s*([^\r\n]+)");

/// Returns whether a mail is one of the connector's notification mails.
pub(super) fn is_notice(view: &MessageView<'_>) -> bool {
    view.message.subject().is_some_and(|subject| NOTICE.is_match(subject.trim()))
}

/// Returns the notice that an item is.
pub(in crate::backup) fn notice(item: &Item<'_>) -> Option<Notice> {
    let mail = item.mail()?;
    let subject = mail.message.subject()?;
    let found = NOTICE.captures(subject.trim())?;
    let group = |index| found.get(index).map(|hit| hit.as_str().to_owned());
    let view = item.messages.iter().position(|view| std::ptr::eq(view, mail)).unwrap_or(0);
    let text = mail.message.body_text().map(|body| body.text.into_owned()).unwrap_or_default();
    Some(Notice { is_inbound: group(1).as_deref() == Some("Inbound"), reason: group(2).unwrap_or_default().trim().to_owned(), view, text })
}

/// Returns the reports of an item, nested ones included.
pub(in crate::backup) fn reports<'a>(item: &Item<'a>) -> Vec<ReportFacts<'a>> {
    let all = item.messages.iter().enumerate();
    all.filter_map(|(index, view)| Some((index, view, MessageClass(&view.message.message_class()?).report_kind()?)))
        .map(|(index, view, kind)| report(item, (index, view), kind))
        .collect()
}

fn report<'a>(item: &Item<'a>, (index, view): (usize, &MessageView<'a>), kind: ReportKind) -> ReportFacts<'a> {
    let message = view.message;
    let is_own = index == 0 || item.kind == ItemKind::Envelope && item.mail().is_some_and(|mail| std::ptr::eq(mail, view));
    let rows = message.recipients.iter().enumerate();
    let failed: Vec<FailedRecipient<'a>> = rows.map(|(row, recipient)| failed_recipient((view, row), recipient)).collect();
    let texts = [PropTag::BODY, PropTag::REPORT_TEXT].into_iter().filter_map(|tag| message.properties.property(tag));
    let places: Vec<&'a Property<'a>> = texts.collect();
    let mut text: Vec<Cow<'_, str>> = places.iter().filter_map(|property| property.value.text()).collect();
    if text.is_empty() {
        text.extend(message.body_text().map(|body| body.text));
    }
    text.extend(failed.iter().filter_map(|row| row.supplementary.clone()));
    let text = text.join("\r\n");
    let row_time = || message.recipients.iter().find_map(|row| row.properties.time(PropTag::REPORT_TIME));
    let supplementary = || message.recipients.iter().find_map(|row| row.properties.property(PropTag::SUPPLEMENTARY_INFO));
    let original = item.messages.iter().enumerate().skip(index + 1).find(|(_, nested)| nested.depth == view.depth + 1).map(|(nested, _)| nested);
    ReportFacts {
        view: index,
        object: view.object.clone(),
        kind,
        destination: is_own.then(|| destination(item)).flatten(),
        failed,
        text_place: places.first().copied().or_else(supplementary),
        original,
        report_time: message.properties.time(PropTag::REPORT_TIME).or_else(row_time),
        original_submitted: original_submitted(item, view, original),
        subject_mts_id: subject_mts_id(view, &text),
        text,
    }
}

fn failed_recipient<'a>((view, index): (&MessageView<'a>, usize), row: &'a Recipient<'a>) -> FailedRecipient<'a> {
    FailedRecipient {
        row,
        object: format!("{}, recipient {}", view.object, index + 1),
        address: recipient_address(row, view.message.effective_code_page()),
        reason: row.properties.long(PropTag::NDR_REASON_CODE),
        diagnostic: row.properties.long(PropTag::NDR_DIAG_CODE),
        supplementary: row.properties.text(PropTag::SUPPLEMENTARY_INFO),
    }
}

/// The report's own addressee, else the envelope's recipient.
fn destination(item: &Item<'_>) -> Option<MailAddress> {
    let of_role = |role| item.addresses().iter().find(move |occurrence| occurrence.role == role).map(|occurrence| occurrence.address.clone());
    of_role(AddressRole::ReportDestination).or_else(|| of_role(AddressRole::P1))
}

fn original_submitted(item: &Item<'_>, view: &MessageView<'_>, original: Option<usize>) -> Option<Timestamp> {
    let stated = view.message.properties.time(PropTag::ORIGINAL_SUBMIT_TIME);
    let of_original = || match item.messages.get(original?)?.message.client_submit_time()? {
        MessageTime::Utc(time) => Some(time),
        MessageTime::Local(_) => None,
    };
    stated.or_else(of_original)
}

fn subject_mts_id(view: &MessageView<'_>, text: &str) -> Option<String> {
    let stored = view.message.properties.bytes(PropTag::MTS_SUBJECT_ID);
    let stored = stored.map(|bytes| bytes.iter().take_while(|&&byte| byte != 0).copied().map(char::from).collect::<String>());
    stored.filter(|id| !id.is_empty()).or_else(|| Some(ORIGINAL_ID.captures(text)?.get(1)?.as_str().trim().to_owned()))
}

/// Returns the diagnostic lines of the reports and the notice in an item: those in the rows of reported recipients, and where a report's
/// rows have none, those in its text.
pub(in crate::backup) fn diagnoses<'a>(item: &Item<'a>) -> Vec<Diagnosis<'a>> {
    let mut found = Vec::new();
    for report in item.reports() {
        let before = found.len();
        for failed in &report.failed {
            let Some(property) = failed.row.properties.property(PropTag::SUPPLEMENTARY_INFO) else { continue };
            let lines = property.value.text().map(|text| DiagnosticLine::find_all(&text)).unwrap_or_default();
            found.extend(lines.into_iter().map(|line| Diagnosis {
                line,
                view: report.view,
                address: failed.address.clone(),
                object: failed.object.clone(),
                property,
            }));
        }
        if found.len() == before {
            let address = report.failed.first().map(|failed| failed.address.clone());
            found.extend(in_text(item, report.view, address));
        }
    }
    found.extend(item.notice().into_iter().flat_map(|notice| in_text(item, notice.view, None)));
    found
}

fn in_text<'a>(item: &Item<'a>, view_index: usize, address: Option<MailAddress>) -> Vec<Diagnosis<'a>> {
    let Some(view) = item.messages.get(view_index) else { return Vec::new() };
    let nobody = MailAddress { address_type: String::new(), value: String::new(), source: super::AddressSource::Property, name: None };
    let address = address.unwrap_or(nobody);
    let properties = [PropTag::BODY, PropTag::REPORT_TEXT].into_iter().filter_map(|tag| view.message.properties.property(tag));
    let lines = |property: &'a Property<'a>| {
        let text = property.value.text().unwrap_or_default();
        let found = DiagnosticLine::find_all(&text).into_iter();
        let (object, address) = (view.object.clone(), address.clone());
        found.map(move |line| Diagnosis { line, view: view_index, address: address.clone(), object: object.clone(), property })
    };
    properties.flat_map(lines).collect()
}
