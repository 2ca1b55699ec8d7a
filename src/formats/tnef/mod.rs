//! Transport-Neutral Encapsulation Format ([MS-OXTNEF]): a salvaging decoder that keeps every byte accounted for.
//!
//! A stream is read to its end whatever is wrong with it. Every deviation becomes an anomaly at its offset in the file:
//!
//! | code | meaning |
//! |---|---|
//! | `attribute-length` | the data of an attribute is too short for what it should hold |
//! | `checksum-mismatch` | the stored checksum is not the sum of the data; the data is taken as it is |
//! | `checksum-missing` | the stream ends where the checksum of its last attribute should be |
//! | `duplicate-attribute` | an attribute that should be there once comes again; the first one counts |
//! | `impossible-date` | a date attribute holds numbers that are no date |
//! | `length-mismatch` | the length of an attribute is wrong; its checksum, or the record behind it, shows where the data ends |
//! | `limit-reached` | there is more than may be kept or nested; the rest stays bytes |
//! | `lossy-text` | a text has bytes that its code page does not have |
//! | `missing-attribute` | attTnefVersion or attOemCodepage is not there |
//! | `more-anomalies` | the last anomaly: how many more were met |
//! | `no-attributes` | no attribute could be read |
//! | `not-hexadecimal` | an identifier that should be hexadecimal text is not |
//! | `not-tnef` | the signature is wrong |
//! | `property-count` | a property list ends before it has as many properties as it says |
//! | `property-list-rest` | bytes are left behind the last property of a list |
//! | `recipient-count` | the recipient table ends before it has as many rows as it says |
//! | `resynchronised` | bytes between two attributes belong to neither and are skipped |
//! | `trailing-bytes` | bytes at the end belong to no attribute |
//! | `truncated` | something ends before its stated length, as the stream or the attribute around it ends |
//! | `unknown-attribute` | an attribute that no specification has; it is kept |
//! | `unknown-code-page` | the code page is not known; 1252 is assumed |
//! | `unknown-name-kind` | a named property is named in an unknown way; its list is read up to there |
//! | `unknown-property-type` | a property has an undocumented type; its list is read up to there |
//! | `unknown-version` | attTnefVersion is not 0x00010000 |
//! | `value-count` | a property has another number of values than it should, or than it says |
//! | `wrong-level` | an attribute of the message stands at the level of attachments, or the other way round |
//! | `wrong-order` | an attribute stands where the specification does not have it |
//! | `wrong-type` | the type word of an attribute is not the one of its id; the id counts |
//!
//! Deliberately absent: decompression of RTF, the forks of MacBinary, and whether the two forms of a value agree, as real mail
//! writes dates of attributes in local time and leaves either form out.

mod attachments;
mod attribute_id;
mod checksum;
mod context;
mod decode;
mod html;
mod large;
mod legacy;
mod map;
mod model;
mod parts;
mod property_list;
mod property_value;
mod records;
#[cfg(test)]
mod samples;
mod sparse;
mod view;

pub use decode::{decode, decode_mapped, decode_sparse, is_tnef};
pub use large::{KEPT_HEAD, Plan, ReadAt, plan};
pub use model::{
    AddressTriple, Attachment, AttachmentContent, Attribute, AttributeId, CountedAddress, LegacyAttributes, Recipient, RendData, TnefMessage,
};
pub use parts::{AttachMethod, RecipientKind};
pub use sparse::{Hole, Holes, Sparse, Whole};
pub use view::{Address, Level, MessageTime};
