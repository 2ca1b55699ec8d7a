//! Registry dumps in every shape that a customer or a tool of the era leaves behind, told apart by content and never by name.
//!
//! One result for all shapes, so that what a dump means need not know how it was written: REGEDIT4, version 5, the untyped
//! Windows 3.x form, REGINI scripts, the text of RegEdt32 and ini text; hives give the
//! same result from their own reader. Which of them IMCSAVE wrote
//! is not documented (Q195804 names the files only). Deliberately absent: applying the directives of a file, and
//! REGINI's access lists beyond recognising them.

mod data;
mod detect;
mod draft;
mod escape;
mod ini_text;
mod log;
mod model;
mod numerals;
mod path;
mod regedit;
mod regedt32;
mod regini;
mod strings;
mod text;

pub use detect::detect;
pub use model::{
    BadLine, LastWrite, LineEnds, Place, RegType, RegistryContent, RegistryData, RegistryDump, RegistryKey, RegistryShape, RegistryValue,
};
pub use path::{canonical_path, is_offline_control_set, same_path};
pub use text::parse;

pub(super) use data::hive_data;
pub(super) use log::Log;
