//! Every size of the terminal on every screen. By default each of the 12,000 sizes is drawn on one screen, in turn, so that every screen has
//! every width and every height; `cargo test --lib every_size_on_every_screen -- --ignored` draws all of them on all screens.

use ratatui::{Terminal, backend::TestBackend};

use super::{Action, Screen, Typed, USUAL, draw};

const WIDTHS: std::ops::RangeInclusive<u16> = 1..=200;
const HEIGHTS: std::ops::RangeInclusive<u16> = 1..=60;

/// What is drawn: every screen with its list, then with its detail, then what lies over it.
const STATES: usize = Screen::ALL.len() * 2 + 5;

fn views() -> Vec<Typed> {
    let states = (0..STATES).map(|state| {
        let mut typed = Typed::new(USUAL);
        typed.keys("3/cut off<enter><enter>");
        let screen = Screen::ALL[state % Screen::ALL.len()];
        typed.act(Action::Go(screen));
        match state / Screen::ALL.len() {
            0 => {}
            1 => typed.act(Action::Right),
            _ => drop(typed.keys([":", "?", "c", "/", "z"][state % Screen::ALL.len()])),
        }
        typed
    });
    states.collect()
}

/// Draws one size into a buffer that is kept.
fn draw_at(typed: &mut Typed, terminal: &mut Terminal<TestBackend>, (width, height): (u16, u16)) {
    typed.act(Action::Resized(width, height));
    terminal.backend_mut().resize(width, height);
    terminal.resize(ratatui::layout::Rect { x: 0, y: 0, width, height }).unwrap();
    terminal.draw(|frame| draw(&typed.app, frame)).unwrap();
}

#[test]
fn every_size_is_drawn() {
    let mut views = views();
    let mut terminal = Terminal::new(TestBackend::new(1, 1)).unwrap();
    let mut turn = 0;
    for width in WIDTHS {
        for height in HEIGHTS {
            // Neighbouring sizes are drawn on different screens; over all sizes each screen meets each width and each height.
            draw_at(&mut views[turn % STATES], &mut terminal, (width, height));
            turn += 1;
        }
        turn += 1;
    }
    for (width, height) in [(0, 0), (1, 1), (2, 2), (3, 3), (200, 60)] {
        for typed in &mut views {
            typed.act(Action::Resized(width, height));
            typed.act(Action::Move(1));
            typed.screen();
        }
    }
}

#[test]
#[ignore = "300,000 frames; the other test draws each size once"]
fn every_size_on_every_screen() {
    let mut terminal = Terminal::new(TestBackend::new(1, 1)).unwrap();
    for typed in &mut views() {
        for width in WIDTHS {
            for height in HEIGHTS {
                draw_at(typed, &mut terminal, (width, height));
            }
        }
    }
}
