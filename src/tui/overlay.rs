//! What lies over the screens: the search line, the palette, the help. Each is an input line; palette and help list what fits it.

use nucleo_matcher::{
    Config, Matcher,
    pattern::{CaseMatching, Normalization, Pattern},
};

use super::{
    action::Action,
    app::App,
    cursor::Cursor,
    input::Input,
    keep::Saved,
    keymap::{Binding, KEYMAP, Scope, bindings_of},
    row::{Row, Tone},
    target::{Item, Screen},
    view,
};

/// What keys mean at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// They are those of the screen.
    Browse,
    /// They type a search; with the row where it began.
    Search(Input, usize),
    /// They type a filter.
    Filter(Input),
    /// They type a directory to save to.
    Save(Input, Saved),
    /// They type words for the palette.
    Palette(Overlay),
    /// They type words for the help.
    Help(Overlay),
    /// They type words for what is to be copied.
    Copy(Overlay),
}

/// A list that an input line narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlay {
    /// The line.
    pub input: Input,
    /// Where one is in the list.
    pub cursor: Cursor,
}

/// Something that the palette offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// An action with its keys.
    Action(Action, String),
    /// A rule.
    Rule(usize),
    /// A filter that is often wanted, by its index.
    Ready(usize),
}

/// Filters that are often wanted, each with what it shows.
const READY: [(&str, Screen, &str); 16] = [
    ("NDRs: non-delivery reports", Screen::Messages, "is:ndr"),
    ("damaged messages", Screen::Messages, "is:damaged"),
    ("messages with a finding", Screen::Messages, "has:finding"),
    ("attachments: messages that have some", Screen::Messages, "has:attachment"),
    ("programs attached to messages (.exe .com .bat .pif .scr .vbs)", Screen::Messages, r"attach:/\.(exe|com|bat|cmd|pif|scr|vbs|js)$/"),
    ("large messages (over 1 MB)", Screen::Messages, "size:>1M"),
    ("many recipients: messages to more than 50", Screen::Messages, "recipients:>50"),
    ("outbound messages (MTS-OUT)", Screen::Messages, "queue:out"),
    ("inbound messages (MTS-IN)", Screen::Messages, "queue:in"),
    ("bad: messages given up", Screen::Messages, "queue:bad"),
    ("grave findings: critical and errors", Screen::Findings, "severity:>=error"),
    ("security findings", Screen::Findings, "tag:security"),
    ("not evaluated rules, and why", Screen::Rules, "\"not ev.\""),
    ("missing files", Screen::Files, "missing"),
    ("unlisted files", Screen::Files, "unlisted"),
    ("partly read files", Screen::Files, "partly"),
];

impl App {
    pub(super) fn begin_search(&mut self) {
        let pane = self.pane();
        let start = if pane.in_detail { pane.detail.at } else { pane.list.at };
        self.mode = Mode::Search(Input::default(), start);
    }

    /// Does what an overlay makes of an action; returns whether it was one for it.
    pub(super) fn update_overlay(&mut self, action: Action) -> bool {
        if matches!(action, Action::Resized(..) | Action::Click(..)) {
            return false;
        }
        match std::mem::replace(&mut self.mode, Mode::Browse) {
            Mode::Browse => return false,
            Mode::Search(input, start) => self.update_search(action, input, start),
            Mode::Filter(input) => self.update_filter(action, input),
            Mode::Save(input, saved) => self.update_save(action, input, saved),
            Mode::Palette(overlay) => {
                let offers = self.offers(&overlay.input.text);
                match edited(overlay, action, offers.len()) {
                    Ok(overlay) => self.mode = Mode::Palette(overlay),
                    Err(Some(at)) => self.take_offer(offers.get(at)),
                    Err(None) => {}
                }
            }
            Mode::Copy(overlay) => {
                let parts = self.parts(&overlay.input.text);
                match edited(overlay, action, parts.len()) {
                    Ok(overlay) => self.mode = Mode::Copy(overlay),
                    Err(at) => self.take_part(at.and_then(|at| parts.get(at))),
                }
            }
            Mode::Help(overlay) => {
                let rows = self.help(&overlay.input.text);
                if let Ok(overlay) = edited(overlay, action, rows.len()) {
                    self.mode = Mode::Help(overlay);
                }
            }
        }
        true
    }

    fn update_search(&mut self, action: Action, mut input: Input, start: usize) {
        match action {
            Action::Edit(edit) => {
                input.edit(edit);
                self.needle.clone_from(&input.text);
                if self.needle.is_empty() {
                    self.move_to(start);
                } else {
                    self.find_from(start);
                }
                self.mode = Mode::Search(input, start);
            }
            Action::Move(rows) => {
                self.find_next(rows.signum());
                self.mode = Mode::Search(input, start);
            }
            Action::Cancel => {
                self.needle.clear();
                self.move_to(start);
            }
            Action::Accept => {}
            _ => self.mode = Mode::Search(input, start),
        }
    }

    fn take_offer(&mut self, offer: Option<&Offer>) {
        match offer {
            Some(Offer::Action(action, _)) => self.update(*action),
            Some(Offer::Rule(index)) => {
                self.follow(super::target::Target::Item(Screen::Rules, Box::new(Item::Rule(*index))));
                self.pane_mut().in_detail = true;
            }
            Some(Offer::Ready(index)) => {
                if let Some((_, screen, filter)) = READY.get(*index) {
                    self.follow(super::target::Target::Filtered(*screen, (*filter).into()));
                }
            }
            None => {}
        }
    }

