//! QUE: what the queues as a whole say.

pub mod destinations;
mod thresholds;
pub mod waiting;
