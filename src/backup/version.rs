//! Which product line and build the connector is, from stamps in message headers, else from the registry values that only some lines
//! know (Q153060, Q166577, Q190084, Q320636, Q257618).
//!
//! A stamp counts only when this server made it:
//! 1. `Received` lines whose host behind `by` is an own name. Every item of MTS-IN has at its top the line that this connector wrote
//!    when it took the mail in; lines below it belong to other hosts, unless the mail went through here before.
//! 2. `X-Mailer` only of mail that was written here: on inbound mail it is the peer's.
//! 3. Of the stamps that count, the newest decides; of equally old ones the higher build.
//! 4. When no source names the server, the host that wrote at least half of the topmost `Received` lines of MTS-IN is taken for it.
//! 5. Without any such stamp there is no build; values that only 5.5 knows still give the line.
//!
//! Deliberately absent: finding the stamps in headers, and guesses from stamps of other hosts.

use crate::base::Timestamp;

use super::builds::{Build, ProductLine};

/// What is known before anybody has decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionEvidence<'a> {
    /// The names of this server.
    pub own: OwnNames,
    /// The stamps of all messages.
    pub stamps: &'a [Stamp],
    /// The hosts behind `by` in the topmost `Received` lines of MTS-IN in lower case, each once with the number of such lines.
    pub topmost_hosts: &'a [(String, usize)],
    /// Names of the values below the connector's `Parameters` key.
    pub registry_values: &'a [&'a str],
}

/// The names of this server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnNames {
    /// The short name, from the directory object, the registry or the profile.
    pub server: Option<String>,
    /// Further host names, short or with their domain, for example of `ncacn_ip_tcp:` bindings in the profile.
    pub hosts: Vec<String>,
    /// Domains of this server's mail: proxies of the object, `Parameters\SiteDomain`.
    pub domains: Vec<String>,
}

/// One version stamp in the header of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The header that holds it.
    pub kind: StampKind,
    /// The build.
    pub build: Build,
    /// The host: behind `by`; for `X-Mailer` that of the lowest `Received` line of the same header.
    pub host: Option<Box<str>>,
    /// When the stamp was made, if the line says so.
    pub time: Option<Timestamp>,
    /// Whether the mail came in from outside, as all of MTS-IN did.
    pub inbound: bool,
    /// Whether it is the topmost `Received` line of an item of MTS-IN.
    pub topmost: bool,
    /// Where it stands, for the engineer: file and header.
    pub place: Box<str>,
}

/// The header that holds a stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StampKind {
    /// `Received: ... by HOST ... (IMC 4.0.b.r)` and its later forms.
    Received,
    /// `X-Mailer: Internet Mail Service (5.5.b.r)` and its earlier form.
    XMailer,
}

/// What the connector is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectedVersion {
    /// The product line; none when only a family of lines or a later product is known.
    pub line: Option<ProductLine>,
    /// The build.
    pub build: Option<Build>,
    /// The service pack of the build, for example `5.5 SP4`.
    pub service_pack: Option<&'static str>,
    /// How it is known.
    pub source: VersionSource,
    /// What the registry values say, whatever the source.
    pub registry: Option<Generation>,
}

/// How the version is known; only the first is sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionSource {
    /// A stamp of this server.
    OwnStamp {
        /// Where it stands.
        place: Box<str>,
    },
    /// A stamp of the host that took in most mail, because no source names the server.
    CommonestReceiver {
        /// Where it stands.
        place: Box<str>,
        /// The host.
        host: Box<str>,
    },
    /// A registry value that older lines do not know.
    RegistryValue {
        /// The value.
        name: Box<str>,
    },
}

/// What the presence of registry values says about the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// 5.0 or 5.5.
    V5,
    /// 5.5.
    V5_5,
}

/// Values that 4.0 does not know.
const SINCE_5_0: [&str; 6] = ["ResolveP2", "AddressRewrite", "AlwaysUseETRN", "AcceptMalformed821Adrs", "RerouteViaStore", "AdvertiseSMTPExtensions"];

/// Values that 5.0 does not know either.
const SINCE_5_5: [&str; 9] = [
    "RelayFlags",
    "RelayAllowList",
    "NonRoutingExtensionDll",
    "OverrideProxyOut",
    "EnableTTL",
    "SendPlainTextAsIs",
    "InboundSizeLimit",
    "OutboundSizeLimit",
    "DisableAuth",
];

