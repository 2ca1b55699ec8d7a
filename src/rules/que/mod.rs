//! QUE: what the queues as a whole say.

pub mod backlog;
pub(super) mod catalogue;
pub mod destinations;
mod proof;
pub mod suspects;
pub mod trapped;
pub mod waiting;
