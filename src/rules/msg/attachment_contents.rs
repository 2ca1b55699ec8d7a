//! Attachments whose content hangs a conversion, hides the real message, or carries a worm.

use crate::{
    backup::{
        Backup, Item, MessageRecord, QueueKind,
        facts::{InnerTnef, attachment_name},
    },
    base::{Pattern, Timestamp, counted, extension},
    declare_rule,
    diagnostics::{Certainty, Evidence, Findings},
    formats::apple_single,
};

declare_rule! {
    /// AppleSingle file with no text gets stuck (4.0).
    ///
    /// ## Why it matters
    /// The connector leaves out a line end when it writes such mail. Without any text the message stays in the delivery queue and no
    /// report is made; without a resource fork in the file it fails with event 4081.
    ///
    /// ## What to do
    /// Add some text and send again, and apply SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// body: none
    /// attach: Figure hex 00 05 16 00 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 02 00 00 00 26 00 00 00 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// body: "The figure for you."
    /// attach: Figure hex 00 05 16 00 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 02 00 00 00 26 00 00 00 00
    /// ```
    pub static APPLESINGLE_WITHOUT_TEXT = {
        id: "MSG072", name: "applesingle-without-text", severity: Error, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.995.52" in "4.0 SP4" gates,
        kb: ["Q159286"],
        needs: [Mtsout],
        tags: ["attachment", "mac", "stuck", "fix-ims"],
        check: Message(applesingle_without_text),
    }
}

fn applesingle_without_text(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut])) else { return };
    let [attachment] = mail.message.attachments.as_slice() else { return };
    let Some((bytes, offset)) = attachment.content_bytes() else { return };
    let Some(entries) = apple_single::entry_ids(bytes) else { return };
    if mail.is_cut() || mail.body().is_some_and(|body| !body.trim().is_empty()) {
        return;
    }
    let fork = if entries.contains(&apple_single::RESOURCE_FORK) { "with" } else { "without" };
    let name = attachment_name(attachment);
    let proof = Evidence::part(item.path, format!("{}, attachment 1", mail.object), offset..offset + apple_single::SIGNATURE.len() as u64);
    findings
        .report(format!("{} has no text and one AppleSingle attachment, '{name}', {fork} resource fork", item.path))
        .evidence(proof.observed("00 05 16 00").expected("a line of text beside it"));
}

declare_rule! {
    /// winmail.dat left as attachment or text.
    ///
    /// ## Why it matters
    /// A part with rich text was not recognised on the way: another X.400 system gave it a wrong tag, its correlation was lost, or
    /// a gateway does not know it. The real attachments and the formatting lie inside of it.
    ///
    /// ## What to do
    /// Decode the stream to get the content. If it comes from OpenMail, switch its winmail.dat off, and apply the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// winmail:
    ///   subject: "inside"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// body:
    ///   Hello.
    ///   begin 600 WINMAIL.DAT
    ///   M>)\^(@
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// body: "We begin 600 things; winmail.dat is not one of them."
    /// attach: mail.dat 2 KB
    /// ```
    pub static UNDECODED_WINMAIL = {
        id: "MSG078", name: "undecoded-winmail", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q169670", "Q136204", "Q94180"],
        needs: [Messages],
        tags: ["tnef", "attachment", "interop"],
        check: Message(undecoded_winmail),
    }
}

fn undecoded_winmail(item: &Item<'_>, findings: &mut Findings<'_>) {
    static BEGIN: Pattern = Pattern::new(r"(?im)^begin [0-7]{3} winmail\.dat\s*$");
    for inner in item.inner_tnefs().iter().filter(|inner| inner.view.is_some()) {
        let inside = contents(inner);
        findings
            .report(format!("{} ({}) holds {} bytes of undecoded TNEF{inside}", item.path, inner.object, inner.bytes.len()))
            .evidence(Evidence::inner_tnef(item.path, inner, 0..inner.bytes.len().min(4) as u64).expected("the parts of the message"));
    }
    for view in &item.messages {
        let Some(body) = view.body().filter(|body| body.contains("begin ") || body.contains("BEGIN ")) else { continue };
        let Some(begin) = BEGIN.find(body) else { continue };
        findings
            .report(format!("the text of {} ({}) holds winmail.dat as UUENCODE", item.path, view.object))
            .evidence(Evidence::body(item.path, view, begin.as_str().trim()).expected("the parts of the message"));
    }
}

/// Says what an inner stream holds.
fn contents(inner: &InnerTnef<'_>) -> String {
    let stream = inner.decode().value;
    let subject = stream.subject().map_or_else(String::new, |subject| format!(", subject '{subject}'"));
    format!("{subject}, {} inside", counted(stream.attachments.len(), "attachment"))
}

