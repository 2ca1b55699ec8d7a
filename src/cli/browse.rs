//! `imcscan browse`, and `imcscan PATH`: the interactive view; where there is no terminal for it, one sentence and the text report.

use std::{
    env,
    io::{self, BufRead, IsTerminal},
};

use crate::{
    export::StateFile,
    scan::{reach_of_backup, reach_of_files},
    tui::{
        plain::Dialogue,
        reader::Request,
        terminal::{self, Ended},
        theme::Theme,
    },
};

use super::{
    args::{BrowseArgs, EvidenceArgs, ReportArgs},
    console::{Console, Failure},
    exit::Exit,
    processors::threads,
    reading, report, sandbox,
};

/// Opens the view.
pub(super) fn run(args: BrowseArgs, console: &mut Console) -> Result<Exit, Failure> {
    if let Some(reason) = no_terminal().filter(|_| !args.view.plain) {
        Console::complain(&format!("{reason}; this is the text report"));
        return report::run(&ReportArgs::of(args.evidence), console);
    }
    let confinement = args.evidence.confinement();
    let EvidenceArgs { path, threads: asked, with, config, limits, exchange, .. } = args.evidence;
    let settings = reading::settings((config.as_deref(), limits.as_deref()))?;
    let version = exchange.as_deref().map(reading::version).transpose()?;
    let threads = threads(asked);
    // The state directory and where things are saved belong to the thread that is exempt.
    sandbox::enter(confinement, [reach_of_backup(&path), reach_of_files(&with)], true)?;
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
