//! Spool files and RFC 822 text for people: envelope, header fields, entities and their texts.

use std::io;

use crate::{
    backup::SingleDocument,
    base::printable,
    formats::{
        mime::{HeaderField, MimeEntity},
        spool::{Envelope, SpoolFile},
    },
};

use super::{
    Page,
    values::{block, fact, value},
};

/// Writes a document.
pub(super) fn document(found: &SingleDocument, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(spool) = &found.spool {
        spool_file(spool, page)?;
    }
    (1..).zip(&found.document.entities).try_for_each(|(number, each)| entity(each, number, page))
}

fn spool_file(spool: &SpoolFile, page: &mut Page<'_>) -> io::Result<()> {
    page.heading("Envelope")?;
    if let Some(envelope) = &spool.envelope {
        let Envelope { stated_length: _, local_stamp, helo, peer, mail_from, recipients, mts_id, others } = envelope;
        fact(page, "written", local_stamp.map(|time| format!("{} (local time of the server)", time.utc())).as_deref())?;
        for (label, text) in [("HELO", helo), ("peer", peer), ("originator", mail_from), ("MTS-ID", mts_id)] {
            fact(page, label, text.as_ref().map(|text| text.text.as_ref()))?;
        }
        recipients.iter().try_for_each(|text| fact(page, "recipient", Some(text.text.as_ref())))?;
        others.iter().try_for_each(|text| fact(page, "other text", Some(text.text.as_ref())))?;
    }
    for line in &spool.pickup {
        fact(page, if line.is_sender { "originator" } else { "recipient" }, Some(line.address.text.as_ref()))?;
    }
    page.blank()
}

fn entity(entity: &MimeEntity, number: usize, page: &mut Page<'_>) -> io::Result<()> {
    let name = entity.name.as_deref().map(|name| format!(", {name}")).unwrap_or_default();
    page.heading(&format!("Entity {number}: {}{name}, {} bytes", entity.media_type, entity.size))?;
    let header = |field: &HeaderField, page: &mut Page<'_>| value(page, 2, (&printable(&format!("{}:", field.name)).to_string(), &field.value));
    entity.headers.fields.iter().try_for_each(|field| header(field, page))?;
    if let Some(text) = &entity.text {
        block(page, 2, ("Text", &text.text))?;
    } else if let Some(digest) = entity.sha256 {
        fact(page, "sha256", Some(&digest.to_string()))?;
    }
    page.blank()
}
