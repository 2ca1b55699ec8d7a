//! Inner TNEF streams (winmail.dat) whose texts stand in doubtful code pages, or that lack a subject.

use crate::{
    backup::{
        Item,
        facts::{InnerTnef, ReportFacts},
    },
    base::{CodePage, CodePageFamily, Pattern, reads_as_cyrillic},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::tnef::{Attribute, AttributeId, TnefMessage},
    mapi::{PropTag, PropValue, Property, ReportKind},
};

use super::hearing::{Words, heard};

declare_rule! {
    /// Conflicting code pages in a TNEF message.
    ///
    /// ## Why it matters
    /// Outlook in Japanese, Russian, Chinese or East European versions adds a string with a code page of its own to mail that
    /// comes from MS Mail. The store sees two code pages and returns the message with 80004005. Only pages of different scripts
    /// count here, and not the page of the Internet character set, which may differ.
    ///
    /// ## What to do
    /// Install the service pack on the MS Mail connector and the store, or send with the Exchange client.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// attach: winmail.dat hex 78 9F 3E 22 07 00 01 06 90 08 00 04 00 00 00 00 00 01 00 01 00 01 07 90 06 00 08 00 00 00 E4 04 00 00 00 00 00 00 E8 00 01 03 90 06 00 0C 00 00 00 01 00 00 00 03 00 FD 3F A4 03 00 00 E7 01
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// attach: winmail.dat hex 78 9F 3E 22 07 00 01 07 90 06 00 08 00 00 00 E4 04 00 00 00 00 00 00 E8 00 01 03 90 06 00 14 00 00 00 01 00 00 00 A4 83 37 00 01 00 00 00 04 00 00 00 61 62 63 00 8A 02
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: MS:NET/PO/ANN
    /// body: "Delivery failed to MS:NET/PO/ANN\r\nReason: 0 (transfer failed) diagnostic: -1"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// attach: winmail.dat hex 78 9F 3E 22 07 00 01 06 90 08 00 04 00 00 00 00 00 01 00 01 00 01 07 90 06 00 08 00 00 00 E4 04 00 00 00 00 00 00 E8 00 01 03 90 06 00 0C 00 00 00 01 00 00 00 03 00 FD 3F AF 6F 00 00 5E 02
    /// ```
    pub static TNEF_CONFLICTING_CODE_PAGES = {
        id: "MSG105", name: "tnef-conflicting-code-pages", severity: Error, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2619.0" in "5.5 SP3; 5.0 post-SP2 hotfix",
        kb: ["Q184681", "Q186672", "Q224987", "Q233236"],
        needs: [Messages],
        tags: ["tnef", "charset", "bounce", "fix-store", "fix-other"],
        check: Message(tnef_conflicting_code_pages),
    }
}

static TRANSFER_FAILED: Words = Words::said(r"(?i)Reason: ?0 \(transfer\s+failed\)\s+diagnostic: ?-1");
static TO_MS_MAIL: Pattern = Pattern::new(r"(?i)Delivery failed\s+to MS:");

fn tnef_conflicting_code_pages(item: &Item<'_>, findings: &mut Findings<'_>) {
    for inner in item.inner_tnefs() {
        let message = inner.decode().value;
        let pages = stated_pages(&message);
        let of_script = |(page, family, span): &(CodePage, CodePageFamily, std::ops::Range<u64>)| (page.0, *family, span.clone());
        let Some((first, family, _)) = pages.first().map(of_script) else { continue };
        let Some((other, _, span)) = pages.iter().map(of_script).find(|(_, other, _)| *other != family) else { continue };
        findings
            .report(format!("{} of {} states code page {first} and code page {other}", inner.object, item.path))
            .evidence(Evidence::inner_tnef(item.path, inner, span).expected(format!("a code page of the script of {first}")));
    }
    let is_meant = |report: &ReportFacts<'_>| report.kind == ReportKind::NonDelivery && TO_MS_MAIL.is_match(&report.text);
    for heard in heard(item, &TRANSFER_FAILED).into_iter().filter(|heard| heard.report().is_some_and(is_meant)) {
        findings.report(format!("{} says that the transfer to MS Mail failed for '{}'", heard.source(), heard.whom())).evidence(heard.evidence());
    }
}

