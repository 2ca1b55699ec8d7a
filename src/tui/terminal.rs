//! The only part of the view that touches the terminal, threads and the clock: takes the terminal over, gives it back whatever happens, starts
//! the reader, and turns keys, clicks and signals into actions.

use std::{
    io::{self, IsTerminal, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use ratatui::{
    Terminal,
    backend::CrosstermBackend,
    crossterm::{
        cursor::Show,
        event::{self, DisableMouseCapture, EnableMouseCapture, Event as Input, KeyEventKind, MouseButton, MouseEventKind},
        execute,
        terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size},
    },
};

use crate::{
    base::caught,
    export::StateFile,
    scan::{Evidence, ScanError, shown_path},
};

use super::{
    action::Action,
    app::{App, Effect},
    draw::draw,
    filtering::FilterTask,
    keep::Saved,
    keymap::{action_of, edit_of, name_of},
    overlay::Mode,
    reader::{Event, Request, read},
    terminal_work as work,
    theme::Theme,
};

/// How the view ended.
#[derive(Debug)]
pub enum Ended {
    /// The user left.
    Left,
    /// A signal asked for the end.
    Signalled,
    /// There is nothing to show.
    Failed(ScanError),
    /// The user left, or had to; bugs of this program cost what these sentences say.
    Bugs(Vec<String>),
}

/// How long the first event is waited for, so that a path that is no Backup is mostly said before the screen changes. The first frame is
/// drawn before the Backup is opened, whatever its size.
const FIRST: Duration = Duration::from_millis(10);
/// How long keys are waited for while something is under way, and otherwise.
const BUSY: Duration = Duration::from_millis(25);
const IDLE: Duration = Duration::from_millis(250);
/// How long the next key waits for an answer that it may mean: a file that opens, an order, a filter, a search.
const HELD: Duration = Duration::from_millis(400);
/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(16);

/// Shows a Backup until the user leaves. What was seen is remembered in `memory`; without one what is remembered is forgotten.
///
/// # Errors
/// When the terminal cannot be written to or read from.
pub fn run(request: Request, theme: Theme, memory: Option<StateFile>) -> io::Result<Ended> {
    let cancel = Arc::new(AtomicBool::new(false));
    let (send, events) = channel();
    let title = shown_path(&request.path);
    start_reader(request, &cancel, &send);
    let first = match events.recv_timeout(FIRST) {
        Ok(Event::Failed(error)) => return Ok(Ended::Failed(error)),
        Ok(Event::Crashed(bug)) => return Ok(Ended::Bugs(vec![bug])),
        first => first,
    };
    let ending = signals();
    with_terminal(|terminal| {
        let app = App::new(&title, size()?, theme);
        let filter = Arc::default();
        let mut session = Session { app, evidence: None, cancel, filter, send, events, failure: None, bugs: Vec::new(), memory };
        match first {
            Err(RecvTimeoutError::Disconnected) => return Ok(Ended::Left),
            Err(RecvTimeoutError::Timeout) => {}
            Ok(event) => session.take(event),
        }
        let ended = session.show(terminal, &ending);
        session.cancel.store(true, Ordering::Relaxed);
        session.filter.store(true, Ordering::Relaxed);
        session.keep();
        match ended {
            Ok(Ended::Left) if !session.bugs.is_empty() => Ok(Ended::Bugs(session.bugs)),
            ended => ended,
        }
    })
}

/// The terminal as the view draws on it.
pub type Screen = Terminal<CrosstermBackend<io::Stdout>>;

/// Takes the terminal over, lets something be shown on it, and gives it back as it was, be it after the end, an error or a panic.
///
/// # Errors
/// When the terminal cannot be taken over, and what showing says.
pub fn with_terminal<T>(show: impl FnOnce(&mut Screen) -> io::Result<T>) -> io::Result<T> {
    let _guard = Guard::enter()?;
    let mut terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
    show(&mut terminal)
}

fn start_reader(request: Request, cancel: &Arc<AtomicBool>, send: &Sender<Event>) {
    let (cancel, send) = (Arc::clone(cancel), send.clone());
    // A view that went away does not want to hear any more.
    thread::spawn(move || {
        if let Err(bug) = caught(|| read(&request, &cancel, &|event| drop(send.send(event)))) {
            drop(send.send(Event::Crashed(format!("a bug in imcscan ended the reading: {bug}"))));
        }
    });
}

/// How long the view may take to end of itself once a signal asked for it.
const GRACE: Duration = Duration::from_millis(500);

/// Returns the flag that a signal raises. Reading from a terminal that went away never returns, so the signal itself ends the program when the
/// view does not.
fn signals() -> Arc<AtomicBool> {
    let ending = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    {
        use signal_hook::{
            consts::{SIGHUP, SIGINT, SIGTERM},
            iterator::Signals,
            low_level::emulate_default_handler,
        };
        let flag = Arc::clone(&ending);
        // Signals that cannot be caught end the program as they always did.
        if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) {
            thread::spawn(move || {
                for signal in signals.forever() {
                    flag.store(true, Ordering::Relaxed);
                    thread::sleep(GRACE);
                    // The drawing thread holds standard output; the other stream leads to the same terminal.
                    if io::stderr().is_terminal() {
                        give_back(io::stderr());
                    }
                    let _ = emulate_default_handler(signal);
                }
            });
        }
    }
    ending
}

