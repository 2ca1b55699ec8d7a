//! MIME trees that the converter takes for something else: boundaries, depth, damaged parts.

use crate::{
    backup::{
        Backup, Build, Item,
        facts::{EntityOf, InternetMessage},
    },
    base::{Pattern, counted},
    declare_rule,
    diagnostics::{Evidence, Findings, Verdict},
    formats::mime::{Base64Fault, Multipart},
    rules::thresholds::mim::{LARGE_PROLOGUE, PROLOGUE_WITH_HEADERS},
};

use super::proof::first_line;

declare_rule! {
    /// A part without its boundary line becomes a huge prologue.
    ///
    /// ## Why it matters
    /// Everything in front of the first boundary line counts as prologue. If it nearly fills the output buffer (the article names a
    /// margin of about 76 bytes), the converter writes it again and again while the message is relayed or downloaded by POP3 or
    /// IMAP4, and a temporary .stf file eats the disk. The lengths that this rule compares with are ours.
    ///
    /// ## What to do
    /// Take the message out and install 5.5 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// attach: a.eml "Subject: x\r\nContent-Type: multipart/alternative; boundary=\"b1\"\r\n\r\nContent-Type: text/plain\r\n\r\n{lost text *320}\r\n--b1\r\n\r\nx\r\n--b1--\r\n"
    /// ```
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// Content-Type: multipart/mixed; boundary="never"
    ///
    /// The boundary never occurs.
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed; boundary="b1"
    ///
    /// This is a multi-part message in MIME format.
    ///
    /// --b1
    ///
    /// Hello
    /// --b1--
    /// ```
    pub static MISSING_FIRST_BOUNDARY_LARGE_PROLOGUE = {
        id: "MIM002", name: "missing-first-boundary-large-prologue", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2558.0" in "5.5 SP3" gates,
        kb: ["Q217155", "Q235453"],
        needs: [Raw],
        tags: ["mime", "stuck", "fix-store"],
        check: Message(missing_first_boundary_large_prologue),
    }
}

fn missing_first_boundary_large_prologue(item: &Item<'_>, findings: &mut Findings<'_>) {
    let limits = (findings.number(&PROLOGUE_WITH_HEADERS), findings.number(&LARGE_PROLOGUE));
    for part in item.raw_entities() {
        let (Some(multipart), Some(raw)) = (&part.entity.multipart, part.message.raw()) else { continue };
        let Some(fault) = prologue_fault(multipart, limits) else { continue };
        let start = part.entity.body.start;
        let first = first_line(raw, start..start + multipart.prologue_length);
        findings
            .report(format!("{} ({}): {fault}", item.path, part.words()))
            .evidence(Evidence::mime_part(item.path, part).expected(format!("a line --{} in front of the first part", multipart.boundary)))
            .evidence(Evidence::raw_bytes(item.path, raw, first));
    }
}

fn prologue_fault(multipart: &Multipart, (with_headers, large): (i64, i64)) -> Option<String> {
    static MIME_LINE: Pattern = Pattern::new(r"(?im)^(Content-Type|Content-Transfer-Encoding):");
    let length = i64::try_from(multipart.prologue_length).unwrap_or(i64::MAX);
    if multipart.boundary_count == 0 {
        return (!multipart.prologue.trim().is_empty()).then(|| format!("the boundary line --{} never occurs", multipart.boundary));
    }
    let has_headers = length > with_headers && MIME_LINE.is_match(&multipart.prologue);
    let what = if has_headers { ", with header lines of a part among them" } else { "" };
    (has_headers || length > large).then(|| format!("{length} bytes stand in front of the first boundary line --{}{what}", multipart.boundary))
}

declare_rule! {
    /// Damaged Base64 part in an inbound message.
    ///
    /// ## Why it matters
    /// Stores of 5.0, and of 5.5 before SP2, crash while they decode improper Base64. Later ones refuse data behind the padding or an
    /// odd length by design and deliver the whole message as Message.txt.
    ///
    /// ## What to do
    /// Take the message out on builds without the fix; have the sender correct its encoder.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: application/octet-stream
    /// Content-Transfer-Encoding: base64
    ///
    /// SGVsbG8g
    /// AAAA=
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH escapes
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: application/octet-stream
    /// Content-Transfer-Encoding: base64
    ///
    /// SGVsbG8g  \x20
    ///
    /// SGVsbG8=
    /// ```
    pub static CORRUPT_BASE64 = {
        id: "MIM009", name: "corrupt-base64", severity: Critical, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2448.0" in "5.5 SP2" gates,
        kb: ["Q190556", "Q270614", "Q242222"],
        needs: [Raw],
        tags: ["mime", "crash", "fix-store"],
        check: Message(corrupt_base64),
    }
}

