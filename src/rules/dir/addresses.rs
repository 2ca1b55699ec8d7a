//! The e-mail addresses of the object: `TYPE:address`, the type in capitals for the primary one (Q157007, Q184532).

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, object_facts::NamedBy},
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::dapi_csv,
};

use super::proof::{Object, column, object};

/// Addresses that the directory accepts for one object (Q146345).
const MOST_ADDRESSES: usize = 200;

declare_rule! {
    /// Malformed e-mail address of the object.
    ///
    /// ## Why it matters
    /// Addresses have the form TYPE:address with a type of at most eight characters; an export of a healthy directory always has it.
    /// An SMTP: with nothing behind it was blanked: a published way to take Internet addresses away from recipients, but on the
    /// connector it means that its reports have no sender. The order of the types means nothing.
    ///
    /// ## What to do
    /// Correct the list of addresses.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com%imc.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),CCMAILPLUS:x
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:%X400:c=US;a= ;p=Acme;o=WEST;
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Secondary-Proxy-Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),:x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com%X400:c=US;a= ;p=Acme;o=WEST;
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// ```
    pub static PROXY_MALFORMED = {
        id: "DIR018", name: "proxy-malformed", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q184532", "Q261283", "Q170378", "Q164628", "Q190706"],
        needs: [ImcobjCsv],
        tags: ["directory", "typo"],
        check: Backup(proxy_malformed),
    }
}

fn proxy_malformed(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (_, gateway)) = object(backup, findings) else { return };
    if ADDRESS_COLUMNS.iter().all(|name| gateway.column(name).is_none()) {
        return findings.undecided("Imcobj.csv", "the export has no column of addresses");
    }
    let malformed: Vec<_> = gateway.address_values().filter_map(|value| fault(value.name).map(|fault| (value, fault))).collect();
    let Some((first, fault)) = malformed.first() else { return };
    findings
        .report(format!("{} malformed: '{}' {fault}", are(malformed.len()), first.name))
        .first_evidences(malformed.iter().map(|(value, _)| proof(object, value).expected("TYPE:address, the type of one to eight characters")));
}

/// Columns that hold addresses of the object.
const ADDRESS_COLUMNS: [&str; 3] = ["Proxy-Addresses", "Secondary-Proxy-Addresses", "Target-Address"];

fn are(count: usize) -> String {
    if count == 1 { "1 address is".to_owned() } else { format!("{count} addresses are") }
}

fn fault(value: &str) -> Option<&'static str> {
    let Some((kind, address)) = value.split_once(':') else { return Some("names no type") };
    match kind.chars().count() {
        0 => Some("has an empty type"),
        1..=8 => (kind.eq_ignore_ascii_case("SMTP") && address.trim().is_empty()).then_some("is blanked: no address follows the type"),
        _ => Some("has a type of more than eight characters"),
    }
}

fn proof((directory, gateway): Object<'_>, value: &NamedBy<'_>) -> Evidence {
    Evidence::attribute_value((directory, gateway), value.attribute, value.name)
}

declare_rule! {
    /// Two primary addresses of one type.
    ///
    /// ## Why it matters
    /// The primary address of a type has its type in capitals, secondary ones have it in small letters, and only one primary address
    /// per type is allowed (codes 233 and 0xC00000E9). Replies and reports may carry either of the two. Before 4.0 SP3 adding a
    /// secondary address could replace a primary one, because this difference was ignored.
    ///
    /// ## What to do
    /// Make one of them secondary.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com%SMTP:imc@acme.net
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com%smtp:imc@acme.net
    /// ```
    pub static PROXY_DUPLICATE_PRIMARY = {
        id: "DIR019", name: "proxy-duplicate-primary", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q184532", "Q261283", "Q157007", "Q153028"],
        needs: [ImcobjCsv],
        tags: ["directory"],
        check: Backup(proxy_duplicate_primary),
    }
}

