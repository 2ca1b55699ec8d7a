//! Character sets that 4.0 lacks, loses mail over or stops at.

use crate::{
    backup::{Item, facts::EntityOf},
    declare_rule,
    diagnostics::{Evidence, Findings},
    mapi::PropTag,
};

use super::proof::with_charset;

declare_rule! {
    /// A multipart/digest message blocks the inbound queue of 4.0.
    ///
    /// ## Why it matters
    /// A member in another code page, above all Japanese without code page 932, makes the connector free memory twice (event 4037).
    /// The file stays in Imcdata\In and cannot be deleted from the queue page.
    ///
    /// ## What to do
    /// Stop the service, move the file out by hand and pass its contents on; install the code page and 4.0 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: multipart/digest; boundary="x"
    ///
    /// --x
    ///
    /// Subject: inner
    /// Content-Type: text/plain; charset=iso-2022-jp
    ///
    /// y
    /// --x--
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed; boundary="x"
    ///
    /// --x
    /// Content-Type: message/rfc822
    ///
    /// Subject: inner
    ///
    /// y
    /// --x--
    /// ```
    pub static MULTIPART_DIGEST = {
        id: "MIM017", name: "multipart-digest", severity: Critical, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q157705"],
        needs: [Headers],
        tags: ["mime", "charset", "stuck", "crash", "fix-ims"],
        check: Message(multipart_digest),
    }
}

fn multipart_digest(item: &Item<'_>, findings: &mut Findings<'_>) {
    for part in item.entities().filter(|part| part.entity.media_type == "multipart/digest") {
        let is_member = |each: &EntityOf<'_, '_>| each.holders().any(|holder| std::ptr::eq(holder, part.entity));
        let mut charsets: Vec<_> = part.message.entities().filter(is_member).filter_map(|each| each.entity.charset()).collect();
        charsets.dedup();
        let members = if charsets.is_empty() { String::new() } else { format!("; its members are in {}", charsets.join(", ")) };
        findings
            .report(format!("{} ({}) is a digest{members}", item.path, part.words()))
            .evidence(Evidence::mime_part(item.path, part).expected("multipart/mixed"));
    }
}

declare_rule! {
    /// An embedded message in an unknown character set makes 4.0 lose later mail.
    ///
    /// ## Why it matters
    /// After one failed conversion of this kind the connector's session with the store is spoilt. Later inbound mail is accepted and
    /// logged, then deleted, and is found neither in tracking nor in the archive.
    ///
    /// ## What to do
    /// Install the code pages and 4.0 SP3, and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: message/rfc822
    ///
    /// Subject: inner
    /// Content-Type: text/plain; charset=x-unknown
    ///
    /// y
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=x-unknown
    ///
    /// y
    /// ```
    pub static EMBEDDED_MESSAGE_WITH_UNKNOWN_CHARSET = {
        id: "MIM018", name: "embedded-message-with-unknown-charset", severity: Critical, certainty: Possible,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q157693"],
        needs: [Raw],
        tags: ["mime", "charset", "loss", "fix-ims"],
        check: Message(embedded_message_with_unknown_charset),
    }
}

/// What 4.0 before SP3 knows, as far as the articles tell.
const KNOWN_TO_40: &[&str] = &[
    "big5",
    "gb2312",
    "iso-2022-jp",
    "iso-2022-kr",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-5",
    "koi8-r",
    "shift_jis",
    "us-ascii",
    "windows-1250",
    "windows-1251",
    "windows-1252",
];

fn embedded_message_with_unknown_charset(item: &Item<'_>, findings: &mut Findings<'_>) {
    for part in item.raw_entities().filter(|part| part.entity.charset().is_some_and(|charset| !charset.trim().is_empty())) {
        let is_embedded = part.holders().any(|holder| matches!(holder.media_type.as_str(), "message/rfc822" | "multipart/digest"));
        if is_embedded && !part.has_charset(KNOWN_TO_40) {
            let charset = part.entity.charset().unwrap_or_default();
            findings
                .report(format!("{} ({}) is in an embedded message and in the character set {charset}", item.path, part.words()))
                .evidence(Evidence::mime_part(item.path, part).expected("a character set that 4.0 knows"));
        }
    }
}

declare_rule! {
    /// Mail in EUC-KR cannot be decoded by 4.0.
    ///
    /// ## Why it matters
    /// 4.0 knows Korean only as ISO-2022-KR; Netscape labels it EUC-KR.
    ///
    /// ## What to do
    /// Install Service Pack 3 for Exchange 4.0; it holds the corrected program.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: X-Mailer: Mozilla 3.0 (Win95; I)
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=EUC-KR
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=iso-2022-kr
    /// ```
    pub static EUC_KR_ON_40 = {
        id: "MIM033", name: "euc-kr-on-40", severity: Warning, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q155819"],
        needs: [Headers],
        tags: ["charset", "fix-ims"],
        check: Message(euc_kr_on_40),
    }
}

fn euc_kr_on_40(item: &Item<'_>, findings: &mut Findings<'_>) {
    with_charset(item, &["euc-kr"], findings, "iso-2022-kr");
}

declare_rule! {
    /// Text in a script for which 4.0 has no code page.
    ///
    /// ## Why it matters
    /// 4.0 before SP3 has no code page for the scripts behind these names (Arabic, Baltic, Greek, Hebrew, Thai, Turkish) and may use a
    /// wrong one.
    ///
    /// ## What to do
    /// Install Service Pack 3 for Exchange 4.0; it holds the corrected program.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=iso-8859-7
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// prop 0x3FFD0003: 1253
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=iso-8859-2
    /// ```
    pub static SCRIPT_WITHOUT_CODE_PAGE_ON_40 = {
        id: "MIM034", name: "script-without-code-page-on-40", severity: Warning, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q157008"],
        needs: [Messages],
        tags: ["charset", "fix-ims"],
        check: Message(script_without_code_page_on_40),
    }
}

fn script_without_code_page_on_40(item: &Item<'_>, findings: &mut Findings<'_>) {
    const NAMES: &[&str] = &[
        "iso-8859-4",
        "iso-8859-6",
        "iso-8859-7",
        "iso-8859-8",
        "iso-8859-9",
        "iso-8859-13",
        "windows-1253",
        "windows-1254",
        "windows-1255",
        "windows-1256",
        "windows-1257",
        "windows-874",
        "tis-620",
    ];
    const PAGES: [i32; 6] = [874, 1253, 1254, 1255, 1256, 1257];
    with_charset(item, NAMES, findings, "a character set with a code page");
    let Some(mail) = item.mail() else { return };
    if let Some(property) = mail.message.properties.property(PropTag::MESSAGE_CODEPAGE)
        && let Some(page) = property.value.long().filter(|page| PAGES.contains(page))
    {
        findings
            .report(format!("{} ({}) is in code page {page}", item.path, mail.object))
            .evidence(Evidence::property(item.path, &mail.object, property).expected("a code page that 4.0 has"));
    }
}
