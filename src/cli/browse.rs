//! `imcscan browse`, and `imcscan PATH`: the interactive view; where there is no terminal for it, one sentence and the text report.

use std::{
    env,
    io::{self, IsTerminal},
    num::NonZero,
    thread,
};

use crate::tui::{
    reader::Request,
    terminal::{self, Ended},
    theme::Theme,
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
    if let Some(reason) = no_terminal() {
        Console::complain(&format!("{reason}; this is the text report"));
        return report::run(&ReportArgs::of(args.evidence), console);
    }
    let EvidenceArgs { path, threads, with, config, exchange, quiet: _ } = args.evidence;
    let settings = config.as_deref().map(config::load).transpose()?.unwrap_or_default();
    let version = exchange.as_deref().map(reading::version).transpose()?;
    let threads = if threads == 0 { thread::available_parallelism().map_or(1, NonZero::get) } else { threads };
    let theme = args.view.theme.map_or_else(usual_theme, Into::into);
    let request = Request { path, with, settings, version, threads };
    match terminal::run(request, theme)? {
        Ended::Left => Ok(Exit::Success),
        Ended::Signalled => Ok(Exit::Interrupted),
        Ended::Failed(error) => Err(Failure::Told(Exit::NoBackup, Box::new(error))),
    }
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
