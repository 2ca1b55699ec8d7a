//! DIR: the directory export and the connector object in it.

pub(super) mod catalogue;
pub mod export;
pub mod object;
