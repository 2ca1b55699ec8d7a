//! Registry: the values of the service key by the order of the file, each with its meaning, its default, and what is odd about it.

use crate::{
    backup::{
        ServiceKey, ServiceValue,
        registry_values::{self, RegistryValueDefinition},
    },
    base::hex,
    diagnostics::{Evidence, Locator},
    formats::reg::{RegistryContent, RegistryData},
    report::Report,
};

use crate::tui::{
    row::{Row, Tone},
    target::{Item, Spot, Target},
};

use super::{
    settings::{self, Oddity, Setting},
    words::{findings_where, paragraphs},
};

/// What the table calls the values of a key that it describes together.
const COUNTERS: &str = "(counter values)";

/// Returns keys and values.
#[must_use]
pub fn items(report: &Report) -> Vec<Item> {
    let Some(service) = &report.backup.service else { return Vec::new() };
    let mut items = Vec::new();
    for key in 0..service.keys.len() {
        items.push(Item::Key(key));
        let own = service.values.iter().enumerate().filter(|(_, value)| value.key_index == key);
        items.extend(own.map(|(index, _)| Item::Value(index)));
    }
    items
}

/// Returns the row of a key.
#[must_use]
pub fn key_row(report: &Report, index: usize) -> Row {
    let Some((service, key)) = report.backup.service.as_ref().and_then(|service| Some((service, service.keys.get(index)?))) else {
        return Row::new();
    };
    let path = if key.key.is_empty() { &key.path } else { &key.key };
    let is_proof =
        |evidence: &Evidence| evidence.file == service.file && matches!(&evidence.locator, Locator::RegistryKey { key: own, .. } if *own == key.path);
    Row::heading(format!("[{}{path}]", if key.deleted { "-" } else { "" }))
        .flag(report.findings.iter().any(|finding| finding.evidence.iter().any(is_proof)))
}

/// Returns what is to be said about a key.
#[must_use]
pub fn key_detail(report: &Report, index: usize) -> Vec<Row> {
    let Some((service, key)) = report.backup.service.as_ref().and_then(|service| Some((service, service.keys.get(index)?))) else {
        return Vec::new();
    };
    let spot = Spot { line: key.place.line, span: Some(key.place.offset..key.place.offset + key.place.length), ..Spot::default() };
    let mut rows = vec![Row::heading(&key.path), place(&service.file, key.place.line, spot)];
    rows.extend(findings_where(report, |evidence| matches!(&evidence.locator, Locator::RegistryKey { key: own, .. } if *own == key.path)));
    rows
}

/// Returns the row of a value.
#[must_use]
pub fn value_row(report: &Report, index: usize, width: usize) -> Row {
    let Some((service, value)) = found(report, index) else { return Row::new() };
    let definition = definition(value);
    let odd = oddity(value, definition);
    let data = if value.is_secret() { "not shown".to_owned() } else { data_text(&value.value.data) };
    let remark = match (odd, definition) {
        _ if value.value.deleted => Some("deleted by this file".to_owned()),
        (Some(Oddity::Unknown), _) => Some("unknown value".to_owned()),
        (Some(Oddity::WrongType), Some(known)) => Some(format!("{} instead of {}", value.value.data.reg_type, known.type_name)),
        _ => None,
    };
    let setting = Setting {
        name: if value.value.name.is_empty() { "(default)" } else { &value.value.name },
        is_known: definition.is_some(),
        data: &data,
        default: definition.map_or("", |known| known.default),
        remark,
        meaning: definition.map_or("", |known| known.meaning),
        oddity: odd,
    };
    settings::row(&setting, width).flag(value.value.deleted || has_finding(report, service, value)).copies(format!("{}={data}", value.value.name))
}

/// Returns the names of the columns.
#[must_use]
pub fn header(width: usize) -> Row {
    settings::header("Value", width)
}

/// Returns everything about a value.
#[must_use]
pub fn value_detail(report: &Report, index: usize) -> Vec<Row> {
    let Some((service, value)) = found(report, index) else { return Vec::new() };
    let key = service.keys.get(value.key_index).map_or("", |key| &key.path);
    let data = &value.value.data;
    let mut rows = vec![Row::heading(if value.value.name.is_empty() { "(default)" } else { &value.value.name }), Row::entry("Key", key)];
    if value.is_secret() {
        rows.push(Row::entry("Data", "a secret, never shown"));
    } else {
        rows.extend(paragraphs("Data", &format!("{} {}", data.reg_type, data_text(data))));
    }
    if let Some(known) = definition(value) {
        rows.extend(known_rows(value, known));
    } else {
        rows.push(Row::new().with(Tone::Changed, "No article of the knowledge base speaks of this value."));
    }
    let place_of = value.value.place;
    let spot = Spot { line: place_of.line, span: Some(place_of.offset..place_of.offset + place_of.length), ..Spot::default() };
    rows.push(place(&service.file, place_of.line, spot));
    rows.extend(findings_where(report, |evidence| is_proof(evidence, service, value)));
    rows
}

