//! Dial-up connections. No article names their values, so all of this is recognised by the pattern of names, or by what the names say.

use crate::{
    backup::{Backup, ServiceKey, Setting},
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
};

use super::conditions::{filled_text, fits, texts_named};

static DIAL_UP: Pattern = Pattern::new("(?i)ras|dial|phone");
static DIAL_UP_DOMAIN: Pattern = Pattern::new("(?i)(ras|dial).*domain|domain.*(ras|dial)");
static COMMAND: Pattern = Pattern::new("(?i)retriev|trigger|dequeue|(cmd|command)(line)?$");
/// Names that say that the value is no connection: log-on data, numbers, commands.
static OTHER_MATTER: Pattern = Pattern::new("(?i)domain|user|account|logon|number|prefix|suffix|retriev|trigger|dequeue|(cmd|command)(line)?$");
/// Digits with the signs that telephone numbers and modem commands hold.
static TELEPHONE_NUMBER: Pattern = Pattern::new(r"^[0-9+()./,*#;wWtTpP\s-]*[0-9][0-9+()./,*#;wWtTpP\s-]*$");
/// Longest name of a phone-book entry that the service can dial.
const ENTRY_LENGTH: usize = 20;
/// Longest name of a Windows NT domain.
const DOMAIN_LENGTH: usize = 15;

declare_rule! {
    /// Dial-up connection name is longer than 20 characters.
    ///
    /// ## Why it matters
    /// Windows NT 4.0 allows long names in the phone book, but the service cannot dial entries of more than 20 characters: event 4106
    /// with error 87.
    ///
    /// ## What to do
    /// Rename the entry in the phone book and choose it again on the Dial-up page.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RasEntry"="Provider Downtown ISDN line"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\DialUp\Provider Downtown ISDN line]
    /// "Enabled"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RasEntry"="Provider ISDN"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RasPhoneBook"="C:\\winnt\\system32\\ras\\rasphone.pbk"
    /// "RasPhone"="0,W (0049) 30-1234567 890"
    /// ```
    pub static DIAL_UP_NAME_TOO_LONG = {
        id: "SVC235", name: "dial-up-name-too-long", severity: Error, certainty: Possible,
        versions: [V5_0, V5_5],
        kb: ["Q156063", "Q188272"],
        needs: [ImcsvcReg],
        tags: ["dial-up"],
        check: Backup(dial_up_name_too_long),
    }
}

fn dial_up_name_too_long(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let texts = texts_named(service, &DIAL_UP).into_iter().filter(|text| !fits(&OTHER_MATTER, &text.value.name));
    let mut names: Vec<(&str, String, Evidence)> =
        texts.map(|text| (text.data.trim(), text.value.name.clone(), Evidence::setting(service, &text))).collect();
    names.extend(connection_keys(service));
    if names.is_empty() {
        return nothing_dials(findings);
    }
    let is_too_long = |name: &str| name.chars().count() > ENTRY_LENGTH && !name.contains(['\\', '/']) && !fits(&TELEPHONE_NUMBER, name);
    names.retain(|(name, ..)| is_too_long(name));
    let Some((name, place, _)) = names.first() else { return };
    findings
        .report(format!("{place} is '{name}', {} characters long", name.chars().count()))
        .evidences(names.iter().map(|(_, _, proof)| proof.clone().expected(format!("a name of at most {ENTRY_LENGTH} characters"))));
}

/// Returns the names of keys below Parameters that speak of dialling or stand below one that does: one key may stand for one connection.
fn connection_keys(service: &ServiceKey) -> Vec<(&str, String, Evidence)> {
    let mut names = Vec::new();
    for key in service.keys.iter().filter(|key| !key.deleted) {
        let Some((above, name)) = key.key.rsplit_once('\\') else { continue };
        let Some((_, below_parameters)) = key.key.split_once('\\').filter(|(first, _)| first.eq_ignore_ascii_case("Parameters")) else { continue };
        if fits(&DIAL_UP, below_parameters) {
            let locator = Locator::RegistryKey { key: key.path.clone(), line: key.place.line.unwrap_or(0) };
            let proof = Evidence::new(service.file.as_ref(), locator).at(key.place.offset..key.place.offset + key.place.length).observed(name);
            names.push((name, format!("a key in {above}"), proof));
        }
    }
    names
}

declare_rule! {
    /// Dial-up logon domain is not a Windows NT domain.
    ///
    /// ## Why it matters
    /// The field wants the name of a Windows NT domain, at most 15 characters. An SMTP domain of 18 or more gives event 4106 with error
    /// 87 and an access violation (event 4037).
    ///
    /// ## What to do
    /// Enter the Windows NT domain, or leave the field empty.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RasDomain"="internet.provider.example"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DomainForDialup"="INTERNETPROVIDER"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RasDomain"="PROVIDER"
    /// ```
    pub static DIAL_UP_DOMAIN_NOT_NT = {
        id: "SVC236", name: "dial-up-domain-not-nt", severity: Error, certainty: Possible,
        versions: [V5_0, V5_5],
        kb: ["Q199771"],
        needs: [ImcsvcReg],
        tags: ["dial-up", "crash"],
        check: Backup(dial_up_domain_not_nt),
    }
}

