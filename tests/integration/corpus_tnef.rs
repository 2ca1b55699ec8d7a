//! Real TNEF streams and whole Backups, read in place: against an independent reading, against what their makers know, and damaged.
//!
//! The corpus lies outside of the project (`IMCSCAN_CORPUS`, else `../shared/corpus`); without it these tests say so and pass.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use imcscan::{
    base::{FieldMap, Limits, Sha256Digest},
    formats::tnef::{Attachment, AttachmentContent, Attribute, TnefMessage, decode, decode_mapped},
    mapi::PropTag,
};
use serde_json::{Value, json};

/// Differences from the oracle, each with its reason.
const DIFFERENCES: &str = include_str!("corpus_tnef_differences.md");

fn shared(folder: &str) -> Option<PathBuf> {
    let corpus = std::env::var_os("IMCSCAN_CORPUS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let found = if folder == "backups" { corpus.join("../backups") } else { corpus.join(folder) };
    if found.is_dir() {
        return Some(found);
    }
    eprintln!("skipped: {} is not there", found.display());
    None
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Every stream of the corpus with its oracle.
fn streams() -> Vec<(String, Vec<u8>, Value)> {
    let Some(root) = shared("tnef") else { return Vec::new() };
    let truth = read_json(&root.join("truth.json"));
    let entries = truth.as_object().unwrap().iter();
    entries.map(|(name, truth)| (name.clone(), fs::read(root.join(name)).unwrap(), truth["oracle"].clone())).collect()
}

/// Every message file of every Backup with what its maker knows of file and message.
fn backup_messages() -> Vec<(String, Vec<u8>, Value, Value)> {
    let Some(root) = shared("backups") else { return Vec::new() };
    let mut stories: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    stories.sort();
    let mut found = Vec::new();
    for story in stories.into_iter().filter(|story| story.join("Backup").is_dir() && story.join("expected.json").is_file()) {
        let expected = read_json(&story.join("expected.json"));
        for (name, message) in expected["messages"].as_object().into_iter().flatten() {
            if let Ok(bytes) = fs::read(story.join("Backup").join(name)) {
                let label = format!("{}/{name}", story.file_name().unwrap().to_string_lossy());
                found.push((label, bytes, expected["files"][name].clone(), message.clone()));
            }
        }
    }
    found
}

fn checksum_words(attribute: &Attribute<'_>) -> &'static str {
    if attribute.checksum_ok == Some(true) { "" } else { " BADSUM" }
}

fn attribute_line(attribute: &Attribute<'_>) -> String {
    let Attribute { level, id, type_word, data, .. } = attribute;
    let name = attribute.name().unwrap_or("?");
    format!("{level}:{type_word:04x}{:04x} {name} {}{}", id.0, data.len(), checksum_words(attribute))
}

/// What the oracle says of a stream, in its own words, as read by us.
fn as_oracle(message: &TnefMessage<'_>) -> Value {
    let bad = message.attributes.iter().filter(|attribute| attribute.checksum_ok != Some(true)).count();
    let rtf = message.rtf_compressed().map(|rtf| json!({ "actual": rtf.len(), "comp_field": u32::from_le_bytes(*rtf.first_chunk().unwrap()) }));
    json!({
        "size": message.span.end - message.span.start,
        "key": message.key,
        "attrs": message.attributes.iter().map(attribute_line).collect::<Vec<_>>(),
        "checksum_bad": bad,
        "n_props": message.property_count(),
        "recips": message.recipients.iter().map(|row| json!({ "n": row.properties.len(), "type": row.properties.long(PropTag::RECIPIENT_TYPE) })).collect::<Vec<_>>(),
        "attachments": message.attachments.iter().map(attachment_as_oracle).collect::<Vec<_>>(),
        "class": message.legacy.message_class.as_ref().map(|class| class.text.to_string()),
        "rtf": rtf,
        "end": message.attributes.last().map_or(6, |last| last.span.end - message.span.start),
    })
}

fn attachment_as_oracle(attachment: &Attachment<'_>) -> Value {
    let object = attachment.properties.bytes(PropTag::ATTACH_DATA_OBJ).map(|object| &object[16..]);
    let object = object.or(attachment.properties.bytes(PropTag::ATTACH_DATA_BIN));
    json!({
        "title": attachment.title.as_ref().map(|title| title.text.to_string()),
        "data_len": attachment.data.map(|(data, _)| data.len()),
        "data_sha256": attachment.data.map(|(data, _)| Sha256Digest::of(data).to_string()),
        "meta_len": attachment.meta_file.map(<[u8]>::len),
        "n_props": attachment.properties.len(),
        "method": attachment.properties.long(PropTag::ATTACH_METHOD),
        "obj_len": object.map(<[u8]>::len),
        "obj_sha256": object.map(|object| Sha256Digest::of(object).to_string()),
        "embedded": match &attachment.content {
            AttachmentContent::Message(_, _, Some(message)) => as_oracle(message),
            _ => Value::Null,
        },
    })
}

/// Lists where `ours` says something else than the oracle; what the oracle leaves out is not compared, but for attachments and attributes.
fn differences(at: &str, oracle: &Value, ours: &Value, found: &mut BTreeSet<String>) {
    match (oracle, ours) {
        (Value::Object(oracle), Value::Object(ours)) => {
            for (key, value) in ours {
                match oracle.get(key) {
                    Some(theirs) => differences(&format!("{at} {key}"), theirs, value, found),
                    None if value.is_null() || *value == json!([]) || *value == json!(0) => {}
                    None => {
                        found.insert(format!("{at} {key}: oracle nothing, we {}", short(value)));
                    }
                }
            }
        }
        (Value::Array(oracle), Value::Array(ours)) if oracle.len() == ours.len() => {
            for (index, (theirs, value)) in oracle.iter().zip(ours).enumerate() {
                differences(&format!("{at}[{index}]"), theirs, value, found);
            }
        }
        _ if oracle == ours => {}
        _ => {
            found.insert(format!("{at}: oracle {}, we {}", short(oracle), short(ours)));
        }
    }
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::Array(items) => format!("{} items", items.len()),
        other => other.to_string(),
    };
    text.chars().take(90).collect()
}

#[test]
fn real_streams_are_read_as_an_independent_reader_reads_them() {
    let streams = streams();
    if streams.is_empty() {
        return;
    }
    let mut found = BTreeSet::new();
    for (name, bytes, oracle) in &streams {
        let decoded = decode(bytes, &Limits::default());
        differences(name, oracle, &as_oracle(&decoded.value), &mut found);
    }
    let explained = DIFFERENCES.lines().filter_map(|line| line.strip_prefix("- `")?.split_once('`').map(|(difference, _)| difference.to_owned()));
    let explained: BTreeSet<String> = explained.collect();
    assert_eq!(found, explained, "each difference has its line in corpus_tnef_differences.md");
}

fn text_matches(expected: &Value, ours: Option<&str>) -> bool {
    expected.is_null()
        || expected.as_str().unwrap_or_default().trim_end_matches([' ', '\0']) == ours.unwrap_or_default().trim_end_matches([' ', '\0'])
}

#[track_caller]
fn check_message(at: &str, expected: &Value, message: &TnefMessage<'_>) {
    assert!(text_matches(&expected["subject"], message.subject().as_deref()), "{at} subject {:?}", message.subject());
    let class = message.message_class().unwrap_or_default();
    assert!(expected["message_class"].as_str().is_none_or(|expected| expected.eq_ignore_ascii_case(&class)), "{at} class {class}");
    assert!(expected["code_page"].as_u64().is_none_or(|page| Some(page) == message.code_page.map(|page| page.0.into())), "{at} code page");
    let submitted = message.client_submit_time().map(|time| time.to_string());
    assert!(expected["submitted"].is_null() || expected["submitted"].as_str() == submitted.as_deref(), "{at} submitted {submitted:?}");
    let id = message.internet_message_id();
    assert!(id.is_none() || text_matches(&expected["message_id"], id.as_deref()), "{at} message id {id:?}");
    if let Some(sender) = expected["sender"].as_object() {
        let ours = message.sender().unwrap();
        for (part, value) in [("name", &ours.name), ("type", &ours.address_type), ("address", &ours.address)] {
            assert!(text_matches(&sender[part], value.as_deref()), "{at} sender {part} {value:?}");
        }
    }
    if let Some(recipients) = expected["recipients"].as_array() {
        assert_eq!(recipients.len(), message.recipients.len(), "{at} recipients");
        for (theirs, row) in recipients.iter().zip(&message.recipients) {
            let ours = row.address(message.effective_code_page());
            assert_eq!(theirs["kind"].as_str(), row.kind().and_then(imcscan::formats::tnef::RecipientKind::name), "{at} recipient kind");
            for (part, value) in [("name", &ours.name), ("type", &ours.address_type), ("address", &ours.address)] {
                assert!(text_matches(&theirs[part], value.as_deref()), "{at} recipient {part} {value:?}");
            }
        }
    }
    if let Some(length) = expected["text_chars"].as_u64().filter(|_| message.body_text().is_some()) {
        let text = message.body_text().unwrap().text;
        assert_eq!(text.chars().count() as u64, length, "{at} text");
        assert_eq!(expected["text_sha256"].as_str().unwrap(), Sha256Digest::of(text.as_bytes()).to_string(), "{at} text");
    }
    check_attachments(at, expected, message);
}

#[track_caller]
fn check_attachments(at: &str, expected: &Value, message: &TnefMessage<'_>) {
    if let Some(attachments) = expected["attachments"].as_array() {
        assert_eq!(attachments.len(), message.attachments.len(), "{at} attachments");
        for (theirs, ours) in attachments.iter().zip(&message.attachments) {
            assert_eq!(theirs["method"].as_str(), ours.method().and_then(imcscan::formats::tnef::AttachMethod::name), "{at} method");
            assert!(text_matches(&theirs["name"], ours.name().as_deref()), "{at} name {:?} of {theirs}", ours.name());
            assert!(text_matches(&theirs["long_name"], ours.long_name().as_deref()), "{at} long name {:?}", ours.long_name());
            assert!(text_matches(&theirs["mime_type"], ours.mime_tag().as_deref()), "{at} mime type");
            // The reverse does not hold: a bare file may be flagged as MacBinary (KB Q161937).
            assert!(theirs["encoding"] != "macbinary" || ours.is_flagged_mac_binary(), "{at} encoding");
            let size = ours.size().unwrap_or_default();
            assert!(theirs["size"].is_null() || theirs["size"] == size, "{at} size {size} of {theirs}");
            let hash = Sha256Digest::of(ours.content_bytes().unwrap_or_default().0).to_string();
            let hashes = theirs["sha256_any"].as_array();
            assert!(hashes.is_none_or(|hashes| hashes.contains(&json!(hash))), "{at} content of {theirs}");
            assert!(theirs["sha256"].is_null() || theirs["sha256"] == hash, "{at} content of {theirs}");
        }
    }
    if let Some(embedded) = expected["embedded"].as_array() {
        let ours: Vec<_> = embedded_messages(message).collect();
        assert_eq!(embedded.len(), ours.len(), "{at} embedded messages");
        for (index, (theirs, ours)) in embedded.iter().zip(ours).enumerate() {
            check_message(&format!("{at} embedded[{index}]"), theirs, ours);
        }
    }
}

fn embedded_messages<'m, 'a>(message: &'m TnefMessage<'a>) -> impl Iterator<Item = &'m TnefMessage<'a>> {
    message.attachments.iter().filter_map(|attachment| match &attachment.content {
        AttachmentContent::Message(_, _, Some(message)) => Some(&**message),
        _ => None,
    })
}

#[test]
fn messages_of_backups_are_read_as_they_were_made() {
    for (name, bytes, file, expected) in backup_messages() {
        let decoded = decode(&bytes, &Limits::default());
        check_message(&name, &expected, &decoded.value);
        if file["state"] == "read" {
            assert_eq!(decoded.anomalies, [], "{name} is intact");
        }
        if expected["damaged"] == true {
            assert!(!decoded.anomalies.is_empty(), "{name} is damaged");
        }
    }
}

/// The fields that hold no other field, which must tile the file.
#[track_caller]
fn check_tiled(name: &str, bytes: &[u8]) {
    let mut map = FieldMap::recording();
    let _ = decode_mapped(bytes, &Limits::default(), &mut map);
    let mut at = 0;
    for (index, field) in map.fields.iter().enumerate() {
        let is_parent = map.fields.get(index + 1).is_some_and(|next| next.depth > field.depth);
        if !is_parent {
            assert_eq!(field.offset, at, "{name}: {} does not follow the field before it", field.label);
            at += field.length;
        }
        assert!(!field.label.is_empty());
    }
    assert_eq!(at, bytes.len() as u64, "{name}: every byte has an owner");
}

#[test]
fn every_byte_of_every_stream_has_an_owner() {
    for (name, bytes, _) in streams() {
        check_tiled(&name, &bytes);
    }
    for (name, bytes, ..) in backup_messages() {
        check_tiled(&name, &bytes);
    }
}

/// A few hundred of many positions, the same in every run.
fn sample(length: usize, most: usize) -> impl Iterator<Item = usize> {
    let step = (length / most).max(1);
    (0..length).step_by(step)
}

/// Small streams of both sources; the largest ones add nothing but time here.
fn small_streams() -> Vec<(String, Vec<u8>)> {
    let real = streams().into_iter().map(|(name, bytes, _)| (name, bytes));
    let made = backup_messages().into_iter().filter(|(name, ..)| name.starts_with("zoo") || name.starts_with("damaged"));
    real.chain(made.map(|(name, bytes, ..)| (name, bytes))).filter(|(_, bytes)| bytes.len() < 40_000).collect()
}

#[test]
fn every_prefix_keeps_its_complete_attributes() {
    let limits = Limits::default();
    for (name, bytes) in small_streams() {
        let whole = decode(&bytes, &limits).value;
        for end in sample(bytes.len(), 150) {
            let prefix = &bytes[..end];
            let complete = whole.attributes.iter().take_while(|attribute| attribute.span.end <= end as u64).count();
            let read = decode(prefix, &limits).value;
            assert!(read.attributes.len() >= complete, "{name} cut at {end}");
            let same = read.attributes.iter().zip(&whole.attributes).take(complete).all(|(a, b)| (a.id, a.data) == (b.id, b.data));
            assert!(same, "{name} cut at {end}");
        }
        for end in sample(bytes.len(), 20) {
            check_tiled(&format!("{name} cut at {end}"), &bytes[..end]);
        }
    }
}

#[test]
fn every_changed_byte_is_survived() {
    for (name, mut bytes) in small_streams() {
        for (turn, at) in sample(bytes.len(), 120).enumerate() {
            let original = bytes[at];
            bytes[at] = [original ^ 1, original ^ 0x80, 0, 0xFF][turn % 4];
            check_tiled(&format!("{name} changed at {at}"), &bytes);
            bytes[at] = original;
        }
    }
}
