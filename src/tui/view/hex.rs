//! Hex: the bytes of the opened file. The selected byte stands in brackets, its field is underlined, and what is damaged or was not read
//! stands out.

use crate::tui::{
    opened::Opened,
    row::{Row, Tone},
};

/// Returns a line of so many bytes.
#[must_use]
pub fn row(file: &Opened, (index, across): (usize, usize), selected: usize) -> Row {
    let start = index * across;
    let bytes = file.bytes.get(start..file.bytes.len().min(start + across)).unwrap_or_default();
    let field = file.field_at(selected);
    let mut row = Row::new().with(Tone::Dim, format!("{start:08x} "));
    let mut is_damaged = false;
    let mut tones = Vec::with_capacity(bytes.len());
    for (offset, byte) in bytes.iter().enumerate() {
        let at = start + offset;
        let tone = tone(file, at, field);
        is_damaged |= tone == Tone::Damage;
        tones.push(tone);
        let before = if at == selected {
            "["
        } else if at == selected + 1 && offset > 0 {
            "]"
        } else {
            " "
        };
        row = row.with(Tone::Plain, before).with(tone, format!("{byte:02x}"));
    }
    let close = if (start..start + bytes.len()).contains(&selected) && selected + 1 == start + bytes.len() { "]" } else { " " };
    row = row.with(Tone::Plain, format!("{close}{} ", "   ".repeat(across - bytes.len())));
    for (byte, tone) in bytes.iter().zip(tones) {
        let shown = if (b' '..=b'~').contains(byte) { char::from(*byte) } else { '.' };
        row = row.with(tone, shown.to_string());
    }
    row.flag(is_damaged)
}

fn tone(file: &Opened, at: usize, selected: Option<usize>) -> Tone {
    if file.is_damaged(at) {
        Tone::Damage
    } else if selected.is_some() && file.field_at(at) == selected {
        Tone::Link
    } else {
        Tone::Plain
    }
}

/// Returns which field owns the selected byte, with its parents, and what is wrong there.
#[must_use]
pub fn owner(file: &Opened, selected: usize) -> String {
    let offset = selected as u64;
    let mut path: Vec<&str> = Vec::new();
    if let Some(index) = file.field_at(selected) {
        let mut depth = u16::MAX;
        for field in file.fields.iter().take(index + 1).rev() {
            let holds = field.offset <= offset && offset - field.offset < field.length;
            if holds && field.depth < depth {
                depth = field.depth;
                path.push(&field.label);
            }
            if depth == 0 {
                break;
            }
        }
    }
    path.reverse();
    let wrong = file.anomalies.iter().find(|anomaly| anomaly.offset == offset).map(|anomaly| format!(" ! {}", anomaly.text)).unwrap_or_default();
    let name = if path.is_empty() { "unowned".to_owned() } else { path.join(" / ") };
    format!("{offset:#x} {name}{wrong}")
}
