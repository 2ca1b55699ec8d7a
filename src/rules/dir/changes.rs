//! When the object was made and changed. Both times are set by the directory itself, in UTC (Q180112, Q239639).

use crate::{
    backup::{Backup, GatewayAttribute, spreadsheet::is_stamp},
    base::Timestamp,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::dapi_csv,
    rules::thresholds::dir::RECENT_CHANGE,
};

use super::proof::{column, object};

const DAY: i64 = 86_400;
/// 1996-01-01: the first release of the product is younger.
const FIRST_RELEASE: i64 = 820_454_400;

declare_rule! {
    /// Connector was reconfigured shortly before the collection.
    ///
    /// ## Why it matters
    /// A change in the days before the trouble is the first thing to ask about; Object-Version counts the changes. On 5.5, running
    /// the Internet Mail Wizard again can overwrite addresses of recipients that do not follow the site's address, so that reports
    /// of unknown recipients may begin with that change.
    ///
    /// ## What to do
    /// Ask what was changed.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls modified=1999-08-03T10:00:00Z
    /// [Files]
    /// File1=Imcobj.csv
    /// //- Imcobj.csv modified=1999-08-03T09:59:00Z
    /// Obj-Class,Directory Name,Obj-Dist-Name,When-Changed,Object-Version
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),990801033025Z,12
    /// ```
    /// ```backup
    /// //- Imcfls modified=1999-08-03T10:00:00Z
    /// [Files]
    /// File1=Imcobj.csv
    /// //- Imcobj.csv modified=1999-08-03T09:59:00Z
    /// Obj-Class,Directory Name,Obj-Dist-Name,When-Created,When-Changed
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),990801033025Z,990801033025Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls modified=1999-08-03T10:00:00Z
    /// [Files]
    /// File1=Imcobj.csv
    /// //- Imcobj.csv modified=1999-08-03T09:59:00Z
    /// Obj-Class,Directory Name,Obj-Dist-Name,When-Changed
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),990301033025Z
    /// ```
    pub static OBJECT_CHANGED_RECENTLY = {
        id: "DIR023", name: "object-changed-recently", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q239639", "Q180112", "Q202295"],
        needs: [ImcobjCsv, Imcfls],
        tags: ["directory"],
        check: Backup(object_changed_recently),
    }
}

fn object_changed_recently(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let Some(collected) = backup.collection_time() else {
        return findings.undecided("file times", "the packing list has no modification time, or copying lost it (PKG040)");
    };
    let days = findings.number(&RECENT_CHANGE);
    let is_recent = |time: &Timestamp| (0..=days * DAY).contains(&collected.seconds_since(*time));
    let (created, changed) = (gateway.created().filter(is_recent), gateway.changed().filter(is_recent));
    let told = match (created, changed) {
        (Some(created), _) => format!("the connector was newly created on {created}"),
        (None, Some(changed)) => format!("the connector was changed on {changed}"),
        (None, None) => {
            if column(object, "When-Changed", findings).is_some() && gateway.changed().is_none() {
                findings.undecided("Imcobj.csv", "When-Changed holds no time");
            }
            return;
        }
    };
    let shown = ["When-Changed", "When-Created", "Object-Version"].iter().filter_map(|name| gateway.filled(name));
    let expected = format!("more than {days} days before the collection at {collected}");
    findings
        .report(format!("{told}, {} hours before the collection", created.or(changed).map_or(0, |time| collected.seconds_since(time) / 3600)))
        .evidences(shown.map(|attribute| Evidence::attribute(directory, gateway, attribute).expected(expected.as_str())));
}

declare_rule! {
    /// Time stamps of the object are impossible.
    ///
    /// ## Why it matters
    /// The directory sets both times itself. A change before the creation, a time before the product existed or a date that no
    /// calendar has come from a wrong clock of the server at that time, or from editing the file. Two-digit years from 70 on belong
    /// to the 20th century.
    ///
    /// ## What to do
    /// Check the history of the clock; prefer the untouched export.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,When-Created,When-Changed
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),990801033025Z,980801033025Z
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,When-Created
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),950801033025Z
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,When-Changed
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),990231033025Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,When-Created,When-Changed
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),970512080000Z,990801033025Z
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,When-Created,When-Changed
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),991231000000Z,000229000000Z
    /// ```
    pub static OBJECT_TIMES_IMPOSSIBLE = {
        id: "DIR028", name: "object-times-impossible", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q180112", "Q239639"],
        needs: [ImcobjCsv],
        tags: ["directory", "integrity"],
        check: Backup(object_times_impossible),
    }
}

fn object_times_impossible(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let stamps: Vec<_> = ["When-Created", "When-Changed"].iter().filter_map(|name| gateway.column(name)).collect();
    if stamps.is_empty() {
        column(object, "When-Created", findings);
        return;
    }
    let mut faults: Vec<String> = stamps.iter().filter_map(|stamp| impossible(stamp)).collect();
    if let (Some(created), Some(changed)) = (gateway.created(), gateway.changed()) {
        faults.extend((changed < created).then(|| format!("changed on {changed}, before it was created on {created}")));
    }
    if faults.is_empty() {
        return;
    }
    findings.report(format!("the times of the object are impossible: {}", faults.join("; "))).evidences(
        stamps.iter().map(|stamp| Evidence::attribute(directory, gateway, stamp).expected("a date since 1996, the change not before the creation")),
    );
}

/// Returns what is wrong with a stamp by itself; one without the form of a stamp is another trouble (DIR016).
fn impossible(stamp: &GatewayAttribute) -> Option<String> {
    let text = stamp.filled().next()?.trim();
    match dapi_csv::utc_time(text) {
        None => is_stamp(text).then(|| format!("{} {text} is no date", stamp.column)),
        Some(time) => (time.unix_seconds() < FIRST_RELEASE).then(|| format!("{} is {time}, before the product was released", stamp.column)),
    }
}
