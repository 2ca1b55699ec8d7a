//! Stored log-on data in the dumps. Nothing here shows the data, only where they are and how long.

use crate::{
    backup::{Backup, live_values},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
};

/// Profile values with log-on data: credentials of the profile, password of a post office, of a personal folder (Q259957, Q168347).
const PROFILE_SECRETS: [&str; 3] = ["010267f0", "001e67f0", "001e6703"];
/// The one of them that Exchange itself keeps, encrypted.
const EXCHANGE_LOG_ON: &str = "010267f0";
/// Directory attributes with log-on data.
const SECRET_COLUMNS: [&str; 4] = ["Authorized-Password", "RAS-Password", "MTA-Local-Cred", "Gateway-Local-Cred"];

declare_rule! {
    /// Collection contains stored log-on data.
    ///
    /// ## Why it matters
    /// The dumps copy everything that is stored, log-on data of profiles, dial-up and linked hosts included. Whoever gets the folder gets
    /// them too. Which of these an Internet connector really fills is not documented.
    ///
    /// ## What to do
    /// Take the values out of copies that are passed on, and change the passwords if the folder went to outsiders.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 1\a20f5127ebdad0e13b6199c0a75278c8]
    /// "010267f0"=hex:01,02,03,04
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,RAS-Password
    /// Mail-Gateway,Internet Mail Connector (SRV1),0A0B0C
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,RAS-Password
    /// Mail-Gateway,Internet Mail Connector (SRV1),
    /// ```
    pub static SECRETS_IN_COLLECTION = {
        id: "PKG072", name: "secrets-in-collection", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q199412", "Q230788", "Q235627", "Q259957", "Q168347"],
        needs: [ImcproReg | ImcobjCsv | ImcsvcReg],
        tags: ["privacy", "security"],
        check: Backup(secrets_in_collection),
    }
}

fn secrets_in_collection(backup: &Backup, findings: &mut Findings<'_>) {
    let mut found = secret_values(backup);
    found.extend(secret_cells(backup));
    if found.is_empty() {
        return;
    }
    findings.report(format!("{} of stored log-on data in the dumps", counted(found.len(), "piece"))).first_evidences(found);
}

fn secret_values(backup: &Backup) -> Vec<Evidence> {
    let mut found = Vec::new();
    for (file, dump) in backup.registry_dumps() {
        for (key, value) in live_values(dump) {
            let (path, name) = (key.path.to_lowercase(), value.name.to_lowercase());
            let of_profile = path.contains("\\profiles\\") && PROFILE_SECRETS.contains(&name.as_str());
            let of_service = path.contains("\\msexchangeimc\\parameters") && (name.contains("password") || name.contains("passwd"));
            let is_filled = value.data.text().map_or(!value.data.bytes.is_empty(), |text| !text.is_empty());
            // The encrypted log-on data of Exchange count whatever they hold; an empty password of another service is none.
            if (of_profile || of_service) && (is_filled || name == EXCHANGE_LOG_ON) {
                found.push(Evidence::registry_value(&file.path, key, value).expected("no stored log-on data"));
            }
        }
    }
    found
}

fn secret_cells(backup: &Backup) -> Vec<Evidence> {
    let mut found = Vec::new();
    let Some(source) = &backup.directory else { return found };
    for (index, column) in source.export.header.iter().enumerate() {
        let name = column.name.replace(' ', "-").to_lowercase();
        let is_secret =
            SECRET_COLUMNS.iter().any(|secret| secret.eq_ignore_ascii_case(&name)) || name.ends_with("-cred") || name.contains("password");
        if !is_secret {
            continue;
        }
        for row in &source.export.rows {
            if let Some(field) = row.fields.get(index).filter(|field| !field.raw.trim_matches(['"', ' ']).is_empty()) {
                let locator = Locator::CsvCell { column: column.name.clone(), line: row.line };
                found.push(
                    Evidence::new(source.path.as_ref(), locator)
                        .observed(format!("{} bytes, not shown", field.length))
                        .expected("no stored log-on data"),
                );
            }
        }
    }
    found
}
