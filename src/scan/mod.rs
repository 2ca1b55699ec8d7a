//! The only reader of evidence: finds the Backup in a folder or an archive, lists it, and reads it file by file, in parallel.
//!
//! Invariant: the evidence is never written, renamed, locked or unpacked to disk; links are not followed; nothing but regular files is
//! opened. Knows nothing of what the files mean: the function that judges a file is handed in.

mod archive;
mod budget;
mod cab_file;
mod disk;
mod entry;
mod error;
mod evidence;
mod folder;
mod large;
mod load;
mod marks;
mod memory;
mod positional;
mod reach;
mod records;
mod spool_tree;
mod store;
mod tar_file;
mod tree;
mod visit;
mod zip_file;

pub use entry::{Entry, EntryKind, EvidencePath, FileTime, Note, shown_path};
pub use error::ScanError;
pub use evidence::{Evidence, RootKind, Tells, Work, manifest_digest, read_file};
pub use load::{Contents, Loaded};
pub use marks::{Candidate, Marks};
pub use memory::{MemoryPlace, place_in_memory};
pub use reach::{reach_of_backup, reach_of_files};
pub use records::{Judge, Scanned, read_backup, read_memory};
pub use store::ArchiveFormat;
pub use visit::{Outcome, Progress, Run, Visited, Wanted};
