//! Whether the service key holds the settings of an installed connector, and single questions to it that several rules ask.

use crate::formats::reg::{RegistryContent, RegistryValue, canonical_path};

use super::{Backup, ServiceKey, ServiceSubkey, Setting, dn::same_name};

/// Values of `Parameters` that every installed connector has; 4.0 and 5.0 may lack SiteDN.
pub const IDENTITY: [&str; 4] = ["RootDir", "SiteDN", "CommonName", "HomeDSA"];

impl ServiceKey {
    /// Returns those of the values that every installed connector has.
    pub fn identity_settings(&self) -> impl Iterator<Item = Setting<'_, &RegistryValue>> {
        IDENTITY.iter().filter_map(|name| self.value("Parameters", name))
    }

    /// Returns whether the dump holds any setting of an installed connector; Setup registers counters without one (Q163727).
    #[must_use]
    pub fn has_settings(&self) -> bool {
        self.identity_settings().next().is_some()
    }

    /// Returns whether a value is not there, or there and empty; one of a wrong type is neither.
    #[must_use]
    pub fn is_absent_or_empty(&self, key: &str, name: &str) -> bool {
        self.value(key, name).is_none_or(|value| match &value.data.data.content {
            RegistryContent::Sz(text) | RegistryContent::ExpandSz(text) | RegistryContent::Link(text) => text.trim().is_empty(),
            RegistryContent::MultiSz(strings) => strings.iter().all(|text| text.trim().is_empty()),
            RegistryContent::Bytes => value.data.data.bytes.is_empty(),
            _ => false,
        })
    }

    /// Returns a REG_DWORD of `Parameters`.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<Setting<'_, u32>> {
        self.dword("Parameters", name)
    }

    /// Returns a key below the service key by its first header.
    #[must_use]
    pub fn subkey(&self, key: &str) -> Option<&ServiceSubkey> {
        let wanted = canonical_path(key);
        self.keys.iter().find(|known| !known.deleted && canonical_path(&known.key) == wanted)
    }
}

impl Backup {
    /// Returns whether registry and directory object are of different servers, so that every other difference follows from that (PKG052).
    #[must_use]
    pub fn is_of_two_servers(&self) -> bool {
        let servers = self.server_of_registry().zip(self.server_of_object());
        servers.is_some_and(|(registry, object)| !same_name(&registry.name, &object.name))
    }
}
