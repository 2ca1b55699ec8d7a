//! The table of the Routing page: domains that are accepted as inbound, and domains that are sent on to another host (Q156063, Q169683).
//!
//! No article tells where the table is stored, so it is recognised by content: a list below `Parameters` that is none of the documented
//! values and whose elements all pair a domain with a host or with the word inbound. `#domain` stands for the domain alone, `domain` for
//! its subdomains as well. Deliberately absent: tables with elements of any other kind.

use std::net::Ipv4Addr;

use super::{ServiceKey, ServiceValue, Setting, registry_values::describe};

/// A recognised routing table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutingTable<'a> {
    /// The value that holds it.
    pub setting: Setting<'a, ()>,
    /// Its entries, at least one, in their order.
    pub entries: Vec<RoutingEntry<'a>>,
}

/// One entry of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoutingEntry<'a> {
    /// The element as written.
    pub text: &'a str,
    /// The domain without `#`.
    pub domain: &'a str,
    /// Whether it stands for the domain alone, without its subdomains (`#domain`).
    pub alone: bool,
    /// What happens with mail for it.
    pub target: RoutingTarget<'a>,
}

/// What happens with mail for a domain of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoutingTarget<'a> {
    /// It is delivered here.
    Inbound,
    /// It is sent on to this host or domain.
    Host(&'a str),
}

impl<'a> RoutingEntry<'a> {
    /// Reads an element such as `acme.com -> inbound`; none when it pairs no domain with a host or the word inbound.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let bare = text.trim();
        let alone = bare.starts_with('#');
        let bare = bare.trim_start_matches('#');
        let end = bare.find(|c| !is_name_character(c))?;
        let (domain, rest) = bare.split_at_checked(end)?;
        let domain = domain.trim_end_matches('-');
        let written = rest.trim_start_matches(|c: char| c.is_whitespace() || "->=;,:|".contains(c));
        let target = written.trim().trim_start_matches(['<', '(', '"']).trim_end_matches(['>', ')', '"']);
        let target = if target.eq_ignore_ascii_case("inbound") {
            RoutingTarget::Inbound
        } else {
            RoutingTarget::Host(Some(target).filter(|target| is_host(target))?)
        };
        // Only the word inbound tells that a name of one label is a domain.
        let is_entry = is_domain(domain) || target == RoutingTarget::Inbound && is_name(domain);
        is_entry.then_some(Self { text, domain, alone, target })
    }

    /// Returns the host or domain that mail is sent on to.
    #[must_use]
    pub fn host(&self) -> Option<&'a str> {
        match self.target {
            RoutingTarget::Inbound => None,
            RoutingTarget::Host(host) => Some(host),
        }
    }

    /// Returns whether the entry stands for exactly this domain.
    #[must_use]
    pub fn is_for(&self, domain: &str) -> bool {
        self.domain.eq_ignore_ascii_case(domain)
    }

    /// Returns whether the entry stands for this domain or, without `#`, for a domain above it.
    #[must_use]
    pub fn covers(&self, domain: &str) -> bool {
        let above = || domain.len().checked_sub(self.domain.len()).and_then(|at| domain.split_at_checked(at));
        self.is_for(domain) || !self.alone && above().is_some_and(|(sub, parent)| sub.ends_with('.') && parent.eq_ignore_ascii_case(self.domain))
    }
}

impl RoutingTable<'_> {
    /// Returns the entry that decides over a domain: that of the domain itself, else that of its nearest parent.
    #[must_use]
    pub fn entry_for(&self, domain: &str) -> Option<&RoutingEntry<'_>> {
        let own = self.entries.iter().find(|entry| entry.is_for(domain));
        own.or_else(|| self.entries.iter().filter(|entry| entry.covers(domain)).max_by_key(|entry| entry.domain.len()))
    }

    /// Returns whether an entry accepts mail for a domain as inbound.
    #[must_use]
    pub fn accepts(&self, domain: &str) -> bool {
        self.entries.iter().any(|entry| entry.target == RoutingTarget::Inbound && entry.covers(domain))
    }
}

