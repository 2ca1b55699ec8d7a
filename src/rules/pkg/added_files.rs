//! Files of known meaning that customers put beside the collection: proxy settings, routes, dumps of other tools.

use crate::{
    backup::{Backup, FileRecord},
    base::{Encoding, Line, TextFile, counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

/// Lines of such a file that evidence shows.
const LINES_SHOWN: usize = 5;

declare_rule! {
    /// Winsock Proxy configuration file found.
    ///
    /// ## Why it matters
    /// The service listens through Proxy Server 2.0. The proxy client reads a file named exactly Wspcfg.ini, as ANSI text, beside
    /// Msexcimc.exe; a hidden .txt extension or Unicode makes it ignore the file. Section `[Msexcimc]` needs ServerBindTcpPorts=25,
    /// Persistent=1 and KillOldSession=1; a second file beside the store has `[Store]` with ports 110,119,143 instead. With this file in
    /// force the STARTTLS fault of Q237327 needs SP4 instead of SP3. It is for an Exchange server behind the proxy, not on the same
    /// machine.
    ///
    /// ## What to do
    /// Save it as ANSI text named exactly Wspcfg.ini in the directory of Msexcimc.exe, with all three lines.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Wspcfg.ini.txt
    /// [MSEXCIMC]
    /// ServerBindTcpPorts=25
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    pub static WSPCFG_PRESENT = {
        id: "PKG064", name: "wspcfg-present", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q181420", "Q181847", "Q237327"],
        needs: [Folder],
        tags: ["startup"],
        check: Backup(wspcfg_present),
    }
}

fn wspcfg_present(backup: &Backup, findings: &mut Findings<'_>) {
    let found = ["Wspcfg.ini", "Wspcfg.ini.txt"].iter().flat_map(|name| backup.files_named(name));
    for file in found {
        let text = file.traits.text.as_deref();
        let mut faults = Vec::new();
        if file.name().to_ascii_lowercase().ends_with(".txt") {
            faults.push("its name ends in .txt".to_owned());
        }
        if text.is_some_and(|text| matches!(text.encoding, Encoding::Utf16Le { .. } | Encoding::Utf16Be { .. })) {
            faults.push("it is Unicode text".to_owned());
        }
        faults.extend(text.map(missing_settings).unwrap_or_default());
        let faults = if faults.is_empty() { String::new() } else { format!(": {}", faults.join(", ")) };
        let finding = findings.report(format!("{} configures the Winsock Proxy client{faults}", file.path));
        finding.evidence(Evidence::of_file(file).expected("only on a server behind Proxy Server 2.0"));
        if let Some(text) = text {
            let lines = text.lines().filter(|line| line.text.trim().starts_with('[') || line.text.contains('='));
            finding.first_evidences(lines.take(LINES_SHOWN).map(|line| Evidence::line(&file.path, text, line)));
        }
        finding.group(file.path.to_string());
    }
}

/// Returns what the section of the service lacks; a file for the store needs no such section.
fn missing_settings(text: &TextFile) -> Vec<String> {
    let service = section(text, "Msexcimc");
    let Some(settings) = service else {
        let is_for_store = section(text, "Store").is_some();
        return if is_for_store { Vec::new() } else { vec!["section [Msexcimc] is missing".to_owned()] };
    };
    let needed = [("ServerBindTcpPorts", "25"), ("Persistent", "1"), ("KillOldSession", "1")];
    let lacks = |key: &str, value: &str| {
        !settings.iter().any(|(name, data)| name.eq_ignore_ascii_case(key) && data.split(',').any(|part| part.trim() == value))
    };
    needed.iter().filter(|(key, value)| lacks(key, value)).map(|(key, value)| format!("[Msexcimc] lacks {key}={value}")).collect()
}

fn section<'a>(text: &'a TextFile, name: &str) -> Option<Vec<(&'a str, &'a str)>> {
    let is_header = |line: &Line<'_>| {
        line.text
            .trim()
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .map(str::trim)
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    let mut lines = text.lines().skip_while(|line| !is_header(line));
    lines.next()?;
    let settings = lines.map(|line| line.text.trim()).take_while(|line| !line.starts_with('['));
    Some(settings.filter_map(|line| line.split_once('=')).map(|(key, value)| (key.trim(), value.trim())).collect())
}

declare_rule! {
    /// Route.txt is in the collection.
    ///
    /// ## Why it matters
    /// Route.txt is the connector's readable copy of its routes, written anew when the routing table is newer; it is never read back. Its
    /// time tells when the last change of routing was noticed.
    ///
    /// ## What to do
    /// Compare it with the address spaces of the gateway object.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Log/Route.txt
    /// SMTP:*@partner.example 192.0.2.25
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Log/L0000000.LOG
    /// 220 srv1
    /// ```
    pub static ROUTE_TEXT_PRESENT = {
        id: "PKG065", name: "route-text-present", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q153655", "Q156063"],
        needs: [Folder],
        tags: ["routing"],
        check: Backup(route_text_present),
    }
}

fn route_text_present(backup: &Backup, findings: &mut Findings<'_>) {
    report_files(backup, findings, &["Route.txt", "Route.old"], "the connector's own copy of its routes is here");
}

/// Reports files by their names, with their first lines.
fn report_files(backup: &Backup, findings: &mut Findings<'_>, names: &[&str], what: &str) {
    let found: Vec<_> = names.iter().flat_map(|name| backup.files_named(name)).collect();
    if found.is_empty() {
        return;
    }
    let shown = enumerated(found.iter().map(|file| format!("{} with {}", file.path, lines_of(file))), 4);
    let finding = findings.report(format!("{what}: {shown}"));
    for file in found {
        finding.first_evidences([Evidence::of_file(file)]);
    }
}

fn lines_of(file: &FileRecord) -> String {
    let lines = file.traits.text.as_ref().map(|text| text.lines().len());
    lines.map_or_else(|| format!("{} line ends", file.traits.line_feeds), |lines| counted(lines, "line"))
}

declare_rule! {
    /// A raw attribute dump (Admindmp.txt) lies beside the collection.
    ///
    /// ## Why it matters
    /// The Administrator program in raw mode writes all attributes of the selected object to this file in Exchsrvr\\bin. Somebody looked
    /// at raw attributes by hand; the dump may hold settings that the export lacks, and it is no substitute for Imcobj.csv.
    ///
    /// ## What to do
    /// Compare it with Imcobj.csv, and make sure that it is the dump of the connector and not of another object.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// //- Admindmp.txt
    /// Admin-Display-Name: Internet Mail Connector (SRV1)
    /// Line-Wrap: 72
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// ```
    pub static RAW_PROPERTY_DUMP_PRESENT = {
        id: "PKG601", name: "raw-property-dump-present", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q288420"],
        needs: [Folder],
        tags: ["collection", "directory"],
        check: Backup(raw_property_dump_present),
    }
}

fn raw_property_dump_present(backup: &Backup, findings: &mut Findings<'_>) {
    let beside = backup.place.files_beside.iter().filter(|name| name.eq_ignore_ascii_case("Admindmp.txt"));
    let beside = beside.map(|name| Evidence::file(format!("../{name}")).observed("beside the Backup"));
    let within = backup.files_named("Admindmp.txt").map(|file| {
        let names = file.traits.text.as_ref().map(|text| attribute_names(text)).unwrap_or_default();
        Evidence::file(file.path.as_ref()).observed(format!("{} bytes; attributes: {}", file.size, enumerated(names, LINES_SHOWN)))
    });
    let found: Vec<Evidence> = within.chain(beside).collect();
    if found.is_empty() {
        return;
    }
    let paths = enumerated(found.iter().map(|evidence| &evidence.file), 3);
    findings.report(format!("a dump of raw attributes lies here: {paths}")).first_evidences(found);
}

/// Returns the names of the attributes only: values may be secrets.
fn attribute_names(text: &TextFile) -> Vec<&str> {
    let names = text.lines().filter_map(|line| line.text.split_once(':')).map(|(name, _)| name.trim());
    names.filter(|name| !name.is_empty() && name.len() <= 64).collect()
}

declare_rule! {
    /// Routing or mapping files of the MTA are in the collection.
    ///
    /// ## Why it matters
    /// Gwart0.mta is the computed routing table of the message transfer agent and shows whether a type of address has a way out at all.
    /// Mcgam.in.txt switches the mapping between SMTP and X.400 addresses (MIXER) of 5.5 SP3 on; with it, addresses in the queues may
    /// have been rewritten.
    ///
    /// ## What to do
    /// Use the table to see that SMTP routes exist and lead to this connector. Never edit it by hand; have the routing computed anew
    /// instead.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Mcgam.in.txt
    /// eur.example#prmd$PRMD.admd$ADMD.c$FR#
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    pub static MTA_ROUTING_FILES_PRESENT = {
        id: "PKG602", name: "mta-routing-files-present", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q133403", "Q254976", "Q238506", "Q241037"],
        needs: [Folder],
        tags: ["collection", "routing", "triage"],
        check: Backup(mta_routing_files_present),
    }
}

fn mta_routing_files_present(backup: &Backup, findings: &mut Findings<'_>) {
    let names = ["Gwart0.mta", "Gwart1.mta", "Mcgam.in.txt", "Local.in.txt"];
    let found: Vec<_> = names.iter().flat_map(|name| backup.files_named(name)).collect();
    if found.is_empty() {
        return;
    }
    let finding =
        findings.report(format!("routing or mapping files of the message transfer agent: {}", enumerated(found.iter().map(|file| &file.path), 4)));
    for file in found {
        finding.first_evidences([Evidence::of_file(file)]);
        let mark = if file.name().to_ascii_lowercase().starts_with("gwart") { "SMTP" } else { "#" };
        if let Some(text) = &file.traits.text {
            let lines = text.lines().filter(|line| line.text.contains(mark)).take(LINES_SHOWN);
            finding.first_evidences(lines.map(|line| Evidence::line(&file.path, text, line)));
        }
    }
}
