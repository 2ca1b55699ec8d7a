//! Which key does what: one table, from which the hints, the help and the palette are made, so that nothing is listed that does not work.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{
    action::Action,
    input::Edit,
    target::Screen::{self, File, Findings, Messages},
};

/// Where a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// On every screen.
    Everywhere,
    /// On one screen, where it comes before the same key of everywhere.
    On(Screen),
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// The keys by name.
    pub keys: &'static [&'static str],
    /// What they do.
    pub action: Action,
    /// Where.
    pub scope: Scope,
    /// A word or two for the hints; empty where they have no room for it.
    pub hint: &'static str,
    /// A sentence for help and palette.
    pub help: &'static str,
}

const fn any(keys: &'static [&'static str], action: Action, hint: &'static str, help: &'static str) -> Binding {
    Binding { keys, action, scope: Scope::Everywhere, hint, help }
}

const fn on(screen: Screen, keys: &'static [&'static str], action: Action, hint: &'static str, help: &'static str) -> Binding {
    Binding { keys, action, scope: Scope::On(screen), hint, help }
}

/// The table, in the order of help; hints come in the same order.
#[rustfmt::skip]
pub static KEYMAP: &[Binding] = &[
    any(&["?", "f1"],                 Action::Help,                     "help",     "show the keys"),
    on(File, &["tab", "]"],           Action::NextTab,                  "next tab", "go to the next tab of the file"),
    on(File, &["backtab", "["],       Action::PreviousTab,              "",         "go to the previous tab of the file"),
    any(&["enter"],                   Action::Open,                     "open",     "follow the row: open it, or jump to its proof"),
    any(&["backspace", "ctrl-o"],     Action::Back,                     "back",     "go back to where you were"),
    any(&["alt-right", "+"],          Action::Forward,                  "",         "go forward again"),
    any(&["/"],                       Action::Search,                   "search",   "search in this pane while you type"),
    any(&["n"],                       Action::SearchNext,               "",         "go to the next hit"),
    any(&["N"],                       Action::SearchPrevious,           "",         "go to the previous hit"),
    any(&["e"],                       Action::NextFlag,                 "finding",  "go to the next row with a finding, damage or deviation"),
    any(&["E"],                       Action::PreviousFlag,             "",         "go to the previous row with a finding, damage or deviation"),
    any(&["d"],                       Action::OnlyFlagged,              "only !",   "show only rows with a finding, damage or deviation, or all"),
    on(Messages, &["f"],              Action::Filter,                   "filter",   "filter the messages: from:@contoso.com size:>1M has:finding ..."),
    on(Findings, &["f"],              Action::Filter,                   "filter",   "filter the findings: severity:>=error rule:MSG078 queue:out ..."),
    any(&["f"],                       Action::Filter,                   "filter",   "show only rows that say some words"),
    on(Messages, &[">"],              Action::SortRight,                "sort",     "sort by the column to the right"),
    on(Messages, &["<"],              Action::SortLeft,                 "",         "sort by the column to the left"),
    on(Messages, &["r"],              Action::SortReverse,              "reverse",  "turn the order around"),
    on(Findings, &["o"],              Action::Touched,                  "messages", "show the messages that the finding touches"),
    on(Findings, &["l", "right"],     Action::Right,                    "proof",    "go into the detail with the proof"),
    any(&["l", "right"],              Action::Right,                    "",         "go to the pane on the right or below; in hex a byte on"),
    any(&["h", "left"],               Action::Left,                     "",         "go to the pane on the left or above; in hex a byte back"),
    any(&["L", "shift-right", "."],   Action::Sideways(1),              "",         "scroll to the right, to what is cut off"),
    any(&["H", "shift-left", ","],    Action::Sideways(-1),             "",         "scroll back to the left"),
    any(&[":", "ctrl-p"],             Action::Palette,                  "commands", "find any action by a few letters"),
    any(&["q", "ctrl-c"],             Action::Quit,                     "quit",     "leave"),
    any(&["esc"],                     Action::Cancel,                   "",         "close what is open, leave the detail, stop reading"),
    any(&["j", "down"],               Action::Move(1),                  "",         "one row down"),
    any(&["k", "up"],                 Action::Move(-1),                 "",         "one row up"),
    any(&["space", "ctrl-f", "pgdn"], Action::HalfPages(2),             "",         "one page down"),
    any(&["b", "ctrl-b", "pgup"],     Action::HalfPages(-2),            "",         "one page up"),
    any(&["ctrl-d"],                  Action::HalfPages(1),             "",         "half a page down"),
    any(&["ctrl-u"],                  Action::HalfPages(-1),            "",         "half a page up"),
    any(&["g", "home"],               Action::First,                    "",         "to the first row"),
    any(&["G", "end"],                Action::Last,                     "",         "to the last row"),
    any(&["m"],                       Action::Mark,                     "",         "mark the row, or take the mark away"),
    any(&["'"],                       Action::NextMark,                 "",         "go to the next marked row"),
    any(&["y"],                       Action::Copy,                     "",         "copy the row to the clipboard (OSC 52)"),
    any(&["Y"],                       Action::CopyAll,                  "",         "copy all rows of the pane to the clipboard"),
    any(&["c"],                       Action::CopyPart,                 "copy",     "copy a cell, a proof or the row: choose which"),
    any(&["C"],                       Action::SaveCopy,                 "",         "save what was copied last as a text file"),
    on(Messages, &["s"],              Action::Save,                     "save",     "save the marked messages, or all listed, as JSON and CSV"),
    on(Findings, &["s"],              Action::Save,                     "save",     "save the finding as Markdown"),
    on(File, &["s"],                  Action::Save,                     "save",     "save the selected attachment under a safe new name"),
    any(&["R"],                       Action::Resume,                   "",         "take up screen, filter, order and marks of the last time"),
    any(&["z"],                       Action::Zoom,                     "",         "give one pane all the room, or show both"),
    any(&["w"],                       Action::Wrap,                     "",         "wrap long rows, or cut them"),
    any(&["t"],                       Action::Theme,                    "",         "take the next theme"),
    any(&["tab"],                     Action::NextScreen,               "",         "go to the next screen"),
    any(&["backtab"],                 Action::PreviousScreen,           "",         "go to the previous screen"),
    any(&["1"],                       Action::Go(Screen::Overview),     "",         "overview: who and what, verdict, queues, charts"),
    any(&["2"],                       Action::Go(Screen::Findings),     "",         "findings with their proof"),
    any(&["3"],                       Action::Go(Screen::Messages),     "",         "messages of all queues"),
    any(&["4"],                       Action::Go(Screen::Registry),     "",         "registry values of the service"),
    any(&["5"],                       Action::Go(Screen::Profile),      "",         "MAPI profiles"),
    any(&["6"],                       Action::Go(Screen::Gateway),      "",         "the connector's object of the directory export"),
    any(&["7"],                       Action::Go(Screen::Files),        "",         "files on disk against the packing list"),
    any(&["8"],                       Action::Go(Screen::Rules),        "",         "rules with their outcome"),
    any(&["9"],                       Action::Go(Screen::Siblings),     "",         "files of IMCCOPY and the migration tools"),
    any(&["0"],                       Action::Go(Screen::File),         "",         "the file that was opened last"),
    any(&["ctrl-z"],                  Action::Suspend,                  "",         "stop the program; `fg` brings it back"),
];

