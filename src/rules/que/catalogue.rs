//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{destinations, waiting};

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[
    &waiting::BAD_QUEUE_NOT_EMPTY,
    &waiting::CONVERSION_FAILED_QUEUE_NOT_EMPTY,
    &waiting::STALE_MAIL_IN_MTSOUT,
    &waiting::MAIL_QUEUED_ON_STOPPED_CONNECTOR,
    &destinations::BACKLOG_FOR_ONE_DOMAIN,
    &destinations::NDR_BACKSCATTER,
];
