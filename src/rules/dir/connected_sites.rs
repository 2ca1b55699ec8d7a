//! Sites that this connector links: the page Connected Sites, the routing address of each site, and the address space to it (Q163777,
//! Q180401, Q190021).

use crate::{
    backup::{Backup, ProductLine, SiteLink},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{ConnectedSites, address_spaces, column, connected_sites, object};

/// Reports connected sites as one finding.
fn report(found: &[&SiteLink<'_>], sites: &ConnectedSites<'_>, (told, expected): (&str, &str), findings: &mut Findings<'_>) {
    if !found.is_empty() {
        findings
            .report(format!("{told}: {}", enumerated(found.iter().map(|link| link.text), 3)))
            .first_evidences(found.iter().map(|link| sites.proof(link.text).expected(expected)));
    }
}

declare_rule! {
    /// The connector also links sites.
    ///
    /// ## Why it matters
    /// Messages in the queues may be replication of the directory or of public folders. An entry that was left after a move to
    /// another site connector, or that stands on a connector which links no site, makes mail loop or take the wrong way. On 5.5 SP3
    /// mail of users can bypass the linking site with OnlySystemMessagesUseCDs=1.
    ///
    /// ## What to do
    /// Delete the entries that are not needed, and recalculate routing.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb.acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// ```
    pub static CONNECTED_SITES_PRESENT = {
        id: "DIR070", name: "connected-sites-present", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q190021", "Q279618", "Q223385"],
        needs: [ImcobjCsv],
        tags: ["site-connector"],
        check: Backup(connected_sites_present),
    }
}

fn connected_sites_present(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let Some(attribute) = column(object, "Connected-Domains", findings).filter(|sites| !sites.is_blank()) else { return };
    let names = gateway.connected_sites().map(|site| match site {
        Ok(link) => format!("{} by {}", link.site.site, link.site.routing_address),
        Err(text) => text.to_owned(),
    });
    let told = format!("the connector links {}: {}", counted(attribute.filled().count(), "site"), enumerated(names, 3));
    let finding = findings.report(told);
    finding.evidence(Evidence::attribute(directory, gateway, attribute).expected("only sites that have no other connector"));
    if let Some((service, only)) =
        backup.service.as_ref().and_then(|service| Some((service, service.dword("Parameters", "OnlySystemMessagesUseCDs")?)))
    {
        finding.evidence(Evidence::setting(service, &only));
    }
}

declare_rule! {
    /// Connected site's address type is not SMTP in capitals.
    ///
    /// ## Why it matters
    /// The type of the routing address has to be written SMTP in capitals.
    ///
    /// ## What to do
    /// Correct the entry on the page Connected Sites.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§smtp:siteb.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§MS:NET/PO
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§X400:c=US;a= ;p=ACME;o=SITEB;
    /// ```
    pub static CONNECTED_SITE_TYPE_CASE = {
        id: "DIR071", name: "connected-site-type-case", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q196927"],
        needs: [ImcobjCsv],
        tags: ["site-connector", "typo"],
        check: Backup(connected_site_type_case),
    }
}

fn connected_site_type_case(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(sites) = connected_sites(backup, findings) else { return };
    let is_odd = |link: &&SiteLink<'_>| link.routing().is_some_and(|(kind, _)| kind != "SMTP" && !kind.eq_ignore_ascii_case("X400"));
    let odd: Vec<_> = sites.links.iter().filter(is_odd).collect();
    report(&odd, &sites, ("the type of the routing address is not SMTP", "SMTP:domain"), findings);
}

declare_rule! {
    /// Connected site has no usable routing address.
    ///
    /// ## Why it matters
    /// Replication mail to the site cannot be resolved: events 2006 and 4132, files in the archive. The address has to equal the
    /// SMTP address of the other site.
    ///
    /// ## What to do
    /// Enter the SMTP address of the other site.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:@siteb.acme.com
    /// ```
    pub static CONNECTED_SITE_ADDRESS_MISSING = {
        id: "DIR072", name: "connected-site-address-missing", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q185108", "Q163777", "Q180401"],
        needs: [ImcobjCsv],
        tags: ["site-connector"],
        check: Backup(connected_site_address_missing),
    }
}

fn connected_site_address_missing(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(sites) = connected_sites(backup, findings) else { return };
    let lost: Vec<_> = sites.links.iter().filter(|link| !link.is_routable()).collect();
    report(&lost, &sites, ("no mail can be routed to the site", "SMTP: and the domain of the other site"), findings);
}

declare_rule! {
    /// Connected site's routing address begins with '@' on 5.0.
    ///
    /// ## Why it matters
    /// The release notes of 5.0 forbid the at sign, since mail to the site is then not routed; a later procedure for 5.0 and 5.5
    /// types it on purpose. Only 5.0 is therefore reported.
    ///
    /// ## What to do
    /// Try without the at sign if mail to the site stays.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:@siteb.acme.com
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1457.10) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:@siteb.acme.com
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb.acme.com
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1457.10) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    pub static CONNECTED_SITE_AT_SIGN = {
        id: "DIR073", name: "connected-site-at-sign", severity: Warning, certainty: Possible,
        versions: [V5_0],
        kb: ["Q156063", "Q196927"],
        needs: [ImcobjCsv, ServerBuild],
        tags: ["site-connector", "typo"],
        check: Backup(connected_site_at_sign),
    }
}

