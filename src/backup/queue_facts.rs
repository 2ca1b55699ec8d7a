//! Facts of a queue item that only rules over whole queues need: what makes two items copies of one message, what its sender asked for, and
//! what it says as a report. Kept small, because a queue may hold a hundred thousand items.

use std::{borrow::Cow, ops::Range};

use crate::{
    base::Limits,
    formats::{
        mime::{header_block, received},
        tnef::Recipient,
    },
    mapi::{PropTag, Property},
};

use super::{DiagnosticLine, Item, ItemKind, MessageView};

/// Facts that rules over whole queues join.
#[derive(Debug, Clone, Default)]
pub struct QueueFacts {
    /// What sender and mail say of themselves.
    pub marks: ItemMarks,
    /// PR_MESSAGE_SIZE of the shell, else of the mail.
    pub size: Option<u32>,
    /// Header recipients of the mail that are distribution lists.
    pub lists: u32,
    /// What it says as a report or notice.
    pub report: Option<Box<ReportSaid>>,
}

/// Yes-or-no facts of an item, packed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ItemMarks(u8);

impl ItemMarks {
    /// A rule forwarded it, by its shell or its mail.
    pub const AUTO_FORWARDED: Self = Self(1);
    /// The sender asks for a read receipt.
    pub const READ_RECEIPT: Self = Self(2);
    /// The sender asks for a delivery report.
    pub const DELIVERY_REPORT: Self = Self(4);
    /// The rich text was made from HTML.
    pub const RTF_FROM_HTML: Self = Self(8);

    /// Returns whether a mark is there.
    #[must_use]
    pub fn has(self, mark: Self) -> bool {
        self.0 & mark.0 != 0
    }
}

/// What a report or notice says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportSaid {
    /// Whom it goes to, `TYPE:address` as stored; empty behind the colon when it goes to nobody. None when the item does not tell.
    pub destination: Option<Box<str>>,
    /// MTS-ID of the message that it is about.
    pub subject_mts_id: Option<Box<str>>,
    /// The diagnostic lines, with the reported recipient where it stands in a row.
    pub diagnoses: Box<[SaidLine]>,
}

/// A diagnostic line as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidLine {
    /// The line.
    pub line: Box<str>,
    /// The recipient that it is about, empty when nothing tells.
    pub recipient: Box<str>,
    /// Which object of the item holds it.
    pub object: Box<str>,
    /// The property.
    pub tag: PropTag,
    /// Its bytes.
    pub span: Range<u64>,
}

impl SaidLine {
    /// Returns the line taken apart.
    #[must_use]
    pub fn parsed(&self) -> Option<DiagnosticLine> {
        DiagnosticLine::find(&self.line)
    }
}

/// Characters of a diagnostic line that are kept.
const LINE: usize = 300;
/// Diagnostic lines that are kept of one item.
const LINES: usize = 20;

/// Returns the facts of an item.
pub(super) fn queue_facts(item: &Item<'_>) -> QueueFacts {
    let (shell, mail) = (item.shell(), item.mail());
    let both = || shell.into_iter().chain(mail);
    let is_set = |tag| both().any(|view| view.message.properties.boolean(tag) == Some(true));
    let from_html = mail.and_then(|mail| mail.rtf.as_ref()).is_some_and(|rtf| says_from_html(&rtf.value.bytes));
    let marks = [
        (is_set(PropTag::AUTO_FORWARDED), ItemMarks::AUTO_FORWARDED),
        (is_set(PropTag::READ_RECEIPT_REQUESTED), ItemMarks::READ_RECEIPT),
        (is_set(PropTag::ORIGINATOR_DELIVERY_REPORT_REQUESTED), ItemMarks::DELIVERY_REPORT),
        (from_html, ItemMarks::RTF_FROM_HTML),
    ];
    let is_list = |row: &&Recipient<'_>| row.properties.long(PropTag::DISPLAY_TYPE) == Some(1);
    QueueFacts {
        marks: ItemMarks(marks.iter().filter(|(is_so, _)| *is_so).fold(0, |all, (_, mark)| all | mark.0)),
        size: both().find_map(|view| view.message.properties.long(PropTag::MESSAGE_SIZE)).and_then(|size| u32::try_from(size).ok()),
        lists: mail.map_or(0, |mail| u32::try_from(mail.message.recipients.iter().filter(is_list).count()).unwrap_or(u32::MAX)),
        report: report(item).map(Box::new),
    }
}

