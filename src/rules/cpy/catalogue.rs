//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{domains, routes};

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[&domains::DOMAIN_UUENCODE_AND_MIME, &routes::ROUTES_DIFFER_FROM_REGISTRY];
