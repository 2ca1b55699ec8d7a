//! What IMCCOPY saved of the routes, beside what the registry has (Q182522).

use crate::{
    backup::Backup,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

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
