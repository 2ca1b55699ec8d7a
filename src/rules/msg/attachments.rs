//! Attachments that kill the content converter.

use crate::{
    backup::{Item, QueueKind},
    base::hex,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::tnef::{Attachment, AttachmentContent},
    mapi::PropTag,
};

declare_rule! {
    /// Several attachments with the same empty or dot-leading name (4.0).
    ///
    /// ## Why it matters
    /// Two attachments of one name, that name being empty or starting with a period, kill the conversion thread. The service
    /// stops and the message stays in the outbound queue for the next start.
    ///
    /// ## What to do
    /// Remove the message; apply the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// attach: .profile 3 bytes
    /// attach: .profile 4 bytes
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// attach: a.txt 3 bytes
    /// attach: a.txt 4 bytes
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// attach: .profile 3 bytes
    /// ```
    pub static EMPTY_OR_DOT_ATTACHMENT_NAMES_REPEAT = {
        id: "MSG070", name: "empty-or-dot-attachment-names-repeat", severity: Critical, certainty: Certain,
        versions: [V4_0],
        fixed: "4.0.838.14" in "4.0 SP1" gates,
        kb: ["Q146598", "Q153655"],
        needs: [Messages],
        tags: ["attachment", "crash", "fix-ims"],
        check: Message(empty_or_dot_attachment_names_repeat),
    }
}

fn empty_or_dot_attachment_names_repeat(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::Bad, QueueKind::ContentConversionFailed]) {
        return;
    }
    for view in &item.messages {
        let converted = |attachment: &Attachment<'_>| matches!(attachment.content, AttachmentContent::File(..) | AttachmentContent::Message(..));
        let named: Vec<_> =
            view.message.attachments.iter().filter(|attachment| converted(attachment)).map(|attachment| (attachment, name_of(attachment))).collect();
        let is_fatal = |name: &str| name.is_empty() || name.starts_with('.');
        let repeated =
            named.iter().enumerate().find(|(index, (_, name))| is_fatal(name) && named.iter().take(*index).any(|(_, other)| other == name));
        if let Some((_, (attachment, name))) = repeated {
            let count = named.iter().filter(|(_, other)| other == name).count();
            findings.report(format!("{count} attachments of {} ({}) have the name '{name}'", item.path, view.object)).evidence(
                Evidence::part(item.path, view.object.as_str(), attachment.span.clone()).observed(name.as_str()).expected("names that differ"),
            );
        }
    }
}

/// Long name, else short name, else empty (message-vocabulary, section 5).
fn name_of(attachment: &Attachment<'_>) -> String {
    attachment.long_name().or_else(|| attachment.name()).map(std::borrow::Cow::into_owned).unwrap_or_default()
}

declare_rule! {
    /// Attachment marked MacBinary is not MacBinary (4.0).
    ///
    /// ## Why it matters
    /// The resource fork was stripped but the TNEF still says MacBinary. The converter takes the first 128 bytes for a header,
    /// reads a nonsense name length and overwrites memory; the service dies with 1067 at each start. Alpha servers suffered
    /// most.
    ///
    /// ## What to do
    /// Empty MTS-OUT with IMCSAVE or the MDB viewer, drop this message, replay the rest, apply SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// attach: LETTER "PK\x03\x04 not a Macintosh file"
    ///   prop 0x37020102: hex 2A 86 48 86 F7 14 03 0B 01
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// attach: LETTER "PK\x03\x04 not a Macintosh file"
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// mac: Letter "data fork" "resource fork"
    /// ```
    pub static MACBINARY_MARK_ON_DATA_FORK = {
        id: "MSG071", name: "macbinary-mark-on-data-fork", severity: Critical, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.995.52" in "4.0 SP4" gates,
        kb: ["Q161937"],
        needs: [Messages],
        tags: ["attachment", "mac", "crash", "fix-ims"],
        check: Message(macbinary_mark_on_data_fork),
    }
}

fn macbinary_mark_on_data_fork(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::Bad]) {
        return;
    }
    for view in &item.messages {
        for attachment in &view.message.attachments {
            let Some(mark) = attachment.properties.property(PropTag::ATTACH_ENCODING).filter(|_| attachment.is_flagged_mac_binary()) else {
                continue;
            };
            let AttachmentContent::File(bytes, offset) = attachment.content else { continue };
            if !attachment.is_all_there() || has_header(bytes) {
                continue;
            }
            let object = format!("{}, attachment '{}'", view.object, name_of(attachment));
            let head = bytes.get(..bytes.len().min(16)).unwrap_or_default();
            let shown = hex(head);
            findings
                .report(format!("{object} of {} is marked MacBinary, but its {} bytes begin with no MacBinary header", item.path, bytes.len()))
                .evidence(Evidence::property(item.path, &object, mark))
                .evidence(
                    Evidence::part(item.path, object.as_str(), offset..offset + head.len() as u64)
                        .observed(shown)
                        .expected("a 128-byte MacBinary header"),
                );
        }
    }
}

/// The 128-byte header by its fixed bytes: version 0, a name of 1 to 63 bytes, zeros at 74 and 82.
fn has_header(bytes: &[u8]) -> bool {
    let byte = |at: usize| bytes.get(at).copied();
    bytes.len() >= 128 && byte(0) == Some(0) && byte(1).is_some_and(|length| (1..=63).contains(&length)) && byte(74) == Some(0) && byte(82) == Some(0)
}
