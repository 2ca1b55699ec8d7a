//! The wire form of the registry, the profile, the directory object and the sibling tools' files. Secrets are named, never shown.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    backup::{
        Gateway, GatewayAttribute, ProfileDump, ProfileProperty, ServiceKey, ServiceValue, Sibling, Siblings, registry_values,
        secrets::is_secret_value,
    },
    base::{Timestamp, hex},
    formats::{
        imccopy::ImccopyFile,
        ini::Located,
        migrate::{ListRow, LogLine, MigrationList, MigrationLog, MigrationStatus, WizardFile, WizardSetting},
        profile_blob::ProfileValue,
        reg::{RegistryContent, RegistryData, RegistryValue},
    },
};

use super::v1_message::AnomalyV1;

/// The service key.
#[derive(Serialize)]
pub(super) struct ServiceV1<'a> {
    present: bool,
    shape: Option<&'static str>,
    values: Vec<ServiceValueV1<'a>>,
}

#[derive(Serialize)]
struct ServiceValueV1<'a> {
    key: &'a str,
    name: &'a str,
    r#type: String,
    data: Value,
    line: Option<usize>,
    known: bool,
    meaning: Option<String>,
}

/// The profile dump.
#[derive(Serialize)]
pub(super) struct ProfileV1<'a> {
    present: bool,
    shape: Option<&'static str>,
    profiles: Vec<&'a str>,
    sections: Vec<SectionV1<'a>>,
}

#[derive(Serialize)]
struct SectionV1<'a> {
    profile: &'a str,
    id: &'a str,
    properties: Vec<PropertyV1>,
}

#[derive(Serialize)]
struct PropertyV1 {
    tag: String,
    name: Option<&'static str>,
    r#type: String,
    value: Value,
    secret: bool,
    line: Option<usize>,
}

/// The directory object.
#[derive(Serialize)]
pub(super) struct GatewayV1<'a> {
    present: bool,
    dn: Option<&'a str>,
    attributes: Vec<AttributeV1<'a>>,
}

#[derive(Serialize)]
pub(super) struct AttributeV1<'a> {
    column: &'a str,
    schema_name: Option<&'static str>,
    values: Vec<&'a str>,
    secret: bool,
}

/// Files of the sibling tools.
#[derive(Serialize)]
pub(super) struct SiblingsV1 {
    imccopy: Vec<Value>,
    migration: Vec<Value>,
}

/// What stands in place of a secret.
pub(super) const HIDDEN: &str = "not shown";

impl<'a> ServiceV1<'a> {
    pub(super) fn new(service: Option<&'a ServiceKey>) -> Self {
        Self {
            present: service.is_some_and(ServiceKey::is_present),
            shape: service.map(|service| service.shape.name()),
            values: service.map(ServiceKey::values_in_force).unwrap_or_default().into_iter().map(ServiceValueV1::from).collect(),
        }
    }
}

impl<'a> From<&'a ServiceValue> for ServiceValueV1<'a> {
    fn from(found: &'a ServiceValue) -> Self {
        let RegistryValue { name, data, place, .. } = &found.value;
        let known = registry_values::describe(&found.key, name);
        let number_means = known.zip(data.dword()).and_then(|(known, number)| known.meaning_of(number));
        Self {
            key: &found.key,
            name,
            r#type: data.reg_type.to_string(),
            data: if found.is_secret() { HIDDEN.into() } else { registry_data(data) },
            line: place.line,
            known: known.is_some(),
            meaning: number_means.or_else(|| known.map(|known| known.meaning.to_owned())),
        }
    }
}

/// Registry data as JSON: numbers as numbers, texts as texts, lists as lists, bytes as hexadecimal digits.
pub(super) fn registry_data(data: &RegistryData) -> Value {
    match &data.content {
        RegistryContent::Sz(text) | RegistryContent::ExpandSz(text) | RegistryContent::Link(text) => text.as_str().into(),
        RegistryContent::MultiSz(strings) => strings.as_slice().into(),
        RegistryContent::Dword(number) | RegistryContent::DwordBigEndian(number) => (*number).into(),
        RegistryContent::Qword(number) => (*number).into(),
        RegistryContent::Bytes => hex(&data.bytes).into(),
    }
}

