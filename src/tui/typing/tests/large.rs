//! A hundred thousand messages: what a key and a frame cost is counted in rows, not in seconds.

use super::{Action, App, Event, MessageRow, Screen, Theme, Typed, USUAL, draw, made};
use ratatui::{Terminal, backend::TestBackend};

const MESSAGES: usize = 100_000;

fn large() -> Typed {
    let mut typed = Typed::reading(&[], USUAL);
    typed.app = App::new("Backup", USUAL, Theme::Dark);
    for number in 0..MESSAGES {
        let subject = format!("mail {number}").into();
        typed.app.take(Event::Row(Box::new(MessageRow { subject, size: (number * 7 % MESSAGES) as u64, ..MessageRow::default() })));
    }
    typed.act(Action::Go(Screen::Messages));
    typed
}

#[test]
fn a_frame_makes_only_the_rows_that_it_shows() {
    let mut typed = large();
    assert_eq!(typed.app.lists[Screen::Messages].len(), MESSAGES);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    for keys in ["j", "G", "<ctrl-u>", "<pgup>", "k", "g", "l", "h", "z", "m", "'", "L", "H", "w", "E", "e"] {
        let before = made();
        typed.keys(keys);
        terminal.draw(|frame| draw(&typed.app, frame)).unwrap();
        // Some are made twice, to see how far a page goes.
        assert!(made() - before <= 4 * 24, "{keys} makes {} rows", made() - before);
    }
}

#[test]
fn orders_and_searches_reach_the_last_of_many() {
    let mut typed = large();
    typed.keys(">>>>r");
    assert!(typed.screen().contains("mail 14285"), "{}", typed.screen());
    typed.keys("/mail 99998<enter>");
    assert!(typed.screen().lines().any(|line| line.starts_with("\">") && line.contains("mail 99998")), "{}", typed.screen());
    typed.keys("/nowhere");
    assert!(typed.screen().contains("nowhere is not here"));
}

#[test]
fn a_search_looks_at_a_slice_at_a_time() {
    let mut typed = large();
    typed.app.update(Action::Search);
    for c in "nowhere".chars() {
        typed.app.update(Action::Edit(crate::tui::input::Edit::Insert(c)));
    }
    assert!(typed.app.is_seeking() && typed.screen().contains("rows to go; Esc stops"), "{}", typed.screen());
    let mut slices = 0;
    while typed.app.is_seeking() {
        typed.app.proceed();
        slices += 1;
    }
    assert!((10..100).contains(&slices), "{slices}");
    typed.app.update(Action::Edit(crate::tui::input::Edit::Insert('x')));
    typed.app.update(Action::Cancel);
    assert!(!typed.app.is_seeking());
}
