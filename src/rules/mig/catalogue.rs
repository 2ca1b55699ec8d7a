//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{connector_server, failures, list_and_log, list_fields, list_lines, log_lines, wizard, wizard_control};

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[
    &list_lines::LIST_LINE_FIELD_COUNT,
    &list_lines::LIST_COMMA_IN_DISPLAY_NAME,
    &list_lines::LIST_QUOTED_FIELD,
    &list_fields::LIST_EMPTY_FIELD,
    &list_fields::LIST_SAME_SOURCE_AND_DESTINATION,
    &list_fields::LIST_DUPLICATE_RECIPIENT,
    &list_lines::LIST_HAS_HEADER_ROW,
    &list_lines::LIST_LINE_ENDS,
    &list_fields::LIST_NAME_WITH_ODD_CHARACTERS,
    &log_lines::LOG_LINE_MALFORMED,
    &failures::FAILURE_NOT_RESOLVED,
    &failures::COPY_FAILED_HALF_WAY,
    &failures::FAILED_AGAIN_AFTER_FIRST_FAILURE,
    &list_and_log::MIGRATED_TWICE,
    &list_and_log::SUCCESS_STILL_IN_LIST,
    &list_and_log::NEVER_ATTEMPTED,
    &list_and_log::LOG_AND_LIST_DISAGREE,
    &list_lines::RESULT_LINES_IN_THE_LIST,
    &log_lines::LOG_TIMES_OUT_OF_ORDER,
    &wizard::WIZARD_LIST_RISKY_EDIT,
    &wizard::WIZARD_LOSSY_CODE_PAGE,
    &wizard::WIZARD_UNESCAPED_BACKSLASH,
    &wizard_control::WIZARD_CONTROL_FILE_INVALID,
    &wizard::WIZARD_ACCOUNTS_FILE_LINES,
    &wizard::WIZARD_ADDRESS_NOT_UNIQUE,
    &connector_server::MIGRATION_LIST_AND_CONNECTOR_SERVER,
];
