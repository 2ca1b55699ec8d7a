//! The lines of names: screens with their keys and counts, tabs of a file. One computation for drawing and for the mouse.

use std::ops::Range;

use super::{
    app::App,
    layout::layout,
    row::width_of,
    target::{Screen, Tab},
};

/// A name with the columns that it takes.
pub type Named<T> = (T, String, Range<usize>);

/// Returns the screens as they are named at this width; the last one only once a file was opened.
#[must_use]
pub fn screens(app: &App) -> Vec<Named<Screen>> {
    let width = usize::from(app.size.0);
    let shown = || Screen::ALL.into_iter().filter(|screen| *screen != Screen::File || app.file.is_some());
    let long = |screen: Screen| match count(app, screen) {
        Some(count) => format!(" {} {} {count} ", screen.key(), screen.name()),
        None => format!(" {} {} ", screen.key(), screen.name()),
    };
    let middle = |screen: Screen| format!(" {} {} ", screen.key(), screen.name());
    let short = |screen: Screen| if screen == app.screen { middle(screen) } else { format!(" {} ", screen.key()) };
    let brief = |screen: Screen| if screen == app.screen { middle(screen) } else { format!(" {} {}", screen.key(), screen.short_name()) };
    let forms: [&dyn Fn(Screen) -> String; 4] = [&long, &middle, &brief, &short];
    let fits = |form: &&&dyn Fn(Screen) -> String| shown().map(|screen| width_of(&form(screen))).sum::<usize>() <= width;
    let form = forms.iter().find(fits).copied().unwrap_or(&short);
    placed(shown().map(|screen| (screen, form(screen))))
}

fn count(app: &App, screen: Screen) -> Option<usize> {
    let report = app.report.as_ref();
    match screen {
        Screen::Findings => report.map(|report| report.findings.len()),
        Screen::Messages => Some(app.rows.len()),
        _ => None,
    }
}

/// Returns the tabs of the selected message as they are named at this width.
#[must_use]
pub fn tabs(app: &App) -> Vec<Named<Tab>> {
    let Some(file) = &app.file else { return Vec::new() };
    let width = layout(app).detail.map_or(0, |area| usize::from(area.body.width));
    let tabs = file.tabs(app.node);
    let long: usize = tabs.iter().map(|tab| tab.name().len() + 2).sum();
    let name = |tab: Tab| {
        let name = tab.name();
        let short = if long <= width || tab == app.tab { name } else { name.get(..4).unwrap_or(name) };
        format!(" {short} ")
    };
    placed(tabs.into_iter().map(|tab| (tab, name(tab))))
}

fn placed<T>(names: impl Iterator<Item = (T, String)>) -> Vec<Named<T>> {
    let mut at = 0;
    let place = |(what, name): (T, String)| {
        let start = at;
        at += width_of(&name);
        (what, name, start..at)
    };
    names.map(place).collect()
}
