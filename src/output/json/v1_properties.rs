//! The wire form of MAPI properties and of everything else that a decoded message says beyond its record.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    base::{Limits, Sha256Digest, hex},
    formats::{
        html, rtf,
        tnef::{Attribute, TnefMessage},
    },
    mapi::{NameKind, PropValue, Property, PropertyBag, describe, describe_id, property_set_name},
};

/// What `decode` adds to a message.
#[derive(Serialize)]
pub(super) struct MessageDetailsV1 {
    property_list: Vec<PropertyV1>,
    attributes: Vec<Value>,
    texts: Value,
}

/// One property.
#[derive(Serialize)]
pub(super) struct PropertyV1 {
    tag: String,
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    property_set: Option<Value>,
    r#type: String,
    value: Value,
    span: Value,
}

/// Longer binaries are told by size and digest; the bytes themselves lie at the span.
const LONGEST_BINARY: usize = 4096;

impl MessageDetailsV1 {
    pub(super) fn new(message: &TnefMessage<'_>, limits: &Limits) -> Self {
        let rtf = message.rtf_compressed().map(|bytes| rtf::to_text(&rtf::decompress(bytes, limits).value.bytes, limits).value.text);
        let html = message.html_text().map(|body| html::to_text(&body.text, limits));
        Self {
            property_list: property_list(&message.properties),
            attributes: message.attributes.iter().map(attribute).collect(),
            texts: json!({ "text": message.body_text().map(|body| body.text), "rtf": rtf, "html": html }),
        }
    }
}

fn attribute(attribute: &Attribute<'_>) -> Value {
    let Attribute { level, id, type_word, data: _, declared, data_offset, span, checksum_ok } = attribute;
    json!({
        "name": attribute.name(),
        "tag": format!("0x{type_word:04X}{:04X}", id.0),
        "level": level,
        "declared_length": declared,
        "data_offset": data_offset,
        "span": { "offset": span.start, "length": span.end - span.start },
        "checksum_ok": checksum_ok,
    })
}

/// Returns every property of a bag in the order of the wire.
pub(super) fn property_list(bag: &PropertyBag<'_>) -> Vec<PropertyV1> {
    bag.properties.iter().map(PropertyV1::from).collect()
}

impl From<&Property<'_>> for PropertyV1 {
    fn from(property: &Property<'_>) -> Self {
        let Property { tag, name, value, span } = property;
        let own = name.as_ref().map(|name| match &name.kind {
            NameKind::Lid(lid) => format!("{lid:#06x}"),
            NameKind::Text(text) => text.clone(),
        });
        let known = || describe(*tag).or_else(|| describe_id(tag.id())).filter(|_| name.is_none()).map(|known| known.name.to_owned());
        Self {
            tag: tag.to_string(),
            name: own.or_else(known),
            property_set: name.as_ref().map(|name| json!({ "guid": name.set.to_string(), "name": property_set_name(&name.set) })),
            r#type: tag.prop_type().name().unwrap_or_else(|| format!("{:#06x}", tag.prop_type().0)),
            value: wire_value(value),
            span: json!({ "offset": span.start, "length": span.end - span.start }),
        }
    }
}

/// Numbers as numbers, texts as texts, times as UTC, binaries as hexadecimal digits; a SYSTIME of zero is not set.
fn wire_value(value: &PropValue<'_>) -> Value {
    match value {
        PropValue::Null => Value::Null,
        PropValue::I2(number) => (*number).into(),
        PropValue::Long(number) => (*number).into(),
        PropValue::R4(number) => f64::from(*number).into(),
        PropValue::R8(number) | PropValue::AppTime(number) => (*number).into(),
        PropValue::Currency(number) | PropValue::I8(number) => (*number).into(),
        PropValue::Error(code) => format!("{code:#010x}").into(),
        PropValue::Boolean(flag) => (*flag).into(),
        PropValue::String8(_) | PropValue::Unicode(_) => value.text().into(),
        PropValue::SysTime(ticks) => value.time().map_or_else(|| (*ticks).into(), |time| time.to_string().into()),
        PropValue::Clsid(guid) => guid.to_string().into(),
        PropValue::Binary(bytes) | PropValue::Object(bytes) | PropValue::Unknown(_, bytes) => binary(bytes),
        PropValue::Multi(values) => values.iter().map(wire_value).collect(),
    }
}

fn binary(bytes: &[u8]) -> Value {
    if bytes.len() <= LONGEST_BINARY {
        return hex(bytes).into();
    }
    json!({ "bytes": bytes.len(), "sha256": Sha256Digest::of(bytes).to_string() })
}
