//! The fields of RFC 822 text and of the envelope that a spool file has before it.

use crate::{
    backup::SingleDocument,
    base::FieldMap,
    formats::{
        mime::MimeEntity,
        spool::{Envelope, EnvelopeText, SpoolFile},
    },
};

/// Maps a document.
pub(super) fn document(found: &SingleDocument, map: &mut FieldMap) {
    if let Some(spool) = &found.spool {
        spool_file(spool, map);
    }
    for (index, entity) in found.document.entities.iter().enumerate() {
        one_entity(entity, (index + 1, found.start), map);
    }
}

fn one_entity(entity: &MimeEntity, (number, start): (usize, u64), map: &mut FieldMap) {
    let depth = u16::try_from(entity.depth).unwrap_or(u16::MAX / 4).saturating_mul(2).saturating_add(1);
    for field in &entity.headers.fields {
        map.add(start + field.offset, field.length, depth, || format!("entity {number}: {}", field.name));
    }
    for stray in &entity.headers.strays {
        map.add(start + stray.offset, stray.length, depth, || format!("entity {number}: stray line"));
    }
    if let Some(blank) = entity.headers.blank_line {
        map.add(start + blank, entity.headers.end.saturating_sub(blank), depth, || format!("entity {number}: empty line"));
    }
    let length = entity.body.end.saturating_sub(entity.body.start);
    map.add(start + entity.body.start, length, depth, || format!("entity {number}: body ({})", entity.media_type));
}

fn spool_file(spool: &SpoolFile, map: &mut FieldMap) {
    map.add(0, spool.text.start, 1, || "envelope");
    let mut text = |found: &EnvelopeText, label: &'static str| map.add(found.offset, found.length, 2, || label);
    if let Some(Envelope { stated_length: _, local_stamp: _, helo, peer, mail_from, recipients, mts_id, others }) = &spool.envelope {
        for (found, label) in [(helo, "HELO"), (peer, "peer"), (mail_from, "originator"), (mts_id, "MTS-ID")] {
            if let Some(found) = found {
                text(found, label);
            }
        }
        for (found, label) in recipients.iter().map(|found| (found, "recipient")).chain(others.iter().map(|found| (found, "other text"))) {
            text(found, label);
        }
    }
    for line in &spool.pickup {
        text(&line.address, if line.is_sender { "x-sender" } else { "x-receiver" });
    }
}
