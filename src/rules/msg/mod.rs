//! MSG: single messages that hurt the connector or the store.

pub mod attachments;
pub(super) mod catalogue;
pub mod recipients;
pub mod reports;
pub mod structure;
pub mod subject;
