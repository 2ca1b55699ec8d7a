//! Facts of a queue item in the words of the message vocabulary, each computed once and only when a rule asks: who is named where, the raw
//! documents and inner TNEF streams it carries, what its reports and notices say.

mod attachment_name;
mod inner_tnef;
mod internet;
mod mail_address;
mod occurrence;
mod postscript;
mod protection;
mod raw_document;
mod reply_list;
mod report;
mod rich_text;
mod statement;

pub use attachment_name::{attachment_name, is_double_byte, jis_length};
pub use inner_tnef::{InnerTnef, stream_properties};
mod uuencoded;

pub use internet::{EntityOf, InternetMessage};
pub use mail_address::{AddressSource, Imcea, ImceaFault, MailAddress};
pub use occurrence::{AddressOccurrence, AddressPlace, AddressRole, recipient_address};
pub use postscript::PostScriptPart;
pub use protection::is_unicode_charset;
pub use raw_document::{RawDocument, RawOrigin};
pub use reply_list::{ReplyEntry, ReplyFault, ReplyList, reply_list};
pub use report::{Diagnosis, FailedRecipient, Notice, ReportFacts};
pub use rich_text::rich_info;
pub use statement::Statement;
pub use uuencoded::{UuFound, UuPlace};

pub(super) use inner_tnef::inner_tnefs;
pub(super) use occurrence::occurrences;
pub(super) use postscript::postscript;
pub(super) use raw_document::{attached_documents, looks_like_headers, raw_file};
pub(super) use report::{diagnoses, notice, reports};
pub(super) use statement::statements;
pub(super) use uuencoded::uuencoded;
