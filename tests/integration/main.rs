//! The one integration binary: whole Backups, the real program, other projects' files, the shape of the house.
#![cfg_attr(
    test,
    expect(
        clippy::format_push_string,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::print_stderr,
        clippy::unwrap_used,
        reason = "a test that meets the unexpected has to fail, and one that skips has to say so"
    )
)]

mod ablation;
mod bad_input;
mod catalogue;
mod cli;
mod common;
mod contract;
mod corpus_directory;
mod corpus_lists;
mod corpus_mime;
mod corpus_registry;
mod corpus_rtf;
mod corpus_tnef;
mod decode;
mod determinism;
mod examples;
mod help;
mod hostile;
mod large_files;
mod limits;
mod linear;
mod linear_cases;
mod mail_corpus;
mod messages;
mod migrate;
mod prefixes;
mod progress;
mod proof;
mod properties;
#[cfg(unix)]
mod pty;
mod scan;
mod scan_archives;
mod settings;
mod snapshots;
mod tidy;
