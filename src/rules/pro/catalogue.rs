//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{identity, other_profiles, profiles, sections, services};

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[
    &profiles::NO_CONNECTOR_PROFILE,
    &profiles::STOPPED_WITH_MAIL_WAITING,
    &profiles::STALE_PROFILES_ON_40,
    &identity::PROFILES_NAME_DIFFERENT_SERVERS,
    &other_profiles::HAND_MADE_PROFILE,
    &other_profiles::OTHER_CONNECTOR_PROFILE,
    &other_profiles::WINDOWS95_PROFILE_PATH,
    &other_profiles::PROFILE_FROM_DEFAULT_HIVE,
    &sections::PROFILE_WITHOUT_GLOBAL_SECTION,
    &sections::PROFILE_WITHOUT_NETWORK_ADDRESSES,
    &profiles::PROFILE_MULTIVALUE_BLOB_CORRUPT,
    &identity::PROFILE_ADDRESSES_INCONSISTENT,
    &services::FOREIGN_MAPI_SERVICE,
    &services::PROFILE_WITHOUT_MESSAGE_STORE,
    &sections::PROFILE_SECTION_NOT_UID,
    &sections::PROFILE_VALUE_NAME_NOT_TAG,
    &sections::PROFILE_VALUE_TYPE_MISMATCH,
    &services::CLIENT_SETTINGS_IN_PROFILE,
    &profiles::PROFILE_OF_DISABLED_SERVICE,
    &other_profiles::OTHER_PROFILES_ONLY,
    &identity::PROFILE_OPENS_OTHER_MAILBOX,
    &identity::PROFILE_NEVER_RESOLVED,
    &services::PASSWORD_IN_PROFILE,
];
