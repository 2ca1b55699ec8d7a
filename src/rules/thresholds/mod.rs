//! Every number that rules compare with and that a configuration file may change, one file a family. No article names those marked
//! heuristic.

mod all;
pub mod mim;
pub mod que;

pub use all::ALL;
