//! CPY: the texts of IMCCOPY.

pub(super) mod catalogue;
pub mod charsets;
pub mod domain_names;
pub mod domains;
pub mod file_shape;
mod proof;
pub mod replies;
pub mod rich_text;
pub mod routes;
pub mod sizes;
pub mod wrapping;
