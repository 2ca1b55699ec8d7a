//! Fields of a recipient list that cannot be right, each alone or against the others (Q177776).

use crate::{
    backup::{
        Backup,
        migration::{Listed, Migration, folded},
    },
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::ini::Located,
};

use super::proof::{row, rows};

declare_rule! {
    /// Empty field in the recipient list.
    ///
    /// ## Why it matters
    /// Without alias or server the mailbox cannot be opened; the utility needs all four fields.
    ///
    /// ## What to do
    /// Fill the field in the list and run the utility again.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// John Doe,,GW-PILOT1,GW-PROD1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv escapes
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1\r\n
    /// ```
    pub static LIST_EMPTY_FIELD = {
        id: "MIG004", name: "list-empty-field", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList],
        tags: ["migration"],
        check: Backup(list_empty_field),
    }
}

fn list_empty_field(backup: &Backup, findings: &mut Findings<'_>) {
    let lacking: Vec<(&str, Listed<'_>)> = rows(backup).filter_map(|listed| Some((empty_field(&listed)?, listed))).collect();
    let Some((field, first)) = lacking.first() else { return };
    findings
        .report(format!(
            "{} of the recipient list with an empty field; line {} has no {field}",
            counted(lacking.len(), "row"),
            first.row.raw.place.line
        ))
        .first_evidences(lacking.iter().map(|(field, listed)| row(listed).expected(format!("a value for the {field}"))));
}

fn empty_field(listed: &Listed<'_>) -> Option<&'static str> {
    let row = listed.row;
    let fields = [("display name", &row.name), ("alias", &row.alias), ("source server", &row.source), ("destination server", &row.destination)];
    fields.into_iter().find(|(_, field)| field.value.trim().is_empty()).map(|(name, _)| name)
}

declare_rule! {
    /// Source and destination server are the same.
    ///
    /// ## Why it matters
    /// The utility copies a mailbox into another one whose Inbox has to be empty; source and destination can never be the same.
    ///
    /// ## What to do
    /// Correct the servers: the third field is the source, the fourth the destination.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PROD1,gw-prod1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PROD1,GW-PROD2
    /// ```
    pub static LIST_SAME_SOURCE_AND_DESTINATION = {
        id: "MIG005", name: "list-same-source-and-destination", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList],
        tags: ["migration"],
        check: Backup(list_same_source_and_destination),
    }
}

fn list_same_source_and_destination(backup: &Backup, findings: &mut Findings<'_>) {
    let is_same = |listed: &Listed<'_>| {
        let source = folded(&listed.row.source.value);
        !source.is_empty() && source == folded(&listed.row.destination.value)
    };
    let same: Vec<Listed<'_>> = rows(backup).filter(is_same).collect();
    let Some(first) = same.first() else { return };
    findings
        .report(format!(
            "{} with one server as source and destination; the first is '{}' on {}",
            counted(same.len(), "row"),
            first.row.name.value,
            first.row.source.value.trim()
        ))
        .first_evidences(same.iter().map(|listed| row(listed).expected("two servers")));
}

declare_rule! {
    /// Recipient is listed twice.
    ///
    /// ## Why it matters
    /// The second run finds the Inbox filled by the first and fails, or it copies the mailbox to two places.
    ///
    /// ## What to do
    /// Remove the second row, or the first when its servers are wrong.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// John Doe,johnd ,GW-PILOT1,GW-PROD2
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// John Donne,JohnD,GW-PILOT2,GW-PROD1
    /// ```
    pub static LIST_DUPLICATE_RECIPIENT = {
        id: "MIG006", name: "list-duplicate-recipient", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList],
        tags: ["migration", "duplicate"],
        check: Backup(list_duplicate_recipient),
    }
}

fn list_duplicate_recipient(backup: &Backup, findings: &mut Findings<'_>) {
    for group in Migration::of(&backup.siblings).listed_twice() {
        let Some(first) = group.first() else { continue };
        let lines: Vec<String> =
            group.iter().map(|listed| format!("line {} to {}", listed.row.raw.place.line, listed.row.destination.value.trim())).collect();
        findings
            .report(format!("{} on {} is listed {} times: {}", first.row.alias.value, first.row.source.value, group.len(), lines.join(", ")))
            .group(format!("{:?}", first.mailbox()))
            .first_evidences(group.iter().map(|listed| row(listed).expected("one row for alias and source server")));
    }
}

declare_rule! {
    /// Server or alias with characters they cannot have.
    ///
    /// ## Why it matters
    /// The server fields are computer names of at most 15 characters. A blank behind the comma or a full DNS name may keep the
    /// utility from finding the server.
    ///
    /// ## What to do
    /// Correct the field before the next run.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD, GW-PILOT1,GW-PROD1
    /// ```
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,gw-prod1.example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW_PROD1
    /// ```
    pub static LIST_NAME_WITH_ODD_CHARACTERS = {
        id: "MIG009", name: "list-name-with-odd-characters", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList],
        tags: ["migration"],
        check: Backup(list_name_with_odd_characters),
    }
}

/// Characters of a computer name.
const COMPUTER_NAME: usize = 15;

fn list_name_with_odd_characters(backup: &Backup, findings: &mut Findings<'_>) {
    let is_odd_server = |field: &Located| {
        field.value.chars().count() > COMPUTER_NAME || field.value.chars().any(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'))
    };
    let is_odd_alias = |field: &Located| field.value.contains([' ', ',']);
    let mut odd: Vec<(&str, &'static str, &Located)> = Vec::new();
    for Listed { path, row } in rows(backup) {
        odd.extend(is_odd_alias(&row.alias).then_some((path, "alias", &row.alias)));
        odd.extend(is_odd_server(&row.source).then_some((path, "source server", &row.source)));
        odd.extend(is_odd_server(&row.destination).then_some((path, "destination server", &row.destination)));
    }
    let Some((_, field, first)) = odd.first() else { return };
    let message = format!("{} with odd characters; the {field} in line {} is \"{}\"", counted(odd.len(), "field"), first.place.line, first.value);
    findings.report(message).first_evidences(odd.iter().map(|(path, field, found)| {
        let expected = if *field == "alias" { "no blank and no comma" } else { "letters, digits, hyphen or underscore, 15 at most" };
        Evidence::listed_line(path, found.place, &found.value).expected(expected)
    }));
}
