//! Files of the Mailbox Migration Utility MIGRATE.EXE (Q177776): recipient lists and result lines, told apart by content.
//!
//! The Migration Wizard's files (Q150438, Q156063, Q198957) look alike; they are read as far as their flaws are documented.
//! Every line that cannot be read is kept.

mod detect;
mod fields;
mod list;
mod log;
mod model;
mod wizard;
mod wizard_control;

pub use detect::{MigrationKind, detect};
pub use list::parse_list;
pub use log::parse_log;
pub use model::{LineEnds, ListRow, LogLine, MigrationList, MigrationLog, MigrationStatus, RowShape, UnreadLine};
pub use wizard::{WizardAccounts, WizardFile, WizardPackingList, WizardSection, WizardUserList, accounts, parse_wizard};
pub use wizard_control::{WizardControl, WizardSetting};
