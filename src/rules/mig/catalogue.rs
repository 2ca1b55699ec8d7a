//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::failures;

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[&failures::FAILURE_NOT_RESOLVED, &failures::COPY_FAILED_HALF_WAY];
