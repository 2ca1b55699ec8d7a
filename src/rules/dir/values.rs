//! Whether the values of the export are whole: not cut, not reformatted, not left behind in another file (Q155414, Q184532, Q188649).

use crate::{
    backup::{
        Backup, CellText,
        directory_attributes::{Attribute, Syntax},
        spreadsheet::LONGEST_CELL,
    },
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

declare_rule! {
    /// Value file of the export is missing.
    ///
    /// ## Why it matters
    /// Values of more than 255 characters are written to a file of their own, and the field keeps a pointer to it (code 0x8000009C).
    /// Without that file the value is lost. The form of the pointer is not documented: a marked file name counts here, and a plain
    /// one that the packing list names as well.
    ///
    /// ## What to do
    /// Ask for the missing file, or export again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Extension-Data
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),@EXTDATA.BIN
    /// ```
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Imcobj.csv
    /// File2=EXTDATA.BIN
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Extension-Data
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),EXTDATA.BIN
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Extension-Data
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),@EXTDATA.BIN
    /// //- EXTDATA.BIN hex
    /// 00 01
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Admin-Display-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),readme.txt
    /// ```
    pub static SIDE_FILE_MISSING = {
        id: "DIR014", name: "side-file-missing", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q261283", "Q184532"],
        needs: [ImcobjCsv, Folder],
        tags: ["csv", "collection"],
        check: Backup(side_file_missing),
    }
}

fn side_file_missing(backup: &Backup, findings: &mut Findings<'_>) {
    let lost = backup.lost_side_files();
    let Some((cell, name)) = lost.first() else { return };
    findings
        .report(format!("{} to a file that is not here; {} points to {name}", point(lost.len()), cell.column.name))
        .first_evidences(lost.iter().map(|(cell, name)| Evidence::cell(cell).expected(format!("file {name} beside the export"))));
}

fn point(count: usize) -> String {
    format!("{} {}", counted(count, "value"), if count == 1 { "points" } else { "point" })
}

declare_rule! {
    /// Value may have been cut at 255 characters.
    ///
    /// ## Why it matters
    /// Spreadsheets of that time cut a cell at 255 characters when they save it. A value of exactly that length may be whole by
    /// chance; in a file that shows other traces of a spreadsheet it has very likely lost its end.
    ///
    /// ## What to do
    /// Compare the value with the original export.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1%SMTP:*@partner01.example;5%SMTP:*@partner02.example;5%SMTP:*@partner03.example;5%SMTP:*@partner04.example;5%SMTP:*@partner05.example;5%SMTP:*@partner06.example;5%SMTP:*@partner07.example;5%SMTP:*@partner08.example;5%SMTP:*@xxxxxxxxxxxxx.example;5
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1%SMTP:*@partner01.example;5%SMTP:*@partner02.example;5%SMTP:*@partner03.example;5%SMTP:*@partner04.example;5%SMTP:*@partner05.example;5%SMTP:*@partner06.example;5%SMTP:*@partner07.example;5%SMTP:*@partner08.example;5%SMTP:*@xxxxxxxxxxxx.example;5
    /// ```
    pub static VALUE_CUT_AT_255 = {
        id: "DIR015", name: "value-cut-at-255", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q184532", "Q261283", "Q155414"],
        needs: [ImcobjCsv],
        tags: ["csv"],
        check: Backup(value_cut_at_255),
    }
}

fn value_cut_at_255(backup: &Backup, findings: &mut Findings<'_>) {
    let cut: Vec<_> = backup.directory_cells().filter(|cell| cell.field.characters() == LONGEST_CELL).collect();
    let Some(first) = cut.first() else { return };
    let by_spreadsheet = if backup.spreadsheet_traces().next().is_some() { "; other values show that a spreadsheet saved the file" } else { "" };
    findings
        .report(format!("{} exactly {LONGEST_CELL} characters long, first {}{by_spreadsheet}", are(cut.len()), first.column.name))
        .first_evidences(cut.iter().map(|cell| Evidence::cell(cell).expected("a value that does not end where old spreadsheets cut")));
}

fn are(count: usize) -> String {
    format!("{} {}", counted(count, "value"), if count == 1 { "is" } else { "are" })
}

