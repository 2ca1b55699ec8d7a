//! Rich text and HTML that the store loses, mistakes or dies of.

use std::borrow::Cow;

use crate::{
    backup::{Item, MessageView, QueueKind},
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::{rtf::RtfOrigin, tnef::AttributeId},
    mapi::{MessageClass, PropTag},
    rules::thresholds::msg_reports::{LOST_BODY, LOST_BODY_LENGTH},
};

use super::hearing::{Words, heard};

declare_rule! {
    /// Inbound message has lost its text.
    ///
    /// ## Why it matters
    /// When the store fails to match rich text with plain text, the message is left without a body. A PIX firewall that damages
    /// SMTP traffic does the same.
    ///
    /// ## What to do
    /// Take the text from the archived copy; install the fix for the store, or update the firewall.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// header: Content-Length: 6400
    /// prop 0x0E080003: 9216
    /// body: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// prop 0x0E080003: 900
    /// body: none
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// header: Content-Length: 6400
    /// body: none
    /// attach: a.doc 5 KB
    /// ```
    pub static BODY_LOST_IN_RTF_SYNC = {
        id: "MSG109", name: "body-lost-in-rtf-sync", severity: Warning, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2402.0" in "5.5 SP2",
        kb: ["Q192940", "Q299304"],
        needs: [Headers],
        tags: ["rtf", "loss", "fix-store"],
        check: Message(body_lost_in_rtf_sync),
    }
}

fn body_lost_in_rtf_sync(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|mail| item.is_in(&[QueueKind::MtsIn]) && mail.message.attachments.is_empty()) else { return };
    let is_blank = |bytes: &[u8]| bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0);
    if !mail.body_bytes().is_none_or(is_blank) || !is_note(mail) || mail.is_cut() || mail.received().is_empty() {
        return;
    }
    if mail.message.html_bytes().is_some() || mail.rtf_text().is_some_and(|rtf| !rtf.text.trim().is_empty()) {
        return;
    }
    let length = mail.field("Content-Length").and_then(|field| field.value.trim().parse::<i64>().ok());
    let rest = i64::try_from(mail.size().saturating_sub(beside_the_text(mail))).unwrap_or(i64::MAX);
    if length.is_some_and(|length| length > findings.number(&LOST_BODY_LENGTH)) || rest > findings.number(&LOST_BODY) {
        let stated = length.map(|length| format!(", Content-Length {length}")).unwrap_or_default();
        findings
            .report(format!("{} has no text in any form and {} bytes{stated}", item.path, mail.size()))
            .evidence(Evidence::header_block(item.path, mail, "Content-Length").expected("a body"));
    }
}

/// Items of other kinds, such as answers to meetings, may well have no text.
fn is_note(mail: &MessageView<'_>) -> bool {
    mail.message.message_class().is_some_and(|class| MessageClass(&class).is_or_below("IPM.Note") || class.eq_ignore_ascii_case("IPM"))
}

/// Returns the bytes of headers and recipient table.
fn beside_the_text(mail: &MessageView<'_>) -> u64 {
    let headers = mail.message.properties.property(PropTag::TRANSPORT_MESSAGE_HEADERS).map_or(0, |property| property.span.end - property.span.start);
    let tables = mail.message.attributes.iter().filter(|attribute| attribute.id == AttributeId::RECIP_TABLE);
    headers + tables.map(|table| table.data.len() as u64).sum::<u64>()
}

declare_rule! {
    /// Hyperlink in double-byte rich text kills the store.
    ///
    /// ## Why it matters
    /// The conversion of rich text to HTML mishandles links in double-byte text. The store dies while the service fetches the
    /// message, and again at each restart, since the message stays in MTS-OUT.
    ///
    /// ## What to do
    /// Take the message out with IMCSAVE -delete or the MDB viewer; install the fixed store.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// rtf: "{\\rtf1\\ansi\\ansicpg932 {\\field{\\*\\fldinst HYPERLINK \"http://www.example.com\"}{\\fldrslt link}}}"
    /// ```
    /// ```backup
    /// //- Bad/1
    /// rtf: "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}{\\f1\\fnil\\fcharset128 MS Gothic;}}{\\field{\\*\\fldinst {HYPERLINK \"http://www.example.com\"}}{\\fldrslt {\\f1 link}}}}"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// rtf: "{\\rtf1\\ansi\\ansicpg1252 {\\field{\\*\\fldinst HYPERLINK \"http://www.example.com\"}{\\fldrslt link}}}"
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// rtf: "{\\rtf1\\ansi\\ansicpg932 text}"
    /// ```
    /// ```backup
    /// //- Bad/1
    /// rtf: "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}{\\f1\\fnil\\fcharset128 MS Gothic;}}{\\field{\\*\\fldinst {HYPERLINK \"http://www.example.com\"}}{\\fldrslt {\\f0 link}}}}"
    /// ```
    pub static RTF_HYPERLINK_IN_DOUBLE_BYTE_TEXT = {
        id: "MSG110", name: "rtf-hyperlink-in-double-byte-text", severity: Critical, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2417.0" in "5.5 SP2; 5.0 store 5.0.1461.72" gates,
        kb: ["Q194560"],
        needs: [Mtsout],
        tags: ["rtf", "charset", "crash", "fix-store"],
        check: Message(rtf_hyperlink_in_double_byte_text),
    }
}

