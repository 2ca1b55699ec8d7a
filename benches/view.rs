//! The terminal view over 100,000 messages in memory: from a key to its frame (promised: 16 ms), and what is done off the drawing path, orders
//! and filters (promised: 150 ms each).

use std::{
    iter,
    sync::{Arc, LazyLock, atomic::AtomicBool},
};

use divan::{Bencher, black_box};
use imcscan::{
    query::MessageTable,
    testing::report_of_fixture,
    tui::{
        action::Action,
        app::{App, Effect, SortTask, Sorting},
        draw::draw,
        filtering::FilterTask,
        input::Edit,
        reader::{Done, Event},
        rows::rows_of,
        target::Screen,
        theme::Theme,
    },
};
use ratatui::{Terminal, backend::TestBackend};

const MESSAGES: usize = 100_000;
/// Messages of which all others are copies.
const DIFFERENT: usize = 1_000;

fn main() {
    divan::main();
}

/// Reads the messages once; every bench looks at the same ones.
static READ: LazyLock<Done> = LazyLock::new(|| {
    let text = format!(
        "//- Mtsout/{{n}} repeat={half}\nsubject: \"Price list {{n}} of the week\"\nfrom: \"Joe Doe\" SMTP:joe@inside.example\nto: \"Ann Ray\" SMTP:ann{{n}}@contoso.com\ncc: \"Bob\" SMTP:bob@other.example\nsubmitted: 1999-10-06T14:00:00Z\nattach: figures{{n}}.xls 3 bytes\n//- Mtsin/{{n}} repeat={half}\nsubject: \"RE: %s%s hello {{n}}\"\nsubmitted: 1999-10-05T12:00:00Z\nheader: Received: from relay.example by MAIL1 with SMTP; Wed, 6 Oct 1999 14:01:02 +0000\nheader: X-Mailer: The Bat! (v1.{{n}})\n",
        half = DIFFERENT / 2
    );
    let mut report = report_of_fixture(&text).unwrap_or_else(|error| unreachable!("the fixture is constant: {error:?}"));
    let mut table = MessageTable::new(&report.backup, &report.findings);
    let different = std::mem::take(&mut report.backup.messages);
    report.backup.messages = different.iter().cycle().take(MESSAGES).cloned().collect();
    table.rows = iter::repeat_n(&table.rows, MESSAGES / DIFFERENT).flatten().cloned().collect();
    let rows = rows_of(&report);
    let order = SortTask { rows: rows.clone(), sorting: Sorting::default(), is_partial: false }.answer().order;
    Done { report: Arc::new(report), table: Arc::new(table), rows, order, listing: Vec::new(), overview: Vec::new(), bugs: Vec::new() }
});

fn app() -> App {
    let mut app = App::new("Backup", (120, 40), Theme::Dark);
    app.take(Event::Done(Box::new(READ.clone())));
    app.update(Action::Go(Screen::Messages));
    app
}

fn frames(bencher: Bencher<'_, '_>, action: impl Fn(usize) -> Action + Sync) {
    let mut app = app();
    let Ok(mut terminal) = Terminal::new(TestBackend::new(120, 40));
    let mut turn = 0;
    bencher.bench_local(|| {
        turn += 1;
        app.update(action(turn));
        let Ok(frame) = terminal.draw(|frame| draw(&app, frame));
        frame.count
    });
}

#[divan::bench]
fn key_to_frame_next_row(bencher: Bencher<'_, '_>) {
    frames(bencher, |_| Action::Move(1));
}

#[divan::bench]
fn key_to_frame_next_page(bencher: Bencher<'_, '_>) {
    frames(bencher, |_| Action::HalfPages(2));
}

#[divan::bench]
fn key_to_frame_first_and_last(bencher: Bencher<'_, '_>) {
    frames(bencher, |turn| if turn % 2 == 0 { Action::First } else { Action::Last });
}

#[divan::bench]
fn key_to_frame_only_flagged(bencher: Bencher<'_, '_>) {
    frames(bencher, |_| Action::OnlyFlagged);
}

/// A slice of a search that finds nothing; the next slice comes after the next look at the keyboard.
#[divan::bench]
fn key_to_frame_search(bencher: Bencher<'_, '_>) {
    let mut app = app();
    app.update(Action::Search);
    "xyzzy".chars().for_each(|c| app.update(Action::Edit(Edit::Insert(c))));
    bencher.bench_local(|| {
        app.update(Action::Edit(Edit::Insert('q')));
        app.update(Action::Edit(Edit::Backspace));
    });
}

#[divan::bench(args = 0..9)]
fn off_the_drawing_path_sort_by_column(bencher: Bencher<'_, '_>, column: usize) {
    let task = SortTask { rows: READ.rows.clone(), sorting: Sorting { column, is_reversed: true }, is_partial: false };
    bencher.bench(|| black_box(&task).answer().order.len());
}

#[divan::bench(args = ["queue:out", "price or hello -has:attachment", "to:ann*", "subject:/list \\d+/ size:>1", "severity:>=error", "header:/^x-mailer:.*bat/"])]
fn off_the_drawing_path_filter(bencher: Bencher<'_, '_>, text: &str) {
    let task = task(text);
    let passed = task.answer(None, &|_, _| {}, &AtomicBool::new(false));
    assert!(passed.is_some_and(|passed| passed.len() == MESSAGES));
    bencher.bench(|| black_box(&task).answer(None, &|_, _| {}, &AtomicBool::new(false)));
}

/// Returns what the view asks for when this filter is typed.
fn task(text: &str) -> FilterTask {
    let mut app = app();
    app.update(Action::Filter);
    text.chars().for_each(|c| app.update(Action::Edit(Edit::Insert(c))));
    app.update(Action::Accept);
    let asked = app.effects.into_iter().find_map(|effect| if let Effect::Filter(task) = effect { Some(*task) } else { None });
    asked.unwrap_or_else(|| unreachable!("the filter is understood"))
}
