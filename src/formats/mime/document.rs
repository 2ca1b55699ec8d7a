//! RFC 822 documents: the tree of entities with their bodies decoded, texts read in their character set, everything else hashed.

use std::borrow::Cow;

use super::{
    block::HeaderBlock,
    dbcs::dbcs_fault,
    entity::{CodePageSource, EntityText, MimeDocument, MimeEntity},
    parameters::{Parameters, parameters},
    transfer::{Base64Fault, base64, quoted_printable},
    tree::{Node, tree},
};
use crate::{
    base::{Anomaly, CodePage, Decoded, Limits, Sha256Digest, Text},
    formats::html,
};

/// Reads an RFC 822 document. Messages within are entities like others; the body of an encoded one is decoded, but not taken apart.
#[must_use]
pub fn document(bytes: &[u8], limits: &Limits) -> Decoded<MimeDocument> {
    let found = tree(bytes, limits);
    let mut anomalies = found.anomalies;
    let mut holds_others = vec![false; found.nodes.len()];
    for parent in found.nodes.iter().filter_map(|node| node.parent) {
        if let Some(holder) = holds_others.get_mut(parent) {
            *holder = true;
        }
    }
    let entities = found.nodes.into_iter().zip(holds_others).map(|(node, holds_others)| {
        let mut faults = Vec::new();
        let entity = entity(node, holds_others, bytes, &mut faults);
        anomalies.extend(faults.into_iter().take(limits.anomalies.saturating_sub(anomalies.len())));
        entity
    });
    let entities = entities.collect();
    anomalies.sort_by_key(|anomaly| anomaly.offset);
    Decoded { value: MimeDocument { entities }, anomalies }
}

/// Returns the decoded body of an entity of a document, for example to save an attachment.
#[must_use]
pub fn content_of<'a>(document: &'a [u8], entity: &MimeEntity) -> Cow<'a, [u8]> {
    content(body(document, entity), entity.transfer_encoding.as_deref()).bytes
}

/// Returns the entity that a header block alone describes, without body; of its fields it keeps those of MIME.
#[must_use]
pub fn described_entity(block: &HeaderBlock) -> MimeEntity {
    let is_mime = |name: &str| name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-"));
    let fields = block.fields.iter().filter(|field| is_mime(&field.name)).cloned().collect();
    let headers = HeaderBlock { fields, end: block.end, ..HeaderBlock::default() };
    let content_type = headers.first("Content-Type").and_then(|field| parameters(&field.raw));
    let stated = content_type.as_ref().map(|found| found.kind.clone()).filter(|kind| kind.contains('/'));
    let disposition = headers.first("Content-Disposition").and_then(|field| parameters(&field.raw));
    MimeEntity {
        parent: None,
        depth: 0,
        body: block.end..block.end,
        media_type: stated.unwrap_or_else(|| "text/plain".to_owned()),
        content_type_raw: headers.first("Content-Type").map(|field| field.raw.clone()),
        transfer_encoding: encoding(&headers),
        name: name(disposition.as_ref(), content_type.as_ref()),
        disposition: disposition.map(|found| found.kind),
        multipart: None,
        text: None,
        size: 0,
        sha256: None,
        base64_fault: (Base64Fault::None, 0),
        is_attachment: false,
        parameters: content_type.map(|found| found.all).unwrap_or_default(),
        headers,
    }
}

fn body<'a>(document: &'a [u8], entity: &MimeEntity) -> &'a [u8] {
    let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    document.get(place(entity.body.start)..place(entity.body.end)).unwrap_or_default()
}

struct Content<'a> {
    bytes: Cow<'a, [u8]>,
    base64_fault: (Base64Fault, usize),
    quoted_fault: Option<usize>,
    is_known: bool,
}

fn content<'a>(body: &'a [u8], encoding: Option<&str>) -> Content<'a> {
    let plain = Content { bytes: Cow::Borrowed(body), base64_fault: (Base64Fault::None, 0), quoted_fault: None, is_known: true };
    match encoding {
        Some("base64") => {
            let decoded = base64(body);
            Content { bytes: Cow::Owned(decoded.bytes), base64_fault: (decoded.fault, decoded.at), ..plain }
        }
        Some("quoted-printable") => {
            let (bytes, quoted_fault) = quoted_printable(body);
            Content { bytes: Cow::Owned(bytes), quoted_fault, ..plain }
        }
        None | Some("7bit" | "8bit" | "binary" | "") => plain,
        Some(_) => Content { is_known: false, ..plain },
    }
}