    /// Returns what the palette offers for some words, best first.
    #[must_use]
    pub fn offers(&self, words: &str) -> Vec<Offer> {
        let mut offers: Vec<(Offer, String)> = Vec::new();
        for binding in bindings_of(self.screen).filter(|binding| !matches!(binding.action, Action::Palette)) {
            offers.push((Offer::Action(binding.action, binding.help.to_owned()), format!("{} {}", binding.help, binding.keys.join(" "))));
        }
        let ready = READY.iter().enumerate().filter(|_| self.report.is_some());
        offers.extend(ready.map(|(index, (words, _, filter))| (Offer::Ready(index), format!("{words} {filter}"))));
        let outcomes = self.report.iter().flat_map(|report| report.outcomes.iter().enumerate());
        for (index, (rule, _)) in outcomes.filter(|_| !words.is_empty()) {
            offers.push((Offer::Rule(index), format!("{} {}", rule.meta.code, rule.meta.name)));
        }
        if words.is_empty() {
            return offers.into_iter().map(|(offer, _)| offer).collect();
        }
        let pattern = Pattern::parse(words, CaseMatching::Ignore, Normalization::Smart);
        let mut config = Config::DEFAULT;
        config.prefer_prefix = true;
        let mut matcher = Matcher::new(config);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, Offer)> = offers
            .into_iter()
            .filter_map(|(offer, text)| Some((pattern.score(nucleo_matcher::Utf32Str::new(&text, &mut buffer), &mut matcher)?, offer)))
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        scored.into_iter().map(|(_, offer)| offer).collect()
    }

    /// Returns an offer as a row.
    #[must_use]
    pub fn offer_row(&self, offer: &Offer) -> Row {
        match offer {
            Offer::Action(action, help) => {
                let keys = bindings_of(self.screen).find(|binding| binding.action == *action).map(keys_of).unwrap_or_default();
                Row::new().cell(Tone::Strong, keys, KEYS).with(Tone::Plain, help).hang(KEYS + 1)
            }
            Offer::Ready(index) => {
                let (words, _, filter) = READY.get(*index).copied().unwrap_or(("", Screen::Messages, ""));
                Row::new().cell(Tone::Dim, "filter", KEYS).with(Tone::Plain, words).with(Tone::Dim, format!("  {filter}")).hang(KEYS + 1)
            }
            Offer::Rule(index) => {
                let rule = self.report.as_ref().and_then(|report| report.outcomes.get(*index)).map(|(rule, _)| rule);
                let meta = rule.map(|rule| &rule.meta);
                let (code, name) = meta.map_or(("", ""), |meta| (meta.code, meta.name));
                Row::new().cell(Tone::Strong, code, KEYS).with(Tone::Plain, format!("rule {name}"))
            }
        }
    }

    /// Returns the keys with their sentences, those of this screen first, narrowed by a word.
    #[must_use]
    pub fn help(&self, word: &str) -> Vec<Row> {
        let word = word.to_lowercase();
        let fits = |binding: &&Binding| word.is_empty() || format!("{} {}", binding.help, binding.keys.join(" ")).to_lowercase().contains(&word);
        let mut rows = Vec::new();
        let mut section = |title: String, bindings: Vec<&Binding>| {
            if !bindings.is_empty() {
                rows.push(Row::heading(title));
                rows.extend(
                    bindings
                        .into_iter()
                        .map(|binding| Row::new().cell(Tone::Strong, keys_of(binding), KEYS).with(Tone::Plain, binding.help).hang(KEYS + 1)),
                );
            }
        };
        let own = Scope::On(self.screen);
        section(format!("On this screen ({})", self.screen.name()), KEYMAP.iter().filter(|binding| binding.scope == own).filter(fits).collect());
        let everywhere = bindings_of(self.screen).filter(|binding| binding.scope == Scope::Everywhere);
        section("Everywhere".to_owned(), everywhere.filter(fits).collect());
        for screen in Screen::ALL.into_iter().filter(|screen| *screen != self.screen) {
            let bindings = KEYMAP.iter().filter(|binding| binding.scope == Scope::On(screen)).filter(fits).collect();
            section(format!("On {}", screen.name()), bindings);
        }
        let marks: Vec<_> = view::MARKS.into_iter().filter(|(mark, meaning)| format!("{meaning} {mark}").contains(&word)).collect();
        if !marks.is_empty() {
            rows.push(Row::heading("Marks before a row"));
        }
        rows.extend(marks.into_iter().map(|(mark, meaning)| Row::new().cell(Tone::Strong, mark, KEYS).with(Tone::Plain, meaning).hang(KEYS + 1)));
        rows
    }
}

const KEYS: usize = 20;

fn keys_of(binding: &Binding) -> String {
    binding.keys.join(" ")
}

/// Returns the overlay after an action; the taken row, or nothing, when it closes.
fn edited(mut overlay: Overlay, action: Action, len: usize) -> Result<Overlay, Option<usize>> {
    match action {
        Action::Cancel => return Err(None),
        Action::Accept => return Err(Some(overlay.cursor.at)),
        Action::Edit(edit) => {
            overlay.input.edit(edit);
            overlay.cursor = Cursor::default();
        }
        Action::Move(rows) => overlay.cursor.move_by(rows, len),
        Action::HalfPages(halves) => overlay.cursor.move_by(halves * 5, len),
        _ => {}
    }
    Ok(overlay)
}
