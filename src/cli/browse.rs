//! `imcscan browse`, and `imcscan PATH`: the interactive view; where there is no terminal for it, one sentence and the text report.

use std::{
    env,
    io::{self, BufRead, IsTerminal},
    num::NonZero,
    thread,
};

use crate::{
    export::StateFile,
    tui::{
        plain::Dialogue,
        reader::Request,
        terminal::{self, Ended},
        theme::Theme,
    },
};

use super::{
    args::{BrowseArgs, EvidenceArgs, ReportArgs},
    config,
    console::{Console, Failure},
    exit::Exit,
    reading, report,
};

/// Opens the view.
pub(super) fn run(args: BrowseArgs, console: &mut Console) -> Result<Exit, Failure> {
    if let Some(reason) = no_terminal().filter(|_| !args.view.plain) {
        Console::complain(&format!("{reason}; this is the text report"));
        return report::run(&ReportArgs::of(args.evidence), console);
    }
    let EvidenceArgs { path, threads, with, config, exchange, quiet: _ } = args.evidence;
    let settings = config.as_deref().map(config::load).transpose()?.unwrap_or_default();
    let version = exchange.as_deref().map(reading::version).transpose()?;
    let threads = if threads == 0 { thread::available_parallelism().map_or(1, NonZero::get) } else { threads };
    let theme = args.view.theme.map_or_else(usual_theme, Into::into);
    let request = Request { path, with, settings, version, threads };
    if args.view.plain {
        return plain_dialogue(&request, console);
    }
    let memory = StateFile::usual().filter(|_| !args.view.no_state);
    match terminal::run(request, theme, memory)? {
        Ended::Left => Ok(Exit::Success),
        Ended::Signalled => Ok(Exit::Interrupted),
        Ended::Failed(error) => Err(Failure::Told(Exit::NoBackup, Box::new(error))),
        Ended::Bugs(bugs) => {
            for bug in &bugs {
                Console::complain(bug);
            }
            Ok(Exit::Bug)
        }
    }
}

/// Reads the Backup whole, then answers one line after the other.
fn plain_dialogue(request: &Request, console: &mut Console) -> Result<Exit, Failure> {
    let mut dialogue = match Dialogue::read(request) {
        Ok(dialogue) => dialogue,
        Err(error) => return Err(Failure::Told(Exit::NoBackup, Box::new(error))),
    };
    for bug in &dialogue.bugs {
        Console::complain(bug);
    }
    write!(console.out(), "{}", dialogue.greeting())?;
    console.out().flush()?;
    for line in io::stdin().lock().lines() {
        let Some(answer) = dialogue.answer(&line?) else { break };
        write!(console.out(), "{answer}")?;
        console.out().flush()?;
    }
    Ok(if dialogue.bugs.is_empty() { Exit::Success } else { Exit::Bug })
}

/// Returns why there is no terminal for the view.
fn no_terminal() -> Option<&'static str> {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        Some("the view needs a terminal")
    } else if env::var_os("TERM").is_some_and(|term| term == "dumb") {
        Some("the view needs a terminal that can move its cursor, and TERM says dumb")
    } else {
        None
    }
}

/// `NO_COLOR` asks for a view without colours, whatever its value, unless it is empty.
fn usual_theme() -> Theme {
    if env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) { Theme::Plain } else { Theme::default() }
}
