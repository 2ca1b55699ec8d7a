//! Collects what tells the connector's version, and keeps the proof of the answer: the stamp that decided, with its bytes.

use std::collections::BTreeMap;

use crate::formats::sniff::ArtifactKind;

use super::{
    Backup, Build, FileState, Gateway, HeaderStamp, MessageRecord, OwnNames, ProductLine, Profile, QueueKind, VersionEvidence, VersionSource,
    version::{Stamp, StampKind, detect},
};

/// What the connector is, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductVersion {
    /// The product line; none when only a family of lines is known.
    pub line: Option<ProductLine>,
    /// The build of the connector.
    pub build: Option<Build>,
    /// The service pack of the build, for example `5.5 SP4`.
    pub service_pack: Option<&'static str>,
    /// How it is known, in words.
    pub source: String,
    /// The header field with the stamp, when a stamp decided.
    pub stamp: Option<StampPlace>,
}

impl ProductVersion {
    /// Returns the version that a user states: a line (`5.5`), a build (`5.5.2650`, `5.5.2650.21`), or a pack (`5.5 SP3`).
    #[must_use]
    pub fn stated(text: &str) -> Option<Self> {
        let text = text.trim();
        let line = [ProductLine::V4_0, ProductLine::V5_0, ProductLine::V5_5].into_iter().find(|line| line.name() == text);
        let build = if line.is_some() { None } else { Some(Build::parse(text).or_else(|| Build::first_of_pack(text))?) };
        let line = line.or_else(|| build?.line())?;
        let source = "stated by the user".to_owned();
        Some(Self { line: Some(line), build, service_pack: build.and_then(Build::service_pack), source, stamp: None })
    }
}

/// Where the deciding stamp stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StampPlace {
    /// Path of the queue item.
    pub file: Box<str>,
    /// Which message of it, in words.
    pub object: Box<str>,
    /// Name of the header field.
    pub field: Box<str>,
    /// Offset of the property that holds the headers.
    pub offset: u64,
    /// Length of that property.
    pub length: u64,
}

/// Decides the version from everything that was read.
pub(super) fn detect_version(backup: &Backup) -> Option<ProductVersion> {
    let mut places = Vec::new();
    let mut stamps = Vec::new();
    for message in &backup.messages {
        let path = backup.path_of(message);
        let inbound = backup.queue_kind_of(message) == Some(QueueKind::MtsIn);
        for (number, stamp) in message.facts.quotes.stamps().enumerate() {
            let Some(build) = Build::parse(&stamp.build) else { continue };
            stamps.push(as_evidence(path, &stamp, build, inbound));
            places.push((message, number));
        }
    }
    let parameters = backup.service.as_ref().map(|service| service.values_of("Parameters")).unwrap_or_default();
    let names: Vec<&str> = parameters.iter().map(|value| value.value.name.as_str()).collect();
    let detected =
        detect(&VersionEvidence { own: backup.own_names(), stamps: &stamps, topmost_hosts: &topmost_hosts(backup), registry_values: &names })?;
    let decided = match &detected.source {
        VersionSource::OwnStamp { place } | VersionSource::CommonestReceiver { place, .. } => {
            stamps.iter().position(|stamp| stamp.place == *place && Some(stamp.build) == detected.build)
        }
        VersionSource::RegistryValue { .. } => None,
    };
    Some(ProductVersion {
        line: detected.line,
        build: detected.build,
        service_pack: detected.service_pack,
        source: in_words(&detected.source),
        stamp: decided.and_then(|index| places.get(index)).and_then(|&(message, number)| stamp_place(backup, message, number)),
    })
}

fn stamp_place(backup: &Backup, message: &MessageRecord, number: usize) -> Option<StampPlace> {
    let HeaderStamp { object, field, offset, length, .. } = message.facts.quotes.stamps().nth(number)?;
    Some(StampPlace { file: backup.path_of(message).into(), object, field, offset, length })
}

fn as_evidence(path: &str, stamp: &HeaderStamp, build: Build, inbound: bool) -> Stamp {
    let kind = if stamp.hop.is_some() { StampKind::Received } else { StampKind::XMailer };
    let hop = stamp.hop.map(|hop| format!(" {}", hop + 1)).unwrap_or_default();
    Stamp {
        kind,
        build,
        host: stamp.host.clone(),
        time: stamp.time,
        inbound,
        topmost: inbound && stamp.hop == Some(0) && stamp.is_in_mail,
        place: format!("{path}, {}, header {}{hop}", stamp.object, stamp.field).into(),
    }
}

fn in_words(source: &VersionSource) -> String {
    match source {
        VersionSource::OwnStamp { place } => format!("stamp of this server in {place}"),
        VersionSource::CommonestReceiver { place, host } => format!("stamp of {host}, which took in most mail, in {place}"),
        VersionSource::RegistryValue { name } => format!("registry value {name}, which older lines do not know"),
    }
}

