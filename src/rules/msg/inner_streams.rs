//! TNEF streams inside of messages (winmail.dat, application/ms-tnef) that stop the store which takes them in. What is wrong with the
//! saved queue file itself is a matter of the collection and of no rule here.

use crate::{
    backup::{
        Item, QueueKind,
        facts::{InnerTnef, is_unicode_charset, stream_properties},
    },
    base::{Anomaly, hex},
    declare_rule,
    diagnostics::{Certainty, Evidence, Findings},
    formats::tnef::{Attribute, AttributeId, TnefMessage},
    mapi::{NameKind, PropTag, PropType, PropValue, Property},
};

/// Returns the streams of an item that the queue file holds whole.
fn whole<'i, 'a>(item: &'i Item<'a>) -> impl Iterator<Item = &'i InnerTnef<'a>> {
    item.inner_tnefs().iter().filter(|inner| !inner.is_cut)
}

declare_rule! {
    /// Attachment in winmail.dat has no display name.
    ///
    /// ## Why it matters
    /// Attachments from a Wang X.400 system vanish, because their description lacks the display name.
    ///
    /// ## What to do
    /// Apply the service pack, and recover the data from the TNEF stream.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   attach: a.txt 2 KB
    ///     prop 0x3001001E: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   attach: a.txt 2 KB
    ///     prop 0x3001001E: ""
    /// ```
    pub static TNEF_ATTACHMENT_WITHOUT_DISPLAY_NAME = {
        id: "MSG077", name: "tnef-attachment-without-display-name", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0],
        fixed: "5.0.1460.8" in "4.0 SP5; 5.0 SP2",
        kb: ["Q166586"],
        needs: [Messages],
        tags: ["tnef", "attachment", "loss", "fix-mta"],
        check: Message(tnef_attachment_without_display_name),
    }
}

fn tnef_attachment_without_display_name(item: &Item<'_>, findings: &mut Findings<'_>) {
    for inner in whole(item) {
        let decoded = inner.decode();
        let stream = &decoded.value;
        if !inner.has_signature() || decoded.anomalies.iter().any(|anomaly| fault(anomaly).is_some_and(|fault| fault != "checksum")) {
            continue;
        }
        let attachments = stream.attachments.iter().enumerate();
        for (index, attachment) in attachments.filter(|(_, attachment)| attachment.properties.any_type(PropTag::DISPLAY_NAME).is_none()) {
            let title = attachment.title.as_ref().map_or_else(|| "no title".to_owned(), |title| format!("title '{}'", title.text));
            let size = attachment.size().unwrap_or(0);
            findings
                .report(format!("attachment {} in {} of {} has no display name ({size} bytes, {title})", index + 1, inner.object, item.path))
                .evidence(Evidence::inner_tnef(item.path, inner, attachment.span.clone()).expected("PR_DISPLAY_NAME (0x3001001E)"));
        }
    }
}

/// Returns the kind of a fault of the stream; deviations that lose nothing, such as unknown attributes, are none.
fn fault(anomaly: &Anomaly) -> Option<&'static str> {
    match anomaly.code {
        "not-tnef" => Some("bad signature"),
        "checksum-mismatch" | "checksum-missing" => Some("checksum"),
        "truncated" | "length-mismatch" | "no-attributes" => Some("length"),
        "property-count" | "recipient-count" | "value-count" | "property-list-rest" => Some("count"),
        "resynchronised" => Some("bytes that are no attribute"),
        _ => None,
    }
}

