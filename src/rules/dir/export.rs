//! Whether the directory export can be trusted as a table.

use crate::{
    backup::Backup,
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
};

declare_rule! {
    /// Directory export delivered no object.
    ///
    /// ## Why it matters
    /// Nothing was found (code 0x8000012E), the bind to the directory failed, more than ten DAPI sessions ran at once, or only
    /// the container itself was exported. No rule about the gateway object can be evaluated.
    ///
    /// ## What to do
    /// Repeat the run with directory permissions and no other export in progress.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static EXPORT_WITHOUT_OBJECT = {
        id: "DIR001", name: "export-without-object", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q261283", "Q303250", "Q274009"],
        needs: [ImcobjCsv],
        tags: ["directory", "collection"],
        check: Backup(export_without_object),
    }
}

fn export_without_object(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = backup.directory.as_ref().filter(|directory| directory.export.is_dapi) else { return };
    let class = directory.export.column("Obj-Class");
    let is_container = |row: &crate::formats::dapi_csv::Row| {
        let field = class.and_then(|column| row.fields.get(column));
        field.and_then(|field| field.values.first()).is_some_and(|value| value.eq_ignore_ascii_case("Container"))
    };
    if directory.export.rows.iter().all(is_container) {
        let rows = directory.export.rows.len();
        let observed = if rows == 0 { "no data line".to_owned() } else { format!("{rows} lines, all of class Container") };
        findings.report(format!("the directory export holds a header and {observed}")).evidence(
            Evidence::new(directory.path.as_ref(), Locator::Line(directory.export.header_line))
                .observed(observed)
                .expected("a line for the connector object"),
        );
    }
}

declare_rule! {
    /// Data line has more fields than the header.
    ///
    /// ## Why it matters
    /// An unquoted separator splits a value, so all following columns are shifted; values to the right of it cannot be trusted.
    ///
    /// ## What to do
    /// Use the untouched export; do not edit in a spreadsheet.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Admin-Display-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),Acme, Inc,x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Admin-Display-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),"Acme, Inc"
    /// ```
    pub static TOO_MANY_FIELDS = {
        id: "DIR008", name: "too-many-fields", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q184532", "Q188649", "Q261283"],
        needs: [ImcobjCsv],
        tags: ["csv"],
        check: Backup(too_many_fields),
    }
}

fn too_many_fields(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = &backup.directory else { return };
    let columns = directory.export.header.len();
    for row in directory.export.rows.iter().filter(|row| row.surplus > 0) {
        let fields = columns + row.surplus;
        findings.report(format!("line {} has {fields} fields, the header has {columns}", row.line)).evidence(
            Evidence::new(directory.path.as_ref(), Locator::Line(row.line))
                .at(row.offset..row.offset + row.length)
                .observed(row.fields.first().map_or("", |field| field.raw.as_ref()))
                .expected(format!("{columns} fields")),
        );
    }
}
