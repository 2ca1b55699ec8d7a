//! An address as the vocabulary of the catalogue sees it: type, value, local part and domain, and what is encapsulated in it
//! (message-vocabulary, section 6). IMCEA forms are described in Q185155 and Q237322; the syntax is that of RFC 821.

use crate::backup::dn::Dn;

/// Where an address was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressSource {
    /// In the address properties of a row or message.
    Property,
    /// In a one-off entry id.
    OneOffId,
    /// In an Exchange directory entry id.
    DirectoryId,
    /// In an Internet header field.
    Header,
    /// In the envelope of a spool file.
    Spool,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress {
    /// Address type as stored, empty when there is none.
    pub address_type: String,
    /// The address, empty when there is none; for EX rows without address the name in the entry id.
    pub value: String,
    /// Where the value was found.
    pub source: AddressSource,
    /// Display name, when there is one.
    pub name: Option<String>,
}

/// An address encapsulated in the local part of an SMTP address: `IMCEA<type>-<encoded>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imcea {
    /// The type, in capitals.
    pub address_type: String,
    /// The decoded rest: `+hh` is a byte, `_` is a slash.
    pub value: String,
    /// The domain inside, of type SMTP, in lower case; else empty.
    pub domain: String,
    /// Why it does not decode.
    pub fault: Option<ImceaFault>,
    /// Where in the local part the fault stands, counted in bytes.
    pub fault_at: usize,
}

/// Why an encapsulated address does not decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImceaFault {
    /// Nothing between IMCEA and the hyphen.
    NoType,
    /// No hyphen.
    NoHyphen,
    /// A `+` without two hexadecimal digits behind it.
    BadEscape,
    /// A control character comes out.
    ControlCharacter,
    /// Nothing behind the hyphen.
    Empty,
}

impl ImceaFault {
    /// Returns the fault in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoType => "names no type",
            Self::NoHyphen => "has no hyphen behind the type",
            Self::BadEscape => "has a + without two hexadecimal digits",
            Self::ControlCharacter => "decodes to a control character",
            Self::Empty => "holds nothing behind the hyphen",
        }
    }
}

impl MailAddress {
    /// Returns whether the type is this one, letter case aside.
    #[must_use]
    pub fn is_type(&self, wanted: &str) -> bool {
        self.address_type.eq_ignore_ascii_case(wanted)
    }

    /// Returns whether the address is of type SMTP.
    #[must_use]
    pub fn is_smtp(&self) -> bool {
        self.is_type("SMTP")
    }

    /// Returns whether nothing names anybody: no value, and no directory entry that would.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.value.is_empty() && self.source != AddressSource::DirectoryId
    }

    /// Returns the position of the last `@` outside of quotes.
    #[must_use]
    pub fn at(&self) -> Option<usize> {
        unquoted(&self.value).filter(|(_, c)| *c == '@').last().map(|(index, _)| index)
    }

    /// Returns what stands before the last `@`; all of it when there is none.
    #[must_use]
    pub fn local(&self) -> &str {
        self.at().and_then(|at| self.value.get(..at)).unwrap_or(&self.value)
    }

    /// Returns what stands behind the last `@` in lower case; empty when there is none.
    #[must_use]
    pub fn domain(&self) -> String {
        self.at().and_then(|at| self.value.get(at + 1..)).unwrap_or_default().to_lowercase()
    }

    /// Returns whether the local part stands in quotes.
    #[must_use]
    pub fn local_is_quoted(&self) -> bool {
        let local = self.local().trim();
        local.len() >= 2 && local.starts_with('"') && local.ends_with('"')
    }

    /// Returns the local part without surrounding quotes and without escapes.
    #[must_use]
    pub fn local_unquoted(&self) -> String {
        let local = self.local();
        if !self.local_is_quoted() {
            return local.to_owned();
        }
        let inner = local.trim().trim_matches('"');
        let mut escaped = false;
        let is_kept = |c: &char| {
            let behind_escape = escaped;
            escaped = *c == '\\' && !behind_escape;
            behind_escape || *c != '\\'
        };
        inner.chars().filter(is_kept).collect()
    }

    /// Returns whether the value is a mailbox of RFC 821: a dotted or quoted local part and a domain or literal.
    #[must_use]
    pub fn syntax_ok(&self) -> bool {
        let is_atom = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && !"()<>@,;:\\\".[]".contains(c));
        let (local, domain) = (self.local(), self.domain());
        let local_ok = self.local_is_quoted() || local.split('.').all(is_atom);
        let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let number = domain.strip_prefix('#').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
        self.at().is_some() && local_ok && (literal.is_some() || number || domain.split('.').all(is_label))
    }

    /// Returns whether a character stands in the value outside of quotes.
    #[must_use]
    pub fn has_unquoted(&self, wanted: char) -> bool {
        unquoted(&self.value).any(|(_, c)| c == wanted)
    }

    /// Returns the organization of an EX or X500 address.
    #[must_use]
    pub fn dn_org(&self) -> Option<&str> {
        Dn::parse(&self.value)?.organization()
    }

    /// Returns the encapsulated address; the mark is IMCEA in capitals.
    #[must_use]
    pub fn imcea(&self) -> Option<Imcea> {
        let local = self.local_unquoted();
        local.strip_prefix("IMCEA").map(decapsulated)
    }

    /// Returns whether the local part begins with IMCEA in any letter case, blanks and a quotation mark aside.
    #[must_use]
    pub fn looks_encapsulated(&self) -> bool {
        let start = self.value.trim_start_matches([' ', '\t', '"']);
        start.get(..5).is_some_and(|mark| mark.eq_ignore_ascii_case("IMCEA"))
    }

    /// Returns whether two addresses name the same mailbox: type and value alike, letter case aside.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.is_type(&other.address_type) && self.value.trim().eq_ignore_ascii_case(other.value.trim())
    }
}