declare_rule! {
    /// Damaged TNEF part inside an Internet message.
    ///
    /// ## Why it matters
    /// Stores before SP4 hang or fault on bad TNEF that comes in with SMTP mail, above all under load. With broken MIME headers as
    /// well, 5.0 without service pack rewinds for ever, and nobody can log on. Fixed builds ignore the part and deliver the plain
    /// message. A checksum alone that does not fit is borne by most decoders.
    ///
    /// ## What to do
    /// Take the message or spool file out, and install the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   length: 0x9003 9999
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// attach: winmail.dat "this is no TNEF"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   attribute 0x0006F123: hex 00 01
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// length: 0x9003 9999
    /// ```
    pub static INNER_TNEF_DAMAGED = {
        id: "MSG100", name: "inner-tnef-damaged", severity: Critical, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed: "5.5.2653.12" in "5.0 SP1; 5.5 SP4" gates,
        kb: ["Q250302", "Q241482", "Q274833", "Q168139"],
        needs: [Messages],
        tags: ["tnef", "crash", "fix-store"],
        check: Message(inner_tnef_damaged),
    }
}

fn inner_tnef_damaged(item: &Item<'_>, findings: &mut Findings<'_>) {
    for inner in whole(item) {
        let decoded = inner.decode();
        let faults: Vec<_> = decoded.anomalies.iter().filter_map(|anomaly| Some((anomaly, fault(anomaly)?))).collect();
        let Some((first, kind)) = faults.iter().find(|(_, kind)| *kind != "checksum").or(faults.first()) else { continue };
        let end = inner.bytes.len() as u64;
        let at = first.offset.min(end);
        let message = format!("{} of {} is damaged at byte {at:#x}: {kind}: {}", inner.object, item.path, first.text);
        let finding = findings.report(message);
        finding.evidence(Evidence::inner_tnef(item.path, inner, at..end.min(at + 16)).expected("a stream whose lengths and checksums fit"));
        if *kind == "checksum" {
            finding.at_most(Certainty::Possible);
        }
    }
}

declare_rule! {
    /// Invalid named property in a TNEF part kills the 5.0 store.
    ///
    /// ## Why it matters
    /// The 5.0 store faults while it looks up the id for a name, when it decodes TNEF that came in with bad name records. Which names
    /// are meant no article says; these are the ways in which a record can be invalid.
    ///
    /// ## What to do
    /// Take the message out, and apply 5.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   named PSETID_Common/: 1
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   named 00000000-0000-0000-0000-000000000000/0x8501: 1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   named PSETID_Common/0x8501: 1
    /// ```
    pub static TNEF_BAD_NAMED_PROPERTY = {
        id: "MSG101", name: "tnef-bad-named-property", severity: Critical, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q164960"],
        needs: [Messages],
        tags: ["tnef", "crash", "fix-store"],
        check: Message(tnef_bad_named_property),
    }
}

fn tnef_bad_named_property(item: &Item<'_>, findings: &mut Findings<'_>) {
    const EXPECTED: &str = "a property set, and an id or a text";
    for inner in whole(item) {
        let decoded = inner.decode();
        for property in stream_properties(&decoded.value) {
            let Some(what) = bad_name(property) else { continue };
            findings
                .report(format!("{} in {} of {} has {what}", property.tag, inner.object, item.path))
                .evidence(Evidence::inner_tnef(item.path, inner, property.span.clone()).expected(EXPECTED));
        }
        // A name of an unknown kind, or one that runs past the end, stops the decoder before it has a property.
        let is_name =
            |anomaly: &&Anomaly| anomaly.code == "unknown-name-kind" || anomaly.code == "truncated" && anomaly.text.contains("property name");
        for anomaly in decoded.anomalies.iter().filter(is_name) {
            let at = anomaly.offset.min(inner.bytes.len() as u64);
            findings
                .report(format!("a name record in {} of {} is invalid at byte {at:#x}: {}", inner.object, item.path, anomaly.text))
                .evidence(Evidence::inner_tnef(item.path, inner, at..(at + 4).min(inner.bytes.len() as u64)).expected(EXPECTED));
        }
    }
}

