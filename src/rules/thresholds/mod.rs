//! Every number that rules compare with and that a configuration file may change, one file a family. No article names those marked
//! heuristic.

mod all;
pub mod bld;
pub mod cpy;
pub mod dir;
pub mod mim;
pub mod msg_addresses;
pub mod msg_reports;
pub mod que;
pub mod svc_access;
pub mod svc_behaviour;

pub use all::ALL;
