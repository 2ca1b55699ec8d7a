//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{identity, logging, relay, routing, start};

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[
    &start::SERVICE_KEY_ABSENT,
    &start::SERVICE_KEY_WITHOUT_PARAMETERS,
    &start::SERVICE_DISABLED,
    &start::SERVICE_START_MANUAL,
    &identity::HOMEDSA_DIFFERS_FROM_OBJECT,
    &relay::RELAY_ALLOW_EVERYONE,
    &relay::RELAY_ENTRY_NEVER_MATCHES,
    &routing::ADDRESS_REWRITE_WITHOUT_RESOLVE,
    &routing::DELIVERY_ROUTE_CORRUPT,
    &logging::PROTOCOL_LOG_MAXIMUM,
];