fn bad_name(property: &Property<'_>) -> Option<&'static str> {
    let name = property.name.as_ref()?;
    match &name.kind {
        NameKind::Text(text) if text.is_empty() => Some("a name without characters"),
        _ if name.set.0 == [0; 16] => Some("a property set of zeros"),
        _ => None,
    }
}

declare_rule! {
    /// Zero-length string in a TNEF part can crash the store.
    ///
    /// ## Why it matters
    /// A string of length zero has not even a terminator. Under load the store faults while it takes such TNEF in.
    ///
    /// ## What to do
    /// Take the message out, and install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   attribute 0x00018004: hex
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   prop 0x1035001E: hex
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   attribute 0x00018004: hex 00
    /// ```
    pub static TNEF_ZERO_LENGTH_STRING = {
        id: "MSG102", name: "tnef-zero-length-string", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2651.68" in "5.5 SP4" gates,
        kb: ["Q241482", "Q248838", "Q274833"],
        needs: [Messages],
        tags: ["tnef", "crash", "fix-store"],
        check: Message(tnef_zero_length_string),
    }
}

fn tnef_zero_length_string(item: &Item<'_>, findings: &mut Findings<'_>) {
    const EXPECTED: &str = "a string with its terminator";
    for inner in whole(item) {
        let decoded = inner.decode();
        for attribute in decoded.value.attributes.iter().filter(|attribute| attribute.declared == 0 && is_string(attribute)) {
            let name = attribute.name().unwrap_or("a string attribute");
            findings
                .report(format!("{name} in {} of {} has the length 0", inner.object, item.path))
                .evidence(Evidence::inner_tnef(item.path, inner, attribute.span.clone()).expected(EXPECTED));
        }
        for property in stream_properties(&decoded.value).filter(|property| is_empty_string(&property.value)) {
            findings
                .report(format!("the string {} in {} of {} has the length 0", property.tag, inner.object, item.path))
                .evidence(Evidence::inner_tnef(item.path, inner, property.span.clone()).expected(EXPECTED));
        }
    }
}

/// The attributes that are terminated strings; attBody is a text, which may be empty.
fn is_string(attribute: &Attribute<'_>) -> bool {
    const STRINGS: [AttributeId; 7] = [
        AttributeId::SUBJECT,
        AttributeId::MESSAGE_CLASS,
        AttributeId::MESSAGE_ID,
        AttributeId::PARENT_ID,
        AttributeId::CONVERSATION_ID,
        AttributeId::ATTACH_TITLE,
        AttributeId::ATTACH_TRANSPORT_FILENAME,
    ];
    STRINGS.contains(&attribute.id)
}

fn is_empty_string(value: &PropValue<'_>) -> bool {
    match value {
        PropValue::String8(text) => text.bytes.is_empty(),
        PropValue::Unicode(bytes) => bytes.is_empty(),
        PropValue::Multi(values) => values.iter().any(is_empty_string),
        _ => false,
    }
}

declare_rule! {
    /// Unicode property in a TNEF part holds binary data.
    ///
    /// ## Why it matters
    /// The converter takes the bytes for text, and faults while it processes mail that came in with such TNEF.
    ///
    /// ## What to do
    /// Take the message out, and install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   prop 0x1035001F: hex 01 00 00 00 FF D8 FF
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   prop 0x1035001F: hex 41 00 00 D8 00 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   prop 0x1035001F: "well-formed text"
    /// ```
    pub static TNEF_UNICODE_PROPERTY_WITH_BINARY = {
        id: "MSG103", name: "tnef-unicode-property-with-binary", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2651.68" in "5.5 SP4" gates,
        kb: ["Q243769", "Q248838", "Q274833"],
        needs: [Messages],
        tags: ["tnef", "crash", "fix-store"],
        check: Message(tnef_unicode_property_with_binary),
    }
}

fn tnef_unicode_property_with_binary(item: &Item<'_>, findings: &mut Findings<'_>) {
    const SHOWN: usize = 16;
    for inner in whole(item) {
        let decoded = inner.decode();
        for property in stream_properties(&decoded.value) {
            let PropValue::Unicode(bytes) = property.value else { continue };
            let Some(what) = binary_mark(bytes) else { continue };
            let head = hex(bytes.get(..SHOWN).unwrap_or(bytes));
            findings
                .report(format!("{} in {} of {} {what}: {} bytes, {head}", property.tag, inner.object, item.path, bytes.len()))
                .evidence(Evidence::inner_tnef(item.path, inner, property.span.clone()).expected("UTF-16 text with its terminator"));
        }
    }
}

/// Returns why bytes are no UTF-16 text; without any bytes they are a matter of MSG102.
fn binary_mark(bytes: &[u8]) -> Option<&'static str> {
    let units = || bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0)]));
    if bytes.is_empty() {
        None
    } else if bytes.len() % 2 == 1 {
        Some("has an odd number of bytes")
    } else if !bytes.ends_with(&[0, 0]) {
        Some("has no terminator")
    } else if units().any(|unit| (1..=8).contains(&unit)) {
        Some("holds control characters")
    } else {
        char::decode_utf16(units()).any(|unit| unit.is_err()).then_some("holds half a surrogate pair")
    }
}

