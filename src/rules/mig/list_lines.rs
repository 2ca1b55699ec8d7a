//! Lines of a recipient list that the Mailbox Migration Utility does not read as meant (Q177776).

use crate::{
    backup::{Backup, migration::Listed},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::migrate::RowShape,
};

use super::proof::{line, row, rows, unread, unread_rows};

/// Fields of a row, in words.
const FOUR: &str = "display name,alias,source server,destination server";

declare_rule! {
    /// Recipient list line does not have four fields.
    ///
    /// ## Why it matters
    /// The utility wants display name, alias, source server and destination server, parted by commas, and nothing else. A line
    /// with fewer or more fields names no mailbox that it can process.
    ///
    /// ## What to do
    /// Correct the line and run the utility with the list that remains.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1
    /// Mary Smith,MarySm,GW-PILOT1,GW-PROD1
    /// ```
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1,
    /// Mary Smith,MarySm,GW-PILOT1,GW-PROD1
    /// ```
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1,Mary Smith,MarySm,GW-PILOT1,GW-PROD1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// Doe, Jane,JaneD,GW-PILOT1,GW-PROD1
    ///
    /// Mary Smith,MarySm,GW-PILOT1,GW-PROD1
    /// ```
    pub static LIST_LINE_FIELD_COUNT = {
        id: "MIG001", name: "list-line-field-count", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList],
        tags: ["migration"],
        check: Backup(list_line_field_count),
    }
}

fn list_line_field_count(backup: &Backup, findings: &mut Findings<'_>) {
    let unread = unread_rows(backup).map(|(path, line)| (line.fields, line.text.place.line, unread(path, line)));
    // A comma in the name is a fault of its own, as long as it is one comma.
    let several_commas = rows(backup).filter(|listed| listed.row.shape == RowShape::CommaInName && fields(listed) > 5);
    let read = several_commas.chain(shared_lines(backup)).map(|listed| (fields(&listed), listed.row.raw.place.line, row(&listed)));
    let mut wrong: Vec<(usize, usize, Evidence)> = unread.chain(read).collect();
    wrong.sort_by_key(|(_, line, _)| *line);
    let Some((count, first, _)) = wrong.first() else { return };
    let message = format!("{} of the recipient list without four fields; line {first} has {count}", counted(wrong.len(), "line"));
    findings.report(message).first_evidences(wrong.into_iter().map(|(_, _, proof)| proof.expected(FOUR)));
}

/// Returns the first row of each line that holds several.
fn shared_lines(backup: &Backup) -> impl Iterator<Item = Listed<'_>> {
    let mut before = None;
    rows(backup).filter(|listed| listed.row.shape == RowShape::SharedLine).filter(move |listed| {
        let place = (listed.path, listed.row.raw.place.line);
        before.replace(place) != Some(place)
    })
}

fn fields(listed: &Listed<'_>) -> usize {
    if listed.row.shape == RowShape::SharedLine { 8 } else { listed.row.raw.value.split(',').count() }
}

declare_rule! {
    /// Comma in the display name shifts the fields.
    ///
    /// ## Why it matters
    /// No quoting is described for this file, so a name written as last name, comma, first name puts every later field one
    /// place off: the first name is taken for the alias and the alias for a server.
    ///
    /// ## What to do
    /// Write the name without a comma.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// Doe, John,JohnD,GW-PILOT1,GW-PROD1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// "Doe, John",JohnD,GW-PILOT1,GW-PROD1
    /// ```
    pub static LIST_COMMA_IN_DISPLAY_NAME = {
        id: "MIG002", name: "list-comma-in-display-name", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList],
        tags: ["migration"],
        check: Backup(list_comma_in_display_name),
    }
}

fn list_comma_in_display_name(backup: &Backup, findings: &mut Findings<'_>) {
    let shifted: Vec<Listed<'_>> = rows(backup).filter(|listed| listed.row.shape == RowShape::CommaInName).collect();
    let Some(first) = shifted.first() else { return };
    let (name, alias) = (&first.row.name.value, &first.row.alias.value);
    let (source, destination) = (&first.row.source.value, &first.row.destination.value);
    findings
        .report(format!(
            "{} with a comma in the display name; read from the right the first is '{name}', alias {alias}, from {source} to {destination}",
            counted(shifted.len(), "line")
        ))
        .first_evidences(shifted.iter().map(|listed| row(listed).expected("a display name without a comma")));
}

declare_rule! {
    /// Quotation marks in the recipient list.
    ///
    /// ## Why it matters
    /// Spreadsheets quote names that hold commas. The described format knows no quotes, so that they may be taken for a part of
    /// the name and the comma for the end of it.
    ///
    /// ## What to do
    /// Save the list without quotes and without commas in names.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// "Doe, John",JohnD,GW-PILOT1,GW-PROD1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// ```
    pub static LIST_QUOTED_FIELD = {
        id: "MIG003", name: "list-quoted-field", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList],
        tags: ["migration"],
        check: Backup(list_quoted_field),
    }
}

