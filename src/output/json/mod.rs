//! The versioned wire forms `imcscan.report/1`, `imcscan.decode/1` and `imcscan.migrate/1`, and lists of messages and findings in the shapes of
//! the report: one JSON document, or the same objects one a line. The only place with `Serialize`.
//!
//! Domain types are destructured exhaustively on their way to the wire, so that a new field cannot be forgotten.

mod decode;
mod decode_sources;
mod migrate;
mod pretty;
mod schema;
mod selection;
mod v1;
mod v1_message;
mod v1_properties;
mod v1_rules;
mod v1_sources;
mod visible;

use std::io::{self, Write};

use crate::{diagnostics::Rule, report::Report};

pub use decode::write as write_decoded;
pub use migrate::write as write_migration;
pub use schema::{Form, schema};
pub use selection::{write_finding_lines, write_findings, write_message_lines, write_messages};

/// The JSON Schema (2020-12) of the report.
pub const SCHEMA: &str = include_str!("v1.schema.json");

/// Writes the report as one JSON document.
///
/// # Errors
/// Whatever the writer says.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    pretty::write_pretty(out, &v1::ReportV1::new(report))
}

/// Writes the report as JSON objects one a line, each with its `type`; messages come one by one.
///
/// # Errors
/// Whatever the writer says.
pub fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    v1::write_lines(report, out)
}

/// Writes the catalogue.
///
/// # Errors
/// Whatever the writer says.
pub fn write_rules(rules: &[&'static Rule], out: &mut dyn Write) -> io::Result<()> {
    pretty::write_pretty(out, &v1_rules::RulesV1::new(rules))
}
