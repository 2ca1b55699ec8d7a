//! Text files of lines: ini sections, keys, bare lines and `+` continuations, each with its place in the bytes.
//!
//! IMCSAVE's packing list and IMCCOPY's files are ini (Q195804, Q262126, Q182522), of dialects that nobody wrote down: nothing is
//! refused here, every line becomes an item. Deliberately absent: escapes, inline comments and interpolation, which Windows never had.

mod place;
mod reader;
mod second_opinion;

pub use place::{LinePlaces, Located, Place};
pub use reader::{IniFile, IniItem, IniKind};
pub use second_opinion::{Agreement, second_opinion};
