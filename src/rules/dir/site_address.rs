//! Address type and site address: what the connector serves, and the addresses that Setup or a template made (Q156229, Q161803, Q196421).

use crate::{
    backup::{
        Backup, Gateway, GatewayAttribute,
        dn::Dn,
        object_facts::{NamedBy, SetupDomains},
    },
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{column, object};

declare_rule! {
    /// Connector serves another address type than SMTP.
    ///
    /// ## Why it matters
    /// The routing table cannot be read for another type, and the service does not start (error 2140, event 4074), unless the object
    /// has an address of that type or SiteDomain stands in for it. That the field of the dialog is stored in this attribute is
    /// inferred.
    ///
    /// ## What to do
    /// Set the address type on the page Internet Mail back to SMTP.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Address-Type
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTPOUT
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Address-Type
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTPOUT
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"=""
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Address-Type
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),smtp
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Address-Type
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTPOUT
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"="acme.com"
    /// ```
    pub static ADDRESS_TYPE_NOT_SMTP = {
        id: "DIR095", name: "address-type-not-smtp", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q156229"],
        needs: [ImcobjCsv],
        tags: ["startup", "address-space"],
        check: Backup(address_type_not_smtp),
    }
}

fn address_type_not_smtp(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let Some(attribute) = column(object, "Address-Type", findings) else { return };
    let Some(kind) = attribute.filled().next().map(|kind| kind.replace(' ', "")) else { return };
    let domain = backup.service.as_ref().and_then(|service| service.text("Parameters", "SiteDomain"));
    if kind.eq_ignore_ascii_case("SMTP") || domain.is_some_and(|domain| !domain.data.trim().is_empty()) {
        return;
    }
    let own = enumerated(gateway.proxies().map(|proxy| proxy.kind), 5);
    let own = if own.is_empty() { "none is known".to_owned() } else { own };
    let finding = findings.report(format!("the connector serves the address type {kind}; types of its own addresses: {own}; no SiteDomain"));
    finding.evidence(Evidence::attribute(directory, gateway, attribute).expected("SMTP"));
    if let (Some(service), Some(domain)) = (&backup.service, domain) {
        finding.evidence(Evidence::setting(service, &domain).expected("the local domain, where the type is not SMTP"));
    }
}

declare_rule! {
    /// Organization or site name contains an at sign.
    ///
    /// ## Why it matters
    /// The generator of addresses splits the name of the site at the at sign. The SMTP addresses that it makes get random digits and
    /// the name of the server as domain, so that mail to these users and replies to them fail. The article is about 5.5; nobody
    /// tested other versions.
    ///
    /// ## What to do
    /// Repair the template by hand on the Site Addressing object and have the addresses made again, or keep the name and maintain
    /// the addresses by hand.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=org/ou=test @ example/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:test6@example.srv1.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Home-MTA
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=a@b/ou=WEST/cn=Configuration/cn=Servers/cn=SRV1/cn=Microsoft MTA
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=org/ou=test-example/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// ```
    pub static SITE_NAME_WITH_AT_SIGN = {
        id: "DIR601", name: "site-name-with-at-sign", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q201470"],
        needs: [ImcobjCsv],
        tags: ["address", "identity", "bounce"],
        check: Backup(site_name_with_at_sign),
    }
}

fn site_name_with_at_sign(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((directory, gateway)) = object(backup, findings) else { return };
    let names_of = |attribute: &'_ GatewayAttribute| -> Vec<String> {
        let dn = attribute.values.first().and_then(|text| Dn::parse(text));
        dn.iter().flat_map(|dn| [dn.organization(), dn.site()]).flatten().map(str::to_owned).collect()
    };
    let named: Vec<_> = ["Obj-Dist-Name", "Home-MTA"]
        .iter()
        .filter_map(|name| gateway.filled(name))
        .flat_map(|attribute| names_of(attribute).into_iter().map(move |name| (attribute, name)))
        .collect();
    if named.is_empty() {
        return findings.undecided("Imcobj.csv", "no attribute names organization and site");
    }
    let Some((attribute, name)) = named.iter().find(|(_, name)| name.contains('@')) else { return };
    let generated: Vec<_> = gateway.address_values().filter(|value| is_generated(value.name, name, gateway)).collect();
    let proven = match generated.first() {
        Some(value) => format!("; {} is an address that the generator made of it", value.name),
        None => String::new(),
    };
    findings
        .report(format!("the name '{name}' contains an at sign{proven}"))
        .evidence(Evidence::attribute(directory, gateway, attribute).expected("names without at sign"))
        .first_evidences(generated.iter().map(|value| value_of((directory, gateway), value)));
}

fn value_of(object: super::proof::Object<'_>, value: &NamedBy<'_>) -> Evidence {
    Evidence::attribute_value(object, value.attribute, value.name).expected("an address with a domain of the organization")
}

