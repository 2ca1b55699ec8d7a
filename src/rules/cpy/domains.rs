//! What IMCCOPY saved of the e-mail domains (Q262126).

use crate::{
    backup::Backup,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::imccopy::FormatFlags,
};

declare_rule! {
    /// UUENCODE and MIME are both set for a domain.
    ///
    /// ## Why it matters
    /// The two encodings exclude one another; the Administrator program does not write such a record.
    ///
    /// ## What to do
    /// Choose the encoding again on the Internet Mail page.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,48,76,0,0,0
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
    /// +Default,ISO-8859-1,ISO-8859-1,32,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,80,76,0,0,0
    /// ```
    pub static DOMAIN_UUENCODE_AND_MIME = {
        id: "CPY003", name: "domain-uuencode-and-mime", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(domain_uuencode_and_mime),
    }
}

fn domain_uuencode_and_mime(backup: &Backup, findings: &mut Findings<'_>) {
    const MIME: [FormatFlags; 3] = [FormatFlags::MIME_TEXT, FormatFlags::MIME_HTML, FormatFlags::MIME_BOTH];
    for sibling in &backup.siblings.imccopy {
        for record in &sibling.file.value.formats {
            let Some(flags) = record.flags().filter(|flags| flags.has(FormatFlags::UUENCODE) && MIME.iter().any(|mime| flags.has(*mime))) else {
                continue;
            };
            let proof = Evidence::listed_line(&sibling.path, record.field_place(3), &flags.0.to_string());
            findings
                .report(format!("domain '{}' has both UUENCODE and MIME set (flags {:#x})", record.domain(), flags.0))
                .evidence(proof.expected("one of 0x10, 0x20, 0x10000, 0x20000"));
        }
    }
}
