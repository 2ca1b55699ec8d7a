//! What messages carry: texts with NUL in them, too much of it, small files that are altered on the way, headers as an attachment.

use std::borrow::Cow;

use crate::{
    backup::{
        Backup, Item, QueueKind, SizeLimit,
        facts::{AddressOccurrence, AddressRole, RawDocument},
    },
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::tnef::{AttachMethod, Attachment},
    mapi::{PropTag, PropValue},
};

declare_rule! {
    /// NUL characters end the text early for MS Mail users.
    ///
    /// ## Why it matters
    /// 5.0 and 5.5 keep NUL characters that 4.0 removed. The MS Mail interchange stops at the first one, and the rest of the text
    /// is missing there. A single NUL behind the text does no harm.
    ///
    /// ## What to do
    /// Install the service pack; correct the program that sends such text.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// body: "Hello\0 world"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// body: "Hello world"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// body: "Hello world\0"
    /// ```
    pub static NUL_IN_BODY = {
        id: "MSG147", name: "nul-in-body", severity: Warning, certainty: Certain,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1; 5.0 post-SP2 hotfix",
        kb: ["Q181649", "Q242221"],
        needs: [Messages],
        tags: ["interop", "loss", "fix-store"],
        check: Message(nul_in_body),
    }
}

fn nul_in_body(item: &Item<'_>, findings: &mut Findings<'_>) {
    let mail = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed]));
    if let Some((mail, bytes)) = mail.and_then(|mail| Some((mail, mail.body_bytes()?))) {
        let is_wide = matches!(mail.message.properties.get(PropTag::BODY), Some(PropValue::Unicode(_)));
        if let Some((at, behind)) = if is_wide { first_wide_nul(bytes) } else { first_nul(bytes.strip_suffix(&[0]).unwrap_or(bytes)) } {
            findings
                .report(format!("the text of {} has a NUL at character {at}, with {} behind it", item.path, counted(behind, "character")))
                .evidence(Evidence::body(item.path, mail, "").expected("text without NUL characters"));
        }
    }
    for raw in item.raws() {
        nul_in_raw(item, raw, findings);
    }
}

fn nul_in_raw(item: &Item<'_>, raw: &RawDocument<'_>, findings: &mut Findings<'_>) {
    let texts = raw.document().entities.iter().filter_map(|entity| Some((entity, entity.text.as_ref()?)));
    for (entity, (at, behind)) in texts.filter_map(|(entity, text)| Some((entity, first_nul(text.text.as_bytes())?))) {
        findings
            .report(format!("a text in {} has a NUL at byte {at}, with {behind} behind it", item.path))
            .evidence(Evidence::part(item.path, raw.object.as_str(), raw.span(entity.body.clone())).expected("text without NUL characters"));
    }
}

/// Returns the place of the first NUL and how much stands behind it; one within the last two characters does not count.
fn first_nul(bytes: &[u8]) -> Option<(usize, usize)> {
    let at = memchr::memchr(0, bytes)?;
    (at + 2 < bytes.len()).then_some((at, bytes.len() - at - 1))
}

fn first_wide_nul(bytes: &[u8]) -> Option<(usize, usize)> {
    let units: Vec<u8> = bytes.chunks_exact(2).map(|unit| u8::from(unit != [0, 0])).collect();
    first_nul(units.strip_suffix(&[0]).unwrap_or(&units))
}

