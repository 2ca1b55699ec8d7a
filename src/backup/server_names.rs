//! By what name each source calls the server, so that a mixture of two collections shows: registry, directory object, profile.
//! Deliberately absent: which of them is right.

use crate::formats::{
    dapi_csv::{Column, Field, Row},
    reg::{RegistryDump, RegistryKey, RegistryValue},
};

use super::{
    Backup, FileRecord,
    dn::{Dn, server_in_parentheses},
};

/// The Exchange global section of a profile (Q175107).
const GLOBAL_SECTION: &str = "13dbb0c8aa05101a9bb000aa002fc45a";
/// Strings of one list that are read; the service writes one for each network protocol.
const MOST_STRINGS: usize = 1000;

/// A text and the registry value that holds it.
#[derive(Debug, Clone)]
pub struct RegistryText<'a> {
    /// The dump.
    pub file: &'a FileRecord,
    /// The key.
    pub key: &'a RegistryKey,
    /// The value.
    pub value: &'a RegistryValue,
    /// The text, or one of several.
    pub text: String,
}

/// A text and the cell of the directory export that holds it.
#[derive(Debug, Clone)]
pub struct CellText<'a> {
    /// Path of the export.
    pub path: &'a str,
    /// The column.
    pub column: &'a Column,
    /// The row.
    pub row: &'a Row,
    /// The cell.
    pub field: &'a Field,
    /// Its text as one value.
    pub text: String,
}

/// A server's name and where it was found.
#[derive(Debug, Clone)]
pub struct ServerName<S> {
    /// The name.
    pub name: String,
    /// Its source.
    pub source: S,
}

