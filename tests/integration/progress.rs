//! The progress bar: on standard error, on a terminal only, gone when the report is there.

#![cfg(unix)]

use std::{fs, io::Read};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::common::{Imcscan, PROGRAM};

const BACKUP: &str = "testdata/backups/healthy-55";

/// Runs the program with standard error on a terminal and standard output in a file; returns what each of them got.
fn on_a_terminal(options: &str) -> (Vec<u8>, Vec<u8>) {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new("/bin/sh");
    command.args(["-c", &format!("exec \"$0\" report {options} \"$1\" > \"$2\""), PROGRAM, BACKUP]);
    command.arg(&out);
    command.cwd(env!("CARGO_MANIFEST_DIR"));
    command.env("TERM", "xterm");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut shown = Vec::new();
    let mut reader = pair.master.try_clone_reader().unwrap();
    // Linux ends a terminal whose other side is gone with an error, others with no more bytes.
    let _ = reader.read_to_end(&mut shown);
    assert!(child.wait().unwrap().success());
    (shown, fs::read(out).unwrap())
}

#[test]
fn the_bar_is_drawn_on_a_terminal_and_leaves_nothing_behind() {
    let (shown, out) = on_a_terminal("--json");
    let text = String::from_utf8_lossy(&shown);
    assert!(text.contains(" files, 0 MiB"), "{text:?}");
    let mut screen = vt100::Parser::default();
    screen.process(&shown);
    assert_eq!(screen.screen().contents().trim(), "");
    assert_eq!(out, Imcscan::report(BACKUP).args("--json").run().out, "the report does not depend on the terminal");
}

#[test]
fn there_is_no_bar_when_it_is_not_wanted_or_nobody_looks() {
    assert_eq!(String::from_utf8_lossy(&on_a_terminal("--json --quiet").0), "");
    assert_eq!(Imcscan::report(BACKUP).args("--json").run().err, "");
}
