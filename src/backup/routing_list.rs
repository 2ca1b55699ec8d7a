//! Address spaces of a connector: the values of Routing-List, `TYPE:address;cost` (Q185155, Q199412, Q161947), also in the form of
//! routing table dumps, `TYPE,address;,cost`.
//!
//! Where the routing address of a space stands is documented nowhere (Q156063); one is recognised behind the cost, because what
//! stands there is no part of the address. Deliberately absent: scopes.

/// One address space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressSpace<'a> {
    /// The whole value as written.
    pub text: &'a str,
    /// The address type as written, without `LOCAL`.
    pub kind: &'a str,
    /// The address as written, without the cost.
    pub address: &'a str,
    /// The cost as written; none when nothing stands behind a last semicolon.
    pub cost: Option<&'a str>,
    /// What stands behind the cost, as far as it can be told from the address.
    pub routing_address: Option<&'a str>,
    /// Whether the space is kept within the site (`LOCAL`, Q161947).
    pub local: bool,
}

/// What the address of a space covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressClass<'a> {
    /// Nothing is written.
    Blank,
    /// `*`: everything.
    Everything,
    /// `*@domain`.
    Domain(&'a str),
    /// `user@domain`.
    User {
        /// The local part.
        user: &'a str,
        /// The domain.
        domain: &'a str,
    },
    /// A domain without `*@` (`company.com`, `@company.com`), which matches nothing.
    BareDomain(&'a str),
}

impl<'a> AddressSpace<'a> {
    /// Reads a value of Routing-List; none when no address type can be told.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (kind, rest) = text.split_once([':', ',']).filter(|(kind, _)| is_type(kind))?;
        let (rest, routing_address) = split_routing_address(rest);
        let (address, cost) = split_cost(rest);
        let outer = Self { text, kind, address, cost, routing_address, local: false };
        let inner = Some(address).filter(|_| kind.eq_ignore_ascii_case("LOCAL")).and_then(|address| address.split_once([':', ',']));
        Some(inner.filter(|(kind, _)| is_type(kind)).map_or(outer, |(kind, address)| Self { kind, address, local: true, ..outer }))
    }

    /// Returns whether the type is this one, without regard to case.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind)
    }

    /// Returns the cost as a number; the directory allows 1 to 100, other numbers are returned as they are.
    #[must_use]
    pub fn cost_number(&self) -> Option<u32> {
        self.cost?.trim().parse().ok()
    }

    /// Returns the routing address without its type, if one is recognised that is not empty.
    #[must_use]
    pub fn routing_target(&self) -> Option<&'a str> {
        let written = self.routing_address?.trim();
        let target = written.split_once(':').filter(|(kind, _)| is_type(kind)).map_or(written, |(_, target)| target.trim());
        Some(target).filter(|target| !target.is_empty())
    }

    /// Returns whether two spaces have the same type and address, letter case and outer blanks aside.
    #[must_use]
    pub fn covers_the_same(&self, other: &Self) -> bool {
        self.is(other.kind) && self.address.trim().eq_ignore_ascii_case(other.address.trim())
    }

    /// Returns whether the address stands for every address: `*`, or blank with its lower rank.
    #[must_use]
    pub fn covers_everything(&self) -> bool {
        matches!(self.class(), AddressClass::Blank | AddressClass::Everything)
    }

    /// Returns what the address covers, for an SMTP space.
    #[must_use]
    pub fn class(&self) -> AddressClass<'a> {
        let address = self.address.trim();
        match address.rsplit_once('@') {
            _ if address.is_empty() => AddressClass::Blank,
            _ if address == "*" => AddressClass::Everything,
            Some(("*", "*")) => AddressClass::Everything,
            Some(("*", domain)) => AddressClass::Domain(domain),
            Some(("", domain)) => AddressClass::BareDomain(domain),
            Some((user, domain)) => AddressClass::User { user, domain },
            None => AddressClass::BareDomain(address),
        }
    }

    /// Returns whether an SMTP space covers all addresses of a domain: `*`, blank, `*@domain`, or a `*` in front of a parent domain.
    #[must_use]
    pub fn covers_domain(&self, domain: &str) -> bool {
        let ends_with = |parent: &str| {
            let tail = domain.len().checked_sub(parent.len()).and_then(|at| domain.get(at..));
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(parent))
        };
        self.is("SMTP")
            && match self.class() {
                AddressClass::Blank | AddressClass::Everything => true,
                AddressClass::Domain(own) => own.strip_prefix('*').map_or_else(|| own.eq_ignore_ascii_case(domain), ends_with),
                AddressClass::User { .. } | AddressClass::BareDomain(_) => false,
            }
    }
}

/// Returns the scope of a value of Routing-List, as far as it can be told: a word of its own behind the address. How a scope is exported is
/// documented nowhere, so `SMTP:*;1;site` and `SMTP:*;scope=site;1` are both taken for one.
#[must_use]
pub fn scope(text: &str) -> Option<&str> {
    text.split([';', ',']).skip(1).find_map(scope_word)
}

/// Returns the scope that one part of a value names, with or without `scope=` before it.
fn scope_word(part: &str) -> Option<&str> {
    let part = part.trim();
    let named = part.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("scope"));
    let word = part.get(6..).filter(|_| named).unwrap_or(part).trim();
    ["organization", "site", "location"].iter().any(|scope| scope.eq_ignore_ascii_case(word)).then_some(word)
}

