//! Routes and address rewriting.

use crate::{
    backup::Backup,
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::sure_routes;

/// `domain;host;number`; an empty host means delivery by DNS.
static ROUTE: Pattern = Pattern::new(r"^[^;\x00-\x1f]+;[^;\x00-\x1f]*;[0-9]+$");

declare_rule! {
    /// AddressRewrite is set without ResolveP2.
    ///
    /// ## Why it matters
    /// Only the pair makes the service map secondary addresses to the primary one and resolve the reply address; alone
    /// AddressRewrite does not do what was meant. Before 5.0 SP2 the rewritten message still carries the target address of a
    /// custom recipient (Q176739).
    ///
    /// ## What to do
    /// Set ResolveP2 as well and restart.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AddressRewrite"=dword:00000001
    /// "ResolveP2"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AddressRewrite"=dword:00000001
    /// "RerouteViaStore"=dword:00000001
    /// ```
    pub static ADDRESS_REWRITE_WITHOUT_RESOLVE = {
        id: "SVC143", name: "address-rewrite-without-resolve", severity: Warning, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q166515", "Q185153"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(address_rewrite_without_resolve),
    }
}

fn address_rewrite_without_resolve(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let number = |name| service.dword("Parameters", name);
    let is = |name, wanted: u32| number(name).is_some_and(|found| found.data == wanted);
    let Some(rewrite) = number("AddressRewrite").filter(|rewrite| rewrite.data == 1) else { return };
    let resolves = number("ResolveP2").is_some_and(|resolve| resolve.data != 0);
    if !resolves && !is("RerouteViaStore", 1) {
        let finding = findings.report("AddressRewrite is 1, but ResolveP2 is absent or 0");
        finding.evidence(Evidence::setting(service, &rewrite).expected("with ResolveP2 set as well"));
        if let Some(resolve) = number("ResolveP2") {
            finding.evidence(Evidence::setting(service, &resolve).expected("1"));
        }
    }
}

declare_rule! {
    /// Delivery route cannot be parsed: the service will not start.
    ///
    /// ## Why it matters
    /// The 5.0/5.5 administrator extension damages its heap when the table gets long and writes broken routes. Since a wrong
    /// route would misdirect mail, the service refuses to start (event 4056, error 2140).
    ///
    /// ## What to do
    /// Save with IMCCOPY, repair or empty DeliveryRouting, restore, install the fixed Imcadmin.dll.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,61,6e,6c,73,66,2e,6d,73,62,70,2e,63,6f,00,3b,61,6e,6c,73,66,2e,6d,73,62,70,2e,63,6f,6d,3b,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,62,2e,65,78,61,6d,70,6c,65,3b,3b,30,00,00
    /// ```
    pub static DELIVERY_ROUTE_CORRUPT = {
        id: "SVC170", name: "delivery-route-corrupt", severity: Error, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q182522", "Q148565"],
        needs: [ImcsvcReg],
        tags: ["startup", "routing"],
        check: Backup(delivery_route_corrupt),
    }
}

fn delivery_route_corrupt(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(routes) = service.strings("Parameters", "DeliveryRouting") else { return };
    if sure_routes(service, findings).is_none() {
        return;
    }
    let is_sound = |route: &str| route.is_ascii() && ROUTE.is_match(route);
    let broken: Vec<&String> = routes.data.iter().filter(|route| !route.is_empty() && !is_sound(route)).collect();
    let Some(first) = broken.first() else { return };
    findings
        .report(format!("{} of {} delivery routes cannot be parsed; the first is '{first}'", broken.len(), routes.data.len()))
        .evidences(broken.iter().take(20).map(|route| Evidence::setting(service, &routes).observed(route.as_str()).expected("domain;host;number")));
}
