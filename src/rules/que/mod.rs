//! QUE: what the queues as a whole say.

pub mod backlog;
pub(super) mod catalogue;
pub mod copies;
pub mod destinations;
pub mod hops;
pub mod loops;
mod proof;
pub mod suspects;
pub mod trapped;
pub mod volleys;
pub mod waiting;
