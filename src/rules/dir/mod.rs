//! DIR: the directory export and the connector object in it.

pub mod address_spaces;
pub mod addresses;
pub(super) mod catalogue;
pub mod changes;
pub mod connected_site_fields;
pub mod connected_sites;
pub mod export;
pub mod header;
pub mod limits;
pub mod lines;
pub mod object;
mod proof;
pub mod reach;
pub mod restrictions;
pub mod routing_address;
pub mod site_address;
pub mod values;
pub mod which_object;
