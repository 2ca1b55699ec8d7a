//! Whether the lines of the export still have the form in which the directory wrote them (Q184532, Q188649, Q261283).

use std::collections::BTreeSet;

use crate::{
    backup::Backup,
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
};

declare_rule! {
    /// Field holds an import operator.
    ///
    /// ## Why it matters
    /// Words with a tilde are instructions for an import: ~DEL takes a value away, also inside of a list of addresses, and ~SERVER
    /// stands for the server chosen at import. An export never holds them; the file was prepared for an import.
    ///
    /// ## What to do
    /// Ask for the untouched export.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Home-Server
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),~SERVER
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),~DEL<SMTP:>%~DEL<X400:>
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Admin-Display-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),Mail~Server
    /// ```
    pub static IMPORT_OPERATOR_IN_EXPORT = {
        id: "DIR007", name: "import-operator-in-export", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q152854", "Q184536", "Q150438", "Q290091"],
        needs: [ImcobjCsv],
        tags: ["csv", "integrity"],
        check: Backup(import_operator_in_export),
    }
}

fn import_operator_in_export(backup: &Backup, findings: &mut Findings<'_>) {
    let prepared: Vec<_> = backup.directory_cells().filter(|cell| cell.field.import_operator().is_some()).collect();
    let Some(first) = prepared.first() else { return };
    findings
        .report(format!("{} an import operator; the first is {} on line {}", hold(prepared.len(), "field"), first.column.name, first.row.line))
        .first_evidences(prepared.iter().map(|cell| Evidence::cell(cell).expected("a value, no instruction for an import")));
}

fn hold(count: usize, noun: &str) -> String {
    format!("{} {}", counted(count, noun), if count == 1 { "holds" } else { "hold" })
}

declare_rule! {
    /// Data line has fewer fields than the header.
    ///
    /// ## Why it matters
    /// Fields that are missing at the end count as empty here. Editors drop empty fields at the end of a line, but a published raw
    /// export does the same, so this alone proves nothing. An import of such a line fails (event 291 of the directory import, so
    /// many fields expected, so many found). A missing comma cannot be seen in a spreadsheet, only in a text editor.
    ///
    /// ## What to do
    /// Nothing, unless one of the missing columns matters for the question at hand; then export again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Home-Server,Routing-List,Comment
    /// Mail-Gateway,Internet Mail Connector (SRV1),SRV1,SMTP:*;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Home-Server,Routing-List,Comment
    /// Mail-Gateway,Internet Mail Connector (SRV1),SRV1,SMTP:*;1,
    /// ```
    pub static TOO_FEW_FIELDS = {
        id: "DIR009", name: "too-few-fields", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q188649", "Q239639", "Q184532", "Q155414"],
        needs: [ImcobjCsv],
        tags: ["csv"],
        check: Backup(too_few_fields),
    }
}

fn too_few_fields(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = &backup.directory else { return };
    let columns = directory.export.header.len();
    // A quote that nothing closes swallows fields; that is told as what it is.
    let unsure: BTreeSet<usize> = backup.quoting_faults().iter().map(|fault| fault.line).collect();
    let short: Vec<_> = directory.export.rows.iter().filter(|row| row.fields.len() < columns && !unsure.contains(&row.line)).collect();
    let Some(first) = short.first() else { return };
    let fields = first.fields.len();
    let missing = enumerated(directory.export.header.iter().skip(fields).map(|column| &column.name), 5);
    let more = if short.len() > 1 { format!("; so have {} further lines", short.len() - 1) } else { String::new() };
    findings
        .report(format!("line {} has {fields} of {columns} fields; empty are therefore: {missing}{more}", first.line))
        .first_evidences(short.iter().map(|row| Evidence::row(directory, row).expected(format!("{columns} fields"))));
}

declare_rule! {
    /// Quotation marks do not balance.
    ///
    /// ## Why it matters
    /// Where a quotation mark opens and nothing closes it, or one stands in the middle of an unquoted field, the rest of the line
    /// cannot be split into fields reliably (codes 220 and 227). What the columns behind it seem to say may belong to others.
    ///
    /// ## What to do
    /// Use the untouched export.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Comment
    /// Mail-Gateway,"Internet Mail Connector (SRV1),x
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Comment
    /// Mail-Gateway,Internet "Mail Connector,x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Comment
    /// Mail-Gateway,"Acme, Inc",x
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,E-mail Addresses
    /// Mail-Gateway,IMC,"X400:s=A,1;"%"X400:s=A,2;"
    /// ```
    pub static QUOTING_ERROR = {
        id: "DIR010", name: "quoting-error", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q184532", "Q261283"],
        needs: [ImcobjCsv],
        tags: ["csv"],
        check: Backup(quoting_error),
    }
}

fn quoting_error(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = &backup.directory else { return };
    let faults = backup.quoting_faults();
    let Some(first) = faults.first() else { return };
    let proof = faults.iter().map(|fault| {
        let place = Evidence::new(directory.path.as_ref(), Locator::Line(fault.line)).at(fault.offset..fault.offset + fault.length);
        place.observed(fault.shown).expected("quotation marks in pairs around a field or value")
    });
    findings
        .report(format!("{}; the first is on line {}: {}", counted(faults.len(), "quoting error"), first.line, first.text))
        .first_evidences(proof);
}

declare_rule! {
    /// Data line without an object class.
    ///
    /// ## Why it matters
    /// Every line names the class of its object (code 0xC00000DA). A line without one was edited, or is the rest of a line that was
    /// broken in two.
    ///
    /// ## What to do
    /// Use the untouched export.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Comment
    /// ,Internet Mail Connector (SRV1),x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Comment
    /// Mail-Gateway,Internet Mail Connector (SRV1),x
    /// ```
    pub static LINE_WITHOUT_CLASS = {
        id: "DIR011", name: "line-without-class", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q184532", "Q261283"],
        needs: [ImcobjCsv],
        tags: ["csv"],
        check: Backup(line_without_class),
    }
}

fn line_without_class(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = backup.directory.as_ref().filter(|directory| directory.export.is_dapi) else {
        return findings.undecided("Imcobj.csv", "the file is no directory export");
    };
    let is_blank = |value: &str| value.trim().is_empty();
    let has_class = |row: &&crate::formats::dapi_csv::Row| row.fields.first().is_some_and(|field| !field.values.iter().all(|value| is_blank(value)));
    let nameless: Vec<_> = directory.export.rows.iter().filter(|row| !has_class(row)).collect();
    let Some(first) = nameless.first() else { return };
    findings
        .report(format!("{} no object class; the first is line {}", lack(nameless.len()), first.line))
        .first_evidences(nameless.iter().map(|row| Evidence::row(directory, row).expected("the class of the object")));
}

fn lack(count: usize) -> String {
    format!("{} {}", counted(count, "line"), if count == 1 { "has" } else { "have" })
}
