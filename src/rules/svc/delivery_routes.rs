//! Routes of single domains (DeliveryRouting) that cannot work, contradict each other, or share a domain with another system.

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, DeliveryRoute},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::sure_routes;

declare_rule! {
    /// Delivery route for a domain that ends in a period.
    ///
    /// ## Why it matters
    /// Fully qualified names with a final dot are not supported here; mail for the domain is returned as host unreachable.
    ///
    /// ## What to do
    /// Remove the final dot from the domain of the route and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,2e,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,00
    /// ```
    pub static DELIVERY_ROUTE_TRAILING_DOT = {
        id: "SVC172", name: "delivery-route-trailing-dot", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q153655", "Q156063"],
        needs: [ImcsvcReg],
        tags: ["routing", "typo"],
        check: Backup(delivery_route_trailing_dot),
    }
}

fn delivery_route_trailing_dot(backup: &Backup, findings: &mut Findings<'_>) {
    let ends_in_dot = |route: &DeliveryRoute<'_>| route.domain.trim_end().ends_with('.');
    report_routes(backup, findings, (&ends_in_dot, "a domain that ends in a period", "a domain without final dot"));
}

declare_rule! {
    /// Delivery route with an impossible domain.
    ///
    /// ## Why it matters
    /// Routes are looked up by the bare mail domain, so an at sign, a blank or a colon makes the entry useless. A star may only stand
    /// in front of a dot. A domain or host that begins with a digit is no fault: some property pages refuse it, but RFC 1123 allows
    /// it.
    ///
    /// ## What to do
    /// Correct the domain of the route.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):40,61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,2a,61,63,6d,65,2e,6e,65,74,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,20,2e,63,6f,6d,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):2a,2e,61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):33,63,6f,6d,2e,65,78,61,6d,70,6c,65,3b,33,6d,61,69,6c,2e,65,78,61,6d,70,6c,65,3b,30,00,00
    /// ```
    pub static DELIVERY_ROUTE_MALFORMED_DOMAIN = {
        id: "SVC174", name: "delivery-route-malformed-domain", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q182522", "Q156063", "Q146677"],
        needs: [ImcsvcReg],
        tags: ["routing", "typo"],
        check: Backup(delivery_route_malformed_domain),
    }
}

fn delivery_route_malformed_domain(backup: &Backup, findings: &mut Findings<'_>) {
    let is_impossible = |route: &DeliveryRoute<'_>| {
        let has_strange_star = route.domain.split('*').skip(1).any(|behind| !behind.is_empty() && !behind.starts_with('.'));
        has_strange_star || route.domain.contains("**") || route.domain.chars().any(|c| c.is_whitespace() || "@/:".contains(c))
    };
    report_routes(backup, findings, (&is_impossible, "a domain that mail cannot have", "a bare domain such as example.com"));
}

/// What is wrong with a route, in code and in words, and what should stand there.
type RouteFault<'a> = (&'a dyn Fn(&DeliveryRoute<'_>) -> bool, &'a str, &'a str);

fn report_routes(backup: &Backup, findings: &mut Findings<'_>, (is_wrong, what, expected): RouteFault<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(routes) = sure_routes(service, findings) else { return };
    let wrong: Vec<&DeliveryRoute<'_>> = routes.data.iter().filter(|route| is_wrong(route)).collect();
    let Some(first) = wrong.first() else { return };
    let more = if wrong.len() > 1 { format!(" and {} more", wrong.len() - 1) } else { String::new() };
    findings
        .report(format!("delivery route '{}'{more} has {what}", first.text))
        .first_evidences(wrong.iter().map(|route| Evidence::setting(service, &routes).observed(route.text).expected(expected)));
}

declare_rule! {
    /// One domain has two delivery routes.
    ///
    /// ## Why it matters
    /// Which of the two is used is not defined. The dialog does not make such pairs, so the value was edited or restored by hand.
    ///
    /// ## What to do
    /// Delete one of the routes and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,41,43,4d,45,2e,43,4f,4d,3b,31,30,2e,39,2e,39,2e,39,3b,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,73,75,62,2e,61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,39,2e,39,2e,39,3b,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,72,65,6c,61,79,2e,65,78,61,6d,70,6c,65,3b,30,00,61,63,6d,65,2e,63,6f,6d,3b,52,45,4c,41,59,2e,65,78,61,6d,70,6c,65,3b,30,00,00
    /// ```
    pub static DELIVERY_ROUTE_DUPLICATE = {
        id: "SVC173", name: "delivery-route-duplicate", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q182522"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(delivery_route_duplicate),
    }
}

fn delivery_route_duplicate(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(routes) = sure_routes(service, findings) else { return };
    let mut by_domain: BTreeMap<String, Vec<&DeliveryRoute<'_>>> = BTreeMap::new();
    for route in &routes.data {
        by_domain.entry(route.domain.trim().to_lowercase()).or_default().push(route);
    }
    by_domain.retain(|_, same| same.iter().any(|route| !same.iter().all(|other| other.host.eq_ignore_ascii_case(route.host))));
    let Some((domain, first)) = by_domain.first_key_value() else { return };
    let hosts: Vec<String> = first.iter().map(|route| if route.host.is_empty() { "DNS".to_owned() } else { route.host.to_owned() }).collect();
    let more = if by_domain.len() > 1 { format!("; {} more", counted(by_domain.len() - 1, "domain")) } else { String::new() };
    let proof = by_domain.values().flatten();
    findings
        .report(format!("domain {domain} has the delivery routes {}{more}", hosts.join(" and ")))
        .first_evidences(proof.map(|route| Evidence::setting(service, &routes).observed(route.text).expected("one route of the domain")));
}

declare_rule! {
    /// Own domain is forwarded to another host.
    ///
    /// ## Why it matters
    /// This is the documented way to share a domain with a second mail system. Recipients of that system need a custom recipient
    /// here; mail for a recipient that the directory does not know is returned and not forwarded.
    ///
    /// ## What to do
    /// Make sure that every user of the other system has a custom recipient.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,75,6e,69,78,31,2e,61,63,6d,65,2e,63,6f,6d,3b,30,00,00
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):70,61,72,74,6e,65,72,2e,65,78,61,6d,70,6c,65,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,00
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,3b,30,00,00
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// ```
    pub static SHARED_NAME_SPACE = {
        id: "SVC176", name: "shared-name-space", severity: Info, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q258203"],
        needs: [ImcsvcReg, ImcobjCsv | Messages],
        tags: ["routing"],
        check: Backup(shared_name_space),
    }
}

fn shared_name_space(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(routes) = sure_routes(service, findings) else { return };
    let own = backup.own_domains();
    if own.is_empty() {
        return findings.undecided("Imcobj.csv", "no own domain is known");
    }
    let is_own = |route: &&DeliveryRoute<'_>| own.iter().any(|domain| domain.eq_ignore_ascii_case(route.domain.trim()));
    let shared: Vec<_> = routes.data.iter().filter(|route| !route.host.is_empty()).filter(is_own).collect();
    let Some(first) = shared.first() else { return };
    findings.report(format!("own domain {} is forwarded to {}", first.domain.trim(), first.host)).first_evidences(
        shared
            .iter()
            .map(|route| Evidence::setting(service, &routes).observed(route.text).expected("a custom recipient for each user of the other system")),
    );
}
