//! Double-byte text and names that are damaged.

use crate::{
    backup::{
        Item, QueueKind,
        facts::{EntityOf, InternetMessage},
    },
    base::{CodePage, hex},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::mime::{DbcsFault, HeaderField, addresses, dbcs_fault_at, encoded_words},
    mapi::{PropTag, PropValue},
};

use super::proof::in_content;

declare_rule! {
    /// 4.0 damages Korean ISO-2022-KR text or attachment names.
    ///
    /// ## Why it matters
    /// 4.0 repeats the designator (blank lines at the reader), drops lines whose first character has the lead byte B7, and before SP3
    /// breaks the attachment header and begin line of Korean names, so the file cannot be decoded.
    ///
    /// ## What to do
    /// Upgrade to 5.0 SP2 or later; send by MIME.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Out/ABCDEFGH escapes
    /// Subject: x
    /// X-MS-Attachment: \x1b$)C
    /// name.doc
    ///
    /// x
    /// ```
    /// ```backup
    /// //- ../Out/ABCDEFGH escapes
    /// Subject: x
    ///
    /// \x1b$)C
    /// x
    /// \x1b$)C
    /// ```
    /// ```backup
    /// //- ../Out/ABCDEFGH escapes
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=iso-2022-kr
    ///
    /// \x1b$)C
    /// \x0e7abc\x0f
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Out/ABCDEFGH escapes
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=iso-2022-kr
    ///
    /// \x1b$)C
    /// \x0e8abc\x0f
    /// ```
    pub static KOREAN_TEXT_FAULTS_OF_40 = {
        id: "MIM040", name: "korean-text-faults-of-40", severity: Warning, certainty: Likely,
        versions: [V4_0],
        fixed_in: "5.0; 4.0 SP3 for names" gates,
        kb: ["Q182144", "Q182166", "Q157000"],
        needs: [Raw],
        tags: ["charset", "loss", "fix-ims"],
        check: Message(korean_text_faults_of_40),
    }
}

const DESIGNATOR: &[u8] = b"\x1b$)C";

fn korean_text_faults_of_40(item: &Item<'_>, findings: &mut Findings<'_>) {
    for raw in item.raws() {
        let message = InternetMessage::Raw(raw);
        let is_korean = || message.charset().as_deref() == Some("iso-2022-kr");
        let lost_line = || memchr::memmem::find(raw.bytes, b"\n\x0e7").filter(|_| is_korean()).map(|at| at + 1);
        let header = message.headers().map_or(0, |headers| usize::try_from(headers.end).unwrap_or(usize::MAX));
        let designators: Vec<usize> = memchr::memmem::find_iter(raw.bytes, DESIGNATOR).take(1000).collect();
        let broken = designators.iter().copied().find(|&at| is_broken_name(raw.bytes, at));
        let second = designators.iter().copied().filter(|&at| at >= header).nth(1);
        let (at, length, fault) = match (broken, second) {
            (Some(at), _) => (at, DESIGNATOR.len(), "an attachment name begins on the line behind its designator"),
            (None, Some(at)) => (at, DESIGNATOR.len(), "the designator of the character set stands more than once"),
            (None, None) => match lost_line() {
                Some(at) => (at, 2, "a line begins with a character of lead byte B7, which 4.0 drops"),
                None => continue,
            },
        };
        let at = at as u64;
        findings
            .report(format!("{} ({}), offset {at} of the document: {fault}", item.path, message.object()))
            .evidence(Evidence::raw_hex(item.path, raw, at..at + length as u64).expected("one designator at the start of the text"));
    }
}

/// Whether the designator at a place ends a line that should go on with a file name.
fn is_broken_name(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.iter().rposition(|&byte| byte == b'\n').map_or(before, |end| before.get(end + 1..).unwrap_or_default());
    let is_begin = |line: &[u8]| matches!(line, [b'b', b'e', b'g', b'i', b'n', b' ', b'0'..=b'7', b'0'..=b'7', b'0'..=b'7', b' ']);
    let behind = bytes.get(at + DESIGNATOR.len()..).unwrap_or_default();
    (line.eq_ignore_ascii_case(b"X-MS-Attachment: ") || is_begin(line)) && (behind.starts_with(b"\r\n") || behind.starts_with(b"\n"))
}

