//! Connected sites: the values of Connected-Domains, `organization§site§cost§TYPE:address` joined by byte 0xA7 (Q199412). A connector
//! with such values carries the replication between the sites too (Q190021).
//!
//! Deliberately absent: whether the other site exists, which only its own directory tells.

use crate::formats::dapi_csv::{self, ConnectedSite};

use super::Gateway;

/// One value of Connected-Domains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteLink<'a> {
    /// The value as written.
    pub text: &'a str,
    /// Its four fields.
    pub site: ConnectedSite<'a>,
}

impl Gateway {
    /// Returns the connected sites; a value that has not four fields comes as its text.
    pub fn connected_sites(&self) -> impl Iterator<Item = Result<SiteLink<'_>, &str>> {
        let filled = self.values("Connected-Domains").filter(|value| !value.trim().is_empty());
        filled.map(|text| dapi_csv::connected_site(text).map(|site| SiteLink { text, site }).ok_or(text))
    }

    /// Returns the connected sites that have four fields.
    pub fn site_links(&self) -> impl Iterator<Item = SiteLink<'_>> {
        self.connected_sites().filter_map(Result::ok)
    }
}

impl<'a> SiteLink<'a> {
    /// Returns type and address of the routing address; none when it names no type.
    #[must_use]
    pub fn routing(&self) -> Option<(&'a str, &'a str)> {
        let (kind, address) = self.site.routing_address.split_once(':')?;
        Some((kind.trim(), address.trim()))
    }

    /// Returns the domain of an SMTP routing address, in any letter case of the type: what stands behind an at sign, or all of it.
    #[must_use]
    pub fn smtp_domain(&self) -> Option<&'a str> {
        let (kind, address) = self.routing()?;
        let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
        kind.eq_ignore_ascii_case("SMTP").then_some(domain)
    }

    /// Returns whether a message can be sent to the routing address: it names something, and SMTP a domain of several labels.
    #[must_use]
    pub fn is_routable(&self) -> bool {
        let is_filled = self.routing().map_or(self.site.routing_address.trim(), |(_, address)| address);
        let has_labels = |domain: &str| domain.contains('.') && domain.split('.').all(|label| !label.trim().is_empty());
        !is_filled.is_empty() && self.smtp_domain().is_none_or(has_labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(text: &str) -> SiteLink<'_> {
        SiteLink { text, site: dapi_csv::connected_site(text).unwrap() }
    }

    #[test]
    fn routing_addresses_are_taken_apart() {
        assert_eq!(link("A§B§1§SMTP:siteb.acme.com").routing(), Some(("SMTP", "siteb.acme.com")));
        assert_eq!(link("A§B§1§smtp:@siteb.acme.com").smtp_domain(), Some("siteb.acme.com"));
        assert_eq!(link("A§B§1§X400:c=US;a= ;p=A;o=B;").smtp_domain(), None);
        assert_eq!(link("A§B§1§siteb").routing(), None);
    }

    #[test]
    fn an_address_without_domain_reaches_nobody() {
        let check = |text| link(text).is_routable();
        assert!(check("A§B§1§SMTP:siteb.acme.com") && check("A§B§1§X400:c=US;a= ;") && check("A§B§1§SMTP:@b.c"));
        assert!(!check("A§B§1§SMTP:") && !check("A§B§1§") && !check("A§B§1§SMTP:siteb") && !check("A§B§1§SMTP:a..b") && !check("A§B§1§X400:"));
    }
}