static HYPERLINK: Pattern = Pattern::new(r"(?i)\\fldinst\b[^}]{0,200}?(\{[^{}]{0,200}?)?HYPERLINK[^}]{0,200}");
static PAGE: Pattern = Pattern::new(r"\\ansicpg(932|936|949|950)\b");
static FONT: Pattern = Pattern::new(r"\\f(\d+)[^{};]*\\fcharset(?:128|129|134|136)\b");

fn rtf_hyperlink_in_double_byte_text(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut, QueueKind::Bad, QueueKind::ContentConversionFailed])) else { return };
    let Some(rtf) = rtf_of(mail, "\\fldinst") else { return };
    let Some(link) = HYPERLINK.find(&rtf) else { return };
    let page = PAGE.find(&rtf).map(|page| page.as_str().to_owned()).or_else(|| double_byte_font(&rtf));
    if let (Some(page), Some(property)) = (page, mail.message.properties.property(PropTag::RTF_COMPRESSED)) {
        let shown: String = link.as_str().chars().take(80).collect();
        findings
            .report(format!("the rich text of {} is double-byte ({page}) and holds a link: {shown}", item.path))
            .evidence(Evidence::property(item.path, &mail.object, property).observed("").expected("double-byte text without a HYPERLINK field"));
    }
}

/// Returns the decompressed rich text when it holds a word.
fn rtf_of<'m>(mail: &'m MessageView<'_>, word: &str) -> Option<Cow<'m, str>> {
    let bytes = &mail.rtf.as_ref()?.value.bytes;
    memchr::memmem::find(bytes, word.as_bytes())?;
    Some(String::from_utf8_lossy(bytes))
}

/// Returns the first font of a double-byte character set that stands outside of the font table as well.
fn double_byte_font(rtf: &str) -> Option<String> {
    static USED: Pattern = Pattern::new(r"\\f(\d+)");
    let table: Vec<&str> = FONT.find_all(rtf).map(|font| font.as_str()).collect();
    let number = |font: &str| USED.captures(font).and_then(|found| Some(found.get(1)?.as_str().to_owned()));
    let uses = |wanted: &str| USED.find_all(rtf).filter(|used| used.as_str().strip_prefix("\\f") == Some(wanted)).count();
    table.into_iter().find(|font| number(font).is_some_and(|number| uses(&number) > 1)).map(str::to_owned)
}

declare_rule! {
    /// text/enriched mail may show only a part of its text.
    ///
    /// ## Why it matters
    /// The store marks the rich text of such mail as coming from HTML. Clients take doubled angle brackets for tags and hide
    /// what follows. Another oddity of this format has no rule of its own: with HTML tags in the body, Outlook 2000 shows an
    /// extra empty line behind each line on all 5.5 builds (Q284990).
    ///
    /// ## What to do
    /// Install SP3; until then read the text in the Backup.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: text/enriched; charset=us-ascii
    /// body: "This is <<test>"
    /// ```
    /// ```backup
    /// //- Imcdata/In/ABCDEFGH
    /// From: ann@example.com
    /// Content-Type: text/enriched
    ///
    /// This is <<test>
    /// //- Mtsin/1
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: text/plain; charset=us-ascii
    /// body: "This is <<test>"
    /// ```
    pub static TEXT_ENRICHED_WITH_ANGLE_BRACKETS = {
        id: "MSG152", name: "text-enriched-with-angle-brackets", severity: Info, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2620.0" in "5.5 SP3" gates,
        kb: ["Q232384", "Q241740", "Q284990"],
        needs: [Messages],
        tags: ["rtf", "mime", "fix-store"],
        check: Message(text_enriched_with_angle_brackets),
    }
}

fn text_enriched_with_angle_brackets(item: &Item<'_>, findings: &mut Findings<'_>) {
    let line_with = |text: &str| text.lines().find(|line| line.contains("<<")).map(|line| line.trim().to_owned());
    let mail = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn]));
    let is_enriched = |mail: &&MessageView<'_>| {
        mail.field("Content-Type").is_some_and(|field| field.value.trim_start().to_ascii_lowercase().starts_with("text/enriched"))
    };
    if let Some((mail, line)) = mail.filter(is_enriched).and_then(|mail| Some((mail, line_with(mail.body()?)?))) {
        findings
            .report(format!("{} is text/enriched with doubled brackets: {line}", item.path))
            .evidence(Evidence::body(item.path, mail, &line).expected("text without <<"));
    }
    for raw in item.raws() {
        for entity in raw.document().entities.iter().filter(|entity| entity.media_type == "text/enriched") {
            if let Some(line) = entity.text.as_ref().and_then(|text| line_with(&text.text)) {
                findings
                    .report(format!("{} holds text/enriched with doubled brackets: {line}", item.path))
                    .evidence(Evidence::entity(item.path, raw, entity).expected("text without <<"));
            }
        }
    }
}

