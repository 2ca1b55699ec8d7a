//! Addresses that are directory names, or types that the connector cannot send to.

use crate::{
    backup::{
        Backup, Item, QueueKind,
        facts::{AddressOccurrence, AddressRole},
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Certainty, Evidence, Findings, Verdict},
};

use super::address_words::{EVERY_ROLE, report_addresses, told, wrong};

declare_rule! {
    /// Malformed distinguished name corrupts the connector's memory.
    ///
    /// ## Why it matters
    /// Third-party software wrote a directory name with = where / belongs. The connector overwrites memory while it stores the
    /// name; its threads then hang on a lock, and MTS-OUT grows without any error being shown.
    ///
    /// ## What to do
    /// Remove the message, correct the name in the set-up of that product, and apply the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// originator: EX:/O=ORGNAME=OU=SITENAME
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: EX:/o=Org/Site/cn=Recipients/cn=Ann
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// originator: EX:/O=Org/OU=Site/CN=Recipients/CN=A=B
    /// ```
    pub static MALFORMED_DIRECTORY_NAME = {
        id: "MSG018", name: "malformed-directory-name", severity: Critical, certainty: Likely,
        versions: [V4_0, V5_0],
        fixed: "5.0.1460.8" in "4.0 SP5; 5.0 SP2" gates,
        kb: ["Q166540"],
        needs: [Messages],
        tags: ["address", "crash", "stuck", "fix-ims"],
        check: Message(malformed_directory_name),
    }
}

fn malformed_directory_name(item: &Item<'_>, findings: &mut Findings<'_>) {
    let is_name = |found: &AddressOccurrence<'_>| found.address.is_type("EX") && !found.address.value.is_empty();
    let glued = report_addresses(item, findings, &EVERY_ROLE, |found| {
        let value = &found.address.value;
        if !is_name(found) {
            return None;
        }
        if !value.starts_with('/') {
            return Some(wrong("does not begin with a slash", "/o=…/ou=…/cn=…"));
        }
        glued_at(value).map(|at| wrong(format!("has an = where a / belongs (character {})", at + 1), "/o=…/ou=…/cn=…"))
    });
    if glued.is_some() {
        return;
    }
    let odd = report_addresses(item, findings, &EVERY_ROLE, |found| {
        // That a part without = does the same harm is inferred.
        let is_odd = is_name(found) && found.address.value.split('/').skip(1).any(|part| !part.contains('='));
        is_odd.then(|| wrong("has a part that is no key=value", "/o=…/ou=…/cn=…"))
    });
    if let Some(finding) = odd {
        finding.at_most(Certainty::Possible);
    }
}

/// Returns where a second key follows a value without a slash.
fn glued_at(name: &str) -> Option<usize> {
    let mut start = 0;
    for part in name.split('/') {
        let behind = part.find('=').map(|first| (first + 1, part.get(first + 1..).unwrap_or_default()));
        if let Some((offset, value)) = behind.filter(|(_, value)| value.contains('=')) {
            let lower = value.to_ascii_lowercase();
            if let Some(at) = ["=ou=", "=cn=", "=o="].iter().filter_map(|key| lower.find(key)).min() {
                return Some(start + offset + at);
            }
        }
        start += part.len() + 1;
    }
    None
}

declare_rule! {
    /// Recipient carries the directory name of another organization.
    ///
    /// ## Why it matters
    /// This server cannot look the name up, finds no SMTP proxy and returns the mail. Such names come from replies to mail that
    /// was sent before a merge or before a server was moved by hand, or over an X.400 connector without directory replication
    /// whose option to allow Exchange contents hands over the directory name of the sender.
    ///
    /// ## What to do
    /// Give each moved mailbox or custom recipient an X500: proxy with the old name. For linked organizations replicate the
    /// directory, use an X.400 address space with the option off, or apply 4.0 SP4 or 5.0 SP1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (A),/o=NewOrg/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (A)
    /// //- Mtsout/1
    /// originator: EX:/o=NewOrg/ou=Site/cn=Recipients/cn=Bob
    /// p1: EX:/O=OldOrg/OU=Site/CN=Recipients/CN=Ann
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (A),/o=NewOrg/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (A)
    /// //- Mtsout/1
    /// originator: EX:/o=NewOrg/ou=Site/cn=Recipients/cn=Bob
    /// p1: EX:/o=neworg/ou=Other/cn=Recipients/cn=Ann
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: EX:/o=OldOrg/ou=Other/cn=Recipients/cn=Ann
    /// ```
    pub static DIRECTORY_NAME_OF_OTHER_ORGANIZATION = {
        id: "MSG019", name: "directory-name-of-other-organization", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q314739", "Q164697", "Q305203", "Q251315", "Q258602"],
        needs: [Messages, ImcobjCsv],
        tags: ["address", "bounce"],
        check: MessageIf(directory_name_of_other_organization, organization_is_known),
    }
}

fn directory_name_of_other_organization(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::Bad, QueueKind::ContentConversionFailed]) {
        return;
    }
    let ours = item.server.organization.as_deref();
    report_addresses(item, findings, &[AddressRole::P1, AddressRole::P1Originator], |found| {
        let theirs = found.address.is_type("EX").then(|| found.address.dn_org()).flatten().filter(|theirs| !theirs.is_empty())?;
        let is_other = ours.is_none_or(|ours| ours.to_lowercase() != theirs.to_lowercase());
        is_other.then(|| wrong(format!("belongs to the organization {theirs}, not to {}", ours.unwrap_or("ours")), "a name of this organization"))
    });
}

