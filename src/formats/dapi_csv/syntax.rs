//! The text forms of attribute values: times, octet strings, flags, addresses, packed fields (Q180112, Q185183, Q199412, Q236983).
//! Every reader answers none for a value that does not have its form; the caller shows the text then.

use crate::base::{CodePage, LocalTime, Timestamp};

/// Byte 0xA7 joins the parts of packed values; code pages 1252 and 437 show it as `§` and `º`.
const PART_SEPARATORS: [char; 2] = ['\u{A7}', '\u{BA}'];

/// A proxy address, `TYPE:address` (Q184532).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proxy<'a> {
    /// The address type as written; capitals mark the primary address of its type.
    pub kind: &'a str,
    /// The address.
    pub address: &'a str,
}

/// A value of Connected-Domains (Q199412).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedSite<'a> {
    /// The organization, empty when it is the own one.
    pub organization: &'a str,
    /// The site.
    pub site: &'a str,
    /// The cost as written.
    pub cost: &'a str,
    /// The routing address, `TYPE:address`.
    pub routing_address: &'a str,
}

/// A file version packed into an octet string (Q158336, Q185183).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileVersion {
    /// Major number.
    pub major: u16,
    /// Minor number.
    pub minor: u16,
    /// Build.
    pub build: u16,
    /// Revision.
    pub revision: u16,
}

/// A value of Extension-Data: only the owner tag in front is documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionData {
    /// The owner tag, UTF-16 with a terminating zero.
    pub owner: Option<String>,
    /// Number of bytes, the tag included.
    pub length: usize,
    /// The readable runs of five and more characters behind the tag, in the order of the bytes.
    pub strings: Vec<String>,
}

impl Proxy<'_> {
    /// Returns whether this is the primary address of its type.
    #[must_use]
    pub fn is_primary(&self) -> bool {
        !self.kind.contains(|c: char| c.is_lowercase())
    }

    /// Returns whether the type is this one, without regard to case.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind)
    }

    /// Returns the domain of an SMTP address.
    #[must_use]
    pub fn smtp_domain(&self) -> Option<&str> {
        let (_, domain) = self.address.rsplit_once('@')?;
        (self.is("SMTP") && !domain.is_empty()).then_some(domain)
    }
}

/// Reads `YYMMDDhhmmssZ`; the years 70 to 99 belong to the 20th century.
#[must_use]
pub fn utc_time(text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix(['Z', 'z']).filter(|digits| digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let part = |at: usize| digits.get(at..at + 2)?.parse::<u16>().ok();
    let year = part(0)?;
    let year = if year >= 70 { 1900 + year } else { 2000 + year };
    LocalTime { year, month: part(2)?, day: part(4)?, hour: part(6)?, minute: part(8)?, second: part(10)? }.as_utc()
}

/// Reads an octet string: an even number of hexadecimal digits without separators (0xC000010E otherwise).
#[must_use]
pub fn octets(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|&[high, low]| Some(nibble(high)? << 4 | nibble(low)?)).collect()
}

/// Reads a flag: `1`, `0`; an empty field is an absent one.
#[must_use]
pub fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

/// Reads an object identifier: the octets of its BER body in hexadecimal, shown as dotted numbers (Q162430).
#[must_use]
pub fn oid(text: &str) -> Option<String> {
    let body = octets(text)?;
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc: u64 = 0;
    for byte in &body {
        arc = arc.checked_mul(128)?.checked_add(u64::from(byte & 0x7F))?;
        if byte & 0x80 == 0 {
            arcs.push(std::mem::take(&mut arc));
        }
    }
    let complete = body.last().is_some_and(|last| last & 0x80 == 0);
    let (&joint, rest) = arcs.split_first().filter(|_| complete)?;
    let root = (joint / 40).min(2);
    let mut shown = format!("{root}.{}", joint - root * 40);
    for arc in rest {
        shown.push('.');
        shown.push_str(&arc.to_string());
    }
    Some(shown)
}

/// Reads a proxy address; a type has one to eight characters (Q184532).
#[must_use]
pub fn proxy(text: &str) -> Option<Proxy<'_>> {
    let (kind, address) = text.split_once(':')?;
    (1..=8).contains(&kind.chars().count()).then_some(Proxy { kind, address })
}

/// Reads a value of Connected-Domains; it has exactly four parts.
#[must_use]
pub fn connected_site(text: &str) -> Option<ConnectedSite<'_>> {
    let mut parts = text.split(PART_SEPARATORS);
    let site = ConnectedSite { organization: parts.next()?, site: parts.next()?, cost: parts.next()?, routing_address: parts.next()? };
    parts.next().is_none().then_some(site)
}

/// Reads the parts of a value of Protocol-Settings; the first is the protocol (Q236983, Q168347).
#[must_use]
pub fn protocol_settings(text: &str) -> Option<Vec<&str>> {
    text.contains(PART_SEPARATORS).then(|| text.split(PART_SEPARATORS).collect())
}

/// Reads File-Version: revision, build, minor, major as little-endian words.
#[must_use]
pub fn file_version(text: &str) -> Option<FileVersion> {
    let bytes: [u8; 8] = octets(text)?.try_into().ok()?;
    let [r0, r1, b0, b1, m0, m1, j0, j1] = bytes;
    let word = |low, high| u16::from_le_bytes([low, high]);
    Some(FileVersion { major: word(j0, j1), minor: word(m0, m1), build: word(b0, b1), revision: word(r0, r1) })
}

