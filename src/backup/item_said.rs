//! What single lines of a queue item say that rules over the whole Backup compare with the service's settings: who sent it, which host
//! handed it over, and which recipients were refused as relaying. Each with the property it stands in.

use std::{net::Ipv4Addr, ops::Range};

use crate::{
    base::Pattern,
    mapi::{PropTag, Property},
};

use super::{Item, MessageView, QueueKind};

/// A short text of an item and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The text.
    pub text: Box<str>,
    /// Which message of the item, in words.
    pub object: Box<str>,
    /// The property that holds it.
    pub tag: PropTag,
    /// The header field that holds it, when the property is the Internet headers.
    pub header: Option<&'static str>,
    /// Bytes of the property in the file.
    pub span: Range<u64>,
}

/// A recipient that a report or notice calls refused because relaying is prohibited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayRefusal {
    /// Address of the recipient.
    pub recipient: Box<str>,
    /// The words, and where they stand.
    pub words: Said,
}

static REFUSAL: Pattern = Pattern::new(r"(?i)(?:[0-9]{3} )?relay(?:ing)? (?:is )?(?:prohibited|not allowed)");
static ADDRESS: Pattern = Pattern::new(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+[A-Za-z0-9]");

/// Returns the SMTP addresses of the sender, by property and by From field, of inbound mail and of notices; equal ones once.
pub(super) fn senders(item: &Item<'_>) -> Vec<Said> {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn]) || item.notice().is_some()) else { return Vec::new() };
    let by_property = mail.message.sender().and_then(|sender| {
        let is_smtp = sender.address_type.is_some_and(|kind| kind.eq_ignore_ascii_case("SMTP"));
        let properties = &mail.message.properties;
        let property = properties.property(PropTag::SENDER_EMAIL_ADDRESS).or_else(|| properties.property(PropTag::SENDER_ENTRYID))?;
        Some(said(mail, property, &sender.address.filter(|_| is_smtp)?))
    });
    let by_header = from_field(mail).filter(|from| by_property.as_ref().is_none_or(|sender| !sender.text.eq_ignore_ascii_case(&from.text)));
    by_property.into_iter().chain(by_header).collect()
}

/// Returns the address of the host that handed an inbound mail to the connector, by the topmost Received field.
pub(super) fn peer(item: &Item<'_>) -> Option<Said> {
    let mail = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn]))?;
    let (_, field) = mail.received().first()?;
    let host = field.from.as_deref().unwrap_or_default();
    let bracketed = |text: &str| text.split(['[', ']', '(', ')', ' ']).find_map(|part| part.parse::<Ipv4Addr>().ok());
    let address = field.from_comment.as_deref().and_then(bracketed).or_else(|| bracketed(host));
    let text = address.map(|address| address.to_string()).or_else(|| host.eq_ignore_ascii_case("localhost").then(|| host.to_owned()))?;
    in_headers(mail, "Received", &text)
}

/// Returns the recipients that reports and notices call refused as relaying.
pub(super) fn relay_refusals(item: &Item<'_>) -> Vec<RelayRefusal> {
    let mut found = Vec::new();
    let notice = item.mail().filter(|_| item.notice().is_some());
    for view in item.messages.iter().filter(|view| view.is_report()).chain(notice) {
        let rows = refused_rows(view);
        found.extend(if rows.is_empty() { refused_in_text(view) } else { rows });
    }
    found
}

fn refused_rows(view: &MessageView<'_>) -> Vec<RelayRefusal> {
    let code_page = view.message.effective_code_page();
    let refused = |(index, row): (usize, &crate::formats::tnef::Recipient<'_>)| {
        let property = row.properties.property(PropTag::SUPPLEMENTARY_INFO)?;
        let text = property.value.text()?;
        let words = said(view, property, REFUSAL.find(&text)?.as_str());
        let words = Said { object: format!("{}, recipient {}", view.object, index + 1).into(), ..words };
        Some(RelayRefusal { recipient: row.address(code_page).address?.into(), words })
    };
    view.message.recipients.iter().enumerate().filter_map(refused).collect()
}

/// The text of a report names each recipient above what was said of it; without that all reported recipients are meant.
fn refused_in_text(view: &MessageView<'_>) -> Vec<RelayRefusal> {
    let code_page = view.message.effective_code_page();
    let reported = view.message.recipients.iter().filter(|_| view.is_report());
    let rows: Vec<Box<str>> = reported.filter_map(|row| row.address(code_page).address.map(Into::into)).collect();
    let mut found = Vec::new();
    for property in [PropTag::BODY, PropTag::REPORT_TEXT].into_iter().filter_map(|tag| view.message.properties.property(tag)) {
        let Some(text) = property.value.text() else { continue };
        for hit in REFUSAL.find_all(&text) {
            let words = said(view, property, hit.as_str());
            let recipients = match (rows.as_slice(), address_before(&text, hit.end())) {
                ([only], _) => vec![only.clone()],
                (_, Some(named)) => vec![named],
                (all, None) => all.to_vec(),
            };
            found.extend(recipients.into_iter().map(|recipient| RelayRefusal { recipient, words: words.clone() }));
        }
    }
    found
}