impl<'a> ProfileV1<'a> {
    pub(super) fn new(profile: Option<&'a ProfileDump>) -> Self {
        let profiles = || profile.iter().flat_map(|dump| &dump.profiles);
        Self {
            present: profile.is_some_and(ProfileDump::has_connector_profile),
            shape: profile.map(|dump| dump.shape.name()),
            profiles: profiles().map(|profile| profile.name.as_ref()).collect(),
            sections: profiles()
                .flat_map(|profile| profile.sections.iter().map(|section| (profile.name.as_ref(), section)))
                .map(|(profile, section)| SectionV1 {
                    profile,
                    id: &section.id,
                    properties: section.properties.iter().map(PropertyV1::from).collect(),
                })
                .collect(),
        }
    }
}

impl From<&ProfileProperty> for PropertyV1 {
    fn from(property: &ProfileProperty) -> Self {
        Self {
            tag: property.tag.to_string(),
            name: property.name,
            r#type: property.reg_type.to_string(),
            value: if property.is_secret { HIDDEN.into() } else { profile_value(&property.value) },
            secret: property.is_secret,
            line: property.place.line,
        }
    }
}

fn profile_value(value: &ProfileValue) -> Value {
    match value {
        ProfileValue::Text(text) => text.as_str().into(),
        ProfileValue::I2(number) => (*number).into(),
        ProfileValue::Long(number) => (*number).into(),
        ProfileValue::R4(number) => f64::from(*number).into(),
        ProfileValue::R8(number) => (*number).into(),
        ProfileValue::Boolean(flag) => (*flag).into(),
        ProfileValue::I8(number) => (*number).into(),
        ProfileValue::SysTime(ticks) => Timestamp::from_filetime(*ticks).map(|time| time.to_string()).into(),
        ProfileValue::Error(code) => format!("{code:#010x}").into(),
        ProfileValue::Clsid(guid) => guid.to_string().into(),
        ProfileValue::Strings(strings) => strings.as_slice().into(),
        ProfileValue::Longs(numbers) => numbers.as_slice().into(),
        ProfileValue::Binary(bytes) | ProfileValue::Unknown(bytes) => hex(bytes).into(),
    }
}

impl<'a> GatewayV1<'a> {
    pub(super) fn new(gateway: Option<&'a Gateway>) -> Self {
        Self {
            present: gateway.is_some(),
            dn: gateway.and_then(Gateway::dn),
            attributes: gateway.iter().flat_map(|gateway| &gateway.attributes).map(AttributeV1::from).collect(),
        }
    }
}

impl<'a> From<&'a GatewayAttribute> for AttributeV1<'a> {
    fn from(attribute: &'a GatewayAttribute) -> Self {
        let GatewayAttribute { column, known, values, offset: _, length: _, is_secret } = attribute;
        let shown = |value: &'a str| if *is_secret { HIDDEN } else { value };
        Self { column, schema_name: known.map(|known| known.name), values: values.iter().map(|value| shown(value)).collect(), secret: *is_secret }
    }
}

impl SiblingsV1 {
    pub(super) fn new(siblings: &Siblings) -> Self {
        let lists = siblings.migration_lists.iter().map(migration_list);
        Self {
            imccopy: siblings.imccopy.iter().map(imccopy).collect(),
            migration: lists.chain(siblings.migration_logs.iter().map(migration_log)).chain(siblings.wizard.iter().map(wizard)).collect(),
        }
    }
}