/// Decides which version the connector is; none when nothing tells.
#[must_use]
pub fn detect(evidence: &VersionEvidence<'_>) -> Option<DetectedVersion> {
    let registry = registry_generation(evidence.registry_values);
    let of_stamp = |stamp: &Stamp, source| DetectedVersion {
        line: stamp.build.line(),
        build: Some(stamp.build),
        service_pack: stamp.build.service_pack(),
        source,
        registry: registry.map(|(generation, _)| generation),
    };
    if let Some(stamp) = newest(evidence.stamps.iter().filter(|stamp| evidence.own.made(stamp))) {
        return Some(of_stamp(stamp, VersionSource::OwnStamp { place: stamp.place.clone() }));
    }
    if evidence.own.is_unknown()
        && let Some(host) = commonest_receiver(evidence.topmost_hosts)
        && let Some(stamp) = newest(evidence.stamps.iter().filter(|stamp| stamp.kind == StampKind::Received && stamp.is_by(host)))
    {
        return Some(of_stamp(stamp, VersionSource::CommonestReceiver { place: stamp.place.clone(), host: host.into() }));
    }
    registry.map(|(generation, name)| DetectedVersion {
        line: (generation == Generation::V5_5).then_some(ProductLine::V5_5),
        build: None,
        service_pack: None,
        source: VersionSource::RegistryValue { name: name.into() },
        registry: Some(generation),
    })
}

/// Returns the product generation that value names give away, and the name that does.
#[must_use]
pub fn registry_generation<'a>(names: &[&'a str]) -> Option<(Generation, &'a str)> {
    let first_of = |known: &[&str]| names.iter().find(|name| known.iter().any(|known| known.eq_ignore_ascii_case(name))).copied();
    first_of(&SINCE_5_5).map(|name| (Generation::V5_5, name)).or_else(|| first_of(&SINCE_5_0).map(|name| (Generation::V5, name)))
}

impl OwnNames {
    /// Returns whether this server made a stamp.
    #[must_use]
    pub fn made(&self, stamp: &Stamp) -> bool {
        let counts = match stamp.kind {
            StampKind::Received => true,
            StampKind::XMailer => !stamp.inbound,
        };
        counts && stamp.host.as_deref().is_some_and(|host| self.is_own(host, stamp.topmost && stamp.kind == StampKind::Received))
    }

    /// Returns whether a host name is this server's. Servers of other domains often have the same short name; that counts only
    /// where `position_tells`, that is where nobody but this server could have written the line.
    #[must_use]
    pub fn is_own(&self, host: &str, position_tells: bool) -> bool {
        let host = bare(host);
        let names = || self.server.iter().chain(&self.hosts).map(|name| bare(name)).filter(|name| !name.is_empty());
        if names().any(|name| name == host) {
            return true;
        }
        let Some((label, domain)) = host.split_once('.') else { return names().any(|name| name.split('.').next() == Some(&host)) };
        let same_label = names().any(|name| name.split('.').next() == Some(label));
        let known = self.domains.iter().map(|own| bare(own)).filter(|own| !own.is_empty());
        let mut known = known.chain(names().filter_map(|name| name.split_once('.').map(|(_, domain)| domain.to_owned())));
        same_label && (position_tells || known.any(|own| domain == own || domain.strip_suffix(own.as_str()).is_some_and(|sub| sub.ends_with('.'))))
    }

    fn is_unknown(&self) -> bool {
        self.server.is_none() && self.hosts.is_empty()
    }
}

impl Stamp {
    fn is_by(&self, host: &str) -> bool {
        self.host.as_deref().is_some_and(|own| bare(own) == bare(host))
    }
}

fn newest<'a>(stamps: impl Iterator<Item = &'a Stamp>) -> Option<&'a Stamp> {
    // The place breaks ties, so that the order of the files does not matter.
    stamps.max_by(|left, right| (left.time, left.build).cmp(&(right.time, right.build)).then_with(|| right.place.cmp(&left.place)))
}

/// Of two hosts with the same number neither is known to be this server.
fn commonest_receiver(hosts: &[(String, usize)]) -> Option<&str> {
    let all: usize = hosts.iter().map(|(_, count)| count).sum();
    let (host, count) = hosts.iter().max_by_key(|(_, count)| count)?;
    let alone = hosts.iter().filter(|(_, other)| other == count).count() == 1;
    (alone && *count > 0 && count.saturating_mul(2) >= all).then_some(host)
}

