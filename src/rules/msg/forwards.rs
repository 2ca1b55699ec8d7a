//! Automatic mail: forwards that are dropped, replies that go to lists, urgent mail that waits like any other.

use crate::{
    backup::{
        Backup, Item, ItemKind, MessageView, QueueKind,
        facts::{AddressOccurrence, AddressRole, MailAddress},
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
    mapi::{MessageClass, PropTag, Property},
};

use super::hearing::{Words, heard};

declare_rule! {
    /// Auto-forwarded mail is discarded without notice.
    ///
    /// ## Why it matters
    /// With automatic replies to the Internet disabled, which is the default, the service throws away what rules forward:
    /// there is no report, only event 4123. A reply or forward that was written in Web Access may carry the flag by mistake.
    ///
    /// ## What to do
    /// Set AlwaysAllowForwarding to 1 (SP2 or later), or allow automatic replies and mind loops; update Cdo.dll on the Web
    /// Access server.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    /// PR_AUTO_FORWARDED: true
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysAllowForwarding"=dword:00000001
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    /// PR_AUTO_FORWARDED: true
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,288,76,0,0,0
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    /// PR_AUTO_FORWARDED: true
    /// ```
    pub static AUTO_FORWARD_WILL_BE_DROPPED = {
        id: "MSG137", name: "auto-forward-will-be-dropped", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q176161", "Q181636", "Q192982", "Q216397", "Q278352"],
        needs: [Mtsout, DomainPolicy],
        tags: ["loss", "config"],
        check: Message(auto_forward_will_be_dropped),
    }
}

fn auto_forward_will_be_dropped(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut]) {
        return;
    }
    let views = item.shell().into_iter().chain(item.mail());
    let flagged = |view: &MessageView<'_>| view.message.properties.boolean(PropTag::AUTO_FORWARDED) == Some(true);
    let Some((view, property)) = views.filter(|view| flagged(view)).find_map(|view| Some((view, flag_of(view)?))) else { return };
    let Some(backup) = item.configuration.filter(|backup| !forwarding_is_allowed(backup)) else { return };
    let is_dropped = |to: &&AddressOccurrence<'_>| suppresses(backup, &to.address) == Some(true);
    let Some(to) = item.addresses_as(&[AddressRole::P1]).filter(|to| to.address.is_smtp()).find(is_dropped) else { return };
    let policy = backup.policy(&to.address.domain());
    findings
        .report(format!("{} is auto-forwarded to '{}', and its domain gets no automatic replies", item.path, to.address.value))
        .evidence(Evidence::property(item.path, &view.object, property).expected("FALSE or absent, or AlwaysAllowForwarding 1"))
        .evidence(Evidence::address(item.path, to))
        .evidences(policy.map(|policy| Evidence::policy(&policy)));
}

fn flag_of<'a>(view: &MessageView<'a>) -> Option<&'a Property<'a>> {
    view.message.properties.property(PropTag::AUTO_FORWARDED)
}

/// A missing registry dump leaves the switch unknown, which is no permission.
fn forwarding_is_allowed(backup: &Backup) -> bool {
    let switch = backup.service.as_ref().and_then(|service| service.dword("Parameters", "AlwaysAllowForwarding"));
    switch.is_some_and(|switch| switch.data != 0)
}

/// Returns whether automatic replies to the domain of an address are held back; none when the configuration does not tell.
fn suppresses(backup: &Backup, address: &MailAddress) -> Option<bool> {
    backup.policy(&address.domain())?.suppress_auto_replies()
}

declare_rule! {
    /// Ordinary mail is dropped because the auto-forward flag exists.
    ///
    /// ## Why it matters
    /// Unpatched builds only test whether the property exists. Mail that came through a gateway such as WorldTalk carries it as
    /// FALSE, and so do the replies to it; the service drops them silently with event 4123.
    ///
    /// ## What to do
    /// Install 5.5 SP2 on the server of the connector.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    /// envelope:
    ///   PR_AUTO_FORWARDED: false
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,288,76,0,0,0
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    /// envelope:
    ///   PR_AUTO_FORWARDED: false
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    /// envelope:
    ///   PR_AUTO_FORWARDED: false
    /// ```
    pub static AUTO_FORWARDED_FALSE_IS_DROPPED = {
        id: "MSG138", name: "auto-forwarded-false-is-dropped", severity: Error, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2387.0" in "5.5 SP2" gates,
        kb: ["Q192939", "Q242222"],
        needs: [Mtsout],
        tags: ["loss", "fix-ims"],
        check: Message(auto_forwarded_false_is_dropped),
    }
}

