//! Imcfls, the packing list that IMCSAVE writes last (Q195804): which files belong to a Backup.
//!
//! The article gives the name and "ini" and no more, so ten dialects are read, alone or mixed, by what lines mean and not by key
//! names. The reader asks a [`Surroundings`] what exists and touches no disk. Deliberately absent: the comparison with the disk,
//! which is `backup`'s, and the Migration Wizard's packing list `*.PKL` (Q156063, Q198957), which is recognised and refused.

mod dialect;
mod findings;
mod judge;
mod model;
mod overview;
mod path;
mod queue_section;
mod reader;
mod surroundings;
mod tokens;

pub use dialect::Dialect;
pub use model::{AbsolutePrefix, DeleteMark, LineCounts, Metadata, PackingEntry, PackingList, StatedCount, StatedSize, TextStatistics, WrittenAs};
pub use path::{Escape, ListedPath};
pub use reader::{ListText, parse};
pub use surroundings::Surroundings;

#[cfg(test)]
mod tests;
