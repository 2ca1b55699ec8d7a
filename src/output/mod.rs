//! The faces that are written, not drawn: text for people, JSON for programs. Each owns its escaping; none prints by itself.

pub mod hex;
pub mod json;
pub mod markdown;
pub mod text;