fn corrupt_base64(item: &Item<'_>, findings: &mut Findings<'_>) {
    for part in item.raw_entities().filter(|part| part.is_encoded_as("base64")) {
        let (fault, at) = part.entity.base64_fault;
        let Some(raw) = part.message.raw().filter(|_| fault != Base64Fault::None) else { continue };
        let line = line_around(raw.bytes, at.min(part.entity.body.end.saturating_sub(1)));
        findings
            .report(format!("{} ({}): the Base64 text has the fault {} at offset {at} of the document", item.path, part.words(), fault.name()))
            .evidence(Evidence::raw_bytes(item.path, raw, line).expected("characters of the Base64 alphabet in groups of four"))
            .evidence(Evidence::entity_field(item.path, part, "Content-Transfer-Encoding"));
    }
}

/// Returns the line that holds an offset; blank ones are passed over backwards.
fn line_around(bytes: &[u8], at: u64) -> std::ops::Range<u64> {
    let at = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
    let head = bytes.get(..=at).unwrap_or(bytes).trim_ascii_end();
    let start = head.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
    start as u64..(start + length) as u64
}

declare_rule! {
    /// MIME parts nest more than 30 deep.
    ///
    /// ## Why it matters
    /// Before 5.0 SP2 the store needs minutes and much memory for deep nesting (700 levels took ten minutes). Later stores look at 30
    /// levels unless LimitNestingLevels says otherwise.
    ///
    /// ## What to do
    /// Take the message out; nesting like this is hardly ever genuine.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// attach: a.eml "Subject: x\r\n{Content-Type: message/rfc822\r\n\r\n*40}Subject: y\r\n\r\nz\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// attach: a.eml "Subject: x\r\n{Content-Type: message/rfc822\r\n\r\n*6}Subject: y\r\n\r\nz\r\n"
    /// ```
    pub static MIME_NESTING_OVER_30 = {
        id: "MIM019", name: "mime-nesting-over-30", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed: "5.0.1460.8" in "5.0 SP2",
        kb: ["Q173343"],
        needs: [Raw],
        tags: ["mime", "stuck", "fix-store"],
        check: Message(mime_nesting_over_30),
    }
}

fn mime_nesting_over_30(item: &Item<'_>, findings: &mut Findings<'_>) {
    const DEEPEST: usize = 30;
    for message in item.raw_messages() {
        let Some(part) = message.entities().max_by_key(|part| part.entity.depth).filter(|part| part.entity.depth > DEEPEST) else { continue };
        let size = message.raw().map_or(0, |raw| raw.bytes.len());
        findings
            .report(format!("{} ({}) nests at least {} levels in {size} bytes", item.path, message.object(), part.entity.depth))
            .evidence(Evidence::mime_part(item.path, part).expected(format!("at most {DEEPEST} levels")));
    }
}

declare_rule! {
    /// The MIME structure cannot be parsed.
    ///
    /// ## Why it matters
    /// The 5.0 converter falls back to plain RFC 822 treatment, rewinds, fails again and never ends: the store runs at full load or
    /// deadlocks. Damaged MIME headers together with a damaged TNEF part are the worst case that the articles describe.
    ///
    /// ## What to do
    /// Stop the store, take the file out, start it again; install 5.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed; boundary="never"
    ///
    /// The boundary never occurs.
    /// ```
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed; boundary="b1"
    ///
    /// --b1
    ///
    /// one
    /// --b1
    /// Content-Type: application/octet-stream
    ///
    /// ```
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// this is no field
    ///
    /// Hello
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed; boundary="b1"
    ///
    /// --b1
    ///
    /// The closing boundary is missing behind this whole part.
    /// ```
    pub static BROKEN_MIME_LOOPS_CONVERTER = {
        id: "MIM020", name: "broken-mime-loops-converter", severity: Critical, certainty: Possible,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP1; 5.0 SP2" gates,
        kb: ["Q178344", "Q186205", "Q168139"],
        needs: [Raw],
        tags: ["mime", "crash", "fix-store"],
        check: Message(broken_mime_loops_converter),
    }
}

