//! Facts of a queue item in the words of the message vocabulary, each computed once and only when a rule asks: who is named where, the raw
//! documents and inner TNEF streams it carries, what its reports and notices say.

mod inner_tnef;
mod internet;
mod mail_address;
mod occurrence;
mod raw_document;
mod report;
mod uuencoded;

pub use inner_tnef::InnerTnef;
pub use internet::{EntityOf, InternetMessage};
pub use mail_address::{AddressSource, Imcea, ImceaFault, MailAddress};
pub use occurrence::{AddressOccurrence, AddressPlace, AddressRole, recipient_address};
pub use raw_document::{RawDocument, RawOrigin};
pub use report::{Diagnosis, FailedRecipient, Notice, ReportFacts};
pub use uuencoded::{UuFound, UuPlace};

pub(super) use inner_tnef::inner_tnefs;
pub(super) use occurrence::occurrences;
pub(super) use raw_document::{attached_documents, raw_file};
pub(super) use report::{diagnoses, notice, reports};
pub(super) use uuencoded::uuencoded;
