//! One decoded file for people: what it is, what it says, and what is wrong with it.

use std::io::{self, Write};

use crate::{
    backup::{SingleContent, SingleFile},
    base::{Limits, Sha256Digest, TextFile, counted, hex},
    formats::sniff::ArtifactKind,
};

use super::{Page, Style, decode_document, decode_message, decode_sources, overview, values::block};

/// Bytes of an unknown file that are shown.
const FIRST: usize = 64;

/// Writes what a file says; size and digest are those of the whole file, as far as it could be read.
///
/// # Errors
/// Whatever the writer says.
pub fn write(file: &SingleFile<'_>, whole: (u64, Option<Sha256Digest>), look: (&Limits, Style), out: &mut dyn Write) -> io::Result<()> {
    let (limits, style) = look;
    let mut page = Page::new(style, out);
    head(file, whole, &mut page)?;
    overview::limits(limits, &mut page)?;
    page.blank()?;
    match &file.content {
        SingleContent::Message(found) => decode_message::message(found, limits, &mut page)?,
        SingleContent::Registry(found) => decode_sources::registry(found, &mut page)?,
        SingleContent::Directory(found) => decode_sources::directory(found, &mut page)?,
        SingleContent::PackingList(list) => decode_sources::packing_list(list, &mut page)?,
        SingleContent::Sibling(siblings) => decode_sources::siblings(siblings, &mut page)?,
        SingleContent::Document(found) => decode_document::document(found, &mut page)?,
        SingleContent::NotUnderstood if file.kind == ArtifactKind::Text => {
            block(&mut page, 0, ("Text", &TextFile::decode(file.bytes).text))?;
            page.blank()?;
        }
        SingleContent::NotUnderstood => {
            page.entry(0, "First bytes", &hex(file.bytes.get(..FIRST).unwrap_or(file.bytes)))?;
            page.blank()?;
        }
    }
    anomalies(file, &mut page)
}

fn head(file: &SingleFile<'_>, (size, sha256): (u64, Option<Sha256Digest>), page: &mut Page<'_>) -> io::Result<()> {
    let kind = match (file.kind_name(), file.kind.wire_name()) {
        (kind, same) if kind == same => kind.replace('_', " "),
        (kind, looks_like) => format!("{kind} (looks like: {})", looks_like.replace('_', " ")),
    };
    page.heading(file.name)?;
    page.entry(0, "kind   ", &kind)?;
    page.entry(0, "size   ", &counted(usize::try_from(size).unwrap_or(usize::MAX), "byte"))?;
    page.entry(0, "sha256 ", &sha256.map_or_else(|| "not known, the file could not be read to its end".to_owned(), |digest| digest.to_string()))
}

fn anomalies(file: &SingleFile<'_>, page: &mut Page<'_>) -> io::Result<()> {
    if file.anomalies.is_empty() {
        return page.entry(0, "", "Nothing deviates from the format.");
    }
    page.heading(&format!("Deviations from the format ({})", file.anomalies.len()))?;
    file.anomalies.iter().try_for_each(|anomaly| page.entry(2, &format!("{:#x}", anomaly.offset), &format!("{}: {}", anomaly.code, anomaly.text)))
}
