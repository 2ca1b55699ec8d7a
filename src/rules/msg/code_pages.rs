//! Code pages of the mail itself: missing, unknown, not kept, or against the configured character set.

use crate::{
    backup::{Backup, BodyEncoding, Item, MessageView, ProductLine, QueueKind},
    base::{Pattern, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Verdict},
    formats::tnef::Attachment,
    mapi::PropTag,
};

use super::hearing::{Words, heard};

declare_rule! {
    /// Message from a 4.0 server lacks the native code page (5.0).
    ///
    /// ## Why it matters
    /// Servers of 4.0 do not write the native code page of a message. The converter of 5.0 needs it, fails with 0x8004010f (not
    /// found), and the service moves the mail to Bad.
    ///
    /// ## What to do
    /// Install 4.0 SP5 on the server that sent the message, then send it again. The MTS-ID names that server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.0.1457.7) id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// //- Bad/1
    /// PR_MESSAGE_CODEPAGE: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.0.1457.7) id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// PR_MESSAGE_CODEPAGE: none
    /// //- Bad/1
    /// PR_MESSAGE_CODEPAGE: 1252
    /// ```
    pub static CODE_PAGE_PROPERTY_MISSING = {
        id: "MSG112", name: "code-page-property-missing", severity: Error, certainty: Likely,
        versions: [V5_0],
        fixed_in: "4.0 SP5 on the sending server",
        kb: ["Q174036"],
        needs: [Bad],
        tags: ["charset", "stuck", "fix-store"],
        check: MessageIf(code_page_property_missing, server_is_5_0),
    }
}

fn code_page_property_missing(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|mail| item.is_in(&[QueueKind::Bad]) && !mail.is_cut() && !mail.is_report()) else { return };
    let properties = &mail.message.properties;
    if [PropTag::MESSAGE_CODEPAGE, PropTag::INTERNET_CPID].iter().all(|&tag| properties.any_type(tag).is_none()) {
        let id = item.mts_id().map(|id| format!("; its MTS-ID is {id}")).unwrap_or_default();
        findings
            .report(format!("{} ('{}') states no code page{id}", item.path, mail.message.subject().unwrap_or_default()))
            .evidence(Evidence::part(item.path, mail.object.as_str(), mail.message.span.clone()).expected("PR_MESSAGE_CODEPAGE or PR_INTERNET_CPID"));
    }
}

fn server_is_5_0(backup: &Backup) -> Verdict {
    match backup.version.as_ref().and_then(|version| version.line) {
        Some(ProductLine::V5_0) => Verdict::Yes,
        Some(_) => Verdict::No,
        None => Verdict::Unknown("the product line is not known".to_owned()),
    }
}

declare_rule! {
    /// User-defined code page 50000 stops outbound conversion.
    ///
    /// ## Why it matters
    /// A program mapped the user-defined code page 50000, in headers x-user-defined, in the registry. The store's own table does
    /// not know it, so that the properties of the message cannot be had for conversion, and the store may stop. On 5.0 see
    /// MIM604.
    ///
    /// ## What to do
    /// Remove the NLS entry for 50000 from the registry; install SP1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// PR_INTERNET_CPID: 50000
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 0x80004005 (000502CC) Conversion to Internet format failed"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// //- Mtsin/2
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 0 (000502CC) Conversion to Internet format failed"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// PR_INTERNET_CPID: 50220
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// //- Mtsout/1
    /// PR_INTERNET_CPID: 50000
    /// ```
    pub static CODE_PAGE_50000 = {
        id: "MSG113", name: "code-page-50000", severity: Error, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1",
        kb: ["Q187869", "Q242221", "Q192546"],
        needs: [Messages],
        tags: ["charset", "crash", "bounce", "fix-store"],
        check: Message(code_page_50000),
    }
}

