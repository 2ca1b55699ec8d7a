//! SVC: the service's registry values.

pub mod administrator;
pub(super) mod catalogue;
mod conditions;
pub mod connections;
pub mod console;
pub mod delivery_routes;
pub mod dequeue;
pub mod dial_up;
pub mod disclaimers;
pub mod extension;
pub mod identity;
pub mod journal;
pub mod journal_address;
pub mod leniency;
pub mod logging;
mod proof;
pub mod relay;
pub mod resolve;
pub mod retry;
pub mod routing;
pub mod routing_table;
pub mod site_domain;
pub mod size_limits;
pub mod smart_host;
pub mod start;