/// Returns the address that stands last before the end of a line.
fn address_before(text: &str, at: usize) -> Option<Box<str>> {
    let rest = text.get(at..)?;
    let end = at + rest.find(['\r', '\n']).unwrap_or(rest.len());
    ADDRESS.find_all(text.get(..end)?).last().map(|hit| hit.as_str().into())
}

fn from_field(mail: &MessageView<'_>) -> Option<Said> {
    let field = mail.headers.as_ref()?.value.first("From")?;
    let bracketed = field.value.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address.trim());
    let text = bracketed.filter(|address| address.contains('@')).or_else(|| ADDRESS.find(&field.value).map(|hit| hit.as_str()))?;
    in_headers(mail, "From", text)
}

fn in_headers(mail: &MessageView<'_>, header: &'static str, text: &str) -> Option<Said> {
    let property = mail.message.properties.property(PropTag::TRANSPORT_MESSAGE_HEADERS)?;
    Some(Said { header: Some(header), ..said(mail, property, text) })
}

fn said(view: &MessageView<'_>, property: &Property<'_>, text: &str) -> Said {
    Said { text: text.into(), object: view.object.as_str().into(), tag: property.tag, header: None, span: property.span.clone() }
}

#[cfg(test)]
mod tests {
    use crate::{
        backup::{ItemPlace, ItemQuotes, QueueKind, read_item},
        base::Limits,
        testing::fixture::compile,
    };

    fn quotes(fixture: &str) -> ItemQuotes {
        let files = compile(fixture).unwrap();
        let queue = if fixture.contains("Mtsin") { QueueKind::MtsIn } else { QueueKind::MtsOut };
        read_item(
            files[0].bytes.as_slice().into(),
            ItemPlace { path: &files[0].path, queue: "queue", queue_kind: Some(queue), ..ItemPlace::NOWHERE },
            &Limits::default(),
            &|_| (),
        )
        .record
        .facts
        .quotes
    }

    #[test]
    fn the_sender_is_known_by_property_and_by_field() {
        let found = quotes("//- Mtsin/1\nfrom: SMTP:joe@a.example\nheader: From: \"Joe <x>\" <ann@b.example>\n");
        assert_eq!(found.senders().map(|said| said.text).collect::<Vec<_>>(), ["joe@a.example", "ann@b.example"].map(Box::from));
        assert_eq!(quotes("//- Mtsout/1\nfrom: SMTP:joe@a.example\n").senders().count(), 0);
    }

    #[test]
    fn the_peer_is_an_address_or_localhost() {
        let check = |field, expected: Option<&str>| {
            let found = quotes(&format!("//- Mtsin/1\nheader: Received: {field}\n")).peer();
            assert_eq!(found.as_ref().map(|said| said.text.as_ref()), expected, "{field}");
        };
        check("from mail.a.example ([192.0.2.7]) by srv1", Some("192.0.2.7"));
        check("from localhost by srv1", Some("localhost"));
        check("from [10.0.0.1] by srv1", Some("10.0.0.1"));
        check("from mail.a.example by srv1", None);
    }

    #[test]
    fn refusals_name_their_recipient() {
        let check = |lines: &str, expected: &[&str]| {
            let found = quotes(&format!("//- Mtsin/1\n{lines}"));
            assert_eq!(found.relay_refusals().map(|refusal| refusal.recipient.into_string()).collect::<Vec<_>>(), expected);
        };
        let report = "class: REPORT.IPM.Note.NDR\n";
        check(&format!("{report}failed: SMTP:joe@acme.com\nbody: \"550 Relaying is prohibited\"\n"), &["joe@acme.com"]);
        check(
            &format!("{report}failed: SMTP:a@x.example\n  prop 0x0C1B001E: \"550 relay not allowed\"\nfailed: SMTP:b@x.example\n"),
            &["a@x.example"],
        );
        let notice = "subject: \"Notification: Outbound Mail Failure\"\n";
        check(&format!("{notice}body: \"from me@acme.com\\r\\njoe@x.example 550 Relaying is prohibited\"\n"), &["joe@x.example"]);
        check("body: \"550 Relaying is prohibited for joe@acme.com\"\n", &[]);
    }
}
