//! BLD: what is known to be wrong in the build that the stamps show, by itself or together with the configuration and the queues.

pub mod address_spaces;
pub(super) mod catalogue;
pub mod conversions;
pub mod domains;
pub mod extensions;
pub mod filters;
pub mod losses;
pub mod object;
mod proof;
pub mod queues;
pub mod relay;
pub mod resolving;
pub mod routes;
pub mod routing_table;
pub mod service_packs;
pub mod stamps;
pub mod switches;
