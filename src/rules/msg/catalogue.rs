//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::{attachments, recipients, reports, structure, subject};

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[
    &recipients::RECIPIENT_ADDRESS_TYPE_MISSING,
    &recipients::SMTP_RECIPIENT_WITHOUT_DOMAIN,
    &recipients::X400_ADDRESS_OVER_1024,
    &recipients::MESSAGE_WITHOUT_RECIPIENTS,
    &attachments::EMPTY_OR_DOT_ATTACHMENT_NAMES_REPEAT,
    &attachments::MACBINARY_MARK_ON_DATA_FORK,
    &structure::DEEPLY_NESTED_MESSAGES,
    &structure::COMPRESSED_RTF_DAMAGED,
    &structure::MESSAGE_CLASS_MISSING,
    &subject::SUBJECT_WITH_PERCENT_S,
    &reports::NDR_HOST_UNREACHABLE,
    &reports::NDR_UNKNOWN_RECIPIENT,
];
