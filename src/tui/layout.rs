//! Where things stand at each size: pure arithmetic, the same for drawing, scrolling and the mouse.

use ratatui::layout::Rect;

use super::{
    app::App,
    target::{Screen, Tab},
};

/// The parts of the screen; what there is no room for is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// Who and what.
    pub title: Option<Rect>,
    /// The screens.
    pub screens: Option<Rect>,
    /// The list with its title line.
    pub list: Option<Area>,
    /// The detail with its title line.
    pub detail: Option<Area>,
    /// Hints, prompt, notice.
    pub footer: Option<Rect>,
}

/// A pane: its title line and the rows below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// The title line.
    pub title: Option<Rect>,
    /// The rows.
    pub body: Rect,
}

/// Columns from which on two panes stand side by side.
const WIDE: u16 = 100;
/// Columns that sixteen bytes need beside their structure.
const WIDE_HEX: u16 = 116;
/// Rows that two panes need when one stands below the other.
const TALL: u16 = 15;

impl Area {
    fn of(area: Rect) -> Option<Self> {
        if area.width == 0 || area.height == 0 {
            return None;
        }
        let has_title = area.height >= 3;
        let body = if has_title { Rect { y: area.y + 1, height: area.height - 1, ..area } } else { area };
        Some(Self { title: has_title.then_some(Rect { height: 1, ..area }), body })
    }
}

/// Returns whether a screen has a detail beside its list.
#[must_use]
pub fn has_detail(screen: Screen) -> bool {
    !matches!(screen, Screen::Overview | Screen::Siblings)
}

/// Returns the parts of the screen at the size that the view has.
#[must_use]
pub fn layout(app: &App) -> Layout {
    let (width, height) = app.size;
    let line = |y: u16| Some(Rect { x: 0, y, width, height: 1 }).filter(|_| width > 0);
    let with_title = height >= 10;
    let with_screens = height >= 6;
    let with_footer = height >= 3;
    let top = u16::from(with_title) + u16::from(with_screens);
    let body = Rect { x: 0, y: top, width, height: height.saturating_sub(top + u16::from(with_footer)) };
    let (list, detail) = panes(app, body);
    Layout {
        title: line(0).filter(|_| with_title),
        screens: line(u16::from(with_title)).filter(|_| with_screens),
        list: list.and_then(Area::of),
        detail: detail.and_then(Area::of),
        footer: line(height.saturating_sub(1)).filter(|_| with_footer),
    }
}

fn panes(app: &App, body: Rect) -> (Option<Rect>, Option<Rect>) {
    if !has_detail(app.screen) || app.screen == Screen::File && app.file.is_none() {
        return (Some(body), None);
    }
    let is_hex = app.screen == Screen::File && app.tab == Tab::Hex;
    let is_wide = body.width >= if is_hex { WIDE_HEX } else { WIDE };
    if app.is_zoomed || !is_wide && body.height < TALL {
        return if app.pane().in_detail { (None, Some(body)) } else { (Some(body), None) };
    }
    if is_wide {
        let width = list_width(app, body.width);
        let detail = Rect { x: body.x + width + 1, width: body.width - width - 1, ..body };
        return (Some(Rect { width, ..body }), Some(detail));
    }
    let height = list_height(app, body.height);
    (Some(Rect { height, ..body }), Some(Rect { y: body.y + height, height: body.height - height, ..body }))
}

fn list_width(app: &App, width: u16) -> u16 {
    match app.screen {
        Screen::Messages => width * 2 / 3,
        Screen::File if app.tab == Tab::Hex => width.saturating_sub(82).max(34),
        Screen::File => (width / 4).max(28),
        _ => width / 2,
    }
}

fn list_height(app: &App, height: u16) -> u16 {
    let rows = u16::try_from(app.list().len()).unwrap_or(u16::MAX).saturating_add(1);
    match app.screen {
        Screen::Messages => height * 3 / 5,
        Screen::File if app.tab == Tab::Hex => (height / 3).max(4),
        Screen::File => rows.clamp(2, height / 3),
        Screen::Findings => rows.clamp(3, height / 2),
        _ => height / 2,
    }
}