/// Returns the action of a key on a screen.
#[must_use]
pub fn action_of(key: &str, screen: Screen) -> Option<Action> {
    binding_of(key, screen).map(|binding| binding.action)
}

fn binding_of(key: &str, screen: Screen) -> Option<&'static Binding> {
    let with = |scope: Scope| KEYMAP.iter().find(|binding| binding.scope == scope && binding.keys.contains(&key));
    with(Scope::On(screen)).or_else(|| with(Scope::Everywhere))
}

/// Returns the lines of the table that work on a screen.
pub fn bindings_of(screen: Screen) -> impl Iterator<Item = &'static Binding> {
    KEYMAP.iter().filter(move |binding| {
        binding.scope == Scope::On(screen)
            || binding.scope == Scope::Everywhere
                && binding.keys.iter().any(|key| binding_of(key, screen).is_some_and(|other| std::ptr::eq(other, *binding)))
    })
}

/// Returns the name of a key as the table has it.
#[must_use]
pub fn name_of(key: KeyEvent) -> String {
    let name = match key.code {
        KeyCode::Char(' ') => "space".to_owned(),
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => c.to_lowercase().collect(),
        KeyCode::Char(c) => c.to_string(),
        KeyCode::PageDown => "pgdn".to_owned(),
        KeyCode::PageUp => "pgup".to_owned(),
        KeyCode::F(number) => format!("f{number}"),
        KeyCode::BackTab => "backtab".to_owned(),
        other => other.to_string().to_lowercase(),
    };
    let control = if key.modifiers.contains(KeyModifiers::CONTROL) { "ctrl-" } else { "" };
    let shift = if key.modifiers.contains(KeyModifiers::SHIFT) && matches!(key.code, KeyCode::Left | KeyCode::Right) { "shift-" } else { "" };
    let alt = if key.modifiers.contains(KeyModifiers::ALT) { "alt-" } else { "" };
    format!("{control}{alt}{shift}{name}")
}

