//! A decoded message for people: the shell, the mail and what is nested, each with addresses, bodies, headers and every property.

use std::io;

use crate::{
    backup::{AttachmentRecord, MailRecord, MessageView, Party, SingleMessage},
    base::{Limits, counted, hex, printable},
    formats::{html, rtf, tnef::TnefMessage},
    mapi::{PropValue, Property, PropertyBag, describe, describe_id, property_set_name},
};

use super::{
    Page,
    finding::cut,
    values::{block, fact, value},
};

/// Bytes of a binary that are shown.
const SHOWN_BYTES: usize = 48;

/// Writes a stream and every message in it, outermost first.
pub(super) fn message(found: &SingleMessage<'_>, limits: &Limits, page: &mut Page<'_>) -> io::Result<()> {
    let item = found.item(limits);
    let strict = found.record.strict_stop.as_deref();
    page.entry(0, "item   ", found.record.kind.name())?;
    page.entry(0, "strict ", strict.unwrap_or("a strict reader accepts the stream"))?;
    page.blank()?;
    let mut records = Vec::new();
    flatten(&found.mail, &mut records);
    item.messages.iter().zip(records).try_for_each(|(view, record)| one(view, record, (limits, page)))
}

/// Depth first, as the views of an item come; the depth is bounded by the decoder.
fn flatten<'r>(record: &'r MailRecord, into: &mut Vec<&'r MailRecord>) {
    into.push(record);
    record.embedded.iter().for_each(|inner| flatten(inner, into));
}