/// Fewer fields than these are no loop.
const HOPS: usize = 3;
/// Header bytes of an attached document that are looked at.
const HEADER: usize = 64 << 10;

/// Returns PR_RECIPIENT_NUMBER of the envelope recipients.
pub(super) fn recipient_numbers(item: &Item<'_>) -> Vec<i32> {
    let rows = item.p1().iter().filter(|_| item.kind != ItemKind::Report);
    rows.filter_map(|row| row.properties.long(PropTag::RECIPIENT_NUMBER)).collect()
}

/// Returns the `by` hosts of attached raw documents that went through several.
pub(super) fn raw_hosts(item: &Item<'_>) -> Vec<Box<str>> {
    let mut hosts = Vec::new();
    for bytes in item.raws().iter().filter(|raw| !raw.is_file()).map(|raw| raw.bytes) {
        let block = header_block(bytes.get(..HEADER).unwrap_or(bytes), &Limits::default()).value;
        let found: Vec<Box<str>> = block.all("Received").filter_map(|field| received(&field.value).by.map(Into::into)).collect();
        if found.len() >= HOPS {
            hosts.extend(found);
        }
    }
    hosts
}

/// RTF that was made from HTML says so in its first control words.
fn says_from_html(rtf: &[u8]) -> bool {
    const WORD: &[u8] = b"\\fromhtml";
    let head = rtf.get(..512).unwrap_or(rtf);
    head.windows(WORD.len()).any(|window| window == WORD)
}

fn report(item: &Item<'_>) -> Option<ReportSaid> {
    let mail = item.mail()?;
    let is_notice = || mail.message.subject().is_some_and(|subject| subject.starts_with("Notification: "));
    if !mail.is_report() && !is_notice() {
        return None;
    }
    Some(ReportSaid { destination: destination(item), subject_mts_id: subject_mts_id(mail), diagnoses: diagnoses(mail) })
}

/// The report's own addressee by its entry id, else by its name property; of a report in an envelope, the first envelope recipient.
fn destination(item: &Item<'_>) -> Option<Box<str>> {
    let written = |address_type: Option<Cow<'_, str>>, address: Option<Cow<'_, str>>| {
        format!("{}:{}", address_type.unwrap_or_default(), address.unwrap_or_default().trim()).into_boxed_str()
    };
    if let Some(address) = item.report_destination() {
        return Some(written(address.address_type, address.address));
    }
    let shell = item.shell()?.message;
    if let Some(name) = shell.properties.text(PropTag::REPORT_DESTINATION_NAME) {
        return Some(written(None, Some(name)));
    }
    let row = item.p1().first().filter(|_| item.kind == ItemKind::Envelope)?;
    let address = row.address(shell.effective_code_page());
    // A row with an entry id of the directory goes to somebody though it shows no address.
    let is_blank = address.address.as_deref().is_none_or(|address| address.trim().is_empty());
    let has_entry = is_blank && row.properties.bytes(PropTag::ENTRYID).is_some();
    (!has_entry).then(|| written(address.address_type, address.address))
}

fn subject_mts_id(view: &MessageView<'_>) -> Option<Box<str>> {
    let bytes = view.message.properties.bytes(PropTag::MTS_SUBJECT_ID)?;
    let text: String = bytes.iter().take_while(|&&byte| byte != 0).copied().map(char::from).collect();
    (!text.is_empty()).then(|| text.into())
}