declare_rule! {
    /// Values were reformatted by a spreadsheet.
    ///
    /// ## Why it matters
    /// When a spreadsheet saves the file, time stamps and hexadecimal strings turn into numbers in scientific notation, and long
    /// cells are cut in the middle of their last value. The digits are lost for good.
    ///
    /// ## What to do
    /// Use the untouched export.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,File-Version,When-Changed
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),3.00450E+14,"1,99807E+11"
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,When-Created
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),01/08/1999
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,File-Version
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),030045030000040
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1%SMTP:*@partner01.example;5%SMTP:*@partner02.example;5%SMTP:*@partner03.example;5%SMTP:*@partner04.example;5%SMTP:*@partner05.example;5%SMTP:*@partner06.example;5%SMTP:*@partner07.example;5%SMTP:*@partner08.example;5%SMTP:*@yyyyyyyyyyyyyyyyyyyyyyy
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,File-Version,When-Changed
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),0300450300000400,990801033025Z
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1%SMTP:*@partner01.example;5%SMTP:*@partner02.example;5%SMTP:*@partner03.example;5%SMTP:*@partner04.example;5%SMTP:*@partner05.example;5%SMTP:*@partner06.example;5%SMTP:*@partner07.example;5%SMTP:*@partner08.example;5%SMTP:*@xxxxxxxxxxxxx.example;5
    /// ```
    pub static SPREADSHEET_DAMAGE = {
        id: "DIR016", name: "spreadsheet-damage", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q188649", "Q184532", "Q185183", "Q155414"],
        needs: [ImcobjCsv],
        tags: ["csv", "integrity"],
        check: Backup(spreadsheet_damage),
    }
}

fn spreadsheet_damage(backup: &Backup, findings: &mut Findings<'_>) {
    let damaged: Vec<_> = backup.spreadsheet_traces().collect();
    let Some((first, _)) = damaged.first() else { return };
    let end: String = first.text.chars().skip(first.text.chars().count().saturating_sub(40)).collect();
    let verb = if end == first.text { "is" } else { "ends in" };
    findings
        .report(format!("{} lost the form in which the directory writes: {} {verb} '{end}'", counted(damaged.len(), "value"), first.column.name))
        .first_evidences(damaged.iter().map(|(cell, trace)| Evidence::cell(cell).expected(trace.expected())));
}

declare_rule! {
    /// Names contain substitute characters.
    ///
    /// ## Why it matters
    /// Characters that the code page of the export lacks become the default character of the system, mostly a question mark (code
    /// 0x800000A7). Names with such characters must not be compared letter by letter.
    ///
    /// ## What to do
    /// Nothing on the server; keep it in mind when names are compared.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Admin-Display-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),Internet Mail (M?nchen)
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Home-MDB
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=Z?rich/cn=Configuration/cn=Servers/cn=SRV1/cn=Microsoft Private MDB
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Admin-Display-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),Internet Mail (München)
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Comment
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),really?
    /// ```
    pub static UNMAPPABLE_CHARACTERS = {
        id: "DIR017", name: "unmappable-characters", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q184532", "Q261283"],
        needs: [ImcobjCsv],
        tags: ["csv"],
        check: Backup(unmappable_characters),
    }
}

fn unmappable_characters(backup: &Backup, findings: &mut Findings<'_>) {
    let substituted: Vec<_> = backup.directory_cells().filter(|cell| is_name(cell) && cell.text.contains(['?', '\u{FFFD}'])).collect();
    let Some(first) = substituted.first() else { return };
    findings
        .report(format!("{} substitute characters; {} is '{}'", hold(substituted.len()), first.column.name, first.text))
        .first_evidences(substituted.iter().map(|cell| Evidence::cell(cell).expected("a name without substitute characters")));
}

fn hold(count: usize) -> String {
    format!("{} {}", counted(count, "name"), if count == 1 { "holds" } else { "hold" })
}

fn is_name(cell: &CellText<'_>) -> bool {
    let names = ["Common-Name", "Display-Name", "Admin-Display-Name"];
    Attribute::find(&cell.column.name).is_some_and(|known| known.syntax == Syntax::DistinguishedName || names.contains(&known.name))
}
