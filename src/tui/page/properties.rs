//! Properties: tag, canonical name, type and value; Enter shows the raw bytes.

use crate::{
    base::{counted, hex},
    mapi::{PropValue, Property, PropertyBag, describe, describe_id, property_set_name},
};

use crate::tui::{
    row::{Row, Tone},
    target::{Spot, Tab, Target},
};

/// Characters and bytes of a value that are shown; the hex tab has all.
const SHOWN_TEXT: usize = 2_000;
const SHOWN_BYTES: usize = 128;

/// Returns the rows of a bag.
pub(super) fn rows(path: &str, bag: &PropertyBag<'_>, indent: &str) -> Vec<Row> {
    bag.properties.iter().map(|property| row(path, property, indent)).collect()
}

fn row(path: &str, property: &Property<'_>, indent: &str) -> Row {
    let Property { tag, value, span, .. } = property;
    let kind = tag.prop_type().name().unwrap_or_else(|| "unknown type".to_owned());
    let text = text(value);
    let name = name(property);
    let copy = format!("{tag} {name} {kind} {text}");
    Row::new()
        .with(Tone::Dim, format!("{indent}{tag} "))
        .with(Tone::Strong, if name.is_empty() { String::new() } else { format!("{name} ") })
        .with(Tone::Dim, format!("{kind} "))
        .with(Tone::Plain, text)
        .hang(indent.len() + 4)
        .to(bytes_at(path, span))
        .key(tag.to_string())
        .copies(copy)
}

fn name(property: &Property<'_>) -> String {
    if let Some(name) = &property.name {
        return property_set_name(&name.set).map_or_else(|| name.to_string(), |set| format!("{set} {name}"));
    }
    describe(property.tag).or_else(|| describe_id(property.tag.id())).map(|known| known.name.to_owned()).unwrap_or_default()
}

fn text(value: &PropValue<'_>) -> String {
    if let Some(scalar) = value.scalar_text() {
        return scalar;
    }
    match value {
        PropValue::Binary(bytes) | PropValue::Object(bytes) | PropValue::Unknown(_, bytes) => bytes_text(bytes),
        PropValue::Multi(values) => values.iter().take(100).map(text).collect::<Vec<_>>().join(" | "),
        text => cut(&text.text().unwrap_or_default()),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN_TEXT) {
        Some((end, _)) => format!("{} … ({} characters)", text.get(..end).unwrap_or_default(), text.chars().count()),
        None => text.to_owned(),
    }
}

fn bytes_text(bytes: &[u8]) -> String {
    match bytes.get(..SHOWN_BYTES).filter(|_| bytes.len() > SHOWN_BYTES) {
        Some(first) => format!("{} … ({} bytes)", hex(first), bytes.len()),
        None => format!("{} ({})", hex(bytes), counted(bytes.len(), "byte")),
    }
}

/// Returns where bytes of a file are seen.
pub(super) fn bytes_at(path: &str, span: &std::ops::Range<u64>) -> Target {
    Target::File(path.into(), Box::new(Spot { tab: Some(Tab::Hex), span: Some(span.clone()), ..Spot::default() }))
}
