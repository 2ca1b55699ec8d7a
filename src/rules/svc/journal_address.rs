//! The addresses that journal copies and their non-delivery reports go to (Q258206, Q262119, Q262122).

use crate::{
    backup::{
        Backup, ServiceKey, ServiceValue, Setting,
        dn::{Dn, same_dn, same_name},
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::{filled_text, fits};

const EXTENSION: &str = "Parameters\\Extension";
const JOURNAL_PAIRS: [(&str, &str); 2] = [("InboundJournal", "InboundJournalNDR"), ("OutboundJournal", "OutboundJournalNDR")];

/// A plain SMTP address, with or without its type.
static SMTP_ADDRESS: Pattern = Pattern::new(r"(?i)^(smtp:)?[^/@\s]+@[^/@\s]+$");
/// How an address in a list begins: with the organization of a name of the directory, which can hold separators itself, or as a plain SMTP
/// address.
static ADDRESS_LIKE: Pattern = Pattern::new(r"(?i)^([a-z0-9]{1,8}:)?\s*([/\\]\s*o\s*=|[^/@\s]+@[^/@\s]+$)");

declare_rule! {
    /// Journal address is a plain SMTP address.
    ///
    /// ## Why it matters
    /// The journal mailbox ought to be hidden and to have no SMTP address, so that outsiders cannot flood it. An SMTP address in the
    /// value shows that this was not done.
    ///
    /// ## What to do
    /// Enter the X.500 address of a hidden distribution list.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="journal@acme.com"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundJournalNDR"="smtp:journal@acme.com"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=ACME/OU=W/CN=RECIPIENTS/CN=arch"
    /// ```
    pub static JOURNAL_ADDRESS_IS_SMTP = {
        id: "SVC209", name: "journal-address-is-smtp", severity: Info, certainty: Likely,
        versions: [V5_5],
        kb: ["Q258206", "Q262122"],
        needs: [ImcsvcReg],
        tags: ["journaling", "security"],
        check: Backup(journal_address_is_smtp),
    }
}

fn journal_address_is_smtp(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let plain: Vec<_> = journal_addresses(service).into_iter().filter(|address| fits(&SMTP_ADDRESS, address.data.trim())).collect();
    let Some(first) = plain.first() else { return };
    findings
        .report(format!("{} is the SMTP address {}", first.value.name, first.data.trim()))
        .evidences(plain.iter().map(|address| Evidence::setting(service, address).expected("the X.500 address of a hidden recipient")));
}

declare_rule! {
    /// Journal address points to another organization or site.
    ///
    /// ## Why it matters
    /// A name of another organization does not resolve: the extension logs event 2 or 12 and sends no copies. This is a typical
    /// leftover of a reinstallation. The recipient of non-delivery reports has to be in the own site as well.
    ///
    /// ## What to do
    /// Enter the name that the recipient has in the directory today.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDN"="/o=ACME/ou=W"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=OLDORG/OU=W/CN=RECIPIENTS/CN=arch"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundJournalNDR"="/o=ACME/ou=EAST/cn=Recipients/cn=ndr"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDN"="/o=ACME/ou=W"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=Acme/OU=EAST/CN=RECIPIENTS/CN=arch"
    /// ```
    pub static JOURNAL_ADDRESS_FOREIGN_DN = {
        id: "SVC211", name: "journal-address-foreign-dn", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q262119", "Q258206"],
        needs: [ImcsvcReg],
        tags: ["journaling", "identity"],
        check: Backup(journal_address_foreign_dn),
    }
}

fn journal_address_foreign_dn(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let named: Vec<_> = journal_addresses(service).into_iter().filter_map(|address| Some((Dn::parse(address.data)?, address))).collect();
    if named.is_empty() {
        return;
    }
    let site_dn = service.text("Parameters", "SiteDN").and_then(|dn| Dn::parse(dn.data));
    let gateway_dn = backup.gateway.as_ref().and_then(|gateway| Dn::parse(gateway.dn()?));
    let own: Vec<Dn<'_>> = [site_dn, gateway_dn].into_iter().flatten().collect();
    let (organizations, sites) = (parts(&own, Dn::organization), parts(&own, Dn::site));
    if organizations.is_empty() {
        return findings.undecided("Parameters\\SiteDN or Imcobj.csv", "the own organization is not known");
    }
    let is_foreign = |part: Option<&str>, own: &[&str]| part.is_some_and(|part| !own.is_empty() && !own.iter().any(|own| same_name(own, part)));
    let foreign: Vec<_> = named
        .into_iter()
        .filter_map(|(dn, address)| {
            let by_site = address.value.name.to_lowercase().ends_with("ndr") && is_foreign(dn.site(), &sites);
            let kind = if is_foreign(dn.organization(), &organizations) { "organization" } else { Some("site").filter(|_| by_site)? };
            Some((kind, address))
        })
        .collect();
    let Some((kind, first)) = foreign.first() else { return };
    let known = if *kind == "organization" { &organizations } else { &sites };
    let expected = format!("a recipient of organization {}, site {}", organizations.join(" or "), sites.join(" or "));
    findings
        .report(format!("{} is '{}', in another {kind} than {}", first.value.name, first.data, known.join(" or ")))
        .evidences(foreign.iter().map(|(_, address)| Evidence::setting(service, address).expected(expected.as_str())));
}

fn parts<'a>(names: &[Dn<'a>], part: fn(&Dn<'a>) -> Option<&'a str>) -> Vec<&'a str> {
    let mut parts: Vec<&str> = names.iter().filter_map(part).collect();
    parts.dedup_by(|left, right| same_name(left, right));
    parts
}

