//! The terminal view as people meet it: the real program in a pseudo terminal, its screen read back by a terminal emulator.

use std::{
    io::{Read, Write},
    num::NonZero,
    process::Command,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::common::{PROGRAM, project, scratch};

/// How long anything may take before it counts as not happening; a machine under load is slow.
const PATIENCE: Duration = Duration::from_mins(1);

fn lines(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

pub(crate) struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    pub(crate) raw: Vec<u8>,
    /// The modes of the terminal before the program came.
    modes: String,
    _state: tempfile::TempDir,
}

impl Session {
    pub(crate) fn start(arguments: &[&str], (columns, rows): (u16, u16)) -> Self {
        let state = tempfile::tempdir().unwrap();
        Self::start_with(arguments, (columns, rows), state)
    }

    fn start_with(arguments: &[&str], size: (u16, u16), state: tempfile::TempDir) -> Self {
        Self::start_program(PROGRAM, arguments, size, state)
    }

    fn start_program(program: &str, arguments: &[&str], (columns, rows): (u16, u16), state: tempfile::TempDir) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("XDG_STATE_HOME", state.path());
        command.cwd(project(""));
        command.args(arguments);
        let modes = modes(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (send, output) = channel();
        let mut reader = pair.master.try_clone_reader().unwrap();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(lines(rows), lines(columns), 0);
        Self { child, master: pair.master, writer, output, screen, raw: Vec::new(), modes, _state: state }
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !wanted(&self.text()) {
            match self.output.recv_timeout(Duration::from_millis(100)) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.raw.extend(bytes);
                }
                Err(RecvTimeoutError::Disconnected) => panic!("the program ended before {what}:\n{}", self.text()),
                Err(RecvTimeoutError::Timeout) => assert!(begun.elapsed() < PATIENCE, "no {what}:\n{}", self.text()),
            }
        }
    }

    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) {
        self.until(text, |screen| screen.contains(text));
    }

    pub(crate) fn text(&self) -> String {
        self.screen.screen().contents()
    }

    pub(crate) fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Waits for the end and returns the exit code; the terminal must be as it was.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> u32 {
        let status = self.child.wait().unwrap();
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(500)) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is there");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!(modes(&*self.master), self.modes, "echo and lines are as they were");
        status.exit_code()
    }
}

/// Returns the modes of a terminal: whether it echoes, gathers lines and so on.
fn modes(terminal: &dyn MasterPty) -> String {
    format!("{:?}", terminal.get_termios().map(|modes| (modes.input_flags, modes.output_flags, modes.local_flags)))
}

const BACKUP: &str = "testdata/backups/troubled";