/// Returns what a key does to a line that is typed.
#[must_use]
pub fn edit_of(key: &str) -> Option<Action> {
    Some(match key {
        "enter" => Action::Accept,
        "esc" | "ctrl-c" => Action::Cancel,
        "down" | "ctrl-n" | "tab" => Action::Move(1),
        "up" | "ctrl-p" | "backtab" => Action::Move(-1),
        "pgdn" => Action::HalfPages(2),
        "pgup" => Action::HalfPages(-2),
        "backspace" | "ctrl-h" => Action::Edit(Edit::Backspace),
        "del" | "delete" => Action::Edit(Edit::Delete),
        "ctrl-w" => Action::Edit(Edit::DeleteWord),
        "ctrl-u" => Action::Edit(Edit::Clear),
        "left" => Action::Edit(Edit::Left),
        "right" => Action::Edit(Edit::Right),
        "home" | "ctrl-a" => Action::Edit(Edit::Home),
        "end" | "ctrl-e" => Action::Edit(Edit::End),
        "space" => Action::Edit(Edit::Insert(' ')),
        key => {
            let mut characters = key.chars();
            match (characters.next(), characters.next()) {
                (Some(c), None) => Action::Edit(Edit::Insert(c)),
                _ => return None,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_key_is_given_twice_in_one_scope() {
        let mut seen = BTreeSet::new();
        for binding in KEYMAP {
            for key in binding.keys {
                assert!(seen.insert((format!("{:?}", binding.scope), key)), "{key}");
            }
        }
    }

    #[test]
    fn a_screen_may_take_a_key_for_itself() {
        assert_eq!(action_of("tab", Screen::File), Some(Action::NextTab));
        assert_eq!(action_of("tab", Screen::Rules), Some(Action::NextScreen));
        assert_eq!(action_of("r", Screen::Rules), None);
        assert!(bindings_of(Screen::File).all(|binding| binding.action != Action::NextScreen));
        assert_eq!(bindings_of(Screen::Findings).filter(|binding| binding.keys.contains(&"f")).count(), 1);
    }

    #[test]
    fn names_of_keys_fit_the_table() {
        let name = |code, modifiers| name_of(KeyEvent::new(code, modifiers));
        assert_eq!(name(KeyCode::Char('P'), KeyModifiers::CONTROL), "ctrl-p");
        assert_eq!(name(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(name(KeyCode::Right, KeyModifiers::ALT), "alt-right");
        for code in [KeyCode::Enter, KeyCode::Esc, KeyCode::Backspace, KeyCode::Home, KeyCode::End, KeyCode::Up, KeyCode::Tab, KeyCode::PageDown] {
            let name = name(code, KeyModifiers::NONE);
            assert!(KEYMAP.iter().any(|binding| binding.keys.contains(&name.as_str())), "{name}");
        }
    }
}
