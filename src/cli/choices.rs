//! What arguments may be: one enumeration for each list of words.

use clap::ValueEnum;

use crate::{diagnostics::Severity, tui::theme::Theme};

/// What has a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaForm {
    /// imcscan.report/1
    Report,
    /// imcscan.messages/1
    Messages,
    /// imcscan.findings/1
    Findings,
    /// imcscan.migrate/1
    Migrate,
    /// imcscan.decode/1
    Decode,
}

/// Forms of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// One JSON object a line
    Ndjson,
}

/// Forms of lists of messages or findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// One JSON object a line
    Ndjson,
    /// For spreadsheets
    Csv,
}

/// Forms of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// Forms of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CatalogueFormat {
    /// One line a rule
    Text,
    /// One JSON document
    Json,
    /// A page with everything, and the articles behind the rules
    Markdown,
}

/// Severity levels as arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Level {
    /// Any finding
    Info,
    /// Warnings and graver
    Warning,
    /// Errors and graver
    Error,
    /// Critical findings only
    Critical,
}

/// Looks of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Look {
    /// Light text on a dark ground
    Dark,
    /// Dark text on a light ground
    Light,
    /// Two colours, weight and lines
    HighContrast,
    /// Blue and yellow instead of red and green
    ColorBlind,
    /// No colours
    Plain,
}

impl From<Look> for Theme {
    fn from(look: Look) -> Self {
        match look {
            Look::Dark => Self::Dark,
            Look::Light => Self::Light,
            Look::HighContrast => Self::HighContrast,
            Look::ColorBlind => Self::ColorBlind,
            Look::Plain => Self::Plain,
        }
    }
}

/// Whether to confine the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SandboxMode {
    /// Not at all
    Off,
    /// As far as the system can
    Auto,
    /// In full, or not at all: exit with 69
    Require,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Info => Self::Info,
            Level::Warning => Self::Warning,
            Level::Error => Self::Error,
            Level::Critical => Self::Critical,
        }
    }
}
