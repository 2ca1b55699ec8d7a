//! Size limits of the registry, in bytes and for each direction (Q231303), and how they get along with the limit of the General page.

use crate::{
    backup::{Backup, ServiceKey, Setting},
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::thresholds::svc_behaviour::SMALL_SIZE_LIMIT,
};

use super::conditions::place_of_absent;

declare_rule! {
    /// Only one of the two direction size limits is set.
    ///
    /// ## Why it matters
    /// InboundSizeLimit and OutboundSizeLimit are meant to be created together, from 5.5 SP3 on. How mail of the direction without a
    /// value is treated is not defined.
    ///
    /// ## What to do
    /// Create the other value as well; 0 means that the direction has no limit.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OutboundSizeLimit"=dword:00200000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "InboundSizeLimit"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "InboundSizeLimit"=dword:00200000
    /// "OutboundSizeLimit"=dword:00000000
    /// ```
    pub static ONE_SIZE_LIMIT_MISSING = {
        id: "SVC133", name: "one-size-limit-missing", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q231303"],
        needs: [ImcsvcReg],
        tags: ["size-limit"],
        check: Backup(one_size_limit_missing),
    }
}

fn one_size_limit_missing(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let limit = |name| service.dword("Parameters", name);
    let (there, missing) = match (limit("InboundSizeLimit"), limit("OutboundSizeLimit")) {
        (Some(inbound), None) => (inbound, "OutboundSizeLimit"),
        (None, Some(outbound)) => (outbound, "InboundSizeLimit"),
        _ => return,
    };
    findings
        .report(format!("{} is {} bytes, but {missing} does not exist", there.value.name, there.data))
        .evidence(Evidence::setting(service, &there).expected(format!("{missing} beside it")))
        .evidence(place_of_absent(service, "Parameters").expected(format!("a value {missing}, 0 for no limit")));
}

declare_rule! {
    /// Registry size limits and General-page limit are combined.
    ///
    /// ## Why it matters
    /// The limit of the General page and the two limits of the registry are alternatives. Where both are set, in some cases the limit
    /// is not applied as expected.
    ///
    /// ## What to do
    /// Set the General page to No limit and keep the pair in the registry.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "InboundSizeLimit"=dword:00000000
    /// "OutboundSizeLimit"=dword:00200000
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),2048
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OutboundSizeLimit"=dword:00200000
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Incoming message size limit
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),2048
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OutboundSizeLimit"=dword:00200000
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),2048
    /// ```
    pub static SIZE_LIMITS_MIXED = {
        id: "SVC134", name: "size-limits-mixed", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q231303"],
        needs: [ImcsvcReg, ImcobjCsv],
        tags: ["size-limit"],
        check: Backup(size_limits_mixed),
    }
}

fn size_limits_mixed(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let limits = registry_limits(service);
    let Some(first) = limits.iter().max_by_key(|limit| limit.data) else { return };
    let (Some(directory), Some(gateway)) = (&backup.directory, &backup.gateway) else {
        return findings.undecided("Imcobj.csv", "it holds no connector object");
    };
    let Some(column) = gateway.column("Deliv-Cont-Length") else {
        return findings.undecided("Imcobj.csv", "the column Deliv-Cont-Length is missing or shifted");
    };
    let general = gateway.size_limit().and_then(|(_, number)| number).filter(|number| *number > 0);
    let Some(general) = general else { return };
    findings
        .report(format!("the General page limits mail to {general} KB while {} is {} bytes", first.value.name, first.data))
        .evidences(limits.iter().map(|limit| Evidence::setting(service, limit).expected("bytes, as the only limit")))
        .evidence(Evidence::attribute(directory, gateway, column).expected("empty: no limit on the General page"));
}

declare_rule! {
    /// Byte limit looks like a number of kilobytes.
    ///
    /// ## Why it matters
    /// InboundSizeLimit and OutboundSizeLimit count bytes, unlike the General page, which counts KB. With the KB figure typed here
    /// practically every message is refused.
    ///
    /// ## What to do
    /// Multiply the number by 1024, or set 0 for no limit, and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "InboundSizeLimit"=dword:00000800
    /// "OutboundSizeLimit"=dword:00200000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "InboundSizeLimit"=dword:00200000
    /// "OutboundSizeLimit"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "InboundSizeLimit"=dword:00010000
    /// ```
    pub static SIZE_LIMIT_IN_KILOBYTES = {
        id: "SVC135", name: "size-limit-in-kilobytes", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q231303"],
        needs: [ImcsvcReg],
        tags: ["size-limit", "typo"],
        check: Backup(size_limit_in_kilobytes),
    }
}

fn size_limit_in_kilobytes(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let least = findings.number(&SMALL_SIZE_LIMIT);
    let small: Vec<_> = registry_limits(service).into_iter().filter(|limit| limit.data > 0 && i64::from(limit.data) < least).collect();
    let Some(first) = small.first() else { return };
    let meant = |limit: &Setting<'_, u32>| u64::from(limit.data) * 1024;
    findings
        .report(format!("{} is {} bytes; as a number of KB it would be {} bytes", first.value.name, first.data, meant(first)))
        .evidences(small.iter().map(|limit| Evidence::setting(service, limit).expected(format!("{} bytes, or 0", meant(limit)))));
}

fn registry_limits(service: &ServiceKey) -> Vec<Setting<'_, u32>> {
    ["InboundSizeLimit", "OutboundSizeLimit"].into_iter().filter_map(|name| service.dword("Parameters", name)).collect()
}
