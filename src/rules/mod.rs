//! The catalogue: one folder a family, one file a topic, one line a rule in `catalogue.rs`. Rules read `backup/` only, never bytes or files.

pub mod articles;
pub mod bld;
mod catalogue;
pub mod cpy;
pub mod dir;
pub mod mig;
pub mod mim;
pub mod msg;
pub mod pkg;
pub mod pro;
pub mod que;
pub mod svc;
pub mod thresholds;

pub use catalogue::CATALOGUE;