const USER_DEFINED: i32 = 50_000;
/// The status stands alone, since a hexadecimal error number may stand where other lines have a decimal one.
static CONVERSION_FAILED: Words = Words::said_or_coded(r"(?i)\(000502CC\)", "000502CC");

fn code_page_50000(item: &Item<'_>, findings: &mut Findings<'_>) {
    for view in &item.messages {
        let properties = [PropTag::MESSAGE_CODEPAGE, PropTag::INTERNET_CPID].into_iter().filter_map(|tag| view.message.properties.property(tag));
        for property in properties.filter(|property| property.value.long() == Some(USER_DEFINED)) {
            findings
                .report(format!("{} ({}) is in the user-defined code page 50000", item.path, view.object))
                .if_exposed()
                .group("code page")
                .evidence(Evidence::property(item.path, &view.object, property).expected("a code page that the store knows"));
        }
    }
    for heard in heard(item, &CONVERSION_FAILED) {
        findings
            .report(format!("{} says that the store could not convert a message for '{}'", heard.source(), heard.whom()))
            .group("report")
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Original Cyrillic character set is not kept (5.0).
    ///
    /// ## Why it matters
    /// Before SP2 the property for the Internet character set was only written for other than Windows sets. Such mail is sent
    /// on as KOI8-R and looks garbled in POP3 readers.
    ///
    /// ## What to do
    /// Apply 5.0 SP2 to the information store.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: text/plain; charset=windows-1251
    /// PR_INTERNET_CPID: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: text/plain; charset=koi8-r
    /// PR_INTERNET_CPID: 20866
    /// ```
    pub static CYRILLIC_CHARSET_NOT_KEPT = {
        id: "MSG114", name: "cyrillic-charset-not-kept", severity: Info, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q176185"],
        needs: [Headers],
        tags: ["charset", "fix-store"],
        check: Message(cyrillic_charset_not_kept),
    }
}

static CYRILLIC: Pattern = Pattern::new(r#"(?i)charset\s*=\s*"?(windows-1251|iso-8859-5)\b"#);
const KOI8_R: i32 = 20866;

fn cyrillic_charset_not_kept(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn])) else { return };
    let Some((field, charset)) = mail.field("Content-Type").and_then(|field| Some((field, CYRILLIC.captures(&field.value)?.get(1)?.as_str()))) else {
        return;
    };
    let kept = mail.message.properties.property(PropTag::INTERNET_CPID);
    if kept.is_none_or(|property| property.value.long() == Some(KOI8_R)) {
        let instead = kept.map_or("no Internet code page", |_| "code page 20866");
        findings
            .report(format!("{} came as {charset} and is stored with {instead}", item.path))
            .evidence(Evidence::header(item.path, mail, field))
            .evidences(kept.map(|property| Evidence::property(item.path, &mail.object, property).expected(format!("the code page of {charset}"))));
    }
}

declare_rule! {
    /// 8-bit text will leave although US-ASCII is configured.
    ///
    /// ## Why it matters
    /// A property that Outlook 98 writes overrides the character set of the connector, so that 8-bit characters are not mapped
    /// to 7 bits. Hosts that only take 7 bits garble them.
    ///
    /// ## What to do
    /// Install the service pack (5.5 SP2, or 5.0 store 5.0.1461.75), or send as MIME.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,US-ASCII,16,76,0,0,0
    /// //- Mtsout/1
    /// PR_INTERNET_CPID: 28591
    /// body: "Grüße"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,16,76,0,0,0
    /// //- Mtsout/1
    /// PR_INTERNET_CPID: 28591
    /// body: "Grüße"
    /// ```
    pub static CODE_PAGE_OVERRIDES_US_ASCII = {
        id: "MSG115", name: "code-page-overrides-us-ascii", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed: "5.5.2438.0" in "5.5 SP2; 5.0 store 5.0.1461.75" gates,
        kb: ["Q195215", "Q242222"],
        needs: [Mtsout, DomainPolicy],
        tags: ["charset", "fix-store"],
        check: Message(code_page_overrides_us_ascii),
    }
}

