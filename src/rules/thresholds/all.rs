//! The table of all thresholds.

use crate::diagnostics::Threshold;

use super::que;

/// Every threshold, family by family.
pub static ALL: &[&[&Threshold]] = &[que::ALL];
