//! Headers: the path of the message as a table of hops with their delays, then every field.

use crate::{
    base::{Timestamp, counted},
    formats::mime::{HeaderBlock, HeaderFault, HeaderField, Received, received},
};

use crate::tui::row::{Row, Tone};

/// Returns the rows of a header block.
pub(super) fn rows(block: &HeaderBlock) -> Vec<Row> {
    let mut rows = path(block);
    rows.push(Row::heading(format!("Fields ({})", block.fields.len())));
    rows.extend(block.fields.iter().map(field));
    rows.extend(block.strays.iter().map(|stray| Row::new().with(Tone::Damage, "no field: ").with(Tone::Plain, &stray.text).flag(true)));
    rows
}

fn field(field: &HeaderField) -> Row {
    let is_faulty = field.fault != HeaderFault::default();
    let row = Row::new().with(Tone::Strong, format!("{}: ", field.name)).with(Tone::Plain, &field.value).hang(4);
    row.flag(is_faulty).key(field.name.to_lowercase()).copies(format!("{}: {}", field.name, field.value))
}

/// The oldest hop comes first, as the message travelled.
fn path(block: &HeaderBlock) -> Vec<Row> {
    let mut hops: Vec<Received> = block.all("Received").map(|field| received(&field.value)).collect();
    hops.reverse();
    if hops.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![Row::heading(format!("Path ({}, oldest first)", counted(hops.len(), "hop")))];
    let delays = delays(&hops);
    let slowest = slowest(&delays);
    for (index, (hop, delay)) in hops.iter().zip(&delays).enumerate() {
        let row = hop_row(index + 1, hop, *delay);
        rows.push(if slowest == Some(index) { row.with(Tone::Strong, "  the slowest") } else { row });
    }
    rows.push(Row::new());
    rows
}

/// Returns how long each hop took since the one before it.
fn delays(hops: &[Received]) -> Vec<Option<i64>> {
    let mut before: Option<Timestamp> = None;
    let delay = |hop: &Received| {
        let time = hop.date.map(|date| date.time);
        let delay = time.zip(before).map(|(time, before)| time.seconds_since(before));
        before = time.or(before);
        delay
    };
    hops.iter().map(delay).collect()
}

fn slowest(delays: &[Option<i64>]) -> Option<usize> {
    let timed = delays.iter().enumerate().filter_map(|(index, delay)| Some((index, delay.filter(|delay| *delay > 0)?)));
    timed.max_by_key(|(index, delay)| (*delay, std::cmp::Reverse(*index))).map(|(index, _)| index)
}

/// Returns how many hops a mail took, and where it waited longest.
pub(super) fn journey(block: &HeaderBlock) -> Option<String> {
    let mut hops: Vec<Received> = block.all("Received").map(|field| received(&field.value)).collect();
    hops.reverse();
    let delays = delays(&hops);
    let slowest = slowest(&delays).and_then(|index| Some((hops.get(index)?, delays.get(index).copied().flatten()?)));
    let waited = slowest.map(|(hop, delay)| format!(", the slowest +{} to {}", crate::tui::view::span(delay), hop.by.as_deref().unwrap_or("?")));
    (!hops.is_empty()).then(|| format!("{}{}", counted(hops.len(), "hop"), waited.unwrap_or_default()))
}

fn hop_row(number: usize, hop: &Received, delay: Option<i64>) -> Row {
    const SLOW: i64 = 3_600;
    let tone = match delay {
        Some(delay) if delay < 0 => Tone::Error,
        Some(delay) if delay >= SLOW => Tone::Warning,
        _ => Tone::Good,
    };
    let shown = delay.map(|delay| format!("+{}", crate::tui::view::span(delay)).replace("+-", "-")).unwrap_or_default();
    let time = hop.date.map(|date| date.time.to_string()).or_else(|| hop.date_text.clone()).unwrap_or_else(|| "no time".to_owned());
    let from = hop.from.as_deref().unwrap_or("?");
    let by = hop.by.as_deref().unwrap_or("?");
    let with = hop.with.as_deref().map(|with| format!(" with {with}")).unwrap_or_default();
    let build = hop.build.as_deref().map(|build| format!(" ({build})")).unwrap_or_default();
    Row::new()
        .number(Tone::Dim, number.to_string(), 2)
        .cell(Tone::Dim, time, 20)
        .number(tone, shown, 8)
        .with(Tone::Plain, format!("{from} > "))
        .with(Tone::Strong, by)
        .with(Tone::Dim, format!("{with}{build}"))
        .hang(6)
        .flag(tone != Tone::Good)
}
