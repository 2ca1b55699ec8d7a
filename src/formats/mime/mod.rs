//! Internet messages as bytes say them: header blocks (RFC 822, also those kept in PR_TRANSPORT_MESSAGE_HEADERS), MIME entities
//! (RFC 2045 to 2049, 2231), Received lines and version stamps of the Exchange Internet connectors (KB Q153060, Q190709, Q320636).
//!
//! `mail-parser` reads Content-Type parameters and dates; none of its types leaves this folder. Fields, encoded words, transfer encodings
//! and the tree of entities are read here, because evidence needs what that crate does not keep (offsets, malformed lines, the first fault,
//! whatever could be read before it) and because its search for boundaries that never come is quadratic on forged input.
//! Deliberately absent: UUENCODE and BinHex blocks (siblings of this folder), S/MIME, and what any of it means to Exchange.

mod addresses;
mod block;
mod dbcs;
mod document;
mod entity;
mod fault;
mod parameters;
mod received;
mod transfer;
mod tree;
mod words;

pub use addresses::{HeaderAddress, addresses};
pub use block::{HeaderBlock, HeaderField, StrayLine, header_block};
pub use dbcs::{DbcsFault, dbcs_fault_at};
pub use document::{content_of, described_entity, document};
pub use entity::{CodePageSource, EntityText, MimeDocument, MimeEntity, Multipart};
pub use fault::HeaderFault;
pub use received::{BuildStamp, HeaderDate, MailProduct, Received, date, received, version_stamps};
pub use transfer::Base64Fault;
pub use words::{EncodedWord, encoded_words};
