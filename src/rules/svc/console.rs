//! The console switch for tests, and the subject that stops the service while it is set (Q181950).

use crate::{
    backup::{Backup, MessageRecord, QueueKind, ServiceKey, Setting},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    formats::reg::RegistryValue,
    mapi::PropTag,
};

use super::conditions::can_speak;

/// The sequence that ends the service when a subject is used as a format string.
const FATAL: &str = "%Z";

declare_rule! {
    /// Console debugging value is left in the registry.
    ///
    /// ## Why it matters
    /// DisplayErrsOnConsole is for tests with the service started as `msexcimc -console`. While the value exists, whatever its data,
    /// an outbound message with %Z in the subject can end the service without any event.
    ///
    /// ## What to do
    /// Delete DisplayErrsOnConsole and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisplayErrsOnConsole"=dword:00000100
    /// "ConsoleStatFrequency"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisplayErrsOnConsole"=""
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ConsoleStatFrequency"=dword:0000000e
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisplayErrsOnConsole"=dword:00000100
    /// //- Mtsout/1
    /// subject: "Rabatt 20%Zusatz"
    /// ```
    pub static CONSOLE_DEBUG_VALUE_LEFT = {
        id: "SVC138", name: "console-debug-value-left", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q181950"],
        needs: [ImcsvcReg],
        tags: ["crash"],
        check: Backup(console_debug_value_left),
    }
}

fn console_debug_value_left(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(switch) = console_switch(service) else { return };
    if can_speak(&CONSOLE_DEBUG_WITH_FATAL_SUBJECT, backup) && !fatal_messages(backup).is_empty() {
        return;
    }
    let finding = findings.report("DisplayErrsOnConsole exists: a subject with %Z can end the service");
    finding.evidence(Evidence::setting(service, &switch).expected("absent"));
    if let Some(frequency) = service.dword("Parameters", "ConsoleStatFrequency").filter(|frequency| frequency.data != 14) {
        finding.evidence(Evidence::setting(service, &frequency).expected("14"));
    }
}

declare_rule! {
    /// A queued subject will stop the service silently.
    ///
    /// ## Why it matters
    /// While DisplayErrsOnConsole exists, the service uses the subject of outbound mail as a format string, and %Z in it ends the
    /// connector without an event. Mail of clients that do not use MAPI takes this way only when RerouteViaStore is 1.
    ///
    /// ## What to do
    /// Delete DisplayErrsOnConsole and restart the service; then the message may go.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisplayErrsOnConsole"=dword:00000100
    /// //- Mtsout/1
    /// subject: "Rabatt 20%Zusatz"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisplayErrsOnConsole"=dword:00000000
    /// "RerouteViaStore"=dword:00000001
    /// //- Work/1
    /// subject: "50%Z"
    /// header: Received: by srv1.example.com id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisplayErrsOnConsole"=dword:00000100
    /// //- Mtsout/1
    /// subject: "20% Zusatz"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisplayErrsOnConsole"=dword:00000100
    /// //- Mtsout/1
    /// subject: "20%zusatz"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisplayErrsOnConsole"=dword:00000100
    /// //- Mtsout/1
    /// subject: "50%Z"
    /// header: Received: by srv1.example.com id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ConsoleStatFrequency"=dword:0000000e
    /// //- Mtsout/1
    /// subject: "Rabatt 20%Zusatz"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisplayErrsOnConsole"=dword:00000100
    /// //- Mtsin/1
    /// subject: "Rabatt 20%Zusatz"
    /// ```
    pub static CONSOLE_DEBUG_WITH_FATAL_SUBJECT = {
        id: "SVC139", name: "console-debug-with-fatal-subject", severity: Critical, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q181950"],
        needs: [ImcsvcReg, Messages],
        tags: ["crash", "queue"],
        check: Backup(console_debug_with_fatal_subject),
    }
}

fn console_debug_with_fatal_subject(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(switch) = console_switch(service) else { return };
    let fatal = fatal_messages(backup);
    let Some(FatalMessage { subject, .. }) = fatal.first() else { return };
    let finding = findings.report(format!("DisplayErrsOnConsole exists and '{subject}' waits to be sent: %Z in it ends the service"));
    finding.evidence(Evidence::setting(service, &switch).expected("absent"));
    finding.first_evidences(fatal.iter().map(FatalMessage::proof));
    for FatalMessage { queue, .. } in &fatal {
        finding.affects(queue.display_name(), 1);
    }
}

/// The switch counts whatever its type and data are.
fn console_switch(service: &ServiceKey) -> Option<Setting<'_, &RegistryValue>> {
    service.value("Parameters", "DisplayErrsOnConsole")
}

/// A message whose subject ends the service.
struct FatalMessage<'a> {
    path: &'a str,
    queue: QueueKind,
    object: &'static str,
    subject: Box<str>,
    span: std::ops::Range<u64>,
}

impl FatalMessage<'_> {
    fn proof(&self) -> Evidence {
        let locator = Locator::Property { object: self.object.into(), tag: PropTag::SUBJECT };
        Evidence::new(self.path, locator).at(self.span.clone()).observed(self.subject.as_ref()).expected("no %Z while the switch is set")
    }
}

fn fatal_messages(backup: &Backup) -> Vec<FatalMessage<'_>> {
    let through_store = backup.service.as_ref().and_then(|service| service.dword("Parameters", "RerouteViaStore"));
    let through_store = through_store.is_some_and(|reroute| reroute.data == 1);
    // Internet headers stay with mail that came in by SMTP; what MAPI clients write has none.
    let is_processed = |record: &&MessageRecord| !record.facts.has_headers || through_store;
    let in_queue = |queue| backup.items(queue).filter(is_processed).filter_map(move |record| fatal_message(backup, record, queue));
    [QueueKind::MtsOut, QueueKind::Work].into_iter().flat_map(in_queue).collect()
}

fn fatal_message<'a>(backup: &'a Backup, record: &MessageRecord, queue: QueueKind) -> Option<FatalMessage<'a>> {
    let mut mail = record.shell.record();
    let mut object = record.kind.shell_name();
    if object == "envelope" && !mail.embedded.is_empty() {
        mail = mail.embedded.into_iter().next()?;
        object = "mail";
    }
    let subject = mail.subject.filter(|subject| subject.contains(FATAL))?;
    Some(FatalMessage { path: backup.path_of(record), queue, object, subject, span: mail.span })
}
