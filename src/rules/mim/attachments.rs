//! Attachments whose names changed, or that should not be any.

use crate::{
    backup::{Item, MessageView, QueueKind},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::mime::MimeEntity,
};

declare_rule! {
    /// The extension of an attachment was replaced on arrival.
    ///
    /// ## Why it matters
    /// The store replaces the extension by the one that is registered for the MIME type. If application/octet-stream is in the list,
    /// every such file becomes .dat; image/bmp, which is not in it, arrives as .att; name.pps becomes name.pps.ppt. Up to 5.0 a name with
    /// several periods also loses a part.
    ///
    /// ## What to do
    /// Take the type out of the list or add it (image/bmp = bmp), set RemapExtension, or install 5.0 SP1 or 5.5 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/octet-stream; name="report.xls"
    /// attach: report.dat "content"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/vnd.ms-powerpoint; name="name.pps"
    /// attach: name.pps.ppt "content"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/octet-stream; name="report"
    /// attach: report.dat "content"
    /// //- Mtsin/2
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/octet-stream; name="report.xls"
    /// attach: REPORT.XLS "content"
    /// ```
    pub static ATTACHMENT_EXTENSION_CHANGED = {
        id: "MIM071", name: "attachment-extension-changed", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        fixed_in: "5.0 SP1; 5.5 SP2 (switch RemapExtension)",
        kb: ["Q184534", "Q181955", "Q152166", "Q183350", "Q234595"],
        needs: [Headers],
        tags: ["attachment", "config", "fix-store"],
        check: Message(attachment_extension_changed),
    }
}

fn attachment_extension_changed(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some((mail, entity, stated)) = with_named_entity(item) else { return };
    // The header names one file, so it must be the only attachment to be that one.
    let [attachment] = mail.message.attachments.as_slice() else { return };
    let Some(stored) = attachment.long_name().or_else(|| attachment.name()) else { return };
    if !is_replaced(&stored.to_lowercase(), &stated.to_lowercase()) {
        return;
    }
    let field = if entity.headers.first("Content-Disposition").is_some() { "Content-Disposition" } else { "Content-Type" };
    let finding = findings.report(format!("{} names its file {stated} ({}), and it was stored as {stored}", item.path, entity.media_type));
    finding.evidence(Evidence::attachment(item.path, mail, 0).observed(&*stored).expected(stated));
    finding.evidences(entity.headers.first(field).map(|field| Evidence::header(item.path, mail, field)));
}

/// Returns the mail of MTS-IN with the entity of its headers and the name that this states.
fn with_named_entity<'i, 'a>(item: &'i Item<'a>) -> Option<(&'i MessageView<'a>, &'i MimeEntity, &'i str)> {
    let mail = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn]))?;
    let entity = mail.entity()?;
    Some((mail, entity, entity.name.as_deref().filter(|name| !name.trim().is_empty())?))
}

/// Whether the stored name has another extension than the stated one, or a second one behind it; both in lower case.
fn is_replaced(stored: &str, stated: &str) -> bool {
    let (Some((stem, extension)), Some((_, stated_extension))) = (stored.rsplit_once('.'), stated.rsplit_once('.')) else { return false };
    let is_other = extension != stated_extension && !stem.is_empty() && stated.starts_with(stem);
    is_other || stem == stated
}

declare_rule! {
    /// Text became an attachment because of a name parameter.
    ///
    /// ## Why it matters
    /// The 4.0 SP2 connector takes the named text for a file and leaves the message empty.
    ///
    /// ## What to do
    /// Install Service Pack 3 for Exchange 4.0; it holds the corrected program.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset="ISO-8859-1"; Name="Message Body"
    /// body: "\r\n"
    /// attach: "Message Body" "Hello"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset="ISO-8859-1"; Name="Message Body"
    /// body: "Hello"
    /// attach: "Message Body" "Hello"
    /// //- Mtsin/2
    /// header: MIME-Version: 1.0
    /// header: Content-Type: multipart/mixed; boundary=b1
    /// body: "\r\n"
    /// attach: "Message Body" "Hello"
    /// ```
    pub static NAME_PARAMETER_TURNS_TEXT_INTO_ATTACHMENT = {
        id: "MIM072", name: "name-parameter-turns-text-into-attachment", severity: Info, certainty: Certain,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q152915"],
        needs: [Headers],
        tags: ["mime", "fix-ims"],
        check: Message(name_parameter_turns_text_into_attachment),
    }
}

fn name_parameter_turns_text_into_attachment(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some((mail, entity, _)) = with_named_entity(item).filter(|_| !item.is_cut()) else { return };
    let Some(name) = entity.param("name").filter(|_| entity.media_type == "text/plain") else { return };
    let is_so_named = |index: &usize| {
        let attachment = mail.message.attachments.get(*index);
        attachment.is_some_and(|attachment| attachment.long_name().or_else(|| attachment.name()).is_some_and(|each| each == name))
    };
    let named: Vec<usize> = (0..mail.message.attachments.len()).filter(is_so_named).collect();
    let [index] = named.as_slice() else { return };
    if !mail.body().unwrap_or_default().trim().is_empty() {
        return;
    }
    let finding = findings.report(format!("the text of {} became the attachment {name}, and the message is empty", item.path));
    finding.evidence(Evidence::attachment(item.path, mail, *index).expected("the text in the message"));
    finding.evidences(entity.headers.first("Content-Type").map(|field| Evidence::header(item.path, mail, field)));
}
