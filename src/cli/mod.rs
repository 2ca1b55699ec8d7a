//! The command line: arguments, one file per command, exit codes. The only place that prints, and only through `console::Console`.

mod args;
mod browse;
mod config;
mod console;
mod decode;
mod exit;
mod explain;
mod filtering;
mod findings;
mod generate;
mod interrupt;
mod messages;
mod migrate;
mod progress;
mod reading;
mod report;

use std::process::ExitCode;

use clap::Parser;

#[cfg(any(test, feature = "testing"))]
pub(crate) use config::settings_of;

use args::{BrowseArgs, Cli, Command};
use console::Console;
use exit::Exit;

/// Runs the program on the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let mut console = Console::new();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
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
        Command::Schema => generate::schema(&mut console),
        Command::Completions { shell } => generate::completions(shell, &mut console),
        Command::Man => generate::man(&mut console),
    };
    console.end(ended).into()
}

/// Help and version are answers; everything else is wrong usage.
fn usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell when standard error is gone as well.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage.into() } else { Exit::Success.into() }
}
