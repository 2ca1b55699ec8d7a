//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{address_spaces, domains, extensions, filters, object, relay, resolving, routes, service_packs, switches};

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[
    &relay::RELAY_LIST_CRASHES_RTM,
    &switches::ENABLETTL_CRASH,
    &switches::SWITCH_UNKNOWN_TO_BUILD,
    &resolving::RESOLVEP2_ARCHIVES_MAIL,
    &resolving::RESOLVEP2_FLAGS_ON_50,
    &domains::DOMAIN_SIZE_LIMIT_1024_TIMES_TOO_SMALL,
    &routes::LONG_ROUTE_TABLE_AT_RISK,
    &relay::RELAY_BYPASS_ENCAPSULATED,
    &service_packs::RELAY_BYPASS_IMCEA_USER,
    &relay::SITE_LINK_NEEDS_REROUTING,
    &object::DL_RESTRICTION_ON_OLD_BUILD,
    &address_spaces::LOCAL_ADDRESS_SPACE_ON_OLD_MTA,
    &address_spaces::ADDRESS_SPACE_SCOPE_IGNORED,
    &address_spaces::FOUR_LONG_OUS_STOP_MTA,
    &object::UPPER_CASE_X400_PROXY,
    &filters::TURF_DIRECTORY_RESET,
    &filters::TURF_DOMAIN_ENTRY_BEFORE_55,
    &filters::TURF_EMPTY_SENDER_BEFORE_SP2,
    &filters::PROTOCOL_LOG_CONTENT_AT_MEDIUM,
    &routes::OWN_DOMAIN_IN_ROUTE_LIST_40,
    &resolving::ADDRESS_REWRITE_WRONG_REPLY_TO,
    &extensions::IMCEXT_LOCALHOST_CRASH,
    &extensions::EXTENSION_NDR_VERDICT_IGNORED,
    &domains::WRAP_COLUMN_NOT_HONOURED,
    &domains::AUTO_REPLIES_TO_REPORTS_ON_OLD_BUILD,
    &domains::PLAIN_TEXT_GETS_HTML,
    &address_spaces::SMTP_ONLY_ON_RTM,
    &relay::RELAY_SETTINGS_HIDDEN_FROM_DIALOG,
    &switches::CONNECTOR_40_WITH_5X_SETTINGS,
    &routes::DIAL_UP_STOPS_DIALLING,
    &service_packs::BELOW_LATEST_SERVICE_PACK,
    &service_packs::EHLO_ANSWER_OVERRUN,
    &service_packs::AUTH_COMMAND_OVERRUN,
    &service_packs::SILENT_LOSS_ON_40,
    &object::X400_SITE_ADDRESS_WITHOUT_PRMD,
    &address_spaces::BLANK_SMTP_SPACE_DROPPED_BY_OLD_MTA,
    &object::SIMILAR_SITE_NAMES_DROP_ROUTES,
    &switches::VRFY_STOPS_50,
];
