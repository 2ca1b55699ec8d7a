//! PKG: the collection itself, its packing list, files, names, times, and whether its parts belong together.

pub mod added_files;
pub(super) mod catalogue;
pub mod dump_lines;
pub mod dump_shape;
pub mod empty_and_cut;
pub mod foreign_queues;
pub mod identity;
pub mod layout;
pub mod listed_files;
pub mod names;
pub mod packing_list;
pub mod partial;
pub mod secrets;
pub mod times;
pub mod traces;
pub mod transfer_damage;
mod understood;
pub mod unlisted_files;
pub mod whereabouts;
