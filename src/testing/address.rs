//! Addresses as fixtures write them, and the entry ids that stand for them.

use crate::{
    base::CodePage,
    mapi::{EXCHANGE_PROVIDER, ONE_OFF_PROVIDER},
};

use super::value::{length_bytes, terminated};

/// A name with a typed address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Display name.
    pub name: String,
    /// Address type, for example `SMTP` or `EX`.
    pub address_type: String,
    /// The address.
    pub value: String,
}

impl Address {
    /// Returns the address of `TYPE:value`; the name is the last part of a distinguished name, else the value itself.
    ///
    /// None when there is no colon.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address_type, value) = text.split_once(':')?;
        let name = match address_type {
            "EX" => value.rsplit_once('=').map_or(value, |(_, last)| last),
            _ => value,
        };
        Some(Self { name: name.to_owned(), address_type: address_type.to_owned(), value: value.to_owned() })
    }

    /// Returns the same address under another name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Returns `TYPE:value`.
    #[must_use]
    pub fn typed(&self) -> String {
        format!("{}:{}", self.address_type, self.value)
    }

    /// Returns the search key: type and value in capitals with a terminator.
    #[must_use]
    pub fn search_key(&self) -> Vec<u8> {
        terminated(&self.typed().to_uppercase(), CodePage::WINDOWS_1252)
    }

    /// Returns the entry id: of the directory for EX, else a one-off.
    #[must_use]
    pub fn entry_id(&self, code_page: CodePage) -> Vec<u8> {
        match self.address_type.as_str() {
            "EX" => exchange_entry_id(0, &self.value),
            _ => one_off_entry_id(self, true, code_page),
        }
    }
}

/// Returns a directory entry id.
#[must_use]
pub fn exchange_entry_id(object_type: u32, dn: &str) -> Vec<u8> {
    let numbers = [1_u32.to_le_bytes(), object_type.to_le_bytes()].concat();
    [&[0; 4][..], &EXCHANGE_PROVIDER.0, &numbers, &terminated(dn, CodePage::WINDOWS_1252)].concat()
}

/// Returns a one-off entry id; UTF-16LE as code page gives the UNICODE form.
#[must_use]
pub fn one_off_entry_id(address: &Address, rich_text: bool, code_page: CodePage) -> Vec<u8> {
    let unicode = if code_page == CodePage::UTF_16LE { 0x8000 } else { 0 };
    let flags = u16::from(!rich_text) | unicode;
    let Address { name, address_type, value } = address;
    let strings = [name, address_type, value].map(|text| terminated(text, code_page)).concat();
    [&[0; 4][..], &ONE_OFF_PROVIDER.0, &[0; 2], &flags.to_le_bytes(), &strings].concat()
}

/// Returns a FLATENTRYLIST of entry ids.
#[must_use]
pub fn flat_entry_list(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut list = Vec::new();
    for entry in entries {
        list.extend(length_bytes(entry.len()));
        list.extend(entry);
        list.resize(list.len().next_multiple_of(4), 0);
    }
    [&length_bytes(entries.len())[..], &length_bytes(list.len()), &list].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Limits,
        mapi::{self, EntryId},
    };

    #[test]
    fn entry_ids_are_read_again() {
        let ann = Address::parse("SMTP:ann@example.com").unwrap().named("Änn");
        for page in [CodePage::WINDOWS_1252, CodePage(850), CodePage::UTF_16LE] {
            let id = one_off_entry_id(&ann, false, page);
            let expected = EntryId::OneOff { name: "Änn".into(), address_type: "SMTP".into(), address: "ann@example.com".into(), rich_text: false };
            assert_eq!(EntryId::parse(&id, page), expected);
        }
        let bob = Address::parse("EX:/o=Org/ou=Site/cn=Recipients/cn=Bob").unwrap();
        assert_eq!(bob.name, "Bob");
        let id = bob.entry_id(CodePage(850));
        assert_eq!(EntryId::parse(&id, CodePage(850)).address(), Some(("EX", "/o=Org/ou=Site/cn=Recipients/cn=Bob")));
    }

    #[test]
    fn a_flat_list_is_read_again_without_anomalies() {
        let entries = vec![vec![1, 2, 3, 4, 5], vec![6]];
        let bytes = flat_entry_list(&entries);
        let list = mapi::flat_entry_list(&bytes, 0, &Limits::default());
        assert_eq!(list.value.iter().map(|entry| entry.bytes.to_vec()).collect::<Vec<_>>(), entries);
        assert_eq!(list.anomalies, []);
    }
}