/// Returns the characters outside of quotes with their positions.
fn unquoted(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().filter(move |(_, c)| {
        if escaped {
            escaped = false;
            return !quoted;
        }
        match c {
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            _ => return !quoted,
        }
        false
    })
}

/// Length of the mark `IMCEA`.
const MARK: usize = 5;

fn decapsulated(rest: &str) -> Imcea {
    let Some((address_type, encoded)) = rest.split_once('-') else {
        let (fault, fault_at) = (Some(ImceaFault::NoHyphen), MARK + rest.len());
        return Imcea { address_type: String::new(), value: rest.to_owned(), domain: String::new(), fault, fault_at };
    };
    let start = MARK + address_type.len() + 1;
    let (value, fault) = decoded(encoded);
    let (fault, fault_at) = match fault {
        _ if address_type.is_empty() => (Some(ImceaFault::NoType), MARK),
        _ if encoded.is_empty() => (Some(ImceaFault::Empty), start),
        Some((fault, at)) => (Some(fault), start + at),
        None => (None, 0),
    };
    let is_smtp = address_type.eq_ignore_ascii_case("SMTP");
    let domain = value.rsplit_once('@').filter(|_| is_smtp).map(|(_, domain)| domain.to_lowercase()).unwrap_or_default();
    Imcea { address_type: address_type.to_uppercase(), value, domain, fault, fault_at }
}

/// Decodes `+hh` and `_`; what is no escape stays as it is.
fn decoded(encoded: &str) -> (String, Option<(ImceaFault, usize)>) {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut fault = None;
    let mut rest = encoded.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let at = encoded.len() - rest.len();
        rest = behind;
        let escape = behind.get(..2).and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        match (byte, escape) {
            (b'+', Some(code)) => {
                bytes.push(code);
                rest = behind.get(2..).unwrap_or_default();
                fault = fault.or((code < b' ').then_some((ImceaFault::ControlCharacter, at)));
            }
            (b'+', None) => {
                bytes.push(byte);
                fault = fault.or(Some((ImceaFault::BadEscape, at)));
            }
            (b'_', _) => bytes.push(b'/'),
            _ => bytes.push(byte),
        }
    }
    (bytes.into_iter().map(char::from).collect(), fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ImceaFault::{BadEscape, ControlCharacter, Empty, NoHyphen, NoType};

    fn smtp(value: &str) -> MailAddress {
        MailAddress { address_type: "SMTP".into(), value: value.into(), source: AddressSource::Property, name: None }
    }

    #[track_caller]
    fn check(value: &str, local: &str, domain: &str) {
        let address = smtp(value);
        assert_eq!((address.local_unquoted().as_str(), address.domain().as_str()), (local, domain));
    }

    #[test]
    fn the_last_at_outside_quotes_divides() {
        check("ann@Example.COM", "ann", "example.com");
        check("\"a@b\"@c.example", "a@b", "c.example");
        check("\"a\\\"b\"@c", "a\"b", "c");
        check("nobody", "nobody", "");
        check("a@b@c", "a@b", "c");
        assert_eq!(smtp("\"a@b\"").at(), None);
    }

    #[test]
    fn mailboxes_of_rfc_821_are_told() {
        for good in ["a.b@c.example", "\"a b\"@c", "a@[10.1.2.3]", "a@#123"] {
            assert!(smtp(good).syntax_ok(), "{good}");
        }
        for bad in ["a", "a..b@c", "a b@c", "a@", "@c", "a@c..d", "<a@b>"] {
            assert!(!smtp(bad).syntax_ok(), "{bad}");
        }
    }

    #[test]
    fn encapsulated_addresses_come_out() {
        let imcea = smtp("IMCEAEX-_O=ORG_OU=SITE_CN=ANN+20RAY@x.example").imcea().unwrap();
        assert_eq!((imcea.address_type.as_str(), imcea.value.as_str(), imcea.fault), ("EX", "/O=ORG/OU=SITE/CN=ANN RAY", None));
        let relayed = smtp("IMCEASMTP-ann+40Other+2Eexample@own.example").imcea().unwrap();
        assert_eq!((relayed.value.as_str(), relayed.domain.as_str()), ("ann@Other.example", "other.example"));
        let faults = ["IMCEA-x@y", "IMCEAEX@y", "IMCEAEX-a+2@y", "IMCEAEX-a+0D@y", "IMCEAEX-@y"].map(|text| smtp(text).imcea().unwrap().fault);
        assert_eq!(faults, [NoType, NoHyphen, BadEscape, ControlCharacter, Empty].map(Some));
        assert_eq!(smtp("IMCEAEX-_o+2@y").imcea().unwrap().fault_at, 10);
        assert_eq!(smtp("imceaex-x@y").imcea(), None);
        assert!(smtp("\"imcea x\"@y").looks_encapsulated() && !smtp("ann@y").looks_encapsulated());
    }

    #[test]
    fn quotes_hide_characters() {
        assert!(smtp("a;b@c").has_unquoted(';') && !smtp("\"a;b\"@c").has_unquoted(';'));
        let ex = MailAddress { address_type: "EX".into(), ..smtp("/o=Org/ou=Site/cn=Recipients/cn=Ann") };
        assert_eq!(ex.dn_org(), Some("Org"));
    }
}