/// `test6@example.srv1.com` from the name `test @ example` on server SRV1: the text before the sign, some digits, the server as domain.
fn is_generated(address: &str, name: &str, gateway: &Gateway) -> bool {
    let before = name.split('@').next().unwrap_or_default().trim().to_lowercase();
    let address = address.to_lowercase();
    let Some((local, domain)) = address.strip_prefix("smtp:").and_then(|address| address.split_once('@')) else { return false };
    let digits = local.strip_prefix(&before).filter(|_| !before.is_empty());
    let has_digits = digits.is_some_and(|digits| (1..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let labels: Vec<&str> = domain.split('.').collect();
    let server = gateway.server().unwrap_or_default();
    has_digits && labels.len() >= 3 && labels.iter().rev().nth(1).is_some_and(|label| label.eq_ignore_ascii_case(server))
}

declare_rule! {
    /// SMTP address still has the form site.organization.com made by Setup.
    ///
    /// ## Why it matters
    /// Setup and the Move Server Wizard make addresses of this form without asking whether the domain exists. If it is not
    /// registered, other hosts refuse it as sender domain and no answer comes back. Many organizations really own such a domain.
    ///
    /// ## What to do
    /// Check with DNS whether mail exchangers are registered for the domain; if not, set the real domain on the Site Addressing
    /// object and have the addresses rewritten.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=West/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:IMS@west.acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:IMS@west.acme.com%smtp:IMS@acme.example
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:IMS@mail.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:IMS@west.acme.com
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"="acme.example"
    /// ```
    pub static DEFAULT_SITE_ADDRESS = {
        id: "DIR602", name: "default-site-address", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q196421", "Q161803", "Q280118"],
        needs: [ImcobjCsv],
        tags: ["address", "identity", "config"],
        check: Backup(default_site_address),
    }
}

fn default_site_address(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (_, gateway)) = object(backup, findings) else { return };
    let Some((setup, domain, attribute)) = primary_domain(object, findings) else { return };
    let is_only = gateway.smtp_domains().iter().all(|other| *other == domain);
    let site_domain = backup.service.as_ref().and_then(|service| service.text("Parameters", "SiteDomain")).map(|found| found.data.trim());
    let is_same = site_domain.is_none_or(|other| other.is_empty() || other.eq_ignore_ascii_case(&domain));
    if domain == setup.site_first && is_only && is_same {
        report_domain(object, (&domain, attribute), findings.report(told(&domain, gateway)));
    }
}

fn told(domain: &str, gateway: &Gateway) -> String {
    let (site, organization) = (gateway.site().unwrap_or_default(), gateway.organization().unwrap_or_default());
    format!("the only SMTP domain is {domain}, made of site {site} and organization {organization}")
}

fn report_domain(
    (directory, gateway): super::proof::Object<'_>,
    (domain, attribute): (&str, &GatewayAttribute),
    finding: &mut crate::diagnostics::Finding,
) {
    finding.evidence(Evidence::attribute(directory, gateway, attribute).expected(format!("a registered domain; {domain} may be none")));
    if let Some(dn) = gateway.filled("Obj-Dist-Name") {
        finding.evidence(Evidence::attribute(directory, gateway, dn));
    }
}

/// Returns the domains that Setup would make, and that of the primary SMTP address in lower case with the attribute that holds it.
fn primary_domain<'a>(
    object @ (_, gateway): super::proof::Object<'a>,
    findings: &mut Findings<'_>,
) -> Option<(SetupDomains, String, &'a GatewayAttribute)> {
    column(object, "Proxy-Addresses", findings)?;
    column(object, "Obj-Dist-Name", findings)?;
    let (proxy, attribute) = gateway.primary_smtp()?;
    Some((gateway.setup_domains()?, proxy.smtp_domain()?.trim().to_lowercase(), attribute))
}

declare_rule! {
    /// SMTP address has organization and site in the wrong order.
    ///
    /// ## Why it matters
    /// The Installation Guide of 4.0 printed the default address with the organization before the site. Whoever copied it receives
    /// no mail, because that domain belongs to somebody else or to nobody.
    ///
    /// ## What to do
    /// Correct the SMTP template of the Site Addressing object to site before organization, or to the registered domain.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:IMS@acme.west.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:IMS@west.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=Acme/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:IMS@acme.acme.com
    /// ```
    pub static SITE_ADDRESS_ORDER_SWAPPED = {
        id: "DIR603", name: "site-address-order-swapped", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q161803"],
        needs: [ImcobjCsv],
        tags: ["address", "typo", "config"],
        check: Backup(site_address_order_swapped),
    }
}

fn site_address_order_swapped(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (_, gateway)) = object(backup, findings) else { return };
    let Some((setup, domain, attribute)) = primary_domain(object, findings) else { return };
    if domain == setup.organization_first && setup.organization_first != setup.site_first {
        let (site, organization) = (gateway.site().unwrap_or_default(), gateway.organization().unwrap_or_default());
        let told = format!("the SMTP domain {domain} has organization {organization} before site {site}");
        report_domain(object, (&domain, attribute), findings.report(told));
    }
}
