//! What is known of this server before any queue item is read, so that rules over single messages can ask for it (message-vocabulary,
//! section 9: `server`). Deliberately absent: what only the messages tell, the build first of all; exposure is decided when all is read.

use std::net::Ipv4Addr;

use crate::base::Timestamp;

use super::Backup;

/// The server that made the Backup, as service key, profile and directory object describe it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerFacts {
    /// Host names of this server in lower case, long and short.
    pub names: Vec<String>,
    /// The organization.
    pub organization: Option<String>,
    /// The site.
    pub site: Option<String>,
    /// Domains delivered here, in lower case.
    pub local_domains: Vec<String>,
    /// When the collection was made, by the times of its files.
    pub collected: Option<Timestamp>,
    /// The smallest size limit in KB that anything of the configuration sets.
    pub smallest_size_limit: Option<u64>,
}

impl ServerFacts {
    /// Nothing is known: a file that is decoded alone.
    pub const UNKNOWN: Self =
        Self { names: Vec::new(), organization: None, site: None, local_domains: Vec::new(), collected: None, smallest_size_limit: None };

    /// Returns the facts of a Backup.
    #[must_use]
    pub fn of(backup: &Backup) -> Self {
        let own = backup.own_names();
        let mut names: Vec<String> = own.server.iter().chain(&own.hosts).map(|name| name.to_lowercase()).collect();
        let short: Vec<String> = own.hosts.iter().filter_map(|host| Some(host.split_once('.')?.0.to_lowercase())).collect();
        names.extend(short);
        names.sort_unstable();
        names.dedup();
        let of = |sourced: &Option<super::server::Sourced>| sourced.as_ref().map(|sourced| sourced.name.clone());
        Self {
            names,
            organization: of(&backup.identity.organization),
            site: of(&backup.identity.site),
            local_domains: own.domains,
            collected: backup.snapshot_time(),
            smallest_size_limit: backup.smallest_size_limit(),
        }
    }

    /// Returns whether a domain is delivered here.
    #[must_use]
    pub fn is_local_domain(&self, domain: &str) -> bool {
        !domain.is_empty() && self.local_domains.iter().any(|local| local.eq_ignore_ascii_case(domain))
    }

    /// Returns whether a host is this server.
    #[must_use]
    pub fn is_own_name(&self, host: &str) -> bool {
        let host = host.to_lowercase();
        let short = host.split('.').next().unwrap_or_default();
        // The first labels are compared where one side has no domain at all.
        let lacks_domain = !host.contains('.') || !self.names.iter().any(|name| name.contains('.'));
        self.names.iter().any(|name| *name == host || lacks_domain && name.split('.').next() == Some(short))
    }

    /// Returns whether a host belongs to the inside: this server, a host in a local domain, the loopback or an address of RFC 1918.
    #[must_use]
    pub fn is_inside(&self, host: &str) -> bool {
        let bare = host.trim().trim_matches(|c| matches!(c, '[' | ']')).to_lowercase();
        let private = bare.parse::<Ipv4Addr>().is_ok_and(|address| address.is_private() || address.is_loopback());
        let below = |domain: &String| bare.strip_suffix(domain.as_str()).is_some_and(|front| front.is_empty() || front.ends_with('.'));
        !bare.is_empty() && (private || self.is_own_name(&bare) || self.local_domains.iter().any(below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_is_what_belongs_to_us() {
        let server =
            ServerFacts { names: vec!["mail1".into(), "mail1.hq.example".into()], local_domains: vec!["example.com".into()], ..ServerFacts::UNKNOWN };
        for host in ["MAIL1", "mail1.hq.example", "pc.example.com", "example.com", "[10.1.2.3]", "127.0.0.1"] {
            assert!(server.is_inside(host), "{host}");
        }
        for host in ["mail2", "mail1.other.example", "notexample.com", "192.0.2.1", ""] {
            assert!(!server.is_inside(host), "{host}");
        }
        assert!(server.is_local_domain("Example.COM") && !server.is_local_domain(""));
    }
}
