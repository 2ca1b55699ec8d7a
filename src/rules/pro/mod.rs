//! PRO: the MAPI profile of the service.

pub(super) mod catalogue;
pub mod profiles;
