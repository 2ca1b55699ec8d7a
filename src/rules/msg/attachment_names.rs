//! Names of attachments that stop a converter, fill a disk, or lead out of a folder.

use std::collections::HashMap;

use crate::{
    backup::{
        Item, MessageView, QueueKind,
        facts::{attachment_name, is_double_byte, is_unicode_charset, jis_length, rich_info},
    },
    base::{CodePage, Pattern, stem},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::tnef::Attachment,
    mapi::{PropTag, Property},
};

/// Queues of mail that came in and of mail that failed.
const IN_AND_FAILED: [QueueKind; 3] = [QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed];
/// Queues of outbound mail, and those where it ends when it fails.
const OUT_AND_FAILED: [QueueKind; 3] = [QueueKind::MtsOut, QueueKind::Bad, QueueKind::ContentConversionFailed];

/// Returns the property that names an attachment.
fn naming<'m, 'a>(attachment: &'m Attachment<'a>) -> Option<&'m Property<'a>> {
    let filled = |tag| attachment.properties.property(tag).filter(|property| property.value.text().is_some_and(|text| !text.is_empty()));
    filled(PropTag::ATTACH_LONG_FILENAME).or_else(|| filled(PropTag::ATTACH_FILENAME))
}

/// Evidence for the name of an attachment, or for the attachment when an attribute names it.
fn name_proof(item: &Item<'_>, view: &MessageView<'_>, index: usize) -> Evidence {
    let object = format!("{}, attachment {}", view.object, index + 1);
    let property = view.message.attachments.get(index).and_then(naming);
    property.map_or_else(|| Evidence::attachment(item.path, view, index), |property| Evidence::property(item.path, &object, property))
}

declare_rule! {
    /// Long Japanese attachment name fills the disk.
    ///
    /// ## Why it matters
    /// With UUENCODE the converted name overruns its buffer and is written again and again into a temporary file, in Imcdata\Out
    /// when the message is sent, or as an .stf file in Mdbdata when a POP3 or IMAP4 client fetches it, until the disk is full.
    ///
    /// ## What to do
    /// Shorten the name, use MIME, or install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// codepage: 932
    /// prop 0x3FDE0003: 50220
    /// attach: {日*130}.doc 2 KB
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// codepage: 932
    /// prop 0x3FDE0003: 50220
    /// attach: {日*100}.doc 2 KB
    /// attach: {x*250}.doc 2 KB
    /// ```
    pub static DBCS_ATTACHMENT_NAME_TOO_LONG = {
        id: "MSG073", name: "dbcs-attachment-name-too-long", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2652.17" in "5.5 SP4" gates,
        kb: ["Q258319", "Q248838"],
        needs: [Messages],
        tags: ["attachment", "charset", "stuck", "fix-store"],
        check: Message(dbcs_attachment_name_too_long),
    }
}

fn dbcs_attachment_name_too_long(item: &Item<'_>, findings: &mut Findings<'_>) {
    const LONGEST: usize = 246;
    if !item.is_in(&[QueueKind::MtsOut]) && !item.is_in(&IN_AND_FAILED) {
        return;
    }
    for view in item.messages.iter().filter(|view| !view.message.attachments.is_empty()) {
        let [of_strings, of_internet] = view.code_pages();
        if of_strings != Some(932) && !matches!(of_internet, Some(932 | 50220 | 50221 | 50222)) {
            continue;
        }
        for (index, attachment) in view.message.attachments.iter().enumerate() {
            let name = attachment_name(attachment);
            let length = jis_length(&name);
            if length > LONGEST && !name.is_ascii() {
                findings
                    .report(format!("the name of attachment {} of {} ({}) takes {length} bytes in JIS", index + 1, item.path, view.object))
                    .evidence(name_proof(item, view, index).expected("at most 246 bytes"));
            }
        }
    }
}

