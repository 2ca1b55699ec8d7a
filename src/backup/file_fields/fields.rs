//! The fields of a file. Streams are mapped by their decoder; text formats by the places that their readers keep, line by line.

use crate::{
    backup::{Siblings, SingleContent, SingleFile, SingleRegistry, attributes_of},
    base::{FieldMap, Limits, TextFile},
    formats::{
        dapi_csv::DirectoryExport,
        imccopy::ImccopyFile,
        ini::{Located, Place},
        migrate::{ListRow, LogLine},
        packing_list::PackingList,
        reg::{self, RegistryShape, RegistryValue},
        sniff::ArtifactKind,
        tnef,
    },
};

use super::document_fields::document;

/// Size of the first block of a hive, which holds its header.
const HIVE_HEADER: u64 = 4096;

/// Returns which field owns each byte of a file.
#[must_use]
pub fn fields(file: &SingleFile<'_>, limits: &Limits) -> FieldMap {
    let mut map = FieldMap::recording();
    let size = file.bytes.len() as u64;
    let root = match &file.content {
        SingleContent::Message(_) => "TNEF stream",
        SingleContent::Registry(_) => "registry dump",
        SingleContent::Directory(_) => "directory export",
        SingleContent::PackingList(_) => "packing list",
        SingleContent::Sibling(_) => "sibling file",
        SingleContent::Document(_) => "RFC 822 text",
        SingleContent::NotUnderstood if file.kind == ArtifactKind::Text => "text",
        SingleContent::NotUnderstood => "bytes of no known format",
    };
    map.add(0, size, 0, || root);
    match &file.content {
        SingleContent::Message(_) => drop(tnef::decode_mapped(file.bytes, limits, &mut map)),
        SingleContent::Registry(found) if found.dump.shape == RegistryShape::Hive => {
            map.add(0, HIVE_HEADER.min(size), 1, || "hive header");
            registry(found, &mut map);
        }
        SingleContent::Registry(found) => {
            lines(file.bytes, &mut map);
            registry(found, &mut map);
        }
        SingleContent::Directory(found) => {
            lines(file.bytes, &mut map);
            directory(&found.export, &mut map);
        }
        SingleContent::PackingList(list) => {
            lines(file.bytes, &mut map);
            packing_list(list, &mut map);
        }
        SingleContent::Sibling(siblings) => {
            lines(file.bytes, &mut map);
            sibling(siblings, &mut map);
        }
        SingleContent::Document(found) => document(found, &mut map),
        SingleContent::NotUnderstood if file.kind == ArtifactKind::Text => lines(file.bytes, &mut map),
        SingleContent::NotUnderstood => {}
    }
    map
}

/// Maps the lines of a text, each with its end, and the mark before the first one.
fn lines(bytes: &[u8], map: &mut FieldMap) {
    let text = TextFile::decode(bytes);
    let size = bytes.len() as u64;
    let mut following = text.lines().skip(1);
    map.add(0, text.lines().next().map_or(size, |line| line.offset), 1, || "byte order mark");
    for line in text.lines() {
        let end = following.next().map_or(size, |next| next.offset);
        map.add(line.offset, end - line.offset, 1, || format!("line {}", line.number));
    }
}

fn registry(found: &SingleRegistry, map: &mut FieldMap) {
    let mut add = |place: reg::Place, depth, label: String| map.add(place.offset, place.length, depth, || label);
    if let Some((place, _)) = &found.dump.header {
        add(*place, 2, "header".to_owned());
    }
    for key in &found.dump.keys {
        add(key.place, 2, format!("key {}", key.path));
        for value in &key.values {
            let RegistryValue { name, place, data_place, .. } = value;
            add(*place, 2, format!("value {}", if name.is_empty() { "(default)" } else { name }));
            add(*data_place, 3, if found.is_secret(value) { "data, not shown" } else { "data" }.to_owned());
        }
    }
}