fn list_quoted_field(backup: &Backup, findings: &mut Findings<'_>) {
    let read = rows(backup).filter(|listed| listed.row.raw.value.contains('"')).map(|listed| row(&listed));
    let others = unread_rows(backup).filter(|(_, line)| line.text.value.contains('"')).map(|(path, line)| unread(path, line));
    let quoted: Vec<Evidence> = read.chain(others).collect();
    let Some(first) = quoted.first() else { return };
    findings
        .report(format!("{} of the recipient list with quotation marks; the first is {}", counted(quoted.len(), "line"), first.observed))
        .first_evidences(quoted.into_iter().map(|proof| proof.expected("no quotation marks")));
}

declare_rule! {
    /// Recipient list begins with a header row.
    ///
    /// ## Why it matters
    /// The file has no header. The row with the column names is taken for a mailbox, which fails.
    ///
    /// ## What to do
    /// Delete the row from the list.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// Display Name,Alias Name,Pilot Server Name,Production Server Name
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// ```
    /// ```backup
    /// //- pilot.csv
    /// Name,Mailbox,Old server,New server
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// Server Room,room,GW-PILOT1,GW-PROD1
    /// ```
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,SERVER1,SERVER2
    /// ```
    pub static LIST_HAS_HEADER_ROW = {
        id: "MIG007", name: "list-has-header-row", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList],
        tags: ["migration"],
        check: Backup(list_has_header_row),
    }
}

fn list_has_header_row(backup: &Backup, findings: &mut Findings<'_>) {
    for list in &backup.siblings.migration_lists {
        let Some(heading) = &list.file.value.heading else { continue };
        findings
            .report(format!("the first line of {} holds column names: {}", list.path, heading.value))
            .evidence(Evidence::listed_line(&list.path, heading.place, &heading.value).expected(FOUR));
    }
}

declare_rule! {
    /// Recipient list is not in CR LF lines.
    ///
    /// ## Why it matters
    /// Each entry ends with CR LF by definition. Lines that end otherwise may run together, and a last line without an end may be
    /// skipped or lose its last character.
    ///
    /// ## What to do
    /// Save the file with Windows line ends, the last line included.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv hex
    /// 41 6E 6E 2C 61 6E 6E 2C 47 57 31 2C 47 57 32 0D 0A # Ann,ann,GW1,GW2
    /// 42 6F 62 2C 62 6F 62 2C 47 57 31 2C 47 57 32 # Bob,bob,GW1,GW2 without an end
    /// ```
    /// ```backup
    /// //- pilot.csv lf
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// Mary Smith,MarySm,GW-PILOT1,GW-PROD1
    /// ```
    pub static LIST_LINE_ENDS = {
        id: "MIG008", name: "list-line-ends", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList],
        tags: ["migration"],
        check: Backup(list_line_ends),
    }
}

fn list_line_ends(backup: &Backup, findings: &mut Findings<'_>) {
    for list in &backup.siblings.migration_lists {
        let ends = &list.file.value.line_ends;
        let [lf, cr] = [(ends.lf, "LF"), (ends.cr, "CR")].map(|(count, kind)| (count > 0).then(|| format!("{} with {kind} alone", ended(count))));
        let open = ends.open.is_some().then(|| "the last line has no line end".to_owned());
        let what: Vec<String> = [lf, cr, open].into_iter().flatten().collect();
        if what.is_empty() {
            continue;
        }
        let places = [&ends.first_odd, &ends.open].into_iter().flatten();
        findings
            .report(format!("in {} {}", list.path, what.join(", and ")))
            .evidences(places.map(|line| Evidence::listed_line(&list.path, line.place, &line.value).expected("CR LF behind the line")));
    }
}

fn ended(count: usize) -> String {
    if count == 1 { "1 line ends".to_owned() } else { format!("{count} lines end") }
}

declare_rule! {
    /// The list file contains result lines.
    ///
    /// ## Why it matters
    /// The article speaks of a separate error log and also shows results in the list itself, so both places occur. Such lines are
    /// read as results here; the utility would take them for mailboxes.
    ///
    /// ## What to do
    /// Do not feed a result file back to the utility; take these lines out before the rerun.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// Mary Smith,MarySm,GW-PILOT1,GW-PROD1
    /// SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:05:00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// Success Team,success,GW-PILOT1,GW-PROD1
    /// ```
    pub static RESULT_LINES_IN_THE_LIST = {
        id: "MIG018", name: "result-lines-in-the-list", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList],
        tags: ["migration"],
        check: Backup(result_lines_in_the_list),
    }
}

fn result_lines_in_the_list(backup: &Backup, findings: &mut Findings<'_>) {
    for list in &backup.siblings.migration_lists {
        let results = &list.file.value.result_lines;
        if results.is_empty() {
            continue;
        }
        findings
            .report(format!("{} holds {}, which are read as a log", list.path, counted(results.len(), "result line")))
            .first_evidences(results.iter().map(|result| line(&list.path, result).expected("rows of mailboxes only")));
    }
}
