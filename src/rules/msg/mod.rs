//! MSG: single messages that hurt the connector or the store.

pub mod attachments;
pub(super) mod catalogue;
pub mod code_pages;
pub mod contents;
pub mod dates;
pub mod forwards;
mod hearing;
pub mod message_ids;
pub mod notices;
pub mod receipts;
pub mod recipients;
pub mod report_contents;
pub mod report_hosts;
pub mod report_limits;
pub mod report_recipients;
pub mod reports;
pub mod rich_text;
pub mod structure;
pub mod subject;
pub mod subject_text;
pub mod telling_addresses;
pub mod tnef_texts;
