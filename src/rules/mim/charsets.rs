//! Character sets that this server lacks, decodes wrongly or stops at.

use crate::{
    backup::{
        Item, SpoolFolder,
        facts::{EntityOf, InternetMessage, RawOrigin},
    },
    base::{Pattern, counted},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::mime::encoded_words,
    mapi::PropTag,
};

use super::proof::{FAILED, INBOUND, arrived_mail, with_charset};

declare_rule! {
    /// A failed inbound message names a character set that the server may lack.
    ///
    /// ## Why it matters
    /// Text in a character set without an installed code page or an entry in the MIME database is not converted: 4.0 moves it to an
    /// attachment or fails with event 4081, 5.x shows the message raw. From 4.0 SP2 on even an English text labelled ISO-2022-JP fails
    /// without code page 932; 5.0 before SP1 failed even for foreign sets that are installed. When several double-byte sets fail at
    /// once, Internet Explorer 4.0 may have been installed after Exchange 5.5 and damaged the MIME database.
    ///
    /// ## What to do
    /// Install the code page (for ISO-2022-JP c_932.nls). A single unknown name is cured by AliasForCharset below
    /// HKCR\MIME\Database\Charset, a damaged database by Server\Support\Mimedb\Reset.inf. Ask the sender for a usual set.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// subject: "Notification: Inbound Mail Failure"
    /// attach: Message.txt "Received: from a by b\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=\"x-mac-roman\"\r\n\r\nx\r\n"
    /// ```
    /// ```backup
    /// //- ContentConversionFailed/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=koi8-r
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=x-mac-roman
    /// //- ContentConversionFailed/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=US-ASCII
    /// ```
    pub static UNSUPPORTED_CHARSET_IN_FAILED_MESSAGE = {
        id: "MIM030", name: "unsupported-charset-in-failed-message", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q163080", "Q174722", "Q184772", "Q157735", "Q155016", "Q166580", "Q179258", "Q242382"],
        needs: [Headers],
        tags: ["charset", "mime", "triage"],
        check: Message(unsupported_charset_in_failed_message),
    }
}

fn unsupported_charset_in_failed_message(item: &Item<'_>, findings: &mut Findings<'_>) {
    const ALWAYS_KNOWN: &[&str] = &["us-ascii", "iso-8859-1"];
    let is_failed = item.is_in(FAILED);
    let raws = item
        .raws()
        .iter()
        .filter(|raw| is_failed || raw.is_in(&[SpoolFolder::InArchive]) || matches!(raw.origin, RawOrigin::Notice | RawOrigin::FailureWrapper));
    let mail = item.internet_mail().filter(|_| is_failed).into_iter();
    for part in mail.chain(raws.map(InternetMessage::Raw)).flat_map(InternetMessage::entities) {
        let Some(charset) = part.entity.charset().filter(|charset| !charset.trim().is_empty()) else { continue };
        if part.has_charset(ALWAYS_KNOWN) {
            continue;
        }
        let mailer = part.message.field("X-Mailer");
        let by = mailer.map_or_else(String::new, |field| format!("; written by {}", field.value));
        let page = if charset.eq_ignore_ascii_case("iso-2022-jp") { " (c_932.nls)" } else { "" };
        findings
            .report(format!("{} ({}) failed and is in the character set {charset}{page}{by}", item.path, part.words()))
            .evidence(Evidence::mime_part(item.path, part).expected("a character set with an installed code page"))
            .evidences(mailer.map(|field| Evidence::internet_field(item.path, part.message, field)));
    }
}

declare_rule! {
    /// A name of a Unicode character set is unknown to 5.0.
    ///
    /// ## Why it matters
    /// The MIME database of 5.0 lacks these names of UTF-7 and UTF-8, so the conversion of mail from Netscape fails.
    ///
    /// ## What to do
    /// Install 5.0 SP2 and run setup again, or add the names below HKCR\MIME\Database.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=x-unicode-2-0-utf-7
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=utf-7
    /// ```
    pub static UNICODE_CHARSET_ALIAS = {
        id: "MIM031", name: "unicode-charset-alias", severity: Warning, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q176125", "Q178118"],
        needs: [Headers],
        tags: ["charset", "config", "fix-store"],
        check: Message(unicode_charset_alias),
    }
}

fn unicode_charset_alias(item: &Item<'_>, findings: &mut Findings<'_>) {
    const NAMES: &[&str] = &[
        "unicode-1-1-utf-7",
        "unicode-1-1-utf-8",
        "unicode-2-0-utf-7",
        "unicode-2-0-utf-8",
        "x-unicode-1-1-utf-7",
        "x-unicode-1-1-utf-8",
        "x-unicode-2-0-utf-7",
        "x-unicode-2-0-utf-8",
    ];
    with_charset(item, NAMES, findings, "utf-7 or utf-8");
}

declare_rule! {
    /// UTF-8 or UTF-7 mail on a server that does not support it.
    ///
    /// ## Why it matters
    /// 5.5 lists UTF-8 as not supported, and 5.0 SP1 cannot read encoded words in UTF, so characters may be wrong. Some stores after 5.5
    /// SP3 also sent UTF-8 themselves, which mail programs of the time could not show.
    ///
    /// ## What to do
    /// Ask for another character set; install 5.0 SP2 or 5.5 SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=utf-8
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Subject: =?UTF-8?Q?caf=C3=A9?=
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Subject: =?iso-8859-15?Q?caf=E9?=
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=iso-8859-15
    /// ```
    pub static UTF8_OR_UTF7_MAIL = {
        id: "MIM032", name: "utf8-or-utf7-mail", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q262986", "Q177961", "Q248838", "Q274833"],
        needs: [Headers],
        tags: ["charset", "interop"],
        check: Message(utf8_or_utf7_mail),
    }
}

