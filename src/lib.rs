//! # imcscan: what a broken Exchange Internet Mail Connector left behind
//!
//! From 1996 to 2002 Exchange Server 4.0, 5.0 and 5.5 sent Internet mail through the Internet Mail Connector. When it broke, support had
//! the customer run IMCSAVE (Q195804), which leaves a folder `Backup`. This crate reads such a folder offline and says what is wrong and
//! what proves it. The program `imcscan` is a thin face of it.
//!
//! ## The house
//! A file imports only from lower floors, or from its own folder without a loop; a test keeps it so.
//! ```text
//!  9  cli/                      arguments, one file per command, exit codes            (the only place that prints)
//!  8  tui/                      the terminal view
//!  7  output/  export/          the faces that are written: text, json, csv, hex; files that the engineer takes out of the evidence
//!  6  rules/   report/          the catalogue; the result as plain data
//!     query/   state/           the filter language over messages and findings; what the view remembers of each Backup
//!  5  diagnostics/   scan/      what a rule and a finding are; folder or archive -> records (the only reader of evidence)
//!  4  backup/                   what an IMCSAVE Backup means: queues, service, profile, gateway, packing list, messages
//!  3  formats/                  what its bytes say: tnef, reg, regf, ini, packing_list, dapi_csv, mime, rtf, imccopy, migrate …  (pure)
//!  2  mapi/                     the MAPI vocabulary: tags, types, values, property bag, message classes, entry ids
//!     sandbox/                  the walls around the program: what it may still read, what it may no longer call
//!  1  base/                     bounded reader, text and code pages, time, limits, decoded values with anomalies, printable text
//! ```
//! `testing/` (feature `testing`) holds the TNEF encoder and the compiler of rule examples.
//!
//! ## The flow
//! ```text
//! Backup (folder, .zip, .cab, .tar.gz) --scan--> what stands at its top --assemble--> configuration: service, profile, object, siblings
//! all else, one by one, in parallel: read, hash, classify, decode, message rules that know the configuration --> records
//! configuration and records --complete--> Backup (the meaning) --analyze--> Report --> text | json | ndjson | view
//! ```
//! Each arrow is one function with one input and one output: [`scan::read_backup`], [`backup::assemble`], [`backup::complete`],
//! [`report::analyze`], [`output::text::write`] and [`output::json::write`]. `scan` is handed the judge of a message as a function, so it imports no rule.
//!
//! ## Invariants
//! 1. Invariant: decoding never fails and never panics. [`base::Decoded`] holds what could be read and every deviation with its offset. A
//!    damaged item never costs its neighbours; unknown attributes, tags, types, sections, columns and files are kept and shown.
//! 2. Invariant: nothing but `cli/`, `scan/`, `export/`, `sandbox/` and `tui/terminal*.rs` touches files, clock, environment, threads or
//!    terminal. Parsers take bytes and [`base::Limits`].
//! 3. Invariant: `formats/` knows no Exchange; `mapi/` knows no TNEF; `backup/` knows no rules; rules read `backup/`, never files.
//! 4. Invariant: the evidence is never written, renamed, locked or unpacked in place. Links are not followed. [`export`] writes
//!    where the user points, never into the evidence and never over a file. Where the system has walls ([`sandbox`]), commands that read
//!    evidence stand within them before its first byte is read.
//! 5. Invariant: evidence is text from strangers. Only [`base::printable`] turns it into something that a terminal may show; each output
//!    owns its escaping.
//! 6. Invariant: same evidence, same bytes out, for any number of threads, any order of the folder, any time zone or locale. No clock in a
//!    report.
//! 7. Invariant: memory does not grow with attachment bytes. Messages are read, hashed, decoded and judged one at a time per thread; what
//!    stays is a compact [`backup::MessageRecord`].
//! 8. Invariant: `Serialize` lives only under `output/json/`; `tnef`, `mail_parser`, `ini` only under `formats/`, `csv` under `formats/`
//!    and `output/`; `clap` only under `cli/`,
//!    `ratatui` and `crossterm` only under `tui/`.
//! 9. Invariant: every rule ends a run in exactly one state: fired, passed, or not evaluated with the missing evidence named. Absence of
//!    evidence is never "passed".
//! 10. Invariant: `unsafe` is forbidden; indexing, unwrap, expect, panic and unchecked casts are lint errors outside tests.

pub mod backup;
pub mod base;
pub mod cli;
pub mod diagnostics;
pub mod export;
pub mod formats;
pub mod mapi;
pub mod output;
pub mod query;
pub mod report;
pub mod rules;
pub mod sandbox;
pub mod scan;
pub mod state;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tui;
