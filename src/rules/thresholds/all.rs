//! The table of all thresholds.

use crate::diagnostics::Threshold;

use super::{que, svc_behaviour};

/// Every threshold, family by family.
pub static ALL: &[&[&Threshold]] = &[que::ALL, svc_behaviour::ALL];
