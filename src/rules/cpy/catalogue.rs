//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{charsets, domain_names, domains, file_shape, replies, rich_text, routes, sizes, wrapping};

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[
    &file_shape::DOMAIN_FILE_DAMAGED,
    &domain_names::DOMAIN_DEFAULT_MISSING,
    &domains::DOMAIN_UUENCODE_AND_MIME,
    &domains::DOMAIN_BINHEX_WITHOUT_UUENCODE,
    &domains::DOMAIN_SEVERAL_MIME_MODES,
    &domains::DOMAIN_NO_ENCODING,
    &domains::DOMAIN_UNKNOWN_FLAGS,
    &domain_names::DOMAIN_DUPLICATE_RECORD,
    &domain_names::DOMAIN_NAME_MALFORMED,
    &rich_text::RICH_TEXT_ALWAYS_DEFAULT,
    &rich_text::RICH_TEXT_CODE_INVALID,
    &rich_text::RICH_TEXT_NEVER_ON_SITE_LINK,
    &replies::AUTO_REPLIES_ALLOWED,
    &replies::OOF_REPLIES_ALLOWED,
    &replies::DISPLAY_NAMES_WITHHELD,
    &wrapping::WORD_WRAP_NEVER_STILL_WRAPS,
    &wrapping::WORD_WRAP_COLUMN_ODD,
    &charsets::CHARSET_NOT_WESTERN,
    &charsets::CHARSET_PER_DOMAIN,
    &charsets::CHARSET_UNKNOWN,
    &sizes::DEFAULT_SIZE_LIMIT_IGNORED,
    &sizes::DOMAIN_SIZE_LIMIT_EXCEEDED,
    &domain_names::UNUSED_FIELD_NOT_ZERO,
    &file_shape::ROUTES_FILE_DAMAGED,
    &routes::ROUTE_RECORD_CORRUPT,
    &routes::ROUTES_DIFFER_FROM_REGISTRY,
    &routes::DOMAIN_RECORDS_VS_ROUTES,
    &file_shape::IMCCOPY_UNKNOWN_SECTION,
];
