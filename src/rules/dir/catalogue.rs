//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{export, object};

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] =
    &[&export::EXPORT_WITHOUT_OBJECT, &export::TOO_MANY_FIELDS, &object::OBJECT_DELETED, &object::RETIRED_CONNECTOR_ATTRACTS_MAIL];
