//! BLD: what the build alone says.

pub(super) mod catalogue;
pub mod service_packs;
