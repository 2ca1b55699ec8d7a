//! The parts of `imcscan.decode/1` that no report has: every registry key, every object of an export, every entry of a packing list,
//! envelope and entities of Internet mail. Secrets are named, never shown.

use serde_json::{Value, json};

use crate::{
    backup::{GatewayAttribute, SingleDocument, SingleRegistry, attributes_of},
    formats::{
        dapi_csv::{DirectoryExport, Row},
        mime::{HeaderField, MimeEntity},
        packing_list::{Dialect, PackingEntry, PackingList, StatedCount},
        reg::{LastWrite, RegistryKey, RegistryValue},
        spool::{Envelope, EnvelopeText, SpoolFile},
    },
};

use super::v1_sources::{AttributeV1, HIDDEN, registry_data};

/// Returns every key with every value.
pub(super) fn registry(found: &SingleRegistry) -> Value {
    let value = |value: &RegistryValue| {
        let RegistryValue { name, data, raw: _, place, data_place, deleted } = value;
        json!({
            "name": name,
            "type": data.reg_type.to_string(),
            "data": if found.is_secret(value) { HIDDEN.into() } else { registry_data(data) },
            "deleted": deleted,
            "line": place.line,
            "offset": data_place.offset,
            "length": data_place.length,
        })
    };
    let key = |key: &RegistryKey| {
        let RegistryKey { path, place, deleted, last_write, values } = key;
        let last_write = last_write.as_ref().map(|time| match time {
            LastWrite::Utc(time) => time.to_string(),
            LastWrite::AsWritten(text) => text.to_string(),
        });
        json!({
            "path": path,
            "deleted": deleted,
            "last_write": last_write,
            "line": place.line,
            "offset": place.offset,
            "values": values.iter().map(value).collect::<Vec<_>>(),
        })
    };
    json!({
        "shape": found.dump.shape.name(),
        "header": found.dump.header.as_ref().map(|(_, text)| text),
        "keys": found.dump.keys.iter().map(key).collect::<Vec<_>>(),
    })
}

/// Returns header and objects; an object lists the attributes that it has.
pub(super) fn directory(export: &DirectoryExport) -> Value {
    let row = |row: &Row| {
        let attributes = attributes_of(export, row);
        let present: Vec<&GatewayAttribute> = attributes.iter().filter(|attribute| !attribute.values.is_empty()).collect();
        json!({
            "line": row.line,
            "offset": row.offset,
            "length": row.length,
            "surplus_fields": row.surplus,
            "attributes": present.into_iter().map(AttributeV1::from).collect::<Vec<_>>(),
        })
    };
    json!({
        "separator": export.separator,
        "value_separator": export.value_separator,
        "header": export.header.iter().map(|column| &column.name).collect::<Vec<_>>(),
        "rows": export.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

/// Returns the entries as listed; what is missing or unlisted only a whole Backup shows.
pub(super) fn packing_list(list: &PackingList) -> Value {
    let entry = |entry: &PackingEntry| {
        json!({
            "path": entry.path,
            "written": entry.written,
            "section": entry.section.as_deref(),
            "key": entry.key.as_deref(),
            "is_folder": entry.is_folder,
            "size": entry.size.map(|size| size.bytes),
            "metadata": entry.metadata.iter().map(|metadata| json!({ "key": metadata.key, "value": metadata.value, "line": metadata.line })).collect::<Vec<_>>(),
            "line": entry.place.line,
            "offset": entry.place.offset,
            "length": entry.place.length,
        })
    };
    let count = |count: &StatedCount| json!({ "section": count.section.as_deref(), "key": count.key, "value": count.value, "found": count.found(), "line": count.place.line });
    json!({
        "present": true,
        "dialect": list.dialect.map(Dialect::name),
        "understood": list.is_understood(),
        "version": list.version.as_ref().map(|version| &version.value),
        "entries": list.entries.len(),
        "listed": list.entries.iter().map(entry).collect::<Vec<_>>(),
        "stated_counts": list.stated_counts.iter().map(count).collect::<Vec<_>>(),
        "delete_marks": list.delete_marks.iter().map(|mark| json!({ "key": mark.key, "value": mark.value, "line": mark.place.line })).collect::<Vec<_>>(),
    })
}

/// Returns the envelope of a spool file.
pub(super) fn spool(file: &SpoolFile) -> Value {
    let text = |text: &EnvelopeText| json!({ "text": text.text, "offset": text.offset, "length": text.length });
    let texts = |found: &[EnvelopeText]| found.iter().map(text).collect::<Vec<_>>();
    let envelope = file.envelope.as_ref().map(|envelope| {
        let Envelope { stated_length, local_stamp, helo, peer, mail_from, recipients, mts_id, others } = envelope;
        json!({
            "stated_length": stated_length,
            // The writer's local time: no zone is known, so none is written.
            "written": local_stamp.map(|time| time.utc().to_string()),
            "helo": helo.as_ref().map(text),
            "peer": peer.as_ref().map(text),
            "mail_from": mail_from.as_ref().map(text),
            "recipients": texts(recipients),
            "mts_id": mts_id.as_ref().map(text),
            "others": texts(others),
        })
    });
    let pickup: Vec<Value> = file.pickup.iter().map(|line| json!({ "sender": line.is_sender, "address": text(&line.address) })).collect();
    json!({ "envelope": envelope, "pickup": pickup, "text_offset": file.text.start })
}

/// Returns header fields and entities; offsets count from the start of the file.
pub(super) fn rfc822(found: &SingleDocument) -> Value {
    let header =
        |field: &HeaderField| json!({ "name": field.name, "value": field.value, "offset": found.start + field.offset, "length": field.length });
    let headers = |entity: &MimeEntity| entity.headers.fields.iter().map(header).collect::<Vec<_>>();
    let entity = |entity: &MimeEntity| {
        json!({
            "parent": entity.parent,
            "depth": entity.depth,
            "media_type": entity.media_type,
            "charset": entity.charset(),
            "transfer_encoding": entity.transfer_encoding,
            "disposition": entity.disposition,
            "name": entity.name,
            "attachment": entity.is_attachment,
            "size": entity.size,
            "sha256": entity.sha256.map(|digest| digest.to_string()),
            "offset": found.start + entity.body.start,
            "length": entity.body.end - entity.body.start,
            "headers": headers(entity),
            "text": entity.text.as_ref().map(|text| &text.text),
        })
    };
    let entities = &found.document.entities;
    json!({ "headers": entities.first().map(headers).unwrap_or_default(), "entities": entities.iter().map(entity).collect::<Vec<_>>() })
}