/// Reads Extension-Data as far as it is documented.
#[must_use]
pub fn extension_data(text: &str) -> Option<ExtensionData> {
    let bytes = octets(text)?;
    let units = bytes.as_chunks::<2>().0;
    let end = units.iter().position(|&unit| unit == [0, 0]).map(|units| units * 2);
    let owner = end.and_then(|end| bytes.get(..end)).filter(|tag| !tag.is_empty()).map(|tag| CodePage::UTF_16LE.decode(tag));
    // A tag is a name; bytes that happen to hold two zeros are none.
    let owner = owner.filter(|tag| !tag.lossy && !tag.text.chars().any(char::is_control)).map(|tag| tag.text.into_owned());
    let behind = owner.as_ref().and(end).map_or(0, |end| end + 2);
    Some(ExtensionData { owner, length: bytes.len(), strings: strings(bytes.get(behind..).unwrap_or_default()) })
}

/// Runs of printable ASCII, each character followed by a zero byte or not.
fn strings(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut run = String::new();
    let mut rest = bytes;
    while let Some((&byte, behind)) = rest.split_first() {
        if byte.is_ascii_graphic() || byte == b' ' {
            run.push(char::from(byte));
            rest = behind.strip_prefix(&[0]).unwrap_or(behind);
        } else {
            keep(&mut found, &mut run);
            rest = behind;
        }
    }
    keep(&mut found, &mut run);
    found
}

fn keep(found: &mut Vec<String>, run: &mut String) {
    let run = std::mem::take(run);
    if run.len() >= 5 {
        found.push(run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_window_of_a_hundred_years() {
        let shown = |text| utc_time(text).map(|time| time.to_string());
        assert_eq!(shown("990801033025Z").as_deref(), Some("1999-08-01T03:30:25Z"));
        assert_eq!(shown("000229000000Z").as_deref(), Some("2000-02-29T00:00:00Z"));
        assert_eq!(shown("700101000000Z").as_deref(), Some("1970-01-01T00:00:00Z"));
        for wrong in ["990801033025", "9908010330Z", "990231000000Z", "99080103302éZ", "", "1,99807E+11"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn octet_strings_need_an_even_number_of_digits() {
        assert_eq!(octets("56010A00"), Some(vec![0x56, 1, 10, 0]));
        assert_eq!(octets("560"), None);
        assert_eq!(octets("5G"), None);
        assert_eq!(octets("+5"), None);
    }

    #[test]
    fn object_identifiers_are_dotted() {
        assert_eq!(oid("2A864886F7140502").as_deref(), Some("1.2.840.113556.5.2"));
        assert_eq!(oid("56010A00").as_deref(), Some("2.6.1.10.0"));
        assert_eq!(oid("2A86"), None);
        assert_eq!(oid(""), None);
        assert_eq!(oid("FFFFFFFFFFFFFFFFFFFFFF7F"), None);
    }

    #[test]
    fn file_versions_of_the_knowledge_base_read_as_printed() {
        let read = |text| file_version(text).map(|v| (v.major, v.minor, v.build, v.revision));
        assert_eq!(read("3F00E20300000400"), Some((4, 0, 994, 63)));
        assert_eq!(read("17005D0A05000500"), Some((5, 5, 2653, 23)));
        assert_eq!(read("3F00E203000004"), None);
    }

    #[test]
    fn proxies_have_a_type_of_at_most_eight_characters() {
        let primary = proxy("SMTP:imc@example.com").unwrap();
        assert!(primary.is_primary() && primary.is("smtp"));
        assert_eq!(primary.smtp_domain(), Some("example.com"));
        assert!(!proxy("smtp:a@b").unwrap().is_primary());
        assert_eq!(proxy("CCMAILPLUS:x"), None);
        assert_eq!(proxy(":x"), None);
        assert_eq!(proxy("imc.acme.com"), None);
        assert_eq!(proxy("X400:c=US;a= ;").unwrap().smtp_domain(), None);
    }

    #[test]
    fn packed_values_split_at_byte_a7() {
        let site = connected_site("Org\u{A7}Site\u{A7}1\u{A7}SMTP:example.com").unwrap();
        assert_eq!((site.organization, site.site, site.cost, site.routing_address), ("Org", "Site", "1", "SMTP:example.com"));
        assert!(connected_site("Org\u{BA}Site\u{BA}1").is_none());
        assert_eq!(protocol_settings("POP3\u{A7}1\u{A7}"), Some(vec!["POP3", "1", ""]));
        assert_eq!(protocol_settings("POP3"), None);
    }

    #[test]
    fn extension_data_shows_owner_and_strings() {
        let data = extension_data("49004D0043000000101010105600610075006C007400000068656C6C6F").unwrap();
        assert_eq!(data.owner.as_deref(), Some("IMC"));
        assert_eq!(data.strings, ["Vault", "hello"]);
        assert_eq!(data.length, 29);
        assert_eq!(extension_data("0100").unwrap().owner, None);
    }

    #[test]
    fn flags_are_digits() {
        assert_eq!((flag("1"), flag("0"), flag(""), flag("yes")), (Some(true), Some(false), None, None));
    }
}
