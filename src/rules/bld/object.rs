//! What the directory object says that a build cannot bear: restrictions, X.400 addresses, names of sites.

use crate::{
    backup::{Backup, Build, DirectorySource, Gateway, GatewayAttribute, ProductLine, dn::Dn},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::dapi_csv::connected_site,
};

use super::proof::{FIRST_40, FIRST_50, FIRST_55, SP1_50, SP2_50, SP4_40, build_between, build_in, found_build};

/// Returns the object and its export, or says that the export has no row of the connector.
fn object<'a>(backup: &'a Backup, findings: &mut Findings<'_>) -> Option<(&'a DirectorySource, &'a Gateway)> {
    let (directory, gateway) = (backup.directory.as_ref()?, backup.gateway.as_ref());
    if gateway.is_none() {
        findings.undecided("Imcobj.csv", "the export has no row of the connector");
    }
    Some((directory, gateway?))
}

/// Returns the X.400 addresses of the object with their column; none when no column holds addresses.
fn x400_addresses(gateway: &Gateway) -> Option<Vec<(&GatewayAttribute, &str)>> {
    let columns: Vec<_> = ["Proxy-Addresses", "Secondary-Proxy-Addresses"].iter().filter_map(|name| gateway.column(name)).collect();
    let is_x400 = |value: &str| value.get(..5).is_some_and(|kind| kind.eq_ignore_ascii_case("X400:"));
    let values = columns.iter().flat_map(|column| column.values.iter().map(|value| (*column, value.as_ref())));
    (!columns.is_empty()).then(|| values.filter(|(_, value)| is_x400(value)).collect())
}

const RESTRICTIONS: [&str; 2] = ["DL-Mem-Submit-Perms", "DL-Mem-Reject-Perms"];

declare_rule! {
    /// Restriction by distribution list on a build with the MTA fault.
    ///
    /// ## Why it matters
    /// On this build the expansion of restriction lists can bring transfer agent and directory to a standstill (4.0 and 5.0), or stop the
    /// transfer agent with event 9405 (5.5). Slow routing by such lists remains on every build of 5.5.
    ///
    /// ## What to do
    /// Replace the lists by single recipients, and install the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Reject messages from DL
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Recipients/cn=InternetUsers
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1457.10) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Accept messages from DL
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Recipients/cn=InternetUsers
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Reject messages from DL
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Recipients/cn=InternetUsers
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Reject messages from DL,Accept messages from DL
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),,
    /// ```
    pub static DL_RESTRICTION_ON_OLD_BUILD = {
        id: "BLD013", name: "dl-restriction-on-old-build", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        fixed_in: "4.0 SP4 / 5.0 SP1 / 5.5 SP4",
        kb: ["Q158590", "Q242861", "Q263924"],
        needs: [ImcobjCsv, ServerBuild],
        tags: ["crash", "performance"],
        check: Backup(dl_restriction_on_old_build),
    }
}

fn dl_restriction_on_old_build(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_in(backup, &[(FIRST_40, SP4_40), (FIRST_50, SP1_50), (FIRST_55, Build::new(5, 5, 2653, 0))]) else { return };
    let Some((directory, gateway)) = object(backup, findings) else { return };
    let columns: Vec<_> = RESTRICTIONS.iter().filter_map(|name| gateway.column(name)).collect();
    let is_filled = |column: &&&GatewayAttribute| column.values.iter().any(|value| !value.trim().is_empty());
    let used: Vec<_> = columns.iter().filter(is_filled).collect();
    let Some(first) = used.first() else {
        if columns.len() < RESTRICTIONS.len() {
            findings.undecided("Imcobj.csv", "the export lacks a column of restrictions by distribution list");
        }
        return;
    };
    let lists: usize = used.iter().map(|column| column.values.len()).sum();
    findings
        .report(format!(
            "the connector restricts senders by {}, the first '{}'; build {} has the fault in expanding them",
            counted(lists, "distribution list"),
            first.values.first().map_or("", AsRef::as_ref),
            found.build
        ))
        .evidences(used.iter().map(|column| Evidence::attribute(directory, gateway, column).expected("single recipients")))
        .evidence(found.proof.expected("4.0.995, 5.0.1458 or 5.5.2653 at least"));
}

declare_rule! {
    /// X.400 address with capital keys loses mail.
    ///
    /// ## Why it matters
    /// The service reads only lower-case c=, a= and p= when it builds a message id. The address that matters is the administrator
    /// mailbox's; if the connector's own looks like this, that one was probably made from the same template. Inbound mail is then lost without
    /// a report (MTA event 3150).
    ///
    /// ## What to do
    /// Look at the X.400 address of the administrator mailbox, write its keys in lower case, and install 5.5 SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@example.com%X400:C=US;A= ;P=Acme;O=WEST;
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@example.com%X400:c=US;a= ;p=Acme;o=WEST;
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@example.com%X400:C=US;A= ;P=Acme;O=WEST;
    /// ```
    pub static UPPER_CASE_X400_PROXY = {
        id: "BLD017", name: "upper-case-x400-proxy", severity: Error, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2652.39" in "5.5 SP4",
        kb: ["Q253619"],
        needs: [ImcobjCsv, ServerBuild],
        tags: ["queue", "directory"],
        check: Backup(upper_case_x400_proxy),
    }
}

