//! MIG: the lists and logs of the Mailbox Migration Utility.

pub mod failures;
