//! imcscan
pub mod base;
pub mod formats;
pub mod mapi;
