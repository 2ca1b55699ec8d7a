//! The MAPI vocabulary: tags, types, values, names, property bags. Knows no TNEF, no Exchange, no file.

mod bag;
mod guid;
mod name;
mod tag;
mod value;

pub use bag::{Property, PropertyBag};
pub use guid::Guid;
pub use name::{NameKind, PropertyName};
pub use tag::{PropId, PropTag, PropType};
pub use value::{PropValue, Text8};
