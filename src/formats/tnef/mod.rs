//! Transport-Neutral Encapsulation Format ([MS-OXTNEF]): a salvaging decoder that keeps every byte accounted for.

mod model;

pub use model::{
    AddressTriple, Attachment, AttachmentContent, Attribute, AttributeId, CountedAddress, LegacyAttributes, Recipient, RendData, TnefMessage,
};
