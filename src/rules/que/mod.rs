//! QUE: what the queues as a whole say.

pub mod backlog;
pub(super) mod catalogue;
pub mod copies;
pub mod destinations;
pub mod hops;
pub mod loops;
mod proof;
pub mod spool;
pub mod spool_index;
pub mod spool_mail;
pub mod suspects;
mod tally;
pub mod trapped;
pub mod volleys;
pub mod waiting;
