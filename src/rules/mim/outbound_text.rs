//! Text that this server sends with a label that does not fit it.

use crate::{
    backup::{
        Backup, Item, SpoolFolder,
        facts::{EntityOf, InternetMessage},
    },
    base::CodePage,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::{
        double_byte::{likely_code_page, shift_jis_pairs},
        mime::{dbcs_fault_at, encoded_words},
    },
};

use super::{
    proof::{in_content, outbound},
    uuencode::begin_line,
};

declare_rule! {
    /// Windows-1252 text is labelled ISO-8859-1.
    ///
    /// ## Why it matters
    /// 5.x labels mail with the usual Internet character set of the language even if a compatible other one was chosen to encode it;
    /// characters such as the euro sign or typographic quotes are then missing at strict readers. From 5.5 SP3 on the store relabels
    /// such mail as Windows-1252 by itself.
    ///
    /// ## What to do
    /// Choose typical Internet character sets only.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Out/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=ISO-8859-1
    ///
    /// 100 €
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=iso-8859-1
    ///
    /// 100 €
    /// //- ../Out/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=windows-1252
    ///
    /// 100 €
    /// ```
    pub static WINDOWS_1252_LABELLED_LATIN1 = {
        id: "MIM035", name: "windows-1252-labelled-latin1", severity: Info, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q156063", "Q175105", "Q193256"],
        needs: [Raw],
        tags: ["charset", "config"],
        check: Message(windows_1252_labelled_latin1),
    }
}

fn windows_1252_labelled_latin1(item: &Item<'_>, findings: &mut Findings<'_>) {
    for part in outbound_texts(item).filter(|part| part.has_charset(&["iso-8859-1"])) {
        let content = part.content();
        let Some(at) = content.iter().position(|byte| matches!(byte, 0x80..=0x9F)) else { continue };
        let byte = content.get(at).copied().unwrap_or_default();
        findings
            .report(format!("{} ({}) is labelled ISO-8859-1 and holds the byte 0x{byte:02X} of Windows-1252", item.path, part.words()))
            .evidence(in_content(item.path, part, at..at + 1).expected("no byte from 0x80 to 0x9F"))
            .evidence(Evidence::mime_part(item.path, part));
    }
}

/// Returns the text parts of the documents that go out.
fn outbound_texts<'i, 'a>(item: &'i Item<'a>) -> impl Iterator<Item = EntityOf<'i, 'a>> {
    outbound(item).flat_map(InternetMessage::entities).filter(|part| part.entity.text.is_some())
}

declare_rule! {
    /// Outbound Japanese mail uses or names the wrong character set.
    ///
    /// ## Why it matters
    /// 5.0 without a service pack writes Shift-JIS, or its label, although JIS is configured. With a Windows code page configured the
    /// name in the header is wrong as well.
    ///
    /// ## What to do
    /// Install Service Pack 1 for Exchange 5.0; it holds the corrected program.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,iso-2022-jp,iso-2022-jp,32,76,0,0,0
    /// //- ../Out/ABCDEFGH codepage=932
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=shift_jis
    ///
    /// 日本語
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
    /// +Default,shift_jis,shift_jis,32,76,0,0,0
    /// //- ../Out/ABCDEFGH codepage=932
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=shift_jis
    ///
    /// 日本語
    /// ```
    pub static JAPANESE_OUTBOUND_MISLABELLED = {
        id: "MIM037", name: "japanese-outbound-mislabelled", severity: Warning, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1458.49" in "5.0 SP1" gates,
        kb: ["Q166532", "Q166607"],
        needs: [Raw, DomainPolicy],
        tags: ["charset", "fix-store"],
        check: Message(japanese_outbound_mislabelled),
    }
}

fn japanese_outbound_mislabelled(item: &Item<'_>, findings: &mut Findings<'_>) {
    const SHIFT_JIS: &[&str] = &["shift_jis", "x-sjis", "windows-932"];
    const SHIFT_JIS_PAGE: CodePage = CodePage(932);
    let Some(policy) = item.configuration.and_then(Backup::default_policy) else { return };
    if !policy.mime_charset().is_some_and(|charset| charset.eq_ignore_ascii_case("iso-2022-jp")) {
        return;
    }
    let out = item.raws().iter().filter(|raw| raw.is_in(&[SpoolFolder::Out])).map(InternetMessage::Raw);
    for part in out.flat_map(InternetMessage::entities).filter(|part| part.entity.text.is_some()) {
        let content = part.content();
        let is_shift_jis = || shift_jis_pairs(&content).count > 0 && dbcs_fault_at(&content, SHIFT_JIS_PAGE).is_none();
        let fault = if part.has_charset(SHIFT_JIS) {
            "is labelled"
        } else if part.has_charset(&["iso-2022-jp"]) && is_shift_jis() {
            "is written in Shift-JIS and labelled"
        } else {
            continue;
        };
        let (charset, first) = (part.entity.charset().unwrap_or_default(), shift_jis_pairs(&content).first);
        findings
            .report(format!("{} ({}) {fault} {charset}, while iso-2022-jp is configured", item.path, part.words()))
            .evidence(Evidence::mime_part(item.path, part).expected("charset=iso-2022-jp, and text in it"))
            .evidence(in_content(item.path, part, first..content.len().min(first + 8)))
            .evidence(Evidence::policy(&policy));
    }
}

