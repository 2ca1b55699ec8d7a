//! One file by itself, as `decode` shows it: told by its content, read by the reader of its kind, every part kept with its place.
//!
//! The same readers as in a scan; what differs is that nothing is reduced to a record. Deliberately absent: archives, which hold
//! several files, and anything that needs the neighbours of the file.

use std::{collections::BTreeSet, ops::Range};

use crate::{
    base::{Anomaly, Decoded, Limits},
    formats::{
        dapi_csv::{self, DirectoryExport},
        mime::{self, MimeDocument},
        packing_list::{self, PackingList},
        reg::{RegistryDump, RegistryValue},
        registry,
        sniff::{ArtifactKind, sniff},
        spool::{self, SpoolFile},
        tnef::{self, TnefMessage},
    },
};

use super::{
    Gateway, Item, ItemPlace, Listing, MailRecord, MessageRecord, ProfileDump, ServiceKey, SiblingKind, Siblings, attributes_of, read_item,
    secrets::{may_show_a_secret, names_a_secret},
};

/// One file, decoded.
#[derive(Debug)]
pub struct SingleFile<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What it is.
    pub kind: ArtifactKind,
    /// What it says.
    pub content: SingleContent<'a>,
    /// Deviations, sorted by offset.
    pub anomalies: Vec<Anomaly>,
}

/// The content of one file.
#[derive(Debug)]
pub enum SingleContent<'a> {
    /// A TNEF stream.
    Message(Box<SingleMessage<'a>>),
    /// A registry dump.
    Registry(Box<SingleRegistry>),
    /// A directory export.
    Directory(Box<SingleDirectory>),
    /// A packing list.
    PackingList(Box<PackingList>),
    /// A file of a sibling tool.
    Sibling(Box<Siblings>),
    /// RFC 822 text, maybe behind the envelope of a spool file.
    Document(Box<SingleDocument>),
    /// Nothing that is read here.
    NotUnderstood,
}

/// A message with its record.
#[derive(Debug)]
pub struct SingleMessage<'a> {
    /// The decoded stream.
    pub message: TnefMessage<'a>,
    /// The record that a report has of it.
    pub record: MessageRecord,
    /// Its outermost message, unpacked.
    pub mail: MailRecord,
}

/// A registry dump and what it means.
#[derive(Debug)]
pub struct SingleRegistry {
    /// The dump.
    pub dump: RegistryDump,
    /// The service key in it.
    pub service: ServiceKey,
    /// The profiles in it.
    pub profile: ProfileDump,
    secrets: BTreeSet<u64>,
}

/// A directory export and the connector's object in it.
#[derive(Debug)]
pub struct SingleDirectory {
    /// The table.
    pub export: DirectoryExport,
    /// The object of the connector.
    pub gateway: Option<Gateway>,
}

/// RFC 822 text and what stands before it.
#[derive(Debug)]
pub struct SingleDocument {
    /// Envelope of a spool file.
    pub spool: Option<SpoolFile>,
    /// The document.
    pub document: MimeDocument,
    /// Offset of the document in the file; its own offsets count from there.
    pub start: u64,
}

