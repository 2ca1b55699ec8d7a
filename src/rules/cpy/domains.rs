//! Formatting flags of the e-mail domains that IMCCOPY saved (Q262126).

use crate::{
    backup::{Backup, DomainPolicy},
    declare_rule,
    diagnostics::Findings,
    formats::imccopy::{FlagConflict, FormatFlags},
};

use super::proof::{FLAGS, domain, records, report};

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
    flagged(
        backup,
        findings,
        (|flags| flags.has(FormatFlags::UUENCODE) && flags.has_mime(), "has both UUENCODE and MIME set", "one of 0x10, 0x20, 0x10000, 0x20000"),
    );
}

declare_rule! {
    /// BinHex is set without UUENCODE.
    ///
    /// ## Why it matters
    /// BinHex for Macintosh attachments is a part of UUENCODE and valid only together with it; the Administrator program does
    /// not write such a record.
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
    /// +Default,ISO-8859-1,ISO-8859-1,96,76,0,0,0
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
    /// +Default,ISO-8859-1,ISO-8859-1,80,76,0,0,0
    /// ```
    pub static DOMAIN_BINHEX_WITHOUT_UUENCODE = {
        id: "CPY004", name: "domain-binhex-without-uuencode", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(domain_binhex_without_uuencode),
    }
}

fn domain_binhex_without_uuencode(backup: &Backup, findings: &mut Findings<'_>) {
    let is_alone = |flags: FormatFlags| flags.has(FormatFlags::BINHEX) && !flags.has(FormatFlags::UUENCODE);
    flagged(backup, findings, (is_alone, "has BinHex set without UUENCODE", "0x40 only together with 0x10"));
}

declare_rule! {
    /// More than one MIME body mode is set.
    ///
    /// ## Why it matters
    /// Plain text only, HTML only, and HTML with plain text have one bit each, of which just one may be set. Which of them
    /// the service takes is undefined.
    ///
    /// ## What to do
    /// Choose the MIME body options again on the Internet Mail page.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,65568,76,0,0,0
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
    /// +Default,ISO-8859-1,ISO-8859-1,131072,76,0,0,0
    /// ```
    pub static DOMAIN_SEVERAL_MIME_MODES = {
        id: "CPY005", name: "domain-several-mime-modes", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(domain_several_mime_modes),
    }
}

fn domain_several_mime_modes(backup: &Backup, findings: &mut Findings<'_>) {
    let has_several = |flags: FormatFlags| flags.conflicts().contains(&FlagConflict::SeveralMimeFormats);
    flagged(backup, findings, (has_several, "has several MIME body modes set", "one of 0x20, 0x10000, 0x20000"));
}

declare_rule! {
    /// No body encoding is selected for a domain.
    ///
    /// ## Why it matters
    /// Neither MIME in one of its three forms nor UUENCODE is chosen, although one of the four has to be. How mail to the
    /// domain is encoded is undefined.
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
    /// +Default,ISO-8859-1,ISO-8859-1,768,76,0,0,0
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
    /// ```
    pub static DOMAIN_NO_ENCODING = {
        id: "CPY006", name: "domain-no-encoding", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(domain_no_encoding),
    }
}

fn domain_no_encoding(backup: &Backup, findings: &mut Findings<'_>) {
    let has_none = |flags: FormatFlags| !flags.has(FormatFlags::UUENCODE) && !flags.has_mime();
    flagged(backup, findings, (has_none, "selects no encoding", "one of 0x10, 0x20, 0x10000, 0x20000"));
}

declare_rule! {
    /// Unknown bits in the formatting flags.
    ///
    /// ## Why it matters
    /// Bits that are described as unused are set: a later build uses them, or the record is damaged.
    ///
    /// ## What to do
    /// Compare the record with a fresh dump.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,2848,76,0,0,0
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
    /// ```
    pub static DOMAIN_UNKNOWN_FLAGS = {
        id: "CPY007", name: "domain-unknown-flags", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(domain_unknown_flags),
    }
}

fn domain_unknown_flags(backup: &Backup, findings: &mut Findings<'_>) {
    flagged(backup, findings, (|flags| flags.undocumented() != 0, "has bits set that nobody documents", "bits of 0x30376 only"));
}

/// Reports the records whose flags have a trouble: the test, what is so, and what is expected.
fn flagged(backup: &Backup, findings: &mut Findings<'_>, (is_so, what, expected): (impl Fn(FormatFlags) -> bool, &str, &str)) {
    let found = records(backup, |policy| policy.record.flags().is_some_and(&is_so));
    let told = |policy: &DomainPolicy<'_>| {
        let flags = policy.record.flags().map(|flags| flags.to_string()).unwrap_or_default();
        format!("{} {what} (flags {flags})", domain(policy))
    };
    report(findings, &found, told, (FLAGS, expected));
}