declare_rule! {
    /// Queued message exceeds the connector's size limit.
    ///
    /// ## Why it matters
    /// The limit counts the encoded message: base64 adds a third and its line ends. The sender gets report 3903, which users
    /// read as a syntax error of the content.
    ///
    /// ## What to do
    /// Raise the limit, also the one of the domain, or compress the attachment. Never limit a connector that links sites.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (A),1024
    /// //- Mtsout/1
    /// attach: a.zip 800 KB
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.example,ISO-8859-1,ISO-8859-1,800,76,0,0,100
    /// //- Mtsout/1
    /// p1: SMTP:ann@sub.acme.example
    /// attach: a.zip 80 KB
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (A),1024
    /// //- Mtsout/1
    /// attach: a.zip 500 KB
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.example,ISO-8859-1,ISO-8859-1,800,76,0,0,100
    /// //- Mtsout/1
    /// p1: SMTP:ann@other.example
    /// attach: a.zip 80 KB
    /// ```
    pub static MESSAGE_OVER_SIZE_LIMIT = {
        id: "MSG148", name: "message-over-size-limit", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q146264", "Q257264", "Q266092"],
        needs: [Messages, SizeLimit],
        tags: ["bounce", "config"],
        check: Message(message_over_size_limit),
    }
}

/// Bytes above the limit that still pass, by the 4.0 article (Q146264).
const ALLOWANCE: u64 = 1023;

fn message_over_size_limit(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(smallest) = item.server.smallest_size_limit.filter(|_| item.is_in(&[QueueKind::MtsOut, QueueKind::MtsIn])) else { return };
    let Some(mail) = item.mail() else { return };
    let (raw, encoded) = (mail.size(), mail.encoded_size());
    let counted = if item.is_in(&[QueueKind::MtsOut]) { raw.max(encoded) } else { raw };
    let exceeds = |limit: u64| counted > limit * 1024 + ALLOWANCE;
    let Some(backup) = item.configuration.filter(|_| exceeds(smallest)) else { return };
    let limit = limit_of(backup, item);
    let Some(kilobytes) = limit.kilobytes().filter(|limit| exceeds(*limit)) else { return };
    let whose = match &limit {
        SizeLimit::Domain(..) => "of the recipient's domain",
        _ => "of the connector",
    };
    let proof = match (&limit, &backup.directory, &backup.gateway) {
        (SizeLimit::Domain(_, policy), ..) => Some(Evidence::policy(policy)),
        (SizeLimit::Connector(_, column), Some(directory), Some(gateway)) => Some(Evidence::attribute(directory, gateway, column)),
        _ => None,
    };
    findings
        .report(format!("{} has {raw} bytes, encoded about {encoded}; the limit {whose} is {kilobytes} KB", item.path))
        .evidence(Evidence::part(item.path, mail.object.as_str(), mail.message.span.clone()).expected(format!("at most {kilobytes} KB")))
        .evidences(proof);
}

/// The domains of outside recipients have limits of their own; inbound mail has the connector's.
fn limit_of<'b>(backup: &'b Backup, item: &Item<'_>) -> SizeLimit<'b> {
    let is_outside = |to: &&AddressOccurrence<'_>| to.is_ours && to.address.is_smtp() && item.is_in(&[QueueKind::MtsOut]);
    let domains: Vec<String> = item.addresses_as(&[AddressRole::P1]).filter(is_outside).map(|to| to.address.domain()).collect();
    backup.size_limit(domains.iter().map(String::as_str))
}

declare_rule! {
    /// Small Unix text attachment will be altered on the way out.
    ///
    /// ## Why it matters
    /// A text attachment of up to 140 characters is sent as a 7-bit text part, and a CR LF is put behind every line feed. The
    /// receiver gets LF CR LF. Longer files go out as quoted-printable and stay as they are. Only .txt and text/plain are
    /// tested, because the server's table of types is not in the collection.
    ///
    /// ## What to do
    /// Send such files packed, or install 5.5 SP2 (5.0: a store after SP2).
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// attach: conf.txt "first line\nsecond line\nthird line\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// attach: conf.txt "first line\r\nsecond line\r\n"
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// attach: conf.txt "{first line\n*20}"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// //- Mtsout/1
    /// attach: conf.txt "first line\nsecond line\nthird line\n"
    /// ```
    pub static SMALL_TEXT_ATTACHMENT_WITH_BARE_LF = {
        id: "MSG607", name: "small-text-attachment-with-bare-lf", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed: "5.5.2448.0" in "5.5 SP2" gates,
        kb: ["Q184718", "Q242222"],
        needs: [Mtsout],
        tags: ["attachment", "mime", "interop", "fix-store"],
        check: Message(small_text_attachment_with_bare_lf),
    }
}

