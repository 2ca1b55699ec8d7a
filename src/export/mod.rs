//! What is taken out of the evidence for the engineer: lists, attachments, findings, and what the view remembers; written where the user
//! points, never into the evidence, never over a file that is there. What a list looks like is the caller's affair: it hands in the writer.

mod attachment;
mod destination;
mod markdown;
mod name;
mod scribe;
mod state_file;

pub use attachment::save_attachment;
pub use destination::{Destination, ExportError};
pub use markdown::save_finding;
#[cfg(any(test, feature = "testing"))]
pub(crate) use markdown::{code, escaped};
pub use name::safe_name;
pub use scribe::{new_file, start_scribe, take_away};
pub use state_file::StateFile;
