//! Which field owns each byte of one file: streams are mapped by their decoder, texts by the places that their readers keep. Every face that
//! shows bytes reads it from here. Deliberately absent: fields within decompressed or decoded data, which have no bytes in the file.

mod document_fields;
mod fields;
mod runs;

pub use fields::fields;
pub use runs::{FieldRun, each_run};
