//! What attributes of the connector's object mean together: the servers that it names, its addresses, who may use it, its limits.
//!
//! Instructions for an import, `~SERVER` say, name nothing (Q150438). Deliberately absent: which of two servers is the right one.

use crate::formats::dapi_csv::{self, ImportOperator, Proxy};

use super::{
    Gateway, GatewayAttribute,
    dn::{Dn, same_dn, server_in_parentheses},
};

/// A name and the attribute that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedBy<'a> {
    /// The name.
    pub name: &'a str,
    /// The attribute.
    pub attribute: &'a GatewayAttribute,
}

/// Lists of senders that may or may not use the connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderList {
    /// Single senders and lists that may.
    Accepted,
    /// Single senders and lists that may not.
    Rejected,
}

/// The domains that Setup makes out of the names of site and organization (Q196421), and that a misprint made of them (Q161803).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupDomains {
    /// `site.organization.com`.
    pub site_first: String,
    /// `organization.site.com`.
    pub organization_first: String,
}

/// Attributes of Q185155 that restrict by distribution list.
pub const LISTS_OF_GROUPS: [&str; 2] = ["DL-Mem-Submit-Perms", "DL-Mem-Reject-Perms"];

impl GatewayAttribute {
    /// Returns whether nothing but blanks is written: the attribute is absent from the object.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.values.iter().all(|value| value.trim().is_empty())
    }

    /// Returns the values that hold anything.
    pub fn filled(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(AsRef::as_ref).filter(|value| !value.trim().is_empty())
    }
}

impl SenderList {
    /// Returns the schema names of the attributes that make up the list.
    #[must_use]
    pub fn attributes(self) -> [&'static str; 2] {
        match self {
            Self::Accepted => ["Auth-Orig", "DL-Mem-Submit-Perms"],
            Self::Rejected => ["Unauth-Orig", "DL-Mem-Reject-Perms"],
        }
    }
}

impl Gateway {
    /// Returns an attribute that holds anything.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&GatewayAttribute> {
        self.column(name).filter(|attribute| !attribute.is_blank())
    }

    /// Returns the servers that the object names: in the parentheses of its own name, as computer, and in the names of its homes.
    #[must_use]
    pub fn named_servers(&self) -> Vec<NamedBy<'_>> {
        let named = |column, name: fn(&str) -> Option<&str>| {
            let attribute = self.filled(column)?;
            let text = attribute.values.first()?;
            let name = name(text).map(|name| name.trim().trim_start_matches('\\')).filter(|name| !name.is_empty())?;
            ImportOperator::of(text).is_none().then_some(NamedBy { name, attribute })
        };
        let all = [
            named("Obj-Dist-Name", of_object),
            named("Computer-Name", |text| Some(text)),
            named("Home-Server", of_home),
            named("Home-MTA", behind_servers),
            named("Home-MDB", behind_servers),
        ];
        all.into_iter().flatten().collect()
    }

    /// Returns the values of the attributes that hold addresses of the object, as far as they are no instructions for an import.
    pub fn address_values(&self) -> impl Iterator<Item = NamedBy<'_>> {
        let columns = ["Proxy-Addresses", "Secondary-Proxy-Addresses", "Target-Address"].iter().filter_map(|name| self.filled(name));
        let values = columns.flat_map(|attribute| attribute.values.iter().map(move |value| NamedBy { name: value, attribute }));
        values.filter(|value| ImportOperator::of(value.name).is_none())
    }

    /// Returns the primary SMTP address: its type is written in capitals (Q157007).
    #[must_use]
    pub fn primary_smtp(&self) -> Option<(Proxy<'_>, &GatewayAttribute)> {
        let attribute = self.filled("Proxy-Addresses")?;
        let mut proxies = attribute.values.iter().filter_map(|value| dapi_csv::proxy(value));
        proxies.find(|proxy| proxy.is("SMTP") && proxy.is_primary()).map(|proxy| (proxy, attribute))
    }

    /// Returns the domains that Setup makes: lower case, without characters that host names do not have.
    #[must_use]
    pub fn setup_domains(&self) -> Option<SetupDomains> {
        let plain = |name: &str| -> String {
            let lower = name.to_lowercase();
            lower.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
        };
        let (site, organization) = (plain(self.site()?), plain(self.organization()?));
        let is_known = !site.is_empty() && !organization.is_empty();
        let domains = SetupDomains { site_first: format!("{site}.{organization}.com"), organization_first: format!("{organization}.{site}.com") };
        is_known.then_some(domains)
    }

    /// Returns the members of a list of senders, each with its attribute.
    pub fn senders(&self, list: SenderList) -> impl Iterator<Item = NamedBy<'_>> {
        let columns = list.attributes().into_iter().filter_map(|name| self.filled(name));
        columns.flat_map(|attribute| attribute.filled().map(move |name| NamedBy { name, attribute }))
    }

    /// Returns the senders that are on both lists, by the rules by which the directory compares names.
    #[must_use]
    pub fn accepted_and_rejected(&self) -> Vec<(NamedBy<'_>, NamedBy<'_>)> {
        let rejected: Vec<_> = self.senders(SenderList::Rejected).collect();
        let twin = |accepted: NamedBy<'_>| rejected.iter().find(|rejected| same_dn(accepted.name, rejected.name)).copied();
        self.senders(SenderList::Accepted).filter_map(|accepted| Some((accepted, twin(accepted)?))).collect()
    }
}

