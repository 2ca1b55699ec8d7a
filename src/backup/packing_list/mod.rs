//! The packing list against the disk: what is listed and there, listed and gone, there and not listed, listed twice, of another size.
//!
//! Names match without regard to letter case, 8.3 names stand for their long ones and the other way round, and a queue's folder is
//! found under any of its names. A path that leads out of the Backup is never looked up. Deliberately absent: the disk itself;
//! whoever scans it passes in what is there.

mod listing;
mod reconcile;

pub use listing::{DiskItem, FoundBy, Listing};
pub use reconcile::{CaseDifference, Duplicate, EntryMatch, MissingFile, Outcome, Reconciliation, SizeMismatch, UnlistedFile, reconcile};
