//! Content-Type and its companions: fields that stop the store, or that it does not understand.

use crate::{
    backup::{
        Backup, Item, SpoolFolder,
        facts::{EntityOf, InternetMessage},
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Exposure, Findings, Verdict},
    formats::mime::HeaderField,
};

use super::proof::{ARRIVED, FAILED, failed};

declare_rule! {
    /// A blank charset parameter crashes the store.
    ///
    /// ## Why it matters
    /// The conversion of such an inbound message takes the information store down. Events 4116, 3039 (0x80040115), 12007, 4182 and
    /// 4102 follow, and the spool file that they name is tried again at each start.
    ///
    /// ## What to do
    /// Move the spool file out of Imcdata\In or Out, look for more from the same domain, and install SP4 or store 5.5.2653.22. Run the
    /// service outbound only until then if more of them arrive.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: From: ann@example.com
    /// header: Content-Type: text/plain; charset = ""
    /// ```
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// Content-Type: multipart/mixed; boundary="b1"
    ///
    /// --b1
    /// Content-Type: text/plain;
    ///   charset=; format=flowed
    ///
    /// Hello
    /// --b1--
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: text/plain; charset="us-ascii"
    /// //- Mtsin/2
    /// header: Content-Type: text/plain
    /// ```
    pub static BLANK_CHARSET = {
        id: "MIM003", name: "blank-charset", severity: Critical, certainty: Certain,
        versions: [V5_5],
        fixed: "5.5.2653.22" in "5.5 SP4" gates,
        kb: ["Q278320", "Q293288"],
        needs: [Headers],
        tags: ["mime", "charset", "crash", "fix-store"],
        check: Message(blank_charset),
    }
}

fn blank_charset(item: &Item<'_>, findings: &mut Findings<'_>) {
    static BLANK: Pattern = Pattern::new(r#"(?i);\s*charset\s*=\s*(?:"\s*"\s*)?(?:;|$)"#);
    for part in item.entities().filter(|part| part.entity.content_type_raw.is_some()) {
        if !part.entity.content_type_raw.as_deref().is_some_and(|raw| BLANK.is_match(raw.trim_end())) {
            continue;
        }
        let from = part.message.from_domain().map_or_else(String::new, |domain| format!("; the sender's domain is {domain}"));
        findings
            .report(format!("{} ({}) states a blank character set{from}", item.path, part.words()))
            .evidence(last_line(item.path, part, "Content-Type").expected("a character set, or no charset parameter"));
    }
}

/// Evidence for a field of which the point may stand on a later line.
fn last_line(path: &str, part: EntityOf<'_, '_>, name: &str) -> Evidence {
    let place = Evidence::entity_field(path, part, name);
    let raw = part.entity.headers.first(name).map(|field| field.raw.trim_end());
    let last = raw.and_then(|raw| raw.rsplit('\n').next()).map(|line| line.trim().chars().take(160).collect::<String>());
    last.map_or(place.clone(), |line| place.observed(line))
}

declare_rule! {
    /// Characters in a Content-Type field that are not allowed there can stop the store.
    ///
    /// ## Why it matters
    /// The store may fault when it converts a message whose Content-Type holds such characters. The article prints no sample; this rule
    /// looks for control and 8-bit bytes outside of quotes and for a type that is no type/subtype.
    ///
    /// ## What to do
    /// Take the message out and install Store.exe 5.5.2655.27 or later.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: text/pl€in; charset=us-ascii
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: text; charset=us-ascii
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: application/x-foo.bar+baz; name="Grüße.txt"
    /// ```
    pub static CONTENT_TYPE_INVALID_CHARACTERS = {
        id: "MIM004", name: "content-type-invalid-characters", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2655.27" in "5.5 post-SP4" gates,
        kb: ["Q304024", "Q282533"],
        needs: [Headers],
        tags: ["mime", "crash", "fix-store"],
        check: Message(content_type_invalid_characters),
    }
}

fn content_type_invalid_characters(item: &Item<'_>, findings: &mut Findings<'_>) {
    static TYPE: Pattern = Pattern::new(r"^\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+\s*(;|$)");
    for part in item.entities() {
        let Some(field) = part.entity.headers.first("Content-Type") else { continue };
        let raw = field.raw.as_str();
        let is_plain = raw.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n'));
        let odd = if is_plain { None } else { odd_character(raw) };
        let fault = match odd {
            Some(odd) => format!("holds the character {} outside of quotes", odd.escape_unicode()),
            None if !TYPE.is_match(raw) => "does not begin with type/subtype".to_owned(),
            None => continue,
        };
        let bytes = part.message.bytes_of(field).map(crate::base::hex).unwrap_or_default();
        let in_hex = if odd.is_some() { format!("; its bytes are {bytes}") } else { String::new() };
        findings
            .report(format!("the Content-Type of {} ({}) {fault}{in_hex}", item.path, part.words()))
            .evidence(Evidence::mime_part(item.path, part).expected("type/subtype in ASCII, parameters behind a semicolon"));
    }
}

/// Returns the first character outside of quoted strings that does not belong into a structured field.
fn odd_character(raw: &str) -> Option<char> {
    let mut is_quoted = false;
    raw.chars().find(|&c| {
        is_quoted ^= c == '"';
        let is_allowed = matches!(c, ' '..='~' | '\t' | '\r' | '\n');
        !is_allowed && !is_quoted
    })
}

declare_rule! {
    /// An unbalanced "(" in an attachment's header sends the store into a loop.
    ///
    /// ## Why it matters
    /// The parser takes the parenthesis for the start of a comment and looks for its end for ever; the store runs at full load. Files in
    /// Imcdata\In and Out are text and can be searched for it.
    ///
    /// ## What to do
    /// Take the file out and install 5.5 SP1 or, on 5.0, store 5.0.1461.91.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: application/octet-stream
    /// Content-Disposition: attachment; filename=(JPEG-IM.BMP
    ///
    /// x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: application/octet-stream; name="photo (1).bmp" (a (nested) comment)
    /// Content-Description: sad :(
    /// Content-Disposition: attachment; filename="(JPEG-IM.BMP"
    ///
    /// x
    /// ```
    pub static UNBALANCED_PARENTHESIS_IN_ATTACHMENT_HEADER = {
        id: "MIM005", name: "unbalanced-parenthesis-in-attachment-header", severity: Critical, certainty: Certain,
        versions: [V5_0, V5_5],
        fixed: "5.5.2144.0" in "5.5 SP1; 5.0 store 5.0.1461.91" gates,
        kb: ["Q183633", "Q242221"],
        needs: [Messages],
        tags: ["mime", "attachment", "crash", "fix-store"],
        check: Message(unbalanced_parenthesis_in_attachment_header),
    }
}

fn unbalanced_parenthesis_in_attachment_header(item: &Item<'_>, findings: &mut Findings<'_>) {
    for part in item.entities() {
        let fields = ["Content-Disposition", "Content-Type"].into_iter().filter_map(|name| part.entity.headers.first(name));
        for field in fields.filter(|field| field.raw.contains('(')) {
            let Some(at) = open_comment(&field.raw) else { continue };
            findings
                .report(format!("the {} of {} ({}) has an open '(' at character {at} of its value", field.name, item.path, part.words()))
                .evidence(Evidence::entity_field(item.path, part, &field.name).expected("a ')' for each '(' outside of quotes"));
        }
    }
}

/// Returns the position of the first parenthesis outside of quotes that never closes.
fn open_comment(raw: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped, mut open) = (false, false, Vec::new());
    for (index, c) in raw.chars().enumerate() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_quoted || !open.is_empty(),
            '"' if open.is_empty() => is_quoted = !is_quoted,
            '(' if !is_quoted => open.push(index),
            ')' if !is_quoted => drop(open.pop()),
            _ => {}
        }
    }
    open.first().copied()
}

