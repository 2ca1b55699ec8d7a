//! Where the fuzzing engine begins: inputs for each target, made from the Backups of `testdata`, the examples of the rules, the encoder
//! and the samples of formats that `testdata` has no file of. Files by their kinds, and what lies within messages by what it is.

use std::io::{Cursor, Write};

use crate::{
    base::Limits,
    diagnostics::Example,
    formats::{
        registry,
        sniff::{ArtifactKind, sniff},
        tnef::{self, AttributeId, TnefMessage},
    },
    mapi::{PropValue, PropertyBag},
    rules::CATALOGUE,
    testing::fixture::compile,
};

use super::{TARGETS, forged_hive, samples, whole};

/// One input for one target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seed {
    /// Name of the target.
    pub target: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Bytes of a seed at most; what is longer slows the engine down and says nothing more.
const MOST: usize = 16 << 10;

/// Returns the seeds out of files with their paths, sorted and each once; with the examples of the rules when they are wanted, which are
/// many.
#[must_use]
pub fn seeds(files: &[(String, Vec<u8>)], with_rules: bool) -> Vec<Seed> {
    let mut seeds = Seeds::default();
    for (path, bytes) in files {
        seeds.file(path, bytes);
    }
    seeds.folders(files);
    if with_rules {
        CATALOGUE
            .iter()
            .flat_map(|rule| rule.meta.documentation().examples())
            .filter(|example| example.fires)
            .for_each(|example| seeds.example(&example));
    }
    for (target, bytes) in samples::SAMPLES {
        seeds.add(target, bytes);
    }
    // Arbitrary choices, for the targets that build their input.
    let noise: Vec<u8> = (0_u32..700).map(|step| step.wrapping_mul(2_654_435_761).to_be_bytes()).map(|[first, ..]| first).collect();
    for target in ["tnef_forged", "hive_forged", "lists_forged"] {
        noise.chunks(100).enumerate().for_each(|(first, _)| seeds.add(target, noise.get(first * 100..).unwrap_or_default()));
    }
    seeds.add("hive", &forged_hive::sound());
    noise.chunks(100).for_each(|choices| seeds.add("hive", &forged_hive::forged(choices)));
    seeds.archives(files);
    seeds.0.sort();
    seeds.0.dedup();
    seeds.0
}

#[derive(Default)]
struct Seeds(Vec<Seed>);

impl Seeds {
    fn add(&mut self, target: &str, bytes: &[u8]) {
        let target = TARGETS.iter().find(|known| known.name == target).map(|known| known.name);
        assert!(target.is_some(), "a seed for no target");
        if bytes.len() <= MOST {
            self.0.extend(target.map(|target| Seed { target, bytes: bytes.to_vec() }));
        }
    }

    fn file(&mut self, path: &str, bytes: &[u8]) {
        let targets: &[&str] = match sniff(bytes, path) {
            ArtifactKind::TnefMessage => &["tnef"],
            ArtifactKind::Registry => &["registry_text"],
            ArtifactKind::Hive => &["hive"],
            ArtifactKind::DirectoryExport => &["dapi_csv"],
            ArtifactKind::PackingList => &["packing_list", "ini"],
            ArtifactKind::ImcCopy => &["imccopy", "ini"],
            ArtifactKind::MigrationList | ArtifactKind::MigrationLog | ArtifactKind::MigrationWizard => &["migration"],
            ArtifactKind::Rfc822 => &["mime", "mime_fields"],
            ArtifactKind::SpoolFile => &["spool"],
            ArtifactKind::Text => &["ini"],
            _ => &[],
        };
        targets.iter().chain(&["sniff"]).for_each(|target| self.add(target, bytes));
        let limits = Limits::default();
        self.add("decode", &[&[0], bytes].concat());
        self.message(&tnef::decode(bytes, &limits).value);
        for value in registry::parse(bytes, &limits).value.keys.iter().flat_map(|key| &key.values) {
            if let Some(tag) = crate::formats::profile_blob::tag_of(&value.name) {
                let [low, high] = tag.prop_type().0.to_le_bytes();
                self.add("profile_blob", &[&[low, high, 8 | 3], value.data.bytes.as_slice()].concat());
            }
        }
    }

