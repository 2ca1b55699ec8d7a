//! The wire form `imcscan.decode/1` of one file: the shapes of the report, and everything that a report leaves out.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::Serialize;
use serde_json::Value;

use crate::{
    backup::{SingleContent, SingleFile},
    base::{Limits, Sha256Digest, TextFile, hex},
    formats::sniff::ArtifactKind,
};

use super::{
    decode_sources::{directory, packing_list, registry, rfc822, spool},
    pretty::write_pretty,
    v1::changed_limits,
    v1_message::{AnomalyV1, MessageV1},
    v1_sources::{GatewayV1, ProfileV1, ServiceV1, SiblingsV1},
};

/// The document.
#[derive(Serialize)]
struct DecodeV1<'a> {
    schema: &'static str,
    kind: &'static str,
    looks_like: &'static str,
    file: &'a str,
    size: u64,
    sha256: Option<String>,
    #[serde(flatten)]
    content: ContentV1<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    limits: BTreeMap<&'static str, u64>,
    anomalies: Vec<AnomalyV1<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ContentV1<'a> {
    Message { item: &'static str, strict_reader: &'a str, message: Box<MessageV1<'a>> },
    Registry { service: ServiceV1<'a>, profile: ProfileV1<'a>, registry: Value },
    Directory { gateway: GatewayV1<'a>, directory: Value },
    PackingList { packing_list: Value },
    Siblings { siblings: SiblingsV1 },
    Document { spool: Option<Value>, rfc822: Value },
    Unknown { first_bytes: String, text: Option<String> },
}

/// Bytes of an unknown file that are shown.
const FIRST: usize = 64;

/// Writes what a file says as one JSON document; size and digest are those of the whole file, as far as it could be read.
///
/// # Errors
/// Whatever the writer says.
pub fn write(file: &SingleFile<'_>, whole: (u64, Option<Sha256Digest>), limits: &Limits, out: &mut dyn Write) -> io::Result<()> {
    let (size, sha256) = whole;
    let wire = DecodeV1 {
        schema: "imcscan.decode/1",
        kind: file.kind_name(),
        looks_like: file.kind.wire_name(),
        file: file.name,
        size,
        sha256: sha256.map(|digest| digest.to_string()),
        content: content(file, limits),
        limits: changed_limits(limits),
        anomalies: file.anomalies.iter().map(AnomalyV1::from).collect(),
    };
    write_pretty(out, &wire)
}

fn content<'a>(file: &'a SingleFile<'_>, limits: &Limits) -> ContentV1<'a> {
    match &file.content {
        SingleContent::Message(found) => ContentV1::Message {
            item: found.record.kind.name(),
            strict_reader: found.record.strict_stop.as_deref().unwrap_or("accepts"),
            message: Box::new(MessageV1::new(&found.mail, &file.anomalies).detailed(&found.message, limits)),
        },
        SingleContent::Registry(found) => ContentV1::Registry {
            service: ServiceV1::new(Some(&found.service)),
            profile: ProfileV1::new(Some(&found.profile)),
            registry: registry(found),
        },
        SingleContent::Directory(found) => {
            ContentV1::Directory { gateway: GatewayV1::new(found.gateway.as_ref()), directory: directory(&found.export) }
        }
        SingleContent::PackingList(list) => ContentV1::PackingList { packing_list: packing_list(list) },
        SingleContent::Sibling(siblings) => ContentV1::Siblings { siblings: SiblingsV1::new(siblings) },
        SingleContent::Document(found) => ContentV1::Document { spool: found.spool.as_ref().map(spool), rfc822: rfc822(found) },
        SingleContent::NotUnderstood => ContentV1::Unknown {
            first_bytes: hex(file.bytes.get(..FIRST).unwrap_or(file.bytes)),
            text: (file.kind == ArtifactKind::Text).then(|| TextFile::decode(file.bytes).text),
        },
    }
}