declare_rule! {
    /// A folded Content-Type was not understood.
    ///
    /// ## Why it matters
    /// Before 5.0 SP2 the blanks were lost when a field was unfolded, and 5.5 without a service pack did not read a Content-Type that
    /// wraps over lines, so the message is shown as raw text or fails. Folding is everyday practice; this rule therefore speaks only
    /// when the build is known to have the defect and the message shows its effect.
    ///
    /// ## What to do
    /// Install the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by mail1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.1960.3)
    ///   id AAAAAAAA; Wed, 06 Oct 1999 14:00:00 +0000
    /// header: MIME-Version: 1.0
    /// header: Content-Type: multipart/mixed;
    ///   boundary="b1"
    /// body: "--b1\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b1--\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by mail1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.1960.3)
    ///   id AAAAAAAA; Wed, 06 Oct 1999 14:00:00 +0000
    /// header: MIME-Version: 1.0
    /// header: Content-Type: multipart/mixed;
    ///   boundary="b1"
    /// body: "Hello\r\n"
    /// ```
    pub static FOLDED_CONTENT_TYPE_NOT_UNDERSTOOD = {
        id: "MIM026", name: "folded-content-type-not-understood", severity: Warning, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.0 SP2; 5.5 SP1" gates,
        kb: ["Q185905", "Q175236", "Q242221"],
        needs: [Headers],
        tags: ["mime", "header", "fix-store"],
        check: MessageIf(folded_content_type_not_understood, has_a_known_old_build),
    }
}

fn folded_content_type_not_understood(item: &Item<'_>, findings: &mut Findings<'_>) {
    static MIME_LINE: Pattern = Pattern::new(r"(?im)^Content-(Type|Transfer-Encoding):[^\r\n]*");
    let Some(mail) = item.mail().filter(|_| item.is_in(ARRIVED)) else { return };
    let Some(field) = mail.field("Content-Type").filter(|field| field.raw.trim().contains('\n')) else { return };
    let shown = mail.body_has(b"ontent-").then(|| mail.body()).flatten().and_then(|body| MIME_LINE.find(body));
    if shown.is_none() && !item.is_in(FAILED) {
        return;
    }
    let effect = if shown.is_some() { "shows MIME header lines in its text" } else { "failed" };
    let finding = findings.report(format!("the Content-Type of {} is folded, and the message {effect}", item.path));
    finding.evidence(Evidence::header(item.path, mail, field).expected("a Content-Type on one line"));
    finding.evidences(shown.map(|line| Evidence::body(item.path, mail, line.as_str())));
}

