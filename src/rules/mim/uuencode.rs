//! UUENCODE blocks that hang the store, that it cannot decode, or that it leaves alone.

use crate::{
    backup::{
        Item,
        facts::{EntityOf, InternetMessage, UuFound, UuPlace},
    },
    base::{CodePage, counted},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::ARRIVED;

declare_rule! {
    /// A UUENCODE block without its end line hangs the store.
    ///
    /// ## Why it matters
    /// When the encoded text stops in the middle of a group, the store keeps adding data without progress until its stack overflows;
    /// then nobody can log on or send.
    ///
    /// ## What to do
    /// Take the spool file out and install 5.5 SP2 or, on 5.0, store 5.0.1461.91.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    ///
    /// begin 644 report.doc
    /// #0V%T
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// body: "Hello\r\n\r\nbegin 644 report.doc\r\n#0V%T\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    ///
    /// begin 644 report.doc
    /// #0V%T
    /// `
    /// end
    /// //- Mtsin/1
    /// body: "begin 100 things\r\nand end none\r\n"
    /// ```
    pub static UUENCODE_WITHOUT_END = {
        id: "MIM010", name: "uuencode-without-end", severity: Critical, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed: "5.5.2446.0" in "5.5 SP2; 5.0 store 5.0.1461.91" gates,
        kb: ["Q195971"],
        needs: [Raw],
        tags: ["mime", "crash", "fix-store"],
        check: Message(uuencode_without_end),
    }
}

fn uuencode_without_end(item: &Item<'_>, findings: &mut Findings<'_>) {
    for found in of_mail_and_raws(item).filter(|found| found.block.end_line.is_none()) {
        // What was cut off by the collection proves nothing.
        if matches!(found.place, UuPlace::Body(_)) && item.is_cut() {
            continue;
        }
        let (name, lines) = (shown(&found.name), counted(found.block.data_lines, "data line"));
        findings
            .report(format!("the UUENCODE block {name} in {} has {lines} and no end line", place(item, found)))
            .evidence(begin_line(item, found).expected("a line \"end\" behind the data"));
    }
}

/// Returns the blocks of the mail and of raw documents, not those of messages embedded deeper.
fn of_mail_and_raws<'i>(item: &'i Item<'_>) -> impl Iterator<Item = &'i UuFound> {
    let mail = item.mail().and_then(|mail| item.messages.iter().position(|view| std::ptr::eq(view, mail)));
    item.uuencoded().iter().filter(move |found| match found.place {
        UuPlace::Body(index) => Some(index) == mail,
        UuPlace::Part(..) => true,
    })
}

fn shown(line: &[u8]) -> String {
    CodePage::WINDOWS_1252.decode(line).text.into_owned()
}

/// Returns where a block stands, in words.
fn place(item: &Item<'_>, found: &UuFound) -> String {
    let object = match found.place {
        UuPlace::Body(index) => item.messages.get(index).map(|view| view.object.clone()),
        UuPlace::Part(..) => item.part_of(found).map(EntityOf::words),
    };
    format!("{} ({})", item.path, object.unwrap_or_default())
}

/// Evidence for the begin line of a block.
pub(super) fn begin_line(item: &Item<'_>, found: &UuFound) -> Evidence {
    line_of(item, found, (&found.begin_line, &found.block.begin))
}

/// Evidence for a line of a block: its bytes, or those of the encoded part that holds it.
fn line_of(item: &Item<'_>, found: &UuFound, (line, range): (&[u8], &std::ops::Range<usize>)) -> Evidence {
    if let UuPlace::Body(index) = found.place
        && let Some(view) = item.messages.get(index)
    {
        return Evidence::body(item.path, view, &String::from_utf8_lossy(line));
    }
    let Some((part, raw)) = item.part_of(found).and_then(|part| Some((part, part.message.raw()?))) else { return Evidence::file(item.path) };
    let start = part.entity.body.start;
    if found.is_plain {
        Evidence::raw_bytes(item.path, raw, start + range.start as u64..start + range.end as u64)
    } else {
        Evidence::part(item.path, part.words(), raw.span(part.entity.body.clone()))
    }
}

declare_rule! {
    /// UUENCODE lines with surplus characters fail to decode.
    ///
    /// ## Why it matters
    /// Padding at the end of lines, as Soft-Switch writes it, or characters behind the end line make the 5.0 decoder give up. The user
    /// gets Message.txt instead of the attachment.
    ///
    /// ## What to do
    /// Decode by the character that states the length; install 5.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    ///
    /// begin 644 a.txt
    /// %=&5S= H XXXX
    /// `
    /// end
    /// ```
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    ///
    /// begin 644 a.txt
    /// #0V%T
    /// `
    /// end
    /// XXXX
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    ///
    /// begin 644 a.txt
    /// #0V%TX
    /// `
    /// end
    ///
    /// Regards
    /// ```
    pub static UUENCODE_SURPLUS_CHARACTERS = {
        id: "MIM011", name: "uuencode-surplus-characters", severity: Warning, certainty: Certain,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q175580", "Q164662"],
        needs: [Raw],
        tags: ["mime", "interop", "fix-store"],
        check: Message(uuencode_surplus_characters),
    }
}

fn uuencode_surplus_characters(item: &Item<'_>, findings: &mut Findings<'_>) {
    for found in of_mail_and_raws(item) {
        let lines = [
            (&found.surplus, &found.block.surplus, "a data line is longer than it announces"),
            (&found.behind, &found.block.behind, "text follows the end line directly"),
        ];
        let Some((line, range, fault)) = lines.into_iter().find_map(|(line, range, fault)| Some((line.as_ref()?, range.as_ref()?, fault))) else {
            continue;
        };
        findings
            .report(format!("{fault} in the UUENCODE block {} of {}", shown(&found.name), place(item, found)))
            .evidence(
                line_of(item, found, (line, range))
                    .expected("as many characters as the line announces, one more at most; a blank line behind the end"),
            )
            .evidence(begin_line(item, found));
    }
}

declare_rule! {
    /// A UUENCODED attachment is left as text because Content-Type stands without MIME-Version.
    ///
    /// ## Why it matters
    /// A lone Content-Type makes Exchange take the message for MIME, so it does not look for the UUENCODE block.
    ///
    /// ## What to do
    /// Set ContentTypeEQMimeVer to 0 and start the store again; from 5.0 SP2 on the value also covers embedded messages.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: text/plain
    /// body: "begin 644 a.doc\r\n#0V%T\r\n`\r\nend\r\n"
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   header: Content-Type: text/plain
    ///   body: "begin 644 a.doc\r\n#0V%T\r\n`\r\nend\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain
    /// body: "begin 644 a.doc\r\n#0V%T\r\n`\r\nend\r\n"
    /// ```
    pub static CONTENT_TYPE_WITHOUT_MIME_VERSION = {
        id: "MIM024", name: "content-type-without-mime-version", severity: Warning, certainty: Certain,
        versions: [V5_0, V5_5],
        fixed: "5.0.1460.8" in "5.0 SP2 (registry switch)",
        kb: ["Q175704", "Q177375"],
        needs: [Headers],
        tags: ["mime", "attachment", "config", "fix-store"],
        check: Message(content_type_without_mime_version),
    }
}

fn content_type_without_mime_version(item: &Item<'_>, findings: &mut Findings<'_>) {
    for found in item.uuencoded().iter().filter(|found| is_arrived_or_embedded(item, found)) {
        let Some(message) = message_of(item, found).filter(|message| !message.has("MIME-Version")) else { continue };
        let Some(field) = message.field("Content-Type") else { continue };
        findings
            .report(format!("{} states Content-Type without MIME-Version and holds the UUENCODE block {}", place(item, found), shown(&found.name)))
            .evidence(Evidence::internet_field(item.path, message, field).expected("MIME-Version as well, or no Content-Type"))
            .evidence(begin_line(item, found));
    }
}

fn message_of<'i, 'a>(item: &'i Item<'a>, found: &UuFound) -> Option<InternetMessage<'i, 'a>> {
    match found.place {
        UuPlace::Body(index) => item.messages.get(index).filter(|view| view.headers.is_some()).map(InternetMessage::Mail),
        UuPlace::Part(raw, _) => item.raws().get(raw).map(InternetMessage::Raw),
    }
}

/// Whether a block is in a mail that came in or failed, in an embedded message, or in a raw document.
fn is_arrived_or_embedded(item: &Item<'_>, found: &UuFound) -> bool {
    let UuPlace::Body(index) = found.place else { return true };
    let mail = item.mail().map_or(0, |mail| mail.depth);
    item.messages.get(index).is_some_and(|view| view.depth > mail || item.is_in(ARRIVED))
}

declare_rule! {
    /// A UUENCODE block inside a text/plain part stays text.
    ///
    /// ## Why it matters
    /// By design from 5.0 on, text inside a text/plain part is left alone; 4.0 decoded the block. The recipient sees characters instead
    /// of an attachment.
    ///
    /// ## What to do
    /// Decode the block by hand; the sender should attach files by MIME.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain
    /// body: "begin 644 a.doc\r\n#0V%T\r\n`\r\nend\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Subject: x
    /// body: "begin 644 a.doc\r\n#0V%T\r\n`\r\nend\r\n"
    /// ```
    pub static UUENCODE_INSIDE_TEXT_PLAIN = {
        id: "MIM025", name: "uuencode-inside-text-plain", severity: Info, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q167393"],
        needs: [Headers],
        tags: ["mime", "attachment"],
        check: Message(uuencode_inside_text_plain),
    }
}

fn uuencode_inside_text_plain(item: &Item<'_>, findings: &mut Findings<'_>) {
    for found in of_mail_and_raws(item) {
        let is_arrived = matches!(found.place, UuPlace::Part(..)) || item.is_in(ARRIVED);
        let Some(message) = message_of(item, found).filter(|message| is_arrived && message.has("MIME-Version")) else { continue };
        // The plain text of a multipart mail was its first text/plain part.
        let part = item.part_of(found).map(|part| part.entity).or_else(|| message.top());
        let is_plain = |kind: &str| kind == "text/plain" || message.raw().is_none() && kind.starts_with("multipart/");
        if part.is_some_and(|part| is_plain(&part.media_type)) {
            findings
                .report(format!("{} is MIME and holds the UUENCODE block {} in its text", place(item, found), shown(&found.name)))
                .evidence(begin_line(item, found).expected("an attachment by MIME"));
        }
    }
}