impl ServiceKey {
    /// Returns the table of the Routing page, when a value looks like one.
    #[must_use]
    pub fn routing_table(&self) -> Option<RoutingTable<'_>> {
        let candidates = self.values_of("Parameters").into_iter().filter(|value| !value.is_secret());
        candidates.filter(|value| describe("Parameters", &value.value.name).is_none()).find_map(table)
    }
}

fn table(found: &ServiceValue) -> Option<RoutingTable<'_>> {
    let data = &found.value.data;
    let entries = match (data.strings(), data.text()) {
        (Some(strings), _) => all_entries(strings.iter().map(String::as_str)),
        (None, Some(text)) => entries_of_text(text),
        (None, None) => None,
    }?;
    Some(RoutingTable { setting: Setting { data: (), key: &found.key, value: &found.value }, entries })
}

/// A single text is a list when it holds several entries; one alone could be anything unless it says inbound.
fn entries_of_text(text: &str) -> Option<Vec<RoutingEntry<'_>>> {
    let lists = ['\n', ',', ';', '|'].into_iter().filter_map(|separator| all_entries(text.split(separator)));
    lists.into_iter().find(|entries| entries.len() > 1 || entries.iter().all(|entry| entry.target == RoutingTarget::Inbound))
}

fn all_entries<'a>(elements: impl Iterator<Item = &'a str>) -> Option<Vec<RoutingEntry<'a>>> {
    let entries: Option<Vec<RoutingEntry<'a>>> = elements.filter(|element| !element.trim().is_empty()).map(RoutingEntry::parse).collect();
    entries.filter(|entries| !entries.is_empty())
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_name_character) && text.split('.').all(|label| !label.is_empty())
}

fn is_domain(text: &str) -> bool {
    is_name(text) && text.rsplit_once('.').is_some_and(|(_, last)| last.chars().any(|c| c.is_ascii_alphabetic()))
}

fn is_host(text: &str) -> bool {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<Ipv4Addr>().is_ok() || is_name(text) && text.chars().any(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Limits, formats::registry};

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, bool, Option<&str>)>) {
        assert_eq!(RoutingEntry::parse(text).map(|entry| (entry.domain, entry.alone, entry.host())), expected, "{text}");
    }

    #[test]
    fn entries_pair_a_domain_with_a_target() {
        check("acme.com -> inbound", Some(("acme.com", false, None)));
        check("#ACME.com->host1", Some(("ACME.com", true, Some("host1"))));
        check("a-b.example\t<inbound>", Some(("a-b.example", false, None)));
        check("a.example=10.1.2.3", Some(("a.example", false, Some("10.1.2.3"))));
        check("a.example;Inbound", Some(("a.example", false, None)));
        check("a.example b.example", Some(("a.example", false, Some("b.example"))));
    }

    #[test]
    fn other_elements_are_no_entries() {
        for text in ["", "acme.com", "acme.com;", "10.0.0.0;255.0.0.0", "10.0.0.1;relay", "user@acme.com inbound", "acme;host", "a.b;10.1.2.3;0"] {
            check(text, None);
        }
    }

    fn service(values: &str) -> ServiceKey {
        let text = format!("REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\r\n{values}\r\n");
        ServiceKey::from_dump("Imcsvc.reg", &registry::parse(text.as_bytes(), &Limits::default()).value)
    }

    #[test]
    fn a_table_is_known_by_its_elements() {
        let found = service("\"Other\"=\"x\"\r\n\"Routing\"=\"acme.com=inbound,b.example=host1\"");
        let table = found.routing_table().unwrap();
        assert_eq!((table.setting.value.name.as_str(), table.entries.len()), ("Routing", 2));
        assert!(table.accepts("mail.ACME.com") && table.accepts("acme.com") && !table.accepts("xacme.com") && !table.accepts("b.example"));
        assert_eq!(table.entry_for("x.b.example").and_then(RoutingEntry::host), Some("host1"));
    }

    #[test]
    fn known_lists_and_lone_pairs_are_no_table() {
        assert!(service("\"DefaultRouting\"=\"a.example=inbound\"").routing_table().is_none());
        assert!(service("\"Relay\"=\"a.example b.example\"").routing_table().is_none());
        assert!(service("\"Relay\"=\"a.example inbound\"").routing_table().is_some());
        assert!(service("\"SitePassword\"=\"a.example inbound\"").routing_table().is_none());
    }
}