declare_rule! {
    /// An invalid double-byte character crashes store and service.
    ///
    /// ## Why it matters
    /// The store, and the service with it, faults on an invalid pair in an inbound message. A display name that lost its last byte does
    /// the same when a POP3 or IMAP4 client fetches it.
    ///
    /// ## What to do
    /// Take the message out and install Store.exe 5.5.2654.43 or later.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: =?shift_jis?Q?=93=FA=93?=
    ///
    /// x
    /// ```
    /// ```backup
    /// //- ../In/ABCDEFGH hex
    /// 53 75 62 6A 65 63 74 3A 20 93 FA 93 0D 0A # Subject: ... 93
    /// 43 6F 6E 74 65 6E 74 2D 54 79 70 65 3A 20 74 65 78 74 2F 70 6C 61 69 6E 3B 63 68 61 72 73 65 74 3D 73 68 69 66 74 5F 6A 69 73 0D 0A
    /// 0D 0A 78 0D 0A
    /// ```
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=shift_jis
    ///
    /// 100 “
    /// 200
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH codepage=932
    /// Subject: =?shift_jis?Q?=93=FA=96=7B?=
    /// MIME-Version: 1.0
    /// Content-Type: text/plain; charset=shift_jis
    ///
    /// 日本語
    /// ```
    pub static INVALID_DOUBLE_BYTE_CHARACTER = {
        id: "MIM042", name: "invalid-double-byte-character", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2654.43" in "5.5 post-SP4" gates,
        kb: ["Q282796", "Q266638", "Q282533"],
        needs: [Raw],
        tags: ["charset", "crash", "fix-store"],
        check: Message(invalid_double_byte_character),
    }
}

const DOUBLE_BYTE: &[&str] = &["iso-2022-jp", "shift_jis", "euc-jp", "euc-kr", "ks_c_5601-1987", "gb2312", "big5"];

fn invalid_double_byte_character(item: &Item<'_>, findings: &mut Findings<'_>) {
    for message in item.raw_messages() {
        for part in message.entities().filter(|part| part.entity.text.is_some() && part.has_charset(DOUBLE_BYTE)) {
            invalid_text(item, part, findings);
        }
        let charset = message.charset().unwrap_or_default();
        for field in message.headers().into_iter().flat_map(|headers| &headers.fields) {
            let Some((charset, fault, bytes)) = invalid_field(message, field, &charset) else { continue };
            findings
                .report(format!("{} of {} ({}) is {charset} and has the fault {}: {bytes}", field.name, item.path, message.object(), fault.name()))
                .evidence(Evidence::internet_field(item.path, message, field).observed("").expected("whole characters"));
        }
    }
}

fn invalid_text(item: &Item<'_>, part: EntityOf<'_, '_>, findings: &mut Findings<'_>) {
    let content = part.content();
    let Some(page) = part.entity.charset().and_then(CodePage::from_charset) else { return };
    let Some((fault, at)) = dbcs_fault_at(&content, page) else { return };
    // Text that ends in the middle of a character at the end of its document was cut as a preview.
    let is_cut = at + 1 >= content.len() && part.message.raw().is_some_and(|raw| part.entity.body.end >= raw.bytes.len() as u64);
    if is_cut {
        return;
    }
    let (charset, end) = (part.entity.charset().unwrap_or_default(), content.len().min(at + 2));
    let bytes = hex(content.get(at..end).unwrap_or_default());
    findings
        .report(format!("{} ({}) is {charset} and has the fault {} at offset {at}: {bytes}", item.path, part.words(), fault.name()))
        .evidence(in_content(item.path, part, at..end).expected("whole characters"))
        .evidence(Evidence::mime_part(item.path, part));
}

/// Returns the character set, the fault and the bytes around it of a field that is written in encoded words or in raw bytes.
fn invalid_field(message: InternetMessage<'_, '_>, field: &HeaderField, charset: &str) -> Option<(String, DbcsFault, String)> {
    let fault = |bytes: &[u8], charset: &str| {
        let (fault, at) = dbcs_fault_at(bytes, CodePage::from_charset(charset)?)?;
        Some((fault, hex(bytes.get(at..bytes.len().min(at + 2))?)))
    };
    if field.raw.contains("=?") {
        let mut words = encoded_words(&field.raw).into_iter().filter(|word| DOUBLE_BYTE.contains(&word.charset.as_str()));
        let found = words.find_map(|word| fault(&word.bytes, &word.charset).map(|(fault, bytes)| (word.charset, fault, bytes)));
        if found.is_some() {
            return found;
        }
    }
    let bytes = message.bytes_of(field).filter(|bytes| !bytes.is_ascii() && DOUBLE_BYTE.contains(&charset) && charset != "iso-2022-jp")?;
    fault(bytes, charset).map(|(fault, bytes)| (charset.to_owned(), fault, bytes))
}