fn broken_mime_loops_converter(item: &Item<'_>, findings: &mut Findings<'_>) {
    for message in item.raw_messages().filter(|message| message.has("MIME-Version")) {
        let Some((fault, proof)) = unparsable(item.path, message) else { continue };
        let is_tnef_damaged = item.inner_tnefs().iter().any(|inner| !inner.has_signature() || !inner.decode().anomalies.is_empty());
        let tnef = if is_tnef_damaged { "; a TNEF part is damaged too" } else { "" };
        findings.report(format!("{} ({}): {fault}{tnef}", item.path, message.object())).evidence(proof);
    }
}

/// Returns the first thing that keeps a parser from reading the tree, and where it stands.
fn unparsable(path: &str, message: InternetMessage<'_, '_>) -> Option<(String, Evidence)> {
    let headers = message.headers()?;
    if let (Some(stray), Some(raw)) = (headers.strays.first(), message.raw()) {
        let line = Evidence::raw_bytes(path, raw, stray.offset..stray.offset + stray.length);
        return Some(("a line of the header block is no field".to_owned(), line.expected("a field, or its continuation behind a blank")));
    }
    message.entities().filter(|part| part.entity.media_type.starts_with("multipart/")).find_map(|part| {
        let fault = multipart_fault(part)?;
        Some((format!("{fault} ({})", part.words()), Evidence::mime_part(path, part).expected("a boundary that delimits every part")))
    })
}

fn multipart_fault(part: EntityOf<'_, '_>) -> Option<&'static str> {
    let Some(multipart) = &part.entity.multipart else { return Some("a multipart entity states no boundary") };
    // An entity below the deepest level that is looked at has no prologue either.
    let was_read = multipart.prologue_length > 0 || part.entity.body.is_empty();
    if multipart.boundary_count == 0 {
        return was_read.then_some("the boundary of a multipart entity never occurs");
    }
    let last_is_empty = || part.children().last().is_some_and(is_blank);
    (!multipart.is_closed && last_is_empty()).then_some("a multipart entity ends with an empty part and no closing boundary")
}

/// Returns whether the body of an entity holds nothing but white space.
fn is_blank(part: EntityOf<'_, '_>) -> bool {
    let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    let body = part.message.raw().and_then(|raw| raw.bytes.get(place(part.entity.body.start)..place(part.entity.body.end)));
    body.is_none_or(|body| body.trim_ascii().is_empty())
}

declare_rule! {
    /// Text parts inside a nested multipart are lost.
    ///
    /// ## Why it matters
    /// A change of 5.0 SP1 that joins several text parts works wrongly below the top level: of the text parts of a nested body only
    /// the last one is kept.
    ///
    /// ## What to do
    /// Read the lost parts in the raw original; install 5.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed; boundary="a"
    ///
    /// --a
    /// Content-Type: multipart/mixed; boundary="b"
    ///
    /// --b
    /// Content-Type: text/plain
    ///
    /// First words.
    /// --b
    /// Content-Type: text/plain
    ///
    /// Second words.
    /// --b--
    /// --a--
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed; boundary="b"
    ///
    /// --b
    /// Content-Type: text/plain
    ///
    /// First words.
    /// --b
    /// Content-Type: text/plain
    ///
    /// Second words.
    /// --b--
    /// ```
    pub static TEXT_PARTS_LOST_IN_NESTED_MULTIPART = {
        id: "MIM601", name: "text-parts-lost-in-nested-multipart", severity: Error, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q176231", "Q168735"],
        needs: [Raw],
        tags: ["mime", "loss", "fix-store"],
        check: MessageIf(text_parts_lost_in_nested_multipart, has_the_change_of_sp1),
    }
}

