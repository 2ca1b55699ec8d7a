//! Whether the three dumps have the shape that tools of the time give them, and whether each carries its own name.

use crate::{
    backup::{Backup, FileRecord},
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::{
        packed::PackedAs,
        reg::{RegistryDump, RegistryShape, is_offline_control_set},
    },
};

declare_rule! {
    /// A dump carries the name of another one.
    ///
    /// ## Why it matters
    /// Files were renamed by hand, usually when the dumps were made anew with Regedit or the Administrator program. Rules that look for
    /// the other content are not evaluated.
    ///
    /// ## What to do
    /// Give the files their right names, and keep in mind that they are not the tool's own output.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SOFTWARE]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 1]
    /// ```
    pub static FILE_CONTENT_SWAPPED = {
        id: "PKG032", name: "file-content-swapped", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["integrity"],
        check: Backup(file_content_swapped),
    }
}

fn file_content_swapped(backup: &Backup, findings: &mut Findings<'_>) {
    let swapped: Vec<_> = backup.dump_files().filter_map(|file| Some((file, swapped_for(backup, file)?))).collect();
    for (file, (content, evidence)) in swapped {
        findings.report(format!("{} holds {content}", file.name())).evidence(evidence).group(file.name());
    }
}

/// Returns what a dump holds instead of what its name says.
fn swapped_for(backup: &Backup, file: &FileRecord) -> Option<(&'static str, Evidence)> {
    let begin = file.traits.begin();
    let first_line = begin.trim_start_matches(['\u{feff}', ' ', '\r', '\n']);
    let starts = |word: &str| first_line.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    if file.stands_for("Imcobj.csv") {
        let is_registry = starts("REGEDIT4") || starts("Windows Registry Editor");
        return is_registry.then(|| ("a registry dump", Evidence::head(file, 16).expected("Obj-Class as the first column")));
    }
    if starts("Obj-Class") || starts("\"Obj-Class") {
        return Some(("a directory export", Evidence::head(file, 16).expected("a registry dump")));
    }
    let dump = backup.registry_dump(file)?;
    let first = dump.keys.first()?;
    let (foreign, content, own) = if file.stands_for("Imcsvc.reg") {
        ("\\windows messaging subsystem\\profiles", "profiles only", "the key of the service MSExchangeIMC")
    } else {
        ("\\services\\msexchangeimc", "the service key only", "the profiles of the connector")
    };
    let all_foreign = dump.keys.iter().all(|key| key.path.to_lowercase().contains(foreign));
    all_foreign.then(|| (content, Evidence::registry_key(&file.path, first).expected(own)))
}

declare_rule! {
    /// Registry dump is not in Regedit form.
    ///
    /// ## Why it matters
    /// The tool's own form is not documented, only the names of the files and what they hold. In these forms types are read from words
    /// such as REG_SZ; a hive keeps them exactly; a form without header may hold no types at all, and rules that depend on a type then
    /// see less.
    ///
    /// ## What to do
    /// Where a finding depends on the type of a registry value, check it on the server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// Key Name:          SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters
    /// Class Name:        <NO CLASS>
    /// Last Write Time:   11/5/97 - 2:51 PM
    /// Value 0
    ///   Name:            RootDir
    ///   Type:            REG_SZ
    ///   Data:            C:\exchsrvr\imcdata
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// [SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// RootDir=REG_SZ,C:\exchsrvr\imcdata
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    pub static REGISTRY_DUMP_NOT_REGEDIT = {
        id: "PKG070", name: "registry-dump-not-regedit", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["integrity", "type"],
        check: Backup(registry_dump_not_regedit),
    }
}

fn registry_dump_not_regedit(backup: &Backup, findings: &mut Findings<'_>) {
    let other: Vec<_> = backup.registry_files().filter_map(|file| Some((file, other_shape(backup, file)?))).collect();
    if other.is_empty() {
        return;
    }
    let shown = enumerated(other.iter().map(|(file, shape)| format!("{} is {}", file.name(), with_article(*shape))), 2);
    findings.report(shown).evidences(other.iter().map(|(file, _)| first_line(file).expected("REGEDIT4")));
}

/// Returns the shape of a dump that has one and is not Regedit's.
fn other_shape(backup: &Backup, file: &FileRecord) -> Option<RegistryShape> {
    if file.traits.begins_with(b"regf") {
        return Some(RegistryShape::Hive);
    }
    backup.registry_dump(file).map(|dump| dump.shape).filter(|shape| !shape.is_regedit() && *shape != RegistryShape::Unknown)
}

fn with_article(shape: RegistryShape) -> String {
    let name = shape.name();
    if name.ends_with("text") || name.contains("text ") { name.to_owned() } else { format!("a {name}") }
}

