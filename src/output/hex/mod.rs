//! Every byte of one file with the field that owns it: what a hex editor cannot say, for those who check a finding by hand.
//!
//! The innermost field owns a byte; its parents are named before it. Long runs are folded with their count, and the data of secrets is
//! counted and never shown. Deliberately absent: fields within decompressed or decoded data, which have no bytes in the file.

mod dump;

pub use dump::write;
