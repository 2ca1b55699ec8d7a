//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{backlog, copies, destinations, hops, loops, suspects, trapped, volleys, waiting};

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
    &loops::REPORT_STORM_ON_NULL_ADDRESS,
    &loops::OUT_OF_OFFICE_CLOG,
    &volleys::LIST_SERVER_POSTMASTER_LOOP,
    &volleys::AUTO_REPLY_VOLLEY,
    &volleys::AUTO_FORWARD_FEEDBACK,
    &loops::ADMINISTRATOR_NOTIFICATION_LOOP,
    &loops::DELIVERY_RECEIPT_LOOP,
    &hops::RECEIVED_LOOP_THROUGH_OWN_HOST,
    &hops::MANY_HOPS,
    &hops::OWN_USERS_BOUNCED_BY_OWN_CONNECTOR,
    &copies::REPEATED_MESSAGE_SAME_RECIPIENTS,
    &copies::COPIES_THROUGH_SEVERAL_LISTS,
    &copies::JOURNAL_COPIES_LEFT_OVER,
    &backlog::CONNECTOR_MAILBOX_NEAR_QUOTA,
    &hops::ALL_INBOUND_FROM_ONE_ADDRESS,
    &suspects::SCANNER_SUSPECTED,
    &backlog::RECEIPT_REQUESTS_PILE_UP,
];
