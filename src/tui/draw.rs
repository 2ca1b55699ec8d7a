//! Draws the view: title, screens, panes, footer, and what lies over them. Reads the state and never changes it.

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span as Text},
    widgets::{Clear, Widget},
};

use crate::base::printable;

use super::{
    app::App,
    bar,
    content::Content,
    keymap::bindings_of,
    layout::{Area, has_detail, layout},
    moves::GUTTER,
    overlay::{Mode, Overlay},
    row::{Row, Span, Tone, fitted, width_of, wrapped},
    target::{Item, Screen, Tab},
    view,
};

/// Draws everything.
pub fn draw(app: &App, frame: &mut Frame<'_>) {
    let parts = layout(app);
    let buffer = frame.buffer_mut();
    if let Some(area) = parts.title {
        write(buffer, area, &[(title(app), app.theme.bar(true))]);
    }
    if let Some(area) = parts.screens {
        let names: Vec<_> = bar::screens(app).into_iter().map(|(screen, name, _)| (name, app.theme.bar(screen == app.screen))).collect();
        write(buffer, area, &names);
    }
    if let Some(area) = parts.list {
        list(app, buffer, area);
    }
    if let Some(area) = parts.detail {
        detail(app, buffer, area, parts.list.is_some());
    }
    if let Some(area) = parts.footer {
        footer(app, buffer, area);
    }
    let cursor = match &app.mode {
        Mode::Browse => None,
        Mode::Save(input, _) => parts.footer.map(|area| (9 + width_of(&printable(input.before()).to_string()), area.y)),
        Mode::Filter(input) => parts.footer.map(|area| (8 + width_of(&printable(input.before()).to_string()), area.y)),
        Mode::Search(input, _) => parts.footer.map(|area| (1 + width_of(&printable(input.before()).to_string()), area.y)),
        Mode::Palette(overlay) => {
            let rows: Vec<Row> = app.offers(&overlay.input.text).iter().map(|offer| app.offer_row(offer)).collect();
            overlay_list(app, buffer, ("Commands", &rows), overlay)
        }
        Mode::Help(overlay) => overlay_list(app, buffer, ("Keys", &app.help(&overlay.input.text)), overlay),
    };
    if let Some((x, y)) = cursor {
        let x = u16::try_from(x).unwrap_or(u16::MAX).min(app.size.0.saturating_sub(1));
        frame.set_cursor_position((x, y));
    }
}

fn title(app: &App) -> String {
    let width = usize::from(app.size.0);
    let identity = app.report.as_ref().map(|report| &report.backup.identity);
    let known =
        identity.map(|identity| [&identity.organization, &identity.site, &identity.server].map(|fact| fact.as_ref().map(|fact| fact.name.clone())));
    let names: Vec<String> = known.into_iter().flatten().flatten().collect();
    let who = if names.is_empty() { app.title.clone() } else { names.join(" / ") };
    let right = if app.is_reading { reading(app) } else { String::new() };
    let left = format!(" imcscan  {}", printable(&who));
    format!("{}{right} ", fitted(&left, width.saturating_sub(width_of(&right) + 1)))
}

fn reading(app: &App) -> String {
    let progress = app.progress;
    if progress.files_total == 0 {
        return "reading ...".to_owned();
    }
    format!("reading {} of {} files", progress.files_done, progress.files_total)
}

/// Writes texts one behind the other; the look of the last one fills the line only when it is the bar's.
fn write(buffer: &mut Buffer, area: Rect, texts: &[(String, Style)]) {
    let spans: Vec<Text<'_>> = texts.iter().map(|(text, style)| Text::styled(text.as_str(), *style)).collect();
    Line::from(spans).render(area, buffer);
}

fn list(app: &App, buffer: &mut Buffer, area: Area) {
    let pane = app.pane();
    let has_focus = !pane.in_detail;
    let columns = usize::from(area.body.width).saturating_sub(GUTTER);
    if let Some(line) = area.title {
        let name = list_title(app, columns);
        write(buffer, line, &[(fitted(&name, usize::from(line.width)), app.theme.bar(has_focus && has_detail(app.screen)))]);
    }
    if app.list().is_empty() {
        rows(app, buffer, area.body, (0, None, true), std::iter::once((0, view::emptiness(app), false)));
        return;
    }
    let shown = app.list().iter().enumerate().skip(pane.list.top).map(|(index, item)| {
        let row = view::row(app, item, columns);
        (index, row, app.is_marked(item))
    });
    rows(app, buffer, area.body, (pane.list.at, Some(has_focus), !has_detail(app.screen)), shown);
}

