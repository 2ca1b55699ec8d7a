//! The one integration binary: whole Backups, the real program, other projects' files, the shape of the house.
#![cfg_attr(
    test,
    expect(
        clippy::format_push_string,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::print_stderr,
        clippy::string_slice,
        clippy::unwrap_used,
        reason = "a test that meets the unexpected has to fail, and one that skips has to say so"
    )
)]

mod ablation;
mod bad_input;
mod catalogue;
mod cli;
mod common;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod confinement;
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
mod fuzz_corpus;
mod help;
mod hostile;
mod hostile_outputs;
#[cfg(unix)]
mod hostile_pty;
mod hostile_saved;
mod hostile_sources;
mod large_files;
mod limits;
mod linear;
mod linear_cases;
mod mail_corpus;
mod messages;
mod migrate;
mod partial;
mod payloads;
mod prefixes;
mod progress;
mod promises;
mod proof;
mod properties;
#[cfg(unix)]
mod pty;
#[cfg(unix)]
mod read_only;
mod scan;
mod scan_archives;
mod settings;
#[cfg(target_os = "linux")]
mod signals;
mod snapshots;
mod supply;
mod tidy;