fn proxy_duplicate_primary(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object) = object(backup, findings) else { return };
    let Some(attribute) = column(object, "Proxy-Addresses", findings) else { return };
    let mut by_type: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for value in attribute.filled() {
        if let Some(primary) = dapi_csv::proxy(value).filter(dapi_csv::Proxy::is_primary) {
            by_type.entry(primary.kind.trim()).or_default().push(value);
        }
    }
    let double: Vec<&str> = by_type.into_values().filter(|primaries| primaries.len() > 1).flatten().collect();
    if double.is_empty() {
        return;
    }
    let proof = double.iter().map(|value| Evidence::attribute_value(object, attribute, value).expected("one address per type in capitals"));
    findings.report(format!("primary addresses of the same type: {}", enumerated(&double, 5))).first_evidences(proof);
}

declare_rule! {
    /// Object is near or over the limit of 200 addresses.
    ///
    /// ## Why it matters
    /// The directory refuses more than 200 addresses of one object with a misleading message about administrative connections
    /// (DS_E_ADMIN_LIMIT_EXCEEDED).
    ///
    /// ## What to do
    /// Delete addresses that nobody needs.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com%smtp:imc@a1.acme.com%smtp:imc@a2.acme.com%smtp:imc@a3.acme.com%smtp:imc@a4.acme.com%smtp:imc@a5.acme.com%smtp:imc@a6.acme.com%smtp:imc@a7.acme.com%smtp:imc@a8.acme.com%smtp:imc@a9.acme.com%smtp:imc@a10.acme.com%smtp:imc@a11.acme.com%smtp:imc@a12.acme.com%smtp:imc@a13.acme.com%smtp:imc@a14.acme.com%smtp:imc@a15.acme.com%smtp:imc@a16.acme.com%smtp:imc@a17.acme.com%smtp:imc@a18.acme.com%smtp:imc@a19.acme.com%smtp:imc@a20.acme.com%smtp:imc@a21.acme.com%smtp:imc@a22.acme.com%smtp:imc@a23.acme.com%smtp:imc@a24.acme.com%smtp:imc@a25.acme.com%smtp:imc@a26.acme.com%smtp:imc@a27.acme.com%smtp:imc@a28.acme.com%smtp:imc@a29.acme.com%smtp:imc@a30.acme.com%smtp:imc@a31.acme.com%smtp:imc@a32.acme.com%smtp:imc@a33.acme.com%smtp:imc@a34.acme.com%smtp:imc@a35.acme.com%smtp:imc@a36.acme.com%smtp:imc@a37.acme.com%smtp:imc@a38.acme.com%smtp:imc@a39.acme.com%smtp:imc@a40.acme.com%smtp:imc@a41.acme.com%smtp:imc@a42.acme.com%smtp:imc@a43.acme.com%smtp:imc@a44.acme.com%smtp:imc@a45.acme.com%smtp:imc@a46.acme.com%smtp:imc@a47.acme.com%smtp:imc@a48.acme.com%smtp:imc@a49.acme.com%smtp:imc@a50.acme.com%smtp:imc@a51.acme.com%smtp:imc@a52.acme.com%smtp:imc@a53.acme.com%smtp:imc@a54.acme.com%smtp:imc@a55.acme.com%smtp:imc@a56.acme.com%smtp:imc@a57.acme.com%smtp:imc@a58.acme.com%smtp:imc@a59.acme.com%smtp:imc@a60.acme.com%smtp:imc@a61.acme.com%smtp:imc@a62.acme.com%smtp:imc@a63.acme.com%smtp:imc@a64.acme.com%smtp:imc@a65.acme.com%smtp:imc@a66.acme.com%smtp:imc@a67.acme.com%smtp:imc@a68.acme.com%smtp:imc@a69.acme.com%smtp:imc@a70.acme.com%smtp:imc@a71.acme.com%smtp:imc@a72.acme.com%smtp:imc@a73.acme.com%smtp:imc@a74.acme.com%smtp:imc@a75.acme.com%smtp:imc@a76.acme.com%smtp:imc@a77.acme.com%smtp:imc@a78.acme.com%smtp:imc@a79.acme.com%smtp:imc@a80.acme.com%smtp:imc@a81.acme.com%smtp:imc@a82.acme.com%smtp:imc@a83.acme.com%smtp:imc@a84.acme.com%smtp:imc@a85.acme.com%smtp:imc@a86.acme.com%smtp:imc@a87.acme.com%smtp:imc@a88.acme.com%smtp:imc@a89.acme.com%smtp:imc@a90.acme.com%smtp:imc@a91.acme.com%smtp:imc@a92.acme.com%smtp:imc@a93.acme.com%smtp:imc@a94.acme.com%smtp:imc@a95.acme.com%smtp:imc@a96.acme.com%smtp:imc@a97.acme.com%smtp:imc@a98.acme.com%smtp:imc@a99.acme.com%smtp:imc@a100.acme.com%smtp:imc@a101.acme.com%smtp:imc@a102.acme.com%smtp:imc@a103.acme.com%smtp:imc@a104.acme.com%smtp:imc@a105.acme.com%smtp:imc@a106.acme.com%smtp:imc@a107.acme.com%smtp:imc@a108.acme.com%smtp:imc@a109.acme.com%smtp:imc@a110.acme.com%smtp:imc@a111.acme.com%smtp:imc@a112.acme.com%smtp:imc@a113.acme.com%smtp:imc@a114.acme.com%smtp:imc@a115.acme.com%smtp:imc@a116.acme.com%smtp:imc@a117.acme.com%smtp:imc@a118.acme.com%smtp:imc@a119.acme.com%smtp:imc@a120.acme.com%smtp:imc@a121.acme.com%smtp:imc@a122.acme.com%smtp:imc@a123.acme.com%smtp:imc@a124.acme.com%smtp:imc@a125.acme.com%smtp:imc@a126.acme.com%smtp:imc@a127.acme.com%smtp:imc@a128.acme.com%smtp:imc@a129.acme.com%smtp:imc@a130.acme.com%smtp:imc@a131.acme.com%smtp:imc@a132.acme.com%smtp:imc@a133.acme.com%smtp:imc@a134.acme.com%smtp:imc@a135.acme.com%smtp:imc@a136.acme.com%smtp:imc@a137.acme.com%smtp:imc@a138.acme.com%smtp:imc@a139.acme.com%smtp:imc@a140.acme.com%smtp:imc@a141.acme.com%smtp:imc@a142.acme.com%smtp:imc@a143.acme.com%smtp:imc@a144.acme.com%smtp:imc@a145.acme.com%smtp:imc@a146.acme.com%smtp:imc@a147.acme.com%smtp:imc@a148.acme.com%smtp:imc@a149.acme.com%smtp:imc@a150.acme.com%smtp:imc@a151.acme.com%smtp:imc@a152.acme.com%smtp:imc@a153.acme.com%smtp:imc@a154.acme.com%smtp:imc@a155.acme.com%smtp:imc@a156.acme.com%smtp:imc@a157.acme.com%smtp:imc@a158.acme.com%smtp:imc@a159.acme.com%smtp:imc@a160.acme.com%smtp:imc@a161.acme.com%smtp:imc@a162.acme.com%smtp:imc@a163.acme.com%smtp:imc@a164.acme.com%smtp:imc@a165.acme.com%smtp:imc@a166.acme.com%smtp:imc@a167.acme.com%smtp:imc@a168.acme.com%smtp:imc@a169.acme.com%smtp:imc@a170.acme.com%smtp:imc@a171.acme.com%smtp:imc@a172.acme.com%smtp:imc@a173.acme.com%smtp:imc@a174.acme.com%smtp:imc@a175.acme.com%smtp:imc@a176.acme.com%smtp:imc@a177.acme.com%smtp:imc@a178.acme.com%smtp:imc@a179.acme.com%smtp:imc@a180.acme.com%smtp:imc@a181.acme.com%smtp:imc@a182.acme.com%smtp:imc@a183.acme.com%smtp:imc@a184.acme.com%smtp:imc@a185.acme.com%smtp:imc@a186.acme.com%smtp:imc@a187.acme.com%smtp:imc@a188.acme.com%smtp:imc@a189.acme.com%smtp:imc@a190.acme.com%smtp:imc@a191.acme.com%smtp:imc@a192.acme.com%smtp:imc@a193.acme.com%smtp:imc@a194.acme.com%smtp:imc@a195.acme.com%smtp:imc@a196.acme.com%smtp:imc@a197.acme.com%smtp:imc@a198.acme.com%smtp:imc@a199.acme.com%smtp:imc@a200.acme.com%smtp:imc@a201.acme.com%smtp:imc@a202.acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com%smtp:imc@a1.acme.com%smtp:imc@a2.acme.com%smtp:imc@a3.acme.com%smtp:imc@a4.acme.com%smtp:imc@a5.acme.com%smtp:imc@a6.acme.com%smtp:imc@a7.acme.com%smtp:imc@a8.acme.com%smtp:imc@a9.acme.com%smtp:imc@a10.acme.com%smtp:imc@a11.acme.com
    /// ```
    pub static TOO_MANY_PROXIES = {
        id: "DIR020", name: "too-many-proxies", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q146345"],
        needs: [ImcobjCsv],
        tags: ["directory"],
        check: Backup(too_many_proxies),
    }
}

