//! Queues and charts of the overview: counts with bars, each leading to the messages that it counts.

use std::collections::{BTreeMap, HashMap};

use crate::{backup::Backup, base::Timestamp, query::MessageTable};

use crate::tui::{
    message_row::MessageRow,
    row::{Row, Tone, fitted},
    rows::Rows,
    target::{Item, Screen, Target},
};

use super::words::{minute, size, span};

const BAR: usize = 6;

/// Returns the queues with their bytes and times, the message that waits longest and the newest one.
pub(super) fn queues(backup: &Backup, messages: &Rows) -> Vec<Row> {
    let mut rows = vec![Row::new(), Row::heading("Queues").to(Target::Screen(Screen::Messages))];
    let most = backup.queues.iter().map(|queue| queue.messages).max().unwrap_or(0);
    for queue in &backup.queues {
        let times = queue.arrivals.filter(|_| queue.messages > 0);
        let times = times.map(|(oldest, newest)| format!("{} .. {}", minute(oldest), minute(newest).get(5..).unwrap_or_default()));
        let row = Row::new().cell(Tone::Strong, &queue.name, 23).number(Tone::Plain, queue.messages.to_string(), 7);
        let row = row.number(Tone::Dim, size(queue.bytes), 6).with(Tone::Info, bar(queue.messages, most)).with(Tone::Plain, " ");
        let target = Target::Filtered(Screen::Messages, format!("queue:=\"{}\"", queue.name).into());
        rows.push(row.with(Tone::Dim, times.unwrap_or_default()).hang(2).to((queue.messages > 0).then_some(target)));
    }
    if backup.queues.is_empty() {
        rows.push(Row::text("none collected"));
    }
    rows.extend(ends(backup, messages));
    rows
}

/// Returns the oldest message, which tells where to look first, and the newest.
fn ends(backup: &Backup, messages: &Rows) -> Vec<Row> {
    let timed = || messages.iter().enumerate().filter_map(|(index, message)| Some((message.time?, index, message)));
    let row = |label: &str, (time, index, message): (Timestamp, usize, &MessageRow)| {
        let waits = backup.snapshot_time().map(|now| format!(", {} before the collection", span(now.seconds_since(time)))).unwrap_or_default();
        let sender = if message.sender.is_empty() { "nobody" } else { &message.sender };
        let text = format!("{} from {sender}, {}{waits}", minute(time), message.queue);
        Row::entry(label, text).to(Target::Item(Screen::Messages, Box::new(Item::Message(index))))
    };
    let oldest = timed().min_by_key(|(time, index, _)| (*time, *index)).map(|found| row("Oldest", found));
    let newest = timed().max_by_key(|(time, index, _)| (*time, *index)).map(|found| row("Newest", found));
    let largest = messages.iter().enumerate().max_by_key(|(index, message)| (message.size, std::cmp::Reverse(*index))).map(|(index, message)| {
        let text = format!("{}, {}, {}", size(message.size), message.path, message.subject);
        Row::entry("Largest", text).to(Target::Item(Screen::Messages, Box::new(Item::Message(index))))
    });
    [oldest, newest, largest].into_iter().flatten().collect()
}

/// Returns messages over time, by destination and by size.
pub(super) fn charts(messages: &Rows, table: &MessageTable) -> Vec<Row> {
    if messages.is_empty() {
        return Vec::new();
    }
    let mut rows = by_domain(table);
    rows.extend(over_time(messages));
    rows.extend(by_size(messages));
    rows
}

fn bar(count: usize, most: usize) -> String {
    let length = if most == 0 { 0 } else { (count * BAR).div_ceil(most) };
    fitted(&"█".repeat(length.min(BAR)), BAR)
}

/// A bar of a chart: its name, its count, and the filter that finds what it counts.
struct Bar {
    name: String,
    count: usize,
    filter: String,
}

fn chart(title: &str, bars: &[Bar]) -> Vec<Row> {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0);
    let line = |Bar { name, count, filter }: &Bar| {
        let row = Row::new().cell(Tone::Plain, name, 23).number(Tone::Plain, count.to_string(), 7).with(Tone::Info, bar(*count, most));
        row.to((*count > 0).then(|| Target::Filtered(Screen::Messages, filter.as_str().into())))
    };
    let mut rows = vec![Row::new(), Row::heading(title)];
    rows.extend(bars.iter().map(line));
    rows
}

fn over_time(messages: &Rows) -> Vec<Row> {
    const SLOTS: i64 = 8;
    const MINUTE: i64 = 60;
    let times: Vec<i64> = messages.iter().filter_map(|message| message.time.map(Timestamp::unix_seconds)).collect();
    let Some((first, last)) = times.iter().copied().min().zip(times.iter().copied().max()).filter(|(first, last)| first < last) else {
        return Vec::new();
    };
    // Slots begin and end with minutes, as filters do.
    let first = first.div_euclid(MINUTE) * MINUTE;
    let width = ((last - first) / SLOTS / MINUTE + 1) * MINUTE;
    let mut counts: BTreeMap<i64, usize> = (0..=(last - first) / width).map(|slot| (slot, 0)).collect();
    for time in times {
        *counts.entry((time - first) / width).or_default() += 1;
    }
    let bar = |(slot, count): (i64, usize)| {
        let [from, to] = [first + slot * width, first + (slot + 1) * width - MINUTE].map(|time| minute(Timestamp::from_unix(time)));
        Bar { filter: format!("date:{}..{}", from.replace(' ', "T"), to.replace(' ', "T")), name: format!("from {from}"), count }
    };
    chart("Messages over time", &counts.into_iter().map(bar).collect::<Vec<_>>())
}

fn by_domain(table: &MessageTable) -> Vec<Row> {
    const SHOWN: usize = 6;
    let mut counts: HashMap<String, usize> = HashMap::new();
    for row in &table.rows {
        for domain in row.domains() {
            *counts.entry(domain).or_default() += 1;
        }
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts.truncate(SHOWN);
    let bars: Vec<Bar> = counts.into_iter().map(|(name, count)| Bar { filter: format!("domain:=\"{name}\""), name, count }).collect();
    if bars.is_empty() { Vec::new() } else { chart("Destinations", &bars) }
}

fn by_size(messages: &Rows) -> Vec<Row> {
    const STEPS: [(u64, &str, &str); 5] = [
        (0, "below 4K", "size:<4k"),
        (4 << 10, "4K to 32K", "size:>=4k size:<32k"),
        (32 << 10, "32K to 256K", "size:>=32k size:<256k"),
        (256 << 10, "256K to 2M", "size:>=256k size:<2M"),
        (2 << 20, "2M and more", "size:>=2M"),
    ];
    let mut bars: Vec<Bar> = STEPS.iter().map(|(_, name, filter)| Bar { name: (*name).to_owned(), count: 0, filter: (*filter).to_owned() }).collect();
    for message in messages.iter() {
        let step = STEPS.iter().rposition(|(from, ..)| message.size >= *from).unwrap_or(0);
        bars.get_mut(step).into_iter().for_each(|bar| bar.count += 1);
    }
    chart("Sizes", &bars)
}
