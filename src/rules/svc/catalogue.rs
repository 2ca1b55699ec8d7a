//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{console, identity, leniency, logging, relay, resolve, routing, site_domain, size_limits, start};

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[
    &start::SERVICE_KEY_ABSENT,
    &start::SERVICE_KEY_WITHOUT_PARAMETERS,
    &start::SERVICE_DISABLED,
    &start::SERVICE_START_MANUAL,
    &identity::HOMEDSA_DIFFERS_FROM_OBJECT,
    &relay::RELAY_ALLOW_EVERYONE,
    &relay::RELAY_ENTRY_NEVER_MATCHES,
    &leniency::MALFORMED_ADDRESSES_ACCEPTED,
    &leniency::REVERSE_LOOKUP_OFF,
    &leniency::RECIPIENT_BATCHES_SMALL,
    &size_limits::ONE_SIZE_LIMIT_MISSING,
    &size_limits::SIZE_LIMITS_MIXED,
    &size_limits::SIZE_LIMIT_IN_KILOBYTES,
    &leniency::RECIPIENT_CHECK_OFF,
    &console::CONSOLE_DEBUG_VALUE_LEFT,
    &console::CONSOLE_DEBUG_WITH_FATAL_SUBJECT,
    &resolve::RESOLVEP2_FLAGS_INVALID,
    &resolve::RESOLVEP2_WITHOUT_RECIPIENTS,
    &routing::ADDRESS_REWRITE_WITHOUT_RESOLVE,
    &resolve::REROUTE_VIA_STORE_OVERRIDES,
    &resolve::REROUTE_VIA_STORE_ON,
    &site_domain::OVERRIDE_PROXY_HALF_CONFIGURED,
    &site_domain::SITEDOMAIN_IS_AN_ADDRESS_TYPE,
    &site_domain::SITEDOMAIN_SET,
    &site_domain::OVERRIDE_PROXY_TYPE_INVALID,
    &routing::DELIVERY_ROUTE_CORRUPT,
    &logging::PROTOCOL_LOG_MAXIMUM,
    &leniency::VRFY_ANSWERED,
];