fn auto_forwarded_false_is_dropped(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(shell) = item.shell().filter(|_| item.is_in(&[QueueKind::MtsOut])) else { return };
    let Some(property) = flag_of(shell).filter(|property| property.value.boolean() == Some(false)) else { return };
    let policy_of = |address: &MailAddress| item.configuration.and_then(|backup| suppresses(backup, address));
    let outside = || item.addresses_as(&[AddressRole::P1]).filter(|to| to.address.is_smtp());
    if let Some(to) = outside().find(|to| policy_of(&to.address) != Some(false)) {
        findings
            .report(format!("{} to '{}' carries the auto-forward flag as FALSE", item.path, to.address.value))
            .evidence(Evidence::property(item.path, &shell.object, property).expected("no PR_AUTO_FORWARDED at all"));
    }
}

declare_rule! {
    /// Urgent mail is queued as normal (5.0).
    ///
    /// ## Why it matters
    /// The store does not copy the importance to the envelope, where it stays normal, and the 5.0 service takes times for
    /// retries and expiry and the priority header from it. Urgent mail so waits 48 hours, and no delay notice is sent.
    ///
    /// ## What to do
    /// Apply 5.0 SP2 to the server of the connector.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// envelope:
    ///   PR_PRIORITY: 1
    ///   PR_IMPORTANCE: 1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// envelope:
    ///   PR_PRIORITY: 1
    ///   PR_IMPORTANCE: 2
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// PR_PRIORITY: 1
    /// PR_IMPORTANCE: 1
    /// ```
    pub static URGENT_MAIL_TREATED_AS_NORMAL = {
        id: "MSG139", name: "urgent-mail-treated-as-normal", severity: Warning, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q166587"],
        needs: [Mtsout],
        tags: ["stuck", "fix-ims"],
        check: Message(urgent_mail_treated_as_normal),
    }
}

fn urgent_mail_treated_as_normal(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(shell) = item.shell().filter(|_| item.kind == ItemKind::Envelope && item.is_in(&[QueueKind::MtsOut])) else { return };
    let number = |tag| shell.message.properties.property(tag).filter(|property| property.value.long() == Some(1));
    if let Some((priority, importance)) = number(PropTag::PRIORITY).zip(number(PropTag::IMPORTANCE)) {
        findings
            .report(format!("the envelope of {} is urgent and of normal importance", item.path))
            .evidence(Evidence::property(item.path, &shell.object, importance).expected("2, high importance"))
            .evidence(Evidence::property(item.path, &shell.object, priority));
    }
}

declare_rule! {
    /// Auto-forwarded mail has an over-long To line.
    ///
    /// ## Why it matters
    /// When a rule forwards a message with many addressees, the To line that it quotes is not folded. Hosts that enforce the
    /// limit of 1,000 characters for a line refuse the mail.
    ///
    /// ## What to do
    /// Install Store.exe of the rollup of April 2001 or later.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// PR_AUTO_FORWARDED: true
    /// envelope:
    ///   PR_AUTO_FORWARDED: true
    /// body: "> From: a\r\n> To: {'user@example.com'; *70}\r\n"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3500 (000B09AA) 500 Line too long"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// envelope:
    ///   PR_AUTO_FORWARDED: true
    /// body: "> From: a\r\n> To: 'user@example.com';\r\n> 'ann@example.com'\r\n"
    /// ```
    pub static AUTO_FORWARD_LINE_TOO_LONG = {
        id: "MSG151", name: "auto-forward-line-too-long", severity: Warning, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2654.89" in "5.5 post-SP4",
        kb: ["Q288240", "Q282533"],
        needs: [Messages],
        tags: ["bounce", "fix-store"],
        check: Message(auto_forward_line_too_long),
    }
}

