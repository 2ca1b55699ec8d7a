//! What lists and logs of the Mailbox Migration Utility say of the same mailboxes (Q177776).

use crate::{
    backup::{Backup, migration::Migration},
    base::counted,
    declare_rule,
    diagnostics::Findings,
};

use super::proof::{result, row};

declare_rule! {
    /// Mailbox was migrated twice.
    ///
    /// ## Why it matters
    /// A successful migration takes the entry off the list, so a second success means another list or a restored one. Two
    /// destinations hold the mail now, or one of them was emptied in between.
    ///
    /// ## What to do
    /// Find out which mailbox is in use and remove the other.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.log
    /// SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:05:00
    /// SUCCESS,John Doe,johnd,gw-pilot1,GW-PROD2,Migrated No Errors,5/11/96 10:05:00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.log
    /// FAILURE,John Doe,JohnD,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:05:00
    /// SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,5/11/96 10:05:00
    /// ```
    pub static MIGRATED_TWICE = {
        id: "MIG014", name: "migrated-twice", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateLog],
        tags: ["migration", "duplicate"],
        check: Backup(migrated_twice),
    }
}

fn migrated_twice(backup: &Backup, findings: &mut Findings<'_>) {
    for group in Migration::of(&backup.siblings).done_twice() {
        let Some(first) = group.first() else { continue };
        let times: Vec<String> =
            group.iter().map(|attempt| format!("to {} on {}", attempt.line.destination.value.trim(), attempt.line.time_text.value.trim())).collect();
        findings
            .report(format!(
                "'{}' ({} on {}) was migrated {} times: {}",
                first.line.name.value,
                first.line.alias.value,
                first.line.source.value,
                group.len(),
                times.join(", ")
            ))
            .group(format!("{:?}", first.mailbox()))
            .first_evidences(group.iter().map(|attempt| result(attempt).expected("one SUCCESS for alias and source server")));
    }
}

declare_rule! {
    /// Migrated mailbox is still on the list.
    ///
    /// ## Why it matters
    /// The utility deletes an entry when it has succeeded. If it is still there, the list is an old copy or could not be written,
    /// and a rerun would try the mailbox again.
    ///
    /// ## What to do
    /// Use the list that the utility wrote, or take these lines out.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// //- pilot.log
    /// SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:05:00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// Mary Smith,MarySm,GW-PILOT1,GW-PROD1
    /// //- pilot.log
    /// SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:05:00
    /// ```
    pub static SUCCESS_STILL_IN_LIST = {
        id: "MIG015", name: "success-still-in-list", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList, MigrateLog],
        tags: ["migration"],
        check: Backup(success_still_in_list),
    }
}

fn success_still_in_list(backup: &Backup, findings: &mut Findings<'_>) {
    let mut done = Migration::of(&backup.siblings).listed_and_tried();
    done.retain(|(_, newest)| newest.is_success());
    let Some((listed, newest)) = done.first() else { return };
    findings
        .report(format!(
            "{} still on the list after success; the first is '{}', migrated on {}",
            counted(done.len(), "row"),
            listed.row.name.value,
            newest.line.time_text.value.trim()
        ))
        .first_evidences(done.iter().flat_map(|(listed, newest)| {
            [row(listed).expected("no row once the mailbox is migrated"), result(newest).expected("the row gone from the list")]
        }));
}

declare_rule! {
    /// Listed mailbox was never attempted.
    ///
    /// ## Why it matters
    /// The run was stopped or died before it got there. Restarting with the same list goes on from this point.
    ///
    /// ## What to do
    /// Run the utility again with the list that remains.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// Mary Smith,MarySm,GW-PILOT1,GW-PROD1
    /// //- pilot.log
    /// FAILURE,John Doe,JohnD,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:05:00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// //- pilot.log
    /// FAILURE,John Doe,JOHND,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:05:00
    /// ```
    pub static NEVER_ATTEMPTED = {
        id: "MIG016", name: "never-attempted", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList, MigrateLog],
        tags: ["migration", "triage"],
        check: Backup(never_attempted),
    }
}

fn never_attempted(backup: &Backup, findings: &mut Findings<'_>) {
    let migration = Migration::of(&backup.siblings);
    let Some(last) = migration.attempts.iter().max_by_key(|attempt| attempt.line.time) else {
        return findings.undecided("migrate-log", "no line of the log can be read");
    };
    let waiting = migration.never_tried();
    let [first, .., end] = waiting.as_slice() else {
        let [only] = waiting.as_slice() else { return };
        findings
            .report(format!("'{}' is listed and was never attempted; the newest result is of {}", only.row.name.value, last.line.time_text.value))
            .evidence(row(only).expected("a result line for this mailbox"))
            .evidence(result(last).expected("results for every row of the list"));
        return;
    };
    findings
        .report(format!(
            "{} listed mailboxes were never attempted, from '{}' to '{}'; the newest result is of {}",
            waiting.len(),
            first.row.name.value,
            end.row.name.value,
            last.line.time_text.value
        ))
        .evidence(row(first).expected("a result line for this mailbox"))
        .evidence(row(end).expected("a result line for this mailbox"))
        .evidence(result(last).expected("results for every row of the list"));
}

declare_rule! {
    /// Log and list name different servers or names for a user.
    ///
    /// ## Why it matters
    /// There are two plans for one mailbox: either the list was changed after the run, or two people share an alias on different
    /// servers.
    ///
    /// ## What to do
    /// Clear up which is right before the rerun.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD2
    /// //- pilot.log
    /// FAILURE,John Doe,JohnD,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:05:00
    /// ```
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// //- pilot.log
    /// FAILURE,Jane Doe,JohnD,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:05:00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.csv
    /// John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// //- pilot.log
    /// FAILURE,John Doe,JohnD,gw-pilot1,gw-prod1,Error Copying Messages,5/10/96 10:05:00
    /// ```
    pub static LOG_AND_LIST_DISAGREE = {
        id: "MIG017", name: "log-and-list-disagree", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateList, MigrateLog],
        tags: ["migration"],
        check: Backup(log_and_list_disagree),
    }
}

fn log_and_list_disagree(backup: &Backup, findings: &mut Findings<'_>) {
    let differing = Migration::of(&backup.siblings).disagreements();
    let Some((listed, other)) = differing.first() else { return };
    let (row_, line) = (listed.row, other.line);
    findings
        .report(format!(
            "{} that the log tells differently; alias {} is listed as '{}' from {} to {}, in the log '{}' from {} to {}",
            counted(differing.len(), "row"),
            row_.alias.value,
            row_.name.value,
            row_.source.value,
            row_.destination.value,
            line.name.value,
            line.source.value,
            line.destination.value
        ))
        .first_evidences(differing.iter().flat_map(|(listed, other)| {
            [row(listed).expected("name and servers of the log"), result(other).expected("name and servers of the list")]
        }));
}
