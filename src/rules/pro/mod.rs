//! PRO: the MAPI profile of the service.

pub mod profiles;
