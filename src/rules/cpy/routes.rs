//! What IMCCOPY saved of the routes, beside what the registry has (Q182522).

use crate::{
    backup::{Backup, DomainPolicy},
    base::{counted, differ_by_one},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::imccopy::DeliveryRoute,
};

declare_rule! {
    /// Saved delivery route cannot be parsed.
    ///
    /// ## Why it matters
    /// The dump shows the damage that stops the service at its start (event 4056): cut names, stray separators, broken
    /// fields. The fault that wrote such records is corrected in 5.5 SP1, but wrong data stays.
    ///
    /// ## What to do
    /// Delete or repair the record, restore the routes with IMCCOPY, and install the corrected Imcadmin.dll.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// +anlsf.msbp.co
    /// +;anlsf.msbp.com;0
    /// DefaultRouting=
    /// ```
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// +acme.com;10.1.2.3;
    /// DefaultRouting=
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// +acme.com;10.1.2.3;0
    /// +example.com;;0
    /// DefaultRouting=
    /// ```
    pub static ROUTE_RECORD_CORRUPT = {
        id: "CPY031", name: "route-record-corrupt", severity: Error, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q182522", "Q148565"],
        needs: [ImccopyRoutes],
        tags: ["routing", "startup"],
        check: Backup(route_record_corrupt),
    }
}

fn route_record_corrupt(backup: &Backup, findings: &mut Findings<'_>) {
    for sibling in &backup.siblings.imccopy {
        let routes = &sibling.file.value.routes;
        let corrupt: Vec<usize> = (0..routes.len()).filter(|index| routes.get(*index).is_some_and(|route| !is_route(&route.text.value))).collect();
        let Some(first) = corrupt.first().and_then(|index| routes.get(*index)) else { continue };
        let mut shown: Vec<usize> = corrupt.iter().flat_map(|index| index.saturating_sub(1)..=index + 1).collect();
        shown.dedup();
        let proof = |index: usize| {
            let route = routes.get(index)?;
            let expected = if is_route(&route.text.value) { "(the neighbour)" } else { "domain;host;number" };
            Some(Evidence::listed_line(&sibling.path, route.text.place, &route.text.value).expected(expected))
        };
        findings
            .report(format!("{} in {} cannot be parsed; the first is '{}'", counted(corrupt.len(), "route"), sibling.path, first.text.value))
            .first_evidences(shown.into_iter().filter_map(proof));
    }
}

/// Returns whether a record is `domain;host;number`; the host may be empty.
fn is_route(record: &str) -> bool {
    let fields: Vec<&str> = record.split(';').collect();
    let [domain, _, number] = fields.as_slice() else { return false };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    !domain.is_empty() && is_number && !record.contains(|c: char| c < ' ')
}

declare_rule! {
    /// Saved routes differ from the registry.
    ///
    /// ## Why it matters
    /// The two were taken at different times or the file is the emptied one of the documented repair. A restore would change
    /// the routes.
    ///
    /// ## What to do
    /// Find out which is the present state.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// DefaultRouting=
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,2e,65,78,61,6d,70,6c,65,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,00
    /// ```
    ///
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=
    /// DefaultRouting=smart1.example.com
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="smart2.example.com"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// +b.example;;0
    /// +a.example;10.1.2.3;0
    /// DefaultRouting=
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):41,2e,65,78,61,6d,70,6c,65,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,62,2e,65,78,61,6d,70,6c,65,3b,3b,30,00,00
    /// ```
    pub static ROUTES_DIFFER_FROM_REGISTRY = {
        id: "CPY032", name: "routes-differ-from-registry", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q182522"],
        needs: [ImccopyRoutes, ImcsvcReg],
        tags: ["routing", "integrity"],
        check: Backup(routes_differ_from_registry),
    }
}

