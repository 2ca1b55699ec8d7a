//! SVC: the service's registry values.

pub(super) mod catalogue;
pub mod disk_threshold;
pub mod identity;
pub mod identity_values;
pub mod logging;
pub mod loopback;
pub mod pace;
mod proof;
pub mod relay;
pub mod relay_entries;
pub mod relay_in_mail;
pub mod relay_logon;
pub mod relay_open;
pub mod relay_switches;
pub mod routing;
pub mod service_entry;
pub mod site;
pub mod spelling;
pub mod spool_root;
pub mod start;
pub mod strayed_keys;
pub mod strayed_values;
pub mod turf_entries;
pub mod turf_folder;
pub mod turf_mail;
pub mod value_types;
pub mod wrapping;
