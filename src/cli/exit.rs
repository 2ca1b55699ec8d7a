//! Exit codes, the same for every command and format.

use std::process::ExitCode;

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// What was asked for was produced; also when the reader of the output went away.
    Success,
    /// A report was produced and `--fail-on` was met.
    FailOn,
    /// Wrong usage.
    Usage,
    /// Nothing there that is a Backup, or nothing of it can be read.
    NoBackup,
    /// `--strict`, and some evidence could not be read.
    Unread,
    /// `--sandbox=require`, and the system cannot confine the program; sysexits(3) calls it EX_UNAVAILABLE.
    NoSandbox,
    /// A bug in imcscan; the report of everything else was produced.
    Bug,
    /// The output could not be written; the number is that of `EX_IOERR` in sysexits.h, as 70 is that of `EX_SOFTWARE`.
    Unwritten,
    /// Interrupted from the keyboard or by a signal.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::FailOn => 1,
            Exit::Usage => 2,
            Exit::NoBackup => 3,
            Exit::Unread => 4,
            Exit::NoSandbox => 69,
            Exit::Bug => 70,
            Exit::Unwritten => 74,
            Exit::Interrupted => 130,
        })
    }
}
