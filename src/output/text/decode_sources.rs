//! Registry dumps, directory exports, packing lists and sibling files for people. Secrets are named, never shown.

use std::{collections::HashMap, io};

use crate::{
    backup::{ProfileProperty, Siblings, SingleDirectory, SingleRegistry, attributes_of, registry_values, secrets::is_secret_value},
    base::{counted, hex, printable},
    formats::{
        imccopy::ImccopyFile,
        ini::Located,
        migrate::{LogLine, MigrationStatus, WizardFile},
        packing_list::{Dialect, PackingEntry, PackingList},
        reg::{RegistryContent, RegistryData, RegistryKey, RegistryValue},
    },
};

use super::{Page, finding::cut, values::value};

const HIDDEN: &str = "not shown";

/// Writes every key with its values; properties of profiles decoded, settings with their meaning.
pub(super) fn registry(found: &SingleRegistry, page: &mut Page<'_>) -> io::Result<()> {
    let sections = found.profile.profiles.iter().flat_map(|profile| &profile.sections);
    let properties: HashMap<u64, &ProfileProperty> =
        sections.flat_map(|section| &section.properties).map(|property| (property.place.offset, property)).collect();
    page.entry(0, "shape  ", found.dump.shape.name())?;
    page.entry(0, "holds  ", &format!("{}, {}", counted(found.dump.keys.len(), "key"), counted(found.dump.value_count(), "value")))?;
    page.blank()?;
    for key in &found.dump.keys {
        page.heading(&format!("[{}{}]", if key.deleted { "-" } else { "" }, key.path))?;
        for each in &key.values {
            let is_secret = found.is_secret(each);
            match properties.get(&each.place.offset) {
                Some(property) => profile_property(property, (is_secret, page))?,
                None => setting(key, each, (is_secret, page))?,
            }
        }
        page.blank()?;
    }
    Ok(())
}