impl Backup {
    /// Returns the texts of a value in the key `Parameters` of the service, in the order of the dump.
    #[must_use]
    pub fn service_parameter(&self, name: &str) -> Option<RegistryText<'_>> {
        let file = self.top_file("Imcsvc.reg")?;
        let dump = self.registry_dump(file)?;
        let found = live_values(dump).filter(|(key, value)| is_parameters(&key.path) && value.name.eq_ignore_ascii_case(name)).last();
        found.and_then(|(key, value)| Some(RegistryText { file, key, value, text: value.data.text()?.to_owned() }))
    }

    /// Returns a cell of the connector's object whose column is sure.
    #[must_use]
    pub fn object_cell(&self, column: &str) -> Option<CellText<'_>> {
        let source = self.directory.as_ref()?;
        let row = self.object_row()?;
        let index = source.export.column(column).filter(|index| self.gateway.as_ref().is_some_and(|gateway| gateway.is_sure(*index)))?;
        let (column, field) = (source.export.header.get(index)?, row.fields.get(index)?);
        let text = field.as_one(source.export.value_separator);
        (!text.trim().is_empty()).then_some(CellText { path: &source.path, column, row, field, text })
    }

    /// Returns the server that the registry names: CommonName, else SiteDN, else HomeDSA.
    #[must_use]
    pub fn server_of_registry(&self) -> Option<ServerName<RegistryText<'_>>> {
        let of = |value: &str, name: fn(&str) -> Option<String>| {
            let source = self.service_parameter(value)?;
            Some(ServerName { name: name(&source.text)?, source })
        };
        of("CommonName", |text| server_in_parentheses(text).map(str::to_owned))
            .or_else(|| of("SiteDN", |text| Dn::parse(text)?.last_cn().filter(|cn| !cn.eq_ignore_ascii_case("Configuration")).map(last_name)))
            .or_else(|| of("HomeDSA", host_part))
    }

    /// Returns the server that the connector's object names.
    #[must_use]
    pub fn server_of_object(&self) -> Option<ServerName<CellText<'_>>> {
        let of = |column: &str, name: fn(&str) -> Option<String>| {
            let source = self.object_cell(column)?;
            Some(ServerName { name: name(&source.text)?, source })
        };
        let in_parentheses: fn(&str) -> Option<String> = |text| server_in_parentheses(text).map(str::to_owned);
        of("Obj-Dist-Name", |text| server_in_parentheses(Dn::parse(text)?.last_cn()?).map(str::to_owned))
            .or_else(|| of("Directory Name", in_parentheses))
            .or_else(|| of("Common-Name", in_parentheses))
            .or_else(|| of("Computer-Name", |text| Some(text.trim().to_owned())))
            .or_else(|| of("Home-Server", |text| Some(cn_or_text(text))))
    }

    /// Returns the servers that the bindings in the profile's global section name (101e6613, Q183015).
    #[must_use]
    pub fn servers_of_bindings(&self) -> Vec<ServerName<RegistryText<'_>>> {
        let mut names = Vec::new();
        for (file, key, value) in self.profile_values().filter(|(_, key, value)| is_global(key) && value.name.eq_ignore_ascii_case("101e6613")) {
            for text in strings_of(value) {
                let name = ["ncalrpc:", "ncacn_np:", "netbios:"].iter().find_map(|kind| strip_prefix_ignoring_case(&text, kind)).map(str::trim);
                if let Some(name) = name.map(|name| name.trim_start_matches('\\')).filter(|name| !name.is_empty()) {
                    names.push(ServerName { name: name.to_owned(), source: RegistryText { file, key, value, text: text.clone() } });
                }
            }
        }
        names
    }

    /// Returns every server that the profile names: bindings, home servers and directory names of servers.
    #[must_use]
    pub fn servers_of_profile(&self) -> Vec<ServerName<RegistryText<'_>>> {
        let mut names = self.servers_of_bindings();
        for (file, key, value) in self.profile_values() {
            let Some(text) = value.data.text() else { continue };
            let dn = Dn::parse(text);
            let name = match value.name.to_ascii_lowercase().as_str() {
                "001e6602" | "001e660c" => Some(dn.as_ref().map_or(Some(text.trim()), |dn: &Dn<'_>| dn.cn_behind("Servers"))),
                "001e6612" | "001e6614" => Some(dn.as_ref().and_then(|dn: &Dn<'_>| dn.cn_behind("Servers"))),
                _ => None,
            };
            if let Some(Some(name)) = name.filter(|name| name.is_some_and(|name| !name.is_empty())) {
                names.push(ServerName { name: name.to_owned(), source: RegistryText { file, key, value, text: text.to_owned() } });
            }
        }
        names
    }

    /// Returns the values of the connector's profiles, directives aside.
    pub fn profile_values(&self) -> impl Iterator<Item = (&FileRecord, &RegistryKey, &RegistryValue)> {
        let dump = self.top_file("Imcpro.reg").and_then(|file| Some((file, self.registry_dump(file)?)));
        dump.into_iter()
            .flat_map(|(file, dump)| live_values(dump).map(move |(key, value)| (file, key, value)))
            .filter(|(_, key, _)| is_connector_profile(&key.path))
    }

    /// Returns the distinguished name of the connector's object.
    #[must_use]
    pub fn object_dn(&self) -> Option<CellText<'_>> {
        self.object_cell("Obj-Dist-Name").filter(|cell| Dn::parse(&cell.text).is_some())
    }

    /// Returns the organization of the object, by its own name or by those of its servers.
    #[must_use]
    pub fn object_organization(&self) -> Option<(String, CellText<'_>)> {
        ["Obj-Dist-Name", "Home-MTA", "Home-Server"].iter().find_map(|column| {
            let cell = self.object_cell(column)?;
            let organization = Dn::parse(&cell.text)?.organization()?.to_owned();
            Some((organization, cell))
        })
    }
}

/// Returns the values of a dump that are no directives to delete something.
pub fn live_values(dump: &RegistryDump) -> impl Iterator<Item = (&RegistryKey, &RegistryValue)> {
    let keys = dump.keys.iter().filter(|key| !key.deleted);
    keys.flat_map(|key| key.values.iter().filter(|value| !value.deleted).map(move |value| (key, value)))
}

/// Returns the strings of a PT_MV_STRING8 property as a profile stores it: count, offsets, texts (Q183015).
fn strings_of(value: &RegistryValue) -> Vec<String> {
    let bytes = &value.data.bytes;
    let number = |index: usize| {
        let four: [u8; 4] = bytes.get(index.checked_mul(4)?..)?.get(..4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(four)).ok()
    };
    let count = number(0).unwrap_or(0).min(MOST_STRINGS);
    let text_at = |offset: usize| {
        let rest = bytes.get(offset..)?;
        let text: String = rest.iter().take_while(|&&byte| byte != 0).take(1024).map(|&byte| char::from(byte)).collect();
        (!text.is_empty()).then_some(text)
    };
    (1..=count).map_while(number).filter_map(text_at).collect()
}

fn is_global(key: &RegistryKey) -> bool {
    key.path.rsplit('\\').next().is_some_and(|section| section.eq_ignore_ascii_case(GLOBAL_SECTION))
}

fn is_connector_profile(path: &str) -> bool {
    path.to_ascii_lowercase().contains("profiles\\msexchangeimc")
}

fn is_parameters(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with("\\services\\msexchangeimc\\parameters")
}

fn last_name(cn: &str) -> String {
    server_in_parentheses(cn).unwrap_or(cn).to_owned()
}

fn cn_or_text(text: &str) -> String {
    Dn::parse(text).and_then(|dn| dn.last_cn().map(str::to_owned)).unwrap_or_else(|| text.trim().to_owned())
}

fn host_part(text: &str) -> Option<String> {
    let text = cn_or_text(text);
    let host = text.trim_start_matches('\\').split(['.', '\\', ':']).next().unwrap_or_default().trim();
    (!host.is_empty()).then(|| host.to_owned())
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}
