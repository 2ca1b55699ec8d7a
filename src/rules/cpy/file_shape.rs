//! Texts of IMCCOPY that are not as the program writes them (Q262126, Q182522).

use crate::{
    backup::{Backup, DomainPolicy},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::{
        imccopy::{DomainFormat, ImccopyFile, StrayLine},
        ini::Located,
    },
};

use super::proof::{FLAGS, SIZE_LIMIT, field};

declare_rule! {
    /// IMCCOPY domain file is damaged or of another version.
    ///
    /// ## Why it matters
    /// Only version 1 of the layout is documented. Files that were edited by hand tend to lose plus signs or fields, and
    /// restoring such a file would damage the settings of the connector.
    ///
    /// ## What to do
    /// Create the file again with imccopy -save domain.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=2
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,0x320,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    pub static DOMAIN_FILE_DAMAGED = {
        id: "CPY001", name: "domain-file-damaged", severity: Error, certainty: Certain,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [Imccopy],
        tags: ["integrity", "encoding"],
        check: Backup(domain_file_damaged),
    }
}

fn domain_file_damaged(backup: &Backup, findings: &mut Findings<'_>) {
    for sibling in backup.siblings.imccopy.iter().filter(|sibling| sibling.file.value.domain_section.is_some()) {
        let (file, path) = (&sibling.file.value, sibling.path.as_str());
        let faults: Vec<Fault> = [layout_fault(path, file), missing_list(path, file)].into_iter().flatten().chain(domain_lines(path, file)).collect();
        tell(findings, path, faults);
    }
}

/// What is wrong, and its proof.
type Fault = (String, Evidence);

fn tell(findings: &mut Findings<'_>, path: &str, faults: Vec<Fault>) {
    let Some((first, _)) = faults.first() else { return };
    let message =
        if faults.len() == 1 { format!("{path}: {first}") } else { format!("{} in {path}; the first: {first}", counted(faults.len(), "fault")) };
    findings.report(message).first_evidences(faults.into_iter().map(|(_, proof)| proof));
}

fn layout_fault(path: &str, file: &ImccopyFile) -> Option<Fault> {
    let place = || Evidence::file(path).expected("[Header] with Version=1");
    match (&file.header, &file.version) {
        (None, _) => Some(("the section [Header] is missing".to_owned(), place())),
        (Some(_), None) => Some(("[Header] has no Version".to_owned(), place())),
        (Some(_), Some(version)) => (version.value != "1").then(|| {
            let proof = Evidence::listed_line(path, version.place, &version.value).expected("1");
            (format!("the version is '{}'", version.value), proof)
        }),
    }
}

fn missing_list(path: &str, file: &ImccopyFile) -> Option<Fault> {
    let section = file.domain_section.filter(|_| file.domain_information.is_none())?;
    Some(("[Domain] has no DomainInformation".to_owned(), Evidence::listed_line(path, section, "[Domain]").expected("the key DomainInformation")))
}

/// Returns the lines of the list that are no records, and the records that are not whole.
fn domain_lines(path: &str, file: &ImccopyFile) -> Vec<Fault> {
    let is_here = |section: Option<&str>| section.is_some_and(|section| section.eq_ignore_ascii_case("domain"));
    let stray = file.stray_lines.iter().filter(|line| is_here(line.section.as_deref())).map(|line| &line.text);
    let foreign = file.unknown.iter().filter(|item| is_here(item.section.as_deref()) && file.domain_information.is_some()).map(|item| &item.value);
    let mut faults: Vec<(usize, Fault)> = stray
        .chain(foreign)
        .map(|text| {
            let proof = Evidence::listed_line(path, text.place, &text.value).expected("a record behind a plus sign");
            (text.place.line, (format!("line {} is no record: {}", text.place.line, text.value), proof))
        })
        .collect();
    let records = file.formats.iter().filter_map(|record| Some((record.place.line, record_fault(&DomainPolicy { path, record })?)));
    faults.extend(records);
    faults.sort_by_key(|(line, _)| *line);
    faults.into_iter().map(|(_, fault)| fault).collect()
}