fn upper_case_x400_proxy(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, FIRST_55, Build::new(5, 5, 2652, 39)) else { return };
    let Some((directory, gateway)) = object(backup, findings) else { return };
    let Some(addresses) = x400_addresses(gateway) else {
        return findings.undecided("Imcobj.csv", "the export has no column of e-mail addresses");
    };
    let is_capital = |address: &str| {
        let parts = address.split([';', ':']).map(str::trim_start);
        parts.skip(1).any(|part| ["C=", "A=", "P="].iter().any(|key| part.starts_with(key)))
    };
    let Some((column, address)) = addresses.into_iter().find(|(_, address)| is_capital(address)) else { return };
    findings
        .report(format!("the connector's address '{address}' has keys in capitals, which build {} does not read", found.build))
        .evidence(Evidence::attribute(directory, gateway, column).observed(address).expected("c=, a= and p= in lower case"))
        .evidence(found.expecting("5.5.2652.39"));
}

declare_rule! {
    /// X.400 address without PRMD makes 5.0 SP1 return all Internet mail.
    ///
    /// ## Why it matters
    /// After 5.0 SP1 the store refuses recipients of a site whose X.400 address has no PRMD, although that field is optional. Reports say that
    /// an argument in the recipient is invalid; events 1026 and 2007 appear. The connector's own address is taken for the site's template.
    ///
    /// ## What to do
    /// Install 5.0 SP2, or enter a PRMD in the X.400 template of the Site Addressing object.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@example.com%X400:c=US;a= ;o=WEST;s=IMS;
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@example.com%X400:c=US;a= ;p= ;o=WEST;s=IMS;
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@example.com%X400:c=US;a= ;p=ACME;o=WEST;s=IMS;
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1460.8) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@example.com%X400:c=US;a= ;o=WEST;s=IMS;
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses,PRMD
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@example.com%X400:c=US;a= ;o=WEST;s=IMS;,ACME
    /// ```
    pub static X400_SITE_ADDRESS_WITHOUT_PRMD = {
        id: "BLD601", name: "x400-site-address-without-prmd", severity: Error, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2",
        kb: ["Q166866", "Q168735"],
        needs: [ImcobjCsv, ServerBuild],
        tags: ["bounce", "identity", "build", "fix-store"],
        check: Backup(x400_site_address_without_prmd),
    }
}

fn x400_site_address_without_prmd(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, SP1_50, SP2_50) else { return };
    let Some((directory, gateway)) = object(backup, findings) else { return };
    let Some(addresses) = x400_addresses(gateway) else {
        return findings.undecided("Imcobj.csv", "the export has no column of e-mail addresses");
    };
    let names_prmd = |address: &str| {
        let parts = address.split_once(':').map_or("", |(_, parts)| parts).split(';').filter_map(|part| part.split_once('='));
        parts.into_iter().any(|(key, value)| key.trim().eq_ignore_ascii_case("p") && !value.trim().is_empty())
    };
    let has_column = gateway.text("PRMD").is_some_and(|prmd| !prmd.trim().is_empty());
    let Some((column, address)) = addresses.into_iter().find(|(_, address)| !names_prmd(address)).filter(|_| !has_column) else { return };
    findings
        .report(format!("the X.400 address '{address}' names no PRMD; the store of build {} then returns Internet mail", found.build))
        .evidence(Evidence::attribute(directory, gateway, column).observed(address).expected("a part p= that is not blank"))
        .evidence(found.expecting("5.0.1460.8"));
}

declare_rule! {
    /// Connected site's name begins with the own site's name.
    ///
    /// ## Why it matters
    /// The transfer agent compares downstream sites with its own site by the first characters only. A longer name with the same beginning
    /// counts as the own site, so that the servers of that site are left out of the routing table.
    ///
    /// ## What to do
    /// Update the transfer agent to 4.0 SP4 or 5.0 SP1, and recalculate the routing.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),Org§SiteF§1§SMTP:f.example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),Org§EAST§1§SMTP:f.example.com
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),Org§SiteF§1§SMTP:f.example.com
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),Org§SiteF§1§SMTP:f.example.com
    /// ```
    pub static SIMILAR_SITE_NAMES_DROP_ROUTES = {
        id: "BLD605", name: "similar-site-names-drop-routes", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0],
        fixed: "5.0.1458.49" in "4.0 SP4; 5.0 SP1" gates,
        kb: ["Q164856", "Q174189", "Q168735"],
        needs: [ImcobjCsv],
        tags: ["site-connector", "routing", "fix-mta"],
        check: Backup(similar_site_names_drop_routes),
    }
}

fn similar_site_names_drop_routes(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((directory, gateway)) = object(backup, findings) else { return };
    let (Some(column), Some(dn)) = (gateway.column("Connected-Domains"), gateway.column("Obj-Dist-Name")) else {
        return findings.undecided("Imcobj.csv", "the export has no column Connected-Domains or Obj-Dist-Name");
    };
    let Some(own) = dn.values.first().and_then(|dn| Dn::parse(dn)?.site()).map(str::to_lowercase) else {
        return findings.undecided("Imcobj.csv", "Obj-Dist-Name names no site");
    };
    let is_similar = |value: &str| {
        let site = connected_site(value).map(|site| site.site.trim().to_lowercase());
        site.is_some_and(|site| site != own && site.starts_with(&own))
    };
    let Some(value) = column.values.iter().find(|value| is_similar(value)) else { return };
    let line = backup.version.as_ref().and_then(|version| version.line);
    if !matches!(line, Some(ProductLine::V4_0 | ProductLine::V5_0)) {
        return findings.undecided("server-build", "the names of the sites are similar, and the product line is not known");
    }
    let site = connected_site(value).map_or("", |site| site.site);
    let finding =
        findings.report(format!("connected site '{site}' begins like the own site '{own}'; its servers may be left out of the routing table"));
    finding.evidence(Evidence::attribute(directory, gateway, column).observed(value.as_ref()));
    finding.evidence(Evidence::attribute(directory, gateway, dn).expected("a site whose name is no beginning of the other"));
    finding.evidences(found_build(backup).map(|found| found.proof.expected("4.0.995.52 or 5.0.1458.49 at least")));
}
