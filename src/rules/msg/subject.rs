//! Subjects that crash the service.

use crate::{
    backup::{Backup, Item, QueueKind},
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings, Verdict},
    mapi::PropTag,
};

static PERCENT_S: Pattern = Pattern::new(r"%(\d+|\*)?s");

declare_rule! {
    /// Subject with %s crashes the service at full SMTP logging.
    ///
    /// ## Why it matters
    /// If the target host cannot be reached, the 499 line with the subject goes through a formatter twice; %s in it makes the
    /// service fault, again at each retry.
    ///
    /// ## What to do
    /// Switch SMTP protocol logging off, remove the message, SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "7 SMTP Protocol Log"=dword:00000005
    /// //- Mtsout/1
    /// subject: "RE:33%s5%s99"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "7 SMTP Protocol Log"=dword:00000000
    /// //- Mtsout/1
    /// subject: "RE:33%s5%s99"
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// subject: "100% sure"
    /// ```
    pub static SUBJECT_WITH_PERCENT_S = {
        id: "MSG143", name: "subject-with-percent-s", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2651.58" in "5.5 SP4" gates,
        kb: ["Q239816", "Q246889"],
        needs: [Mtsout],
        tags: ["crash", "fix-ims"],
        check: MessageIf(subject_with_percent_s, log_is_full_or_unknown),
    }
}

fn subject_with_percent_s(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut])) else { return };
    let Some(subject) = mail.message.subject() else { return };
    if !PERCENT_S.is_match(&subject) {
        return;
    }
    let proof = match mail.message.properties.property(PropTag::SUBJECT) {
        Some(property) => Evidence::property(item.path, &mail.object, property),
        None => Evidence::part(item.path, mail.object.as_str(), mail.message.span.clone()).observed(&*subject),
    };
    findings.report(format!("the subject of {} is '{subject}'", item.path)).evidence(proof.expected("a subject without %s"));
}

/// The formatter only runs over the subject when the protocol log writes everything; without the registry the level is unknown.
fn log_is_full_or_unknown(backup: &Backup) -> Verdict {
    match backup.service.as_ref().and_then(|service| service.diagnostics_level("SMTP Protocol Log")) {
        Some(level) if level.data != 5 => Verdict::No,
        _ => Verdict::Yes,
    }
}
