//! Relay restrictions of the service (Q193922): `RelayFlags` with a list for each of three bits, whose elements are `net[;mask]` in dotted
//! decimal, the mask defaulting to one host. A client matches an element if `client & mask == net`.
//!
//! Deliberately absent: the rerouting switch of the Routing page, whose place no article names.

use std::{fmt, net::Ipv4Addr};

use super::{ServiceKey, Setting};

/// Clients on this list may not relay; it is asked first.
pub const DENY: u32 = 0x1;
/// Clients on this list may relay.
pub const ALLOW: u32 = 0x2;
/// Clients that reach one of these own addresses may relay.
pub const LOCAL: u32 = 0x4;
/// Clients that log on may relay.
pub const AUTHENTICATED: u32 = 0x8;

/// The bits and the list that each switches on.
const LISTS: [(u32, &str); 3] = [(DENY, "RelayDenyList"), (ALLOW, "RelayAllowList"), (LOCAL, "RelayLocalIPList")];

/// A network and its mask; a client matches if `client & mask == net`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayRange {
    /// The address as written.
    pub net: u32,
    /// The mask as written, or that of one host.
    pub mask: u32,
}

/// The relay restrictions as the registry holds them.
#[derive(Debug, Clone)]
pub struct RelayRules<'a> {
    /// `RelayFlags`, if it is there and a DWORD.
    pub flags: Option<Setting<'a, u32>>,
    /// The lists in the order of their bits.
    pub lists: [RelayList<'a>; 3],
}

/// One of the three lists.
#[derive(Debug, Clone)]
pub struct RelayList<'a> {
    /// The bit of `RelayFlags` that switches it on.
    pub bit: u32,
    /// Name of the value.
    pub name: &'static str,
    /// Whether its bit is set.
    pub is_active: bool,
    /// The value, if it is there and a list.
    pub setting: Option<Setting<'a, &'a [String]>>,
}

impl RelayRange {
    /// Reads an element; none when it is malformed.
    #[must_use]
    pub fn parse(element: &str) -> Option<Self> {
        match element.split_once(';') {
            Some((net, mask)) => Some(Self { net: dotted(net)?, mask: dotted(mask)? }),
            None => Some(Self { net: dotted(element)?, mask: u32::MAX }),
        }
    }

    /// Returns whether a client matches.
    #[must_use]
    pub fn matches(self, client: Ipv4Addr) -> bool {
        u32::from(client) & self.mask == self.net
    }

    /// Returns whether any client can match: the net has no bits outside of the mask.
    #[must_use]
    pub fn can_match(self) -> bool {
        self.net & self.mask == self.net
    }

    /// Returns whether every client matches.
    #[must_use]
    pub fn is_everyone(self) -> bool {
        self.net == 0 && self.mask == 0
    }

    /// Returns the number of leading ones of a mask without holes.
    #[must_use]
    pub fn bits(self) -> Option<u32> {
        (self.mask.leading_ones() + self.mask.trailing_zeros() == u32::BITS).then(|| self.mask.leading_ones())
    }

    /// Returns how many addresses match.
    #[must_use]
    pub fn addresses(self) -> u64 {
        if self.can_match() { 1 << self.mask.count_zeros() } else { 0 }
    }

    /// Returns whether every client that matches `other` matches this one too; for masks without holes.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.can_match() && other.can_match() && self.bits() <= other.bits() && other.net & self.mask == self.net
    }
}

impl fmt::Display for RelayRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};{}", Ipv4Addr::from(self.net), Ipv4Addr::from(self.mask))
    }
}

impl<'a> RelayRules<'a> {
    /// Returns the flags, 0 when they are absent.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.flags.map_or(0, |flags| flags.data)
    }

    /// Returns whether one of these bits is set.
    #[must_use]
    pub fn has(&self, bits: u32) -> bool {
        self.bits() & bits != 0
    }

    /// Returns one of the lists by its bit.
    #[must_use]
    pub fn list(&self, bit: u32) -> Option<&RelayList<'a>> {
        self.lists.iter().find(|list| list.bit == bit)
    }

    /// Returns the lists whose bit is set.
    pub fn active_lists(&self) -> impl Iterator<Item = &RelayList<'a>> {
        self.lists.iter().filter(|list| list.is_active)
    }
}