fn list_title(app: &App, columns: usize) -> String {
    let at = app.pane().list.at + 1;
    let len = app.list().len();
    let only = if app.pane().only_flagged { ", only !" } else { "" };
    let filtered = app.filters[app.screen].as_ref().map(|filtering| format!(" of {}", printable(&filtering.text))).unwrap_or_default();
    let only = format!("{only}{}", fitted(&filtered, width_of(&filtered).min(columns / 3)));
    let place = if len == 0 { String::new() } else { format!("{at}/{len}{only}") };
    let name = match app.screen {
        Screen::Messages => {
            let header = format!("  {}", view::messages::header(app, columns).spans.iter().map(|span| span.text.as_str()).collect::<String>());
            let width = columns + GUTTER;
            return if width_of(&header) + place.len() < width { format!("{}{place}", fitted(&header, width - place.len())) } else { header };
        }
        Screen::File => app.file.as_ref().map_or_else(|| "File".to_owned(), |file| file.path.clone()),
        screen => screen.name().to_owned(),
    };
    let width = columns + GUTTER;
    format!("{}{place}", fitted(&format!(" {}", printable(&name)), width.saturating_sub(place.len() + 1)))
}

fn detail(app: &App, buffer: &mut Buffer, area: Area, has_list: bool) {
    let pane = app.pane();
    let content = app.detail();
    if let Some(line) = area.title {
        if app.screen == Screen::File {
            file_title(app, buffer, line);
        } else {
            let place = if content.is_empty() { String::new() } else { format!("{}/{}", pane.detail.at + 1, content.len()) };
            let name = if has_list { " Detail".to_owned() } else { format!(" {}: detail, Esc leads back", app.screen.name()) };
            let text = format!("{}{place}", fitted(&name, usize::from(line.width).saturating_sub(place.len() + 1)));
            write(buffer, line, &[(fitted(&text, usize::from(line.width)), app.theme.bar(pane.in_detail))]);
        }
    }
    let shown = (pane.detail.top..content.len()).map_while(|index| Some((index, content.row(index)?, false)));
    rows(app, buffer, area.body, (pane.detail.at, pane.in_detail.then_some(true), !matches!(content, Content::Hex(..))), shown);
}

fn file_title(app: &App, buffer: &mut Buffer, line: Rect) {
    let names: Vec<_> = bar::tabs(app).into_iter().map(|(tab, name, _)| (name, app.theme.bar(tab == app.tab))).collect();
    write(buffer, line, &names);
}

/// Draws rows below each other: a gutter with the mark of the selected, marked or flagged row, then the text, wrapped or cut.
fn rows(
    app: &App,
    buffer: &mut Buffer,
    area: Rect,
    (at, focus, wraps): (usize, Option<bool>, bool),
    shown: impl Iterator<Item = (usize, Row, bool)>,
) {
    let columns = usize::from(area.width).saturating_sub(GUTTER);
    let mut y = area.y;
    for (index, row, is_marked) in shown {
        if y >= area.bottom() {
            break;
        }
        let is_selected = focus.is_some() && index == at;
        let lines = if wraps && app.wraps { wrapped(&row, columns) } else { vec![cut(&row, columns)] };
        for (number, line) in lines.into_iter().enumerate() {
            if y >= area.bottom() {
                break;
            }
            let gutter = match (number, is_selected, is_marked) {
                (0, true, _) => ">",
                (0, false, true) => "*",
                _ => " ",
            };
            let flag = if number == 0 && row.is_flagged { "!" } else { " " };
            let mut texts = vec![Text::raw(gutter), Text::styled(flag, app.theme.style(Tone::Damage))];
            texts.extend(line.into_iter().flat_map(|span| found(app, span)));
            let place = Rect { y, height: 1, ..area };
            Line::from(texts).render(place, buffer);
            if is_selected {
                buffer.set_style(place, app.theme.selected(focus == Some(true)));
            }
            y += 1;
        }
    }
}

/// Cuts a row to the columns that there are.
fn cut(row: &Row, columns: usize) -> Vec<Span> {
    let mut left = columns;
    let mut spans = Vec::new();
    for span in &row.spans {
        let width = width_of(&span.text);
        if width > left {
            spans.push(Span { text: fitted(&span.text, left), tone: span.tone });
            break;
        }
        left -= width;
        spans.push(span.clone());
    }
    spans
}

