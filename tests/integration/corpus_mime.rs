//! RFC 822 messages of other projects' suites, malformed ones included, and what mail-parser makes of them.

use std::fs;

use imcscan::{
    base::{Limits, Sha256Digest},
    formats::mime::{content_of, document},
};

use crate::mail_corpus::files;

#[test]
fn every_message_is_read_and_every_body_lies_within() {
    for path in files("mime", "eml") {
        let bytes = fs::read(&path).unwrap();
        let found = document(&bytes, &Limits::default()).value;
        assert!(!found.entities.is_empty(), "{}", path.display());
        for (index, entity) in found.entities.iter().enumerate() {
            assert!(entity.parent.is_none_or(|parent| parent < index));
            assert!(entity.body.start <= entity.body.end && entity.body.end <= bytes.len() as u64);
            if let Some(digest) = entity.sha256 {
                assert_eq!(digest, Sha256Digest::of(&content_of(&bytes, entity)), "{}", path.display());
            }
            for field in &entity.headers.fields {
                let at = usize::try_from(field.offset).unwrap();
                assert!(bytes[at..].len() as u64 >= field.length && field.length > 0);
            }
        }
    }
}

#[test]
fn prefixes_and_changed_bytes_of_small_messages_are_read() {
    for path in files("mime", "eml") {
        let bytes = fs::read(&path).unwrap();
        if bytes.len() > 600 {
            continue;
        }
        for at in 0..bytes.len() {
            assert!(document(&bytes[..at], &Limits::default()).value.entities.len() < 64);
            let mut changed = bytes.clone();
            changed[at] ^= 0x15;
            assert!(document(&changed, &Limits::default()).value.entities.len() < 64);
        }
    }
}

#[test]
fn well_formed_messages_read_as_mail_parser_reads_them() {
    for path in files("mime", "eml") {
        let bytes = fs::read(&path).unwrap();
        let ours = document(&bytes, &Limits::default());
        let theirs = mail_parser::MessageParser::default().parse(&bytes).filter(|_| ours.anomalies.is_empty());
        let (Some(theirs), Some(headers)) = (theirs, ours.value.headers()) else { continue };
        // Their nested messages have parts of their own, ours stand in one list.
        if ours.value.entities.iter().all(|entity| entity.media_type != "message/rfc822") {
            let leaves = theirs.parts.iter().filter(|part| !matches!(part.body, mail_parser::PartType::Multipart(_))).count();
            assert_eq!(ours.value.entities.iter().filter(|entity| entity.sha256.is_some()).count(), leaves, "{}", path.display());
        }
        if let (Some(ours), Some(theirs)) = (headers.first("Subject"), theirs.subject()) {
            let squeeze = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(squeeze(&ours.value), squeeze(theirs), "{}", path.display());
        }
    }
}
