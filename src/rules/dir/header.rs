//! Whether the file is a directory export at all, and what its header line says of how it was made (Q184532, Q185018).

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, DirectorySource},
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    formats::dapi_csv::{Column, folded_name, same_name},
};

/// What the directory exports of recipients when nobody names columns (Q183739, Q185018).
const DEFAULT_COLUMNS: [&str; 13] = [
    "Obj-Class",
    "First Name",
    "Last name",
    "Display Name",
    "Alias Name",
    "Directory Name",
    "Primary Windows NT Account",
    "Home-Server",
    "E-mail address",
    "E-mail Addresses",
    "Members",
    "Obj-Container",
    "Hide from AB",
];
/// Columns of that set from which an export counts as one without header template.
const ENOUGH_DEFAULTS: usize = 6;

declare_rule! {
    /// File is not a directory export.
    ///
    /// ## Why it matters
    /// Every directory export begins with the column Obj-Class. A list that the Administrator program saves with "Save Window
    /// Contents" has no such column, and a spreadsheet may have moved it. What stands in the file is then no proof of the
    /// connector's settings.
    ///
    /// ## What to do
    /// Ask for the untouched export that IMCSAVE wrote.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Display Name,E-mail Address (Internet),Alias
    /// Joe,joe@acme.com,joe
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Directory Name,Obj-Class
    /// Internet Mail Connector (SRV1),Mail-Gateway
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// Mail-Gateway,Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// "Obj-Class";"Directory Name"
    /// Mail-Gateway;Internet Mail Connector (SRV1)
    /// ```
    pub static NOT_A_DIRECTORY_EXPORT = {
        id: "DIR002", name: "not-a-directory-export", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q261283", "Q184532", "Q278154"],
        needs: [ImcobjCsv],
        tags: ["csv", "directory"],
        check: Backup(not_a_directory_export),
    }
}

fn not_a_directory_export(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = backup.directory.as_ref().filter(|directory| !directory.export.is_dapi) else { return };
    let first = enumerated(directory.export.header.iter().map(|column| column.name.as_ref()), 3);
    let separator = separator_name(directory.export.separator);
    let finding = findings.report(format!("the header line, read with {separator}, begins with '{first}' instead of Obj-Class"));
    match directory.export.header.first() {
        Some(column) => finding.evidence(Evidence::column(directory, column).expected("Obj-Class")),
        None => finding.evidence(Evidence::new(directory.path.as_ref(), Locator::Line(1)).expected("Obj-Class")),
    };
}

fn separator_name(separator: char) -> String {
    match separator {
        ',' => "commas".to_owned(),
        ';' => "semicolons".to_owned(),
        '\t' => "tabs".to_owned(),
        other => format!("'{other}' as separator"),
    }
}

declare_rule! {
    /// Export holds nothing but the object class.
    ///
    /// ## Why it matters
    /// The header template used a separator that the directory interface does not know: comma, tab and blank are valid. It then
    /// exports the class alone and reports no error, so that no setting of the connector can be judged.
    ///
    /// ## What to do
    /// Export again with a template whose columns are parted by commas.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class
    /// Mail-Gateway
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// Mail-Gateway,Internet Mail Connector (SRV1)
    /// ```
    pub static EXPORT_ONLY_OBJ_CLASS = {
        id: "DIR003", name: "export-only-obj-class", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q175287"],
        needs: [ImcobjCsv],
        tags: ["csv", "directory"],
        check: Backup(export_only_obj_class),
    }
}

fn export_only_obj_class(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = backup.directory.as_ref().filter(|directory| directory.export.is_dapi) else { return };
    let mut named = directory.export.header.iter().filter(|column| !column.name.is_empty());
    if let (Some(only), None) = (named.next(), named.next()) {
        findings
            .report("Obj-Class is the only column of the export")
            .evidence(Evidence::column(directory, only).expected("the columns of the connector's settings behind it"));
    }
}

declare_rule! {
    /// Export has only the default recipient columns.
    ///
    /// ## Why it matters
    /// Without a header template the directory writes its default columns for recipients, in which none of the connector's own
    /// settings appears. Secondary addresses are missing as well: they need a column Secondary-Proxy-Addresses, so that domains
    /// which the organization owns beside its primary one cannot be seen in such a file.
    ///
    /// ## What to do
    /// Export the object with the names of the attributes needed, or in raw mode with full detail.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,First Name,Last name,Display Name,Alias Name,Directory Name,Primary Windows NT Account,Home-Server,E-mail address,E-mail Addresses,Members,Obj-Container,Hide from AB
    /// Mail-Gateway,,,,,Internet Mail Connector (SRV1),,SRV1,,SMTP:imc@acme.com,,Connections,
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,First Name,Last name,Display Name,Directory Name,Home-Server,Routing-List
    /// Mail-Gateway,,,,Internet Mail Connector (SRV1),SRV1,SMTP:*;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Home-Server,Obj-Container
    /// Mail-Gateway,Internet Mail Connector (SRV1),SRV1,Connections
    /// ```
    pub static EXPORT_DEFAULT_COLUMNS_ONLY = {
        id: "DIR004", name: "export-default-columns-only", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q183739", "Q185018", "Q153028", "Q155414"],
        needs: [ImcobjCsv],
        tags: ["csv", "directory"],
        check: Backup(export_default_columns_only),
    }
}

