//! Entries of the message filter that match nothing, or more than was meant (Q193437, Q155683).

use crate::{
    backup::{Backup, Setting, TurfEntry},
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Finding, Findings},
};

use super::proof::with_settings;

/// Generic top-level domains of the time; those of countries have two letters.
const GENERIC: [&str; 9] = ["com", "net", "org", "edu", "gov", "mil", "int", "info", "biz"];

declare_rule! {
    /// Filter entry that cannot match.
    ///
    /// ## Why it matters
    /// Entries are compared as bare addresses, one an entry. Blanks, delimiters and wildcards are taken literally and never match.
    ///
    /// ## What to do
    /// Write one bare address or domain an entry.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):6a,6f,65,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,3b,20,61,6e,6e,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):61,40,62,2e,65,78,61,6d,70,6c,65,00,00,63,40,64,2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):2a,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):6a,6f,65,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,40,62,61,64,2e,65,78,61,6d,70,6c,65,00,23,40,65,78,61,63,74,2e,65,78,61,6d,70,6c,65,00,75,73,65,72,00,40,5b,31,30,2e,31,2e,31,2e,31,5d,00,2e,00,00
    /// ```
    pub static TURF_ENTRY_MALFORMED = {
        id: "SVC113", name: "turf-entry-malformed", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q155683", "Q166163", "Q193437"],
        needs: [ImcsvcReg],
        tags: ["filtering", "typo"],
        check: Backup(turf_entry_malformed),
    }
}

fn turf_entry_malformed(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(entries) = entries(backup, findings) else { return };
    let broken = entries.of(|entry| matches!(entry, TurfEntry::Malformed(_)));
    let shown = broken.iter().map(|(number, element)| format!("entry {number} '{element}'"));
    if !broken.is_empty() {
        let verb = if broken.len() == 1 { "matches" } else { "match" };
        let finding = findings.report(format!("{} of TurfTable {verb} no sender", enumerated(shown, 4)));
        entries.prove(finding, &broken, "one bare address or domain");
    }
}

/// The filter with its entries.
struct Entries<'a> {
    backup: &'a Backup,
    table: Setting<'a, &'a [String]>,
}

fn entries<'b>(backup: &'b Backup, findings: &mut Findings<'_>) -> Option<Entries<'b>> {
    Some(Entries { backup, table: with_settings(backup, findings)?.turf_table()? })
}

impl<'a> Entries<'a> {
    /// Returns the entries of a kind with their numbers from 1.
    fn of(&self, is_wanted: impl Fn(TurfEntry<'_>) -> bool) -> Vec<(usize, &'a str)> {
        let numbered = self.table.data.iter().map(String::as_str).zip(1..);
        numbered.filter(|(element, _)| is_wanted(TurfEntry::parse(element))).map(|(element, number)| (number, element)).collect()
    }

    fn prove(&self, finding: &mut Finding, found: &[(usize, &str)], expected: &str) {
        let service = self.backup.service.as_ref();
        let proof = |element: &str| service.map(|service| Evidence::setting(service, &self.table).observed(element).expected(expected));
        finding.first_evidences(found.iter().filter_map(|(_, element)| proof(element)));
    }
}

fn quoted(found: &[(usize, &str)]) -> String {
    enumerated(found.iter().map(|(_, element)| format!("'{element}'")), 4)
}

declare_rule! {
    /// Filter entry '#domain' without '@'.
    ///
    /// ## Why it matters
    /// The form for a domain without its subdomains is '#@domain'. The dialog without the fix refuses it and takes '#domain' instead,
    /// whose effect is not described.
    ///
    /// ## What to do
    /// Write '#@domain' into the value, or install 5.5 SP2, whose dialog takes it (Imcadmin.dll 5.5.2395).
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):23,64,6f,6d,61,69,6e,2e,63,6f,6d,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):23,40,64,6f,6d,61,69,6e,2e,63,6f,6d,00,00
    /// ```
    pub static TURF_HASH_WITHOUT_AT = {
        id: "SVC114", name: "turf-hash-without-at", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q193437"],
        needs: [ImcsvcReg],
        tags: ["filtering", "typo"],
        check: Backup(turf_hash_without_at),
    }
}

fn turf_hash_without_at(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(entries) = entries(backup, findings) else { return };
    let bare = entries.of(|entry| matches!(entry, TurfEntry::HashWithoutAt(_)));
    if !bare.is_empty() {
        let finding = findings.report(format!("TurfTable holds {}; the form for one domain is '#@domain'", quoted(&bare)));
        entries.prove(finding, &bare, "#@domain");
    }
}

