//! Makers of evidence for tests, benches and samples: the TNEF encoder, and the fixture compiler that rules are tested with.
//!
//! Present in tests and with the feature `testing` only. The encoder follows [MS-OXTNEF] and the orders that real streams of the era
//! have; it can also lie on request, because most of what a reader must bear is damage. Reading is deliberately absent: the one way
//! back, [`Message::of`], takes what the decoder found.

mod address;
mod attachment;
mod compare;
mod encode;
mod envelope;
pub mod fixture;
pub mod fuzz;
mod legacy;
mod macbinary;
mod message;
mod report;
mod rtf;
mod value;

pub use address::{Address, exchange_entry_id, flat_entry_list, one_off_entry_id};
pub use attachment::{Attachment, AttachmentAttribute, AttachmentOrder};
pub use encode::{Damage, attribute_record, checksum};
pub use envelope::{Envelope, Recipient};
pub use legacy::{AttributeOrder, LegacyAttribute};
pub use macbinary::macbinary;
pub use message::Message;
pub use report::{report_of, report_of_fixture};
pub use rtf::{compressed_rtf, stored_rtf};
pub use value::{IID_IMESSAGE, IID_ISTORAGE, IID_ISTREAM, Property, Value};
