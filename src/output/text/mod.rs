//! The report and decoded files for people: who and what first, then findings gravest first, readable at 60 to 120 columns.
//!
//! Every string of the evidence passes through `base::printable`; colours are the caller's wish and never carry meaning alone.

mod decode;
mod decode_document;
mod decode_message;
mod decode_sources;
mod finding;
mod messages;
mod migrate;
mod overview;
mod page;
mod rules;
mod values;

use std::io::{self, Write};

use crate::report::Report;

pub use decode::write as write_decoded;
pub use finding::write_findings;
pub use messages::write as write_messages;
pub use migrate::write as write_migration;
pub use page::{Page, Style};
pub use rules::{write_article, write_explanation, write_rules};

/// Writes the report.
///
/// # Errors
/// Whatever the writer says.
pub fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::brief(style, out);
    overview::head(report, &mut page)?;
    finding::all(report, &mut page)?;
    overview::tail(report, &mut page)
}
