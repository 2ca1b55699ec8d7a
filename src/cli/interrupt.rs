//! Ctrl-C and requests to end: the first asks the reading to stop between two files, the second ends the process as the shell expects.

use std::sync::atomic::{AtomicBool, Ordering};

use super::console::Console;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Listens for the signals and returns the flag that they raise.
pub(super) fn listen() -> &'static AtomicBool {
    // A second handler cannot be set in one process, and signals that the caller ignores stay ignored; then they do what they always did.
    let _ = ctrlc::try_set_handler(again);
    &INTERRUPTED
}

/// Returns whether an end was asked for.
pub(super) fn is_asked() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

#[expect(clippy::exit, reason = "whoever asks twice does not want to wait for what is in work")]
fn again() {
    const INTERRUPTED_EXIT: i32 = 130;
    if INTERRUPTED.swap(true, Ordering::Relaxed) {
        Console::complain("interrupted; what was printed is not complete");
        std::process::exit(INTERRUPTED_EXIT);
    }
}
