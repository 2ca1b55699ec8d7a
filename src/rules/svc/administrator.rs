//! The mailbox of the connector's administrator. No article tells where it is stored; a value or column counts whose name says so.

use crate::{
    backup::{Backup, dn::same_name, secrets::is_secret_column},
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::{fits, texts_named};

static MAILBOX_NAME: Pattern = Pattern::new(
    r"(?i)^(admin(istrator)?('?s)?[ _-]?(mailbox|recipient|dn)|postmaster([ _-]?(mailbox|dn|address))?|notif\w*[ _-]?(mailbox|recipient|dn))$",
);
/// A whole name of the directory.
static WHOLE_DN: Pattern = Pattern::new(r"(?i)^/o=[^/]+/ou=[^/]+(/cn=[^/]+)+$");
/// The beginning of any name of the directory; X.400 addresses begin otherwise.
static BEGINS_LIKE_DN: Pattern = Pattern::new(r"(?i)^/?\s*(o|ou|cn)\s*=");

declare_rule! {
    /// No administrator mailbox for the connector.
    ///
    /// ## Why it matters
    /// Without a valid administrator mailbox the service stops at its start with event 4071, often 4072 as well, and error 2140. The
    /// mailbox also needs an X.400 address, whose absence crashes the service at the start but does not show in the collection.
    ///
    /// ## What to do
    /// Choose a mailbox on the Internet Mail page; choosing it again refreshes the link.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "PostmasterDN"=""
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Admin-Mailbox
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "PostmasterDN"="/o=ACME/ou=WEST/cn=Recipients/cn=admin"
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Administrator's mailbox
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Recipients/cn=admin
    /// ```
    pub static ADMINISTRATOR_MAILBOX_EMPTY = {
        id: "SVC246", name: "administrator-mailbox-empty", severity: Error, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q183178", "Q246115", "Q148727"],
        needs: [ImcsvcReg | ImcobjCsv],
        tags: ["startup"],
        check: Backup(administrator_mailbox_empty),
    }
}

fn administrator_mailbox_empty(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(references) = references(backup, findings) else { return };
    let empty: Vec<_> = references.iter().filter(|reference| reference.text.trim().is_empty()).collect();
    let Some(first) = empty.first() else { return };
    findings
        .report(format!("{} is empty: the connector has no administrator mailbox", first.name))
        .evidences(empty.iter().map(|reference| reference.proof.clone().expected("the directory name of a mailbox")));
}

declare_rule! {
    /// Administrator mailbox reference is not usable.
    ///
    /// ## Why it matters
    /// A mailbox that no longer exists or lies in another organization keeps the service from starting, and 5.0 does not deliver
    /// notifications to public folders. Another fault does not show here: a mailbox or list without X.400 address makes Msexcimc.exe
    /// crash when the Internet Mail Wizard starts the service, and the service is not created.
    ///
    /// ## What to do
    /// Choose a valid mailbox of this organization and check that it has an X.400 address.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "PostmasterDN"="/o=OLDORG/ou=HQ/cn=Recipients/cn=admin"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NotificationRecipient"="/o=ACME/cn=admin"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AdminMailbox"="/o=ACME/ou=WEST/cn=Public Folders/cn=notices"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "PostmasterDN"="/o=ACME/ou=WEST/cn=Recipients/cn=admin"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "Postmaster"="postmaster@acme.com"
    /// ```
    pub static ADMINISTRATOR_MAILBOX_INVALID = {
        id: "SVC247", name: "administrator-mailbox-invalid", severity: Error, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q183178", "Q246115", "Q163643", "Q281743", "Q149542", "Q199429", "Q166080"],
        needs: [ImcsvcReg | ImcobjCsv],
        tags: ["startup", "identity"],
        check: Backup(administrator_mailbox_invalid),
    }
}

fn administrator_mailbox_invalid(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(references) = references(backup, findings) else { return };
    let own = backup.gateway.as_ref().and_then(|gateway| gateway.organization());
    let wrong: Vec<_> = references.iter().filter_map(|reference| Some((fault(&reference.text, own)?, reference))).collect();
    let Some((fault, first)) = wrong.first() else { return };
    findings
        .report(format!("{} is '{}', {fault}", first.name, first.text))
        .evidences(wrong.iter().map(|(_, reference)| reference.proof.clone().expected("a mailbox of this organization")));
}

/// Returns why a name of the directory is no usable mailbox; other texts are not judged.
fn fault(text: &str, own_organization: Option<&str>) -> Option<String> {
    let dn = without_outer_blanks(&text.replace('\\', "/"));
    if !fits(&BEGINS_LIKE_DN, &dn) {
        return None;
    }
    let lower = dn.to_lowercase();
    let organization = dn.trim_start_matches('/').split('/').next().and_then(|part| part.split_once('=')).map(|(_, name)| name);
    if !fits(&WHOLE_DN, &dn) {
        Some("which is no whole directory name".to_owned())
    } else if let Some(own) = own_organization.filter(|own| organization.is_some_and(|other| !same_name(own, other))) {
        Some(format!("which is not in organization {own}"))
    } else if lower.contains("/cn=public folders") {
        Some("which is a public folder".to_owned())
    } else {
        lower.contains("/cn=deleted objects").then(|| "which is deleted".to_owned())
    }
}

/// Blanks around `=` and `/` do not count.
fn without_outer_blanks(dn: &str) -> String {
    let trimmed = |text: &str, separator: char| text.split(separator).map(str::trim).collect::<Vec<_>>().join(&separator.to_string());
    trimmed(&trimmed(dn, '/'), '=')
}

/// A text that names the administrator mailbox.
struct Reference {
    name: String,
    text: String,
    proof: Evidence,
}

/// Returns the values and cells that name the administrator mailbox; says so when there is none.
fn references(backup: &Backup, findings: &mut Findings<'_>) -> Option<Vec<Reference>> {
    let mut references = Vec::new();
    if let Some(service) = &backup.service {
        let texts = texts_named(service, &MAILBOX_NAME).into_iter();
        references.extend(texts.map(|text| Reference {
            name: text.value.name.clone(),
            text: text.data.to_owned(),
            proof: Evidence::setting(service, &text),
        }));
    }
    if let (Some(directory), Some(gateway)) = (&backup.directory, &backup.gateway) {
        let columns = gateway.attributes.iter().take(gateway.trusted);
        let named = columns.filter(|column| fits(&MAILBOX_NAME, column.column.trim()) && !is_secret_column(&column.column));
        references.extend(named.map(|column| Reference {
            name: format!("column {}", column.column),
            text: column.values.join("%"),
            proof: Evidence::attribute(directory, gateway, column),
        }));
    }
    if references.is_empty() {
        findings.undecided("the administrator mailbox", "no value or column by such a name was recognised");
        return None;
    }
    Some(references)
}