fn utf8_or_utf7_mail(item: &Item<'_>, findings: &mut Findings<'_>) {
    const UTF: &[&str] = &["utf-8", "utf8", "utf-7", "utf7"];
    for message in item.internet_messages() {
        let in_words = |text: &str| encoded_words(text).iter().any(|word| UTF.contains(&word.charset.as_str()));
        let of_words = || message.fields(&["Subject", "From"]).find(|field| field.raw.contains("=?") && in_words(&field.raw));
        let proof = match message.entities().find(|part| part.has_charset(UTF)) {
            Some(part) => Evidence::mime_part(item.path, part),
            None => match of_words() {
                Some(field) => Evidence::internet_field(item.path, message, field),
                None => continue,
            },
        };
        let failed = if item.is_in(FAILED) || message.raw().is_some_and(|raw| raw.is_in(&[SpoolFolder::InArchive])) { " and failed" } else { "" };
        findings
            .report(format!("{} ({}) is in UTF-8 or UTF-7{failed}", item.path, message.object()))
            .evidence(proof.expected("a character set of one language"));
    }
}

declare_rule! {
    /// A Unicode text message with an attachment can crash the 5.0 store.
    ///
    /// ## Why it matters
    /// The 5.0 converter takes an access violation when it converts Unicode text with attachments for the POP3 interface, on the way in
    /// or out. The article says only "UNICODE text format"; the list of character sets is ours.
    ///
    /// ## What to do
    /// Keep the message away from POP3 users (move it out of the queue) and install 5.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=unicode-1-1-utf-7
    /// attach: a.txt "content"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=unicode-1-1-utf-7
    /// ```
    pub static UNICODE_TEXT_WITH_ATTACHMENT_ON_50 = {
        id: "MIM603", name: "unicode-text-with-attachment-on-50", severity: Critical, certainty: Possible,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q176149", "Q168735"],
        needs: [Headers],
        tags: ["crash", "charset", "attachment", "fix-store"],
        check: Message(unicode_text_with_attachment_on_50),
    }
}

fn unicode_text_with_attachment_on_50(item: &Item<'_>, findings: &mut Findings<'_>) {
    static UNICODE: Pattern = Pattern::new(r"(?i)^(x-)?unicode|^utf-?(7|8|16)|ucs-2");
    let mail = arrived_mail(item).map(InternetMessage::Mail).into_iter();
    let raws = item.raws().iter().filter(|raw| raw.is_in(INBOUND)).map(InternetMessage::Raw);
    for message in mail.chain(raws) {
        let attachments = match message {
            InternetMessage::Mail(view) => view.message.attachments.len(),
            InternetMessage::Raw(raw) => raw.document().attachments().count(),
        };
        let is_unicode = |part: &EntityOf<'_, '_>| part.entity.charset().is_some_and(|charset| UNICODE.is_match(charset.trim()));
        let Some(part) = message.entities().filter(|_| attachments > 0).find(is_unicode) else { continue };
        let (charset, held) = (part.entity.charset().unwrap_or_default(), counted(attachments, "attachment"));
        findings
            .report(format!("{} ({}) is text in {charset} with {held}", item.path, part.words()))
            .evidence(Evidence::mime_part(item.path, part).expected("text in another character set, or no attachment"));
    }
}

declare_rule! {
    /// The character set x-user-defined crashes the 5.0 store.
    ///
    /// ## Why it matters
    /// The name stands for code page 50000, which the store does not know. The store stops when a POP3 client downloads the message.
    ///
    /// ## What to do
    /// Take the message out of queue or mailbox; install the 5.0 store of after SP2 (5.0.1461.61).
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=x-user-defined
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// prop 0x3FDE0003: 50000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=iso-8859-1
    /// ```
    pub static CHARSET_X_USER_DEFINED = {
        id: "MIM604", name: "charset-x-user-defined", severity: Critical, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1461.61" in "5.0 post-SP2 store" gates,
        kb: ["Q192546", "Q187869"],
        needs: [Headers],
        tags: ["crash", "charset", "fix-store"],
        check: Message(charset_x_user_defined),
    }
}

fn charset_x_user_defined(item: &Item<'_>, findings: &mut Findings<'_>) {
    const USER_DEFINED: i32 = 50000;
    with_charset(item, &["x-user-defined"], findings, "a character set that the store knows");
    for view in &item.messages {
        let properties = &view.message.properties;
        let pages = [PropTag::INTERNET_CPID, PropTag::MESSAGE_CODEPAGE].into_iter().filter_map(|tag| properties.property(tag));
        for property in pages.filter(|property| property.value.long() == Some(USER_DEFINED)) {
            findings
                .report(format!("{} ({}) is in code page {USER_DEFINED}, x-user-defined", item.path, view.object))
                .evidence(Evidence::property(item.path, &view.object, property).expected("a code page that the store knows"));
        }
    }
}
