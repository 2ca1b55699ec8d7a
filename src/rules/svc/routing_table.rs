//! The table of the Routing page, where a value was recognised as one by its content; its storage is documented nowhere.

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, RoutingEntry, RoutingTable, RoutingTarget, ServiceKey},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::sure_routes;

declare_rule! {
    /// Own domain is missing from the routing table.
    ///
    /// ## Why it matters
    /// With rerouting on, every own domain has to be accepted as inbound. Mail for a domain that is not listed is sent out again,
    /// loops, and is returned with too many hops.
    ///
    /// ## What to do
    /// Add the domain as inbound on the Routing page and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):61,63,6d,65,2e,6e,65,74,20,2d,3e,20,69,6e,62,6f,75,6e,64,00,00
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):23,61,63,6d,65,2e,63,6f,6d,20,2d,3e,20,69,6e,62,6f,75,6e,64,00,00
    /// "SiteDomain"="mail.acme.com"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):61,63,6d,65,2e,63,6f,6d,20,2d,3e,20,69,6e,62,6f,75,6e,64,00,00
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@mail.acme.com
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):23,61,63,6d,65,2e,63,6f,6d,3b,69,6e,62,6f,75,6e,64,00,62,2e,65,78,61,6d,70,6c,65,3b,72,65,6c,61,79,2e,65,78,61,6d,70,6c,65,00,00
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@ACME.com
    /// ```
    pub static OWN_DOMAIN_NOT_INBOUND = {
        id: "SVC190", name: "own-domain-not-inbound", severity: Error, certainty: Possible,
        versions: [V5_0, V5_5],
        kb: ["Q156063", "Q171032", "Q174351", "Q217217", "Q263199", "Q264557", "Q291086"],
        needs: [ImcsvcReg, RoutingTable],
        tags: ["routing"],
        check: Backup(own_domain_not_inbound),
    }
}

fn own_domain_not_inbound(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, table)) = recognised(backup) else { return };
    let own = backup.local_domains();
    if own.is_empty() {
        return findings.undecided("Imcobj.csv", "no own domain is known");
    }
    let lacking: Vec<&String> = own.iter().filter(|domain| !table.accepts(domain)).collect();
    let Some(first) = lacking.first() else { return };
    let finding = findings.report(format!("own domain {first} is not inbound in {}", table.setting.value.name));
    let names = lacking.iter().map(|domain| domain.as_str()).collect::<Vec<_>>().join(", ");
    finding.first_evidences(table.entries.iter().map(|entry| shown(service, &table, entry).expected(format!("an inbound entry for {names}"))));
}

declare_rule! {
    /// Routing table sends domains in a circle.
    ///
    /// ## Why it matters
    /// The addresses are rewritten from domain to domain and never reach an inbound entry.
    ///
    /// ## What to do
    /// Make one of the domains inbound, or send it to a host outside of the circle.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):61,2e,65,78,61,6d,70,6c,65,20,2d,3e,20,62,2e,65,78,61,6d,70,6c,65,00,62,2e,65,78,61,6d,70,6c,65,20,2d,3e,20,61,2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):61,2e,65,78,61,6d,70,6c,65,20,2d,3e,20,41,2e,65,78,61,6d,70,6c,65,00,63,2e,65,78,61,6d,70,6c,65,20,2d,3e,20,69,6e,62,6f,75,6e,64,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):61,2e,65,78,61,6d,70,6c,65,20,2d,3e,20,62,2e,65,78,61,6d,70,6c,65,00,62,2e,65,78,61,6d,70,6c,65,20,2d,3e,20,69,6e,62,6f,75,6e,64,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):61,2e,65,78,61,6d,70,6c,65,20,2d,3e,20,62,2e,65,78,61,6d,70,6c,65,00,62,2e,65,78,61,6d,70,6c,65,20,2d,3e,20,72,65,6c,61,79,2e,70,72,6f,76,69,64,65,72,2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    pub static ROUTING_TABLE_CYCLE = {
        id: "SVC191", name: "routing-table-cycle", severity: Error, certainty: Possible,
        versions: [V5_0, V5_5],
        kb: ["Q307628"],
        needs: [ImcsvcReg, RoutingTable],
        tags: ["routing"],
        check: Backup(routing_table_cycle),
    }
}

fn routing_table_cycle(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, table)) = recognised(backup) else { return };
    let circles = table.entries.iter().filter_map(|entry| circle(&table, entry));
    let Some(circle) = circles.min_by_key(Vec::len) else { return };
    let mut domains: Vec<&str> = circle.iter().map(|(domain, _)| domain.as_str()).collect();
    domains.extend(domains.first().copied());
    findings
        .report(format!("{} sends mail in a circle: {}", table.setting.value.name, domains.join(" -> ")))
        .first_evidences(circle.iter().map(|(_, entry)| shown(service, &table, entry).expected("a way that ends at an inbound entry")));
}

/// A domain that mail comes by, and the entry that decides over it.
type Step<'a> = (String, &'a RoutingEntry<'a>);

/// Follows an entry; returns the steps of the circle when the way comes back to a domain that it has passed.
fn circle<'a>(table: &'a RoutingTable<'_>, start: &'a RoutingEntry<'a>) -> Option<Vec<Step<'a>>> {
    let mut passed: Vec<Step<'a>> = Vec::new();
    let (mut domain, mut entry) = (start.domain.to_lowercase(), start);
    loop {
        if let Some(at) = passed.iter().position(|(known, _)| *known == domain) {
            return Some(passed.split_off(at));
        }
        passed.push((domain, entry));
        domain = entry.host()?.to_lowercase();
        entry = table.entry_for(&domain)?;
    }
}