fn export_default_columns_only(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = backup.directory.as_ref().filter(|directory| directory.export.is_dapi) else { return };
    let is_default = |column: &&Column| DEFAULT_COLUMNS.iter().any(|name| same_name(name, &column.name));
    let named: Vec<_> = directory.export.header.iter().filter(|column| !column.name.is_empty()).collect();
    if named.len() >= ENOUGH_DEFAULTS && named.iter().all(is_default) {
        findings
            .report(format!("all {} columns are of the default set for recipients; no setting of the connector is among them", named.len()))
            .first_evidences(named.iter().take(3).map(|column| Evidence::column(directory, column).expected("columns of a connector beside them")));
    }
}

declare_rule! {
    /// A column occurs twice.
    ///
    /// ## Why it matters
    /// An export never names an attribute twice, so the file was put together by hand. The directory uses the first such column only
    /// (code 0x80000098) and refuses the file if the column is Obj-Class.
    ///
    /// ## What to do
    /// Use the untouched export.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,OBJ-CLASS
    /// Mail-Gateway,Internet Mail Connector (SRV1),Mail-Gateway
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Display Name,Display-Name
    /// Mail-Gateway,a,b
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Home-Server,Home-MTA
    /// Mail-Gateway,Internet Mail Connector (SRV1),SRV1,
    /// ```
    pub static DUPLICATE_COLUMN = {
        id: "DIR005", name: "duplicate-column", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q170477", "Q184532", "Q261283"],
        needs: [ImcobjCsv],
        tags: ["csv"],
        check: Backup(duplicate_column),
    }
}

fn duplicate_column(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = &backup.directory else { return };
    let mut places: BTreeMap<String, Vec<(usize, &Column)>> = BTreeMap::new();
    for (index, column) in directory.export.header.iter().enumerate().filter(|(_, column)| !column.name.is_empty()) {
        places.entry(folded_name(&column.name)).or_default().push((index + 1, column));
    }
    let twice: Vec<_> = places.into_values().filter(|columns| columns.len() > 1).collect();
    if twice.is_empty() {
        return;
    }
    let told = twice.iter().filter_map(|columns| {
        let positions = columns.iter().map(|(position, _)| position.to_string()).collect::<Vec<_>>().join(" and ");
        columns.first().map(|(_, column)| format!("{} at positions {positions}", column.name))
    });
    findings
        .report(format!("the header names columns more than once: {}", enumerated(told, 5)))
        .first_evidences(twice.iter().flatten().map(|(_, column)| Evidence::column(directory, column).expected("each name once")));
}

declare_rule! {
    /// File is an import file.
    ///
    /// ## Why it matters
    /// The column Mode steers an import: create, modify or delete. A file that has it was made for an import, and exporting over it
    /// even spoils the names of accounts. Importing a line with Delete would remove the connector object.
    ///
    /// ## What to do
    /// Do not import this file; ask for the untouched export.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Mode,Directory Name
    /// Mail-Gateway,Delete,Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,MODE,Directory Name
    /// Mail-Gateway,,Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Delivery-Mechanism,Directory Name
    /// Mail-Gateway,2,Internet Mail Connector (SRV1)
    /// ```
    pub static IMPORT_FILE_MODE_COLUMN = {
        id: "DIR006", name: "import-file-mode-column", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q184532", "Q182508", "Q258738", "Q179050"],
        needs: [ImcobjCsv],
        tags: ["csv", "integrity", "security"],
        check: Backup(import_file_mode_column),
    }
}

fn import_file_mode_column(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = &backup.directory else { return };
    let Some((position, column)) = mode_column(directory) else { return };
    let modes: Vec<_> = backup.directory_cells().filter(|cell| same_name(&cell.column.name, "Mode")).collect();
    let deletes = modes.iter().filter(|cell| cell.text.trim().eq_ignore_ascii_case("Delete")).count();
    let told = match deletes {
        0 => format!("column {} is Mode, which only import files have", position + 1),
        count => format!("column {} is Mode and {count} of {} lines say Delete: importing the file removes the object", position + 1, modes.len()),
    };
    findings
        .report(told)
        .evidence(Evidence::column(directory, column).expected("no such column in an export"))
        .first_evidences(modes.iter().map(|cell| Evidence::cell(cell).expected("no instruction for an import")));
}

fn mode_column(directory: &DirectorySource) -> Option<(usize, &Column)> {
    let position = directory.export.column("Mode")?;
    directory.export.header.get(position).map(|column| (position, column))
}