fn bare(host: &str) -> String {
    host.trim().trim_start_matches('[').trim_end_matches([']', '.']).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(host: &str, build: &str) -> Stamp {
        Stamp {
            kind: StampKind::Received,
            build: Build::parse(build).unwrap(),
            host: Some(host.into()),
            time: None,
            inbound: true,
            topmost: false,
            place: format!("{host} {build}").into(),
        }
    }

    fn own() -> OwnNames {
        OwnNames { server: Some("SRV1".into()), hosts: vec!["srv1.acme.com".into()], domains: vec!["acme.com".into()] }
    }

    #[track_caller]
    fn check(stamps: &[Stamp], registry_values: &[&str], expected: Option<(Option<&str>, Option<&str>)>) {
        let found = detect(&VersionEvidence { own: own(), stamps, topmost_hosts: &[], registry_values });
        let shown = found.map(|found| (found.line.map(ProductLine::name), found.build.map(|build| build.to_string())));
        assert_eq!(shown, expected.map(|(line, build)| (line, build.map(str::to_owned))));
    }

    #[test]
    fn the_newest_own_stamp_decides() {
        let at = |seconds, build| Stamp { time: Some(Timestamp::from_unix(seconds)), ..stamp("SRV1.acme.com", build) };
        let stamps = [at(10, "5.5.2650.21"), at(20, "5.5.2448.0"), at(5, "5.5.2653.19"), stamp("srv1.acme.com", "5.5.2656.59")];
        check(&stamps, &[], Some((Some("5.5"), Some("5.5.2448.0"))));
    }

    #[test]
    fn stamps_of_other_hosts_never_count() {
        check(&[stamp("srv2.acme.com", "5.5.2653.19"), stamp("srv1.other.example", "5.5.2653.19")], &[], None);
    }

    #[test]
    fn the_same_short_name_elsewhere_counts_only_on_top() {
        check(&[Stamp { topmost: true, ..stamp("srv1.inside", "4.0.996.62") }], &[], Some((Some("4.0"), Some("4.0.996.62"))));
        check(&[stamp("srv1.inside", "4.0.996.62")], &[], None);
        check(&[stamp("srv1.sub.acme.com", "4.0.996.62")], &[], Some((Some("4.0"), Some("4.0.996.62"))));
        check(&[stamp("srv1.notacme.com", "4.0.996.62")], &[], None);
    }

    #[test]
    fn the_mailer_of_inbound_mail_is_the_peers() {
        let mailer = |inbound| Stamp { kind: StampKind::XMailer, inbound, topmost: inbound, ..stamp("SRV1", "5.5.1960.3") };
        check(&[mailer(true)], &[], None);
        check(&[mailer(false)], &[], Some((Some("5.5"), Some("5.5.1960.3"))));
    }

    #[test]
    fn registry_values_give_the_line_without_a_build() {
        check(&[], &["rootdir", "relayflags"], Some((Some("5.5"), None)));
        check(&[], &["ResolveP2"], Some((None, None)));
        check(&[], &["RootDir"], None);
    }

    #[test]
    fn without_a_name_the_commonest_receiver_is_taken() {
        let stamps = [stamp("a.example", "5.5.2653.19"), stamp("b.example", "5.5.1960.3")];
        let evidence = |topmost_hosts| detect(&VersionEvidence { stamps: &stamps, topmost_hosts, ..VersionEvidence::default() });
        let hosts = [("a.example".into(), 2), ("c.example".into(), 1), ("b.example".into(), 1)];
        let found = evidence(&hosts).unwrap();
        assert_eq!(found.build, Some(Build::new(5, 5, 2653, 19)));
        assert_eq!(found.source, VersionSource::CommonestReceiver { place: "a.example 5.5.2653.19".into(), host: "a.example".into() });
        let scattered = [("a.example".into(), 1), ("b.example".into(), 1), ("c".into(), 1)];
        assert_eq!(evidence(&scattered), None);
        let even = [("a.example".into(), 1), ("b.example".into(), 1)];
        assert_eq!(evidence(&even), None);
        assert_eq!(evidence(&[]), None);
    }

    #[test]
    fn the_registry_is_told_beside_the_build() {
        let stamps = [stamp("srv1", "4.0.996.62")];
        let found = detect(&VersionEvidence { own: own(), stamps: &stamps, topmost_hosts: &[], registry_values: &["RelayFlags"] }).unwrap();
        assert_eq!((found.line, found.registry, found.service_pack), (Some(ProductLine::V4_0), Some(Generation::V5_5), Some("4.0 SP5")));
    }
}
