//! Profile: the MAPI profiles of the connector, their sections and properties. Secrets are named, never shown.

use crate::{
    backup::{
        Profile, ProfileProperty, ProfileSection,
        profile_values::{self, ProfileValueDefinition},
    },
    base::counted,
    diagnostics::Locator,
    formats::profile_blob::ProfileValue,
    mapi::{PropTag, PropType},
    report::Report,
};

use crate::tui::{
    row::{Row, Tone},
    target::{Item, Spot},
};

use super::{
    registry::place,
    settings::{self, Oddity, Setting},
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
        Item::Property(at, section, index) => {
            property(report, (at, section, index)).map(|(section, property)| property_row(report, (section, property), width))
        }
        _ => None,
    };
    row.unwrap_or_default()
}

/// Returns the names of the columns.
#[must_use]
pub fn header(width: usize) -> Row {
    settings::header("Property", width)
}

fn property_row(report: &Report, (section, property): (&ProfileSection, &ProfileProperty), width: usize) -> Row {
    let name = property.name.map_or_else(|| property.tag.to_string(), str::to_owned);
    let oddity = oddity(section, property);
    let remark = match oddity {
        Some(Oddity::Unknown) => Some("unknown property".to_owned()),
        Some(Oddity::WrongType) => Some(wrong_type(section, property).unwrap_or_else(|| "the data do not fit the type".to_owned())),
        _ => None,
    };
    let default = profile_values::template(property.tag).map(|number| format!("{number} ({number:#x})")).unwrap_or_default();
    let data = shown(property);
    let setting = Setting {
        name: &name,
        is_known: property.name.is_some(),
        data: &data,
        default: &default,
        remark,
        meaning: known(section, property).map_or("", |known| known.meaning),
        oddity,
    };
    settings::row(&setting, width).flag(!property.anomalies.is_empty() || has_finding(report, property)).copies(format!("{name}={data}"))
}

/// Returns the service that a section belongs to, by its PR_SERVICE_NAME.
fn service(section: &ProfileSection) -> Option<String> {
    const PR_SERVICE_NAME: PropTag = PropTag(0x3D09_001E);
    section.properties.iter().find(|property| property.tag == PR_SERVICE_NAME).map(|property| property.value.shown())
}

fn known(section: &ProfileSection, property: &ProfileProperty) -> Option<&'static ProfileValueDefinition> {
    profile_values::describe(&section.id, property.tag, service(section).as_deref())
}

fn wrong_type(section: &ProfileSection, property: &ProfileProperty) -> Option<String> {
    let wanted = profile_values::documented_type(&section.id, property.tag, service(section).as_deref())?;
    let name = |kind: PropType| kind.name().unwrap_or_else(|| format!("{:#06x}", kind.0));
    Some(format!("{} instead of {}", name(property.tag.prop_type()), name(wanted)))
}

fn oddity(section: &ProfileSection, property: &ProfileProperty) -> Option<Oddity> {
    if !property.anomalies.is_empty() || property.name.is_none() && wrong_type(section, property).is_some() {
        return Some(Oddity::WrongType);
    }
    if property.name.is_none() {
        return Some(Oddity::Unknown);
    }
    let template = profile_values::template(property.tag)?;
    let ProfileValue::Long(number) = property.value else { return None };
    (number.cast_unsigned() != template).then_some(Oddity::Differs)
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
    rows.extend(known_rows(section, property));
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

fn known_rows(section: &ProfileSection, property: &ProfileProperty) -> Vec<Row> {
    let number = if let ProfileValue::Long(number) = property.value { Some(number.cast_unsigned()) } else { None };
    let fact = |label: &str, text: &str| (!text.is_empty()).then(|| Row::entry(label, text));
    let odd = match oddity(section, property) {
        Some(Oddity::WrongType) => Some(wrong_type(section, property).unwrap_or_else(|| "the data do not fit the type".to_owned())),
        Some(Oddity::Differs) => Some("differs from the gateway template".to_owned()),
        _ => None,
    };
    let mut rows: Vec<Row> = odd.map(|odd| Row::entry("Odd", odd).flag(true)).into_iter().collect();
    rows.extend(
        profile_values::template(property.tag).map(|number| Row::entry("Default", format!("{number} ({number:#x}), as the gateway template sets"))),
    );
    if let Some(known) = known(section, property) {
        let here = number.and_then(|number| known.meaning_of(number));
        rows.extend(here.map(|here| Row::entry("Here", here)));
        rows.extend([fact("Meaning", known.meaning), fact("Articles", &known.kb.join(" ")), fact("Remarks", known.notes)].into_iter().flatten());
    }
    rows
}

fn shown(property: &ProfileProperty) -> String {
    if property.is_secret {
        return "a secret, never shown".to_owned();
    }
    property.value.shown()
}
