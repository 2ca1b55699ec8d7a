//! Rich text in TNEF parts that comes back damaged, is not found, or stops the store.

use crate::{
    backup::{
        Item,
        facts::{EntityOf, InnerTnef, InternetMessage},
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
    mapi::PropTag,
};

use super::proof::{INBOUND, arrived_mail};

declare_rule! {
    /// A TNEF part that a foreign system returns can crash the 5.0 store.
    ///
    /// ## Why it matters
    /// A part that Exchange once sent comes back inside a reply or forward of another system in a form that made 5.0 before SP2 fault
    /// while it cleaned up. The article does not say which form; a part that is not the last one, or that no correlator announces, is
    /// our reading.
    ///
    /// ## What to do
    /// Take the message out; install 5.0 SP2; send no rich text to that domain.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: Re: x
    /// X-Mailer: Windows Eudora Light Version 3.0.1
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed; boundary="b1"
    ///
    /// --b1
    /// Content-Type: application/ms-tnef
    /// Content-Transfer-Encoding: base64
    ///
    /// eJ8+Ig==
    /// --b1
    ///
    /// My answer.
    /// --b1--
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// X-Mailer: Internet Mail Service (5.0.1457.3)
    /// X-MS-TNEF-Correlator: <A@example.com>
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed; boundary="b1"
    ///
    /// --b1
    ///
    /// Text.
    /// --b1
    /// Content-Type: application/ms-tnef
    /// Content-Transfer-Encoding: base64
    ///
    /// eJ8+Ig==
    /// --b1--
    /// ```
    pub static MS_TNEF_PART_FROM_FOREIGN_MAILER = {
        id: "MIM021", name: "ms-tnef-part-from-foreign-mailer", severity: Critical, certainty: Possible,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q152937"],
        needs: [Raw],
        tags: ["mime", "tnef", "crash", "fix-store"],
        check: Message(ms_tnef_part_from_foreign_mailer),
    }
}

fn ms_tnef_part_from_foreign_mailer(item: &Item<'_>, findings: &mut Findings<'_>) {
    static OURS: Pattern = Pattern::new(r"(?i)Microsoft|Exchange|Internet Mail Service");
    for message in item.raw_messages() {
        let Some(part) = message.entities().find(|part| part.entity.media_type == TNEF_TYPE) else { continue };
        let mailer = message.field("X-Mailer");
        if mailer.is_some_and(|mailer| OURS.is_match(&mailer.value)) {
            continue;
        }
        let correlator = message.field(CORRELATOR).map(|field| field.value.trim()).unwrap_or_default();
        let fault = match (correlator.is_empty(), is_last_of_top(part)) {
            (true, _) => "no correlator announces it",
            (false, false) => "it is not the last part",
            (false, true) => continue,
        };
        let program = mailer.map_or("an unnamed program", |mailer| mailer.value.as_str());
        findings
            .report(format!("{} ({}) is a TNEF part sent by {program}, and {fault}", item.path, part.words()))
            .evidence(Evidence::mime_part(item.path, part).expected("TNEF of Microsoft programs only, announced and last"))
            .evidences(mailer.map(|field| Evidence::internet_field(item.path, message, field)));
    }
}

const TNEF_TYPE: &str = "application/ms-tnef";
const CORRELATOR: &str = "X-MS-TNEF-Correlator";

/// Whether an entity is the last part directly in the topmost multipart.
fn is_last_of_top(part: EntityOf<'_, '_>) -> bool {
    let last = part.message.entities().filter(|each| each.entity.parent == Some(0)).last();
    last.is_some_and(|last| last.index == part.index)
}

declare_rule! {
    /// A folded TNEF correlator makes the store ignore the rich text.
    ///
    /// ## Why it matters
    /// The value on a continuation line is not matched, so the TNEF part is ignored: formatting, forms and attachments are lost.
    ///
    /// ## What to do
    /// Decode the ms-tnef part by hand; let the sender turn rich text off; install 5.5 SP1 or the fix of 5.0 after SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Message-ID: <5913080CA46DD111A98200A0C9960C101E3C@test.com>
    /// header: X-MS-TNEF-Correlator:
    ///   <5913080CA46DD111A98200A0C9960C101E3C@test.com>
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Message-ID: <5913080CA46DD111A98200A0C9960C101E3C@test.com>
    /// header: X-MS-TNEF-Correlator: <5913080CA46DD111A98200A0C9960C101E3C@test.com>
    /// ```
    pub static FOLDED_TNEF_CORRELATOR = {
        id: "MIM022", name: "folded-tnef-correlator", severity: Error, certainty: Certain,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1; 5.0 post-SP2 hotfix" gates,
        kb: ["Q182232", "Q242221"],
        needs: [Headers],
        tags: ["header", "tnef", "loss", "fix-store"],
        check: Message(folded_tnef_correlator),
    }
}

fn folded_tnef_correlator(item: &Item<'_>, findings: &mut Findings<'_>) {
    static FOLDED: Pattern = Pattern::new(r"^[ \t]*\r?\n[ \t]+<");
    for message in item.internet_messages() {
        let Some(field) = message.fields(&[CORRELATOR]).find(|field| FOLDED.is_match(&field.raw)) else { continue };
        let has_part = match message.raw() {
            Some(_) => message.mime_entities().iter().any(|entity| entity.media_type == TNEF_TYPE),
            None => item.inner_tnefs().iter().any(|inner| inner.view.is_some()),
        };
        let part = if has_part { "a TNEF part is there" } else { "no TNEF part was found" };
        findings
            .report(format!("the TNEF correlator of {} ({}) stands on a continuation line; {part}", item.path, message.object()))
            .evidence(Evidence::internet_field(item.path, message, field).expected("the value on the line of the field's name"));
    }
}

declare_rule! {
    /// The TNEF correlator differs from the Message-ID.
    ///
    /// ## Why it matters
    /// Exchange writes the same id into both fields. A host that gave the message a new id on its way breaks the tie, and the rich-text
    /// part stays undecoded.
    ///
    /// ## What to do
    /// Look in the Received fields for the host that rewrites Message-ID.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Message-ID: <A@x>
    /// header: X-MS-TNEF-Correlator: <B@x>
    /// attach: winmail.dat hex 78 9F 3E 22
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Message-ID: <A@x>
    /// header: X-MS-TNEF-Correlator: <A@x>
    /// attach: winmail.dat hex 78 9F 3E 22
    /// //- Mtsin/2
    /// header: Message-ID: <A@x>
    /// header: X-MS-TNEF-Correlator: <B@x>
    /// ```
    pub static TNEF_CORRELATOR_MISMATCH = {
        id: "MIM023", name: "tnef-correlator-mismatch", severity: Info, certainty: Possible,
        versions: [V5_0, V5_5],
        kb: ["Q182232", "Q169670"],
        needs: [Headers],
        tags: ["header", "tnef", "interop"],
        check: Message(tnef_correlator_mismatch),
    }
}

fn tnef_correlator_mismatch(item: &Item<'_>, findings: &mut Findings<'_>) {
    for message in item.internet_messages() {
        let (Some(correlator), Some(id)) = (message.field(CORRELATOR), message.field("Message-ID")) else { continue };
        let (theirs, own) = (correlator.value.trim(), id.value.trim());
        if theirs.is_empty() || own.is_empty() || theirs == own || tnefs_of(item, message).next().is_none() {
            continue;
        }
        findings
            .report(format!("{} ({}) has the Message-ID {own}, the TNEF correlator {theirs}, and TNEF undecoded", item.path, message.object()))
            .evidence(Evidence::internet_field(item.path, message, correlator).expected(format!("the Message-ID {own}")))
            .evidence(Evidence::internet_field(item.path, message, id));
    }
}

/// Returns the inner TNEF streams of the mail, or those of a raw document.
fn tnefs_of<'i, 'a>(item: &'i Item<'a>, message: InternetMessage<'i, 'a>) -> impl Iterator<Item = &'i InnerTnef<'a>> {
    let mail = item.mail().and_then(|mail| item.messages.iter().position(|view| std::ptr::eq(view, mail)));
    item.inner_tnefs().iter().filter(move |inner| match message.raw() {
        None => inner.view.is_some() && inner.view == mail,
        Some(raw) => inner.view.is_none() && raw.span(0..raw.bytes.len() as u64).contains(&inner.span.start),
    })
}

declare_rule! {
    /// A delivery report with a rich-text TNEF part can crash the store.
    ///
    /// ## Why it matters
    /// While it converts a delivery report that came by SMTP, the store decodes the compressed rich text of its TNEF part into a
    /// structure that was not set up, and stops in HrDecodeRTF. The article speaks of SMTP delivery reports only; the part and the
    /// property are read from its call stack.
    ///
    /// ## What to do
    /// Move the message out of the queue; install the store of after SP4 (5.5.2655.21 or later).
    ///
    /// ## Fires
    /// ```backup
    /// //- Bad/1
    /// class: REPORT.IPM.Note.DR
    /// header: MIME-Version: 1.0
    /// header: Content-Type: multipart/report; report-type=delivery-status; boundary=b1
    /// attach: winmail.dat hex 78 9F 3E 22 01 00 01 03 90 06 00 10 00 00 00 01 00 00 00 02 01 09 10 01 00 00 00 00 00 00 00 1E 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Bad/1
    /// class: REPORT.IPM.Note.DR
    /// header: MIME-Version: 1.0
    /// header: Content-Type: multipart/report; report-type=delivery-status; boundary=b1
    /// //- Bad/2
    /// header: Content-Type: multipart/mixed; boundary=b1
    /// attach: winmail.dat hex 78 9F 3E 22 01 00 01 03 90 06 00 10 00 00 00 01 00 00 00 02 01 09 10 01 00 00 00 00 00 00 00 1E 00
    /// ```
    pub static SMTP_DELIVERY_REPORT_WITH_RICH_TEXT = {
        id: "MIM609", name: "smtp-delivery-report-with-rich-text", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2655.21" in "5.5 post-SP4" gates,
        kb: ["Q303686", "Q282533"],
        needs: [Headers],
        tags: ["crash", "report", "tnef", "fix-store"],
        check: Message(smtp_delivery_report_with_rich_text),
    }
}

fn smtp_delivery_report_with_rich_text(item: &Item<'_>, findings: &mut Findings<'_>) {
    let mail = arrived_mail(item).map(InternetMessage::Mail).into_iter();
    let raws = item.raws().iter().filter(|raw| raw.is_in(INBOUND)).map(InternetMessage::Raw);
    for message in mail.chain(raws) {
        let says_report = message.top().is_some_and(|top| top.media_type == "multipart/report");
        let is_report = matches!(message, InternetMessage::Mail(view) if view.is_report());
        if !says_report && !is_report {
            continue;
        }
        let Some(inner) = tnefs_of(item, message).find(|inner| may_hold_rich_text(inner)) else { continue };
        let field = message.field("Content-Type").map(|field| Evidence::internet_field(item.path, message, field));
        findings
            .report(format!("{} ({}) is a delivery report with rich text in {}", item.path, message.object(), inner.object))
            .evidence(Evidence::inner_tnef(item.path, inner, 0..inner.bytes.len() as u64).expected("a report without PR_RTF_COMPRESSED"))
            .evidences(field);
    }
}

/// Whether a stream holds compressed rich text; one that is no TNEF at all may be anything.
fn may_hold_rich_text(inner: &InnerTnef<'_>) -> bool {
    !inner.has_signature() || inner.decode().value.properties.any_type(PropTag::RTF_COMPRESSED).is_some()
}
