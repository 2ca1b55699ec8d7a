//! Evidence for the places that formats know: registry keys and values, cells, lines, entries of the packing list.

use crate::{
    backup::{
        CellText, DirectorySource, DomainPolicy, FileRecord, Gateway, GatewayAttribute, Profile, ProfileDump, ProfileProperty, ProfileSection,
        RegistryText, Said, ServiceKey, ServiceSubkey, Setting, TextPlace,
        secrets::{is_secret_column, is_secret_value, may_show_a_secret},
    },
    base::{Line, TextFile},
    formats::{
        dapi_csv::{Column, Row},
        ini,
        packing_list::PackingEntry,
        reg::{self, RegistryKey, RegistryValue},
    },
};

use super::{Evidence, Locator};

/// Characters of a long value that evidence shows.
const SHOWN: usize = 160;

impl Evidence {
    /// Returns evidence for a registry value, its data as written; of a secret one only place and length.
    #[must_use]
    pub fn registry_value(path: &str, key: &RegistryKey, value: &RegistryValue) -> Self {
        let place = Self::new(path, value_locator(&key.path, value));
        if is_secret_value(&value.name) {
            place.observed(hidden(value))
        } else {
            place.at(span_of_registry(value.data_place)).observed(as_written(value))
        }
    }

    /// Returns evidence for a value of the service key, its data as written.
    #[must_use]
    pub fn setting<T>(service: &ServiceKey, setting: &Setting<'_, T>) -> Self {
        let Setting { data: _, key, value } = setting;
        let place = Self::new(service.file.as_ref(), value_locator(key, value));
        if is_secret_value(&value.name) {
            place.observed(hidden(value))
        } else {
            place.at(span_of_registry(value.data_place)).observed(as_written(value))
        }
    }

    /// Returns evidence for an attribute of the connector object as written; of a secret one only its place.
    #[must_use]
    pub fn attribute(directory: &DirectorySource, gateway: &Gateway, attribute: &GatewayAttribute) -> Self {
        let locator = Locator::CsvCell { column: attribute.column.clone(), line: gateway.line };
        let shown = if attribute.is_secret { "not shown" } else { written(directory, gateway, attribute) };
        Self::new(directory.path.as_ref(), locator).at(attribute.offset..attribute.offset + attribute.length).observed(shortened(shown))
    }

    /// Returns evidence for one value of an attribute; the place is that of the whole field.
    #[must_use]
    pub fn attribute_value((directory, gateway): (&DirectorySource, &Gateway), attribute: &GatewayAttribute, value: &str) -> Self {
        let whole = Self::attribute(directory, gateway, attribute);
        let stands = !attribute.is_secret && written(directory, gateway, attribute).contains(value);
        if stands { whole.observed(shortened(value)) } else { whole }
    }

    /// Returns evidence for the header of a column.
    #[must_use]
    pub fn column(directory: &DirectorySource, column: &Column) -> Self {
        let locator = Locator::CsvCell { column: column.name.clone(), line: directory.export.header_line };
        Self::new(directory.path.as_ref(), locator).at(column.offset..column.offset + column.length).observed(shortened(&column.raw))
    }

    /// Returns evidence for a row of the directory export, by its first field.
    #[must_use]
    pub fn row(directory: &DirectorySource, row: &Row) -> Self {
        let first = row.fields.first().map_or("", |field| field.raw.as_ref());
        Self::new(directory.path.as_ref(), Locator::Line(row.line)).at(row.offset..row.offset + row.length).observed(shortened(first))
    }

    /// Returns evidence for the key of a profile.
    #[must_use]
    pub fn profile(dump: &ProfileDump, profile: &Profile) -> Self {
        let locator = Locator::RegistryKey { key: profile.path.clone(), line: profile.place.line.unwrap_or(0) };
        Self::new(dump.file.as_ref(), locator).at(span_of_registry(profile.place)).observed(shortened(&profile.name))
    }

    /// Returns evidence for a section of a profile.
    #[must_use]
    pub fn profile_section(dump: &ProfileDump, section: &ProfileSection) -> Self {
        let locator = Locator::RegistryKey { key: section.path.clone(), line: section.place.line.unwrap_or(0) };
        Self::new(dump.file.as_ref(), locator).at(span_of_registry(section.place)).observed(shortened(&section.id))
    }

    /// Returns evidence for a property of a profile, its data as written; of a secret one only place and length.
    #[must_use]
    pub fn profile_property(dump: &ProfileDump, section: &ProfileSection, property: &ProfileProperty) -> Self {
        let line = property.place.line.unwrap_or(0);
        let locator = Locator::RegistryValue { key: section.path.clone(), name: property.value_name.clone(), line };
        let place = Self::new(dump.file.as_ref(), locator);
        if property.is_secret || is_secret_value(&property.value_name) {
            return place.observed(format!("{} bytes, not shown", property.size));
        }
        let shown = property.raw.as_deref().or_else(|| property.text()).unwrap_or_default();
        place.at(span_of_registry(property.data_place)).observed(shortened(shown))
    }

    /// Returns evidence for a registry key.
    #[must_use]
    pub fn registry_key(path: &str, key: &RegistryKey) -> Self {
        let locator = Locator::RegistryKey { key: key.path.as_str().into(), line: key.place.line.unwrap_or(0) };
        Self::new(path, locator).at(span_of_registry(key.place)).observed(shortened(&key.path))
    }

