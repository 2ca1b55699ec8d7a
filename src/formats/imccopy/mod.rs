//! Text files of IMCCOPY (Q262126, Q182522): `-save domain` and `-save routes` of the Internet Mail Service.
//!
//! Their names are free, so they are known by content. Unknown sections and keys are kept as they are. Deliberately absent: any
//! judgement of the settings, which is the rules', and the size limits' unit, which differs between builds (Q240788).

mod flags;
mod model;
mod reader;

pub use flags::{FlagConflict, FormatFlags};
pub use model::{DeliveryRoute, DomainFormat, ImccopyFile, StrayLine, UnknownItem};
pub use reader::{is_imccopy, parse};
