//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::entities;

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[&entities::MULTIPART_NULL_BOUNDARY];
