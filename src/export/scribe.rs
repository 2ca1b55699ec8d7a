//! The one thread that may create files when the program has confined itself; started before that. It is handed paths and finished bytes,
//! never evidence. A file that it opened is written by whoever asked for it.

use std::{
    fs::{File, OpenOptions},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        mpsc::{Sender, channel, sync_channel},
    },
    thread,
};

type Task = Box<dyn FnOnce() + Send>;

static TASKS: OnceLock<Sender<Task>> = OnceLock::new();

/// Starts the thread. Until then, and when there is no thread to be had, files are created by whoever wants them.
pub fn start_scribe() {
    let (send, tasks) = channel::<Task>();
    let work = move || {
        for task in tasks {
            // Whoever waits for the answer hears that there is none.
            let _ = catch_unwind(AssertUnwindSafe(task));
        }
    };
    if thread::Builder::new().name("scribe".to_owned()).spawn(work).is_ok() {
        // A second one would be as good as the first.
        let _ = TASKS.set(send);
    }
}

/// Does something with files where that is allowed, and waits for it.
///
/// # Errors
/// When the thread is gone.
pub(super) fn freely<T: Send + 'static>(task: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let Some(tasks) = TASKS.get() else { return Ok(task()) };
    let gone = || io::Error::other("the thread that creates files has ended");
    let (send, answer) = sync_channel(1);
    tasks.send(Box::new(move || drop(send.send(task())))).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())
}

/// Opens a new file to be written; one of that name is left alone.
///
/// # Errors
/// When there is one, or none can be made.
pub fn new_file(path: &Path) -> io::Result<File> {
    let path = path.to_path_buf();
    freely(move || create(&path))?
}

/// Takes a file away that could not be written whole: half of one would be taken for all of it.
pub fn take_away(path: &Path) {
    let path = path.to_path_buf();
    // Whoever asks tells another error already.
    let _ = freely(move || drop(std::fs::remove_file(path)));
}

pub(super) fn create(path: &PathBuf) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
