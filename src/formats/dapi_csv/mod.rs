//! Directory exports of the Exchange Administrator and of DAPI, such as Imcobj.csv (Q146304, Q156063, Q184532, Q261283).
//!
//! The first line names attributes, each further line is one object. Values of a multi-valued attribute are joined by `%`; 4.0 quotes
//! them one by one, 5.0 and later quote the whole field. The own tokenizer keeps the place of every field and goes on after stray quotes;
//! the `csv` crate reads every file that obeys RFC 4180 a second time and must agree.
//!
//! Deliberately absent: what an attribute means and whether it has one value or many (that is the table of the `backup` floor), and
//! opening the side files that long values were moved to: the field's pointer is only recognised.

mod model;
mod quotes;
mod read;
mod second_opinion;
mod sniff;
mod split;
mod syntax;
mod values;

pub use model::{Column, Dialect, DirectoryExport, Field, ImportOperator, Row, SecondOpinion, SideFile};
pub use quotes::Quoting;
pub use read::parse;
pub use sniff::{folded_name, same_name};
pub use syntax::{
    ConnectedSite, ExtensionData, FileVersion, Proxy, connected_site, extension_data, file_version, flag, octets, oid, protocol_settings, proxy,
    utc_time,
};