fn one(view: &MessageView<'_>, record: &MailRecord, (limits, page): (&Limits, &mut Page<'_>)) -> io::Result<()> {
    page.heading(&format!("{} (bytes {:#x} to {:#x})", capitalised(&view.object), record.span.start, record.span.end))?;
    facts(record, page)?;
    recipients(view.message, record, page)?;
    attachments(view.message, record, page)?;
    bodies(view, limits, page)?;
    if !record.headers.is_empty() {
        page.entry(2, "", &format!("Internet headers ({})", record.headers.len()))?;
        record.headers.iter().try_for_each(|(name, text)| value(page, 4, (&printable(&format!("{name}:")).to_string(), text)))?;
    }
    page.entry(2, "", &format!("Properties ({})", view.message.properties.len()))?;
    properties(&view.message.properties, 4, page)?;
    page.blank()
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn facts(record: &MailRecord, page: &mut Page<'_>) -> io::Result<()> {
    fact(page, "class", record.message_class.as_deref())?;
    fact(page, "subject", record.subject.as_deref())?;
    fact(page, "sender", record.sender.as_ref().map(party).as_deref())?;
    fact(page, "submitted", record.submitted.map(|time| time.to_string()).as_deref())?;
    fact(page, "delivered", record.delivered.map(|time| time.to_string()).as_deref())?;
    fact(page, "message id", record.message_id.as_deref())?;
    fact(page, "priority", record.priority)?;
    fact(page, "code page", record.code_page.map(|page| page.to_string()).as_deref())
}

fn party(party: &Party) -> String {
    let Party { name, address_type, address } = party;
    let address = match (address_type, address) {
        (Some(kind), Some(address)) => Some(format!("<{kind}:{address}>")),
        (None, Some(address)) => Some(format!("<{address}>")),
        (Some(kind), None) => Some(format!("<{kind}>")),
        (None, None) => None,
    };
    [name.as_deref(), address.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn recipients(message: &TnefMessage<'_>, record: &MailRecord, page: &mut Page<'_>) -> io::Result<()> {
    if record.recipients.is_empty() {
        return Ok(());
    }
    page.entry(2, "", &format!("Recipients ({})", record.recipients.len()))?;
    for (recipient, found) in record.recipients.iter().zip(&message.recipients) {
        value(page, 4, (&format!("{:5}", recipient.kind), &party(&recipient.party)))?;
        properties(&found.properties, 6, page)?;
    }
    Ok(())
}

fn attachments(message: &TnefMessage<'_>, record: &MailRecord, page: &mut Page<'_>) -> io::Result<()> {
    if record.attachments.is_empty() {
        return Ok(());
    }
    page.entry(2, "", &format!("Attachments ({})", record.attachments.len()))?;
    for (number, (attachment, found)) in (1..).zip(record.attachments.iter().zip(&message.attachments)) {
        value(page, 4, (&number.to_string(), &attachment_line(attachment)))?;
        properties(&found.properties, 6, page)?;
    }
    Ok(())
}

fn attachment_line(attachment: &AttachmentRecord) -> String {
    let AttachmentRecord { name, long_name, method, size, sha256, mime_type, is_cut, says_mac_binary, mac_binary } = attachment;
    let name = long_name.as_deref().or(name.as_deref()).unwrap_or("without name");
    let size = size.map(|size| counted(usize::try_from(size).unwrap_or(usize::MAX), "byte"));
    let forks = mac_binary.as_ref().map(|forks| format!("MacBinary: data fork {} bytes, resource fork {} bytes", forks.data.0, forks.resource.0));
    let claims = (*says_mac_binary && forks.is_none()).then(|| "flagged as MacBinary, which it is not".to_owned());
    let parts = [
        Some(name.to_owned()),
        Some(method.replace('_', " ")),
        mime_type.as_deref().map(str::to_owned),
        size,
        forks.or(claims),
        is_cut.then(|| "cut off".to_owned()),
        sha256.map(|digest| format!("sha256 {digest}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn bodies(view: &MessageView<'_>, limits: &Limits, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(body) = view.message.body_text() {
        block(page, 2, ("Text", &body.text))?;
    }
    if let Some(compressed) = &view.rtf {
        let found = rtf::to_text(&compressed.value.bytes, limits).value;
        block(page, 2, (&format!("Rich text (made of {}, {} bytes)", found.origin.name(), compressed.value.bytes.len()), &found.text))?;
    }
    if let Some(body) = view.message.html_text() {
        block(page, 2, ("HTML as text", &html::to_text(&body.text, limits)))?;
    }
    Ok(())
}

fn properties(bag: &PropertyBag<'_>, indent: usize, page: &mut Page<'_>) -> io::Result<()> {
    bag.properties.iter().try_for_each(|property| value(page, indent, (&property_label(property), &property_text(&property.value))))
}

fn property_label(property: &Property<'_>) -> String {
    let Property { tag, name, .. } = property;
    let known = describe(*tag).or_else(|| describe_id(tag.id())).map(|known| known.name.to_owned());
    let named = name.as_ref().map(|name| property_set_name(&name.set).map_or_else(|| name.to_string(), |set| format!("{set} {name}")));
    let kind = tag.prop_type().name().unwrap_or_else(|| "unknown type".to_owned());
    // The label is no evidence but for the name, which may be any text.
    printable(&[Some(tag.to_string()), named.or(known), Some(kind)].into_iter().flatten().collect::<Vec<_>>().join(" ")).to_string()
}

fn property_text(value: &PropValue<'_>) -> String {
    if let Some(scalar) = value.scalar_text() {
        return scalar;
    }
    match value {
        PropValue::Binary(bytes) | PropValue::Object(bytes) | PropValue::Unknown(_, bytes) => bytes_text(bytes),
        PropValue::Multi(values) => values.iter().map(property_text).collect::<Vec<_>>().join("\n"),
        text => cut(&text.text().unwrap_or_default()),
    }
}

fn bytes_text(bytes: &[u8]) -> String {
    match bytes.get(..SHOWN_BYTES).filter(|_| bytes.len() > SHOWN_BYTES) {
        Some(first) => format!("{} … ({} bytes)", hex(first), bytes.len()),
        None => format!("{} ({})", hex(bytes), counted(bytes.len(), "byte")),
    }
}