fn of_object(dn: &str) -> Option<&str> {
    server_in_parentheses(Dn::parse(dn)?.last_cn()?)
}

fn of_home(server: &str) -> Option<&str> {
    let Some(dn) = Dn::parse(server) else { return Some(server) };
    dn.cn_behind("Servers").or_else(|| dn.last_cn())
}

fn behind_servers(dn: &str) -> Option<&str> {
    Dn::parse(dn)?.cn_behind("Servers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Limits;

    fn gateway(columns: &str, cells: &str) -> Gateway {
        let text = format!("Obj-Class,Obj-Dist-Name,{columns}\nMail-Gateway,/o=A/ou=B/cn=Configuration/cn=Connections/cn=IMC (SRV1),{cells}\n");
        Gateway::find(&dapi_csv::parse(text.as_bytes(), &Limits::default()).value, None).unwrap()
    }

    #[test]
    fn every_place_that_names_a_server_is_asked() {
        let gateway = gateway(
            "Computer-Name,Home-Server,Home-MTA,Home-MDB",
            "SRV2,/o=A/ou=B/cn=Configuration/cn=Servers/cn=SRV3,/o=A/ou=B/cn=Configuration/cn=Servers/cn=SRV4/cn=Microsoft MTA,",
        );
        let names: Vec<_> = gateway.named_servers().iter().map(|named| (named.name, named.attribute.column.to_string())).collect();
        let expected = [("SRV1", "Obj-Dist-Name"), ("SRV2", "Computer-Name"), ("SRV3", "Home-Server"), ("SRV4", "Home-MTA")];
        assert_eq!(names, expected.map(|(name, column)| (name, column.to_owned())));
    }

    #[test]
    fn instructions_for_an_import_name_nothing() {
        assert_eq!(gateway("Home-Server", "~SERVER").named_servers().len(), 1);
        assert_eq!(gateway("E-mail Addresses", "~DEL<SMTP:>%SMTP:a@b.c").address_values().count(), 1);
    }

    #[test]
    fn setup_makes_domains_of_names() {
        let export = dapi_csv::parse(b"Obj-Class,Obj-Dist-Name\nMail-Gateway,/o=Acme Inc./ou=West_1\n", &Limits::default()).value;
        let domains = Gateway::find(&export, None).unwrap().setup_domains().unwrap();
        assert_eq!((domains.site_first.as_str(), domains.organization_first.as_str()), ("west1.acmeinc.com", "acmeinc.west1.com"));
    }

    #[test]
    fn lists_of_senders_are_compared_as_names() {
        let gateway = gateway("Accept messages from,Reject messages from", "/o=A/ou=B/cn=Recipients/cn=joe,/O=a/OU=b/CN=Recipients/CN=Joe");
        assert_eq!((gateway.accepted_and_rejected().len(), gateway.senders(SenderList::Accepted).count()), (1, 1));
    }

    #[test]
    fn the_primary_address_has_its_type_in_capitals() {
        let gateway = gateway("E-mail Addresses", "smtp:b@b.c%SMTP:a@b.c");
        assert_eq!(gateway.primary_smtp().map(|(proxy, _)| proxy.address), Some("a@b.c"));
    }
}