impl<'a> SingleFile<'a> {
    /// Reads a file; its name only helps where the bytes do not tell.
    #[must_use]
    pub fn read(name: &'a str, bytes: &'a [u8], limits: &Limits) -> Self {
        let sniffed = sniff(bytes, name);
        let (kind, decoded) = match sniffed {
            ArtifactKind::TnefMessage => (sniffed, message(bytes, limits)),
            // The decoder knows a stream whose signature is damaged by its first attribute.
            ArtifactKind::Unknown if !tnef::decode(bytes, limits).value.attributes.is_empty() => (ArtifactKind::TnefMessage, message(bytes, limits)),
            ArtifactKind::Registry | ArtifactKind::Hive => {
                (sniffed, registry::parse(bytes, limits).map(|dump| SingleContent::Registry(Box::new(SingleRegistry::new(name, dump)))))
            }
            ArtifactKind::DirectoryExport => (sniffed, dapi_csv::parse(bytes, limits).map(directory)),
            ArtifactKind::PackingList => {
                let list = packing_list::parse(bytes, &Listing::new(&[]), limits);
                (sniffed, list.map(|list| SingleContent::PackingList(Box::new(list))))
            }
            ArtifactKind::SpoolFile | ArtifactKind::Rfc822 => (sniffed, document(bytes, sniffed == ArtifactKind::SpoolFile, limits)),
            ArtifactKind::ImcCopy | ArtifactKind::MigrationList | ArtifactKind::MigrationLog | ArtifactKind::MigrationWizard => {
                sibling(name, bytes, (sniffed, limits))
            }
            _ => (sniffed, Decoded::clean(SingleContent::NotUnderstood)),
        };
        let Decoded { value: content, mut anomalies } = decoded;
        anomalies.sort_by_key(|anomaly| anomaly.offset);
        Self { name, bytes, kind, content, anomalies }
    }

    /// Returns the name of the kind, `unknown` for what is not read here.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        if matches!(self.content, SingleContent::NotUnderstood) { ArtifactKind::Unknown.wire_name() } else { self.kind.wire_name() }
    }

    /// Returns the bytes that must never be shown, sorted.
    #[must_use]
    pub fn secrets(&self) -> Vec<Range<u64>> {
        let mut found: Vec<Range<u64>> = match &self.content {
            SingleContent::Registry(registry) => registry.secret_ranges().collect(),
            SingleContent::Directory(directory) => {
                let SingleDirectory { export, gateway: _ } = &**directory;
                let attributes = export.rows.iter().flat_map(|row| attributes_of(export, row));
                attributes.filter(|attribute| attribute.is_secret).map(|attribute| attribute.offset..attribute.offset + attribute.length).collect()
            }
            SingleContent::Sibling(siblings) => siblings.secret_places().map(|place| place.offset..place.offset + place.length).collect(),
            _ => Vec::new(),
        };
        found.sort_by_key(|range| range.start);
        found
    }
}

impl SingleMessage<'_> {
    /// Returns the view of the stream with every message in it.
    #[must_use]
    pub fn item(&self, limits: &Limits) -> Item<'_> {
        Item::new(ItemPlace::NOWHERE, &self.message, limits)
    }
}

impl SingleRegistry {
    fn new(name: &str, dump: RegistryDump) -> Self {
        let service = ServiceKey::from_dump(name, &dump);
        let profile = ProfileDump::from_dump(name, &dump);
        let named = dump.keys.iter().flat_map(|key| &key.values).filter(|value| names_a_secret(&value.name)).map(|value| value.place.offset);
        let sections = profile.profiles.iter().flat_map(|profile| &profile.sections);
        let marked = sections.flat_map(|section| &section.properties).filter(|property| property.is_secret).map(|property| property.place.offset);
        let secrets = named.chain(marked).collect();
        Self { dump, service, profile, secrets }
    }

    /// Returns whether the data of a value must never be shown.
    #[must_use]
    pub fn is_secret(&self, value: &RegistryValue) -> bool {
        self.secrets.contains(&value.place.offset)
    }

    /// The data of secret values; where the data has no place of its own, the whole value, and the whole of a damaged line.
    fn secret_ranges(&self) -> impl Iterator<Item = Range<u64>> {
        let values = self.dump.keys.iter().flat_map(|key| &key.values).filter(|value| self.is_secret(value));
        let places = values.map(|value| if value.data_place.length > 0 { value.data_place } else { value.place });
        let damaged = self.dump.bad_lines.iter().filter(|line| may_show_a_secret(&line.text)).map(|line| line.place);
        places.chain(damaged).map(|place| place.offset..place.offset + place.length)
    }
}

fn message<'a>(bytes: &'a [u8], limits: &Limits) -> Decoded<SingleContent<'a>> {
    let read = read_item(bytes.into(), ItemPlace::NOWHERE, limits, &|_| ());
    let message = tnef::decode(bytes, limits).value;
    Decoded {
        value: SingleContent::Message(Box::new(SingleMessage { message, mail: read.record.shell.record(), record: read.record })),
        anomalies: read.anomalies,
    }
}