#[test]
fn a_backup_is_looked_through() {
    let mut session = Session::start(&[BACKUP], (80, 24));
    session.shows("Overview");
    session.shows("Northwind / SEATTLE / MAIL1");
    session.shows("Queues");
    session.keys("2");
    session.shows("Detail");
    session.keys("j/MSG143\r");
    session.shows("MSG143 subject-with-percent-s");
    session.keys("\r");
    session.shows("> Mtsout/00000008.TNF");
    session.keys("\r");
    session.shows("Properties");
    session.until("the property of the proof", |screen| screen.lines().any(|line| line.starts_with('>') && line.contains("PR_SUBJECT")));
    session.keys("\x7f");
    session.shows("MSG143 subject-with-percent-s");
    session.keys("3fis:ndr\r");
    session.shows("pass the filter");
    session.keys("q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn keys_typed_ahead_find_the_file_open() {
    let mut session = Session::start(&[BACKUP], (80, 24));
    session.shows("Queues");
    session.keys("3\r\t\t");
    session.shows("0x0037001E PR_SUBJECT");
    session.keys("q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn another_size_is_another_layout() {
    let mut session = Session::start(&["browse", BACKUP], (80, 24));
    session.shows("Queues");
    session.keys("2");
    session.shows("Detail");
    session.master.resize(PtySize { rows: 12, cols: 40, pixel_width: 0, pixel_height: 0 }).unwrap();
    session.screen.screen_mut().set_size(lines(12), lines(40));
    session.until("one pane", |screen| screen.contains("Findings") && !screen.contains("Detail"));
    session.keys("\x03");
    assert_eq!(session.ends(), 0);
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for (signal, name) in [("-TERM", "TERM"), ("-HUP", "HUP"), ("-INT", "INT")] {
        let mut session = Session::start(&[BACKUP], (80, 24));
        session.shows("Queues");
        let process = session.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success(), "{name}");
        assert_eq!(session.ends(), 130, "{name}");
    }
}

/// What runs in the pseudo terminal of the next test: something is drawn on the terminal as the view takes it, and then there is a panic.
#[test]
#[ignore = "falls, in the pseudo terminal of the next test"]
fn something_falls_while_it_is_drawn() {
    let fallen: std::io::Result<()> = imcscan::tui::terminal::with_terminal(|terminal| {
        terminal.draw(|frame| frame.render_widget("about to fall", frame.area()))?;
        panic!("fallen while drawing")
    });
    fallen.unwrap();
}

#[test]
fn a_panic_gives_the_terminal_back() {
    let own = std::env::current_exe().unwrap();
    let arguments = ["--exact", "pty::something_falls_while_it_is_drawn", "--ignored", "--nocapture"];
    let mut session = Session::start_program(own.to_str().unwrap(), &arguments, (80, 24), tempfile::tempdir().unwrap());
    session.shows("fallen while drawing");
    assert_ne!(session.ends(), 0);
    let raw = String::from_utf8_lossy(&session.raw).into_owned();
    let [taken, drawn, given_back, said] = ["\x1b[?1049h", "about to fall", "\x1b[?1049l", "fallen while drawing"].map(|text| raw.find(text));
    assert!(taken.is_some() && taken < drawn && drawn < given_back && given_back < said, "{}", raw.escape_debug());
}

#[test]
fn a_stopped_view_gives_the_terminal_back_and_takes_it_again() {
    let mut session = Session::start(&[BACKUP], (80, 24));
    session.shows("Queues");
    session.keys("2\x1a");
    let begun = Instant::now();
    while session.screen.screen().alternate_screen() {
        assert!(begun.elapsed() < PATIENCE, "the view does not stop");
        if let Ok(bytes) = session.output.recv_timeout(Duration::from_millis(100)) {
            session.screen.process(&bytes);
        }
    }
    let process = session.child.process_id().unwrap().to_string();
    // The process stops itself only after it gave the terminal back; going on before that would be lost.
    while !std::fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| stat.contains(") T ")) {
        assert!(cfg!(not(target_os = "linux")) || begun.elapsed() < PATIENCE, "the view does not stop");
        if cfg!(not(target_os = "linux")) {
            break;
        }
        thread::yield_now();
    }
    assert_eq!(modes(&*session.master), session.modes);
    assert!(Command::new("kill").args(["-CONT", &process]).status().unwrap().success());
    session.shows("2 Findings");
    assert!(session.screen.screen().alternate_screen());
    session.keys("q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn what_was_copied_goes_into_a_file() {
    let (temp, backup) = scratch("troubled");
    let before = crate::common::traces(&backup);
    let out = temp.path().join("out");
    let mut session = Session::start(&[backup.to_str().unwrap()], (120, 24));
    session.shows("Queues");
    session.keys("3/%s\rcsubj\r");
    session.shows("copied the Subject");
    session.keys(&format!("C{}\r", out.display()));
    session.shows("saved /");
    session.keys("q");
    assert_eq!(session.ends(), 0);
    assert_eq!(std::fs::read_to_string(out.join("copied.txt")).unwrap(), "RE:33%s5%s99");
    assert_eq!(crate::common::traces(&backup), before);
}

#[test]
fn bodies_are_read_for_a_filter_and_orders_are_found_beside_the_drawing() {
    let mut session = Session::start(&[BACKUP], (120, 24));
    session.shows("Queues");
    session.keys("3ftext:the from:castillo\r>>>>r");
    session.shows("Sizev");
    session.shows("filter: text:the from:castillo");
    session.keys("\x1b");
    session.until("all messages", |screen| !screen.contains("filter: "));
    session.keys("q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn a_path_that_is_no_backup_is_said_on_the_plain_terminal() {
    let mut session = Session::start(&["browse", "src/nothing-here"], (80, 24));
    session.shows("imcscan:");
    assert_eq!(session.ends(), 3);
}

#[test]
fn copies_go_through_the_terminal() {
    let mut session = Session::start(&[BACKUP], (80, 24));
    session.shows("Queues");
    session.keys("y");
    session.shows("copied the row");
    session.keys("q");
    session.ends();
    // The first row of the overview in base64.
    let raw = String::from_utf8_lossy(&session.raw).into_owned();
    assert!(raw.contains("\x1b]52;c;Tm9ydGh3aW5k"), "{}", raw.escape_debug());
}

#[test]
fn the_last_view_is_offered_again_and_the_evidence_stays_as_it_was() {
    let (_temp, backup) = scratch("troubled");
    let before = crate::common::traces(&backup);
    let path = backup.to_str().unwrap();
    let state = tempfile::tempdir().unwrap();
    let kept = state.path().to_path_buf();
    let mut session = Session::start_with(&[path], (80, 24), state);
    session.shows("Queues");
    session.keys("3m");
    session.shows("1 marked");
    session.keys("q");
    assert_eq!(session.ends(), 0);
    assert!(kept.join("imcscan/state.json").is_file());
    let Session { _state: state, .. } = session;
    let mut session = Session::start_with(&[path], (80, 24), state);
    session.shows("R takes up");
    session.keys("R");
    session.shows("3 Messages");
    session.keys("q");
    assert_eq!(session.ends(), 0);
    let Session { _state: state, .. } = session;
    let mut session = Session::start_with(&[path, "--no-state"], (80, 24), state);
    session.shows("Queues");
    session.keys("q");
    assert_eq!(session.ends(), 0);
    let left = std::fs::read_to_string(kept.join("imcscan/state.json")).unwrap_or_default();
    assert!(!left.contains("Messages"), "{left}");
    assert_eq!(crate::common::traces(&backup), before);
}

#[test]
fn a_finding_is_saved_where_the_user_says_and_not_into_the_evidence() {
    let (temp, backup) = scratch("troubled");
    let before = crate::common::traces(&backup);
    let out = temp.path().join("out");
    let mut session = Session::start(&[backup.to_str().unwrap()], (200, 24));
    session.shows("Queues");
    session.keys("2/MSG143\rs");
    session.shows("save to (Enter: imcscan-saved):");
    session.keys(&format!("{}\r", backup.join("Mtsout").display()));
    session.shows("not saved");
    session.keys("s");
    session.keys(&format!("{}\r", out.display()));
    session.shows("saved /");
    session.keys("3s");
    session.keys(&format!("{}\r", out.display()));
    session.shows("messages.csv");
    session.keys("q");
    session.ends();
    let mut names: Vec<String> = std::fs::read_dir(out).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["MSG143-subject-with-percent-s.md", "messages.csv", "messages.json"]);
    assert_eq!(crate::common::traces(&backup), before);
}

#[test]
fn where_there_is_no_terminal_there_is_the_report() {
    let ran = crate::common::Imcscan::new().arg(BACKUP).run().ends_with(0);
    assert!(ran.err.contains("the view needs a terminal; this is the text report"), "{}", ran.err);
    assert!(ran.text().contains("MSG143 subject-with-percent-s"));
}

#[test]
fn the_dialogue_of_lines_answers() {
    let mut child = Command::new(PROGRAM)
        .args(["browse", BACKUP, "--plain"])
        .current_dir(project(""))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let said = "findings\nsearch MSG143\nopen\nopen\nback\nmessages\nfilter siz:>1\nfilter is:ndr\nhelp\nnonsense\nquit\n";
    child.stdin.take().unwrap().write_all(said.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for wanted in ["Findings: ", "Messages: ", "did you mean size", "pass the filter", "nonsense is no command", "open N: open row N"] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    assert!(output.status.success() && !text.contains('\x1b'));
}