fn directory(export: &DirectoryExport, map: &mut FieldMap) {
    for column in &export.header {
        map.add(column.offset, column.length, 2, || format!("column {}", column.name));
    }
    for (index, row) in export.rows.iter().enumerate() {
        map.add(row.offset, row.length, 2, || format!("object {}", index + 1));
        for attribute in attributes_of(export, row) {
            let hidden = if attribute.is_secret { ", not shown" } else { "" };
            map.add(attribute.offset, attribute.length, 3, || match attribute.column.as_ref() {
                "" => format!("field without column{hidden}"),
                column => format!("{column}{hidden}"),
            });
        }
    }
}

fn at(map: &mut FieldMap, place: Place, depth: u16, label: impl Into<String>) {
    map.add(place.offset, place.length, depth, || label.into());
}

fn packing_list(list: &PackingList, map: &mut FieldMap) {
    if let Some(version) = &list.version {
        at(map, version.place, 2, "version");
    }
    for entry in &list.entries {
        at(map, entry.place, 2, format!("entry {}", entry.path));
        if let Some(size) = entry.size {
            at(map, size.place, 3, "stated size");
        }
    }
    for count in &list.stated_counts {
        at(map, count.place, 2, format!("stated count {}", count.key));
    }
    for mark in &list.delete_marks {
        at(map, mark.place, 2, format!("delete mark {}", mark.key));
    }
}

fn sibling(siblings: &Siblings, map: &mut FieldMap) {
    for found in &siblings.imccopy {
        imccopy(&found.file.value, map);
    }
    for found in &siblings.migration_lists {
        let list = &found.file.value;
        if let Some(heading) = &list.heading {
            at(map, heading.place, 2, "column names");
        }
        list.rows.iter().for_each(|row| list_row(row, map));
        list.result_lines.iter().for_each(|line| result_line(line, map));
    }
    for found in &siblings.migration_logs {
        found.file.value.lines.iter().for_each(|line| result_line(line, map));
    }
    for found in &siblings.wizard {
        found.file.value.parts().for_each(|(what, place)| at(map, place, 2, what));
    }
}

fn imccopy(file: &ImccopyFile, map: &mut FieldMap) {
    const FORMAT: [&str; 8] = ["domain", "MIME character set", "character set", "flags", "wrap column", "rich text", "reserved", "size limit"];
    const ROUTE: [&str; 3] = ["domain", "host", "number"];
    for section in &file.sections {
        at(map, section.place, 2, format!("section {}", section.value));
    }
    for place in [file.domain_information, file.delivery_routing].into_iter().flatten() {
        at(map, place, 2, "list");
    }
    for value in [(&file.version, "version"), (&file.default_routing, "default routing")] {
        if let (Some(found), name) = value {
            at(map, found.place, 2, name);
        }
    }
    for record in &file.formats {
        at(map, record.place, 2, format!("domain {}", record.domain()));
        named_fields(&record.fields, &FORMAT, map);
    }
    for route in &file.routes {
        at(map, route.text.place, 2, format!("route {}", route.domain()));
        named_fields(&route.fields, &ROUTE, map);
    }
    for unknown in &file.unknown {
        at(map, unknown.value.place, 2, format!("unknown {}", unknown.key));
    }
}

fn named_fields(fields: &[Located], names: &[&str], map: &mut FieldMap) {
    for (index, field) in fields.iter().enumerate() {
        at(map, field.place, 3, names.get(index).map_or_else(|| format!("surplus field {}", index + 1), |name| (*name).to_owned()));
    }
}

fn list_row(row: &ListRow, map: &mut FieldMap) {
    let ListRow { name, alias, source, destination, shape: _, place, raw: _ } = row;
    at(map, *place, 2, "row");
    for (field, label) in [(name, "name"), (alias, "alias"), (source, "source"), (destination, "destination")] {
        at(map, field.place, 3, label);
    }
}

fn result_line(line: &LogLine, map: &mut FieldMap) {
    let LogLine { status: _, name, alias, source, destination, message, time: _, time_text, place, raw: _, entry: _ } = line;
    at(map, *place, 2, "result");
    let fields = [(name, "name"), (alias, "alias"), (source, "source"), (destination, "destination"), (message, "message"), (time_text, "time")];
    for (field, label) in fields {
        at(map, field.place, 3, label);
    }
}