fn is_type(kind: &str) -> bool {
    (1..=8).contains(&kind.len()) && kind.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A routing address follows a cost, which is a number between two semicolons; no part of an X.400 address is a bare number. A scope
/// behind either is neither.
fn split_routing_address(rest: &str) -> (&str, Option<&str>) {
    let is_number = |text: &str| !text.trim().is_empty() && text.trim().bytes().all(|byte| byte.is_ascii_digit());
    let Some((before, behind)) = rest.rsplit_once(';') else { return (rest, None) };
    if scope_word(behind).is_some() && before.contains(';') {
        return split_routing_address(before);
    }
    let follows_cost = before.rsplit_once(';').is_some_and(|(_, cost)| is_number(cost));
    let is_other = !behind.trim().is_empty() && !behind.starts_with(',') && !is_number(behind);
    if follows_cost && is_other { (before, Some(behind)) } else { (rest, None) }
}

/// The cost stands behind the last semicolon, in table dumps behind a comma as well; X.400 addresses end with a semicolon of their own.
fn split_cost(rest: &str) -> (&str, Option<&str>) {
    let Some((address, behind)) = rest.rsplit_once(';') else { return (rest, None) };
    match behind.strip_prefix(',') {
        Some(cost) => (address, Some(cost)),
        None if address.contains('=') && behind.trim().is_empty() || behind.contains('=') => (rest, None),
        None => (address, Some(behind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &'static str, kind: &str, address: &str, cost: Option<u32>) -> AddressSpace<'static> {
        let space = AddressSpace::parse(text).unwrap();
        assert_eq!((space.kind, space.address, space.cost_number()), (kind, address, cost));
        space
    }

    #[test]
    fn type_address_and_cost_are_told_apart() {
        check("SMTP:*;1", "SMTP", "*", Some(1));
        check("X400:c=US;a=admd;p=prmd;o=org;;1", "X400", "c=US;a=admd;p=prmd;o=org;", Some(1));
        check("X400:c=US;a= ;o=org;", "X400", "c=US;a= ;o=org;", None);
        check("X400:c=US;a= ;o=org", "X400", "c=US;a= ;o=org", None);
        check("SMTP,*@a.b;,5", "SMTP", "*@a.b", Some(5));
        check("SMTP:*", "SMTP", "*", None);
        assert_eq!(check("SMTP:*;x", "SMTP", "*", None).cost, Some("x"));
        assert_eq!(check("SMTP:*;", "SMTP", "*", None).cost, Some(""));
        assert!(check("LOCAL:SMTP:*@a.b;2", "SMTP", "*@a.b", Some(2)).local);
        assert!(!check("LOCAL:strange;2", "LOCAL", "strange", Some(2)).local);
    }

    #[test]
    fn texts_without_a_type_are_no_spaces() {
        for text in ["", "*;1", ":x;1", "NINECHARS:x;1", "a b:x"] {
            assert_eq!(AddressSpace::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_follows_a_cost_is_a_routing_address() {
        let routed = check("SMTP:*;1;SMTP:relay.acme.com", "SMTP", "*", Some(1));
        assert_eq!((routed.routing_address, routed.routing_target()), (Some("SMTP:relay.acme.com"), Some("relay.acme.com")));
        assert_eq!(check("MS:NET/PO;1;@gw.acme.com", "MS", "NET/PO", Some(1)).routing_target(), Some("@gw.acme.com"));
        assert_eq!(check("X400:c=US;a= ;o=7;;1", "X400", "c=US;a= ;o=7;", Some(1)).routing_address, None);
        assert_eq!(check("SMTP,*;,5", "SMTP", "*", Some(5)).routing_target(), None);
        assert_eq!(check("SMTP:*;1;Location", "SMTP", "*", Some(1)).routing_target(), None);
        assert_eq!(check("SMTP:*;1;relay.acme.com;scope=site", "SMTP", "*", Some(1)).routing_target(), Some("relay.acme.com"));
        assert_eq!(check("X400:c=US;a= ;o=x;site", "X400", "c=US;a= ;o=x", None).routing_target(), None);
    }

    #[test]
    fn addresses_have_a_class() {
        let class = |text| AddressSpace::parse(text).map(|space| space.class());
        assert_eq!(class("SMTP:;1"), Some(AddressClass::Blank));
        assert_eq!(class("SMTP: ;1"), Some(AddressClass::Blank));
        assert_eq!(class("SMTP:*;1"), Some(AddressClass::Everything));
        assert_eq!(class("SMTP:*@a.b;1"), Some(AddressClass::Domain("a.b")));
        assert_eq!(class("SMTP:u@a.b;1"), Some(AddressClass::User { user: "u", domain: "a.b" }));
        assert_eq!(class("SMTP:@a.b;1"), Some(AddressClass::BareDomain("a.b")));
        assert_eq!(class("SMTP:a.b;1"), Some(AddressClass::BareDomain("a.b")));
    }

    #[test]
    fn scopes_are_words_behind_the_address() {
        assert_eq!(scope("SMTP:*;1;Location"), Some("Location"));
        assert_eq!(scope("SMTP:*;scope=site;1"), Some("site"));
        assert_eq!(scope("SMTP:*@site;1"), None);
        assert_eq!(scope("X400:c=US;a= ;o=site;;1"), None);
    }

    #[test]
    fn spaces_cover_domains() {
        let covers = |text, domain| AddressSpace::parse(text).unwrap().covers_domain(domain);
        assert!(covers("SMTP:*;1", "a.b") && covers("SMTP:*@A.b;1", "a.B") && covers("SMTP:*@*.b;1", "a.b"));
        assert!(!covers("SMTP:*@a.b;1", "x.a.b") && !covers("MS:*;1", "a.b") && !covers("SMTP:*@*.b;1", "b"));
    }
}
