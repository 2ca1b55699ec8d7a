//! The table of all thresholds.

use crate::diagnostics::Threshold;

use super::{msg_addresses, que};

/// Every threshold, family by family.
pub static ALL: &[&[&Threshold]] = &[msg_addresses::ALL, que::ALL];
