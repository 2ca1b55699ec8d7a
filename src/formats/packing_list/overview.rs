//! What can be said of a packing list as a whole: is it text, what kinds of lines, whose file is it.

use super::{LineCounts, PackingList, TextStatistics, dialect::Signs, tokens};
use crate::{
    base::{AnomalyList, CodePage, Encoding, TextFile},
    formats::ini::{Agreement, IniFile, IniKind},
};

pub(super) fn statistics(text: &TextFile) -> TextStatistics {
    let is_wide = matches!(text.encoding, Encoding::Utf16Le { .. } | Encoding::Utf16Be { .. });
    let mut statistics = TextStatistics::default();
    for (index, c) in text.text.char_indices() {
        statistics.characters += 1;
        if (c < ' ' || c == '\u{7f}') && !matches!(c, '\t' | '\r' | '\n' | '\u{1a}') {
            statistics.controls += 1;
            statistics.nuls += usize::from(c == '\0' && !is_wide);
            if statistics.first_control.is_none() {
                statistics.first_control = Some((text.byte_offset(index), c));
            }
        }
    }
    statistics
}

/// Returns whether the first line is a code page number and nothing is ini, as in a `*.PKL` of the Migration Wizard (Q156063, Q198957).
pub(super) fn begins_with_code_page(file: &IniFile) -> bool {
    let first = file.items.first().filter(|item| item.kind == IniKind::Bare).map(|item| file.name(item));
    let page = first.filter(|text| (3..=5).contains(&text.len())).and_then(tokens::decimal).and_then(|page| u32::try_from(page).ok());
    let has_sections = file.items.iter().any(|item| item.kind == IniKind::Section);
    page.is_some_and(|page| page >= 100 && CodePage(page).is_known()) && !has_sections
}

pub(super) fn count_lines(file: &IniFile) -> (LineCounts, Signs) {
    let (mut lines, mut signs) = (LineCounts::default(), Signs::default());
    for item in &file.items {
        match item.kind {
            IniKind::Section => {
                lines.sections += 1;
                signs.has_header |= file.name(item).eq_ignore_ascii_case("header");
            }
            IniKind::Pair => {
                lines.pairs += 1;
                let number = file.value(item).and_then(tokens::decimal);
                signs.has_count |= number.is_some() && tokens::is_count_key(file.name(item));
            }
            IniKind::Comment => {
                lines.comments += 1;
                signs.has_comments = true;
            }
            IniKind::Continuation => lines.continuations += 1,
            IniKind::Bare => {
                lines.bare += 1;
                lines.first_bare.get_or_insert(item.place);
            }
        }
    }
    (lines, signs)
}

/// Says what deviates in the list as a whole and in its paths.
pub(super) fn report(list: &PackingList, file: &IniFile, anomalies: &mut AnomalyList) {
    if let Some((offset, c)) = list.statistics.first_control.filter(|_| !list.statistics.is_text()) {
        let statistics = list.statistics;
        anomalies.add(offset, "not-text", || {
            format!("{} of {} characters are control characters, the first is 0x{:02X}", statistics.controls, statistics.characters, u32::from(c))
        });
    } else if list.is_migration_wizards {
        anomalies.add(0, "migration-wizard-packing-list", || "the first line is a code page number, as in a packing list of the Migration Wizard");
    } else if !list.is_understood() && !file.items.is_empty() {
        let first = list.lines.first_bare.or(file.items.first().map(|item| item.place)).unwrap_or_default();
        anomalies.add(first.offset, "packing-list-not-understood", || format!("no line names a file; the first line in doubt is {}", first.line));
    }
    for entry in &list.entries {
        if let Some(escape) = entry.escapes {
            anomalies.add(entry.place.offset, "path-leaves-backup", || format!("`{}` {escape}", entry.written));
        }
    }
    match &list.second_opinion {
        Agreement::Differs { line, ours, theirs } => {
            let offset = line.and_then(|line| file.text.lines().nth(line.saturating_sub(1))).map_or(0, |line| line.offset);
            anomalies.add(offset, "second-opinion-differs", || format!("another ini reader reads `{theirs}` where this one reads `{ours}`"));
        }
        Agreement::Refuses { reason } => anomalies.add(0, "second-opinion-refuses", || format!("another ini reader refuses the file: {reason}")),
        Agreement::Agrees { .. } | Agreement::NotAsked => {}
    }
}
