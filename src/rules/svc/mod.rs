//! SVC: the service's registry values.

pub(super) mod catalogue;
pub mod identity;
pub mod logging;
mod proof;
pub mod relay;
pub mod routing;
pub mod start;