fn known_rows(value: &ServiceValue, known: &RegistryValueDefinition) -> Vec<Row> {
    let number = value.value.data.dword().and_then(|number| known.meaning_of(number));
    let fact = |label: &str, text: &str| (!text.is_empty()).then(|| Row::entry(label, text));
    let odd = match oddity(value, Some(known)) {
        Some(Oddity::WrongType) => Some(Row::entry("Odd", format!("should be {}", known.type_name)).flag(true)),
        Some(Oddity::Differs) => Some(Row::entry("Odd", "differs from the default").flag(true)),
        _ => None,
    };
    let rows = [
        number.map(|number| Row::entry("Here", number)),
        odd,
        fact("Meaning", known.meaning),
        fact("Default", known.default),
        fact("Allowed", known.range),
        fact("Unit", known.units),
        fact("Needs", known.requires),
        fact("Versions", &known.versions.join(", ")),
        fact("Articles", &known.kb.join(" ")),
        fact("Remarks", known.notes),
    ];
    rows.into_iter().flatten().collect()
}

/// Returns a row that leads to a place in the file.
pub(super) fn place(file: &str, line: Option<usize>, spot: Spot) -> Row {
    let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
    Row::new().cell(Tone::Dim, "Place", 11).with(Tone::Link, format!("{file}{line}")).hang(12).to(Target::File(file.into(), Box::new(spot)))
}

fn found(report: &Report, index: usize) -> Option<(&ServiceKey, &ServiceValue)> {
    let service = report.backup.service.as_ref()?;
    Some((service, service.values.get(index)?))
}

fn definition(value: &ServiceValue) -> Option<&'static RegistryValueDefinition> {
    // Counters go by many names and are described as a group.
    registry_values::describe(&value.key, &value.value.name).or_else(|| registry_values::describe(&value.key, COUNTERS))
}

fn is_proof(evidence: &Evidence, service: &ServiceKey, value: &ServiceValue) -> bool {
    let key = service.keys.get(value.key_index).map_or("", |key| &key.path);
    let is_meant = |own: &str, name: &str, line: usize| {
        own.eq_ignore_ascii_case(key) && name.eq_ignore_ascii_case(&value.value.name) && (line == 0 || value.value.place.line == Some(line))
    };
    evidence.file == service.file && matches!(&evidence.locator, Locator::RegistryValue { key, name, line } if is_meant(key, name, *line))
}

fn has_finding(report: &Report, service: &ServiceKey, value: &ServiceValue) -> bool {
    report.findings.iter().any(|finding| finding.evidence.iter().any(|evidence| is_proof(evidence, service, value)))
}

fn oddity(value: &ServiceValue, definition: Option<&RegistryValueDefinition>) -> Option<Oddity> {
    let Some(known) = definition else { return Some(Oddity::Unknown) };
    let data = &value.value.data;
    if known.name != COUNTERS && data.type_stated && known.reg_type().is_some_and(|wanted| wanted != data.reg_type) {
        return Some(Oddity::WrongType);
    }
    (differs(known.default, data) == Some(true)).then_some(Oddity::Differs)
}

/// Returns whether data differs from a default in words; none when the words do not tell.
fn differs(default: &str, data: &RegistryData) -> Option<bool> {
    if let Some(number) = data.dword() {
        return differs_in_words(default, &number.to_string());
    }
    let text = match &data.content {
        RegistryContent::Sz(text) | RegistryContent::ExpandSz(text) => text.clone(),
        RegistryContent::MultiSz(strings) => strings.join(" "),
        _ => return None,
    };
    differs_in_words(default, &text)
}

/// Returns whether a text differs from a default in words; a number is compared with the number that the words begin with.
pub(super) fn differs_in_words(default: &str, text: &str) -> Option<bool> {
    let (default, text) = (default.trim(), text.trim());
    if default.is_empty() || default.contains(['<', ':']) || default.starts_with('(') {
        return None;
    }
    if default == "absent" {
        return Some(true);
    }
    if let Ok(number) = text.parse::<i64>() {
        let digits = default.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        return Some(digits.parse::<i64>().ok()? != number);
    }
    let is_default = text.eq_ignore_ascii_case(default) || matches!(default, "empty" | "none") && text.is_empty();
    Some(!is_default)
}

/// Returns data as text.
pub(super) fn data_text(data: &RegistryData) -> String {
    match &data.content {
        RegistryContent::Sz(text) | RegistryContent::ExpandSz(text) | RegistryContent::Link(text) => text.clone(),
        RegistryContent::MultiSz(strings) => strings.join("\n"),
        RegistryContent::Dword(number) | RegistryContent::DwordBigEndian(number) => format!("{number} ({number:#x})"),
        RegistryContent::Qword(number) => format!("{number} ({number:#x})"),
        RegistryContent::Bytes => hex(&data.bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::reg::RegType;

    #[track_caller]
    fn check(default: &str, content: RegistryContent, expected: Option<bool>) {
        let data = RegistryData { reg_type: RegType::DWORD, type_stated: true, list_is_guessed: false, content, bytes: Vec::new() };
        assert_eq!(differs(default, &data), expected);
    }

    #[test]
    fn defaults_in_words_are_compared_where_they_tell() {
        check("14", RegistryContent::Dword(14), Some(false));
        check("30 (20 after upgrade)", RegistryContent::Dword(5), Some(true));
        check("absent", RegistryContent::Dword(0), Some(true));
        check("", RegistryContent::Dword(0), None);
        check("4.0: 20 / 5.x: 30", RegistryContent::Dword(0), None);
        check("none", RegistryContent::Sz(String::new()), Some(false));
        check("a b", RegistryContent::MultiSz(vec!["A".into(), "b".into()]), Some(false));
    }
}
