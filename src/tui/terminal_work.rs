//! What the view asks for beyond drawing, each on a thread of its own: decoding a file, sorting, filtering, saving. Each answer comes as an
//! event; one that is lost, because the work panicked, comes as what it failed to do.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    thread,
};

use crate::{
    base::caught,
    query::MessageTable,
    report::Report,
    scan::{Evidence, shown_path},
};

use super::{
    app::SortTask,
    filtering::FilterTask,
    keep::Saved,
    reader::{Event, open},
    saving,
};

/// Sends an answer in any case.
struct Answer {
    send: Sender<Event>,
    event: Option<Event>,
}

impl Answer {
    /// Does some work; `otherwise` is the answer when it does not come to its end.
    fn of(send: &Sender<Event>, otherwise: Event, work: impl FnOnce() -> Event + Send + 'static) {
        let answer = Self { send: send.clone(), event: Some(otherwise) };
        thread::spawn(move || {
            let mut answer = answer;
            if let Ok(event) = caught(work) {
                answer.event = Some(event);
            }
        });
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // A view that went away does not want to hear any more.
        let _ = self.event.take().map(|event| self.send.send(event));
    }
}

/// Decodes a file.
pub(super) fn decode(send: &Sender<Event>, evidence: &Arc<Evidence>, path: String) {
    let evidence = Arc::clone(evidence);
    Answer::of(send, Event::NotOpened(path.clone()), move || {
        open(&evidence, &path).map_or_else(|| Event::NotOpened(path), |file| Event::Opened(Box::new(file)))
    });
}

/// Finds an order of messages.
pub(super) fn sort(send: &Sender<Event>, task: SortTask) {
    Answer::of(send, Event::NotAnswered, move || Event::Sorted(task.answer()));
}

/// Answers a filter; returns the flag that stops it.
pub(super) fn filter(send: &Sender<Event>, evidence: &Arc<Evidence>, task: FilterTask) -> Arc<AtomicBool> {
    let cancel = Arc::new(AtomicBool::new(false));
    let (evidence, stop, progress) = (Arc::clone(evidence), Arc::clone(&cancel), send.clone());
    Answer::of(send, Event::NotAnswered, move || {
        let tell = |done, total| drop(progress.send(Event::Filtering(done, total)));
        let passed = task.answer(Some(&evidence), &tell, &stop);
        passed.filter(|_| !stop.load(Ordering::Relaxed)).map_or(Event::Filtering(0, 0), |passed| Event::Filtered(task.screen, task.text, passed))
    });
    cancel
}

/// Saves something into a directory. Nothing else in the view writes files but what is remembered at the end.
pub(super) fn save(send: &Sender<Event>, (directory, saved): (String, Saved), context: (Arc<Evidence>, Arc<Report>, Arc<MessageTable>)) {
    Answer::of(send, Event::Saved("not saved".to_owned()), move || {
        let (evidence, report, table) = &context;
        Event::Saved(match saving::save(Path::new(&directory), &saved, (evidence, report, table)) {
            Ok(paths) => format!("saved {}", paths.iter().map(|path| shown_path(path)).collect::<Vec<_>>().join(", ")),
            Err(error) => format!("not saved: {error}"),
        })
    });
}
