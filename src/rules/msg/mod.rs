//! MSG: single messages that hurt the connector or the store.

pub mod attachments;
pub(super) mod catalogue;
pub mod dates;
mod hearing;
pub mod notices;
pub mod receipts;
pub mod recipients;
pub mod report_contents;
pub mod report_hosts;
pub mod report_limits;
pub mod report_recipients;
pub mod reports;
pub mod structure;
pub mod subject;
