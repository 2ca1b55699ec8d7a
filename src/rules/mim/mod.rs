//! MIM: MIME and Internet headers.

pub mod addresses;
pub mod attachments;
pub(super) mod catalogue;
pub mod charsets;
pub mod charsets_of_40;
pub mod content_type;
pub mod dates;
pub mod double_byte;
pub mod entities;
pub mod headers;
pub mod html;
pub mod japanese;
pub mod macintosh;
pub mod outbound_text;
mod proof;
pub mod reports;
pub mod spool_text;
pub mod structure;
pub mod tnef;
pub mod transit;
pub mod uuencode;