fn too_many_proxies(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let columns: Vec<_> = ["Proxy-Addresses", "Secondary-Proxy-Addresses"].iter().filter_map(|name| gateway.column(name)).collect();
    if columns.is_empty() {
        column(object, "Proxy-Addresses", findings);
        return;
    }
    let count: usize = columns.iter().map(|column| column.filled().count()).sum();
    if count >= MOST_ADDRESSES {
        let proof = columns.iter().map(|column| Evidence::attribute(directory, gateway, column).expected(format!("fewer than {MOST_ADDRESSES}")));
        findings.report(format!("the object has {count} addresses; {MOST_ADDRESSES} are allowed")).evidences(proof);
    }
}

declare_rule! {
    /// SMTP address with an escape character.
    ///
    /// ## Why it matters
    /// The Administrator program does not accept a backslash in an SMTP address; the value was imported or set in raw mode.
    ///
    /// ## What to do
    /// Correct the address if mail to it fails.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:a\\b@acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:a\%b@acme.com%X400:c=US;a= ;o=a\\b;
    /// ```
    pub static SMTP_PROXY_WITH_BACKSLASH = {
        id: "DIR021", name: "smtp-proxy-with-backslash", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q156063"],
        needs: [ImcobjCsv],
        tags: ["directory"],
        check: Backup(smtp_proxy_with_backslash),
    }
}

fn smtp_proxy_with_backslash(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (_, gateway)) = object(backup, findings) else { return };
    if ADDRESS_COLUMNS.iter().all(|name| gateway.column(name).is_none()) {
        return findings.undecided("Imcobj.csv", "the export has no column of addresses");
    }
    let is_smtp = |value: &str| dapi_csv::proxy(value).is_some_and(|proxy| proxy.is("SMTP"));
    let escaped: Vec<_> = gateway.address_values().filter(|value| is_smtp(value.name) && value.name.contains('\\')).collect();
    if escaped.is_empty() {
        return;
    }
    findings
        .report(format!("a backslash stands in {}", enumerated(escaped.iter().map(|value| value.name), 5)))
        .first_evidences(escaped.iter().map(|value| proof(object, value).expected("an address without backslash")));
}