fn entity(node: Node, holds_others: bool, document: &[u8], faults: &mut Vec<Anomaly>) -> MimeEntity {
    let Node { parent, depth, headers, content_type, media_type, multipart, body: (start, end) } = node;
    let disposition = headers.first("Content-Disposition").and_then(|field| parameters(&field.raw));
    let name = name(disposition.as_ref(), content_type.as_ref());
    let mut entity = MimeEntity {
        parent,
        depth,
        body: start as u64..end as u64,
        content_type_raw: headers.first("Content-Type").map(|field| field.raw.clone()),
        transfer_encoding: encoding(&headers),
        disposition: disposition.map(|found| found.kind),
        name,
        multipart,
        text: None,
        size: 0,
        sha256: None,
        base64_fault: (Base64Fault::None, 0),
        is_attachment: false,
        headers,
        media_type,
        parameters: content_type.map(|found| found.all).unwrap_or_default(),
    };
    let is_message = entity.media_type == "message/rfc822" && parent.is_some();
    if holds_others {
        entity.is_attachment = is_message;
        return entity;
    }
    let content = content(body(document, &entity), entity.transfer_encoding.as_deref());
    note_faults(&content, &mut entity, faults);
    entity.size = content.bytes.len() as u64;
    entity.sha256 = Some(Sha256Digest::of(&content.bytes));
    let is_text = entity.media_type.starts_with("text/") || entity.media_type.starts_with("multipart/");
    let is_named = entity.name.is_some() && parent.is_some();
    entity.is_attachment = !is_text || is_named || entity.disposition.as_deref() == Some("attachment");
    if is_text && !entity.is_attachment {
        entity.text = Some(text(&content.bytes, &entity, faults));
    }
    entity
}

fn encoding(headers: &HeaderBlock) -> Option<String> {
    headers.first("Content-Transfer-Encoding").map(|field| {
        let value = field.value.split([';', '(']).next().unwrap_or_default();
        value.trim().trim_matches('"').to_ascii_lowercase()
    })
}

fn name(disposition: Option<&Parameters>, content_type: Option<&Parameters>) -> Option<String> {
    let name = disposition.and_then(|found| found.get("filename")).or_else(|| content_type.and_then(|found| found.get("name")));
    name.map(str::to_owned)
}

fn note_faults(content: &Content<'_>, entity: &mut MimeEntity, faults: &mut Vec<Anomaly>) {
    let (fault, at) = content.base64_fault;
    entity.base64_fault = (fault, entity.body.start + at as u64);
    if fault != Base64Fault::None {
        faults.push(Anomaly::new(entity.base64_fault.1, "mime-base64", format!("base64 text has the fault {}", fault.name())));
    }
    if let Some(at) = content.quoted_fault {
        faults.push(Anomaly::new(entity.body.start + at as u64, "mime-quoted-printable", "an equals sign begins no escape"));
    }
    if !content.is_known {
        let encoding = entity.transfer_encoding.as_deref().unwrap_or_default();
        faults.push(Anomaly::new(
            entity.body.start,
            "mime-unknown-encoding",
            format!("transfer encoding {encoding} is unknown, the body stays as it is"),
        ));
    }
}

fn text(bytes: &[u8], entity: &MimeEntity, faults: &mut Vec<Anomaly>) -> EntityText {
    let stated = entity.charset().and_then(CodePage::from_charset);
    if let (None, Some(charset)) = (stated, entity.charset()) {
        faults.push(Anomaly::new(entity.body.start, "mime-unknown-charset", format!("character set {charset} is unknown")));
    }
    let page = match stated {
        // Mailers that had no idea of character sets put 8-bit text under these names.
        Some(CodePage(20127)) if !bytes.is_ascii() => CodePageSource::Guessed(guess(bytes)),
        Some(CodePage(28591)) if bytes.iter().any(|byte| matches!(byte, 0x80..=0x9F)) => CodePageSource::Guessed(guess(bytes)),
        Some(page) => CodePageSource::Stated(page),
        None if entity.media_type == "text/html" => CodePageSource::Guessed(html::decode(bytes, None).page),
        None => CodePageSource::Guessed(guess(bytes)),
    };
    if let (CodePageSource::Guessed(guess), Some(stated)) = (page, stated) {
        let text = format!("bytes do not exist in code page {}, the text is read in {}", stated.0, guess.0);
        faults.push(Anomaly::new(entity.body.start, "mime-wrong-charset", text));
    }
    let Text { text, lossy } = page.page().decode(bytes);
    if lossy {
        faults.push(Anomaly::new(entity.body.start, "mime-undecodable", format!("bytes do not exist in code page {}", page.page().0)));
    }
    EntityText { text: text.into_owned(), page, lossy, dbcs_fault: dbcs_fault(bytes, page.page()) }
}