/// The lines in the rows of reported recipients; where the rows have none, the first in the text.
fn diagnoses(view: &MessageView<'_>) -> Box<[SaidLine]> {
    let page = view.message.effective_code_page();
    let rows = view.message.recipients.iter().enumerate();
    let in_rows = rows.filter_map(|(index, row)| {
        let property = row.properties.property(PropTag::SUPPLEMENTARY_INFO)?;
        let recipient = row.address(page).address.unwrap_or_default();
        said(property, &format!("{}, recipient {}", view.object, index + 1), &recipient)
    });
    let in_rows: Box<[SaidLine]> = in_rows.take(LINES).collect();
    if !in_rows.is_empty() {
        return in_rows;
    }
    let reported = view.message.recipients.first().and_then(|row| row.address(page).address).unwrap_or_default();
    let texts = [PropTag::BODY, PropTag::REPORT_TEXT].into_iter().filter_map(|tag| view.message.properties.property(tag));
    texts.filter_map(|property| said(property, &view.object, &reported)).take(1).collect()
}

fn said(property: &Property<'_>, object: &str, recipient: &str) -> Option<SaidLine> {
    let text = property.value.text()?;
    let line = whole_line(&text)?;
    let line: String = line.trim().chars().take(LINE).collect();
    Some(SaidLine { line: line.into(), recipient: recipient.into(), object: object.into(), tag: property.tag, span: property.span.clone() })
}

/// Returns the line that holds the first diagnostic line: 4.0 writes the reason in front of the mark.
fn whole_line(text: &str) -> Option<&str> {
    let found = DiagnosticLine::find(text)?;
    text.lines().find(|line| line.contains(found.written.lines().next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{backup::ItemFacts, testing::report_of_fixture};

    fn facts(text: &str) -> QueueFacts {
        let report = report_of_fixture(text).unwrap();
        report.backup.messages.first().unwrap().facts.queue.clone()
    }

    #[test]
    fn marks_and_numbers_are_read() {
        let report = report_of_fixture(
            "//- Mtsout/1\np1: SMTP:a@b.c\n  prop 0x66620003: 2\nprop 0x0005000B: true\nprop 0x0029000B: true\nprop 0x300B0102: hex 01 02\n\
             rtf: \"{\\\\rtf1\\\\fromhtml1 x}\"\nenvelope:\n  prop 0x0E080003: 77\n",
        );
        let ItemFacts { queue: facts, words, .. } = &report.unwrap().backup.messages.first().unwrap().facts.clone();
        assert!(facts.marks.has(ItemMarks::AUTO_FORWARDED) && facts.marks.has(ItemMarks::READ_RECEIPT));
        assert!(!facts.marks.has(ItemMarks::DELIVERY_REPORT) && facts.marks.has(ItemMarks::RTF_FROM_HTML));
        assert_eq!(facts.size, Some(77));
        assert_eq!((words.search_key(), words.recipient_numbers().collect::<Vec<_>>()), (Some(&[1, 2][..]), vec![2]));
        assert!(facts.report.is_none());
    }

    #[test]
    fn a_report_says_whom_it_goes_to_and_why_it_was_made() {
        let text = "//- Mtsout/1\nclass: REPORT.IPM.Note.NDR\nreport-destination: SMTP:user@victim.example\nfailed: SMTP:x@far.example\n  \
                    prop 0x0C1B001E: \"MSEXCH:IMS:Org:Site:SRV1 3902 (000B099C) Host Unknown\"\n";
        let report = *facts(text).report.unwrap();
        assert_eq!(report.destination.as_deref(), Some("SMTP:user@victim.example"));
        let said = report.diagnoses.first().unwrap();
        assert_eq!((&*said.recipient, said.parsed().unwrap().number), ("x@far.example", Some(3902)));
    }
}
