//! MIG: the lists and logs of the Mailbox Migration Utility.

pub(super) mod catalogue;
pub mod failures;