fn directory(export: DirectoryExport) -> SingleContent<'static> {
    let gateway = Gateway::find(&export, None);
    SingleContent::Directory(Box::new(SingleDirectory { export, gateway }))
}

fn document(bytes: &[u8], is_spool: bool, limits: &Limits) -> Decoded<SingleContent<'static>> {
    let spool = is_spool.then(|| spool::parse(bytes, limits));
    let start = spool.as_ref().map_or(0, |spool| spool.value.text.start);
    let text = usize::try_from(start).ok().and_then(|start| bytes.get(start..)).unwrap_or_default();
    let Decoded { value: document, anomalies } = mime::document(text, limits);
    let mut all: Vec<Anomaly> = spool.iter().flat_map(|spool| spool.anomalies.iter().cloned()).collect();
    all.extend(anomalies.into_iter().map(|anomaly| Anomaly { offset: anomaly.offset.saturating_add(start), ..anomaly }));
    let document = SingleDocument { spool: spool.map(|spool| spool.value), document, start };
    Decoded { value: SingleContent::Document(Box::new(document)), anomalies: all }
}

/// The reader decides over list or log, which a glance at the beginning cannot tell for sure.
fn sibling<'a>(name: &str, bytes: &'a [u8], (sniffed, limits): (ArtifactKind, &Limits)) -> (ArtifactKind, Decoded<SingleContent<'a>>) {
    let Some(kind) = SiblingKind::of(bytes, name, limits) else { return (sniffed, Decoded::clean(SingleContent::NotUnderstood)) };
    let mut siblings = Siblings::default();
    siblings.add(kind, name, (bytes, limits));
    let anomalies = siblings.anomalies().cloned().collect();
    let kind = match kind {
        SiblingKind::Imccopy => ArtifactKind::ImcCopy,
        SiblingKind::MigrationList => ArtifactKind::MigrationList,
        SiblingKind::MigrationLog => ArtifactKind::MigrationLog,
        SiblingKind::Wizard(_) => ArtifactKind::MigrationWizard,
    };
    (kind, Decoded { value: SingleContent::Sibling(Box::new(siblings)), anomalies })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, bytes: &[u8], kind: &str) {
        assert_eq!(SingleFile::read(name, bytes, &Limits::default()).kind_name(), kind);
    }

    #[test]
    fn every_kind_finds_its_reader() {
        check("x", b"\x78\x9f\x3e\x22\x01\x00", "tnef_message");
        check("x", b"\x00\x00\x00\x00\x01\x00\x01\x06\x90\x08\x00\x04\x00\x00\x00\x00\x00\x01\x00\x01\x00", "tnef_message");
        check("x", b"REGEDIT4\r\n", "registry");
        check("x", b"Obj-Class,Common-Name\r\nMailbox,Anna\r\n", "directory_export");
        check("Imcfls", b"[MTSOut]\r\nMessages=Mtsout\\1\r\n", "packing_list");
        check("x", b"[Header]\nVersion=1\n[Routes]\nDeliveryRouting=+\nDefaultRouting=\n", "imccopy");
        check("x", b"SUCCESS,A,anna,GW1,GW2,Migrated No Errors,5/10/96 12:00:00\n", "migration_log");
        check("x", b"Subject: x\r\n\r\nbody", "rfc822");
        check("x", b"PK\x03\x04", "unknown");
        check("x", b"", "unknown");
    }

    #[test]
    fn passwords_are_marked_wherever_they_stand() {
        let text = b"REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\r\n\"Password\"=\"hush\"\r\n\"Port\"=\"25\"\r\n\"Passwd\"=hush\r\n";
        let file = SingleFile::read("x.reg", text, &Limits::default());
        let secrets = file.secrets();
        let shown: Vec<_> = secrets.iter().map(|range| &text[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]).collect();
        assert_eq!(shown, [&b"\"hush\""[..], b"\"Passwd\"=hush"]);
    }
}
