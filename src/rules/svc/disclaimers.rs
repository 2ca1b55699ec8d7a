//! Texts that the extension adds to mail (Q258206).

use crate::{
    backup::Backup,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::{filled_text, switched_on};

const EXTENSION: &str = "Parameters\\Extension";

declare_rule! {
    /// Relayed mail gets no disclaimer.
    ///
    /// ## Why it matters
    /// Relayed messages are not converted, so the extension cannot add text to them unless they are forced through the information
    /// store.
    ///
    /// ## What to do
    /// Set RerouteViaStore to 1 if relayed mail shall carry the text as well.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundAppend"="Legal notice"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RerouteViaStore"=dword:00000000
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundPrepend"="Legal notice"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RerouteViaStore"=dword:00000001
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundAppend"="Legal notice"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundAppend"=""
    /// "InboundAppend"="Legal notice"
    /// ```
    pub static DISCLAIMER_SKIPS_RELAYED_MAIL = {
        id: "SVC147", name: "disclaimer-skips-relayed-mail", severity: Info, certainty: Likely,
        versions: [V5_5],
        kb: ["Q259730", "Q238471"],
        needs: [ImcsvcReg],
        tags: ["extension"],
        check: Backup(disclaimer_skips_relayed_mail),
    }
}

fn disclaimer_skips_relayed_mail(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let texts: Vec<_> = ["OutboundAppend", "OutboundPrepend"].into_iter().filter_map(|name| filled_text(service, EXTENSION, name)).collect();
    let Some(first) = texts.first().filter(|_| switched_on(service, "RerouteViaStore").is_none()) else { return };
    let finding = findings.report(format!("{} is set and RerouteViaStore is not: relayed mail goes out without the text", first.value.name));
    finding.evidences(texts.iter().map(|text| Evidence::setting(service, text).expected("with RerouteViaStore 1 if relayed mail counts")));
    if let Some(off) = service.dword("Parameters", "RerouteViaStore") {
        finding.evidence(Evidence::setting(service, &off).expected("1 if relayed mail shall carry the text"));
    }
}

declare_rule! {
    /// Disclaimer text uses a misprinted formatting code.
    ///
    /// ## Why it matters
    /// The text is rich text. An article prints the code for the end of underlining with the letter o; RTF knows \ul0 and \ulnone, so
    /// with the misprint everything after it stays underlined. Unbalanced braces end the text early.
    ///
    /// ## What to do
    /// Write \ul0 or \plain, and give every brace its partner.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundAppend"="\\ul Notice \\ulo text"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundPrepend"="{\\b Notice"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundAppend"="\\ul Notice \\ul0 text"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundAppend"="{\\b Notice} \\{ text"
    /// ```
    pub static EXTENSION_TEXT_MISPRINT = {
        id: "SVC215", name: "extension-text-misprint", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q258206"],
        needs: [ImcsvcReg],
        tags: ["extension", "typo"],
        check: Backup(extension_text_misprint),
    }
}

fn extension_text_misprint(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let names = ["InboundPrepend", "InboundAppend", "OutboundPrepend", "OutboundAppend"];
    let texts = names.into_iter().filter_map(|name| service.text(EXTENSION, name));
    let wrong: Vec<_> = texts.filter_map(|text| Some((misprint(text.data)?, text))).collect();
    let Some((fault, text)) = wrong.first() else { return };
    findings
        .report(format!("{} {fault}", text.value.name))
        .evidences(wrong.iter().map(|(_, text)| Evidence::setting(service, text).expected("\\ul0 with a zero, and braces in pairs")));
}

fn misprint(text: &str) -> Option<String> {
    if let Some((before, _)) = text.split_once("\\ulo") {
        return Some(format!("holds '\\ulo' with the letter o at character {}", before.chars().count() + 1));
    }
    let mut open = Vec::new();
    let mut chars = text.chars().enumerate();
    while let Some((at, c)) = chars.next() {
        match c {
            // A backslash takes the special meaning from a brace or backslash behind it.
            '\\' => drop(chars.next()),
            '{' => open.push(at + 1),
            '}' if open.pop().is_none() => return Some(format!("closes a brace at character {} that was never opened", at + 1)),
            _ => {}
        }
    }
    open.first().map(|at| format!("opens a brace at character {at} that is never closed"))
}