fn record_fault(policy: &DomainPolicy<'_>) -> Option<Fault> {
    let (fields, line) = (&policy.record.fields, policy.record.place.line);
    if fields.len() != DomainFormat::FIELDS {
        return Some((format!("the record in line {line} has {} fields", fields.len()), Evidence::policy(policy).expected("8 fields")));
    }
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let index = (FLAGS..=SIZE_LIMIT).find(|index| fields.get(*index).is_some_and(|field| !is_number(&field.value)))?;
    let value = fields.get(index).map_or("", |field| field.value.as_str());
    Some((format!("field {} in line {line} is '{value}'", index + 1), field(policy, index).expected("an unsigned decimal number")))
}

declare_rule! {
    /// IMCCOPY routes file is damaged.
    ///
    /// ## Why it matters
    /// A plus sign behind the equals sign announces lines that begin with a plus sign themselves. Restoring a damaged file
    /// loses routes.
    ///
    /// ## What to do
    /// Correct the file before it is restored, or save it again with imccopy -save routes.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// DOMAIN.COM;10.1.2.3;0
    /// DefaultRouting=
    /// ```
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// +DOMAIN.COM;10.1.2.3;0
    /// ```
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DefaultRouting=
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// +DOMAIN.COM;10.1.2.3;0
    /// DefaultRouting=
    /// ```
    pub static ROUTES_FILE_DAMAGED = {
        id: "CPY030", name: "routes-file-damaged", severity: Error, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q182522"],
        needs: [Imccopy],
        tags: ["integrity", "routing"],
        check: Backup(routes_file_damaged),
    }
}

fn routes_file_damaged(backup: &Backup, findings: &mut Findings<'_>) {
    for sibling in &backup.siblings.imccopy {
        let (file, path) = (&sibling.file.value, sibling.path.as_str());
        let Some(section) = file.routes_section else { continue };
        let keys = [("DeliveryRouting", file.delivery_routing.is_some()), ("DefaultRouting", file.default_routing.is_some())];
        let missing = keys
            .into_iter()
            .filter(|(_, present)| !present)
            .map(|(key, _)| (format!("[Routes] has no {key}"), Evidence::listed_line(path, section, "[Routes]").expected(format!("the key {key}"))));
        let is_stray = |line: &&StrayLine| line.follows_list && line.section.as_deref().is_some_and(|section| section.eq_ignore_ascii_case("routes"));
        let stray = file.stray_lines.iter().filter(is_stray).map(|line| {
            let proof = Evidence::listed_line(path, line.text.place, &line.text.value).expected("a route behind a plus sign");
            (format!("line {} has no plus sign: {}", line.text.place.line, line.text.value), proof)
        });
        tell(findings, path, missing.chain(stray).collect());
    }
}

declare_rule! {
    /// IMCCOPY file has an unknown section.
    ///
    /// ## Why it matters
    /// Only the items domain and routes are documented. Other sections are shown and not interpreted.
    ///
    /// ## What to do
    /// Send a sample to the maintainers of imcscan.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    ///
    /// [Security]
    /// List=+
    /// +a
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    pub static IMCCOPY_UNKNOWN_SECTION = {
        id: "CPY034", name: "imccopy-unknown-section", severity: Info, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q262126", "Q182522"],
        needs: [Imccopy],
        tags: ["collection"],
        check: Backup(imccopy_unknown_section),
    }
}

fn imccopy_unknown_section(backup: &Backup, findings: &mut Findings<'_>) {
    const KNOWN: [&str; 3] = ["header", "domain", "routes"];
    for sibling in &backup.siblings.imccopy {
        let file = &sibling.file.value;
        let is_unknown = |section: &&Located| !KNOWN.iter().any(|known| section.value.eq_ignore_ascii_case(known));
        let sections: Vec<&Located> = file.sections.iter().filter(is_unknown).collect();
        let Some(first) = sections.first() else { continue };
        let mut keys: Vec<&str> =
            file.unknown.iter().filter(|item| item.section.as_deref() == Some(first.value.as_str())).map(|item| item.key.as_ref()).collect();
        keys.dedup();
        let keys = if keys.is_empty() { "no keys".to_owned() } else { format!("the keys {}", enumerated(keys, 5)) };
        findings.report(format!("{} has the section [{}] with {keys}", sibling.path, first.value)).first_evidences(
            sections
                .iter()
                .map(|section| Evidence::listed_line(&sibling.path, section.place, &section.value).expected("[Header], [Domain] or [Routes]")),
        );
    }
}