/// Holds the terminal; gives it back when dropped, and when the drawing thread panics.
struct Guard;

impl Guard {
    fn enter() -> io::Result<Self> {
        take_terminal()?;
        let drawing = thread::current().id();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // Threads that read the evidence survive their panics, which are told elsewhere.
            if thread::current().id() == drawing {
                give_terminal_back();
            }
            before(panic);
        }));
        Ok(Self)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_terminal_back();
    }
}

fn take_terminal() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableMouseCapture)
}

fn give_terminal_back() {
    give_back(io::stdout());
}

fn give_back(mut out: impl Write) {
    // Nothing is left to be done when the terminal is gone.
    let _ = execute!(out, DisableMouseCapture, LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
}

/// The view and what surrounds it.
struct Session {
    app: App,
    evidence: Option<Arc<Evidence>>,
    /// Stops the reading.
    cancel: Arc<AtomicBool>,
    /// Stops the filter that is being answered.
    filter: Arc<AtomicBool>,
    send: Sender<Event>,
    events: Receiver<Event>,
    failure: Option<ScanError>,
    bugs: Vec<String>,
    memory: Option<StateFile>,
}

impl Session {
    fn show(&mut self, terminal: &mut Screen, ending: &AtomicBool) -> io::Result<Ended> {
        terminal.draw(|frame| draw(&self.app, frame))?;
        let mut drawn = Instant::now();
        let mut held = None;
        loop {
            let mut is_changed = self.hear();
            if self.app.is_seeking() {
                self.app.proceed();
                is_changed = true;
            }
            if self.holds(&mut held) {
                is_changed |= self.wait_for_answer();
            } else if event::poll(self.patience(is_changed, drawn))? {
                // Keys that are already there are one change, each with what it causes before the next.
                loop {
                    is_changed |= self.follow(&event::read()?);
                    if let Some(ended) = self.cause_all(terminal)? {
                        return Ok(ended);
                    }
                    if self.app.holds_keys() || !event::poll(Duration::ZERO)? {
                        break;
                    }
                }
            }
            if let Some(ended) = self.cause_all(terminal)? {
                return Ok(ended);
            }
            if ending.load(Ordering::Relaxed) {
                return Ok(Ended::Signalled);
            }
            if let Some(error) = self.failure.take() {
                return Ok(Ended::Failed(error));
            }
            if self.app.report.is_none() && !self.bugs.is_empty() {
                return Ok(Ended::Left);
            }
            if is_changed && (drawn.elapsed() >= FRAME || !self.app.holds_keys()) {
                terminal.draw(|frame| draw(&self.app, frame))?;
                drawn = Instant::now();
            }
        }
    }

    /// Returns how long a key may be waited for.
    fn patience(&self, is_changed: bool, drawn: Instant) -> Duration {
        match is_changed {
            _ if self.app.is_seeking() => Duration::ZERO,
            true => FRAME.saturating_sub(drawn.elapsed()),
            false if self.app.is_reading || self.app.asked.is_some() || self.app.holds_keys() => BUSY,
            false => IDLE,
        }
    }

    /// Returns whether keys wait for an answer; they never do so for long.
    fn holds(&self, since: &mut Option<Instant>) -> bool {
        if !self.app.holds_keys() {
            *since = None;
            return false;
        }
        since.get_or_insert_with(Instant::now).elapsed() < HELD
    }

    /// Waits for the next event a moment; returns whether there was one.
    fn wait_for_answer(&mut self) -> bool {
        let patience = if self.app.is_seeking() { Duration::ZERO } else { FRAME };
        let event = self.events.recv_timeout(patience).ok();
        event.map(|event| self.take(event)).is_some()
    }

    fn cause_all(&mut self, terminal: &mut Screen) -> io::Result<Option<Ended>> {
        for effect in std::mem::take(&mut self.app.effects) {
            if matches!(effect, Effect::Quit) {
                return Ok(Some(Ended::Left));
            }
            self.cause(effect, terminal)?;
        }
        Ok(None)
    }

    /// Takes in what the reader sent; returns whether it sent anything.
    fn hear(&mut self) -> bool {
        let begun = Instant::now();
        let mut any = false;
        while begun.elapsed() < FRAME
            && let Ok(event) = self.events.try_recv()
        {
            any = true;
            self.take(event);
        }
        any
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Listed(evidence) => self.evidence = Some(evidence),
            Event::Failed(error) => self.failure = Some(error),
            Event::Crashed(bug) => self.bugs.push(bug),
            event => {
                if let Event::Done(done) = &event {
                    self.bugs.clone_from(&done.bugs);
                }
                let is_done = matches!(event, Event::Done(_));
                self.app.take(event);
                if is_done {
                    self.remember();
                }
            }
        }
    }

    /// Turns an input into an action; returns whether there was one.
    fn follow(&mut self, input: &Input) -> bool {
        let action = match input {
            Input::Key(key) if key.kind != KeyEventKind::Release => {
                let name = name_of(*key);
                if matches!(self.app.mode, Mode::Browse) { action_of(&name, self.app.screen) } else { edit_of(&name) }
            }
            Input::Mouse(mouse) => match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => Some(Action::Click(mouse.column, mouse.row)),
                MouseEventKind::ScrollDown => Some(Action::Wheel(mouse.column, mouse.row, 3)),
                MouseEventKind::ScrollUp => Some(Action::Wheel(mouse.column, mouse.row, -3)),
                _ => None,
            },
            Input::Resize(width, height) => Some(Action::Resized(*width, *height)),
            _ => None,
        };
        action.map(|action| self.app.update(action)).is_some()
    }

    fn cause(&mut self, effect: Effect, terminal: &mut Screen) -> io::Result<()> {
        match effect {
            Effect::Quit => {}
            Effect::StopReading => self.cancel.store(true, Ordering::Relaxed),
            Effect::Copy(text) => {
                let mut out = io::stdout();
                write!(out, "\x1b]52;c;{}\x07", base64(text.as_bytes()))?;
                out.flush()?;
            }
            Effect::Read(path) => self.evidence.iter().for_each(|evidence| work::decode(&self.send, evidence, path.clone())),
            Effect::Sort(task) => work::sort(&self.send, *task),
            Effect::Filter(task) => self.filter(*task),
            Effect::StopFilter => self.filter.store(true, Ordering::Relaxed),
            Effect::Save(directory, saved) => self.save(directory, saved),
            Effect::Suspend => {
                suspend()?;
                terminal.clear()?;
                let (width, height) = size()?;
                self.app.update(Action::Resized(width, height));
            }
        }
        Ok(())
    }

    fn filter(&mut self, task: FilterTask) {
        self.filter.store(true, Ordering::Relaxed);
        let Some(evidence) = &self.evidence else { return };
        self.filter = work::filter(&self.send, evidence, task);
    }

    fn save(&mut self, directory: String, saved: Saved) {
        let (Some(evidence), Some(report), Some(table)) = (&self.evidence, &self.app.report, &self.app.table) else { return };
        self.app.notice = Some("saving ...".to_owned());
        work::save(&self.send, (directory, saved), (Arc::clone(evidence), Arc::clone(report), Arc::clone(table)));
    }

    /// Offers what was remembered of this Backup, once it is known which one it is.
    fn remember(&mut self) {
        let (Some(place), Some(report)) = (&self.memory, &self.app.report) else { return };
        let state = place.load().of(&report.backup.manifest).cloned();
        if let Some(state) = state {
            self.app.offer_state(state);
        }
    }

    /// Keeps what is to be remembered. That it cannot be kept is no reason to hold the user back.
    fn keep(&self) {
        let (Some(report), Some(evidence), Some(place)) = (&self.app.report, &self.evidence, StateFile::usual()) else { return };
        let mut states = place.load();
        match &self.memory {
            Some(_) => states.remember(&report.backup.manifest, self.app.state()),
            None if states.of(&report.backup.manifest).is_some() => states.forget(&report.backup.manifest),
            None => return,
        }
        let _ = place.save(&states, evidence.given());
    }
}

/// Stops the program as the shell does, and takes the terminal again when it goes on.
fn suspend() -> io::Result<()> {
    #[cfg(unix)]
    {
        give_terminal_back();
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        take_terminal()?;
    }
    Ok(())
}

/// Returns bytes in the alphabet of RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| chunk.get(index).copied().map_or(0, u32::from);
        let number = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = usize::try_from(number >> (18 - 6 * place) & 63).unwrap_or(0);
            let shown = ALPHABET.get(digit).copied().unwrap_or(b'A');
            text.push(if place <= chunk.len() { char::from(shown) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let coded = ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes()));
        assert_eq!(coded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
