//! MSG: single messages that hurt the connector or the store.

mod address_words;
pub mod attachment_contents;
pub mod attachment_names;
pub mod attachments;
pub(super) mod catalogue;
pub mod directory_names;
pub mod embedded_messages;
pub mod encapsulated;
pub mod inner_streams;
pub mod long_addresses;
pub mod lost_on_the_way;
mod outbound_format;
pub mod recipient_rows;
pub mod recipients;
pub mod reply_lists;
pub mod reports;
pub mod rich_text;
pub mod senders;
pub mod structure;
pub mod subject;
pub mod typed_addresses;
pub mod unconverted;
pub mod x400_addresses;