/// Returns every code page that a stream states for its texts, with its script and place.
fn stated_pages(message: &TnefMessage<'_>) -> Vec<(CodePage, CodePageFamily, std::ops::Range<u64>)> {
    let of_stream = message.code_page.zip(attribute(message, AttributeId::OEM_CODEPAGE).map(|attribute| attribute.span.clone()));
    let of_property = |property: &Property<'_>| {
        let stated = if property.tag == PropTag::MESSAGE_CODEPAGE { property.value.long().and_then(|page| u32::try_from(page).ok()) } else { None };
        Some((CodePage(stated.or_else(|| tagged_page(property.tag))?), property.span.clone()))
    };
    let rows = message.recipients.iter().map(|row| &row.properties).chain(message.attachments.iter().map(|attachment| &attachment.properties));
    let properties = std::iter::once(&message.properties).chain(rows).flat_map(|bag| &bag.properties);
    let all = of_stream.into_iter().chain(properties.filter_map(of_property));
    all.filter_map(|(page, span)| Some((page, page.family()?, span))).collect()
}

/// A string may carry its code page in its type: bit 15 of the type, and the number below it.
fn tagged_page(tag: PropTag) -> Option<u32> {
    const TAGGED: u16 = 0x8000;
    let written = tag.prop_type().0;
    (written & TAGGED != 0).then_some(u32::from(written & !TAGGED))
}

fn attribute<'m, 'a>(message: &'m TnefMessage<'a>, id: AttributeId) -> Option<&'m Attribute<'a>> {
    message.attributes.iter().find(|attribute| attribute.level == 1 && attribute.id == id)
}

declare_rule! {
    /// Cyrillic TNEF strings are in the Internet code page.
    ///
    /// ## Why it matters
    /// Before SP3 the subject, the text and the attachment names of rich text are written in the page that is meant for the
    /// wire, and not in the Windows page that the stream declares. They look garbled.
    ///
    /// ## What to do
    /// Read them in the other code page; install SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// attach: winmail.dat hex 78 9F 3E 22 07 00 01 07 90 06 00 08 00 00 00 82 51 00 00 00 00 00 00 D3 00
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// attach: winmail.dat hex 78 9F 3E 22 07 00 01 07 90 06 00 08 00 00 00 E3 04 00 00 00 00 00 00 E7 00 01 04 80 01 00 11 00 00 00 EF D4 DE C5 D4 20 CF 20 D0 D2 CF C4 C1 D6 C1 C8 00 9E 0B
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// attach: winmail.dat hex 78 9F 3E 22 07 00 01 07 90 06 00 08 00 00 00 E3 04 00 00 00 00 00 00 E7 00 01 04 80 01 00 11 00 00 00 CE F2 F7 E5 F2 20 EE 20 EF F0 EE E4 E0 E6 E0 F5 00 08 0D
    /// ```
    pub static TNEF_STRINGS_IN_INTERNET_CODE_PAGE = {
        id: "MSG106", name: "tnef-strings-in-internet-code-page", severity: Info, certainty: Possible,
        versions: [V5_5],
        fixed_in: "5.5 SP3",
        kb: ["Q237876"],
        needs: [Messages],
        tags: ["tnef", "charset", "fix-store"],
        check: Message(tnef_strings_in_internet_code_page),
    }
}

const KOI8_R: CodePage = CodePage(20866);
const ISO_8859_5: CodePage = CodePage(28595);
const WINDOWS_1251: CodePage = CodePage(1251);

fn tnef_strings_in_internet_code_page(item: &Item<'_>, findings: &mut Findings<'_>) {
    for inner in item.inner_tnefs() {
        let message = inner.decode().value;
        let Some(page) = message.code_page else { continue };
        let place = attribute(&message, AttributeId::OEM_CODEPAGE).map_or(0..0, |attribute| attribute.span.clone());
        if page == KOI8_R || page == ISO_8859_5 {
            findings
                .report(format!("{} of {} states code page {}, which is one of the wire", inner.object, item.path, page.0))
                .evidence(Evidence::inner_tnef(item.path, inner, place).expected("the Windows code page 1251"));
        } else if page == WINDOWS_1251
            && let Some((span, bytes)) = foreign_text(&message)
        {
            let (stated, real) = (WINDOWS_1251.decode(bytes).text, KOI8_R.decode(bytes).text);
            findings
                .report(format!("a text in {} of {} reads '{real}' in KOI8-R; in the stated page 1251 it reads '{stated}'", inner.object, item.path))
                .evidence(Evidence::inner_tnef(item.path, inner, span).expected("text in code page 1251"));
        }
    }
}