fn guess(bytes: &[u8]) -> CodePage {
    if !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() { CodePage::UTF_8 } else { CodePage::WINDOWS_1252 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n\tboundary=\"B 1\"\r\n\r\nprologue\r\n--B 1\r\n\r\n\
        first\r\n--B 1  \r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<b>caf=E9</b>\r\n\
        --B 1\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\n\r\ndeep\r\n\
        --B 1\r\nContent-Type: application/octet-stream; name=\"a.bin\"\r\nContent-Transfer-Encoding: BASE64\r\n\r\nAAEC\r\n--B 1--\r\nepilogue\r\n";

    fn outline(bytes: &[u8]) -> Vec<(usize, String, u64)> {
        let document = document(bytes, &Limits::default()).value;
        document.entities.iter().map(|entity| (entity.depth, entity.media_type.clone(), entity.size)).collect()
    }

    #[test]
    fn a_tree_is_flattened_in_order() {
        let expected = [
            (0, "multipart/mixed", 0),
            (1, "text/plain", 5),
            (1, "text/html", 11),
            (1, "message/rfc822", 0),
            (2, "multipart/alternative", 0),
            (3, "text/plain", 4),
            (1, "application/octet-stream", 3),
        ];
        let expected: Vec<_> = expected.map(|(depth, kind, size)| (depth, kind.to_owned(), size)).into();
        assert_eq!(outline(SAMPLE.as_bytes()), expected);
        let document = document(SAMPLE.as_bytes(), &Limits::default());
        assert_eq!(document.value.texts().map(|(_, text)| text.text.as_str()).collect::<Vec<_>>(), ["first", "<b>café</b>", "deep"]);
        assert_eq!(document.value.attachments().map(|entity| entity.name.as_deref()).collect::<Vec<_>>(), [None, Some("a.bin")]);
        let last = document.value.entities.last().unwrap();
        assert_eq!(last.sha256, Some(Sha256Digest::of(&[0, 1, 2])));
        assert_eq!(&*content_of(SAMPLE.as_bytes(), last), [0, 1, 2]);
        let top = document.value.entities[0].multipart.as_ref().unwrap();
        assert_eq!((top.boundary_count, top.is_closed, top.prologue.as_str()), (5, true, "prologue"));
        assert_eq!(document.anomalies.iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), ["mime-not-closed"]);
    }

    #[track_caller]
    fn check(bytes: &[u8], text: &str, codes: &[&str]) {
        let document = document(bytes, &Limits::default());
        assert_eq!(document.value.texts().map(|(_, text)| text.text.as_str()).collect::<String>(), text);
        assert_eq!(document.anomalies.iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), codes);
    }

    #[test]
    fn odd_documents_lose_nothing() {
        check(b"just text\n\nmore", "just text\n\nmore", &["header-missing"]);
        check(b"A: b\n\ncaf\xe9", "café", &[]);
        check(b"Content-Type: text/plain; charset=us-ascii\n\n\x93x\x94", "“x”", &["mime-wrong-charset"]);
        check(b"Content-Type: text/plain; charset=x-nobody\n\na", "a", &["mime-unknown-charset"]);
        check(b"Content-Transfer-Encoding: x-uu\n\na", "a", &["mime-unknown-encoding"]);
        check(b"Content-Type: multipart/mixed; boundary=b\n\nnever", "never", &["mime-no-parts"]);
        check(b"Content-Type: multipart/mixed\n\nnever", "never", &["mime-no-boundary"]);
        check(b"Content-Transfer-Encoding: base64\n\nSGk*", "Hi", &["mime-base64"]);
        check(b"", "", &[]);
    }

    #[test]
    fn forged_nesting_and_boundaries_take_bounded_time() {
        let part = |level: usize| format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
        let deep = (0..5_000).map(part).collect::<Vec<_>>().concat();
        let found = document(deep.as_bytes(), &Limits::default());
        assert_eq!(found.value.mime_depth(), Limits::default().nesting);
        assert!(found.anomalies.iter().any(|anomaly| anomaly.code == "mime-too-deep"));
        let messages = "Content-Type: message/rfc822\n\n".repeat(20_000);
        assert_eq!(document(messages.as_bytes(), &Limits::default()).value.mime_depth(), Limits::default().nesting);
        let liar = |part: usize| format!("--b\nContent-Type: multipart/mixed; boundary=never{part}\n\nx\n");
        let liars = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", (0..20_000).map(liar).collect::<Vec<_>>().concat());
        assert_eq!(document(liars.as_bytes(), &Limits::default()).value.entities.len(), 20_001);
    }

    #[test]
    fn every_prefix_and_every_changed_byte_is_read() {
        for at in 0..SAMPLE.len() {
            assert!(document(&SAMPLE.as_bytes()[..at], &Limits::default()).value.entities.len() <= 8);
            for value in [0, b'\n', b'-', b';', 0xFF] {
                let mut changed = SAMPLE.as_bytes().to_vec();
                changed[at] = value;
                let found = document(&changed, &Limits::default()).value;
                assert!(found.entities.iter().all(|entity| entity.body.start <= entity.body.end && entity.body.end <= SAMPLE.len() as u64));
            }
        }
    }
}