impl<'a> RelayList<'a> {
    /// Returns the elements as written, empty ones aside.
    pub fn elements(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let elements = self.setting.map_or(&[][..], |setting| setting.data);
        elements.iter().map(String::as_str).filter(|element| !element.trim().is_empty())
    }

    /// Returns the elements that can be read.
    pub fn ranges(&self) -> impl Iterator<Item = (&'a str, RelayRange)> + use<'a> {
        self.elements().filter_map(|element| Some((element, RelayRange::parse(element)?)))
    }

    /// Returns whether no element is on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.elements().next().is_none()
    }
}

impl ServiceKey {
    /// Returns the relay restrictions.
    #[must_use]
    pub fn relay(&self) -> RelayRules<'_> {
        let flags = self.dword("Parameters", "RelayFlags");
        let bits = flags.map_or(0, |flags| flags.data);
        let list = |(bit, name)| RelayList { bit, name, is_active: bits & bit != 0, setting: self.strings("Parameters", name) };
        RelayRules { flags, lists: LISTS.map(list) }
    }
}

/// Four decimal numbers of one to three digits, blanks around them aside; leading zeros are decimal.
fn dotted(text: &str) -> Option<u32> {
    let mut octets = text.trim().split('.').map(|octet| {
        let is_number = (1..=3).contains(&octet.len()) && octet.bytes().all(|digit| digit.is_ascii_digit());
        octet.parse::<u8>().ok().filter(|_| is_number)
    });
    let mut next = || octets.next().flatten();
    let address = Ipv4Addr::new(next()?, next()?, next()?, next()?);
    octets.next().is_none().then(|| address.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Limits, formats::registry};

    #[test]
    fn elements_read_as_the_article_says() {
        let check = |element, expected: Option<(u32, u32)>| {
            assert_eq!(RelayRange::parse(element).map(|range| (range.net, range.mask)), expected, "{element}");
        };
        check("10.0.0.0;255.0.0.0", Some((0x0A00_0000, 0xFF00_0000)));
        check(" 010.0.0.0 ; 255.0.0.0 ", Some((0x0A00_0000, 0xFF00_0000)));
        check("192.168.1.17", Some((0xC0A8_0111, u32::MAX)));
        check("0.0.0.0;0.0.0.0", Some((0, 0)));
        for malformed in [
            "10.0.0.0;",
            "10.0.0",
            "10.0.0.0.0",
            "10.0.0.0/8",
            "10.0.0.*",
            "256.0.0.0",
            "+1.0.0.0",
            "1;2;3",
            "a.b.c.d",
            "1.2.3.4, MASK=255.255.255.0",
        ] {
            check(malformed, None);
        }
    }

    #[test]
    fn ranges_compare_by_the_clients_that_match() {
        let range = |element| RelayRange::parse(element).unwrap();
        assert_eq!(range("192.0.0.0;255.0.0.0").bits(), Some(8));
        assert_eq!(range("123.123.123.123;255.255.255.123").bits(), None);
        assert_eq!(range("123.123.123.123;255.255.255.123").addresses(), 4);
        assert_eq!(range("0.0.0.0;0.0.0.0").addresses(), 1 << 32);
        assert_eq!(range("192.168.1.17;255.255.255.0").addresses(), 0);
        assert!(range("127.0.0.0;255.0.0.0").matches(Ipv4Addr::LOCALHOST));
        assert!(range("192.168.0.0;255.255.0.0").covers(range("192.168.1.17")));
        assert!(!range("192.168.1.0;255.255.255.248").covers(range("192.168.1.0;255.255.255.0")));
    }

    #[test]
    fn a_list_counts_when_its_bit_is_set() {
        let text = "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\r\n\"RelayFlags\"=dword:0000000a\r\n\"RelayAllowList\"=hex(7):31,2e,32,2e,33,2e,34,00,78,00,00\r\n";
        let service = ServiceKey::from_dump("Imcsvc.reg", &registry::parse(text.as_bytes(), &Limits::default()).value);
        let relay = service.relay();
        assert_eq!((relay.bits(), relay.has(AUTHENTICATED), relay.has(LOCAL)), (10, true, false));
        let allow = relay.list(ALLOW).unwrap();
        assert_eq!((allow.elements().count(), allow.ranges().count(), allow.is_active), (2, 1, true));
        assert!(relay.list(DENY).unwrap().is_empty());
        assert_eq!(relay.active_lists().map(|list| list.name).collect::<Vec<_>>(), ["RelayAllowList"]);
    }
}