declare_rule! {
    /// Filter drops mail with an empty sender: NDRs are lost.
    ///
    /// ## Why it matters
    /// The single period discards messages without a sender. Delivery reports from outside use the empty reverse path or come from
    /// postmaster and mailer-daemon, so users may no longer learn that their mail was refused. That the period meets the reverse path
    /// too is a conclusion of ours.
    ///
    /// ## What to do
    /// Remove the entry if reports are missed.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):2e,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):3c,3e,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):50,6f,73,74,6d,61,73,74,65,72,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):6d,61,69,6c,65,72,2d,64,61,65,6d,6f,6e,40,61,63,6d,65,2e,63,6f,6d,00,00
    /// "SiteDomain"="acme.com"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):70,6f,73,74,6d,61,73,74,65,72,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    pub static TURF_DROPS_NULL_SENDER = {
        id: "SVC115", name: "turf-drops-null-sender", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q247296"],
        needs: [ImcsvcReg],
        tags: ["filtering"],
        check: Backup(turf_drops_null_sender),
    }
}

fn turf_drops_null_sender(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(entries) = entries(backup, findings) else { return };
    let own = backup.own_domains();
    let is_system = |user: &str| ["postmaster", "mailer-daemon"].iter().any(|name| name.eq_ignore_ascii_case(user));
    let dropped = entries.of(|entry| match entry {
        TurfEntry::NoSender | TurfEntry::Malformed("<>") => true,
        TurfEntry::User(user) => is_system(user),
        TurfEntry::Address(user, domain) => is_system(user) && (domain.is_empty() || own.contains(&domain.to_lowercase())),
        _ => false,
    });
    if !dropped.is_empty() {
        let finding = findings.report(format!("TurfTable holds {}, the sender of reports", quoted(&dropped)));
        entries.prove(finding, &dropped, "no entry for the sender of reports");
    }
}

declare_rule! {
    /// Filter entry covers a whole top-level domain.
    ///
    /// ## Why it matters
    /// An entry '@domain' covers the domain and all its subdomains, so '@com' turns away all mail from .com.
    ///
    /// ## What to do
    /// Write the full domain.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,63,6f,6d,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,44,45,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,73,70,61,6d,2e,63,6f,6d,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):23,40,63,6f,6d,00,00
    /// ```
    pub static TURF_TOP_LEVEL_DOMAIN = {
        id: "SVC117", name: "turf-top-level-domain", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q193437", "Q155683"],
        needs: [ImcsvcReg],
        tags: ["filtering", "typo"],
        check: Backup(turf_top_level_domain),
    }
}

fn turf_top_level_domain(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(entries) = entries(backup, findings) else { return };
    let is_country = |domain: &str| domain.len() == 2 && domain.bytes().all(|letter| letter.is_ascii_alphabetic());
    let is_top = |domain: &str| is_country(domain) || GENERIC.iter().any(|known| known.eq_ignore_ascii_case(domain));
    let wide = entries.of(|entry| matches!(entry, TurfEntry::Domain(domain) if is_top(domain)));
    if !wide.is_empty() {
        let finding = findings.report(format!("TurfTable holds {}, which covers a whole top-level domain", quoted(&wide)));
        entries.prove(finding, &wide, "the full domain");
    }
}

declare_rule! {
    /// Filter entry blocks a user name at every domain.
    ///
    /// ## Why it matters
    /// An entry without '@' is taken for a user name and matches it whatever the domain is, for example all senders called info.
    ///
    /// ## What to do
    /// Add the domain if one sender was meant.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):69,6e,66,6f,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):69,6e,66,6f,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):2e,00,00
    /// ```
    pub static TURF_USER_AT_ANY_DOMAIN = {
        id: "SVC118", name: "turf-user-at-any-domain", severity: Info, certainty: Possible,
        versions: [V5_5],
        kb: ["Q193437"],
        needs: [ImcsvcReg],
        tags: ["filtering"],
        check: Backup(turf_user_at_any_domain),
    }
}

fn turf_user_at_any_domain(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(entries) = entries(backup, findings) else { return };
    let users = entries.of(|entry| matches!(entry, TurfEntry::User(user) if !user.contains('#')));
    if !users.is_empty() {
        let finding = findings.report(format!("TurfTable holds {}: a user name at every domain", quoted(&users)));
        entries.prove(finding, &users, "user@domain, if one sender was meant");
    }
}