/// Returns the first 8-bit text that reads as Cyrillic in KOI8-R and not in Windows-1251.
fn foreign_text<'a>(message: &TnefMessage<'a>) -> Option<(std::ops::Range<u64>, &'a [u8])> {
    let of_property = |property: &Property<'a>| match &property.value {
        PropValue::String8(text) => Some((property.span.clone(), text.bytes)),
        _ => None,
    };
    let attributes = message.attributes.iter().filter(|attribute| attribute.level == 1 && attribute.id == AttributeId::SUBJECT);
    let texts = message.properties.properties.iter().filter_map(of_property);
    let mut all = texts.chain(attributes.map(|attribute| (attribute.span.clone(), attribute.data)));
    all.find(|(_, bytes)| !bytes.is_ascii() && reads_as_cyrillic(&KOI8_R.decode(bytes).text) && !reads_as_cyrillic(&WINDOWS_1251.decode(bytes).text))
}

declare_rule! {
    /// TNEF part without a subject fails X.400 conversion.
    ///
    /// ## Why it matters
    /// The MTA cannot convert X.400 mail whose rich text lacks the subject. It logs conversion error 4096 and returns the mail
    /// with reason 1 and diagnostic 15.
    ///
    /// ## What to do
    /// Apply the service pack: 4.0 SP5, or 5.0 after SP1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// attach: winmail.dat hex 78 9F 3E 22 07 00 01 07 90 06 00 08 00 00 00 E4 04 00 00 00 00 00 00 E8 00 01 03 90 06 00 0C 00 00 00 01 00 00 00 03 00 FD 3F E4 04 00 00 28 02
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// attach: winmail.dat hex 78 9F 3E 22 07 00 01 07 90 06 00 08 00 00 00 E4 04 00 00 00 00 00 00 E8 00 01 04 80 01 00 01 00 00 00 00 00 00 01 03 90 06 00 0C 00 00 00 01 00 00 00 03 00 FD 3F E4 04 00 00 28 02
    /// ```
    pub static TNEF_WITHOUT_SUBJECT = {
        id: "MSG107", name: "tnef-without-subject", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0],
        fixed: "5.0.1460.8" in "4.0 SP5; 5.0 post-SP1" gates,
        kb: ["Q178821"],
        needs: [Messages],
        tags: ["tnef", "bounce", "fix-mta"],
        check: Message(tnef_without_subject),
    }
}

fn tnef_without_subject(item: &Item<'_>, findings: &mut Findings<'_>) {
    for inner in item.inner_tnefs().iter().filter(|inner| inner.has_signature()) {
        let message = inner.decode().value;
        let Some(list) = attribute(&message, AttributeId::MAPI_PROPS).filter(|_| is_whole(&message)) else { continue };
        let has_subject = attribute(&message, AttributeId::SUBJECT).is_some() || message.properties.any_type(PropTag::SUBJECT).is_some();
        if !has_subject {
            let names: Vec<&str> = message.attributes.iter().filter_map(Attribute::name).collect();
            findings
                .report(format!("{} of {} has properties and no subject; it holds {}", inner.object, item.path, names.join(", ")))
                .evidence(whole_list(item, inner, list).expected("attSubject or PR_SUBJECT, even an empty one"));
        }
    }
}

fn is_whole(message: &TnefMessage<'_>) -> bool {
    message.unread.is_empty() && !message.attributes.iter().any(Attribute::is_cut)
}

fn whole_list(item: &Item<'_>, inner: &InnerTnef<'_>, list: &Attribute<'_>) -> Evidence {
    Evidence::inner_tnef(item.path, inner, list.span.clone())
}