fn topmost_hosts(backup: &Backup) -> Vec<(String, usize)> {
    let mut hosts: BTreeMap<String, usize> = BTreeMap::new();
    let inbound = backup.messages.iter().filter(|message| backup.queue_kind_of(message) == Some(QueueKind::MtsIn));
    for host in inbound.filter_map(|message| message.facts.words.topmost_host()) {
        *hosts.entry(host.to_lowercase()).or_default() += 1;
    }
    hosts.into_iter().collect()
}

impl Backup {
    /// Returns the names of this server: of the directory object, the registry and the profile.
    #[must_use]
    pub fn own_names(&self) -> OwnNames {
        let bindings = self.connector_profile().and_then(|profile| profile.server_addresses());
        let hosts = bindings.iter().flat_map(|(addresses, _)| addresses.iter()).filter_map(|address| address.strip_prefix("ncacn_ip_tcp:"));
        OwnNames {
            server: self.identity.server.as_ref().map(|server| server.name.clone()),
            hosts: hosts.map(str::to_owned).collect(),
            domains: self.local_domains(),
        }
    }

    /// Returns the domains delivered here: the object's SMTP proxies, and SiteDomain when it holds a dot.
    #[must_use]
    pub fn local_domains(&self) -> Vec<String> {
        let mut domains = self.gateway.as_ref().map(Gateway::smtp_domains).unwrap_or_default();
        let site = self.service.as_ref().and_then(|service| service.text("Parameters", "SiteDomain"));
        domains.extend(site.map(|site| site.data.to_lowercase()).filter(|domain| domain.contains('.')));
        domains
    }

    /// Returns the queue that an item lies in, if it is one of the five.
    #[must_use]
    pub fn queue_kind_of(&self, message: &MessageRecord) -> Option<QueueKind> {
        self.queues.get(message.queue).and_then(|queue| queue.kind)
    }

    /// Returns the path of a queue item.
    #[must_use]
    pub fn path_of(&self, message: &MessageRecord) -> &str {
        self.files.get(message.file).map_or("", |file| &file.path)
    }

    /// Returns the first profile of the connector.
    #[must_use]
    pub fn connector_profile(&self) -> Option<&Profile> {
        self.profile.as_ref().and_then(|profile| profile.connectors().next())
    }

    /// Returns whether a message keeps Internet headers.
    #[must_use]
    pub fn has_headers(&self) -> bool {
        self.messages.iter().any(|message| message.facts.has_headers) || self.has_raw_documents()
    }

    /// Returns whether there is a raw RFC 822 document: attached to a message, or a file of its own.
    #[must_use]
    pub fn has_raw_documents(&self) -> bool {
        let is_raw = |kind: ArtifactKind| matches!(kind, ArtifactKind::Rfc822 | ArtifactKind::SpoolFile);
        self.messages.iter().any(|message| message.facts.has_raw_document) || self.case_entries().any(|file| is_raw(file.kind))
    }

    /// Returns how a source stands: read, not there, or there and not usable, with the reason.
    #[must_use]
    pub fn source_state(&self, name: &str) -> SourceState {
        match self.files.iter().find(|file| file.is_file() && !file.path.contains('/') && file.path.eq_ignore_ascii_case(name)) {
            None => SourceState::Missing,
            Some(file) if file.size == 0 => SourceState::Unusable("is empty".into()),
            Some(file) if file.state == FileState::Unreadable => SourceState::Unusable("cannot be read".into()),
            Some(_) => SourceState::Unusable("was not understood".into()),
        }
    }

    /// Returns the IMCSAVE items (`-save`) that were collected, in the words of the tool (Q195804).
    #[must_use]
    pub fn collected_items(&self) -> Vec<&'static str> {
        let has_file = |name| self.top_file(name).is_some();
        let items = [
            ("Registry", has_file("Imcsvc.reg") || has_file("Imcpro.reg")),
            ("Directory", has_file("Imcobj.csv")),
            ("MTSIn", self.has_queue(QueueKind::MtsIn)),
            ("MTSOut", self.has_queue(QueueKind::MtsOut)),
            ("Bad", self.has_queue(QueueKind::Bad)),
            ("ContentConversionFailed", self.has_queue(QueueKind::ContentConversionFailed)),
            ("Work", self.has_queue(QueueKind::Work)),
        ];
        items.into_iter().filter(|(_, there)| *there).map(|(item, _)| item).collect()
    }
}

/// Why a source cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceState {
    /// It is not there.
    Missing,
    /// It is there and was not understood.
    Unusable(String),
}
