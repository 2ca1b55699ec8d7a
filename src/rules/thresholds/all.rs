//! The table of all thresholds.

use crate::diagnostics::Threshold;

use super::{bld, que};

/// Every threshold, family by family.
pub static ALL: &[&[&Threshold]] = &[bld::ALL, que::ALL];
