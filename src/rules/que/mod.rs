//! QUE: what the queues as a whole say.

pub(super) mod catalogue;
pub mod destinations;
pub mod waiting;
