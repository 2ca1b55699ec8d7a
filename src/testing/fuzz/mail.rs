//! Internet mail: documents, header fields, spool files, identifiers, and files packed into text.

use crate::{
    base::{CodePage, Limits},
    formats::{
        apple_single, binhex, double_byte, macbinary,
        mime::{self, HeaderBlock, MimeDocument, content_of},
        mts_id::{MessageId, MtsId},
        packed::PackedAs,
        spool, uuencode,
    },
};

use super::check;

/// A document: fields lie behind each other within their block, entities within their parents, and every body can be had.
pub(super) fn mime(bytes: &[u8]) {
    let limits = Limits::default();
    let found = check::decoded(bytes.len(), || mime::document(bytes, &limits));
    document(&found, bytes);
}

/// A header block as messages keep it, and each of its values read as addresses, dates, hops and encoded words.
pub(super) fn fields(bytes: &[u8]) {
    let limits = Limits::default();
    let found = check::decoded(bytes.len(), || mime::header_block(bytes, &limits));
    block(&found, bytes.len());
    let _ = mime::described_entity(&found);
    found.fields.iter().flat_map(|field| [field.value.as_str(), field.raw.as_str()]).for_each(value);
    value(&String::from_utf8_lossy(bytes));
}

fn value(text: &str) {
    let received = check::steady(|| mime::received(text));
    assert!(received.date.is_none() || received.date_text.is_some(), "a date without its text");
    if let Some(date) = mime::date(text) {
        let _ = date.local();
    }
    for stamp in mime::version_stamps(text) {
        assert!(text.get(stamp.range.clone()).is_some(), "a stamp at {:?} of {}", stamp.range, text.len());
    }
    let addresses = mime::addresses(text);
    assert!(addresses.iter().map(|address| address.address.len()).sum::<usize>() <= text.len(), "addresses longer than their text");
    let words = mime::encoded_words(text);
    assert!(words.iter().map(|word| word.bytes.len()).sum::<usize>() <= text.len(), "encoded words longer than their text");
}

/// A spool file: envelope, pickup lines and text lie in the file, and the text is a document.
pub(super) fn spool_file(bytes: &[u8]) {
    let limits = Limits::default();
    let found = check::decoded(bytes.len(), || spool::parse(bytes, &limits));
    let text = check::cut(bytes, &found.text, "the text of a spool file");
    let envelope = found.envelope.iter().flat_map(|envelope| {
        let named = [&envelope.helo, &envelope.peer, &envelope.mail_from, &envelope.mts_id];
        named.into_iter().flatten().chain(&envelope.recipients).chain(&envelope.others)
    });
    for run in envelope.chain(found.pickup.iter().map(|line| &line.address)) {
        check::place(run.offset, run.length, bytes.len());
    }
    document(&mime::document(text, &limits).value, text);
}

/// MTS-IDs, Message-IDs and version stamps out of any text.
pub(super) fn mts_id(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(id) = check::steady(|| MtsId::parse(&text)) {
        let parts = [id.country, id.admd, id.prmd, id.local, id.parts.server()];
        assert!(parts.into_iter().flatten().all(|part| text.contains(part)), "a part is not of the id");
        let _ = id.parts.time();
    }
    let id = check::steady(|| MessageId::parse(&text));
    assert!(text.contains(id.left) && id.host.is_none_or(|host| text.contains(host)), "a part is not of the id");
}

/// Files packed into text or into each other: uuencode, BinHex, MacBinary, AppleSingle; and double-byte text without a stated code page.
pub(super) fn embedded_files(bytes: &[u8]) {
    let limits = Limits::default();
    let size = bytes.len();
    let inside = |range: &std::ops::Range<usize>| assert!(range.start <= range.end && range.end <= size, "{range:?} of {size}");
    let mut end = 0;
    for block in check::steady(|| uuencode::blocks(bytes, &limits)) {
        let more = block.end_line.iter().chain(&block.surplus).chain(&block.behind);
        [&block.begin, &block.name].into_iter().chain(more).for_each(inside);
        assert!(block.begin.start >= end && block.end_line.as_ref().is_none_or(|line| line.start >= block.begin.end), "blocks overlap");
        end = block.end_line.map_or(block.begin.end, |line| line.end);
    }
    for block in check::steady(|| binhex::blocks(bytes, &limits)) {
        [&block.start, &block.data].into_iter().for_each(inside);
    }
    if let Some(file) = check::steady(|| macbinary::split(bytes)) {
        let forks = [(file.data_fork, file.data_offset), (file.resource_fork, file.resource_offset)];
        let stands = |(fork, offset): (&[u8], usize)| fork.is_empty() || bytes.get(offset..).is_some_and(|rest| rest.starts_with(fork));
        assert!(forks.into_iter().all(stands), "a fork does not stand where it says");
    }
    let _ = (apple_single::entry_ids(bytes), PackedAs::detect(bytes).map(PackedAs::name));
    let pairs = double_byte::shift_jis_pairs(bytes);
    assert!(pairs.count * 2 <= size && pairs.in_runs <= pairs.count, "{pairs:?} in {size} bytes");
    let (longest, place) = double_byte::longest_run_of_line_ends(bytes);
    inside(&place);
    assert_eq!(place.len(), longest * 2);
    let _ = (double_byte::likely_code_page(bytes, 4), mime::dbcs_fault_at(bytes, CodePage(932)));
}

fn document(found: &MimeDocument, bytes: &[u8]) {
    for (index, entity) in found.entities.iter().enumerate() {
        check::range(&entity.body, bytes.len(), "a body");
        block(&entity.headers, bytes.len());
        let parent = entity.parent.map(|parent| (parent, found.entities.get(parent)));
        assert!(
            parent.is_none_or(|(at, parent)| at < index && parent.is_some_and(|parent| parent.depth < entity.depth)),
            "entity {index} has an odd parent"
        );
        let content = content_of(bytes, entity);
        assert!(content.len() as u64 <= (entity.body.end - entity.body.start).max(1), "a body of {:?} holds {} bytes", entity.body, content.len());
        let _ = (entity.charset(), entity.param("name"));
    }
    let _ = (found.attachments().count(), found.texts().count(), found.mime_depth(), found.headers());
}

fn block(found: &HeaderBlock, size: usize) {
    let mut end = 0;
    for field in &found.fields {
        check::place(field.offset, field.length, size);
        assert!(field.offset >= end && !field.name.is_empty(), "a field at {} behind {end}", field.offset);
        end = field.offset + field.length;
    }
    assert!(end <= found.end.max(end) && found.end <= size as u64, "a block ends at {} of {size}", found.end);
    found.strays.iter().for_each(|stray| check::place(stray.offset, stray.length, size));
}
