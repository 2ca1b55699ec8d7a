//! The message filter against the own domains and the mail that is there.

use crate::{
    backup::{Backup, MessageRecord, QueueKind, Said, TurfEntry, turf::is_at_or_below},
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{own_domain, with_settings};

declare_rule! {
    /// The own domain is in the message filter.
    ///
    /// ## Why it matters
    /// Mail that claims a sender of the own domain is dropped or moved away: that of roaming POP3 users, relayed mail of the site, and
    /// notifications. It is right only on a server that is meant to block, or as a deliberate measure against forged senders.
    ///
    /// ## What to do
    /// Remove the entry unless it is intended.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,61,63,6d,65,2e,63,6f,6d,00,00
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):23,61,63,6d,65,2e,63,6f,6d,00,00
    /// "SiteDomain"="acme.com"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,61,63,6d,65,2e,63,6f,6d,00,00
    /// "SiteDomain"="mail.acme.com"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):23,40,61,63,6d,65,2e,63,6f,6d,00,00
    /// //- Mtsin/1
    /// subject: "Notification: Inbound Mail Failure"
    /// from: SMTP:postmaster@acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,61,63,6d,65,2e,65,78,61,6d,70,6c,65,00,00
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):23,40,61,63,6d,65,2e,63,6f,6d,00,00
    /// "SiteDomain"="mail.acme.com"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static TURF_OWN_DOMAIN = {
        id: "SVC116", name: "turf-own-domain", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q279324"],
        needs: [ImcsvcReg, ImcobjCsv | Messages],
        tags: ["filtering"],
        check: Backup(turf_own_domain),
    }
}

fn turf_own_domain(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let Some(table) = service.turf_table() else { return };
    let own = backup.own_domains();
    if own.is_empty() {
        return findings.undecided("own domains", "neither object nor registry nor notifications tell the own domains");
    }
    let covered = |element: &str| {
        let is_covered = |domain: &&String| match TurfEntry::parse(element) {
            TurfEntry::Domain(parent) => !parent.is_empty() && is_at_or_below(domain, parent),
            TurfEntry::ExactDomain(name) | TurfEntry::HashWithoutAt(name) => name.eq_ignore_ascii_case(domain),
            _ => false,
        };
        own.iter().find(is_covered).cloned()
    };
    for (element, domain) in table.data.iter().filter_map(|element| Some((element, covered(element)?))) {
        findings
            .report(format!("TurfTable holds '{element}': mail with a sender of {domain}, an own domain, is turned away"))
            .group(element)
            .evidence(Evidence::setting(service, &table).observed(element.as_str()).expected("domains of others"))
            .evidences(own_domain(backup, &domain));
    }
}

declare_rule! {
    /// A queued message matches the filter list.
    ///
    /// ## Why it matters
    /// The message should have been turned away on arrival. The list was changed later, the service was not restarted since, or this
    /// build does not know the form of the entry.
    ///
    /// ## What to do
    /// Restart the service; check the build if the message came after that.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):6a,6f,65,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// //- Mtsin/1
    /// from: SMTP:joe@spam.example
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// //- Mtsin/1
    /// header: From: Joe <joe@mail.spam.example>
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):6a,6f,65,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// //- Mtsin/1
    /// from: SMTP:joe@spam.example.org
    /// ```
    pub static TURF_MATCHES_QUEUED_MAIL = {
        id: "SVC120", name: "turf-matches-queued-mail", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q155683", "Q285860"],
        needs: [ImcsvcReg, Mtsin],
        tags: ["filtering"],
        check: Backup(turf_matches_queued_mail),
    }
}

fn turf_matches_queued_mail(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let Some(table) = service.turf_table() else { return };
    let matching = |sender: &Said| table.data.iter().find(|element| TurfEntry::parse(element).matches(&sender.text));
    let caught: Vec<(&MessageRecord, Said, &String)> = backup
        .items(QueueKind::MtsIn)
        .filter_map(|item| item.facts.quotes.senders().find_map(|sender| matching(&sender).map(|element| (item, sender, element))))
        .collect();
    if caught.is_empty() {
        return;
    }
    let shown = caught.iter().map(|(_, sender, element)| format!("{} by '{element}'", sender.text));
    findings
        .report(format!("senders in MTS-IN that the filter turns away: {}", enumerated(shown, 3)))
        .first_evidences(
            caught.iter().map(|(item, sender, _)| Evidence::said(backup.path_of(item), sender).expected("a sender outside of TurfTable")),
        )
        .first_evidences(caught.iter().take(1).map(|(_, _, element)| Evidence::setting(service, &table).observed(element.as_str())))
        .affects(QueueKind::MtsIn.display_name(), caught.len());
}