/// Returns evidence for the first line of a text, or the first bytes of anything else.
fn first_line(file: &FileRecord) -> Evidence {
    let line: Vec<u8> = file.traits.head.iter().copied().take_while(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let is_plain = !line.is_empty() && line.iter().all(|byte| matches!(byte, b' '..=b'~'));
    match String::from_utf8(line) {
        Ok(line) if is_plain => {
            let span = 0..line.len() as u64;
            Evidence::new(file.path.as_ref(), crate::diagnostics::Locator::Line(1)).at(span).observed(line)
        }
        _ => Evidence::head(file, 16),
    }
}

declare_rule! {
    /// Registry dump has no known form.
    ///
    /// ## Why it matters
    /// Nothing in the file can be read as registry data. Every rule that needs it stays unevaluated.
    ///
    /// ## What to do
    /// Collect again with IMCSAVE -save Registry to another output folder, or export the key with Regedit.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// <html><head><title>404 Not Found</title></head></html>
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    pub static REGISTRY_DUMP_UNKNOWN_FORM = {
        id: "PKG071", name: "registry-dump-unknown-form", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["integrity"],
        check: Backup(registry_dump_unknown_form),
    }
}

fn registry_dump_unknown_form(backup: &Backup, findings: &mut Findings<'_>) {
    let unknown: Vec<_> = backup.registry_files().filter(|file| file.size > 0 && has_unknown_form(backup, file)).collect();
    if unknown.is_empty() {
        return;
    }
    let names = enumerated(unknown.iter().map(|file| format!("{} ({} bytes)", file.name(), file.size)), 2);
    findings
        .report(format!("nothing in {names} is registry data"))
        .evidences(unknown.iter().map(|file| Evidence::head(file, 16).expected("REGEDIT4 and keys")));
}

fn has_unknown_form(backup: &Backup, file: &FileRecord) -> bool {
    let explained =
        file.traits.packed.is_some_and(PackedAs::is_compress_exe) || other_shape(backup, file).is_some() || swapped_for(backup, file).is_some();
    !explained && !backup.registry_dump(file).is_some_and(is_regedit_text)
}

/// A header, or at least one key with a root.
fn is_regedit_text(dump: &RegistryDump) -> bool {
    let has_root =
        |path: &str| ["HKEY_", "HKLM", "HKCU"].iter().any(|root| path.get(..root.len()).is_some_and(|head| head.eq_ignore_ascii_case(root)));
    dump.shape.is_regedit() && (dump.header.is_some() || dump.keys.iter().any(|key| has_root(&key.path)))
}

declare_rule! {
    /// Registry file was written by a newer Regedit.
    ///
    /// ## Why it matters
    /// This header came with Windows 2000. IMCSAVE is a tool of the Windows NT 4.0 years, so the file was probably exported by hand and
    /// may lack keys or hold others.
    ///
    /// ## What to do
    /// Note that the file is not original output of the tool.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg utf16
    /// Windows Registry Editor Version 5.00
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    pub static REGISTRY_DUMP_FROM_NEWER_REGEDIT = {
        id: "PKG036", name: "registry-dump-from-newer-regedit", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [ImcsvcReg | ImcproReg],
        tags: ["integrity"],
        check: Backup(registry_dump_from_newer_regedit),
    }
}

fn registry_dump_from_newer_regedit(backup: &Backup, findings: &mut Findings<'_>) {
    for (file, dump) in backup.registry_dumps() {
        if let Some((place, header)) = dump.header.as_ref().filter(|(_, header)| header.trim() == "Windows Registry Editor Version 5.00") {
            findings
                .report(format!("{} begins with {}", file.name(), header.trim()))
                .evidence(Evidence::registry_line(&file.path, *place, header.trim()).expected("REGEDIT4"))
                .group(file.name());
        }
    }
}

declare_rule! {
    /// Registry dump comes from a numbered control set.
    ///
    /// ## Why it matters
    /// The data was taken from one stored control set, from a loaded hive or a backup tape for example. It need not be the set that the
    /// server was running with.
    ///
    /// ## What to do
    /// Find out which control set was current.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\MSExchangeIMC\Parameters]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    pub static REGISTRY_DUMP_OFFLINE_CONTROL_SET = {
        id: "PKG037", name: "registry-dump-offline-control-set", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q316772"],
        needs: [ImcsvcReg],
        tags: ["integrity"],
        check: Backup(registry_dump_offline_control_set),
    }
}

fn registry_dump_offline_control_set(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((file, dump)) = backup.registry_dumps().find(|(file, _)| file.stands_for("Imcsvc.reg")) else { return };
    let is_offline = |path: &str| is_offline_control_set(path) && path.to_lowercase().contains("\\services\\msexchangeimc");
    let offline: Vec<_> = dump.keys.iter().filter(|key| is_offline(&key.path)).collect();
    let Some(first) = offline.first() else { return };
    findings
        .report(format!("{} comes from a stored control set: {}", file.name(), first.path))
        .first_evidences(offline.iter().map(|key| Evidence::registry_key(&file.path, key).expected("CurrentControlSet")));
}
