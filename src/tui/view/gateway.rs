//! Gateway: the attributes of the connector's object in the directory export, with meaning and what is odd about them.

use crate::{
    backup::GatewayAttribute,
    diagnostics::{Evidence, Locator},
    report::Report,
};

use crate::tui::{
    row::{Row, Tone},
    target::{Item, Spot},
};

use super::{
    registry::{differs_in_words, place},
    settings::{self, Oddity, Setting},
    words::{findings_where, paragraphs},
};

/// Returns the attributes, those with a value first.
#[must_use]
pub fn items(report: &Report) -> Vec<Item> {
    let Some(gateway) = &report.backup.gateway else { return Vec::new() };
    let mut order: Vec<usize> = (0..gateway.attributes.len()).collect();
    order.sort_by_key(|index| gateway.attributes.get(*index).is_none_or(|attribute| attribute.values.is_empty()));
    order.into_iter().map(Item::Attribute).collect()
}

fn attribute(report: &Report, index: usize) -> Option<&GatewayAttribute> {
    report.backup.gateway.as_ref()?.attributes.get(index)
}

/// Returns whether the column of an attribute is not sure, since an unquoted separator shifted the values.
fn is_shifted(report: &Report, index: usize) -> bool {
    report.backup.gateway.as_ref().is_some_and(|gateway| index >= gateway.trusted)
}

fn is_proof(evidence: &Evidence, report: &Report, attribute: &GatewayAttribute) -> bool {
    let (Some(directory), Some(gateway)) = (&report.backup.directory, &report.backup.gateway) else { return false };
    let is_meant = |column: &str, line: usize| column.eq_ignore_ascii_case(&attribute.column) && line == gateway.line;
    evidence.file == directory.path && matches!(&evidence.locator, Locator::CsvCell { column, line } if is_meant(column, *line))
}

/// Returns the row of an attribute.
#[must_use]
pub fn row(report: &Report, index: usize, width: usize) -> Row {
    let Some(attribute) = attribute(report, index) else { return Row::new() };
    let column = if attribute.column.is_empty() { "(no column)" } else { &attribute.column };
    let data = shown(attribute).replace(['\n', '\r'], " ");
    let odd = oddity(attribute);
    let remark = match odd {
        _ if is_shifted(report, index) && !attribute.values.is_empty() => Some("maybe under the wrong name".to_owned()),
        Some(Oddity::Unknown) => Some("unknown attribute".to_owned()),
        Some(Oddity::WrongType) => attribute.known.map(|known| format!("not {}", known.syntax.words())),
        _ => None,
    };
    let setting = Setting {
        name: column,
        is_known: attribute.known.is_some() && !attribute.values.is_empty(),
        data: &data,
        default: attribute.known.map_or("", |known| known.default),
        remark,
        meaning: attribute.known.map_or("", |known| known.meaning),
        oddity: odd,
    };
    let has_finding = report.findings.iter().any(|finding| finding.evidence.iter().any(|evidence| is_proof(evidence, report, attribute)));
    settings::row(&setting, width).flag(has_finding).copies(format!("{column}={data}"))
}

/// Returns the names of the columns.
#[must_use]
pub fn header(width: usize) -> Row {
    settings::header("Attribute", width)
}

fn oddity(attribute: &GatewayAttribute) -> Option<Oddity> {
    let Some(known) = attribute.known else { return (!attribute.values.is_empty()).then_some(Oddity::Unknown) };
    if !attribute.is_secret && !attribute.values.iter().all(|value| known.syntax.admits(value)) {
        return Some(Oddity::WrongType);
    }
    odd_default(attribute).map(|_| Oddity::Differs)
}

/// Returns everything about an attribute.
#[must_use]
pub fn detail(report: &Report, index: usize) -> Vec<Row> {
    let Some(attribute) = attribute(report, index) else { return Vec::new() };
    let mut rows = vec![Row::heading(if attribute.column.is_empty() { "(no column)" } else { &attribute.column })];
    rows.extend(paragraphs("Data", &shown(attribute)));
    if let Some(known) = attribute.known {
        let fact = |label: &str, text: &str| (!text.is_empty()).then(|| Row::entry(label, text));
        let odd = match oddity(attribute) {
            Some(Oddity::WrongType) => Some(Row::entry("Odd", format!("should be {}", known.syntax.words())).flag(true)),
            Some(Oddity::Differs) => Some(Row::entry("Odd", "differs from the default").flag(true)),
            _ => None,
        };
        rows.extend(odd);
        rows.extend(
            [
                fact("Meaning", known.meaning),
                fact("Default", known.default),
                fact("Unit", known.units),
                fact("Also", known.friendly),
                fact("Written as", known.syntax.words()),
                fact("Remarks", known.notes),
                fact("Articles", &known.kb.join(" ")),
            ]
            .into_iter()
            .flatten(),
        );
    } else {
        rows.push(Row::new().with(Tone::Changed, "The table of attributes does not know this column."));
    }
    if let (Some(directory), Some(gateway)) = (&report.backup.directory, &report.backup.gateway) {
        let span = attribute.offset..attribute.offset + attribute.length;
        rows.push(place(&directory.path, Some(gateway.line), Spot { line: Some(gateway.line), span: Some(span), ..Spot::default() }));
    }
    rows.extend(findings_where(report, |evidence| is_proof(evidence, report, attribute)));
    rows
}

/// Returns the default that an attribute differs from, where the words of the default tell.
fn odd_default(attribute: &GatewayAttribute) -> Option<&'static str> {
    let default = attribute.known?.default;
    let differs = attribute.values.len() == 1 && attribute.values.first().is_some_and(|text| differs_in_words(default, text) == Some(true));
    (differs && default != "absent").then_some(default)
}

fn shown(attribute: &GatewayAttribute) -> String {
    if attribute.is_secret && !attribute.values.is_empty() { "a secret, never shown".to_owned() } else { attribute.values.join("\n") }
}
