//! Distinguished names of the Exchange directory: `/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SERVER)`.
//! Names compare without case, `\` counts as `/`, and blanks around `=` and `/` do not count.
//!
//! Deliberately absent: LDAP names with commas, which exports of this age do not hold.

/// The parts of a distinguished name as written, outer blanks removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dn<'a> {
    parts: Vec<(&'a str, &'a str)>,
}

impl<'a> Dn<'a> {
    /// Reads a name; a `/` that no `key=` follows belongs to the value before it. None when nothing has the form `key=value`.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts: Vec<(&str, &str)> = Vec::new();
        let mut start = None;
        let ends = text.char_indices().filter(|&(_, c)| is_slash(c)).map(|(at, _)| at).chain([text.len()]);
        let mut from = 0;
        for end in ends {
            let piece = text.get(from..end).unwrap_or_default();
            if let Some((key, value)) = pair(piece) {
                parts.push((key, value));
                let behind = piece.split_once('=').map_or("", |(_, behind)| behind.trim_start());
                start = Some(end - behind.len());
            } else if let (Some(start), Some((_, value))) = (start, parts.last_mut()) {
                *value = text.get(start..end).unwrap_or_default().trim_end();
            }
            from = end + 1;
        }
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// Returns the parts as key and value.
    #[must_use]
    pub fn parts(&self) -> &[(&'a str, &'a str)] {
        &self.parts
    }

    /// Returns the organization.
    #[must_use]
    pub fn organization(&self) -> Option<&'a str> {
        self.first("o")
    }

    /// Returns the site.
    #[must_use]
    pub fn site(&self) -> Option<&'a str> {
        self.first("ou")
    }

    /// Returns the last common name.
    #[must_use]
    pub fn last_cn(&self) -> Option<&'a str> {
        self.parts.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case("cn")).map(|&(_, value)| value)
    }

    /// Returns the common name behind another one, for example the server behind `Servers`.
    #[must_use]
    pub fn cn_behind(&self, container: &str) -> Option<&'a str> {
        let at = self.parts.iter().position(|(key, value)| key.eq_ignore_ascii_case("cn") && value.eq_ignore_ascii_case(container))?;
        self.parts.get(at + 1).filter(|(key, _)| key.eq_ignore_ascii_case("cn")).map(|&(_, value)| value)
    }

    /// Returns whether one of the common names is this one.
    #[must_use]
    pub fn has_cn(&self, name: &str) -> bool {
        self.parts.iter().any(|(key, value)| key.eq_ignore_ascii_case("cn") && value.eq_ignore_ascii_case(name))
    }

    /// Returns whether this is an object right in the container `Connections` of a site, where all connectors lie (Q157013).
    #[must_use]
    pub fn is_connection(&self) -> bool {
        let is = |part: &(&str, &str), name: &str| part.0.eq_ignore_ascii_case("cn") && part.1.eq_ignore_ascii_case(name);
        match self.parts.as_slice() {
            [.., configuration, connections, (key, name)] => {
                is(configuration, "Configuration") && is(connections, "Connections") && key.eq_ignore_ascii_case("cn") && !name.is_empty()
            }
            _ => false,
        }
    }

    /// Returns whether this is the connector for the Internet: its directory name begins alike in all versions (Q282780, Q306308).
    #[must_use]
    pub fn is_internet_connector(&self) -> bool {
        let name = self.last_cn().unwrap_or_default().to_lowercase();
        self.is_connection() && (name.starts_with("internet mail connector") || name.starts_with("internet mail service"))
    }

    /// Returns the form in which equal names are equal texts.
    #[must_use]
    pub fn normalized(&self) -> String {
        let mut text = String::new();
        for (key, value) in &self.parts {
            text.extend(["/", &key.to_lowercase(), "=", &value.to_lowercase()]);
        }
        text
    }

    fn first(&self, wanted: &str) -> Option<&'a str> {
        self.parts.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|&(_, value)| value)
    }
}