fn has_a_known_old_build(backup: &Backup) -> Verdict {
    match Exposure::of(&FOLDED_CONTENT_TYPE_NOT_UNDERSTOOD.meta, backup.version.as_ref()) {
        Exposure::Yes => Verdict::Yes,
        Exposure::No | Exposure::Unknown => Verdict::No,
    }
}

declare_rule! {
    /// External-body part or Internet shortcut in a failed message.
    ///
    /// ## Why it matters
    /// A format fault near such a part overruns a buffer while the message is converted. The kinds of parts are read from the names of
    /// functions in the article's call stack, so this rule looks at failed and waiting mail only.
    ///
    /// ## What to do
    /// Take the message out and install Store.exe 5.5.2654.67.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/Archive/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: message/external-body; access-type=anon-ftp
    ///
    /// x
    /// ```
    /// ```backup
    /// //- Bad/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/octet-stream; name="Offer.url"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: message/external-body; access-type=anon-ftp
    /// ```
    pub static EXTERNAL_BODY_OR_SHORTCUT = {
        id: "MIM029", name: "external-body-or-shortcut", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2654.67" in "5.5 post-SP4" gates,
        kb: ["Q289865", "Q282533"],
        needs: [Headers],
        tags: ["mime", "crash", "fix-store"],
        check: Message(external_body_or_shortcut),
    }
}

fn external_body_or_shortcut(item: &Item<'_>, findings: &mut Findings<'_>) {
    const FOLDERS: &[SpoolFolder] = &[SpoolFolder::In, SpoolFolder::InArchive, SpoolFolder::Out];
    for part in failed(item, FOLDERS).flat_map(InternetMessage::entities) {
        let name = part.entity.name.as_deref().unwrap_or_default();
        let is_shortcut = name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("url"));
        let what = match part.entity.media_type.as_str() {
            "message/external-body" => "is an external-body part".to_owned(),
            _ if is_shortcut => format!("is the Internet shortcut {name}"),
            _ => continue,
        };
        let field = if is_shortcut && part.entity.headers.first("Content-Disposition").is_some() { "Content-Disposition" } else { "Content-Type" };
        findings
            .report(format!("{} ({}) {what}", item.path, part.words()))
            .evidence(Evidence::entity_field(item.path, part, field).expected("no external-body part and no shortcut in mail that fails"));
    }
}

declare_rule! {
    /// A part has an empty Content-Type field.
    ///
    /// ## Why it matters
    /// 4.0 writes empty Content-Type fields into some multipart messages, and the WorldTalk gateway hangs on them. The other way round,
    /// a message with MIME-Version and no media type at all crashes the 5.0 SP2 store on Windows NT 3.51.
    ///
    /// ## What to do
    /// Install 4.0 SP3, or the fix of 5.0 after SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Out/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed; boundary="b1"
    ///
    /// --b1
    /// Content-Type:
    ///
    /// Hello
    /// --b1--
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by mail1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.0.1460.8)
    ///   id AAAAAAAA; Wed, 06 Oct 1999 14:00:00 +0000
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    ///
    /// Hello
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Out/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed; boundary="b1"
    ///
    /// --b1
    ///
    /// Hello
    /// --b1--
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    ///
    /// Hello
    /// ```
    pub static EMPTY_CONTENT_TYPE_HEADER = {
        id: "MIM101", name: "empty-content-type-header", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0],
        fixed: "4.0.994.63" in "4.0 SP3; 5.0 post-SP2 hotfix",
        kb: ["Q152921", "Q182280"],
        needs: [Raw],
        tags: ["mime", "interop", "crash", "fix-ims", "fix-store"],
        check: Message(empty_content_type_header),
    }
}

fn empty_content_type_header(item: &Item<'_>, findings: &mut Findings<'_>) {
    for part in item.raw_entities() {
        let is_blank = |field: &HeaderField| field.raw.trim().is_empty();
        let direction = if part.message.raw().is_some_and(|raw| raw.is_outbound(item.server)) { "outbound" } else { "inbound" };
        match part.entity.headers.first("Content-Type") {
            Some(field) if is_blank(field) => {
                findings
                    .report(format!("the Content-Type of {} ({}, {direction}) is empty", item.path, part.words()))
                    .evidence(Evidence::mime_part(item.path, part).expected("a media type, or no such field"));
            }
            None if part.index == 0 && part.message.has("MIME-Version") => {
                findings
                    .report(format!("{} ({}, {direction}) states MIME-Version and no Content-Type", item.path, part.message.object()))
                    .group("no media type")
                    .only_if(is_line_50)
                    .evidence(Evidence::missing_field(item.path, part.message, "Content-Type").expected("a Content-Type"));
            }
            _ => {}
        }
    }
}

fn is_line_50(backup: &Backup) -> Verdict {
    let line = backup.version.as_ref().and_then(|version| version.line);
    if line == Some(crate::backup::ProductLine::V5_0) { Verdict::Yes } else { Verdict::No }
}
