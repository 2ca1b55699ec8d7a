//! The table of all thresholds.

use crate::diagnostics::Threshold;

use super::{dir, que};

/// Every threshold, family by family.
pub static ALL: &[&[&Threshold]] = &[dir::ALL, que::ALL];