/// Characters of a line that SMTP allows, its line end aside (RFC 821).
const LONGEST_LINE: usize = 998;
static TO_LINE: Pattern = Pattern::new(r"(?m)^(> ?)?To:\s[^\r\n]*");
static LINE_REFUSED: Words = Words::said(r"(?i)\b500 Line too\s+long|\b501 Path too\s+long|\b552 Too much mail\s+data");

fn auto_forward_line_too_long(item: &Item<'_>, findings: &mut Findings<'_>) {
    let shell = item.shell().filter(|_| item.is_in(&[QueueKind::MtsOut, QueueKind::Bad]));
    let is_forwarded = shell.is_some_and(|shell| shell.message.properties.boolean(PropTag::AUTO_FORWARDED) == Some(true));
    if let Some((mail, body)) = item.mail().filter(|_| is_forwarded).and_then(|mail| Some((mail, mail.body()?)))
        && let Some(line) = TO_LINE.find_all(body).find(|line| line.as_str().chars().count() > LONGEST_LINE)
    {
        let length = line.as_str().chars().count();
        findings
            .report(format!("{} is auto-forwarded and quotes a To line of {length} characters", item.path))
            .if_exposed()
            .group("line")
            .evidence(Evidence::body(item.path, mail, line.as_str()).expected(format!("lines of at most {LONGEST_LINE} characters")));
    }
    for heard in heard(item, &LINE_REFUSED) {
        findings
            .report(format!("{} says that {} refused a line or the amount of mail", heard.source(), heard.domain()))
            .group("report")
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Report or out-of-office reply goes to a mailing list (4.0).
    ///
    /// ## Why it matters
    /// 4.0 without the fix pays no attention to "Precedence: bulk" or "junk", so that reports and out-of-office replies go to
    /// lists and may come back in a loop. Such replies are told by their class: their subject is in the language of the server.
    ///
    /// ## What to do
    /// Apply the service pack, and switch such replies to the Internet off.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// class: IPM.Note.Rules.OofTemplate.Microsoft
    /// p1: SMTP:owner-staff@lists.example
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// report-destination: SMTP:bob@example.com
    /// embed:
    ///   header: Precedence: bulk
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// class: IPM.Note.Rules.OofTemplate.Microsoft
    /// p1: SMTP:ann@example.com
    /// ```
    pub static OUT_OF_OFFICE_TO_LIST = {
        id: "MSG189", name: "out-of-office-to-list", severity: Warning, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.838.14" in "4.0 SP1" gates,
        kb: ["Q136786", "Q153655", "Q270018"],
        needs: [Mtsout],
        tags: ["report", "loop", "fix-ims"],
        check: Message(out_of_office_to_list),
    }
}

static LIST: Pattern = Pattern::new(r"(?i)(-request|-owner|-bounces?)$|^(owner-|listserv|majordomo|mailserv)");
static BULK: Pattern = Pattern::new(r"(?i)bulk|junk|list");

fn out_of_office_to_list(item: &Item<'_>, findings: &mut Findings<'_>) {
    let is_oof =
        |mail: &MessageView<'_>| mail.message.message_class().is_some_and(|class| MessageClass(&class).is_or_below("IPM.Note.Rules.OofTemplate"));
    let is_automatic = item.kind == ItemKind::Report || item.mail().is_some_and(is_oof);
    if !item.is_in(&[QueueKind::MtsOut]) || !is_automatic {
        return;
    }
    let addressees = item.addresses_as(&[AddressRole::P1, AddressRole::ReportDestination]);
    if let Some(to) = addressees.into_iter().find(|to| LIST.is_match(to.address.local())) {
        findings
            .report(format!("{} is automatic and goes to the list '{}'", item.path, to.address.value))
            .evidence(Evidence::address(item.path, to).expected("the address of a person"));
        return;
    }
    let originals = item.messages.iter().filter(|view| item.mail().is_some_and(|mail| view.depth > mail.depth));
    let precedence = originals.filter_map(|view| Some((view, view.field("Precedence")?)));
    for (view, field) in precedence.filter(|(_, field)| BULK.is_match(&field.value)) {
        findings
            .report(format!("{} answers mail of the precedence '{}'", item.path, field.value))
            .evidence(Evidence::header(item.path, view, field).expected("no answer to mail of that precedence"));
    }
}
