//! Ctrl-C: the first asks the scan to stop between two files, the second ends the process as the shell expects.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Listens for the signal and returns the flag that it raises.
pub(super) fn listen() -> &'static AtomicBool {
    // A second handler cannot be set in one process; then the signal simply ends it, which is as good.
    let _ = ctrlc::try_set_handler(again);
    &INTERRUPTED
}

#[expect(clippy::exit, reason = "whoever asks twice does not want to wait for the file in work")]
fn again() {
    const INTERRUPTED_EXIT: i32 = 130;
    if INTERRUPTED.swap(true, Ordering::Relaxed) {
        std::process::exit(INTERRUPTED_EXIT);
    }
}