fn connected_site_at_sign(backup: &Backup, findings: &mut Findings<'_>) {
    if backup.version.as_ref().is_none_or(|version| version.line != Some(ProductLine::V5_0)) {
        return;
    }
    let Some(sites) = connected_sites(backup, findings) else { return };
    let begins = |link: &&SiteLink<'_>| link.routing().is_some_and(|(kind, address)| kind.eq_ignore_ascii_case("SMTP") && address.starts_with('@'));
    let marked: Vec<_> = sites.links.iter().filter(begins).collect();
    report(&marked, &sites, ("the routing address begins with an at sign", "the domain alone on 5.0"), findings);
}

declare_rule! {
    /// Connected site without a matching address space.
    ///
    /// ## Why it matters
    /// Each side needs the other one among its connected sites and an SMTP address space to it; otherwise replication mail bounces.
    /// On 4.0 before SP4 and on 5.0 without service pack a site can also be missing from the routing table because its name begins
    /// like the own one.
    ///
    /// ## What to do
    /// Add the address space.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb.acme.com,SMTP:*@partner.example;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb.acme.com,SMTP:*;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb.acme.com,SMTP:*@*.acme.com;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb.acme.com,SMTP:*@siteb.acme.com;1
    /// ```
    pub static CONNECTED_SITE_NOT_COVERED = {
        id: "DIR074", name: "connected-site-not-covered", severity: Error, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q163777", "Q180401", "Q164856"],
        needs: [ImcobjCsv],
        tags: ["site-connector", "address-space"],
        check: Backup(connected_site_not_covered),
    }
}

fn connected_site_not_covered(backup: &Backup, findings: &mut Findings<'_>) {
    let (Some(sites), Some(spaces)) = (connected_sites(backup, findings), address_spaces(backup, findings)) else { return };
    let is_covered = |domain: &str| spaces.list.iter().any(|space| space.covers_domain(domain));
    let is_lost = |link: &&SiteLink<'_>| link.smtp_domain().is_some_and(|domain| !domain.is_empty() && !is_covered(domain));
    let lost: Vec<_> = sites.links.iter().filter(is_lost).collect();
    let Some(first) = lost.first() else { return };
    let told = enumerated(spaces.list.iter().map(|space| space.text), 5);
    let told = if told.is_empty() { "there is none".to_owned() } else { format!("there are {told}") };
    findings
        .report(format!("no address space leads to the site {} at {}; {told}", first.site.site, first.smtp_domain().unwrap_or_default()))
        .first_evidences(lost.iter().map(|link| sites.proof(link.text).expected("an SMTP address space that covers its domain")))
        .first_evidences([spaces.whole().expected("an entry for the domain of each connected site")]);
}
