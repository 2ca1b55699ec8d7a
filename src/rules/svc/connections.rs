//! Whom the service talks to: the list of hosts that are accepted or rejected, and the limits of connections. No article names these
//! values; the list is recognised by its content, the limits by their names.

use crate::{
    backup::{Backup, ServiceKey, ServiceValue, Setting, registry_values::describe},
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::fits;

static QUAD: Pattern = Pattern::new(r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b");
static LIMIT_NAME: Pattern = Pattern::new("(?i)max.*(in|out)bound.*conn|max.*conn.*(in|out)bound");
/// An address and a mask that every host matches.
const EVERYBODY: &str = "0.0.0.0";

declare_rule! {
    /// Host entries behind the reject-all entry are lost.
    ///
    /// ## Why it matters
    /// The list of accepted and rejected hosts of the Connections page is read in order, and everything behind the entry for all hosts
    /// has no effect. On 4.0 the more specific of two entries wins, so that the order may be harmless there.
    ///
    /// ## What to do
    /// Move the entry for all hosts to the end of the list and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AcceptHosts"=hex(7):30,2e,30,2e,30,2e,30,3b,30,2e,30,2e,30,2e,30,3b,52,00,31,30,2e,31,2e,31,2e,35,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,32,35,35,3b,41,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AcceptHosts"=hex(7):31,30,2e,31,2e,31,2e,35,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,32,35,35,3b,41,00,30,2e,30,2e,30,2e,30,3b,30,2e,30,2e,30,2e,30,3b,52,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayDenyList"=hex(7):30,2e,30,2e,30,2e,30,3b,30,2e,30,2e,30,2e,30,00,31,30,2e,31,2e,31,2e,35,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,32,35,35,00,00
    /// ```
    pub static REJECT_ALL_NOT_LAST = {
        id: "SVC240", name: "reject-all-not-last", severity: Error, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q316205", "Q155920"],
        needs: [ImcsvcReg],
        tags: ["security"],
        check: Backup(reject_all_not_last),
    }
}

fn reject_all_not_last(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let lists = host_lists(service);
    if lists.is_empty() {
        return findings.undecided("a list of accepted and rejected hosts in Parameters", "no value was recognised as one");
    }
    for list in lists {
        let Some(at) = list.data.iter().position(|element| quads(element).iter().filter(|quad| **quad == EVERYBODY).count() > 1) else { continue };
        let behind = list.data.len() - at - 1;
        let Some(element) = list.data.get(at).filter(|_| behind > 0) else { continue };
        let lost =
            if behind == 1 { "the entry behind it has no effect".to_owned() } else { format!("the {behind} entries behind it have no effect") };
        findings
            .report(format!("entry {} of {} in {} stands for all hosts; {lost}", at + 1, list.data.len(), list.value.name))
            .evidence(Evidence::setting(service, &list).observed(*element).expected("at the end of the list"));
    }
}

/// Returns the undocumented lists whose elements all begin with an address and go on with another one, at least two of them.
fn host_lists(service: &ServiceKey) -> Vec<Setting<'_, Vec<&str>>> {
    let undocumented = service.values_of("Parameters").into_iter().filter(|found| describe("Parameters", &found.value.name).is_none());
    let is_host = |element: &&str| matches!(quads(element).as_slice(), [first, _, ..] if element.trim_start().starts_with(first));
    let lists = undocumented.filter_map(elements);
    lists.filter(|list| list.data.len() > 1 && list.data.iter().all(&is_host)).collect()
}

fn elements(found: &ServiceValue) -> Option<Setting<'_, Vec<&str>>> {
    let strings = found.value.data.strings()?.iter().map(String::as_str);
    Some(Setting { data: strings.filter(|element| !element.trim().is_empty()).collect(), key: &found.key, value: &found.value })
}

fn quads(element: &str) -> Vec<&str> {
    QUAD.find_all(element).map(|found| found.as_str()).collect()
}

declare_rule! {
    /// A connection limit is zero.
    ///
    /// ## Why it matters
    /// Zero does not stop a direction; for that the transfer mode has to be changed. Somebody tried to block traffic the wrong way.
    ///
    /// ## What to do
    /// Set the transfer mode on the Connections page and put a sane limit back.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "MaxInboundConnections"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "MaxConnectionsOutbound"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "MaxInboundConnections"=dword:0000001e
    /// ```
    pub static CONNECTION_LIMIT_ZERO = {
        id: "SVC245", name: "connection-limit-zero", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q153655", "Q156063"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(connection_limit_zero),
    }
}

fn connection_limit_zero(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let names = service.values_of("Parameters").into_iter().map(|found| found.value.name.as_str()).filter(|name| fits(&LIMIT_NAME, name));
    let limits: Vec<_> = names.filter_map(|name| service.dword("Parameters", name)).collect();
    if limits.is_empty() {
        return findings.undecided("a limit of connections in Parameters", "no value by such a name was recognised");
    }
    let zeros: Vec<_> = limits.iter().filter(|limit| limit.data == 0).collect();
    let Some(first) = zeros.first() else { return };
    findings
        .report(format!("{} is 0, which does not stop connections", first.value.name))
        .evidences(zeros.iter().map(|limit| Evidence::setting(service, limit).expected("a limit above 0, for example 30")));
}