    /// Returns evidence for a line of a registry dump; one that may show a secret is only located.
    #[must_use]
    pub fn registry_line(path: &str, place: reg::Place, text: &str) -> Self {
        let line = Self::new(path, Locator::Line(place.line.unwrap_or(0)));
        if may_show_a_secret(text) { line.observed("not shown") } else { line.at(span_of_registry(place)).observed(shortened(text)) }
    }

    /// Returns evidence for a text in a registry value.
    #[must_use]
    pub fn registry_text(found: &RegistryText<'_>) -> Self {
        Self::registry_value(&found.file.path, found.key, found.value)
    }

    /// Returns evidence for a cell of the directory export.
    #[must_use]
    pub fn cell(found: &CellText<'_>) -> Self {
        let CellText { path, column, row, field, .. } = found;
        let locator = Locator::CsvCell { column: column.name.clone(), line: row.line };
        let cell = Self::new(*path, locator);
        if is_secret_column(&column.name) {
            return cell.observed(format!("{} bytes, not shown", field.length));
        }
        cell.at(field.offset..field.offset + field.length).observed(shortened(&field.raw))
    }

    /// Returns evidence for a text that a queue item holds.
    #[must_use]
    pub fn said(path: &str, said: &Said) -> Self {
        let object = said.object.clone();
        let locator = match said.header {
            Some(name) => Locator::Header { object, name: name.into() },
            None => Locator::Property { object, tag: said.tag },
        };
        Self::new(path, locator).at(said.span.clone()).observed(shortened(&said.text))
    }

    /// Returns evidence for a key of the service.
    #[must_use]
    pub fn service_subkey(service: &ServiceKey, key: &ServiceSubkey) -> Self {
        let locator = Locator::RegistryKey { key: key.path.clone(), line: key.place.line.unwrap_or(0) };
        Self::new(service.file.as_ref(), locator).at(span_of_registry(key.place)).observed(shortened(&key.path))
    }

    /// Returns evidence for an entry of the packing list.
    #[must_use]
    pub fn listed(path: &str, entry: &PackingEntry) -> Self {
        Self::listed_line(path, entry.place, &entry.written)
    }

    /// Returns evidence for a piece of a line of the packing list.
    #[must_use]
    pub fn listed_line(path: &str, place: ini::Place, text: &str) -> Self {
        Self::new(path, Locator::Line(place.line)).at(place.offset..place.offset + place.length).observed(shortened(text))
    }

    /// Returns evidence for a record of the e-mail domains.
    #[must_use]
    pub fn policy(policy: &DomainPolicy<'_>) -> Self {
        Self::listed_line(policy.path, policy.record.place, &policy.record.text())
    }

    /// Returns evidence for a piece of text in a queue item.
    #[must_use]
    pub fn text_place(path: &str, place: &TextPlace) -> Self {
        Self::part(path, place.object.clone(), place.span.clone()).observed(shortened(&place.text))
    }

    /// Returns evidence for a line of a text file.
    #[must_use]
    pub fn line(path: &str, file: &TextFile, line: Line<'_>) -> Self {
        let span = file.byte_range(line.start..line.start + line.text.len());
        Self::new(path, Locator::Line(line.number)).at(span).observed(shortened(line.text))
    }

    /// Returns evidence for the first bytes of a file, shown in hexadecimal.
    #[must_use]
    pub fn head(file: &FileRecord, count: usize) -> Self {
        Self::new(file.path.as_ref(), Locator::Bytes).at(file.traits.head_span(count)).observed(file.traits.head_hex(count))
    }

    /// Returns evidence for a file as a whole, with its size and time.
    #[must_use]
    pub fn of_file(file: &FileRecord) -> Self {
        let time = file.modified.map(|time| format!(", modified {time}")).unwrap_or_default();
        Self::file(file.path.as_ref()).observed(format!("{} byte{}{time}", file.size, if file.size == 1 { "" } else { "s" }))
    }
}

/// Returns the field of an attribute as it stands in the file; empty when the row ends before it.
fn written<'a>(directory: &'a DirectorySource, gateway: &Gateway, attribute: &GatewayAttribute) -> &'a str {
    let row = directory.export.rows.iter().find(|row| row.line == gateway.line);
    let field = row.and_then(|row| row.fields.iter().find(|field| field.offset == attribute.offset && field.length == attribute.length));
    field.map_or("", |field| &field.raw)
}

fn value_locator(key: &str, value: &RegistryValue) -> Locator {
    Locator::RegistryValue { key: key.into(), name: value.name.as_str().into(), line: value.place.line.unwrap_or(0) }
}

fn as_written(value: &RegistryValue) -> String {
    shortened(value.raw.as_deref().or_else(|| value.data.text()).unwrap_or_default())
}

fn hidden(value: &RegistryValue) -> String {
    let length = if value.data.bytes.is_empty() { value.data.text().map_or(0, str::len) } else { value.data.bytes.len() };
    format!("{length} bytes, not shown")
}

fn span_of_registry(place: reg::Place) -> std::ops::Range<u64> {
    place.offset..place.offset.saturating_add(place.length)
}

/// Long values are cut without a mark, so that what is shown still stands in the bytes.
fn shortened(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}
