//! The command line: arguments, one file per command, exit codes. The only place that prints, and only through `console::Console`.

mod args;
mod browse;
mod choices;
mod config;
mod console;
mod decode;
mod drill;
mod exit;
mod explain;
mod filtering;
mod findings;
mod generate;
mod interrupt;
mod limits;
mod messages;
mod migrate;
mod processors;
mod progress;
mod reading;
mod report;
mod sandbox;
mod user_file;

use std::{panic, process::ExitCode};

use clap::{
    Parser,
    error::{ContextKind, ContextValue},
};

use crate::base::{caught, printable, watch};

#[cfg(any(test, feature = "testing"))]
pub(crate) use config::settings_of;

use args::{BrowseArgs, Cli, Command};
use console::Console;
use exit::Exit;

/// Runs the program on the arguments of the process. A bug that nothing else caught is told in one sentence.
#[must_use]
pub fn run() -> ExitCode {
    panic::set_hook(Box::new(watch));
    caught(run_command).unwrap_or_else(|bug| {
        Console::complain(&format!("a bug in imcscan stopped it, and what it printed is not complete: {bug}"));
        Exit::Bug.into()
    })
}

fn run_command() -> ExitCode {
    let mut console = Console::new();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(error),
    };
    let Cli { command, evidence, view } = cli;
    let browse = |evidence| Command::Browse(BrowseArgs { evidence, view });
    let Some(command) = command.or_else(|| evidence.map(browse)) else { return Exit::Usage.into() };
    let ended = match command {
        Command::Browse(args) => browse::run(args, &mut console),
        Command::Report(args) => report::run(&args, &mut console),
        Command::Messages(args) => messages::run(&args, &mut console),
        Command::Findings(args) => findings::run(&args, &mut console),
        Command::Decode(args) => decode::run(&args, &mut console),
        Command::Migrate(args) => migrate::run(&args, &mut console),
        Command::Rules(args) => explain::rules(&args, &mut console),
        Command::Explain(args) => explain::explain(&args, &mut console),
        Command::Config => config::print(&mut console),
        Command::Limits => limits::print(&mut console),
        Command::Schema(args) => generate::schema(&args, &mut console),
        Command::Completions { shell } => generate::completions(shell, &mut console),
        Command::Man => generate::man(&mut console),
    };
    console.end(ended).into()
}

/// Help and version are answers; everything else is wrong usage.
fn usage(mut error: clap::Error) -> ExitCode {
    make_printable(&mut error);
    // Nobody is left to tell when standard error is gone as well.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage.into() } else { Exit::Success.into() }
}

/// Makes the arguments that an error quotes printable: a shell may have put file names out of the evidence there.
fn make_printable(error: &mut clap::Error) {
    let shown = |text: &String| printable(text).to_string();
    let visible = |value: &ContextValue| match value {
        ContextValue::String(text) => ContextValue::String(shown(text)),
        ContextValue::Strings(texts) => ContextValue::Strings(texts.iter().map(shown).collect()),
        other => other.clone(),
    };
    let before: Vec<(ContextKind, ContextValue)> = error.context().map(|(kind, value)| (kind, value.clone())).collect();
    for (kind, value) in before {
        let after = visible(&value);
        if after != value {
            error.insert(kind, after);
            // Advice quotes the argument once more, with colours around it.
            error.remove(ContextKind::Suggested);
        }
    }
}