fn code_page_overrides_us_ascii(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut])) else { return };
    let Some(property) = mail.message.properties.property(PropTag::INTERNET_CPID) else { return };
    let Some(page) = property.value.long().filter(|page| !matches!(page, 20127 | 0)) else { return };
    let Some(policy) = item.configuration.and_then(Backup::default_policy) else { return };
    let is_ascii = policy.text_charset().is_some_and(|charset| charset.trim().eq_ignore_ascii_case("us-ascii"));
    if policy.encoding() != Some(BodyEncoding::Uuencode) || !is_ascii {
        return;
    }
    if let Some(letter) = mail.body().and_then(|body| body.chars().find(|c| !c.is_ascii())) {
        findings
            .report(format!("{} has '{letter}' in its text and code page {page}, while all domains get US-ASCII with UUENCODE", item.path))
            .evidence(Evidence::property(item.path, &mail.object, property).expected("no code page, or 20127"))
            .evidence(Evidence::policy(&policy));
    }
}

declare_rule! {
    /// Chinese mail with attachments leaves under US-ASCII (4.0).
    ///
    /// ## Why it matters
    /// With the connector left at US-ASCII, the Chinese characters of MIME messages with attachments are corrupted in both
    /// directions.
    ///
    /// ## What to do
    /// Set the MIME character set to Big5 or GB2312, for all domains or for those concerned; install 4.0 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,US-ASCII,US-ASCII,32,76,0,0,0
    /// //- Mtsout/1
    /// PR_MESSAGE_CODEPAGE: 950
    /// attach: offer.doc 20 KB
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,Big5,US-ASCII,32,76,0,0,0
    /// //- Mtsout/1
    /// PR_MESSAGE_CODEPAGE: 950
    /// attach: offer.doc 20 KB
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,US-ASCII,US-ASCII,32,76,0,0,0
    /// //- Mtsout/1
    /// PR_MESSAGE_CODEPAGE: 950
    /// ```
    pub static CHINESE_ATTACHMENTS_UNDER_US_ASCII = {
        id: "MSG620", name: "chinese-attachments-under-us-ascii", severity: Error, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q155817", "Q158263"],
        needs: [Messages, DomainPolicy],
        tags: ["charset", "attachment", "mime", "fix-ims"],
        check: Message(chinese_attachments_under_us_ascii),
    }
}

fn chinese_attachments_under_us_ascii(item: &Item<'_>, findings: &mut Findings<'_>) {
    let is_in_question = |mail: &&MessageView<'_>| item.is_in(&[QueueKind::MtsOut, QueueKind::MtsIn]) && !mail.message.attachments.is_empty();
    let Some(mail) = item.mail().filter(is_in_question) else { return };
    let properties = [PropTag::MESSAGE_CODEPAGE, PropTag::INTERNET_CPID].into_iter().filter_map(|tag| mail.message.properties.property(tag));
    let is_chinese = |page: Option<i32>, tag| matches!((page, tag), (Some(936 | 950), _) | (Some(52936), PropTag::INTERNET_CPID));
    let Some(property) = properties.into_iter().find(|property| is_chinese(property.value.long(), property.tag)) else { return };
    let Some(policy) = item.configuration.and_then(Backup::default_policy) else { return };
    if policy.mime_charset().is_some_and(|charset| charset.trim().eq_ignore_ascii_case("us-ascii")) {
        let name = |attachment: &Attachment<'_>| attachment.long_name().or_else(|| attachment.name()).unwrap_or_default().into_owned();
        let names = enumerated(mail.message.attachments.iter().map(name), 5);
        findings
            .report(format!("{} is Chinese and carries {names}, while the MIME character set of all domains is US-ASCII", item.path))
            .evidence(Evidence::property(item.path, &mail.object, property))
            .evidence(Evidence::policy(&policy).expected("a Chinese character set"));
    }
}
