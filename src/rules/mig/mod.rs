//! MIG: lists and logs of the Mailbox Migration Utility, and files of the Migration Wizard.

pub(super) mod catalogue;
pub mod connector_server;
pub mod failures;
pub mod list_and_log;
pub mod list_fields;
pub mod list_lines;
pub mod log_lines;
mod proof;
pub mod wizard;
pub mod wizard_control;
