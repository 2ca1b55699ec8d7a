//! What rich text, or its absence, will do to outbound mail (Q262126: the records of e-mail domains).

use crate::{
    backup::{Item, MessageView, QueueKind, RichText, facts::attachment_name},
    base::{Pattern, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::tnef::AttachMethod,
    mapi::{PropTag, Property},
};

use super::outbound_format::{Outbound, gets_plain_text, report_recipients};

declare_rule! {
    /// Attachments will be hidden in winmail.dat for an Internet recipient.
    ///
    /// ## Why it matters
    /// The message will leave with Exchange rich text, and its attachments travel inside of a part application/ms-tnef. Readers
    /// without MAPI see winmail.dat, nothing, or Mime6.raw. A custom recipient inherits the mark from a distribution list, and an
    /// address typed as [SMTP:...] switches it on. Before 5.0 SP2 and 5.5 SP1 the MTA loses the recipient's own setting when it
    /// expands lists, so that the mark is not what the administrator chose. Between Exchange organizations all this is wanted.
    ///
    /// ## What to do
    /// Clear 'always send in rich text' for the recipient or the list, or set the domain to Never.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    ///   rich: yes
    /// attach: report.doc 2 KB
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    ///   rich: no
    /// attach: report.doc 2 KB
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,32,76,2,0,0
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    ///   rich: yes
    /// attach: report.doc 2 KB
    /// ```
    pub static ATTACHMENTS_INSIDE_RICH_TEXT = {
        id: "MSG050", name: "attachments-inside-rich-text", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q181953", "Q169666", "Q174890", "Q173713", "Q138053", "Q149203"],
        needs: [Mtsout],
        tags: ["rtf", "attachment", "interop"],
        check: Message(attachments_inside_rich_text),
    }
}

fn attachments_inside_rich_text(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut])) else { return };
    let files = || mail.message.attachments.iter().filter(|attachment| attachment.method() == Some(AttachMethod::BY_VALUE));
    if files().next().is_none() {
        return;
    }
    let hidden =
        |to: &Outbound<'_, '_>| to.rich_text == Some(RichText::Always) || to.rich_info == Some(true) && to.rich_text != Some(RichText::Never);
    let names: Vec<_> = files().map(|file| attachment_name(file).into_owned()).collect();
    report_recipients(item, findings, (hidden, "no rich text"), |to| {
        format!("{} will hide {} in winmail.dat from {}", item.path, enumerated(&names, 3), to.whom())
    });
}

declare_rule! {
    /// Form, contact or meeting request will go out without rich text.
    ///
    /// ## Why it matters
    /// Without TNEF only the text is left: meeting requests arrive as plain text, contacts as blank attachments, forms with an error
    /// about a missing form, and key exchange as raw certificates.
    ///
    /// ## What to do
    /// Set the option of the domain to User or Always, and mark the recipient to get rich text.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,32,76,0,0,0
    /// //- Mtsout/1
    /// class: IPM.Schedule.Meeting.Request
    /// p1: SMTP:joe@example.com
    ///   rich: no
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,32,76,0,0,0
    /// //- Mtsout/1
    /// class: IPM.Schedule.Meeting.Request
    /// p1: SMTP:joe@example.com
    ///   rich: yes
    /// //- Mtsout/2
    /// p1: SMTP:joe@example.com
    ///   rich: no
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// class: IPM.Schedule.Meeting.Request
    /// p1: SMTP:joe@example.com
    ///   rich: no
    /// ```
    pub static FORM_OR_MEETING_WITHOUT_RICH_TEXT = {
        id: "MSG051", name: "form-or-meeting-without-rich-text", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q173544", "Q175867", "Q177018", "Q179722"],
        needs: [Mtsout],
        tags: ["rtf", "interop", "config"],
        check: Message(form_or_meeting_without_rich_text),
    }
}

fn form_or_meeting_without_rich_text(item: &Item<'_>, findings: &mut Findings<'_>) {
    static OWN: Pattern = Pattern::new(r"(?i)^IPM\.(Schedule|Appointment|Contact|Task|TaskRequest|Activity|StickyNote)");
    static ENCLOSED: Pattern = Pattern::new(r"(?i)^IPM\.(Contact|Schedule|Appointment|Task)");
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut])) else { return };
    let is_form = |class: &str| {
        let plain = ["IPM.Note.Rules", "IPM.Note.Secure", "IPM.Note.SMIME"];
        let is_own_form = class.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("IPM.Note."));
        OWN.is_match(class)
            || is_own_form && !plain.iter().any(|known| class.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known)))
    };
    let is_enclosed =
        |view: &&MessageView<'_>| view.depth == mail.depth + 1 && view.message.message_class().is_some_and(|class| ENCLOSED.is_match(&class));
    let is_mail_form = mail.message.message_class().is_some_and(|class| is_form(&class));
    let form = if is_mail_form { Some(mail) } else { item.messages.iter().find(is_enclosed) };
    let Some(form) = form else { return };
    let class = form.message.message_class().unwrap_or_default().into_owned();
    let finding = report_recipients(item, findings, (gets_plain_text, "rich text"), |to| {
        format!("{} of {} will get the text only of {class}", to.whom(), item.path)
    });
    if let Some(finding) = finding {
        finding.first_evidences([Evidence::message_class(item.path, form)]);
    }
}