fn dial_up_domain_not_nt(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let domains = texts_named(service, &DIAL_UP_DOMAIN);
    if domains.is_empty() {
        return findings.undecided("a logon domain for dialling in Parameters", "no value by such a name was recognised");
    }
    let is_wrong = |domain: &&Setting<'_, &str>| domain.data.contains('.') || domain.data.chars().count() > DOMAIN_LENGTH;
    let wrong: Vec<_> = domains.iter().filter(is_wrong).collect();
    let Some(first) = wrong.first() else { return };
    findings
        .report(format!("{} is '{}', which is no Windows NT domain", first.value.name, first.data))
        .evidences(wrong.iter().map(|domain| Evidence::setting(service, domain).expected("a name of at most 15 characters without periods")));
}

declare_rule! {
    /// Dial-up connection without a forwarding host.
    ///
    /// ## Why it matters
    /// Delivery by DNS is meant for permanent lines. Over a dial-up line look-ups time out and mail comes back with 3902 Host Unknown;
    /// with the trigger 'mail queued for x minutes' it is never sent without a forwarding host.
    ///
    /// ## What to do
    /// Forward all messages to the relay of the provider.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RasEntry"="Provider"
    /// "DefaultRouting"=""
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RasEntry"="Provider"
    /// "DefaultRouting"="relay.provider.example"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RasEntry"=""
    /// "DefaultRouting"=""
    /// ```
    pub static DNS_DELIVERY_OVER_DIAL_UP = {
        id: "SVC237", name: "dns-delivery-over-dial-up", severity: Warning, certainty: Possible,
        versions: [V5_0, V5_5],
        kb: ["Q242961", "Q156063"],
        needs: [ImcsvcReg],
        tags: ["dial-up", "routing"],
        check: Backup(dns_delivery_over_dial_up),
    }
}

fn dns_delivery_over_dial_up(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let named = texts_named(service, &DIAL_UP);
    if named.is_empty() {
        return nothing_dials(findings);
    }
    let Some(dial_up) = named.iter().find(|text| !text.data.trim().is_empty()) else { return };
    let Some(forwarding) = service.forwarding_hosts() else {
        return findings.undecided("Parameters\\DefaultRouting", "it is absent, and whether mail goes to a forwarding host is not known");
    };
    if forwarding.data.is_empty() {
        findings
            .report(format!("{} is '{}', but DefaultRouting is empty: mail is delivered by DNS", dial_up.value.name, dial_up.data))
            .evidence(Evidence::setting(service, dial_up))
            .evidence(Evidence::setting(service, &forwarding).expected("the relay of the provider"));
    }
}

fn nothing_dials(findings: &mut Findings<'_>) {
    findings.undecided("a dial-up setting in Parameters", "no value by such a name was recognised");
}

declare_rule! {
    /// A command is run to fetch mail from the provider.
    ///
    /// ## Why it matters
    /// After dialling, the service starts the program that is named here, under the service account. It must be what the provider's
    /// host understands as a trigger, and it deserves a look for reasons of security.
    ///
    /// ## What to do
    /// Check that the program exists and is the trigger that was agreed upon.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RetrieveCommand"="finger acme.com@provider.example"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DialCmdLine"="C:\\bin\\fetch.exe"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "DequeueDir"="c:\\exchsrvr\\IMCDATA\\dequeue"
    /// ```
    pub static RETRIEVAL_COMMAND_SET = {
        id: "SVC238", name: "retrieval-command-set", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q155828"],
        needs: [ImcsvcReg],
        tags: ["dial-up", "security"],
        check: Backup(retrieval_command_set),
    }
}

fn retrieval_command_set(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let root = filled_text(service, "Parameters", "RootDir").map(|root| root.data.trim().trim_end_matches('\\').to_lowercase());
    let below_root = |text: &str| root.as_deref().is_some_and(|root| text.trim().to_lowercase().starts_with(root));
    let named = texts_named(service, &COMMAND);
    let commands: Vec<_> = named.iter().filter(|text| !text.data.trim().is_empty() && !below_root(text.data)).collect();
    let Some(first) = commands.first() else { return };
    findings
        .report(format!("{} is '{}': the service runs this to fetch mail", first.value.name, first.data))
        .evidences(commands.iter().map(|command| Evidence::setting(service, command).expected("the trigger that the provider asks for")));
}