/// Returns whether two texts are the same distinguished name.
#[must_use]
pub fn same_dn(left: &str, right: &str) -> bool {
    match (Dn::parse(left), Dn::parse(right)) {
        (Some(left), Some(right)) => left.normalized() == right.normalized(),
        _ => left.trim().eq_ignore_ascii_case(right.trim()),
    }
}

/// Returns whether two parts of names are the same for the directory.
#[must_use]
pub fn same_name(left: &str, right: &str) -> bool {
    left.trim().to_lowercase() == right.trim().to_lowercase()
}

/// Returns the server in the final parentheses of a connector's name, `Internet Mail Connector (SERVER)` (Q306308, Q282780).
#[must_use]
pub fn server_in_parentheses(name: &str) -> Option<&str> {
    let (_, server) = name.trim().strip_suffix(')')?.rsplit_once('(')?;
    Some(server.trim()).filter(|server| !server.is_empty())
}

fn is_slash(c: char) -> bool {
    matches!(c, '/' | '\\')
}

fn pair(piece: &str) -> Option<(&str, &str)> {
    let (key, value) = piece.split_once('=')?;
    let key = key.trim();
    (!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some((key, value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONNECTOR: &str = "/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)";

    #[test]
    fn the_parts_are_found() {
        let dn = Dn::parse(CONNECTOR).unwrap();
        assert_eq!((dn.organization(), dn.site(), dn.last_cn()), (Some("Acme"), Some("WEST"), Some("Internet Mail Connector (SRV1)")));
        assert_eq!(dn.cn_behind("connections"), Some("Internet Mail Connector (SRV1)"));
        assert_eq!(dn.last_cn().and_then(server_in_parentheses), Some("SRV1"));
    }

    #[test]
    fn connectors_lie_right_in_connections() {
        let is_connection = |text: &str| Dn::parse(text).is_some_and(|dn| dn.is_connection());
        assert!(is_connection(CONNECTOR) && is_connection(&CONNECTOR.to_uppercase()));
        assert!(!is_connection("/o=Acme/ou=WEST/cn=Recipients/cn=imc") && !is_connection(&format!("{CONNECTOR}/cn=x")));
        assert!(!is_connection("/o=Acme/ou=WEST/cn=Configuration/cn=Connections"));
        let is_internet = |text: &str| Dn::parse(text).is_some_and(|dn| dn.is_internet_connector());
        assert!(is_internet(&CONNECTOR.to_uppercase()) && !is_internet(&CONNECTOR.replace("Internet Mail Connector", "Connector for cc:Mail")));
    }

    #[test]
    fn names_compare_without_case_blanks_and_kind_of_slash() {
        assert!(same_dn(CONNECTOR, "\\O = ACME \\ ou=west/cn=configuration/cn=Connections/CN=Internet Mail Connector (srv1) "));
        assert!(!same_dn("/o=Acme/ou=WEST", "/o=Acme/ou=EAST"));
        assert!(same_dn("SRV1", "srv1"));
    }

    #[test]
    fn a_slash_inside_a_value_stays() {
        let dn = Dn::parse("/o=Acme/ou=A/B/cn=x").unwrap();
        assert_eq!((dn.site(), dn.last_cn()), (Some("A/B"), Some("x")));
        assert_eq!(Dn::parse("SRV1"), None);
        assert_eq!(Dn::parse("//="), None);
        assert_eq!(Dn::parse("cn=Recipients/cn=\u{e9}").unwrap().last_cn(), Some("\u{e9}"));
    }

    #[test]
    fn the_last_parentheses_name_the_server() {
        assert_eq!(server_in_parentheses("Internet Mail Connector (OLD) (NEW)"), Some("NEW"));
        assert_eq!(server_in_parentheses("Internet Mail Connector"), None);
        assert_eq!(server_in_parentheses("x ()"), None);
    }
}
