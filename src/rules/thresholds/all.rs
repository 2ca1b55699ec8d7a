//! The table of all thresholds.

use crate::diagnostics::Threshold;

use super::{cpy, que};

/// Every threshold, family by family.
pub static ALL: &[&[&Threshold]] = &[cpy::ALL, que::ALL];
