//! Standard output and standard error: buffered, sized, coloured as asked. A closed pipe ends quietly.

use std::{
    env,
    error::Error,
    io::{self, BufWriter, IsTerminal, StdoutLock, Write},
};

use crate::{base::printable, output::text::Style};

use super::{args::When, exit::Exit};

/// The two streams of the process.
#[derive(Debug)]
pub(super) struct Console {
    out: BufWriter<StdoutLock<'static>>,
}

/// Why a command did not produce what was asked for.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something to tell the user, and the exit code.
    Told(Exit, Box<dyn Error>),
    /// The output could not be written.
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Console {
    pub(super) fn new() -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, io::stdout().lock()) }
    }

    /// Returns standard output.
    pub(super) fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// Returns how text looks here: the width of the terminal, `COLUMNS`, or 100; colours as asked.
    pub(super) fn style(color: When) -> Style {
        let is_terminal = io::stdout().is_terminal();
        let columns = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let terminal = || terminal_size::terminal_size().filter(|_| is_terminal).map(|(width, _)| usize::from(width.0));
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let color = match color {
            When::Always => true,
            When::Never => false,
            When::Auto => is_terminal && !is_set("NO_COLOR") && env::var_os("TERM").is_none_or(|term| term != "dumb"),
        };
        Style { width: columns.or_else(terminal).unwrap_or(100), color }
    }

    /// Says something on standard error, evidence made printable.
    pub(super) fn complain(text: &str) {
        // Nobody is left to tell when standard error is gone.
        let _ = writeln!(io::stderr(), "imcscan: {}", printable(text));
    }

    /// Shows lines that were made printable, and a place in them, on standard error.
    pub(super) fn point(lines: &[String]) {
        for line in lines {
            // Nobody is left to tell when standard error is gone.
            let _ = writeln!(io::stderr(), "  {line}");
        }
    }

    /// Flushes, tells what went wrong, and returns the exit code.
    pub(super) fn end(mut self, ended: Result<Exit, Failure>) -> Exit {
        let ended = ended.and_then(|exit| self.out.flush().map(|()| exit).map_err(Failure::from));
        match ended {
            Ok(exit) => exit,
            Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Success,
            Err(Failure::Output(error)) => {
                Self::complain(&format!("cannot write the output, which is not complete: {error}"));
                Exit::Unwritten
            }
            Err(Failure::Told(exit, error)) => {
                Self::complain(&chain(error.as_ref()));
                exit
            }
        }
    }
}

/// Returns an error and its causes in one sentence.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
