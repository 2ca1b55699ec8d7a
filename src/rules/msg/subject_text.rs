//! Subjects as text: line ends in them, their last character, and their length.

use crate::{
    backup::{Backup, Item, MailRecord, MessageRecord, QueueKind},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

declare_rule! {
    /// Carriage return inside the subject.
    ///
    /// ## Why it matters
    /// A line end in a subject breaks the header of Internet mail. The AppleTalk MTA of 4.0 also spins on it. Only that second
    /// effect stands in the list of fixes; the first is our inference.
    ///
    /// ## What to do
    /// Take the message out, or clean its subject.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// subject: "Report\rQ3"
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// attach: a.txt 3 bytes
    /// embed:
    ///   subject: "Report\nQ3"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Report Q3"
    /// header: Subject: Report
    ///   Q3
    /// ```
    pub static CARRIAGE_RETURN_IN_SUBJECT = {
        id: "MSG144", name: "carriage-return-in-subject", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        fixed_in: "4.0 SP1",
        kb: ["Q146399", "Q153655"],
        needs: [Messages],
        tags: ["header", "interop", "fix-other"],
        check: Message(carriage_return_in_subject),
    }
}

fn carriage_return_in_subject(item: &Item<'_>, findings: &mut Findings<'_>) {
    for view in &item.messages {
        let Some(subject) = view.message.subject().filter(|subject| subject.contains(['\r', '\n'])) else { continue };
        let shown = subject.replace('\r', "\\r").replace('\n', "\\n");
        findings
            .report(format!("the subject of {} ({}) holds a line end: '{shown}'", item.path, view.object))
            .evidence(Evidence::subject(item.path, view).expected("a subject of one line"));
    }
}

declare_rule! {
    /// 8-bit last character of the subject is overlooked (4.0).
    ///
    /// ## Why it matters
    /// The scan for 8-bit characters misses one that stands at the very end, so that the header leaves unencoded and hosts on
    /// the way may garble or refuse it.
    ///
    /// ## What to do
    /// Apply 4.0 SP5 to the server of the connector.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// subject: "Passé"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// subject: "Résumé"
    /// ```
    pub static EIGHT_BIT_LAST_CHARACTER_OF_SUBJECT = {
        id: "MSG145", name: "eight-bit-last-character-of-subject", severity: Info, certainty: Certain,
        versions: [V4_0],
        fixed: "4.0.996.62" in "4.0 SP5" gates,
        kb: ["Q178709"],
        needs: [Mtsout],
        tags: ["charset", "header", "fix-ims"],
        check: Message(eight_bit_last_character_of_subject),
    }
}

fn eight_bit_last_character_of_subject(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut])) else { return };
    let Some(subject) = mail.message.subject() else { return };
    let mut from_behind = subject.chars().rev();
    if from_behind.next().is_some_and(|last| !last.is_ascii()) && from_behind.all(|c| c.is_ascii()) {
        findings
            .report(format!("only the last character of the subject of {} is above 7 bits: '{subject}'", item.path))
            .evidence(Evidence::subject(item.path, mail).expected("another 8-bit character before it, or none"));
    }
}

declare_rule! {
    /// Subject cut at 40 characters by MS Mail.
    ///
    /// ## Why it matters
    /// The interchange takes the subject of custom message classes from a field of MS Mail that has 40 characters. A migration
    /// with an Msfs32.dll of another language does so to all mail: then no subject is longer.
    ///
    /// ## What to do
    /// Apply the service pack (4.0 SP4 or 5.0 SP1); migrate with the right library.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// class: IPM.Custom.Form
    /// subject: "Request for the approval of the travel e"
    /// ```
    /// ```backup
    /// //- Mtsout/{n} repeat=5
    /// subject: "Request for the approval of the travel e"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// subject: "Request for the approval of the travel e"
    /// ```
    /// ```backup
    /// //- Mtsout/{n} repeat=5
    /// subject: "Request for the approval of the travel e"
    /// //- Mtsin/1
    /// subject: "Request for the approval of the travel expenses"
    /// ```
    pub static SUBJECT_CUT_AT_40 = {
        id: "MSG146", name: "subject-cut-at-40", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0],
        fixed_in: "4.0 SP4; 5.0 SP1",
        kb: ["Q156844", "Q156063"],
        needs: [Messages],
        tags: ["interop", "loss", "fix-other"],
        check: Backup(subject_cut_at_40),
    }
}

/// Characters of the field in MS Mail.
const FIELD: usize = 40;
/// Messages from which on nothing but a cut explains that no subject is longer.
const MANY: usize = 5;

fn subject_cut_at_40(backup: &Backup, findings: &mut Findings<'_>) {
    let all = || backup.messages.iter().map(|record| &record.facts);
    let of_40: usize = all().map(|facts| usize::from(facts.subjects_of_40)).sum();
    let is_longest = all().all(|facts| usize::from(facts.longest_subject) <= FIELD);
    let is_everywhere = of_40 >= MANY && is_longest;
    let mut cut = Vec::new();
    for record in backup.messages.iter().filter(|record| record.facts.subjects_of_40 > 0) {
        let shell = record.shell.outline();
        let Some((object, mail)) = cut_message(record, &shell, is_everywhere) else { continue };
        let subject = mail.subject.clone().unwrap_or_default();
        let proof = Evidence::part(backup.path_of(record), object, mail.span.clone()).observed(subject);
        cut.push((record.queue, mail.message_class.clone().unwrap_or_default(), proof.expected("a subject that ends with a word")));
    }
    let Some((_, class, first)) = cut.first() else { return };
    let why = if is_everywhere { "no subject of the Backup is longer".to_owned() } else { format!("its class is {class}") };
    let count = counted(cut.len(), "subject");
    let finding = findings.report(format!("{count} of exactly 40 characters; that of {} is '{}', and {why}", first.file, first.observed));
    for queue in cut.iter().filter_map(|(queue, ..)| backup.queues.get(*queue)) {
        finding.affects(&queue.name, 1);
    }
    finding.first_evidences(cut.into_iter().map(|(_, _, proof)| proof));
}

/// Returns the first message of an item whose subject looks cut, the envelope's copy aside.
fn cut_message<'r>(record: &MessageRecord, shell: &'r MailRecord, is_everywhere: bool) -> Option<(String, &'r MailRecord)> {
    let is_custom = |class: &str| {
        let class = class.to_ascii_uppercase();
        class.starts_with("IPM.") && class != "IPM.NOTE"
    };
    let is_cut = |mail: &MailRecord| {
        let has_40 = mail.subject.as_deref().is_some_and(|subject| subject.chars().count() == FIELD);
        has_40 && (is_everywhere || mail.message_class.as_deref().is_some_and(is_custom))
    };
    let own = (record.kind != crate::backup::ItemKind::Envelope).then(|| (record.kind.shell_name().to_owned(), shell));
    let nested = shell.embedded.iter().map(|mail| ("mail".to_owned(), mail));
    let deeper = shell.embedded.iter().flat_map(|mail| &mail.embedded).map(|mail| ("mail, embedded message".to_owned(), mail));
    own.into_iter().chain(nested).chain(deeper).find(|(_, mail)| is_cut(mail))
}
