//! Whose Backup this is: server, organization and site, from the directory object, then the registry, then the profile. Where two
//! sources name different ones, both are listed.
//!
//! Deliberately absent: guesses from the messages; a queue holds mail of other servers too.

use super::{
    dn::{Dn, server_in_parentheses},
    gateway::Gateway,
};

/// What is known about the server before anybody has decided; texts as written, absent ones none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IdentityFacts<'a> {
    /// The connector's object.
    pub gateway: Option<&'a Gateway>,
    /// `Parameters\CommonName`.
    pub registry_common_name: Option<&'a str>,
    /// `Parameters\HomeDSA`.
    pub registry_home_dsa: Option<&'a str>,
    /// `Parameters\SiteDN`.
    pub registry_site_dn: Option<&'a str>,
    /// Property 0x6602001E of the profile's global section, the home server.
    pub profile_home_server: Option<&'a str>,
    /// Property 0x6603001E of the profile's global section, the connector's distinguished name.
    pub profile_gateway_dn: Option<&'a str>,
}

/// Whose Backup this is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The server.
    pub server: Option<Sourced>,
    /// The organization.
    pub organization: Option<Sourced>,
    /// The site.
    pub site: Option<Sourced>,
    /// What other sources name otherwise.
    pub disagreements: Vec<Disagreement>,
}

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced {
    /// The name.
    pub name: String,
    /// The kind of source.
    pub source: IdentitySource,
    /// The column, registry value or profile property.
    pub place: &'static str,
}

/// Where a name stands; earlier ones go before later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentitySource {
    /// The directory object in Imcobj.csv.
    Directory,
    /// The service key in Imcsvc.reg.
    Registry,
    /// The profile in Imcpro.reg.
    Profile,
}

/// Two sources that name different ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// What they name: `server`, `organization` or `site`.
    pub what: &'static str,
    /// The name that counts.
    pub chosen: Sourced,
    /// The name that differs.
    pub other: Sourced,
}

/// Decides whose Backup this is.
#[must_use]
pub fn identify(facts: &IdentityFacts<'_>) -> Identity {
    let mut disagreements = Vec::new();
    let mut decide = |what, candidates: Vec<Sourced>| {
        let mut candidates = candidates.into_iter();
        let chosen = candidates.next()?;
        let others = candidates.filter(|other| other.name.to_lowercase() != chosen.name.to_lowercase());
        disagreements.extend(others.map(|other| Disagreement { what, chosen: chosen.clone(), other }));
        Some(chosen)
    };
    let server = decide("server", servers(facts));
    let organization = decide("organization", parts(facts, Dn::organization));
    let site = decide("site", parts(facts, Dn::site));
    Identity { server, organization, site, disagreements }
}

fn servers(facts: &IdentityFacts<'_>) -> Vec<Sourced> {
    use IdentitySource::{Directory, Profile, Registry};
    let dn_server = |dn: &str| Dn::parse(dn).and_then(|dn| dn.last_cn().and_then(server_in_parentheses).map(str::to_owned));
    let candidates = [
        (facts.gateway.and_then(Gateway::server).map(str::to_owned), Directory, "object's server"),
        (facts.registry_common_name.and_then(server_in_parentheses).map(str::to_owned), Registry, "Parameters\\CommonName"),
        (facts.registry_home_dsa.and_then(host_label), Registry, "Parameters\\HomeDSA"),
        (facts.profile_gateway_dn.and_then(dn_server), Profile, "0x6603001E"),
        (facts.profile_home_server.and_then(host_label), Profile, "0x6602001E"),
    ];
    candidates.into_iter().filter_map(|(name, source, place)| name.map(|name| Sourced { name, source, place })).collect()
}

fn parts<'a>(facts: &IdentityFacts<'a>, part: fn(&Dn<'a>) -> Option<&'a str>) -> Vec<Sourced> {
    use IdentitySource::{Directory, Profile, Registry};
    let candidates = [
        (facts.gateway.and_then(Gateway::dn), Directory, "Obj-Dist-Name"),
        (facts.registry_site_dn, Registry, "Parameters\\SiteDN"),
        (facts.profile_gateway_dn, Profile, "0x6603001E"),
    ];
    let read = |(dn, source, place): (Option<&'a str>, _, _)| {
        let name = part(&Dn::parse(dn?)?)?.to_owned();
        (!name.is_empty()).then_some(Sourced { name, source, place })
    };
    candidates.into_iter().filter_map(read).collect()
}

/// HomeDSA and the home server may be a distinguished name, a short name or a host name with its domain.
fn host_label(text: &str) -> Option<String> {
    let dn = Dn::parse(text);
    let name = dn.as_ref().and_then(|dn| dn.cn_behind("Servers").or_else(|| dn.last_cn())).unwrap_or(text.trim());
    let label = name.split('.').next().unwrap_or_default();
    (!label.is_empty()).then(|| label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Limits, formats::dapi_csv};

    const REGISTRY: IdentityFacts<'_> = IdentityFacts {
        gateway: None,
        registry_common_name: Some("Internet Mail Connector (SRV2)"),
        registry_home_dsa: Some("srv3.example.com"),
        registry_site_dn: Some("/o=Acme/ou=WEST"),
        profile_home_server: Some("SRV2"),
        profile_gateway_dn: Some("/o=ACME/ou=EAST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (srv2)"),
    };

    fn names(identity: &Identity) -> [Option<(&str, IdentitySource)>; 3] {
        [&identity.server, &identity.organization, &identity.site].map(|found| found.as_ref().map(|found| (found.name.as_str(), found.source)))
    }

    #[test]
    fn the_registry_goes_before_the_profile() {
        let identity = identify(&REGISTRY);
        assert_eq!(
            names(&identity),
            [Some(("SRV2", IdentitySource::Registry)), Some(("Acme", IdentitySource::Registry)), Some(("WEST", IdentitySource::Registry))]
        );
        let others: Vec<_> = identity.disagreements.iter().map(|found| (found.what, found.other.name.as_str(), found.other.place)).collect();
        assert_eq!(others, [("server", "srv3", "Parameters\\HomeDSA"), ("site", "EAST", "0x6603001E")]);
    }

    #[test]
    fn the_directory_goes_before_the_registry() {
        let export = dapi_csv::parse(
            b"Obj-Class,Obj-Dist-Name\nMail-Gateway,/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)\n",
            &Limits::default(),
        );
        let gateway = Gateway::find(&export.value, None);
        let identity = identify(&IdentityFacts { gateway: gateway.as_ref(), ..REGISTRY });
        assert_eq!(names(&identity).map(|found| found.map(|found| found.0)), [Some("SRV1"), Some("Acme"), Some("WEST")]);
        assert_eq!(identity.disagreements.iter().filter(|found| found.what == "server").count(), 4);
    }

    #[test]
    fn nothing_known_is_nothing_said() {
        assert_eq!(identify(&IdentityFacts::default()), Identity::default());
        assert_eq!(host_label("/o=A/ou=B/cn=Configuration/cn=Servers/cn=SRV1/cn=Microsoft DSA").as_deref(), Some("SRV1"));
    }
}
