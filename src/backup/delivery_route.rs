//! Where the service delivers: the routes of single domains (`DeliveryRouting`, one `domain;host;number` each, Q182522) and the
//! forwarding host for everything else (`DefaultRouting`, a host or several parted by commas, Q279323). An empty host means delivery by
//! DNS. Deliberately absent: the meaning of the number, which no article tells.

use super::{ServiceKey, Setting};

/// The route of one domain as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryRoute<'a> {
    /// The whole element.
    pub text: &'a str,
    /// The first field, blanks included.
    pub domain: &'a str,
    /// The second field without outer blanks; empty for delivery by DNS.
    pub host: &'a str,
}

impl<'a> DeliveryRoute<'a> {
    /// Reads an element; none when it has no second field.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (domain, rest) = text.split_once(';')?;
        let host = rest.split(';').next().unwrap_or_default().trim();
        Some(Self { text, domain, host })
    }
}

impl ServiceKey {
    /// Returns the routes of single domains; elements that are no routes are left out. Dumps without types part them by blanks.
    #[must_use]
    pub fn delivery_routes(&self) -> Option<Setting<'_, Vec<DeliveryRoute<'_>>>> {
        let Setting { data, key, value } = self.value("Parameters", "DeliveryRouting")?;
        let routes = match (data.data.strings(), data.data.text().filter(|_| !data.data.type_stated)) {
            (Some(strings), _) => strings.iter().filter_map(|text| DeliveryRoute::parse(text)).collect(),
            (None, Some(text)) => text.split_whitespace().filter_map(DeliveryRoute::parse).collect(),
            (None, None) => return None,
        };
        Some(Setting { data: routes, key, value })
    }

    /// Returns the forwarding hosts; an empty list means delivery by DNS.
    #[must_use]
    pub fn forwarding_hosts(&self) -> Option<Setting<'_, Vec<&str>>> {
        let Setting { data, key, value } = self.value("Parameters", "DefaultRouting")?;
        let texts: Vec<&str> = match (data.data.text(), data.data.strings()) {
            (Some(text), _) => vec![text],
            (None, Some(strings)) => strings.iter().map(String::as_str).collect(),
            (None, None) => return None,
        };
        let hosts = texts.into_iter().flat_map(|text| without_number(text).split(',')).map(str::trim).filter(|host| !host.is_empty());
        Some(Setting { data: hosts.collect(), key, value })
    }
}

/// Returns a forwarding text without the `;number` that routes carry at their end.
#[must_use]
pub fn without_number(text: &str) -> &str {
    match text.trim().rsplit_once(';') {
        Some((hosts, number)) if number.trim().bytes().all(|byte| byte.is_ascii_digit()) => hosts,
        _ => text.trim(),
    }
}

/// Returns a host as it compares: without brackets and final dot, in lower case.
#[must_use]
pub fn comparable_host(host: &str) -> String {
    host.trim().trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Limits, formats::registry};

    fn service(values: &str) -> ServiceKey {
        let text = format!("REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\r\n{values}\r\n");
        ServiceKey::from_dump("Imcsvc.reg", &registry::parse(text.as_bytes(), &Limits::default()).value)
    }

    #[test]
    fn routes_have_domain_and_host() {
        assert_eq!(DeliveryRoute::parse("a.b; c.d ;0").map(|route| (route.domain, route.host)), Some(("a.b", "c.d")));
        assert_eq!(DeliveryRoute::parse("a.b;;0").map(|route| route.host), Some(""));
        assert_eq!(DeliveryRoute::parse("a.b"), None);
    }

    #[test]
    fn routes_are_found_with_and_without_types() {
        let text = "REGEDIT\r\n\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters\\DeliveryRouting = a.b;c.d;0 e.f;;0\r\n";
        let untyped = ServiceKey::from_dump("Imcsvc.reg", &registry::parse(text.as_bytes(), &Limits::default()).value);
        assert_eq!(untyped.delivery_routes().map(|routes| routes.data.len()), Some(2));
        assert_eq!(service("\"DeliveryRouting\"=hex(7):61,3b,62,00,63,00,00").delivery_routes().map(|routes| routes.data.len()), Some(1));
        assert!(service("\"DeliveryRouting\"=\"a.b;c.d;0\"").delivery_routes().is_none());
    }

    #[test]
    fn forwarding_hosts_are_parted_by_commas() {
        let hosts = |text: &str| service(&format!("\"DefaultRouting\"=\"{text}\"")).forwarding_hosts().map(|hosts| hosts.data.len());
        assert_eq!((hosts("a.b, c.d;0"), hosts("a.b"), hosts(""), hosts(" ;0")), (Some(2), Some(1), Some(0), Some(0)));
        assert!(service("\"DefaultRouting\"=dword:1").forwarding_hosts().is_none());
        assert!(service("").forwarding_hosts().is_none());
    }

    #[test]
    fn hosts_compare_without_brackets() {
        assert_eq!((comparable_host("[10.0.0.1]"), comparable_host(" SRV1.A.B. ")), ("10.0.0.1".to_owned(), "srv1.a.b".to_owned()));
    }
}