declare_rule! {
    /// HTML markup in the subject of an HTML message.
    ///
    /// ## Why it matters
    /// If a rule forwards such a message, the store copies the subject into the HTML without escaping it, and markup in the
    /// subject is executed or shown as markup. Virus scanners of that time did not look at subjects.
    ///
    /// ## What to do
    /// Install SP3 (Store.exe 5.5.2637.0), and look at the forwarding rules of the recipients.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Offer <script src=http://a.example/x.js>"
    /// html: "<html><body>text</body></html>"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// subject: "R&D plan, mail from <a@example.com>"
    /// html: "<html><body>text</body></html>"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Offer <script src=http://a.example/x.js>"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// subject: "Offer <script src=http://a.example/x.js>"
    /// html: "<html><body>text</body></html>"
    /// ```
    pub static HTML_IN_SUBJECT = {
        id: "MSG608", name: "html-in-subject", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2637.0" in "5.5 SP3" gates,
        kb: ["Q235607", "Q241740"],
        needs: [Messages],
        tags: ["security", "rtf", "header", "fix-store"],
        check: Message(html_in_subject),
    }
}

static MARKUP: Pattern =
    Pattern::new(r"(?i)<\s*/?\s*(script|iframe|object|applet|embed|img|a|body|form|meta|link)(\s|>|/)|&(lt|gt|amp|quot|nbsp)(;|\b)|&#\d{2,5};");

fn html_in_subject(item: &Item<'_>, findings: &mut Findings<'_>) {
    let queues = [QueueKind::MtsIn, QueueKind::MtsOut, QueueKind::Bad, QueueKind::ContentConversionFailed];
    let Some(mail) = item.mail().filter(|_| item.is_in(&queues)) else { return };
    let Some(subject) = mail.message.subject().filter(|subject| MARKUP.is_match(subject)) else { return };
    let of_html = || mail.rtf_text().is_some_and(|rtf| rtf.origin == RtfOrigin::Html);
    if mail.message.html_bytes().is_some() || of_html() {
        findings
            .report(format!("the subject of the HTML message {} holds markup: {subject}", item.path))
            .evidence(Evidence::subject(item.path, mail).expected("a subject without tags and entities"));
    }
}

declare_rule! {
    /// Message made with the WordMail template Email.dot (4.0).
    ///
    /// ## Why it matters
    /// The 4.0 connector calls some messages of WordMail malformed. Only a mailbox that gets the connector's notifications hears
    /// of it, and the report for the sender cannot be saved.
    ///
    /// ## What to do
    /// Install 4.0 SP3, let the sender use the normal editor, and send again what lies in Bad.
    ///
    /// ## Fires
    /// ```backup
    /// //- Bad/1
    /// rtf: "{\\rtf1\\ansi{\\*\\template C:\\\\MSOffice\\\\Office\\\\Email.dot}text}"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Notification: Outbound Mail Failure"
    /// body: "The message is malformed."
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Bad/1
    /// rtf: "{\\rtf1\\ansi{\\*\\template C:\\\\MSOffice\\\\Office\\\\Normal.dot}text}"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by b.example with Microsoft Exchange (IMC 4.0.995.52) id <01BB6402.55C69350@b.example>; Wed, 6 Oct 1999 14:00:00 +0000
    /// //- Bad/1
    /// rtf: "{\\rtf1\\ansi{\\*\\template C:\\\\MSOffice\\\\Office\\\\Email.dot}text}"
    /// ```
    pub static WORDMAIL_TEMPLATE_IN_RICH_TEXT = {
        id: "MSG616", name: "wordmail-template-in-rich-text", severity: Error, certainty: Possible,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q157703", "Q158263"],
        needs: [Messages],
        tags: ["bounce", "loss", "rtf", "fix-ims"],
        check: Message(wordmail_template_in_rich_text),
    }
}

static TEMPLATE: Pattern = Pattern::new(r"(?i)\\\*\\template\b[^}]*email\.dot");
static MALFORMED: Words = Words::said("(?i)malformed");

fn wordmail_template_in_rich_text(item: &Item<'_>, findings: &mut Findings<'_>) {
    let mail = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut, QueueKind::Bad]));
    let template = mail.and_then(|mail| Some((mail, rtf_of(mail, "\\template")?)));
    if let Some((mail, rtf)) = &template
        && let Some((found, property)) = TEMPLATE.find(rtf).zip(mail.message.properties.property(PropTag::RTF_COMPRESSED))
    {
        findings
            .report(format!("the rich text of {} names the template {}", item.path, found.as_str().trim_start_matches("\\*\\template").trim()))
            .evidence(Evidence::property(item.path, &mail.object, property).observed("").expected("rich text without the template Email.dot"));
    }
    if item.notice().is_some_and(|notice| !notice.is_inbound) {
        for heard in heard(item, &MALFORMED).into_iter().filter(|heard| heard.report().is_none()) {
            findings.report(format!("{} calls an outbound message malformed", heard.source())).evidence(heard.evidence());
        }
    }
}
