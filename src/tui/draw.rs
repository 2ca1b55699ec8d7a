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
    copying::part_row,
    filtering::takes_language,
    keymap::bindings_of,
    layout::{Area, has_detail, layout},
    moves::GUTTER,
    overlay::{Mode, Overlay},
    row::{Row, Span, Tone, fitted, width_of, wrapped},
    sideways::cut,
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
        Mode::Save(input, _) | Mode::Filter(input) | Mode::Search(input, _) => {
            let prompt = width_of(&prompt(app)) + width_of(&printable(input.before()).to_string());
            parts.footer.map(|area| (prompt, area.y))
        }
        Mode::Palette(overlay) => {
            let rows: Vec<Row> = app.offers(&overlay.input.text).iter().map(|offer| app.offer_row(offer)).collect();
            overlay_list(app, buffer, ("Commands", &rows), overlay)
        }
        Mode::Copy(overlay) => {
            let rows: Vec<Row> = app.parts(&overlay.input.text).iter().map(part_row).collect();
            overlay_list(app, buffer, ("Copy", &rows), overlay)
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
    let right = match app.asked.as_ref().and_then(|asked| asked.progress) {
        Some((done, total)) => format!("filter: {done} of {total} messages read again; Esc stops"),
        None if app.is_reading => reading(app),
        None => place(app, width / 2),
    };
    let left = format!(" imcscan  {}", printable(&who));
    format!("{}{right} ", fitted(&left, width.saturating_sub(width_of(&right) + 1)))
}

/// Returns what the screen leaves out, and on tables, whose title line names the columns, where one is.
fn place(app: &App, room: usize) -> String {
    let pane = app.pane();
    let filter = app.filters[app.screen].as_ref().map(|filtering| format!("filter: {}", filtering.text));
    let only = pane.only_flagged.then(|| "only !".to_owned());
    let is_table = view::header(app, 0).is_some() && !app.list().is_empty();
    let at = is_table.then(|| format!("{}/{}", pane.list.at + 1, app.list().len()));
    let said = printable(&[filter, only].into_iter().flatten().collect::<Vec<_>>().join(", ")).to_string();
    let said = fitted(&said, width_of(&said).min(room));
    [Some(said).filter(|said| !said.is_empty()), at].into_iter().flatten().collect::<Vec<_>>().join("  ")
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
        rows(app, buffer, area.body, Shown { at: 0, focus: None, left: 0, wraps: true }, std::iter::once((0, view::emptiness(app), false)));
        return;
    }
    let made_for = app.row_columns(columns);
    let shown = app.list().iter().enumerate().skip(pane.list.top).map(|(index, item)| {
        let row = view::row(app, item, made_for);
        (index, row, app.is_marked(item))
    });
    let how = Shown { at: pane.list.at, focus: Some(has_focus), left: pane.list.left, wraps: app.wraps_list() };
    rows(app, buffer, area.body, how, shown);
}

fn list_title(app: &App, columns: usize) -> String {
    let at = app.pane().list.at + 1;
    let len = app.list().len();
    let place = if len == 0 { String::new() } else { format!("{at}/{len}") };
    let width = columns + GUTTER;
    if let Some(header) = view::header(app, app.row_columns(columns)) {
        let header = cut(&header, app.pane().list.left, columns);
        return format!("  {}", header.iter().map(|span| span.text.as_str()).collect::<String>());
    }
    let name = match app.screen {
        Screen::File => app.file.as_ref().map_or_else(|| "File".to_owned(), |file| file.path.clone()),
        screen => screen.name().to_owned(),
    };
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
    let how = Shown { at: pane.detail.at, focus: pane.in_detail.then_some(true), left: pane.detail.left, wraps: app.wraps_detail(&content) };
    rows(app, buffer, area.body, how, shown);
}

fn file_title(app: &App, buffer: &mut Buffer, line: Rect) {
    let names: Vec<_> = bar::tabs(app).into_iter().map(|(tab, name, _)| (name, app.theme.bar(tab == app.tab))).collect();
    write(buffer, line, &names);
}

/// How rows are shown.
#[derive(Debug, Clone, Copy)]
struct Shown {
    /// The selected row.
    at: usize,
    /// Whether the pane has the focus; none when it has no selected row.
    focus: Option<bool>,
    /// The first column that is shown.
    left: usize,
    wraps: bool,
}

/// Draws rows below each other: a gutter with the mark of the selected, marked or flagged row, then the text, wrapped or cut.
fn rows(app: &App, buffer: &mut Buffer, area: Rect, how: Shown, shown: impl Iterator<Item = (usize, Row, bool)>) {
    let Shown { at, focus, left, wraps } = how;
    let columns = usize::from(area.width).saturating_sub(GUTTER);
    let mut y = area.y;
    for (index, row, is_marked) in shown {
        if y >= area.bottom() {
            break;
        }
        let is_selected = focus.is_some() && index == at;
        let lines = if wraps { wrapped(&row, columns) } else { vec![cut(&row, left, columns)] };
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

/// Returns what stands before a line that is typed.
fn prompt(app: &App) -> String {
    match &app.mode {
        Mode::Search(..) => "/".to_owned(),
        Mode::Filter(_) if takes_language(app.screen) => "filter: ".to_owned(),
        Mode::Filter(_) => "rows that say: ".to_owned(),
        Mode::Save(..) => format!("save to (Enter: {}): ", app.directory),
        _ => String::new(),
    }
}

fn footer(app: &App, buffer: &mut Buffer, area: Rect) {
    let text = match (&app.mode, &app.notice) {
        (Mode::Search(input, _), notice) => {
            let notice = notice.as_ref().map(|notice| format!("   ({notice})")).unwrap_or_default();
            format!("{}{}{notice}", prompt(app), input.text)
        }
        (Mode::Save(input, _), _) => format!("{}{}", prompt(app), input.text),
        (Mode::Filter(input), notice) => {
            // What is wrong stands above the line, where it has room.
            if let (Some(notice), Some(y)) = (notice, area.y.checked_sub(1)) {
                let text = fitted(&printable(notice).to_string(), usize::from(area.width));
                write(buffer, Rect { y, ..area }, &[(text, app.theme.bar(true))]);
            }
            format!("{}{}", prompt(app), input.text)
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
        rows(app, buffer, body, Shown { at: 0, focus: None, left: 0, wraps: true }, std::iter::once((0, none, false)));
    } else {
        rows(app, buffer, body, Shown { at: cursor.at, focus: Some(true), left: 0, wraps: app.wraps }, shown);
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
