//! The JSON Schemas (2020-12) of every form. That of the report is a file; the others are made of its definitions, so that the same message
//! or finding cannot be described in two ways.

use serde_json::{Map, Value, json};

use super::SCHEMA;

/// A form that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `imcscan.report/1`.
    Report,
    /// `imcscan.messages/1`.
    Messages,
    /// `imcscan.findings/1`.
    Findings,
    /// `imcscan.migrate/1`.
    Migrate,
    /// `imcscan.decode/1`.
    Decode,
}

/// Returns the schema of a form as a document.
#[must_use]
pub fn schema(form: Form) -> String {
    let report: Value = match form {
        Form::Report => return SCHEMA.to_owned(),
        _ => serde_json::from_str(SCHEMA).unwrap_or_default(),
    };
    let mut document = match form {
        Form::Messages => messages(),
        Form::Findings => list("findings", "findings", &json!({ "$ref": "#/$defs/finding" })),
        Form::Decode => decoded(&report),
        _ => migration(),
    };
    let mut definitions = report.get("$defs").cloned().unwrap_or_default();
    if form == Form::Messages {
        add_codes(&mut definitions);
    }
    if let Some(fields) = document.as_object_mut().filter(|_| form != Form::Migrate) {
        fields.insert("$defs".to_owned(), definitions);
    }
    format!("{document:#}\n")
}

/// Returns a document of these fields, all of which are there, and no others.
fn document(name: &str, what: &str, fields: Value) -> Value {
    let mut fields = if let Value::Object(fields) = fields { fields } else { Map::new() };
    fields.insert("schema".to_owned(), json!({ "const": format!("imcscan.{name}/1") }));
    let required: Vec<String> = fields.keys().cloned().collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:imcscan:{name}:1"),
        "title": format!("imcscan {name}"),
        "description": format!("What `{what}` prints. Fields may be added; none is renamed without another number."),
        "type": "object",
        "properties": fields,
        "required": required,
        "additionalProperties": false,
    })
}

fn object(fields: Value) -> Value {
    let required: Vec<String> = fields.as_object().into_iter().flat_map(|fields| fields.keys().cloned()).collect();
    json!({ "type": "object", "properties": fields, "required": required, "additionalProperties": false })
}

fn array(of: &Value) -> Value {
    json!({ "type": "array", "items": of })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn list(name: &str, field: &str, of: &Value) -> Value {
    let passed = json!({ "description": "How many passed the filter, shown or not", "type": "integer", "minimum": 0 });
    document(name, &format!("imcscan {name} --format json"), json!({ "passed": passed, field: array(of) }))
}

fn messages() -> Value {
    list("messages", "messages", &json!({ "$ref": "#/$defs/queue_item" }))
}

/// A message of a list also says which rules found something about it.
fn add_codes(definitions: &mut Value) {
    let Some(item) = definitions.get_mut("queue_item").and_then(Value::as_object_mut) else { return };
    if let Some(fields) = item.get_mut("properties").and_then(Value::as_object_mut) {
        let code = json!({ "type": "string", "pattern": "^[A-Z]{3}[0-9]{3}$" });
        fields.insert("findings".to_owned(), json!({ "description": "Codes of the rules, gravest first", "type": "array", "items": code }));
    }
    if let Some(required) = item.get_mut("required").and_then(Value::as_array_mut) {
        required.push("findings".into());
    }
}

fn migration() -> Value {
    let who = |mut rest: Map<String, Value>| {
        for field in ["name", "alias", "source", "destination", "file"] {
            rest.insert(field.to_owned(), text());
        }
        rest.insert("line".to_owned(), count());
        object(Value::Object(rest))
    };
    let row = who(Map::new());
    let result = who([("message".to_owned(), text()), ("time".to_owned(), text())].into_iter().collect());
    let pair = object(json!({ "listed": row, "result": result }));
    let counts = ["listed", "results", "done", "failed", "never_tried", "retry", "not_understood"];
    let summary: Map<String, Value> = counts.into_iter().map(|name| (name.to_owned(), count())).collect();
    let file = json!({ "path": text(), "kind": { "enum": ["list", "log"] }, "rows": count(), "results": count(), "not_understood": count() });
    let fields = json!({
        "files": array(&object(file)),
        "summary": object(Value::Object(summary)),
        "done": array(&result),
        "failed": array(&result),
        "never_tried": array(&row),
        "done_and_listed": array(&pair),
        "listed_twice": array(&array(&row)),
        "done_twice": array(&array(&result)),
        "differing": array(&pair),
        "not_understood": array(&object(json!({ "file": text(), "line": count(), "text": text(), "reason": text() }))),
        "retry": object(json!({ "file": { "type": ["string", "null"] }, "lines": array(&text()) })),
    });
    document("migrate", "imcscan migrate --format json", fields)
}

/// What a file is decides which of the fields after the first six are there.
fn decoded(report: &Value) -> Value {
    let of_report = |name: &str| report.pointer(&format!("/properties/{name}")).cloned().unwrap_or_default();
    let any = || json!({ "type": ["object", "null"] });
    let head = json!({
        "kind": text(), "looks_like": text(), "file": text(), "size": count(),
        "sha256": { "type": ["string", "null"] }, "anomalies": array(&json!({ "$ref": "#/$defs/anomaly" })),
    });
    let mut document = document("decode", "imcscan decode --json", head);
    let message = json!({ "description": "A message as in the report, with every property, recipient row and body", "type": "object",
        "required": ["message_class", "subject", "recipients", "bodies", "attachments", "embedded", "properties"] });
    let forms: [(&[&str], Value); 7] = [
        (&["item", "strict_reader", "message"], json!({ "item": text(), "strict_reader": text(), "message": message })),
        (&["service", "profile", "registry"], json!({ "service": of_report("service"), "profile": of_report("profile"), "registry": any() })),
        (&["gateway", "directory"], json!({ "gateway": of_report("gateway"), "directory": any() })),
        (&["packing_list"], json!({ "packing_list": any() })),
        (&["siblings"], json!({ "siblings": of_report("siblings") })),
        (&["spool", "rfc822"], json!({ "spool": any(), "rfc822": any() })),
        (&["first_bytes", "text"], json!({ "first_bytes": text(), "text": { "type": ["string", "null"] } })),
    ];
    let choices: Vec<Value> = forms.iter().map(|(names, _)| json!({ "required": names })).collect();
    if let Some(fields) = document.get_mut("properties").and_then(Value::as_object_mut) {
        fields.extend(forms.into_iter().filter_map(|(_, fields)| if let Value::Object(fields) = fields { Some(fields) } else { None }).flatten());
    }
    if let Some(fields) = document.as_object_mut() {
        fields.insert("oneOf".to_owned(), Value::Array(choices));
    }
    document
}