declare_rule! {
    /// PostScript attachment may hang the conversion.
    ///
    /// ## Why it matters
    /// The store fails to make a quoted-printable part of PostScript and runs at full load, while the message stays in a queue of
    /// mail awaiting conversion. The article names a hotfix without a build; SP1 is taken for the cure.
    ///
    /// ## What to do
    /// Take the message out and send the file in a ZIP archive. Look for a fix of the store.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// arrived: 1999-10-06T10:00:00Z
    /// attach: figure.eps "%!PS-Adobe-3.0 EPSF-3.0"
    /// //- Mtsout/2
    /// arrived: 1999-10-06T14:00:00Z
    /// ```
    /// ```backup
    /// //- Bad/1
    /// attach: figure "\x1b%-12345X@PJL"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// arrived: 1999-10-06T10:00:00Z
    /// //- Mtsout/2
    /// arrived: 1999-10-06T14:00:00Z
    /// attach: figure.eps "%!PS-Adobe-3.0 EPSF-3.0"
    /// ```
    pub static POSTSCRIPT_ATTACHMENT_AT_QUEUE_HEAD = {
        id: "MSG083", name: "postscript-attachment-at-queue-head", severity: Warning, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed_in: "5.5 SP1 (hotfix named)" gates,
        kb: ["Q182827"],
        needs: [Messages],
        tags: ["attachment", "stuck", "fix-store"],
        check: Backup(postscript_attachment_at_queue_head),
    }
}

fn postscript_attachment_at_queue_head(backup: &Backup, findings: &mut Findings<'_>) {
    let oldest = backup.items(QueueKind::MtsOut).filter(|item| item.facts.arrival.is_some()).min_by_key(|item| item.facts.arrival);
    let failed = backup.items(QueueKind::Bad).chain(backup.items(QueueKind::ContentConversionFailed));
    let hits: Vec<_> = oldest.into_iter().chain(failed).filter_map(|item| Some((item, item.facts.postscript.as_ref()?))).collect();
    let Some((first, part)) = hits.first() else { return };
    let others = if hits.len() > 1 { format!("; {} in all", counted(hits.len(), "such message")) } else { String::new() };
    let proof = hits.iter().map(|(item, part)| {
        Evidence::part(backup.path_of(item), part.object.clone(), part.span.clone()).observed(part.head.clone()).expected("no PostScript")
    });
    let message = format!("{} has the PostScript attachment '{}'{}{others}", backup.path_of(first), part.name, waiting(backup, first));
    let finding = findings.report(message).first_evidences(proof);
    for (item, _) in hits {
        finding.affects(backup.queue_kind_of(item).map_or("", QueueKind::display_name), 1);
    }
}

/// Says how long an item has waited.
fn waiting(backup: &Backup, item: &MessageRecord) -> String {
    let hours = |(now, then): (Timestamp, Timestamp)| now.seconds_since(then) / 3600;
    let age = backup.snapshot_time().zip(item.facts.arrival).map(hours).filter(|hours| *hours > 0);
    age.map_or_else(String::new, |hours| format!("; it has waited {hours} hours"))
}

declare_rule! {
    /// Melissa macro virus mail in the queue.
    ///
    /// ## Why it matters
    /// The Word macro virus mails itself to the first fifty entries of each address book, possibly in a document of the user's own,
    /// and floods the queues.
    ///
    /// ## What to do
    /// Do not open the document. Purge these messages, and keep the connector down until the site is clean.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// subject: "Important Message From Ann Ray"
    /// body: "Here is that document you asked for ... don't show anyone else ;-)"
    /// attach: list.doc 2 KB
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// subject: "Fw: Important Message From Ann Ray"
    /// body: "see below"
    /// attach: LIST.DOC 2 KB
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// subject: "Important Message From HR"
    /// attach: rules.pdf 2 KB
    /// //- Mtsout/2
    /// subject: "Important Message From HR"
    /// body: "see the new rules"
    /// attach: rules.doc 2 KB
    /// ```
    pub static MELISSA_MAIL = {
        id: "MSG084", name: "melissa-mail", severity: Critical, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q224436"],
        needs: [Messages],
        tags: ["virus", "security"],
        check: Message(melissa_mail),
    }
}

fn melissa_mail(item: &Item<'_>, findings: &mut Findings<'_>) {
    static SUBJECT: Pattern = Pattern::new(r"(?i)^(\w{1,3}: ?)?Important Message From ");
    static TEXT: Pattern = Pattern::new(r"(?i)Here is that document");
    for view in item.messages.iter().filter(|view| !view.message.attachments.is_empty()) {
        if !view.message.subject().is_some_and(|subject| SUBJECT.is_match(&subject)) {
            continue;
        }
        let is_document = |name: &str| ["doc", "dot"].iter().any(|wanted| extension(name).eq_ignore_ascii_case(wanted));
        let named = |wanted: &dyn Fn(&str) -> bool| view.message.attachments.iter().position(|attachment| wanted(&attachment_name(attachment)));
        let Some(document) = named(&is_document) else { continue };
        let list = named(&|name| name.eq_ignore_ascii_case("list.doc"));
        let text = view.body().and_then(|body| TEXT.find(body)).map(|hit| hit.as_str());
        if list.is_none() && text.is_none() {
            continue;
        }
        let name = view.message.attachments.get(list.unwrap_or(document)).map(|attachment| attachment_name(attachment).into_owned());
        let from = view.message.sender().and_then(|sender| sender.address).map_or_else(String::new, |address| format!(" from '{address}'"));
        let finding = findings
            .report(format!("{}{from} looks like Melissa: its attachment is {}", item.path, name.unwrap_or_default()))
            .evidence(Evidence::subject(item.path, view).expected("no subject of that worm"))
            .evidence(Evidence::attachment(item.path, view, list.unwrap_or(document)).expected("no document of that worm"))
            .evidences(text.map(|text| Evidence::body(item.path, view, text)));
        if list.is_none() || text.is_none() {
            finding.at_most(Certainty::Possible);
        }
    }
}
