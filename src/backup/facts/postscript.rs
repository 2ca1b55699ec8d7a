//! PostScript attachments of a mail: by name, by MIME type, or by their first bytes, a printer's preamble included (Q182827).

use std::ops::Range;

use crate::{
    backup::Item,
    base::{extension, hex},
    formats::tnef::Attachment,
};

use super::attachment_name;

/// Where an item holds PostScript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostScriptPart {
    /// The attachment in the words of evidence.
    pub object: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// Its first bytes, as text when they are text.
    pub head: Box<str>,
    /// Those bytes in the file.
    pub span: Range<u64>,
}

/// Bytes that are shown.
const SHOWN: usize = 16;
/// What PostScript begins with: the mark itself, a serial end-of-file before it, a switch of the printer's language.
const MARKS: [&[u8]; 3] = [b"%!PS", b"\x04%!", b"\x1B%-"];

/// Returns the first PostScript attachment of an item's mail.
pub(in crate::backup) fn postscript(item: &Item<'_>) -> Option<Box<PostScriptPart>> {
    let mail = item.mail()?;
    let (index, attachment) = mail.message.attachments.iter().enumerate().find(|(_, attachment)| is_postscript(attachment))?;
    let (bytes, offset) = attachment.content_bytes().unwrap_or((&[], attachment.span.start));
    let head = bytes.get(..SHOWN).unwrap_or(bytes);
    let is_text = head.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    let shown = if is_text { head.iter().map(|&byte| char::from(byte)).collect() } else { hex(head) };
    Some(Box::new(PostScriptPart {
        object: format!("{}, attachment {}", mail.object, index + 1).into(),
        name: attachment_name(attachment).into(),
        head: shown.into(),
        span: offset..offset + head.len() as u64,
    }))
}

fn is_postscript(attachment: &Attachment<'_>) -> bool {
    let name = attachment_name(attachment);
    let named = ["ps", "eps", "prn"].iter().any(|wanted| extension(&name).eq_ignore_ascii_case(wanted));
    let begins = || attachment.content_bytes().is_some_and(|(bytes, _)| MARKS.iter().any(|mark| bytes.starts_with(mark)));
    named || attachment.mime_tag().is_some_and(|tag| tag.to_ascii_lowercase().contains("postscript")) || begins()
}
