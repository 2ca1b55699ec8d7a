//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{backlog, destinations, suspects, trapped, waiting};

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[
    &waiting::BAD_QUEUE_NOT_EMPTY,
    &waiting::CONVERSION_FAILED_QUEUE_NOT_EMPTY,
    &suspects::WORK_QUEUE_NOT_EMPTY,
    &suspects::POISON_CANDIDATE_AT_QUEUE_HEAD,
    &waiting::STALE_MAIL_IN_MTSOUT,
    &waiting::MAIL_QUEUED_ON_STOPPED_CONNECTOR,
    &trapped::RECEIPTS_TRAPPED_ON_INBOUND_ONLY,
    &destinations::BACKLOG_FOR_ONE_DOMAIN,
    &backlog::GENERAL_OUTBOUND_BACKLOG,
    &backlog::QUEUE_OVER_10000,
    &backlog::STORE_DEADLOCK_BUILD_WITH_BACKLOG,
    &backlog::INBOUND_QUEUE_BACKLOG,
    &backlog::LEFTOVER_ITEMS_FOR_MSMAIL_RECIPIENTS,
    &destinations::NDR_BACKSCATTER,
    &backlog::CONNECTOR_MAILBOX_NEAR_QUOTA,
    &suspects::SCANNER_SUSPECTED,
    &backlog::RECEIPT_REQUESTS_PILE_UP,
];
