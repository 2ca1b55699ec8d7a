//! The progress bar: on standard error, only on a terminal, only when reading takes long enough to wonder.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Returns a bar for so many files, or one that draws nothing.
pub(super) fn bar(quiet: bool, files: usize) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::stderr_with_hz(10)).with_message("0 MiB");
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files, {msg}, {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
