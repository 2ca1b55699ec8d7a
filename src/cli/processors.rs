//! How many threads to use. Found once and before the program confines itself, since the system tells it through files.

use std::{num::NonZero, sync::OnceLock, thread};

/// Returns the number of threads for what the user asked for; 0 is one per processor.
pub(super) fn threads(asked: usize) -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    if asked > 0 { asked } else { *PROCESSORS.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get)) }
}