declare_rule! {
    /// Several attachments with the same double-byte name loop the store.
    ///
    /// ## Why it matters
    /// To make equal names differ, the store replaces the last byte in front of the period. If that is the second half of a
    /// double-byte character, the search for a free name never ends. It takes rich text to the recipient and UUENCODE.
    ///
    /// ## What to do
    /// Rename the attachments or send as MIME, and install SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// codepage: 932
    /// p1: SMTP:joe@example.com
    ///   rich: yes
    /// attach: 日本.txt 3 bytes
    /// attach: 日本.txt 4 bytes
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// codepage: 932
    /// attach: a.txt 3 bytes
    /// attach: a.txt 4 bytes
    /// attach: 日本a.txt 3 bytes
    /// attach: 日本a.txt 4 bytes
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// attach: menü.txt 3 bytes
    /// attach: menü.txt 4 bytes
    /// ```
    pub static REPEATED_DBCS_ATTACHMENT_NAME = {
        id: "MSG074", name: "repeated-dbcs-attachment-name", severity: Critical, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2505.0" in "5.5 SP3; 5.0 store 5.0.1461.76" gates,
        kb: ["Q195970"],
        needs: [Messages],
        tags: ["attachment", "charset", "crash", "fix-store"],
        check: Message(repeated_dbcs_attachment_name),
    }
}

fn repeated_dbcs_attachment_name(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&OUT_AND_FAILED) {
        return;
    }
    for view in item.messages.iter().filter(|view| view.message.attachments.len() >= 2) {
        let page = view.message.effective_code_page();
        let mut seen: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, attachment) in view.message.attachments.iter().enumerate() {
            let name = attachment_name(attachment);
            if stem(&name).chars().last().is_some_and(|last| is_double_byte(last, page)) {
                seen.entry(name.to_lowercase()).or_default().push(index);
            }
        }
        let mut repeated: Vec<_> = seen.into_iter().filter(|(_, places)| places.len() >= 2).collect();
        repeated.sort_unstable();
        for (name, places) in repeated {
            let message = format!("{} attachments of {} ({}) have the name {name}{}", places.len(), item.path, view.object, rich_recipients(item));
            let proof = places.iter().map(|&index| name_proof(item, view, index).expected("names that differ"));
            findings.report(message).first_evidences(proof);
        }
    }
}

/// Says how many envelope recipients get rich text.
fn rich_recipients(item: &Item<'_>) -> String {
    let page = item.shell().map_or(CodePage::WINDOWS_1252, |shell| shell.message.effective_code_page());
    let count = item.p1().iter().filter(|row| rich_info(row, page) == Some(true)).count();
    format!("; {count} of {} recipients are marked for rich text", item.p1().len())
}

declare_rule! {
    /// Non-ASCII attachment name without extension crashes the store.
    ///
    /// ## Why it matters
    /// While it converts a Unicode file name that has no extension, the store uses a null pointer and faults. It meets the message
    /// again after the restart.
    ///
    /// ## What to do
    /// Remove the message and install SP1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// codepage: 932
    /// header: Content-Type: text/plain; charset=utf-8
    /// attach: 日本 2 KB
    /// ```
    /// ```backup
    /// //- Bad/1
    /// attach: original.eml "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=\"=?utf-8?B?5pel5pys?=\"\r\n\r\nx"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// codepage: 932
    /// header: Content-Type: text/plain; charset=utf-8
    /// attach: 日本.doc 2 KB
    /// attach: README 2 KB
    /// ```
    pub static UNICODE_ATTACHMENT_NAME_WITHOUT_EXTENSION = {
        id: "MSG075", name: "unicode-attachment-name-without-extension", severity: Critical, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1; 5.0 post-SP2 hotfix" gates,
        kb: ["Q187866"],
        needs: [Messages],
        tags: ["attachment", "charset", "crash", "fix-store"],
        check: Message(unicode_attachment_name_without_extension),
    }
}

fn unicode_attachment_name_without_extension(item: &Item<'_>, findings: &mut Findings<'_>) {
    const EXPECTED: &str = "a name with an extension";
    let is_bare = |name: &str| !name.is_ascii() && !name.contains('.');
    if item.is_in(&IN_AND_FAILED) {
        for view in item.messages.iter().filter(|view| !view.message.attachments.is_empty() && view.has_unicode_charset()) {
            for (index, attachment) in view.message.attachments.iter().enumerate() {
                let name = attachment_name(attachment);
                if is_bare(&name) {
                    findings
                        .report(format!("attachment {} of {} ({}) is named {name}, without extension", index + 1, item.path, view.object))
                        .evidence(name_proof(item, view, index).expected(EXPECTED));
                }
            }
        }
    }
    for raw in item.raws() {
        let is_unicode_word = |entity: &crate::formats::mime::MimeEntity| {
            let written = entity.content_type_raw.as_deref().unwrap_or_default();
            written.to_ascii_lowercase().contains("=?utf-")
        };
        let all = &raw.document().entities;
        let is_unicode = all.iter().any(|entity| entity.charset().is_some_and(is_unicode_charset) || is_unicode_word(entity));
        let bare = all.iter().filter(|entity| is_unicode && entity.name.as_deref().is_some_and(is_bare));
        for entity in bare {
            let name = entity.name.as_deref().unwrap_or_default();
            let message = format!("a part of {} is named {name}, without extension", item.path);
            findings.report(message).evidence(Evidence::entity(item.path, raw, entity).expected(EXPECTED));
        }
    }
}

