//! Places of proof that several rules share.

use crate::{
    backup::ServiceKey,
    diagnostics::{Evidence, Locator},
};

/// Returns evidence for the key of the service, or for the dump where it should be.
pub(super) fn service_key(service: &ServiceKey) -> Evidence {
    match service.keys.iter().find(|key| !key.deleted) {
        Some(key) => Evidence::new(service.file.as_ref(), Locator::RegistryKey { key: key.path.clone(), line: key.place.line.unwrap_or(0) })
            .at(key.place.offset..key.place.offset + key.place.length),
        None => Evidence::file(service.file.as_ref()),
    }
}