    /// What lies within a message goes to the targets of its parts.
    fn message(&mut self, message: &TnefMessage<'_>) {
        for attribute in &message.attributes {
            match attribute.id {
                AttributeId::MAPI_PROPS | AttributeId::ATTACHMENT => self.add("properties", attribute.data),
                AttributeId::RECIP_TABLE => self.add("recipients", attribute.data),
                _ => {}
            }
        }
        self.values(&message.properties);
        message.recipients.iter().for_each(|recipient| self.values(&recipient.properties));
        for attachment in &message.attachments {
            self.values(&attachment.properties);
            if let tnef::AttachmentContent::Message(_, _, Some(inner)) = &attachment.content {
                self.message(inner);
            }
        }
    }

    fn values(&mut self, bag: &PropertyBag<'_>) {
        for property in &bag.properties {
            match (&property.value, property.value.bytes()) {
                (PropValue::Binary(_), Some([_, _, _, _, _, _, _, _, b'L' | b'M', ..])) => {
                    self.add("lzfu", property.value.bytes().unwrap_or_default());
                }
                (PropValue::Binary(_), Some(bytes)) if bytes.len() > 24 => self.add("entry_id", bytes),
                (PropValue::String8(_), Some(text)) if text.starts_with(b"Received:") => self.add("mime_fields", text),
                (PropValue::String8(_) | PropValue::Binary(_), Some(text)) if text.starts_with(b"c=") || text.contains(&b'@') => {
                    self.add("mts_id", text);
                }
                _ => {}
            }
        }
    }

    /// Each Backup with its configuration and its smallest messages, under the paths that the folder target knows.
    fn folders(&mut self, files: &[(String, Vec<u8>)]) {
        let mut stories: Vec<&str> = files.iter().filter_map(|(path, _)| path.split_once("/Backup/").map(|(story, _)| story)).collect();
        stories.dedup();
        for story in stories {
            let own: Vec<(&str, &[u8])> = files
                .iter()
                .filter_map(|(path, bytes)| Some((path.strip_prefix(story)?.trim_start_matches('/').trim_start_matches("Backup/"), bytes.as_slice())))
                .filter(|(_, bytes)| bytes.len() < 4000)
                .collect();
            self.add("folder", &whole::bytes_of(own.iter().copied().filter(|(path, _)| !path.contains('/'))));
            self.add("folder", &whole::bytes_of(own));
        }
    }

    fn example(&mut self, example: &Example) {
        let files = compile(&example.fixture).unwrap_or_default();
        files.iter().filter(|file| file.bytes.len() < 2000).for_each(|file| self.file(&file.path, &file.bytes));
        let usual = files.iter().map(|file| {
            let path = if file.path.contains("Mtsout/") {
                "Mtsout/00000001.TNF"
            } else if file.path.contains("Mtsin/") {
                "Mtsin/00000001.TNF"
            } else {
                &file.path
            };
            (path, file.bytes.as_slice())
        });
        self.add("folder", &whole::bytes_of(usual.take(8)));
    }

    fn archives(&mut self, files: &[(String, Vec<u8>)]) {
        let small: Vec<(String, &[u8])> = files
            .iter()
            .filter(|(path, bytes)| path.starts_with("healthy-40") && bytes.len() < 3000)
            .take(5)
            .map(|(path, bytes)| (path.replacen("healthy-40/", "", 1), bytes.as_slice()))
            .collect();
        let tape = tar(&small).unwrap_or_default();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let gzip = gzip.write_all(&tape).and_then(|()| gzip.finish()).unwrap_or_default();
        for archive in [zip(&small).unwrap_or_default(), cab(&small).unwrap_or_default(), tape, gzip] {
            self.add("archive", &archive);
        }
    }
}

fn zip(files: &[(String, &[u8])]) -> Option<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(path.as_str(), zip::write::SimpleFileOptions::default()).ok()?;
        zip.write_all(bytes).ok()?;
    }
    zip.finish().ok().map(Cursor::into_inner)
}

fn cab(files: &[(String, &[u8])]) -> Option<Vec<u8>> {
    let mut builder = cab::CabinetBuilder::new();
    let folder = builder.add_folder(cab::CompressionType::MsZip);
    for (path, _) in files {
        folder.add_file(path.replace('/', "\\"));
    }
    let mut writer = builder.build(Cursor::new(Vec::new())).ok()?;
    for (_, bytes) in files {
        writer.next_file().ok()??.write_all(bytes).ok()?;
    }
    writer.finish().ok().map(Cursor::into_inner)
}

fn tar(files: &[(String, &[u8])]) -> Option<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mtime(939_222_480);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, *bytes).ok()?;
    }
    tar.into_inner().ok()
}