fn routes_differ_from_registry(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let registry = service.strings("Parameters", "DeliveryRouting");
    let default = service.text("Parameters", "DefaultRouting");
    if registry.is_none() && default.is_none() {
        return findings.undecided("Imcsvc.reg", "the registry has neither DeliveryRouting nor DefaultRouting");
    }
    for sibling in &backup.siblings.imccopy {
        let file = &sibling.file.value;
        if let (Some(section), Some(registry)) = (file.delivery_routing, &registry) {
            let saved = sorted(file.routes.iter().map(|route| route.text.value.as_str()));
            let present = sorted(registry.data.iter().map(String::as_str));
            if saved != present {
                findings
                    .report(format!(
                        "{} holds {} delivery routes, the registry {}, and they are not the same",
                        sibling.path,
                        saved.len(),
                        present.len()
                    ))
                    .evidence(Evidence::listed_line(&sibling.path, section, "DeliveryRouting").expected("the routes of the registry"))
                    .evidence(Evidence::setting(service, registry));
            }
        }
        if let (Some(saved), Some(default)) = (&file.default_routing, &default)
            && !saved.value.trim().eq_ignore_ascii_case(default.data.trim())
        {
            findings
                .report(format!("{} forwards everything else to '{}', the registry to '{}'", sibling.path, saved.value, default.data))
                .evidence(Evidence::listed_line(&sibling.path, saved.place, &saved.value).expected("the host of the registry"))
                .evidence(Evidence::setting(service, default));
        }
    }
}

/// Order and letter case do not count.
fn sorted<'a>(routes: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut routes: Vec<String> = routes.map(|route| route.trim().to_lowercase()).filter(|route| !route.is_empty()).collect();
    routes.sort_unstable();
    routes
}

declare_rule! {
    /// Domain is spelt differently in formats and routes.
    ///
    /// ## Why it matters
    /// Formats and routes of a domain are entered in two dialogs; names that differ by one letter suggest a typing error in
    /// one of them, and then one of the two never applies.
    ///
    /// ## What to do
    /// Correct the name where it is wrong.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// +partner.example;10.1.2.3;0
    /// DefaultRouting=
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +partnr.example,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// +partner.example;10.1.2.3;0
    /// DefaultRouting=
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +partenr.example,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// +partner.example;10.1.2.3;0
    /// DefaultRouting=
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +PARTNER.example,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// +partner.example;10.1.2.3;0
    /// DefaultRouting=
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.example,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    pub static DOMAIN_RECORDS_VS_ROUTES = {
        id: "CPY033", name: "domain-records-vs-routes", severity: Info, certainty: Possible,
        versions: [V5_5],
        kb: ["Q262126", "Q182522"],
        needs: [ImccopyDomain, ImccopyRoutes],
        tags: ["routing", "typo"],
        check: Backup(domain_records_vs_routes),
    }
}

fn domain_records_vs_routes(backup: &Backup, findings: &mut Findings<'_>) {
    let siblings = &backup.siblings.imccopy;
    let routes: Vec<(&str, &DeliveryRoute)> =
        siblings.iter().flat_map(|sibling| sibling.file.value.routes.iter().map(|route| (sibling.path.as_str(), route))).collect();
    let name = |route: &DeliveryRoute| route.domain().trim_start_matches('#').to_lowercase();
    let records: Vec<(String, DomainPolicy<'_>)> = backup.domain_policies().map(|policy| (policy.record.domain().to_lowercase(), policy)).collect();
    // A name that stands in both dialogs is meant as it is.
    let has_route = |domain: &str| routes.iter().any(|(_, route)| name(route) == domain);
    let has_record = |domain: &str| records.iter().any(|(known, _)| known == domain);
    for (domain, policy) in records.iter().filter(|(domain, policy)| !policy.is_default() && !has_route(domain)) {
        let is_near = |route: &DeliveryRoute| route.host().is_some_and(|host| !host.value.trim().is_empty()) && differ_by_one(&name(route), domain);
        let Some((path, route)) = routes.iter().find(|(_, route)| is_near(route) && !has_record(&name(route))) else { continue };
        findings
            .report(format!("a format record is for '{}', a route for '{}'", policy.record.domain(), route.domain()))
            .group(domain.as_str())
            .evidence(Evidence::policy(policy).expected(route.domain()))
            .evidence(Evidence::listed_line(path, route.text.place, &route.text.value).expected(policy.record.domain()));
    }
}