fn setting(key: &RegistryKey, found: &RegistryValue, (is_secret, page): (bool, &mut Page<'_>)) -> io::Result<()> {
    let RegistryValue { name, data, deleted, .. } = found;
    let shown = if is_secret { HIDDEN.to_owned() } else { data_text(data) };
    let name = if name.is_empty() { "(default)" } else { name };
    let label = printable(name).to_string();
    if *deleted {
        return value(page, 2, (&label, "deleted by this file"));
    }
    value(page, 2, (&label, &format!("{} {shown}", data.reg_type)))?;
    let Some(known) = registry_values::describe_path(&key.path, &found.name) else { return Ok(()) };
    let meaning = data.dword().and_then(|number| known.meaning_of(number)).unwrap_or_else(|| known.meaning.to_owned());
    page.entry(6, "", &format!("({meaning})"))
}

fn data_text(data: &RegistryData) -> String {
    match &data.content {
        RegistryContent::Sz(text) | RegistryContent::ExpandSz(text) | RegistryContent::Link(text) => text.clone(),
        RegistryContent::MultiSz(strings) => strings.join("\n"),
        RegistryContent::Dword(number) | RegistryContent::DwordBigEndian(number) => format!("{number} ({number:#x})"),
        RegistryContent::Qword(number) => format!("{number} ({number:#x})"),
        RegistryContent::Bytes => hex(&data.bytes),
    }
}

fn profile_property(property: &ProfileProperty, (is_secret, page): (bool, &mut Page<'_>)) -> io::Result<()> {
    let label = [Some(property.tag.to_string()), property.name.map(str::to_owned)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let shown = if is_secret { format!("{HIDDEN} (size {})", property.size) } else { property.value.shown() };
    value(page, 2, (&label, &shown))
}

/// Writes every object as column and values.
pub(super) fn directory(found: &SingleDirectory, page: &mut Page<'_>) -> io::Result<()> {
    let export = &found.export;
    page.entry(0, "holds  ", &format!("{}, {}", counted(export.header.len(), "column"), counted(export.rows.len(), "object")))?;
    page.blank()?;
    for row in &export.rows {
        let is_connector = found.gateway.as_ref().is_some_and(|gateway| gateway.line == row.line);
        page.heading(&format!("Object on line {}{}", row.line, if is_connector { " (the connector)" } else { "" }))?;
        for attribute in attributes_of(export, row).iter().filter(|attribute| !attribute.values.is_empty()) {
            let column = if attribute.column.is_empty() { "(no column)" } else { &attribute.column };
            let shown = if attribute.is_secret { HIDDEN.to_owned() } else { attribute.values.join("\n") };
            value(page, 2, (&printable(column).to_string(), &shown))?;
        }
        page.blank()?;
    }
    Ok(())
}

/// Writes the entries as listed.
pub(super) fn packing_list(list: &PackingList, page: &mut Page<'_>) -> io::Result<()> {
    page.entry(0, "dialect", list.dialect.map_or("unknown", Dialect::name))?;
    if let Some(version) = &list.version {
        page.entry(0, "version", &version.value)?;
    }
    page.blank()?;
    page.heading(&format!("Entries ({})", list.entries.len()))?;
    list.entries.iter().try_for_each(|entry| listed(entry, page))?;
    for count in &list.stated_counts {
        page.entry(2, "", &format!("{} = {} on line {}; {} found", count.key, count.value, count.place.line, count.found()))?;
    }
    for mark in &list.delete_marks {
        page.entry(2, "", &format!("{} = {} on line {}", mark.key, mark.value, mark.place.line))?;
    }
    page.blank()
}

fn listed(entry: &PackingEntry, page: &mut Page<'_>) -> io::Result<()> {
    let size = entry.size.map(|size| format!(", {} bytes", size.bytes)).unwrap_or_default();
    let written = if entry.written == entry.path { String::new() } else { format!(", written {}", entry.written) };
    let section = entry.section.as_deref().map(|section| format!(", in [{section}]")).unwrap_or_default();
    page.entry(2, "", &format!("{}{size} (line {}{section}{written})", entry.path, entry.place.line))?;
    entry.metadata.iter().try_for_each(|metadata| match &metadata.key {
        Some(key) => page.entry(6, "", &format!("{key} = {}", cut(&metadata.value))),
        None => page.entry(6, "", &cut(&metadata.value)),
    })
}

/// Writes the files of the sibling tools.
pub(super) fn siblings(siblings: &Siblings, page: &mut Page<'_>) -> io::Result<()> {
    siblings.imccopy.iter().try_for_each(|found| imccopy(&found.file.value, page))?;
    for found in &siblings.migration_lists {
        let list = &found.file.value;
        page.heading(&format!("Users ({})", list.rows.len()))?;
        for row in &list.rows {
            let users = format!("{} ({}) from {} to {}", row.name.value, row.alias.value, row.source.value, row.destination.value);
            page.entry(2, "", &users)?;
        }
        results(&list.result_lines, page)?;
    }
    siblings.migration_logs.iter().try_for_each(|found| results(&found.file.value.lines, page))?;
    siblings.wizard.iter().try_for_each(|found| wizard(&found.file.value, page))
}

fn imccopy(file: &ImccopyFile, page: &mut Page<'_>) -> io::Result<()> {
    if file.domain_section.is_some() {
        page.heading(&format!("Domains ({})", file.formats.len()))?;
        for record in &file.formats {
            let [mime, plain] =
                [record.mime_charset(), record.non_mime_charset()].map(|charset| charset.map_or("?", |charset| charset.value.as_str()));
            let flags = record.flags().map(|flags| flags.names().collect::<Vec<_>>().join(", ")).unwrap_or_default();
            page.entry(2, "", &format!("{}: {mime} for MIME, {plain} otherwise; {flags}", record.domain()))?;
        }
        page.blank()?;
    }
    if file.routes_section.is_some() {
        page.heading(&format!("Routes ({})", file.routes.len()))?;
        for route in &file.routes {
            page.entry(2, "", &format!("{} to {}", route.domain(), route.host().map_or("nowhere", |host| host.value.as_str())))?;
        }
        if let Some(routing) = file.default_routing.as_ref().filter(|routing| !routing.value.is_empty()) {
            page.entry(2, "", &format!("everything else to {}", routing.value))?;
        }
        page.blank()?;
    }
    Ok(())
}

fn wizard(file: &WizardFile, page: &mut Page<'_>) -> io::Result<()> {
    page.heading(&format!("{} ({})", capital(file.name()), counted(file.entries(), "entry")))?;
    match file {
        WizardFile::UserList(list) => {
            let joined = |cells: &[Located]| cells.iter().map(|cell| cell.value.as_str()).collect::<Vec<_>>().join(" | ");
            page.entry(2, "columns", &joined(&list.columns))?;
            list.rows.iter().try_for_each(|row| page.entry(2, "", &joined(row)))?;
        }
        WizardFile::PackingList(list) => {
            page.entry(2, "code page", &list.first.value)?;
            list.files.iter().try_for_each(|file| page.entry(2, "", file))?;
        }
        WizardFile::Section(section) => section.lines.iter().try_for_each(|line| page.entry(2, "", &line.value))?,
        WizardFile::Control(control) => {
            for setting in &control.settings {
                let value = if is_secret_value(&setting.keyword.value) { HIDDEN } else { setting.text() };
                page.entry(2, "", &format!("{}: {value}", setting.keyword.value))?;
            }
        }
        WizardFile::Accounts(_) => {}
    }
    page.blank()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn results(lines: &[LogLine], page: &mut Page<'_>) -> io::Result<()> {
    if lines.is_empty() {
        return page.blank();
    }
    page.heading(&format!("Results ({})", lines.len()))?;
    for line in lines {
        let status = match line.status {
            MigrationStatus::Success => "success",
            MigrationStatus::Failure => "failure",
        };
        let who = format!("{} ({}) from {} to {}", line.name.value, line.alias.value, line.source.value, line.destination.value);
        page.entry(2, status, &format!("{} {who}: {}", line.time, line.message.value))?;
    }
    page.blank()
}