declare_rule! {
    /// JIS text is sent as quoted-printable.
    ///
    /// ## Why it matters
    /// This is legal, but some readers of the time cannot show it. A character that JIS lacks, such as 0x9520, or single-byte text
    /// among the rest brings it about.
    ///
    /// ## What to do
    /// Install 5.0 SP2; take the odd character out.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Out/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=iso-2022-jp
    /// Content-Transfer-Encoding: quoted-printable
    ///
    /// =1B$BF|K\=1B(B
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Out/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=iso-2022-jp
    /// Content-Transfer-Encoding: 7bit
    ///
    /// x
    /// ```
    pub static JIS_AS_QUOTED_PRINTABLE = {
        id: "MIM038", name: "jis-as-quoted-printable", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2",
        kb: ["Q169678", "Q169679", "Q159304"],
        needs: [Raw],
        tags: ["charset", "interop", "fix-store"],
        check: Message(jis_as_quoted_printable),
    }
}

fn jis_as_quoted_printable(item: &Item<'_>, findings: &mut Findings<'_>) {
    for part in outbound(item).flat_map(InternetMessage::entities) {
        if part.has_charset(&["iso-2022-jp"]) && part.is_encoded_as("quoted-printable") {
            findings
                .report(format!("{} ({}) is ISO-2022-JP in quoted-printable", item.path, part.words()))
                .evidence(Evidence::mime_part(item.path, part))
                .evidence(Evidence::entity_field(item.path, part, "Content-Transfer-Encoding").expected("7bit"));
        }
    }
}

declare_rule! {
    /// A Korean subject is not encoded as EUC-KR.
    ///
    /// ## Why it matters
    /// The subject must carry the label euc-kr while the text is ISO-2022-KR; 5.0 without a service pack leaves it unreadable. Related:
    /// MIME mail from the Korean Outlook 8.5 is encoded wrongly by all packs of 5.0 and by 5.5 without one, and unreadable outside; only
    /// hotfixes are named for that.
    ///
    /// ## What to do
    /// Install Service Pack 1 for Exchange 5.0; it holds the corrected program.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Out/ABCDEFGH codepage=949
    /// Subject: 회의
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=iso-2022-kr
    ///
    /// x
    /// ```
    /// ```backup
    /// //- ../Out/ABCDEFGH
    /// Subject: =?ISO-8859-1?Q?x?=
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=ks_c_5601-1987
    ///
    /// x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Out/ABCDEFGH
    /// Subject: =?euc-kr?B?Rlc6IL7GufbB9g==?=
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=iso-2022-kr
    ///
    /// x
    /// ```
    pub static KOREAN_SUBJECT_NOT_EUC_KR = {
        id: "MIM039", name: "korean-subject-not-euc-kr", severity: Warning, certainty: Certain,
        versions: [V5_0],
        fixed: "5.0.1458.49" in "5.0 SP1" gates,
        kb: ["Q166577", "Q184565"],
        needs: [Raw],
        tags: ["charset", "header", "fix-store"],
        check: Message(korean_subject_not_euc_kr),
    }
}

fn korean_subject_not_euc_kr(item: &Item<'_>, findings: &mut Findings<'_>) {
    const KOREAN: [&str; 2] = ["euc-kr", "ks_c_5601-1987"];
    for message in outbound(item) {
        let Some(charset) = message.charset().filter(|charset| matches!(charset.as_str(), "iso-2022-kr" | "ks_c_5601-1987")) else { continue };
        let Some((raw, subject)) = message.raw().zip(message.field("Subject")) else { continue };
        let is_bare = message.bytes_of(subject).is_some_and(|bytes| bytes.iter().any(|byte| matches!(byte, 0x1B | 0x7F..)));
        let foreign = encoded_words(&subject.raw).into_iter().find(|word| !KOREAN.contains(&word.charset.as_str()));
        let fault = match foreign {
            Some(word) => format!("is encoded as {}", word.charset),
            None if is_bare => "is not encoded at all".to_owned(),
            None => continue,
        };
        let finding = findings.report(format!("the subject of {} ({}) {fault}; the text is {charset}", item.path, message.object()));
        let end = subject.offset + subject.length;
        let proof = if is_bare { Evidence::raw_hex(item.path, raw, subject.offset..end) } else { Evidence::raw_header(item.path, raw, subject) };
        finding.evidence(proof.expected("encoded words in euc-kr"));
        finding.evidences(message.field("Content-Type").map(|field| Evidence::raw_header(item.path, raw, field)));
    }
}

