//! SiteDomain, the domain of the connector's own reports, and OverrideProxyOut, delivery by another address type than SMTP (Q183801).
//!
//! One article (Q156229) calls SiteDomain an address type; the readmes of 4.0 and 5.0 and Q183801 call it a domain, which is what these
//! rules hold it for.

use crate::{
    backup::{Backup, Gateway, ServiceKey, Setting},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::{filled_text, place_of_absent};

/// Characters of an address type at most.
const TYPE_LENGTH: usize = 8;

declare_rule! {
    /// OverrideProxyOut is only half configured.
    ///
    /// ## Why it matters
    /// Delivery of another address type needs three parts: the type in OverrideProxyOut, the local domain in SiteDomain, and an
    /// address space of that type on the connector. With a part missing recipients bounce with 000D06B5 No proxy for Recipient. The
    /// feature is part of 5.5 SP1 and later.
    ///
    /// ## What to do
    /// Complete the missing part: enter SiteDomain, or give the connector an address space of the type.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OverrideProxyOut"="SMTPOUT"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OverrideProxyOut"="SMTPOUT"
    /// "SiteDomain"="imc1.acme.com"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OverrideProxyOut"="SMTPOUT"
    /// "SiteDomain"="imc1.acme.com"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1%smtpout:*;1
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"="imc1.acme.com"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    pub static OVERRIDE_PROXY_HALF_CONFIGURED = {
        id: "SVC148", name: "override-proxy-half-configured", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q183801"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(override_proxy_half_configured),
    }
}

fn override_proxy_half_configured(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(proxy) = filled_text(service, "Parameters", "OverrideProxyOut") else { return };
    let kind = proxy.data.trim().trim_end_matches(':');
    let without_domain = filled_text(service, "Parameters", "SiteDomain").is_none();
    let spaces = backup.gateway.as_ref().filter(|gateway| gateway.column("Routing-List").is_some());
    let without_space = spaces.is_some_and(|gateway| !has_space_of(gateway, kind));
    let missing = match (without_domain, without_space) {
        (true, true) => "SiteDomain and an address space of the type are missing",
        (true, false) => "SiteDomain is missing",
        (false, true) => "the connector has no address space of the type",
        (false, false) if spaces.is_none() => return findings.undecided("Imcobj.csv", "the address spaces of the connector are not known"),
        (false, false) => return,
    };
    let finding = findings.report(format!("OverrideProxyOut is '{}', but {missing}", proxy.data));
    finding.evidence(Evidence::setting(service, &proxy).expected("with SiteDomain and an address space of the type"));
    if without_domain {
        finding.evidence(site_domain_place(service).expected("SiteDomain with the local domain"));
    }
    let (Some(gateway), Some(directory), true) = (spaces, &backup.directory, without_space) else { return };
    if let Some(column) = gateway.column("Routing-List") {
        finding.evidence(Evidence::attribute(directory, gateway, column).expected(format!("an address space {kind}:*")));
    }
}

fn has_space_of(gateway: &Gateway, kind: &str) -> bool {
    gateway.address_spaces().filter_map(Result::ok).any(|space| space.is(kind))
}

fn site_domain_place(service: &ServiceKey) -> Evidence {
    match service.text("Parameters", "SiteDomain") {
        Some(blank) => Evidence::setting(service, &blank),
        None => place_of_absent(service, "Parameters"),
    }
}

declare_rule! {
    /// SiteDomain holds an address type instead of a domain.
    ///
    /// ## Why it matters
    /// One article tells to enter the address type here; three other sources say that the value is the domain of the connector's own
    /// reports. With a type in it, reports go out as postmaster@SMTP.
    ///
    /// ## What to do
    /// Enter the domain, for example the part behind the @ of the site address.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"="SMTP"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"="acme.com"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"="headquarters"
    /// ```
    pub static SITEDOMAIN_IS_AN_ADDRESS_TYPE = {
        id: "SVC149", name: "sitedomain-is-an-address-type", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q156229", "Q153655", "Q156063", "Q183801"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(sitedomain_is_an_address_type),
    }
}

fn sitedomain_is_an_address_type(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(domain) = filled_text(service, "Parameters", "SiteDomain").filter(looks_like_a_type) else { return };
    findings
        .report(format!("SiteDomain is '{}', which looks like an address type and not like a domain", domain.data))
        .evidence(Evidence::setting(service, &domain).expected("a domain such as example.com"));
}

fn looks_like_a_type(domain: &Setting<'_, &str>) -> bool {
    let domain = domain.data.trim();
    domain.chars().count() <= TYPE_LENGTH && domain.chars().all(char::is_alphanumeric)
}

declare_rule! {
    /// SiteDomain overrides the site address.
    ///
    /// ## Why it matters
    /// The value is not there by default. It names the domain of the connector's own reports and lets the service start although its
    /// address type has no site address, so somebody has worked around event 4074 or a failing start.
    ///
    /// ## What to do
    /// Check the address type on the Internet Mail page and the site addresses.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"="mail.acme.com"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"=""
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"="SMTP"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"="mail.acme.com"
    /// "OverrideProxyOut"="SMTPOUT"
    /// ```
    pub static SITEDOMAIN_SET = {
        id: "SVC150", name: "sitedomain-set", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0],
        kb: ["Q153655", "Q156063", "Q156229"],
        needs: [ImcsvcReg],
        tags: ["startup"],
        check: Backup(sitedomain_set),
    }
}

fn sitedomain_set(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(domain) = filled_text(service, "Parameters", "SiteDomain") else { return };
    if looks_like_a_type(&domain) || service.value("Parameters", "OverrideProxyOut").is_some() {
        return;
    }
    findings
        .report(format!("SiteDomain is '{}' and replaces the domain of the site address", domain.data))
        .evidence(Evidence::setting(service, &domain).expected("absent"));
}

declare_rule! {
    /// OverrideProxyOut is not a valid address type.
    ///
    /// ## Why it matters
    /// The value is the bare address type. Types have at most 8 characters, and the colon that parts them from the address does not
    /// belong to them.
    ///
    /// ## What to do
    /// Enter the type alone, without colon, blank or address.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OverrideProxyOut"="SMTPOUT:"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OverrideProxyOut"=""
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OverrideProxyOut"="SMTPOUTSIDE"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OverrideProxyOut"="SMTPOUT"
    /// ```
    pub static OVERRIDE_PROXY_TYPE_INVALID = {
        id: "SVC151", name: "override-proxy-type-invalid", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q183801", "Q261283"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(override_proxy_type_invalid),
    }
}

fn override_proxy_type_invalid(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(proxy) = service.text("Parameters", "OverrideProxyOut") else { return };
    let length = proxy.data.chars().count();
    let is_strange = |c: char| c.is_whitespace() || ":@;".contains(c);
    let fault = match proxy.data.chars().find(|c| is_strange(*c)) {
        _ if length == 0 => "is empty".to_owned(),
        Some(' ') => format!("is '{}', which holds a blank", proxy.data),
        Some(strange) => format!("is '{}', which holds '{strange}'", proxy.data),
        None if length > TYPE_LENGTH => format!("is '{}', {length} characters long", proxy.data),
        None => return,
    };
    findings
        .report(format!("OverrideProxyOut {fault}: that is no address type"))
        .evidence(Evidence::setting(service, &proxy).expected(format!("one address type of at most {TYPE_LENGTH} characters, or no value")));
}
