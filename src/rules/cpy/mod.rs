//! CPY: the texts of IMCCOPY.

pub(super) mod catalogue;
pub mod domains;
pub mod routes;