fn imccopy(sibling: &Sibling<ImccopyFile>) -> Value {
    let file = &sibling.file.value;
    let domains: Vec<Value> = file
        .formats
        .iter()
        .map(|record| {
            json!({
                "domain": record.domain(),
                "mime_charset": record.mime_charset().map(|charset| &charset.value),
                "text_charset": record.non_mime_charset().map(|charset| &charset.value),
                "flags": record.flags().map(|flags| flags.0),
                "formats": record.flags().map(|flags| flags.names().collect::<Vec<_>>()),
                "wrap_column": record.wrap_column(),
                "rich_text": record.rich_text(),
                "size_limit": record.size_limit(),
                "line": record.place.line,
            })
        })
        .collect();
    let routes: Vec<Value> = file
        .routes
        .iter()
        .map(|route| json!({ "domain": route.domain(), "host": route.host().map(|host| &host.value), "number": route.number(), "line": route.text.place.line }))
        .collect();
    json!({
        "path": sibling.path,
        "version": file.version.as_ref().map(|version| &version.value),
        "domains": domains,
        "routes": routes,
        "default_routing": file.default_routing.as_ref().map(|routing| &routing.value),
        "anomalies": sibling.file.anomalies.iter().map(AnomalyV1::from).collect::<Vec<_>>(),
    })
}

fn migration_list(sibling: &Sibling<MigrationList>) -> Value {
    let row = |row: &ListRow| json!({ "name": row.name.value, "alias": row.alias.value, "source": row.source.value, "destination": row.destination.value, "line": row.place.line });
    json!({
        "path": sibling.path,
        "kind": "list",
        "rows": sibling.file.value.rows.iter().map(row).collect::<Vec<_>>(),
        "results": sibling.file.value.result_lines.iter().map(result_line).collect::<Vec<_>>(),
        "anomalies": sibling.file.anomalies.iter().map(AnomalyV1::from).collect::<Vec<_>>(),
    })
}

fn migration_log(sibling: &Sibling<MigrationLog>) -> Value {
    json!({
        "path": sibling.path,
        "kind": "log",
        "results": sibling.file.value.lines.iter().map(result_line).collect::<Vec<_>>(),
        "anomalies": sibling.file.anomalies.iter().map(AnomalyV1::from).collect::<Vec<_>>(),
    })
}

fn wizard(sibling: &Sibling<WizardFile>) -> Value {
    let file = &sibling.file.value;
    json!({
        "path": sibling.path,
        "kind": file.name().replace(' ', "_"),
        "entries": file.entries(),
        "contents": wizard_contents(file),
        "anomalies": sibling.file.anomalies.iter().map(AnomalyV1::from).collect::<Vec<_>>(),
    })
}

/// Returns what the file says; accounts are counted only.
fn wizard_contents(file: &WizardFile) -> Value {
    let texts = |texts: &[Located]| texts.iter().map(|text| text.value.clone()).collect::<Vec<_>>();
    match file {
        WizardFile::UserList(list) => {
            let shown = |(column, cell): (usize, &Located)| {
                let is_secret = list.columns.get(column).is_some_and(|column| is_secret_value(&column.value));
                if is_secret { HIDDEN.to_owned() } else { cell.value.clone() }
            };
            let rows: Vec<Vec<String>> = list.rows.iter().map(|row| row.iter().enumerate().map(shown).collect()).collect();
            json!({ "columns": texts(&list.columns), "rows": rows })
        }
        WizardFile::PackingList(list) => json!({ "first": list.first.value, "files": list.files }),
        WizardFile::Section(section) => json!({ "lines": texts(&section.lines) }),
        WizardFile::Control(control) => {
            let shown = |setting: &WizardSetting| {
                let keyword = &setting.keyword.value;
                let value = if is_secret_value(keyword) { HIDDEN } else { setting.text() };
                json!({ "keyword": keyword, "value": value })
            };
            json!({ "settings": control.settings.iter().map(shown).collect::<Vec<_>>() })
        }
        WizardFile::Accounts(_) => Value::Null,
    }
}

fn result_line(line: &LogLine) -> Value {
    json!({
        "status": match line.status { MigrationStatus::Success => "success", MigrationStatus::Failure => "failure" },
        "name": line.name.value,
        "alias": line.alias.value,
        "source": line.source.value,
        "destination": line.destination.value,
        "message": line.message.value,
        "time": line.time.to_string(),
        "line": line.place.line,
    })
}
