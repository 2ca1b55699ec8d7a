//! Messages: one table over all queues, sorted by any column. Rows are made when they are drawn, so that their number costs nothing.

use crate::{backup::MailRecord, base::counted, report::Report};

use crate::tui::{
    app::{App, Sorting},
    message_row::{MessageRow, mail_of, party},
    row::{Row, Tone},
    rows::Rows,
    target::{Item, Spot, Target},
};

use super::words::{findings_of, minute, size};

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Columns of the terminal that it takes; 0 shares what is left.
    pub width: usize,
    /// The table must be so wide to show it.
    pub from: usize,
}

const fn column(name: &'static str, width: usize, from: usize) -> Column {
    Column { name, width, from }
}

/// The columns from left to right.
pub static COLUMNS: [Column; 9] = [
    column("Queue", 8, 36),
    column("Submitted", 16, 50),
    column("Sender", 0, 0),
    column("Recipients", 0, 70),
    column("Subject", 0, 0),
    column("Size", 5, 30),
    column("Att", 3, 76),
    column("Find", 4, 60),
    column("Dmg", 3, 64),
];

/// The column of times, by which the table is sorted at first: what waits longest comes first.
pub const BY_TIME: usize = 1;

/// Columns from which on times are shown with their year.
const ROOMY: usize = 100;

/// Returns the name of a column.
#[must_use]
pub fn column_name(column: usize) -> &'static str {
    COLUMNS.get(column).map_or("", |column| column.name)
}

/// The columns as `--sort` names them.
const SORT_NAMES: [&str; 9] = ["queue", "date", "from", "to", "subject", "size", "attachments", "findings", "damage"];

/// Returns the name of a column as `--sort` takes it.
#[must_use]
pub fn sort_name(column: usize) -> &'static str {
    SORT_NAMES.get(column).copied().unwrap_or_default()
}

/// Returns the column of a name that `--sort` takes.
#[must_use]
pub fn column_of(name: &str) -> Option<usize> {
    SORT_NAMES.iter().position(|known| *known == name)
}

/// Returns the columns that a table of this width shows, each with its width.
fn shown(width: usize) -> Vec<(usize, usize)> {
    // Where there is little room, times go without their year.
    let own = |index: usize, column: &Column| if index == BY_TIME && width < ROOMY { column.width - 5 } else { column.width };
    let visible = || COLUMNS.iter().enumerate().filter(|(_, column)| column.from <= width);
    let fixed: usize = visible().map(|(index, column)| own(index, column) + 1).sum();
    let sharing = visible().filter(|(_, column)| column.width == 0).count().max(1);
    let share = (width.saturating_sub(fixed) / sharing).max(4);
    visible().map(|(index, column)| (index, if column.width == 0 { share } else { own(index, column) })).collect()
}

/// Returns the names of the columns, the sorted one with its direction.
#[must_use]
pub fn header(app: &App, width: usize) -> Row {
    let mark = |index: usize| match (index == app.sorting.column, app.sorting.is_reversed) {
        (false, _) => "",
        (true, false) => "^",
        (true, true) => "v",
    };
    shown(width).into_iter().fold(Row::new(), |row, (index, width)| row.cell(Tone::Strong, format!("{}{}", column_name(index), mark(index)), width))
}

/// Returns the column at a place of the title line.
#[must_use]
pub fn column_at(place: usize, width: usize) -> Option<usize> {
    let mut end = crate::tui::moves::GUTTER;
    shown(width).into_iter().find_map(|(index, width)| {
        end += width + 1;
        (place < end).then_some(index)
    })
}

/// Returns the row of a message.
#[must_use]
pub fn row(message: &MessageRow, width: usize) -> Row {
    let MessageRow { path, queue, time, sender, recipients, recipient_count, subject, size: bytes, attachments, codes, damage, record: _ } = message;
    let more = if *recipient_count > 1 { format!("({recipient_count}) {recipients}") } else { recipients.to_string() };
    let number = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    let row = shown(width).into_iter().fold(Row::new(), |row, (index, width)| match index {
        0 => row.cell(Tone::Dim, short_queue(queue), width),
        1 => row.cell(Tone::Plain, time.map(minute).and_then(|time| time.get(time.len() - width..).map(str::to_owned)).unwrap_or_default(), width),
        2 => row.cell(Tone::Plain, sender, width),
        3 => row.cell(Tone::Plain, &more, width),
        4 => row.cell(Tone::Strong, subject, width),
        5 => row.number(Tone::Plain, size(*bytes), width),
        6 => row.number(Tone::Dim, number(*attachments), width),
        7 => row.number(Tone::Warning, number(codes.len()), width),
        _ => row.number(Tone::Damage, number(*damage), width),
    });
    row.flag(message.is_flagged()).to(Target::File(path.clone(), Box::default())).copies(format!("{path}\t{sender}\t{recipients}\t{subject}"))
}

