//! The table of all thresholds.

use crate::diagnostics::Threshold;

use super::{msg_reports, que};

/// Every threshold, family by family.
pub static ALL: &[&[&Threshold]] = &[msg_reports::ALL, que::ALL];