/// Bytes up to which a text attachment leaves as a 7-bit part (Q184718).
const SMALL: usize = 140;

fn small_text_attachment_with_bare_lf(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|mail| item.is_in(&[QueueKind::MtsOut]) && !mail.message.attachments.is_empty()) else { return };
    for (index, attachment) in mail.message.attachments.iter().enumerate() {
        let Some((bytes, _)) = attachment.content_bytes().filter(|(bytes, _)| (1..=SMALL).contains(&bytes.len()) && !attachment.is_cut) else {
            continue;
        };
        let has = |byte: u8| bytes.contains(&byte);
        let is_unix_text = has(b'\n') && !has(b'\r') && bytes.is_ascii();
        if !is_unix_text || attachment.method() != Some(AttachMethod::BY_VALUE) || !is_plain_text(attachment) {
            continue;
        }
        if !item.addresses_as(&[AddressRole::P1]).any(|to| to.is_ours && to.address.is_smtp()) {
            return;
        }
        let feeds = memchr::memchr_iter(b'\n', bytes).count();
        findings
            .report(format!("{} carries '{}' of {} bytes with {}", item.path, name_of(attachment), bytes.len(), counted(feeds, "bare line feed")))
            .evidence(Evidence::attachment(item.path, mail, index).expected("CR LF line ends, or more than 140 bytes"));
    }
}

fn is_plain_text(attachment: &Attachment<'_>) -> bool {
    let name = name_of(attachment);
    let is_txt = name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("txt"));
    is_txt || attachment.mime_tag().is_some_and(|tag| tag.eq_ignore_ascii_case("text/plain"))
}

/// Long name, else short name, else empty (message-vocabulary, section 5).
fn name_of<'m>(attachment: &'m Attachment<'_>) -> Cow<'m, str> {
    attachment.long_name().or_else(|| attachment.name()).unwrap_or_default()
}

declare_rule! {
    /// Attachment Mime.822 holds the real Internet header.
    ///
    /// ## Why it matters
    /// The Internet agent of GroupWise attaches the original header under this name. When such mail is forwarded, the wrong
    /// header may be shown as the message's own, and the attached original gets lost.
    ///
    /// ## What to do
    /// Read sender, recipients and subject from the attachment. The GroupWise side can rename its Mime.822 files.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// attach: Mime.822 "Received: from a.example by b.example\r\nFrom: ann@example.com\r\nTo: bob@acme.example\r\nSubject: Figures\r\n\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// attach: mime.doc 3 KB
    /// ```
    pub static GROUPWISE_MIME_822_ATTACHMENT = {
        id: "MSG619", name: "groupwise-mime-822-attachment", severity: Info, certainty: Likely,
        versions: [V5_5],
        kb: ["Q234387"],
        needs: [Messages],
        tags: ["interop", "header", "triage"],
        check: Message(groupwise_mime_822_attachment),
    }
}

fn groupwise_mime_822_attachment(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail() else { return };
    for (index, attachment) in mail.message.attachments.iter().enumerate().filter(|(_, each)| name_of(each).eq_ignore_ascii_case("mime.822")) {
        let object = format!("{}, attachment {}", mail.object, index + 1);
        let raw = item.raws().iter().find(|raw| raw.object == object);
        let field = |name| raw.and_then(|raw| raw.field(name)).map_or("unknown", |field| field.value.as_str());
        findings
            .report(format!(
                "{} ('{}') carries {}: From {}, To {}, Subject {}",
                item.path,
                mail.message.subject().unwrap_or_default(),
                name_of(attachment),
                field("From"),
                field("To"),
                field("Subject")
            ))
            .evidence(Evidence::attachment(item.path, mail, index).expected("headers that the message keeps itself"));
    }
}
