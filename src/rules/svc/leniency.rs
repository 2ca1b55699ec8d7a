//! Switches that make the service more lenient or more talkative towards callers than it is by itself.

use crate::{
    backup::Backup,
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::thresholds::svc_behaviour::FEW_RECIPIENTS,
};

use super::conditions::switched_on;

declare_rule! {
    /// Malformed envelope addresses are accepted.
    ///
    /// ## Why it matters
    /// With AcceptMalformed821Adrs the service takes sender and recipient addresses that break the rules of SMTP. Odd addresses in
    /// the queues are then to be expected, and some of them upset the conversion later on.
    ///
    /// ## What to do
    /// Have the sending system corrected, then remove the value and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AcceptMalformed821Adrs"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AcceptMalformed821Adrs"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    pub static MALFORMED_ADDRESSES_ACCEPTED = {
        id: "SVC130", name: "malformed-addresses-accepted", severity: Info, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q166616", "Q191262"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(malformed_addresses_accepted),
    }
}

fn malformed_addresses_accepted(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(accepts) = service.dword("Parameters", "AcceptMalformed821Adrs").filter(|accepts| accepts.data == 1) else { return };
    findings
        .report("AcceptMalformed821Adrs is 1: malformed addresses are let into the queues")
        .evidence(Evidence::setting(service, &accepts).expected("absent or 0"));
}

declare_rule! {
    /// Received stamps hold addresses instead of names by configuration.
    ///
    /// ## Why it matters
    /// DisableReverseResolve keeps the service from looking up the names of its callers. Missing host names in the topmost Received
    /// fields are then no fault of DNS.
    ///
    /// ## What to do
    /// Nothing has to be done; read the IP addresses of the Received fields instead.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableReverseResolve"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableReverseResolve"=dword:00000000
    /// ```
    pub static REVERSE_LOOKUP_OFF = {
        id: "SVC131", name: "reverse-lookup-off", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q190026", "Q258745"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(reverse_lookup_off),
    }
}

fn reverse_lookup_off(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(off) = service.dword("Parameters", "DisableReverseResolve").filter(|off| off.data == 1) else { return };
    findings
        .report("DisableReverseResolve is 1: Received fields show no names of callers")
        .evidence(Evidence::setting(service, &off).expected("absent or 0 where names are wanted"));
}

declare_rule! {
    /// Outbound mail is split into small recipient batches.
    ///
    /// ## Why it matters
    /// MaxRecipients limits the recipients of one transmission, and every batch carries the whole message again: a message to N
    /// recipients at one host is sent N divided by MaxRecipients times, rounded up. What 0 does is described nowhere.
    ///
    /// ## What to do
    /// Raise or delete the value unless the receiving host needs it.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "MaxRecipients"=dword:0000000a
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "MaxRecipients"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "MaxRecipients"=dword:000000fa
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "MaxRecipients"=dword:00000064
    /// ```
    pub static RECIPIENT_BATCHES_SMALL = {
        id: "SVC132", name: "recipient-batches-small", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q196818"],
        needs: [ImcsvcReg],
        tags: ["performance"],
        check: Backup(recipient_batches_small),
    }
}

fn recipient_batches_small(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(most) = service.dword("Parameters", "MaxRecipients") else { return };
    let few = findings.number(&FEW_RECIPIENTS);
    if i64::from(most.data) >= few {
        return;
    }
    let message = match most.data {
        0 => "MaxRecipients is 0, and no article says what that means".to_owned(),
        most => format!("MaxRecipients is {most}: mail to more recipients of one host is sent in batches, the whole message each time"),
    };
    findings.report(message).evidence(Evidence::setting(service, &most).expected(format!("absent, or at least {few}")));
}

declare_rule! {
    /// Directory check of recipients is switched off.
    ///
    /// ## Why it matters
    /// AddressingNeverFails is made for MIXER gateways, which map addresses by Mcgam.in.txt and Local.in.txt in Mtadata and list
    /// their domains as inbound. On any other server mail for unknown users is handed to the MTA instead of being refused.
    ///
    /// ## What to do
    /// Remove the value on servers that are no MIXER gateway and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AddressingNeverFails"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AddressingNeverFails"=dword:00000000
    /// ```
    pub static RECIPIENT_CHECK_OFF = {
        id: "SVC137", name: "recipient-check-off", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q238506", "Q241037"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(recipient_check_off),
    }
}

fn recipient_check_off(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(never) = switched_on(service, "AddressingNeverFails") else { return };
    findings
        .report(format!("AddressingNeverFails is {}: mail for unknown users is taken instead of refused", never.data))
        .evidence(Evidence::setting(service, &never).expected("absent or 0, unless the server is a MIXER gateway"));
}

declare_rule! {
    /// The service answers VRFY and so confirms user names to anyone.
    ///
    /// ## Why it matters
    /// VRFY is off by default. Switched on, it tells every caller whether an address exists; some domain registries once wanted
    /// that, and address collectors like it.
    ///
    /// ## What to do
    /// Delete the value and restart the service unless a registry really needs the answers.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableVRFY"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AllowVrfyCommand"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableVRFY"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableVRFY"=dword:00000001
    /// ```
    pub static VRFY_ANSWERED = {
        id: "SVC601", name: "vrfy-answered", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q155684", "Q170317"],
        needs: [ImcsvcReg],
        tags: ["security", "privacy", "spam"],
        check: Backup(vrfy_answered),
    }
}

fn vrfy_answered(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let names = service.values_of("Parameters").into_iter().map(|found| found.value.name.as_str());
    let speaks_of_vrfy = |name: &&str| {
        let name = name.to_lowercase();
        name.contains("vrfy") && !name.starts_with("disable")
    };
    let switches: Vec<_> = names.filter(speaks_of_vrfy).filter_map(|name| switched_on(service, name)).collect();
    let Some(first) = switches.first() else { return };
    let build = backup.version.as_ref().and_then(|version| version.build);
    let build = build.map(|build| format!(" (build {build})")).unwrap_or_default();
    findings
        .report(format!("{} is {}: callers learn which addresses exist{build}", first.value.name, first.data))
        .evidences(switches.iter().map(|switch| Evidence::setting(service, switch).expected("absent or 0")));
}
