//! Rich text as messages carry it: the compressed property ([MS-OXRTFCP]), its plain text, and the HTML that may hide in it ([MS-OXRTFEX]).
//! Fonts, colours and layout are deliberately absent: only characters are evidence here.

mod compressed;
mod destination;
mod output;
mod text;
mod token;

pub use compressed::{CompressedRtf, CrcCheck, RtfFault, RtfStorage, decompress};
pub use text::{RtfOrigin, RtfText, to_text};
