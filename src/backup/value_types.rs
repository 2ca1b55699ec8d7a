//! Values of the service that are stored under another type than the one the service reads; it then takes them for absent (Q189587).

use crate::formats::reg::{RegType, RegistryContent, RegistryValue};

use super::{
    ServiceKey, Setting,
    registry_values::{RegistryValueDefinition, describe},
};

/// What is wrong with the type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeFault {
    /// It is another one than this.
    Other(RegType),
    /// A number that has not four bytes, or was entered as bytes.
    NotFourBytes,
}

/// A value with its row of the table and what is wrong with its type.
#[derive(Debug, Clone, Copy)]
pub struct WrongType<'a> {
    /// The value.
    pub setting: Setting<'a, &'a RegistryValue>,
    /// What is documented about it.
    pub known: &'static RegistryValueDefinition,
    /// What is wrong.
    pub fault: TypeFault,
}

impl TypeFault {
    /// Finds what is wrong with the type of a value whose documented type is known.
    fn of(value: &RegistryValue, expected: RegType) -> Option<Self> {
        let (actual, length) = (value.data.reg_type, value.data.bytes.len());
        let is_text = |reg_type| matches!(reg_type, RegType::SZ | RegType::EXPAND_SZ);
        if !value.data.type_stated || is_text(expected) && is_text(actual) {
            return None;
        }
        match (expected, actual) {
            (RegType::DWORD, RegType::DWORD) => (value.data.content == RegistryContent::Bytes).then_some(Self::NotFourBytes),
            (RegType::DWORD, RegType::BINARY) if matches!(length, 1 | 2 | 4) => Some(Self::NotFourBytes),
            (expected, actual) => (expected != actual).then_some(Self::Other(expected)),
        }
    }
}

impl ServiceKey {
    /// Returns the values in force that have another type than documented, in the order of the file.
    #[must_use]
    pub fn wrong_types(&self) -> Vec<WrongType<'_>> {
        let values = self.values_in_force().into_iter();
        let wrong = |found: &super::ServiceValue| {
            let known = describe(&found.key, &found.value.name)?;
            Some((known, TypeFault::of(&found.value, known.required_type()?)?))
        };
        values
            .filter(|found| !found.is_damaged)
            .filter_map(|found| wrong(found).map(|(known, fault)| WrongType { setting: found.as_setting(), known, fault }))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Limits, formats::registry};

    #[track_caller]
    fn check(line: &str, expected: Option<TypeFault>) {
        let text = format!("REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\r\n{line}\r\n");
        let service = ServiceKey::from_dump("Imcsvc.reg", &registry::parse(text.as_bytes(), &Limits::default()).value);
        assert_eq!(service.wrong_types().first().map(|wrong| wrong.fault), expected, "{line}");
    }

    #[test]
    fn the_documented_type_decides() {
        check("\"RelayFlags\"=dword:00000002", None);
        check("\"RelayFlags\"=\"2\"", Some(TypeFault::Other(RegType::DWORD)));
        check("\"RelayFlags\"=hex:02,00,00,00", Some(TypeFault::NotFourBytes));
        check("\"RelayFlags\"=hex:02,00,00", Some(TypeFault::Other(RegType::DWORD)));
        check("\"RelayFlags\"=hex(4):02,00", Some(TypeFault::NotFourBytes));
        check("\"RelayFlags\"=hex(4):02,00,00,00", None);
        check("\"TurfTable\"=\"a@b.c\"", Some(TypeFault::Other(RegType::MULTI_SZ)));
        check("\"RootDir\"=hex(2):43,3a,00", None);
        check("\"RootDir\"=dword:00000001", Some(TypeFault::Other(RegType::SZ)));
        check("\"CommonName\"=dword:00000001", None);
        check("\"EnableVRFY\"=dword:00000001", None);
    }
}