declare_rule! {
    /// A Shift-JIS attachment name stands in a JIS or EUC message.
    ///
    /// ## Why it matters
    /// 5.x always writes the name of a UUENCODED attachment in Shift-JIS whatever is configured; 4.0 converted it. The recipient gets a
    /// garbled name.
    ///
    /// ## What to do
    /// Install 5.5 SP2, or the fix of 5.0 after SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Out/ABCDEFGH codepage=932
    /// Subject: x
    /// Content-Type: text/plain; charset=iso-2022-jp
    ///
    /// begin 600 日本.doc
    /// #0V%T
    /// `
    /// end
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Out/ABCDEFGH codepage=932
    /// Subject: x
    /// Content-Type: text/plain; charset=shift_jis
    ///
    /// begin 600 日本.doc
    /// #0V%T
    /// `
    /// end
    /// ```
    pub static DOUBLE_BYTE_NAME_IN_WRONG_ENCODING = {
        id: "MIM041", name: "double-byte-name-in-wrong-encoding", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed: "5.5.2448.0" in "5.5 SP2; 5.0 post-SP2 hotfix" gates,
        kb: ["Q187581"],
        needs: [Raw],
        tags: ["charset", "attachment", "fix-store"],
        check: Message(double_byte_name_in_wrong_encoding),
    }
}

fn double_byte_name_in_wrong_encoding(item: &Item<'_>, findings: &mut Findings<'_>) {
    for found in item.uuencoded().iter().filter(|found| shift_jis_pairs(&found.name).count > 0) {
        let Some(part) = item.part_of(found).filter(|part| part.message.raw().is_some_and(|raw| raw.is_outbound(item.server))) else { continue };
        let charset = part.entity.charset().map(str::to_ascii_lowercase).or_else(|| part.message.charset());
        let Some(charset) = charset.filter(|charset| matches!(charset.as_str(), "iso-2022-jp" | "euc-jp")) else { continue };
        let line = crate::base::hex(&found.begin_line);
        findings
            .report(format!("the begin line {line} in {} ({}) names a file in Shift-JIS; the text is {charset}", item.path, part.words()))
            .evidence(begin_line(item, found).expected(format!("a name in {charset}")))
            .evidence(Evidence::mime_part(item.path, part));
    }
}

declare_rule! {
    /// Own outbound mail is labelled with the server's character set.
    ///
    /// ## Why it matters
    /// 5.0 without a service pack labels MIME text by the server's code page although the client wrote it in another one, so readers
    /// decode it wrongly.
    ///
    /// ## What to do
    /// Install Service Pack 1 for Exchange 5.0; it holds the corrected program.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Out/ABCDEFGH codepage=932
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=us-ascii
    ///
    /// 日本
    /// ```
    /// ```backup
    /// //- ../Out/ABCDEFGH codepage=932
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=iso-8859-1
    ///
    /// 日本語の文書
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Out/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=iso-8859-1
    ///
    /// Grüße aus Köln, schöne Tage, wäre gern größer. Müßte äußerst übrig öffnen.
    /// ```
    pub static OWN_LABEL_DOES_NOT_MATCH_TEXT = {
        id: "MIM047", name: "own-label-does-not-match-text", severity: Warning, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1458.49" in "5.0 SP1" gates,
        kb: ["Q166615"],
        needs: [Raw],
        tags: ["charset", "fix-store"],
        check: Message(own_label_does_not_match_text),
    }
}

fn own_label_does_not_match_text(item: &Item<'_>, findings: &mut Findings<'_>) {
    const LEAST_PAIRS: usize = 4;
    for part in outbound_texts(item).filter(|part| part.has_charset(&["us-ascii", "iso-8859-1"])) {
        let content = part.content();
        let Some(at) = content.iter().position(|byte| !byte.is_ascii()) else { continue };
        let page = likely_code_page(&content, LEAST_PAIRS);
        let text = match page {
            Some(page) => format!("looks like double-byte text of code page {page}"),
            None if part.has_charset(&["us-ascii"]) => "holds 8-bit bytes".to_owned(),
            None => continue,
        };
        let charset = part.entity.charset().unwrap_or_default();
        findings
            .report(format!("{} ({}) is labelled {charset} and {text}", item.path, part.words()))
            .evidence(in_content(item.path, part, at..content.len().min(at + 8)).expected(format!("text in {charset}")))
            .evidence(Evidence::mime_part(item.path, part));
    }
}