declare_rule! {
    /// A double-byte display name lost its backslash byte.
    ///
    /// ## Why it matters
    /// The byte 5C is taken for the escape of a quoted pair although it is the second half of a double-byte character, so the name is
    /// corrupted.
    ///
    /// ## What to do
    /// Install 5.5 SP4 and set InternetContent\BackSlashIsEscape to 1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// codepage: 932
    /// header: To: ソフト <ann@example.com>
    /// to: SMTP:ann@example.com
    ///   prop 0x3001001E: hex 83 83 74 83 67 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// codepage: 932
    /// header: To: ソフト <ann@example.com>
    /// to: SMTP:ann@example.com
    ///   prop 0x3001001E: hex 83 5C 83 74 83 67 00
    /// //- Mtsin/2
    /// header: To: "Ann \"Joe\"" <ann@example.com>
    /// to: "Ann Joe" SMTP:ann@example.com
    /// ```
    pub static BACKSLASH_BYTE_LOST_IN_DISPLAY_NAME = {
        id: "MIM046", name: "backslash-byte-lost-in-display-name", severity: Warning, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2652.17" in "5.5 SP4 (switch BackSlashIsEscape)" gates,
        kb: ["Q254533", "Q248838"],
        needs: [Headers],
        tags: ["charset", "header", "fix-store"],
        check: Message(backslash_byte_lost_in_display_name),
    }
}

fn backslash_byte_lost_in_display_name(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some((mail, message)) = item.mail().zip(item.internet_mail()).filter(|_| item.is_in(&[QueueKind::MtsIn])) else { return };
    for field in message.fields(&["To", "Cc"]) {
        let Some(bytes) = message.bytes_of(field).filter(|bytes| bytes.contains(&b'\\') && !bytes.is_ascii()) else { continue };
        // One character a byte keeps the bytes of the names.
        let text: String = bytes.iter().skip(field.name.len() + 1).copied().map(char::from).collect();
        for address in addresses(&text) {
            let Some(name) = address.name.as_deref().filter(|name| without_trails(name) != *name) else { continue };
            let rows = mail.message.recipients.iter().enumerate();
            let stored = rows.filter_map(|(index, row)| Some((index, row.properties.property(PropTag::DISPLAY_NAME)?, row)));
            let mut damaged = stored.filter(|(_, property, row)| {
                let value = row.properties.text(PropTag::EMAIL_ADDRESS).unwrap_or_default();
                value.eq_ignore_ascii_case(&address.address) && as_bytes(&property.value) == Some(without_trails(name))
            });
            let Some((index, property, _)) = damaged.next() else { continue };
            let object = format!("{}, recipient {}", mail.object, index + 1);
            let (written, kept) = (hex(&name.chars().filter_map(|c| u8::try_from(c).ok()).collect::<Vec<_>>()), as_hex(&property.value));
            findings
                .report(format!("{object} of {} is named {kept}, in the header {written}", item.path))
                .evidence(Evidence::property(item.path, &object, property).observed(kept).expected(format!("the bytes {written}")))
                .evidence(Evidence::header(item.path, mail, field));
        }
    }
}

/// Returns a name of one character a byte without each 5C that is the second half of a double-byte character.
fn without_trails(name: &str) -> String {
    let mut kept = String::with_capacity(name.len());
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        kept.push(c);
        if matches!(c, '\u{81}'..='\u{fe}')
            && let Some(trail) = rest.next().filter(|&trail| trail != '\\')
        {
            kept.push(trail);
        }
    }
    kept
}

fn as_bytes(value: &PropValue<'_>) -> Option<String> {
    let PropValue::String8(text) = value else { return None };
    Some(text.bytes.iter().take_while(|&&byte| byte != 0).copied().map(char::from).collect())
}

fn as_hex(value: &PropValue<'_>) -> String {
    let bytes = as_bytes(value).unwrap_or_default();
    hex(&bytes.chars().filter_map(|c| u8::try_from(c).ok()).collect::<Vec<_>>())
}