fn text_parts_lost_in_nested_multipart(item: &Item<'_>, findings: &mut Findings<'_>) {
    const KEPT_APART: [&str; 3] = ["multipart/alternative", "multipart/signed", "multipart/report"];
    for part in item.raw_entities().filter(|part| part.entity.parent.is_some() && part.entity.media_type.starts_with("multipart/")) {
        let Some(raw) = part.message.raw().filter(|_| !KEPT_APART.contains(&part.entity.media_type.as_str())) else { continue };
        let is_text = |each: &EntityOf<'_, '_>| {
            let entity = each.entity;
            entity.media_type == "text/plain" && entity.name.is_none() && entity.disposition.as_deref() != Some("attachment")
        };
        let texts: Vec<_> = part.children().filter(is_text).collect();
        let Some((_, lost)) = texts.split_last().filter(|(_, lost)| !lost.is_empty()) else { continue };
        let shown = lost.iter().map(|each| Evidence::raw_bytes(item.path, raw, first_line(raw, each.entity.body.clone())));
        findings
            .report(format!("{} ({}) holds {}; all but the last are lost", item.path, part.words(), counted(texts.len(), "text part")))
            .evidence(Evidence::mime_part(item.path, part).expected("one text part below the top level"))
            .first_evidences(shown);
    }
}

fn has_the_change_of_sp1(backup: &Backup) -> Verdict {
    let build = backup.version.as_ref().and_then(|version| version.build);
    if build.is_none_or(|build| build >= Build::new(5, 0, 1458, 0)) { Verdict::Yes } else { Verdict::No }
}

declare_rule! {
    /// A signed S/MIME message with a damaged part can crash the store.
    ///
    /// ## Why it matters
    /// When a POP3 or IMAP4 client asks for such a message the store converts it to RFC 822 form and follows a null content pointer. The
    /// article says only "a corrupted body part"; the kinds of damage that this rule looks for are ours.
    ///
    /// ## What to do
    /// Delete or repair the message; install 5.5 SP4 (Store.exe 5.5.2653.12), with which the client gets the error 0x8004011B instead.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: IPM.Note.SMIME.MultipartSigned
    /// attach: smime.p7m "Content-Type: multipart/signed; boundary=b1\r\n\r\n--b1\r\n\r\nHello\r\n--b1\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: IPM.Note.SMIME.MultipartSigned
    /// attach: smime.p7m "Content-Type: multipart/signed; boundary=b1\r\n\r\n--b1\r\n\r\nHello\r\n--b1\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--b1--\r\n"
    /// ```
    pub static SIGNED_MESSAGE_WITH_DAMAGED_PART = {
        id: "MIM610", name: "signed-message-with-damaged-part", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2653.12" in "5.5 SP4" gates,
        kb: ["Q268141", "Q248838", "Q274832"],
        needs: [Messages],
        tags: ["crash", "mime", "security", "fix-store"],
        check: Message(signed_message_with_damaged_part),
    }
}

fn signed_message_with_damaged_part(item: &Item<'_>, findings: &mut Findings<'_>) {
    for message in item.raw_messages().filter(|message| message.top().is_some_and(|top| top.media_type == "multipart/signed")) {
        let Some((part, fault)) = message.entities().find_map(|part| Some((part, signed_fault(part)?))) else { continue };
        findings
            .report(format!("{} ({}) is signed, and {fault}", item.path, part.words()))
            .evidence(Evidence::mime_part(item.path, part).expected("two whole parts and a closing boundary"));
    }
}

/// Returns what is wrong with the signed multipart itself, or with one of its parts.
fn signed_fault(part: EntityOf<'_, '_>) -> Option<String> {
    const DELIMITERS: usize = 3;
    let (entity, count) = (part.entity, part.entity.multipart.as_ref().map_or(0, |multipart| multipart.boundary_count));
    if part.index == 0 {
        return (count < DELIMITERS).then(|| format!("{} delimit its parts", counted(count, "boundary line")));
    }
    if entity.base64_fault.0 != Base64Fault::None {
        return Some(format!("the Base64 text of a part has the fault {}", entity.base64_fault.0.name()));
    }
    let is_announced = entity.headers.first("Content-Type").is_some() && part.children().next().is_none();
    (is_announced && is_blank(part)).then(|| "a part has no body".to_owned())
}
