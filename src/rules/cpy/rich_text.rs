//! When the e-mail domains send rich text (Q262126).

use crate::{
    backup::{Backup, DomainPolicy, RichText},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::{dapi_csv::connected_site, imccopy::FormatFlags},
};

use super::proof::{FLAGS, RICH_TEXT, domain, field, records, report};

declare_rule! {
    /// Rich text is sent to everybody.
    ///
    /// ## Why it matters
    /// Each message to the Internet carries a TNEF part, which other systems show as winmail.dat, Att1.unk or C.dtf.
    /// Recommended is User as the default, and Always for known Exchange domains only.
    ///
    /// ## What to do
    /// Set User for the default. Never is the way out where lists and alternate recipients must not get rich text, because
    /// the MTA of 5.0 before SP2 and of 5.5 without service pack loses the recipient's own setting when it expands lists.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,1,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +partner.example,ISO-8859-1,ISO-8859-1,800,76,1,0,0
    /// ```
    pub static RICH_TEXT_ALWAYS_DEFAULT = {
        id: "CPY010", name: "rich-text-always-default", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q262126", "Q257396", "Q259065", "Q173713"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(rich_text_always_default),
    }
}

fn rich_text_always_default(backup: &Backup, findings: &mut Findings<'_>) {
    let always = records(backup, |policy| policy.is_default() && policy.rtf() == Some(RichText::Always));
    report(findings, &always, |policy| format!("{} sends rich text always", domain(policy)), (RICH_TEXT, "0 (as the user says)"));
}

declare_rule! {
    /// Send-rich-text code is invalid.
    ///
    /// ## Why it matters
    /// 0 stands for User, 1 for Always and 2 for Never; nothing else is defined, and the Administrator program writes nothing
    /// else.
    ///
    /// ## What to do
    /// Set the option again on the Internet Mail page.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,3,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,2,0,0
    /// ```
    pub static RICH_TEXT_CODE_INVALID = {
        id: "CPY011", name: "rich-text-code-invalid", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(rich_text_code_invalid),
    }
}

fn rich_text_code_invalid(backup: &Backup, findings: &mut Findings<'_>) {
    let code = |policy: &DomainPolicy<'_>| policy.record.rich_text();
    let invalid = records(backup, |policy| code(policy).is_some_and(|code| code > 2));
    let told = |policy: &DomainPolicy<'_>| format!("{} has the rich text code {}", domain(policy), code(policy).unwrap_or_default());
    report(findings, &invalid, told, (RICH_TEXT, "0, 1 or 2"));
}

declare_rule! {
    /// Site-linking connector never sends rich text.
    ///
    /// ## Why it matters
    /// As a link between sites the service works best with MIME and rich text, because attachments travel inside the TNEF
    /// part; without it forms, meeting requests and receipts lose their properties.
    ///
    /// ## What to do
    /// Add a record for the site with MIME and rich text Always.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv codepage=1252
    /// Obj-Class,Common-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),Acme§SITEB§1§SMTP:siteb.acme.com
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,16,76,2,0,0
    /// ```
    /// ```backup
    /// //- Imcobj.csv codepage=1252
    /// Obj-Class,Common-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),Acme§SITEB§1§SMTP:siteb.acme.com
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,32,76,2,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv codepage=1252
    /// Obj-Class,Common-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),Acme§SITEB§1§SMTP:siteb.acme.com
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,16,76,2,0,0
    /// +siteb.acme.com,ISO-8859-1,ISO-8859-1,32,76,1,0,0
    /// ```
    /// ```backup
    /// //- Imcobj.csv codepage=1252
    /// Obj-Class,Common-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,16,76,2,0,0
    /// ```
    pub static RICH_TEXT_NEVER_ON_SITE_LINK = {
        id: "CPY012", name: "rich-text-never-on-site-link", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q262126", "Q153655", "Q156063"],
        needs: [ImccopyDomain, ImcobjCsv],
        tags: ["site-connector", "encoding"],
        check: Backup(rich_text_never_on_site_link),
    }
}

fn rich_text_never_on_site_link(backup: &Backup, findings: &mut Findings<'_>) {
    let sites = backup.gateway.as_ref().zip(backup.directory.as_ref()).and_then(|(gateway, directory)| {
        let column = gateway.column("Connected-Domains")?;
        Some((Evidence::attribute(directory, gateway, column), column.values.iter().filter_map(|value| routing_domain(value))))
    });
    let Some((attribute, domains)) = sites else {
        return findings.undecided("Imcobj.csv", "the export has no column Connected-Domains");
    };
    for site in domains {
        let Some(policy) = backup.policy(site) else { continue };
        let is_uuencode = policy.record.flags().is_some_and(|flags| flags.has(FormatFlags::UUENCODE));
        let (index, what) = match policy.rtf() {
            Some(RichText::Never) => (RICH_TEXT, "never sends rich text"),
            _ if is_uuencode => (FLAGS, "encodes with UUENCODE"),
            _ => continue,
        };
        findings
            .report(format!("{} applies to the connected site {site} and {what}", domain(&policy)))
            .group(site)
            .evidence(field(&policy, index).expected("MIME, and rich text Always"))
            .evidence(attribute.clone().expected("a record of its own for the domain of the site"));
    }
}

/// Returns the domain of the SMTP routing address of a connected site; some write it behind an `@`.
fn routing_domain(value: &str) -> Option<&str> {
    let address = connected_site(value).map_or(value, |site| site.routing_address);
    let at = address.to_ascii_lowercase().find("smtp:")?;
    let address = address.get(at + 5..)?.split(';').next()?.trim();
    let domain = address.rsplit('@').next().unwrap_or(address);
    (!domain.is_empty()).then_some(domain)
}
