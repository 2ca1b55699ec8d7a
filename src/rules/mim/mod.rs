//! MIM: MIME and Internet headers.

pub(super) mod catalogue;
pub mod entities;
