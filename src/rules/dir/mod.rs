//! DIR: the directory export and the connector object in it.

pub mod export;
pub mod object;