declare_rule! {
    /// Encrypted or signed mail would be wrapped in TNEF.
    ///
    /// ## Why it matters
    /// S/MIME content that is sent as TNEF arrives as an attachment that nobody can open. Fixed builds switch TNEF off for it.
    ///
    /// ## What to do
    /// Install the fix, or switch rich text off for that domain.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// class: IPM.Note.SMIME
    /// p1: SMTP:joe@example.com
    ///   rich: yes
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// class: IPM.Note.SMIME
    /// p1: SMTP:joe@example.com
    ///   rich: no
    /// ```
    pub static SECURE_MAIL_IN_RICH_TEXT = {
        id: "MSG052", name: "secure-mail-in-rich-text", severity: Warning, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1; 5.0 post-SP2 hotfix" gates,
        kb: ["Q189268", "Q242221"],
        needs: [Mtsout],
        tags: ["rtf", "interop", "fix-store"],
        check: Message(secure_mail_in_rich_text),
    }
}

fn secure_mail_in_rich_text(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|mail| item.is_in(&[QueueKind::MtsOut]) && mail.is_secure()) else { return };
    let class = mail.message.message_class().unwrap_or_default();
    let is_wrapped = |to: &Outbound<'_, '_>| to.rich_info == Some(true) || to.rich_text == Some(RichText::Always);
    report_recipients(item, findings, (is_wrapped, "no rich text"), |to| {
        format!("{} of {} gets rich text, and the message is {class}", to.whom(), item.path)
    });
}

declare_rule! {
    /// Undefined value in the message's encoding override.
    ///
    /// ## Why it matters
    /// Only 0 (default), 1 (MIME), 2 (UUENCODE) and 3 (BinHex) are defined. Another value comes from a program that writes the
    /// property wrongly, and the sender's choice has no effect.
    ///
    /// ## What to do
    /// Correct the program that made the message.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// prop 0x59020003: 7
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// prop 0x59020003: 2
    /// ```
    pub static ENCODING_OVERRIDE_UNDEFINED = {
        id: "MSG053", name: "encoding-override-undefined", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q278321"],
        needs: [Messages],
        tags: ["interop"],
        check: Message(encoding_override_undefined),
    }
}

fn encoding_override_undefined(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut]) {
        return;
    }
    for view in &item.messages {
        let Some((property, value)) = encoding_override(view).filter(|(_, value)| !(0..=3).contains(value)) else { continue };
        findings
            .report(format!("the encoding override of {} ({}) is {value}", item.path, view.object))
            .evidence(Evidence::property(item.path, &view.object, property).expected("0, 1, 2 or 3"));
    }
}

fn encoding_override<'m>(view: &MessageView<'m>) -> Option<(&'m Property<'m>, i32)> {
    let property = view.message.properties.property(PropTag::SENDER_CODED_FORMAT)?;
    property.value.long().map(|value| (property, value))
}

declare_rule! {
    /// Encoding choice is ignored because rich text is forced.
    ///
    /// ## Why it matters
    /// A message that leaves as TNEF does not look at the encoding that its sender chose.
    ///
    /// ## What to do
    /// Stop forcing rich text for that domain.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,32,76,0,0,0
    /// +example.com,ISO-8859-1,ISO-8859-1,32,76,1,0,0
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    /// prop 0x59020003: 2
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,32,76,0,0,0
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    /// prop 0x59020003: 2
    /// ```
    pub static ENCODING_OVERRIDE_INEFFECTIVE = {
        id: "MSG054", name: "encoding-override-ineffective", severity: Info, certainty: Likely,
        versions: [V5_5],
        kb: ["Q278321", "Q262126"],
        needs: [Mtsout, DomainPolicy],
        tags: ["rtf", "config"],
        check: Message(encoding_override_ineffective),
    }
}

fn encoding_override_ineffective(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut])) else { return };
    let Some((_, value)) = encoding_override(mail).filter(|(_, value)| (1..=3).contains(value)) else { return };
    let is_forced = |to: &Outbound<'_, '_>| to.rich_text == Some(RichText::Always);
    report_recipients(item, findings, (is_forced, "rich text at the sender's choice"), |to| {
        format!("{} asks for the encoding {value}, but {} is in a domain that always gets rich text", item.path, to.whom())
    });
}
