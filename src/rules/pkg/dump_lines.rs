//! Lines of registry dumps that no export would write: damaged, double, made for an import.

use std::collections::BTreeMap;

use crate::{
    backup::Backup,
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::reg::{RegistryKey, RegistryValue, canonical_path},
};

declare_rule! {
    /// Registry dump has lines that cannot be parsed.
    ///
    /// ## Why it matters
    /// An export is made by a program and always well formed. Damage shows that the file was cut off, edited by hand, or sent by a mail
    /// program that wraps long lines.
    ///
    /// ## What to do
    /// Get the original file. Values on damaged lines are not judged.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata
    /// "RelayFlags"=dword:00000002
    /// this line fits nothing
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "RelayAllowList"=hex(7):31,30,\
    ///   00,00
    /// ```
    pub static REGISTRY_DUMP_LINES_DAMAGED = {
        id: "PKG033", name: "registry-dump-lines-damaged", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [ImcsvcReg | ImcproReg],
        tags: ["integrity"],
        check: Backup(registry_dump_lines_damaged),
    }
}

fn registry_dump_lines_damaged(backup: &Backup, findings: &mut Findings<'_>) {
    for (file, dump) in backup.registry_dumps().filter(|(_, dump)| dump.shape.is_regedit()) {
        let Some(first) = dump.bad_lines.first() else { continue };
        let line = first.place.line.unwrap_or(0);
        let count = dump.bad_lines.len();
        let what = if count == 1 {
            format!("line {line} of {}", file.name())
        } else {
            format!("{count} lines of {}, the first of them line {line},", file.name())
        };
        findings
            .report(format!("{what} cannot be read as registry data"))
            .first_evidences(dump.bad_lines.iter().map(|bad| {
                let shown: String = bad.text.chars().take(120).collect();
                Evidence::registry_line(&file.path, bad.place, &shown).expected("a key, a value or a comment")
            }))
            .group(file.name());
    }
}

declare_rule! {
    /// Registry dump holds one value twice.
    ///
    /// ## Why it matters
    /// A registry key cannot hold a name twice, and an export writes each key once. The file was edited, or two exports were joined; on
    /// import the later line would win, and so it does here.
    ///
    /// ## What to do
    /// Ask for the untouched export.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "relayflags"=dword:00000008
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "RelayFlags"=dword:00000002
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// ```
    pub static REGISTRY_DUMP_DUPLICATE_VALUE = {
        id: "PKG034", name: "registry-dump-duplicate-value", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [ImcsvcReg | ImcproReg],
        tags: ["integrity"],
        check: Backup(registry_dump_duplicate_value),
    }
}

fn registry_dump_duplicate_value(backup: &Backup, findings: &mut Findings<'_>) {
    for (file, dump) in backup.registry_dumps() {
        let mut by_name: BTreeMap<(String, String), Vec<(&RegistryKey, &RegistryValue)>> = BTreeMap::new();
        let mut by_key: BTreeMap<String, Vec<&RegistryKey>> = BTreeMap::new();
        for key in dump.keys.iter().filter(|key| !key.deleted && !key.values.is_empty()) {
            let path = canonical_path(&key.path);
            for value in key.values.iter().filter(|value| !value.deleted) {
                by_name.entry((path.clone(), value.name.to_lowercase())).or_default().push((key, value));
            }
            by_key.entry(path).or_default().push(key);
        }
        by_name.retain(|_, values| values.len() > 1);
        by_key.retain(|_, keys| keys.len() > 1);
        let values =
            by_name.values().flatten().map(|(key, value)| Evidence::registry_value(&file.path, key, value).expected("one value of this name"));
        let keys = by_key.values().flatten().map(|key| Evidence::registry_key(&file.path, key).expected("one header of this key"));
        let message = match (by_name.values().next().and_then(|values| values.first()), by_key.values().next().and_then(|keys| keys.first())) {
            (Some((key, value)), _) => {
                format!("{} holds {} more than once; the first is {} in [{}]", file.name(), counted(by_name.len(), "value"), value.name, key.path)
            }
            (None, Some(key)) => {
                format!("{} holds {} more than once with other values; the first is [{}]", file.name(), counted(by_key.len(), "key"), key.path)
            }
            (None, None) => continue,
        };
        findings.report(message).first_evidences(values.chain(keys)).group(file.name());
    }
}

declare_rule! {
    /// Registry file contains delete instructions.
    ///
    /// ## Why it matters
    /// Exports never contain lines that delete. The file is a script made for an import; merging it would change the server.
    ///
    /// ## What to do
    /// Do not import it; ask for a real export.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayAllowList"=-
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayAllowList"=hex(7):00
    /// ```
    pub static REGISTRY_DUMP_HAS_DELETE_DIRECTIVES = {
        id: "PKG035", name: "registry-dump-has-delete-directives", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [ImcsvcReg | ImcproReg],
        tags: ["integrity"],
        check: Backup(registry_dump_has_delete_directives),
    }
}

fn registry_dump_has_delete_directives(backup: &Backup, findings: &mut Findings<'_>) {
    for (file, dump) in backup.registry_dumps().filter(|(_, dump)| dump.shape.is_regedit()) {
        let keys = dump.keys.iter().filter(|key| key.deleted).map(|key| (key.path.as_str(), Evidence::registry_key(&file.path, key)));
        let values = dump.keys.iter().flat_map(|key| key.values.iter().filter(|value| value.deleted).map(move |value| (key, value)));
        let values = values.map(|(key, value)| (value.name.as_str(), Evidence::registry_value(&file.path, key, value)));
        let found: Vec<_> = keys.chain(values).collect();
        let Some((first, _)) = found.first() else { continue };
        findings
            .report(format!("{} holds {}, the first for {first}", file.name(), counted(found.len(), "delete instruction")))
            .first_evidences(found.iter().map(|(_, evidence)| evidence.clone().expected("values as an export writes them")))
            .group(file.name());
    }
}