/// Without the name of our organization every directory name is a candidate, and none is decided.
fn organization_is_known(backup: &Backup) -> Verdict {
    match (&backup.directory, &backup.identity.organization) {
        (Some(_), Some(organization)) if !organization.name.is_empty() => Verdict::Yes,
        (Some(_), _) => Verdict::Unknown("the connector object does not name the organization".to_owned()),
        (None, _) => Verdict::Unknown("Imcobj.csv is missing".to_owned()),
    }
}

declare_rule! {
    /// Address type MSXCHNGE instead of EX.
    ///
    /// ## Why it matters
    /// The type is taken neither for Exchange nor for SMTP, so that directory replication that came in over the connector is
    /// received and never delivered.
    ///
    /// ## What to do
    /// Install the service pack on the connector's server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// p1: MSXCHNGE:/o=Org/ou=Site/cn=Configuration/cn=Servers/cn=S/cn=Microsoft DSA
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: EX:/o=Org/ou=Site/cn=Configuration/cn=Servers/cn=S/cn=Microsoft DSA
    /// ```
    pub static ADDRESS_TYPE_MSXCHNGE = {
        id: "MSG020", name: "address-type-msxchnge", severity: Error, certainty: Certain,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1; 5.0 post-SP2 hotfix",
        kb: ["Q182932", "Q242221"],
        needs: [Messages],
        tags: ["address", "stuck", "fix-ims"],
        check: Message(address_type_msxchnge),
    }
}

fn address_type_msxchnge(item: &Item<'_>, findings: &mut Findings<'_>) {
    report_addresses(item, findings, &EVERY_ROLE, |found| {
        found.address.is_type("MSXCHNGE").then(|| wrong("has the address type MSXCHNGE", "the address type EX"))
    });
}

declare_rule! {
    /// Recipient type that the Internet service cannot send.
    ///
    /// ## Why it matters
    /// The service delivers to SMTP addresses only, unless a registry value names one other type that it may treat like SMTP.
    /// Other recipients are returned with "(000D06B5) No proxy for Recipient".
    ///
    /// ## What to do
    /// Correct the address space that routes this type here, or from SP1 on set OverrideProxyOut and SiteDomain.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTPOUT:user@internal.example
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OverrideProxyOut"="FAX"
    /// //- Mtsout/1
    /// p1: SMTPOUT:user@internal.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OverrideProxyOut"="SmtpOut"
    /// //- Mtsout/1
    /// p1: SMTPOUT:user@internal.example
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: EX:/O=Org/OU=Site/CN=Recipients/CN=Ann
    /// p1: GWISE:Org.Site.Ann
    /// ```
    pub static NON_SMTP_RECIPIENT_FOR_CONNECTOR = {
        id: "MSG021", name: "non-smtp-recipient-for-connector", severity: Error, certainty: Likely,
        versions: [V5_5],
        fixed_in: "5.5 SP1",
        kb: ["Q183801", "Q242221"],
        needs: [Mtsout],
        tags: ["recipient", "bounce", "config"],
        check: Message(non_smtp_recipient_for_connector),
    }
}

fn non_smtp_recipient_for_connector(item: &Item<'_>, findings: &mut Findings<'_>) {
    // The GroupWise connector hands its mail over with that type (Q197723); the type MSXCHNGE has its own rule.
    const DELIVERED: [&str; 6] = ["SMTP", "EX", "X400", "GWISE", "MSXCHNGE", ""];
    if !item.is_in(&[QueueKind::MtsOut]) {
        return;
    }
    let is_refused = |found: &&AddressOccurrence<'_>| {
        let other = !DELIVERED.iter().any(|known| found.address.is_type(known.trim()));
        found.is_ours && other && !is_internet_address_of_notes(found)
    };
    let refused: Vec<&AddressOccurrence<'_>> = item.addresses_as(&[AddressRole::P1]).filter(is_refused).collect();
    let Some(first) = refused.first() else { return };
    let service = item.configuration.and_then(|backup| backup.service.as_ref());
    let allowed = service.and_then(|service| service.text("Parameters", "OverrideProxyOut"));
    let is_allowed = |found: &&AddressOccurrence<'_>| allowed.as_ref().is_some_and(|allowed| found.address.is_type(allowed.data.trim()));
    if refused.iter().all(is_allowed) {
        return;
    }
    let unset = if service.is_some() { "is not set" } else { "is not known" };
    let value = allowed.as_ref().map_or_else(|| unset.to_owned(), |allowed| format!("is '{}'", allowed.data));
    let what = format!("{}, of type {}; OverrideProxyOut {value}", told(item, first), first.address.address_type);
    let proof = refused.iter().filter(|found| !is_allowed(found)).map(|found| Evidence::address(item.path, found).expected("an SMTP address"));
    let setting = service.zip(allowed.as_ref()).map(|(service, allowed)| Evidence::setting(service, allowed));
    findings.report(what).first_evidences(proof).evidences(setting);
}

/// Returns whether an Internet address goes under the type NOTES, which is a fault of the Notes connector (MSG034).
pub(super) fn is_internet_address_of_notes(found: &AddressOccurrence<'_>) -> bool {
    static INTERNET: Pattern = Pattern::new(r"(?i)^[^@\s]+@[^@\s]+\.[a-z]{2,}$");
    found.address.is_type("NOTES") && INTERNET.is_match(&found.address.value)
}
