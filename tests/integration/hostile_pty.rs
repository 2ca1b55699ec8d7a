//! The view over hostile evidence in a pseudo terminal: of what the program writes there, nothing but its own sequences is one.

use std::path::Path;

use crate::{hostile::write_backup, payloads::is_visible, pty::Session};

/// Returns the text between the control sequences, each of which must be one that the view uses: CSI for cursor, colours and modes.
fn text_of(raw: &[u8]) -> String {
    let text = std::str::from_utf8(raw).unwrap();
    let mut parts = text.split('\x1b');
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let sequence = part.strip_prefix('[').unwrap_or_else(|| panic!("ESC {:?}", part.chars().take(20).collect::<String>()));
        let end = sequence.find(|c: char| ('@'..='~').contains(&c)).unwrap_or_else(|| panic!("no end: {sequence:?}"));
        let (parameters, rest) = sequence.split_at(end);
        assert!(parameters.chars().all(|c| c.is_ascii_digit() || matches!(c, ';' | '?' | ':')), "CSI {parameters:?}");
        assert!(rest.starts_with(['H', 'J', 'K', 'm', 'h', 'l']), "CSI {parameters}{}", rest.chars().take(1).collect::<String>());
        plain.push('\n');
        plain.push_str(&rest[1..]);
    }
    plain
}

fn look_through(root: &Path) -> Session {
    let mut session = Session::start(&[root.to_str().unwrap()], (120, 40));
    session.shows("Queues");
    for keys in ["2", "G", "3", "G", "\r", "\t", "\t", "4", "G", "5", "6", "7", "G", "8", "3f\u{202e}x:\r", "1"] {
        // The help comes when the keys are done, and what they show is drawn when it goes.
        session.keys(keys);
        session.keys("?");
        session.shows("Keys:");
        session.keys("\x1b");
        session.until(&format!("what {keys:?} shows"), |screen| !screen.contains("Keys:"));
    }
    session
}

#[test]
fn the_terminal_gets_only_the_sequences_of_the_view() {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("case\x1b[31m\u{202e}").join("Backup");
    write_backup(&root);
    let mut session = look_through(&root);
    session.keys("q");
    assert_eq!(session.ends(), 0);
    let plain = text_of(&session.raw);
    is_visible(&plain.replace('\r', ""), "the terminal");
    assert!(plain.contains("\\u{1b}"), "hostile text was shown");
}
