//! The MAPI vocabulary: tags, types, values, names, property bags. Knows no TNEF, no Exchange, no file.

mod bag;
mod entry_id;
mod guid;
mod message_class;
mod name;
mod properties;
mod tag;
mod value;

pub use bag::{Property, PropertyBag};
pub use entry_id::{EXCHANGE_PROVIDER, EntryId, FlatEntry, ONE_OFF_PROVIDER, flat_entry_list};
pub use guid::Guid;
pub use message_class::{MessageClass, ReportKind, mapi_class, tnef_class};
pub use name::{NameKind, PropertyName};
pub use properties::{
    PROPERTIES, PS_INTERNET_HEADERS, PS_MAPI, PS_PUBLIC_STRINGS, PSETID_APPOINTMENT, PSETID_COMMON, PSETID_TASK, PropertyDefinition, describe,
    describe_id, property_set, property_set_name,
};
pub use tag::{PropId, PropTag, PropType};
pub use value::{PropValue, Text8};