declare_rule! {
    /// Path in an attachment name.
    ///
    /// ## Why it matters
    /// 5.0 without service pack makes two attachments of such a part, one of them empty. On any version a path in a name can lead
    /// out of the folder into which somebody extracts the attachments without care.
    ///
    /// ## What to do
    /// Ignore the empty twin, apply 5.0 SP1, and extract without the path.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// attach: "report.doc" 2 KB
    ///   prop 0x3707001E: "C:\\TEMP\\report.doc"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// attach: "report 3/4" 2 KB
    /// reference: \\server\share\a.doc
    /// ```
    pub static ATTACHMENT_NAME_WITH_PATH = {
        id: "MSG076", name: "attachment-name-with-path", severity: Warning, certainty: Certain,
        versions: [V5_0],
        fixed: "5.0.1458.49" in "5.0 SP1",
        kb: ["Q166573"],
        needs: [Messages],
        tags: ["attachment", "security", "fix-store"],
        check: Message(attachment_name_with_path),
    }
}

static PATH: Pattern = Pattern::new(r"\\|^[A-Za-z]:|(^|/)\.\./");

fn attachment_name_with_path(item: &Item<'_>, findings: &mut Findings<'_>) {
    each_stored_name(item, &|name| PATH.is_match(name), &mut |object, name, proof| {
        findings.report(format!("{object} of {} has the name {name}", item.path)).evidence(proof.expected("a name without a path"));
    });
}

/// Hands over the long and short names of attachments, and the names of MIME parts, that a test picks: object, name and evidence.
fn each_stored_name(item: &Item<'_>, is_hit: &dyn Fn(&str) -> bool, found: &mut dyn FnMut(String, &str, Evidence)) {
    for view in &item.messages {
        for (index, attachment) in view.message.attachments.iter().enumerate() {
            for tag in [PropTag::ATTACH_LONG_FILENAME, PropTag::ATTACH_FILENAME] {
                let Some(property) = attachment.properties.property(tag) else { continue };
                let Some(name) = property.value.text().filter(|name| is_hit(name)) else { continue };
                let object = format!("{}, attachment {}", view.object, index + 1);
                let proof = Evidence::property(item.path, &object, property);
                found(object, &name, proof);
            }
        }
    }
    for raw in item.raws() {
        for entity in &raw.document().entities {
            if let Some(name) = entity.name.as_deref().filter(|name| is_hit(name)) {
                found("a part".to_owned(), name, Evidence::entity(item.path, raw, entity));
            }
        }
    }
}

declare_rule! {
    /// Quotation marks are part of the attachment name.
    ///
    /// ## Why it matters
    /// A Macintosh client put quotation marks into the name and the store adds another pair, so that the file cannot be opened by
    /// its name.
    ///
    /// ## What to do
    /// Rename the file when it is extracted, and install SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// attach: "filename" 2 KB
    ///   prop 0x3707001E: "\"filename\""
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// attach: Message.txt "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; name=\"filename\"\r\n\r\nx"
    /// ```
    pub static DOUBLED_QUOTES_IN_ATTACHMENT_NAME = {
        id: "MSG079", name: "doubled-quotes-in-attachment-name", severity: Info, certainty: Certain,
        versions: [V5_5],
        fixed: "5.5.2504.0" in "5.5 SP3",
        kb: ["Q196853", "Q235453"],
        needs: [Messages],
        tags: ["attachment", "mac", "fix-store"],
        check: Message(doubled_quotes_in_attachment_name),
    }
}

fn doubled_quotes_in_attachment_name(item: &Item<'_>, findings: &mut Findings<'_>) {
    let is_quoted = |name: &str| name.len() >= 2 && name.starts_with('"') && name.ends_with('"') || name.contains("\"\"");
    each_stored_name(item, &is_quoted, &mut |object, name, proof| {
        findings.report(format!("{object} of {} is named {name}", item.path)).evidence(proof.expected("a name without quotation marks"));
    });
}