declare_rule! {
    /// Routing table lists one domain twice.
    ///
    /// ## Why it matters
    /// Only one of the two entries can win. `domain` and `#domain` are different forms and may stand side by side.
    ///
    /// ## What to do
    /// Delete one of the entries.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):61,63,6d,65,2e,63,6f,6d,20,2d,3e,20,69,6e,62,6f,75,6e,64,00,41,43,4d,45,2e,43,4f,4d,20,2d,3e,20,68,6f,73,74,31,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):61,63,6d,65,2e,63,6f,6d,20,2d,3e,20,68,6f,73,74,31,00,23,61,63,6d,65,2e,63,6f,6d,20,2d,3e,20,69,6e,62,6f,75,6e,64,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):61,63,6d,65,2e,63,6f,6d,20,2d,3e,20,69,6e,62,6f,75,6e,64,00,61,63,6d,65,2e,63,6f,6d,20,2d,3e,20,49,6e,62,6f,75,6e,64,00,00
    /// ```
    pub static ROUTING_TABLE_SHADOWED = {
        id: "SVC192", name: "routing-table-shadowed", severity: Warning, certainty: Possible,
        versions: [V5_0, V5_5],
        kb: ["Q169683"],
        needs: [ImcsvcReg, RoutingTable],
        tags: ["routing"],
        check: Backup(routing_table_shadowed),
    }
}

fn routing_table_shadowed(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, table)) = recognised(backup) else { return };
    let target = |entry: &RoutingEntry<'_>| entry.host().map(str::to_lowercase);
    let mut same: BTreeMap<(bool, String), Vec<&RoutingEntry<'_>>> = BTreeMap::new();
    for entry in &table.entries {
        same.entry((entry.alone, entry.domain.to_lowercase())).or_default().push(entry);
    }
    same.retain(|_, entries| entries.windows(2).any(|pair| matches!(pair, [left, right] if target(left) != target(right))));
    let Some(first) = same.values().next().and_then(|entries| entries.first()) else { return };
    findings
        .report(format!("{} lists {} more than once with different targets", table.setting.value.name, first.domain))
        .first_evidences(same.values().flatten().map(|entry| shown(service, &table, entry).expected("one entry of the domain")));
}

declare_rule! {
    /// Domain is configured in both routing places.
    ///
    /// ## Why it matters
    /// The Routing page rewrites the recipient to the target domain, the E-Mail Domain entry keeps the address. For addresses to stay
    /// as they are the domain must not be on the Routing page.
    ///
    /// ## What to do
    /// Keep the domain in one of the two places.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):74,65,73,74,2e,63,6f,6d,20,2d,3e,20,65,78,61,6d,70,6c,65,2e,63,6f,6d,00,00
    /// "DeliveryRouting"=hex(7):74,65,73,74,2e,63,6f,6d,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):74,65,73,74,2e,63,6f,6d,20,2d,3e,20,69,6e,62,6f,75,6e,64,00,00
    /// "DeliveryRouting"=hex(7):74,65,73,74,2e,63,6f,6d,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RoutingTable"=hex(7):74,65,73,74,2e,63,6f,6d,20,2d,3e,20,65,78,61,6d,70,6c,65,2e,63,6f,6d,00,00
    /// "DeliveryRouting"=hex(7):74,65,73,74,2e,63,6f,6d,3b,3b,30,00,00
    /// ```
    pub static DOMAIN_ROUTED_IN_TWO_PLACES = {
        id: "SVC193", name: "domain-routed-in-two-places", severity: Warning, certainty: Possible,
        versions: [V5_0, V5_5],
        kb: ["Q190710", "Q201127"],
        needs: [ImcsvcReg, RoutingTable],
        tags: ["routing"],
        check: Backup(domain_routed_in_two_places),
    }
}

fn domain_routed_in_two_places(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, table)) = recognised(backup) else { return };
    let Some(routes) = sure_routes(service, findings) else { return };
    let sent_on = |entry: &&RoutingEntry<'_>| entry.target != RoutingTarget::Inbound;
    let mut twice = Vec::new();
    for entry in table.entries.iter().filter(sent_on) {
        let same = routes.data.iter().filter(|route| !route.host.is_empty() && entry.is_for(route.domain.trim()));
        twice.extend(same.map(|route| (entry, route)));
    }
    let Some((entry, route)) = twice.first() else { return };
    let name = &table.setting.value.name;
    let message = format!("{} is routed by {name} ('{}') and by DeliveryRouting ('{}')", entry.domain, entry.text, route.text);
    let proof = twice.iter().flat_map(|(entry, route)| {
        let in_table = shown(service, &table, entry).expected("the domain in one place");
        [in_table, Evidence::setting(service, &routes).observed(route.text).expected("the domain in one place")]
    });
    findings.report(message).first_evidences(proof);
}

fn recognised(backup: &Backup) -> Option<(&ServiceKey, RoutingTable<'_>)> {
    let service = backup.service.as_ref()?;
    Some((service, service.routing_table()?))
}

fn shown(service: &ServiceKey, table: &RoutingTable<'_>, entry: &RoutingEntry<'_>) -> Evidence {
    Evidence::setting(service, &table.setting).observed(entry.text)
}
