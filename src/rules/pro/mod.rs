//! PRO: the MAPI profile of the service.

pub(super) mod catalogue;
pub mod identity;
pub mod other_profiles;
pub mod profiles;
mod proof;
pub mod sections;
pub mod services;