/// Shows the hits of the search within a text.
fn found(app: &App, span: Span) -> Vec<Text<'static>> {
    let style = app.theme.style(span.tone);
    let needle = app.needle.to_lowercase();
    let folded = span.text.to_lowercase();
    // Where folding changes the length, places in the folded text are none in the text.
    if needle.is_empty() || folded.len() != span.text.len() {
        return vec![Text::styled(span.text, style)];
    }
    let mut texts = Vec::new();
    let mut rest = 0;
    for (start, hit) in folded.match_indices(&needle) {
        let end = start + hit.len();
        if let (Some(before), Some(hit)) = (span.text.get(rest..start), span.text.get(start..end)) {
            texts.push(Text::styled(before.to_owned(), style));
            texts.push(Text::styled(hit.to_owned(), style.add_modifier(ratatui::style::Modifier::REVERSED)));
            rest = end;
        }
    }
    texts.push(Text::styled(span.text.get(rest..).unwrap_or_default().to_owned(), style));
    texts
}

fn footer(app: &App, buffer: &mut Buffer, area: Rect) {
    let text = match (&app.mode, &app.notice) {
        (Mode::Search(input, _), notice) => {
            let notice = notice.as_ref().map(|notice| format!("   ({notice})")).unwrap_or_default();
            format!("/{}{notice}", input.text)
        }
        (Mode::Save(input, _), _) => format!("save to: {}", input.text),
        (Mode::Filter(input), notice) => {
            // What is wrong stands above the line, where it has room.
            if let (Some(notice), Some(y)) = (notice, area.y.checked_sub(1)) {
                let text = fitted(&printable(notice).to_string(), usize::from(area.width));
                write(buffer, Rect { y, ..area }, &[(text, app.theme.bar(true))]);
            }
            format!("filter: {}", input.text)
        }
        (_, Some(notice)) => notice.clone(),
        _ if app.screen == Screen::File && app.tab == Tab::Hex => match &app.file {
            Some(file) => view::hex::owner(file, app.byte),
            None => hints(app),
        },
        _ => hints(app),
    };
    let style = if app.notice.is_some() { app.theme.style(Tone::Strong) } else { app.theme.style(Tone::Plain) };
    write(buffer, area, &[(fitted(&printable(&text).to_string(), usize::from(area.width)), style)]);
}

/// Returns as many hints as fit, in the order of the keymap.
fn hints(app: &App) -> String {
    let width = usize::from(app.size.0);
    let mut text = String::new();
    for binding in bindings_of(app.screen).filter(|binding| !binding.hint.is_empty()) {
        let hint = format!("{} {}", binding.keys.first().copied().unwrap_or_default(), binding.hint);
        let gap = if text.is_empty() { "" } else { "  " };
        if width_of(&text) + gap.len() + width_of(&hint) > width {
            continue;
        }
        text.push_str(gap);
        text.push_str(&hint);
    }
    text
}

/// Draws a list that an input line narrows over the screen; returns where the cursor stands.
fn overlay_list(app: &App, buffer: &mut Buffer, (name, list): (&str, &[Row]), overlay: &Overlay) -> Option<(usize, u16)> {
    let (width, height) = app.size;
    let margin = if width >= 60 { 4 } else { 0 };
    let area =
        Rect { x: margin, y: u16::from(height >= 14), width: width - 2 * margin, height: height.saturating_sub(if height >= 14 { 3 } else { 1 }) };
    if area.width == 0 || area.height == 0 {
        return None;
    }
    Clear.render(area, buffer);
    let prompt = format!(" {name}: {}", printable(&overlay.input.text));
    write(buffer, Rect { height: 1, ..area }, &[(fitted(&prompt, usize::from(area.width)), app.theme.bar(true))]);
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let mut cursor = overlay.cursor;
    let columns = usize::from(body.width).saturating_sub(GUTTER);
    let lines = |index: usize| list.get(index).map_or(1, |row| if app.wraps { wrapped(row, columns).len() } else { 1 });
    cursor.settle(list.len(), usize::from(body.height), lines);
    let shown = list.iter().enumerate().skip(cursor.top).map(|(index, row)| (index, row.clone(), false));
    if list.is_empty() {
        let none = Row::new().with(Tone::Dim, "nothing fits; Backspace takes a letter away, Esc closes");
        rows(app, buffer, body, (0, None, true), std::iter::once((0, none, false)));
    } else {
        rows(app, buffer, body, (cursor.at, Some(true), true), shown);
    }
    let before = format!(" {name}: {}", printable(overlay.input.before()));
    Some((usize::from(area.x) + width_of(&before), area.y))
}

impl App {
    /// Returns whether a thing is marked.
    #[must_use]
    pub fn is_marked(&self, item: &Item) -> bool {
        !self.marks.is_empty() && self.marks.contains(&self.name_of(item))
    }
}
