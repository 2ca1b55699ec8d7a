//! MIM: MIME and Internet headers.

pub mod entities;