declare_rule! {
    /// Journal value holds several addresses.
    ///
    /// ## Why it matters
    /// Each value takes one address. To reach several mailboxes the articles use a distribution list.
    ///
    /// ## What to do
    /// Create a distribution list and enter its address.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=A/OU=W/CN=RECIPIENTS/CN=a;/O=A/OU=W/CN=RECIPIENTS/CN=b"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=ACME, Inc/OU=W/CN=RECIPIENTS/CN=a,/O=ACME, Inc/OU=W/CN=RECIPIENTS/CN=b"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundJournalNDR"="a@acme.com, b@acme.com"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundJournal"=hex(7):2f,4f,3d,41,2f,4f,55,3d,57,2f,43,4e,3d,52,45,43,49,50,49,45,4e,54,53,2f,43,4e,3d,61,00,2f,4f,3d,41,2f,4f,55,3d,57,2f,43,4e,3d,52,45,43,49,50,49,45,4e,54,53,2f,43,4e,3d,62,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=ACME, Inc/OU=W/CN=RECIPIENTS/CN=a"
    /// ```
    pub static JOURNAL_ADDRESS_LIST = {
        id: "SVC212", name: "journal-address-list", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q258206"],
        needs: [ImcsvcReg],
        tags: ["journaling", "typo"],
        check: Backup(journal_address_list),
    }
}

fn journal_address_list(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let is_named = |found: &&ServiceValue| journal_names().any(|name| name.eq_ignore_ascii_case(&found.value.name));
    let values = service.values_of(EXTENSION).into_iter().filter(is_named);
    let lists: Vec<_> = values.filter_map(|found| Some((addresses_in(found).filter(|count| *count > 1)?, found))).collect();
    let Some((count, first)) = lists.first() else { return };
    findings.report(format!("{} holds {count} addresses", first.value.name)).evidences(lists.iter().map(|(_, found)| {
        let setting = Setting { data: (), key: &found.key, value: &found.value };
        Evidence::setting(service, &setting).expected("one address")
    }));
}

/// Counts the addresses of a value.
fn addresses_in(found: &ServiceValue) -> Option<usize> {
    let data = &found.value.data;
    if let Some(strings) = data.strings() {
        return Some(strings.iter().filter(|text| !text.trim().is_empty()).count());
    }
    Some(data.text()?.split([';', ',']).filter(|part| fits(&ADDRESS_LIKE, part.trim())).count())
}

declare_rule! {
    /// Journal address and its NDR address are the same.
    ///
    /// ## Why it matters
    /// If the journal mailbox cannot take a copy, the non-delivery report goes to the same mailbox and fails as well.
    ///
    /// ## What to do
    /// Use a separate recipient on the connector's own server for the reports.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=A/OU=W/CN=RECIPIENTS/CN=arch"
    /// "InboundJournalNDR"="/o=A/ou=W/cn=Recipients/cn=arch"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=A/OU=W/CN=RECIPIENTS/CN=arch"
    /// "InboundJournalNDR"="/O=A/OU=W/CN=RECIPIENTS/CN=ndr"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=A/OU=W/CN=RECIPIENTS/CN=arch"
    /// "OutboundJournalNDR"="/O=A/OU=W/CN=RECIPIENTS/CN=arch"
    /// ```
    pub static JOURNAL_AND_NDR_SAME = {
        id: "SVC213", name: "journal-and-ndr-same", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q258206", "Q262122"],
        needs: [ImcsvcReg],
        tags: ["journaling"],
        check: Backup(journal_and_ndr_same),
    }
}

fn journal_and_ndr_same(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let text = |name| filled_text(service, EXTENSION, name);
    let pairs = JOURNAL_PAIRS.into_iter().filter_map(|(journal, ndr)| Some((text(journal)?, text(ndr)?)));
    let same: Vec<_> = pairs.filter(|(journal, ndr)| same_dn(journal.data, ndr.data)).collect();
    let Some((journal, ndr)) = same.first() else { return };
    findings.report(format!("{} and {} are both '{}'", journal.value.name, ndr.value.name, journal.data)).evidences(same.iter().flat_map(
        |(journal, ndr)| [Evidence::setting(service, journal), Evidence::setting(service, ndr).expected("a recipient other than the journal")],
    ));
}

fn journal_names() -> impl Iterator<Item = &'static str> {
    JOURNAL_PAIRS.into_iter().flat_map(|(journal, ndr)| [journal, ndr])
}

fn journal_addresses(service: &ServiceKey) -> Vec<Setting<'_, &str>> {
    journal_names().filter_map(|name| filled_text(service, EXTENSION, name)).collect()
}
