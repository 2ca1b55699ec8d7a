//! What the stamps of this server say of its history, and what their absence leaves open.

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, Build, HeaderStamp, MessageRecord, QueueKind},
    base::{Timestamp, counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
};

use super::proof::build_between;

declare_rule! {
    /// 4.0 SP3 or SP4 may lack the SP2 fixes.
    ///
    /// ## Why it matters
    /// SP3 and SP4 of 4.0 need SP2 first and do not contain it; SP5 is cumulative. The build number alone does not prove that the fixes of SP2 are there.
    ///
    /// ## What to do
    /// Install 4.0 SP5, or SP2 and then SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.996.62) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static SERVICE_PACKS_OF_40_NOT_CUMULATIVE = {
        id: "BLD108", name: "service-packs-of-40-not-cumulative", severity: Info, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.996.62" in "4.0 SP5",
        kb: ["Q158263", "Q158699", "Q174189"],
        needs: [ServerBuild],
        tags: ["build", "fix-other"],
        check: Backup(service_packs_of_40_not_cumulative),
    }
}

fn service_packs_of_40_not_cumulative(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, Build::new(4, 0, 994, 0), Build::new(4, 0, 996, 0)) else { return };
    findings.report(format!("build {} is of a pack that does not contain 4.0 SP2", found.build)).evidence(found.expecting("4.0.996.62"));
}

declare_rule! {
    /// Headers show different builds of the same host.
    ///
    /// ## Why it matters
    /// The service was upgraded or rolled back in the time that the messages cover, or several servers share a name. Rules about builds use the newest
    /// stamp.
    ///
    /// ## What to do
    /// Ask for the history of the server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 3 Mar 2000 10:00:00 +0100
    /// //- Mtsin/2
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZM>; Sat, 4 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 3 Mar 2000 10:00:00 +0100
    /// header: Received: by srv9.far.example with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 3 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static MIXED_BUILDS_OF_ONE_HOST = {
        id: "BLD114", name: "mixed-builds-of-one-host", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q257618"],
        needs: [Headers],
        tags: ["build", "triage"],
        check: Backup(mixed_builds_of_one_host),
    }
}

/// The stamps of one build of one host: the first and the last of them.
struct Seen<'b> {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    place: (&'b MessageRecord, HeaderStamp),
}

fn mixed_builds_of_one_host(backup: &Backup, findings: &mut Findings<'_>) {
    let own = backup.own_names();
    let mut hosts: BTreeMap<String, BTreeMap<Build, Seen<'_>>> = BTreeMap::new();
    for (record, stamp) in backup.messages.iter().flat_map(|record| record.facts.quotes.stamps().map(move |stamp| (record, stamp))) {
        let is_topmost = stamp.hop == Some(0) && stamp.is_in_mail && backup.queue_kind_of(record) == Some(QueueKind::MtsIn);
        let host = stamp.host.as_deref().filter(|host| stamp.hop.is_some() && own.is_own(host, is_topmost));
        let (Some(host), Some(build)) = (host, Build::parse(&stamp.build)) else { continue };
        let label = host.split('.').next().unwrap_or(host).to_lowercase();
        let time = stamp.time;
        let seen = hosts.entry(label).or_default().entry(build).or_insert_with(|| Seen { first: None, last: None, place: (record, stamp) });
        seen.first = [seen.first, time].into_iter().flatten().min();
        seen.last = seen.last.max(time);
    }
    for (host, builds) in hosts.iter().filter(|(_, builds)| builds.len() > 1) {
        let span = |seen: &Seen<'_>| match (seen.first, seen.last) {
            (Some(first), Some(last)) if first != last => format!(" from {first} to {last}"),
            (Some(first), _) => format!(" at {first}"),
            _ => String::new(),
        };
        let told = enumerated(builds.iter().map(|(build, seen)| format!("{build}{}", span(seen))), 4);
        findings.report(format!("{host} wrote {} of builds: {told}", counted(builds.len(), "kind"))).group(host.as_str()).first_evidences(
            builds.values().map(|Seen { place: (record, stamp), .. }| {
                let locator = Locator::Header { object: stamp.object.clone(), name: stamp.field.clone() };
                let place = Evidence::new(backup.path_of(record), locator).at(stamp.offset..stamp.offset + stamp.length);
                place.observed(stamp.build.as_ref()).expected("one build")
            }),
        );
    }
}

declare_rule! {
    /// Build of the server could not be read from the evidence.
    ///
    /// ## Why it matters
    /// Without the build, rules about corrected defects can only say that the pattern is there, not that this server is hurt by it.
    ///
    /// ## What to do
    /// Ask for event 1000 of MSExchangeIMC, the SMTP greeting, or the file versions of Msexcimc.exe and Store.exe.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv9.far.example with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 3 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static BUILD_UNKNOWN = {
        id: "BLD115", name: "build-unknown", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q257618"],
        needs: [Messages],
        tags: ["build", "triage"],
        check: Backup(build_unknown),
    }
}

fn build_unknown(backup: &Backup, findings: &mut Findings<'_>) {
    if backup.version.as_ref().is_some_and(|version| version.build.is_some()) {
        return;
    }
    let stamps = || backup.messages.iter().flat_map(|record| record.facts.quotes.stamps());
    let mut hosts: Vec<String> = stamps().filter_map(|stamp| Some(stamp.host.as_deref()?.to_lowercase())).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let with_headers = backup.messages.iter().filter(|record| record.facts.has_headers).count();
    let others = if hosts.is_empty() {
        "none of them has a stamp of an Exchange connector".to_owned()
    } else {
        format!("their stamps are of {}", enumerated(&hosts, 4))
    };
    let server = backup.identity.server.as_ref().map_or("unknown", |server| &server.name);
    let searched = backup.queues.iter().filter(|queue| queue.messages > 0);
    findings
        .report(format!("no stamp of this server ({server}) in {} with Internet headers: {others}", counted(with_headers, "item")))
        .first_evidences(searched.map(|queue| {
            Evidence::folder(queue.folder.as_ref()).observed(counted(queue.messages, "item")).expected("a Received or X-Mailer field of this server")
        }));
}
