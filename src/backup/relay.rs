//! Elements of the relay lists (Q193922): `net[;mask]` in dotted decimal, the mask defaulting to one host.

use std::net::Ipv4Addr;

/// A network and its mask; a client matches if `client & mask == net`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayRange {
    /// The address as written.
    pub net: u32,
    /// The mask as written, or that of one host.
    pub mask: u32,
}

impl RelayRange {
    /// Reads an element; none when it is malformed.
    #[must_use]
    pub fn parse(element: &str) -> Option<Self> {
        let number = |text: &str| text.trim().parse::<Ipv4Addr>().ok().map(u32::from);
        match element.split_once(';') {
            Some((net, mask)) => Some(Self { net: number(net)?, mask: number(mask)? }),
            None => Some(Self { net: number(element)?, mask: u32::MAX }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_read_as_the_article_says() {
        let check = |element, expected: Option<(u32, u32)>| {
            assert_eq!(RelayRange::parse(element).map(|range| (range.net, range.mask)), expected, "{element}");
        };
        check("10.0.0.0;255.0.0.0", Some((0x0A00_0000, 0xFF00_0000)));
        check("192.168.1.17", Some((0xC0A8_0111, u32::MAX)));
        check("0.0.0.0;0.0.0.0", Some((0, 0)));
        check("10.0.0.0;", None);
        check("10.0.0", None);
    }
}
