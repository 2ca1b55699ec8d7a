//! Profile: the MAPI profiles of the connector, their sections and properties. Secrets are named, never shown.

use crate::{
    backup::{Profile, ProfileProperty, ProfileSection},
    base::counted,
    diagnostics::Locator,
    report::Report,
};

use crate::tui::{
    row::{Row, Tone},
    target::{Item, Spot},
};

use super::{
    registry::place,
    words::{findings_where, paragraphs},
};

/// Returns profiles, sections and properties.
#[must_use]
pub fn items(report: &Report) -> Vec<Item> {
    let profiles = report.backup.profile.iter().flat_map(|dump| dump.profiles.iter().enumerate());
    let mut items = Vec::new();
    for (at, profile) in profiles {
        items.push(Item::Profile(at));
        for (index, section) in profile.sections.iter().enumerate() {
            items.push(Item::Section(at, index));
            items.extend((0..section.properties.len()).map(|property| Item::Property(at, index, property)));
        }
    }
    items
}

fn profile(report: &Report, at: usize) -> Option<&Profile> {
    report.backup.profile.as_ref()?.profiles.get(at)
}

fn property(report: &Report, (at, section, index): (usize, usize, usize)) -> Option<(&ProfileSection, &ProfileProperty)> {
    let section = profile(report, at)?.sections.get(section)?;
    Some((section, section.properties.get(index)?))
}

/// Returns the row of a profile, section or property.
#[must_use]
pub fn row(report: &Report, item: &Item, width: usize) -> Row {
    let row = match *item {
        Item::Profile(at) => profile(report, at).map(|profile| {
            let owner = if profile.is_connector { "" } else { "  not the connector's" };
            Row::heading(&profile.name).with(Tone::Dim, owner)
        }),
        Item::Section(at, section) => profile(report, at).and_then(|profile| profile.sections.get(section)).map(|section| {
            Row::new().with(Tone::Info, format!(" [{}]", section.id)).with(Tone::Dim, format!(" {}", counted(section.properties.len(), "property")))
        }),
        Item::Property(at, section, index) => property(report, (at, section, index)).map(|(_, property)| {
            let name = property.name.map_or_else(|| property.tag.to_string(), str::to_owned);
            let named = (width * 2 / 5).clamp(12, 34);
            let tone = if property.name.is_some() { Tone::Strong } else { Tone::Dim };
            let data = shown(property);
            let row = Row::new().with(Tone::Plain, "  ").cell(tone, name, named).with(Tone::Plain, data.replace(['\n', '\r'], " "));
            let row = if property.name.is_none() { row.with(Tone::Dim, "  unknown property") } else { row };
            row.flag(property.name.is_none() || !property.anomalies.is_empty() || has_finding(report, property))
        }),
        _ => None,
    };
    row.unwrap_or_default()
}

fn has_finding(report: &Report, property: &ProfileProperty) -> bool {
    report.findings.iter().any(|finding| finding.evidence.iter().any(|evidence| is_proof(evidence, report, property)))
}

fn is_proof(evidence: &crate::diagnostics::Evidence, report: &Report, property: &ProfileProperty) -> bool {
    let file = report.backup.profile.as_ref().map(|dump| &dump.file);
    let place = property.place;
    let at_place = evidence.span.as_ref().is_some_and(|span| span.start == place.offset);
    let is_meant = |name: &str, line: usize| name.eq_ignore_ascii_case(&property.value_name) && place.line.is_some_and(|own| own == line);
    Some(&evidence.file) == file && (at_place || matches!(&evidence.locator, Locator::RegistryValue { name, line, .. } if is_meant(name, *line)))
}

/// Returns everything about a profile, section or property.
#[must_use]
pub fn detail(report: &Report, item: &Item) -> Vec<Row> {
    let file = report.backup.profile.as_ref().map_or("", |dump| &dump.file);
    match *item {
        Item::Profile(at) => profile(report, at).map_or_else(Vec::new, |profile| {
            vec![
                Row::heading(&profile.name),
                Row::entry("Sections", profile.sections.len().to_string()),
                place(file, profile.place.line, Spot { line: profile.place.line, ..Spot::default() }),
            ]
        }),
        Item::Section(at, section) => profile(report, at).and_then(|profile| profile.sections.get(section)).map_or_else(Vec::new, |section| {
            vec![Row::heading(&section.id), place(file, section.place.line, Spot { line: section.place.line, ..Spot::default() })]
        }),
        Item::Property(at, section, index) => {
            property(report, (at, section, index)).map_or_else(Vec::new, |(section, property)| property_detail(report, (file, section), property))
        }
        _ => Vec::new(),
    }
}

fn property_detail(report: &Report, (file, section): (&str, &ProfileSection), property: &ProfileProperty) -> Vec<Row> {
    let mut rows = vec![
        Row::heading(property.name.unwrap_or("a property that no article names")),
        Row::entry("Tag", property.tag.to_string()),
        Row::entry("Section", &section.id),
        Row::entry("Stored as", format!("{}, size {}", property.reg_type, property.size)),
    ];
    rows.extend(paragraphs("Data", &shown(property)));
    let span = property.place.offset..property.place.offset + property.place.length;
    rows.push(place(file, property.place.line, Spot { line: property.place.line, span: Some(span), ..Spot::default() }));
    rows.extend(
        property
            .anomalies
            .iter()
            .map(|anomaly| Row::new().with(Tone::Damage, format!("{}: ", anomaly.code)).with(Tone::Plain, &anomaly.text).flag(true)),
    );
    rows.extend(findings_where(report, |evidence| is_proof(evidence, report, property)));
    rows
}

fn shown(property: &ProfileProperty) -> String {
    if property.is_secret {
        return "a secret, never shown".to_owned();
    }
    property.value.shown()
}
