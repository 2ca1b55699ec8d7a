//! CPY: the texts of IMCCOPY.

pub mod domains;
pub mod routes;
