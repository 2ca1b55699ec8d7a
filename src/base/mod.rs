//! The ground floor: bounded reading, decoded values with their anomalies, text and code pages, time, limits, printable text.
//! Knows no file format, no file system, no clock.

mod anomaly;
mod anomaly_list;
mod bug;
mod charset;
mod code_page;
mod code_page_family;
mod cyrillic;
mod digest;
mod double_byte;
mod edit_distance;
mod field_map;
mod file_name;
mod johab;
mod json_text;
pub mod limits;
mod needle;
mod pattern;
mod printable;
mod reader;
mod shifted;
mod text_file;
mod time;
mod words;

pub use anomaly::{Anomaly, Decoded};
pub use anomaly_list::AnomalyList;
pub use bug::{caught, watch};
pub use code_page::{CodePage, Text};
pub use code_page_family::CodePageFamily;
pub use cyrillic::reads_as_cyrillic;
pub use digest::{Sha256Digest, hex};
pub use edit_distance::{edit_distance, is_within};
pub use field_map::{FieldMap, MappedField};
pub use file_name::{extension, stem};
pub use json_text::visible_json;
pub use limits::{Limit, LimitFault, Limits};
pub use pattern::{Captures, Match, Pattern};
pub use printable::{Printable, is_hidden, printable};
pub use reader::{Reader, Truncated};
pub use text_file::{Encoding, Line, TextFile};
pub use time::{FILETIME_UNIX_EPOCH, LocalTime, Timestamp};
pub use words::{counted, differ_by_one, enumerated};
