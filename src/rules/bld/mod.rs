//! BLD: what the build alone says.

pub mod service_packs;
