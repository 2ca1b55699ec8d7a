//! The faces that are written, not drawn: text for people, JSON for programs, CSV for spreadsheets. Each owns its escaping; none prints by itself.

pub mod csv;
pub mod hex;
pub mod json;
pub mod markdown;
pub mod text;
