//! The table of all thresholds.

use crate::diagnostics::Threshold;

use super::{mim, que};

/// Every threshold, family by family.
pub static ALL: &[&[&Threshold]] = &[mim::ALL, que::ALL];