declare_rule! {
    /// Unicode message with 8-bit TNEF text crashes the store.
    ///
    /// ## Why it matters
    /// The message says that it is Unicode while its TNEF brings 8-bit strings. The contradiction stops the information store. The
    /// fix list of SP1 names the article as well, which itself says SP2; SP2 is taken.
    ///
    /// ## What to do
    /// Take the message out, and install the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: text/plain; charset=unicode-1-1-utf-7
    /// winmail:
    ///   subject: "inside"
    /// ```
    /// ```backup
    /// //- Bad/1
    /// prop 0x3FDE0003: 65001
    /// winmail:
    ///   subject: "inside"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: text/plain; charset=iso-8859-1
    /// winmail:
    ///   subject: "inside"
    /// ```
    pub static UNICODE_CODE_PAGE_WITH_8BIT_TNEF = {
        id: "MSG104", name: "unicode-code-page-with-8bit-tnef", severity: Critical, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2448.0" in "5.5 SP2; 5.0 post-SP2 hotfix" gates,
        kb: ["Q187970", "Q242221"],
        needs: [Messages],
        tags: ["tnef", "charset", "crash", "fix-store"],
        check: Message(unicode_code_page_with_8bit_tnef),
    }
}

fn unicode_code_page_with_8bit_tnef(item: &Item<'_>, findings: &mut Findings<'_>) {
    for inner in whole(item) {
        let Some(says) = unicode_of_holder(item, inner) else { continue };
        let decoded = inner.decode();
        let Some(property) = first_8bit(&decoded.value) else { continue };
        let page = decoded.value.code_page.map_or_else(|| "no code page".to_owned(), |page| format!("code page {}", page.0));
        findings
            .report(format!("{} says {says}, and {} brings the 8-bit string {} ({page})", item.path, inner.object, property.tag))
            .evidence(Evidence::inner_tnef(item.path, inner, property.span.clone()).expected("PT_UNICODE strings"));
    }
}

fn first_8bit<'m, 'a>(stream: &'m TnefMessage<'a>) -> Option<&'m Property<'a>> {
    stream_properties(stream).find(|property| property.tag.prop_type() == PropType::STRING8)
}

/// Returns the Unicode character set or code page of the message that holds a stream.
fn unicode_of_holder(item: &Item<'_>, inner: &InnerTnef<'_>) -> Option<String> {
    if let Some(raw) = inner.raw.and_then(|index| item.raws().get(index)) {
        let charset = raw.document().entities.iter().filter_map(|entity| entity.charset()).find(|charset| is_unicode_charset(charset))?;
        return Some(format!("charset {charset}"));
    }
    let view = item.messages.get(inner.view?)?;
    let is_judged = item.is_in(&[QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed]);
    let page = view.code_pages().into_iter().flatten().find(|page| matches!(page, 1200 | 1201 | 65000 | 65001));
    let charset = || view.charset().filter(|charset| is_unicode_charset(charset)).map(|charset| format!("charset {charset}"));
    page.map(|page| format!("code page {page}")).or_else(charset).filter(|_| is_judged)
}
