//! The four fields of a connected site: organization, site, cost, routing address (Q199412).

use crate::{
    backup::{Backup, SiteLink, dn::same_name},
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{ConnectedSites, connected_sites};

/// Reports connected sites as one finding.
fn report(found: &[&SiteLink<'_>], sites: &ConnectedSites<'_>, (told, expected): (&str, &str), findings: &mut Findings<'_>) {
    if found.is_empty() {
        return;
    }
    let (directory, gateway) = sites.object;
    findings
        .report(format!("{told}: {}", enumerated(found.iter().map(|link| link.text), 3)))
        .first_evidences(found.iter().map(|link| sites.proof(link.text).expected(expected)))
        .first_evidences(gateway.filled("Obj-Dist-Name").map(|dn| Evidence::attribute(directory, gateway, dn)));
}

declare_rule! {
    /// Connected sites lists the own site.
    ///
    /// ## Why it matters
    /// The service routes mail to itself until it has passed too many hosts: event 4115, non-delivery report 00120270 "Too Many
    /// Hops".
    ///
    /// ## What to do
    /// Delete the entry, and restart the service and the message transfer agent.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§WEST§1§SMTP:acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),§west§1§SMTP:acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§EAST§1§SMTP:east.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),OTHER§WEST§1§SMTP:west.other.com
    /// ```
    pub static CONNECTED_SITE_IS_OWN_SITE = {
        id: "DIR075", name: "connected-site-is-own-site", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q190021"],
        needs: [ImcobjCsv],
        tags: ["site-connector", "routing"],
        check: Backup(connected_site_is_own_site),
    }
}

fn connected_site_is_own_site(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(sites) = connected_sites(backup, findings) else { return };
    let (_, gateway) = sites.object;
    let Some((organization, site)) = gateway.organization().zip(gateway.site()) else {
        return findings.undecided("Imcobj.csv", "the object names neither organization nor site");
    };
    let is_own = |link: &&SiteLink<'_>| {
        let of_organization = link.site.organization.trim().is_empty() || same_name(link.site.organization, organization);
        of_organization && same_name(link.site.site, site)
    };
    let own: Vec<_> = sites.links.iter().filter(is_own).collect();
    report(&own, &sites, ("the own site is among the connected ones", "other sites only"), findings);
}

declare_rule! {
    /// Connected-site entry has not four fields.
    ///
    /// ## Why it matters
    /// A value is organization, site, cost and routing address, joined by byte 0xA7. Missing parts come from an import or from raw
    /// mode, or the separator was lost when the file was converted to another code page.
    ///
    /// ## What to do
    /// Make the entry anew in the Administrator program; if only the file is damaged, collect again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SITEB§SMTP:siteb.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME SITEB 1 SMTP:siteb.acme.com
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
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// ```
    pub static CONNECTED_SITE_MALFORMED = {
        id: "DIR076", name: "connected-site-malformed", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q199412"],
        needs: [ImcobjCsv],
        tags: ["site-connector", "csv"],
        check: Backup(connected_site_malformed),
    }
}

fn connected_site_malformed(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(sites) = connected_sites(backup, findings) else { return };
    let fields = |entry: &str| entry.split(['\u{A7}', '\u{BA}']).count();
    let Some(first) = sites.malformed.first() else { return };
    findings
        .report(format!("a connected site has {} fields instead of four: {first}", fields(first)))
        .first_evidences(sites.malformed.iter().map(|entry| sites.proof(entry).expected("organization§site§cost§TYPE:address")));
}

declare_rule! {
    /// Connected site belongs to another organization.
    ///
    /// ## Why it matters
    /// Sites are joined within one organization. With another name of organization, which often is a misspelt one, mail and
    /// replication for the site do not take this way.
    ///
    /// ## What to do
    /// Correct the organization of the entry, and recalculate routing.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACMECORP§SITEB§1§SMTP:siteb.acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),acme§SITEB§1§SMTP:siteb.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),§SITEB§1§SMTP:siteb.acme.com
    /// ```
    pub static CONNECTED_SITE_OTHER_ORGANIZATION = {
        id: "DIR077", name: "connected-site-other-organization", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q196927", "Q199412"],
        needs: [ImcobjCsv],
        tags: ["site-connector", "typo"],
        check: Backup(connected_site_other_organization),
    }
}

fn connected_site_other_organization(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(sites) = connected_sites(backup, findings) else { return };
    let Some(organization) = sites.object.1.organization() else {
        return findings.undecided("Imcobj.csv", "the object names no organization");
    };
    let is_other = |link: &&SiteLink<'_>| !link.site.organization.trim().is_empty() && !same_name(link.site.organization, organization);
    let others: Vec<_> = sites.links.iter().filter(is_other).collect();
    let expected = format!("organization {organization}");
    report(&others, &sites, ("a connected site is of another organization", &expected), findings);
}

declare_rule! {
    /// Cost of a connected site is out of range.
    ///
    /// ## Why it matters
    /// Costs run from 1 (preferred) to 100 (last resort). Another value was set by an import or in raw mode.
    ///
    /// ## What to do
    /// Enter the cost again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§0§SMTP:siteb.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§§SMTP:siteb.acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§100§SMTP:siteb.acme.com
    /// ```
    pub static CONNECTED_SITE_COST_INVALID = {
        id: "DIR078", name: "connected-site-cost-invalid", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q262952", "Q199412"],
        needs: [ImcobjCsv],
        tags: ["site-connector", "routing", "typo"],
        check: Backup(connected_site_cost_invalid),
    }
}

fn connected_site_cost_invalid(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(sites) = connected_sites(backup, findings) else { return };
    let is_odd = |link: &&SiteLink<'_>| !link.site.cost.trim().parse::<u32>().is_ok_and(|cost| (1..=100).contains(&cost));
    let odd: Vec<_> = sites.links.iter().filter(is_odd).collect();
    report(&odd, &sites, ("the cost of a connected site is no number from 1 to 100", "a cost from 1 to 100"), findings);
}

declare_rule! {
    /// Site is connected twice on this connector.
    ///
    /// ## Why it matters
    /// System messages to the site go to one of the two addresses. After the address of the other site changed the old entry was
    /// left, and what takes it is returned.
    ///
    /// ## What to do
    /// Keep the entry that equals the SMTP address of the other site.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb.acme.com%acme§siteb§1§SMTP:old.acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb.acme.com%ACME§SITEC§1§SMTP:sitec.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),ACME§SITEB§1§SMTP:siteb.acme.com%ACME§SITEB§2§SMTP:siteb.acme.com
    /// ```
    pub static CONNECTED_SITE_TWICE = {
        id: "DIR079", name: "connected-site-twice", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q180401", "Q190021"],
        needs: [ImcobjCsv],
        tags: ["site-connector"],
        check: Backup(connected_site_twice),
    }
}

fn connected_site_twice(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(sites) = connected_sites(backup, findings) else { return };
    let is_twin = |link: &SiteLink<'_>, other: &SiteLink<'_>| {
        let same_site = same_name(link.site.organization, other.site.organization) && same_name(link.site.site, other.site.site);
        same_site && !same_name(link.site.routing_address, other.site.routing_address)
    };
    let double: Vec<_> = sites.links.iter().filter(|link| sites.links.iter().any(|other| is_twin(link, other))).collect();
    report(&double, &sites, ("a site is connected by several addresses", "one address per site"), findings);
}