/// Returns the cells of a message, whole, with their names.
#[must_use]
pub fn cells(message: &MessageRow) -> Vec<(&'static str, String)> {
    let MessageRow { path, queue, time, sender, recipients, subject, size: bytes, codes, .. } = message;
    vec![
        ("Subject", subject.to_string()),
        ("Sender", sender.to_string()),
        ("Recipients", recipients.to_string()),
        ("File", path.to_string()),
        ("Queue", queue.to_string()),
        ("Submitted", time.map(|time| time.to_string()).unwrap_or_default()),
        ("Size", bytes.to_string()),
        ("Findings", codes.join(" ")),
    ]
}

/// Returns the name of a queue as the column has room for it.
fn short_queue(queue: &str) -> &str {
    match queue {
        "ContentConversionFailed" => "CCFailed",
        other => other,
    }
}

/// Returns the messages in the order that the user chose.
#[must_use]
pub fn items(app: &App) -> Vec<Item> {
    app.order.iter().map(|index| Item::Message(*index as usize)).collect()
}

/// Returns the order of rows by a column; touches nothing but them, so that any thread can find it.
#[must_use]
pub fn order(rows: &Rows, sorting: Sorting) -> Vec<u32> {
    let Sorting { column, is_reversed } = sorting;
    let path = |index: &u32| rows.get(*index as usize).map(|row| &row.path);
    let mut order: Vec<u32> = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).collect();
    if matches!(column, 0 | 2 | 3 | 4) {
        let mut keyed: Vec<(String, u32)> = rows.iter().map(|row| text_of(row, column).to_lowercase()).zip(order).collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| path(&a.1).cmp(&path(&b.1))));
        order = keyed.into_iter().map(|(_, index)| index).collect();
    } else {
        let mut keyed: Vec<((bool, i128), u32)> = rows.iter().map(|row| number_of(row, column)).zip(order).collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| path(&a.1).cmp(&path(&b.1))));
        order = keyed.into_iter().map(|(_, index)| index).collect();
    }
    if is_reversed {
        order.reverse();
    }
    order
}

fn text_of(row: &MessageRow, column: usize) -> &str {
    match column {
        0 => &row.queue,
        2 => &row.sender,
        3 => &row.recipients,
        _ => &row.subject,
    }
}

/// What has no time comes last.
fn number_of(row: &MessageRow, column: usize) -> (bool, i128) {
    match column {
        BY_TIME => (row.time.is_none(), row.time.map_or(0, |time| time.filetime().into())),
        5 => (false, row.size.into()),
        6 => (false, row.attachments as i128),
        7 => (false, row.codes.len() as i128),
        _ => (false, row.damage as i128),
    }
}

/// Returns what is known of a message without opening it.
#[must_use]
pub fn detail(report: Option<&Report>, message: &MessageRow) -> Vec<Row> {
    let mut rows = vec![Row::new().with(Tone::Heading, if message.subject.is_empty() { "(no subject)" } else { &message.subject })];
    let Some((report, record)) = report.zip(message.record).and_then(|(report, index)| Some((report, report.backup.messages.get(index)?))) else {
        rows.push(Row::entry("From", &message.sender));
        rows.push(Row::entry("To", &message.recipients));
        rows.push(Row::entry("File", &message.path));
        return rows;
    };
    // What is wrong comes first: who and when stand in the table too.
    rows.extend(damage(report, message));
    rows.extend(findings_of(report, &message.path).into_iter().skip(1));
    rows.push(Row::entry("From", &message.sender));
    let shell = record.shell.record();
    let mail = mail_of(record, &shell);
    rows.extend(recipients(if shell.recipients.is_empty() { mail } else { &shell }));
    rows.extend(message.time.map(|time| Row::entry("Submitted", time.to_string())));
    rows.push(Row::entry("File", format!("{}, {}, {}", message.path, size(message.size), record.kind.name())));
    let names = mail.attachments.iter().map(|attachment| {
        attachment.long_name.as_deref().or(attachment.name.as_deref()).map_or_else(|| attachment.method.replace('_', " "), str::to_owned)
    });
    let names: Vec<String> = names.collect();
    if !names.is_empty() {
        rows.push(Row::entry("Attached", names.join(", ")));
    }
    rows
}

fn recipients(mail: &MailRecord) -> Option<Row> {
    const SHOWN: usize = 8;
    let names: Vec<String> = mail.recipients.iter().take(SHOWN).map(|recipient| party(&recipient.party)).collect();
    let more = mail.recipients.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!names.is_empty()).then(|| Row::entry("To", format!("{}{more}", names.join(", "))))
}

fn damage(report: &Report, message: &MessageRow) -> Option<Row> {
    let record = report.backup.messages.get(message.record?)?;
    let file = report.backup.files.get(record.file)?;
    let first = file.anomalies.first()?;
    let text = format!("{}; the first at {:#x}: {}", counted(file.anomalies.len(), "deviation"), first.offset, first.text);
    let row = Row::new().with(Tone::Damage, "Damage      ").with(Tone::Plain, text).hang(12).flag(true);
    let span = first.offset..first.offset + 1;
    let spot = Spot { tab: Some(crate::tui::target::Tab::Hex), span: Some(span), ..Spot::default() };
    Some(row.to(Target::File(message.path.clone(), Box::new(spot))))
}
