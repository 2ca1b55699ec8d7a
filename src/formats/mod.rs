//! What bytes say, format by format. Pure: each reader takes bytes and limits and returns a value with its anomalies. Knows no Exchange.

pub mod apple_single;
pub mod binhex;
pub mod dapi_csv;
pub mod double_byte;
pub mod html;
pub mod imccopy;
pub mod ini;
pub mod macbinary;
pub mod migrate;
pub mod mime;
pub mod mts_id;
pub mod packed;
pub mod packing_list;
pub mod profile_blob;
pub mod reg;
pub mod regf;
pub mod registry;
pub mod rtf;
pub mod sniff;
pub mod spool;
pub mod strict;
pub mod tnef;
pub mod uuencode;
