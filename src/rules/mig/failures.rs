//! Mailboxes that the Mailbox Migration Utility did not move (Q177776).

use crate::{
    backup::Backup,
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::migrate::{LogLine, MigrationStatus, newest_per_user},
};

declare_rule! {
    /// Mailbox failed and was not migrated later.
    ///
    /// ## Why it matters
    /// The mailbox is still on the source server. These users form the list for the next run.
    ///
    /// ## What to do
    /// Remove the cause, put these lines into a new list and rerun.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.log
    /// FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:09:10
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.log
    /// FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:09:10
    /// SUCCESS,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 11:30:00
    /// ```
    pub static FAILURE_NOT_RESOLVED = {
        id: "MIG011", name: "failure-not-resolved", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateLog],
        tags: ["migration", "triage"],
        check: Backup(failure_not_resolved),
    }
}

fn failure_not_resolved(backup: &Backup, findings: &mut Findings<'_>) {
    let failed = failed(backup);
    let Some((_, first)) = failed.first() else { return };
    findings
        .report(format!(
            "{} failed and not migrated since; the first is '{}': {}",
            counted(failed.len(), "mailbox"),
            first.name.value,
            first.message.value
        ))
        .evidences(failed.iter().take(20).map(|(path, line)| proof(path, line)));
}

declare_rule! {
    /// Mailbox is probably half migrated.
    ///
    /// ## Why it matters
    /// The tool copies to a temporary .pst and then into the new mailbox, Inbox first. If it stops while copying, some folders
    /// are there already, and a rerun is refused because the Inbox is no longer empty.
    ///
    /// ## What to do
    /// Check the new mailbox, empty its folders (Inbox above all), delete the .pst, rerun.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.log
    /// FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:09:10
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.log
    /// FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Could not log on,5/10/96 10:09:10
    /// ```
    pub static COPY_FAILED_HALF_WAY = {
        id: "MIG012", name: "copy-failed-half-way", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateLog],
        tags: ["migration", "loss"],
        check: Backup(copy_failed_half_way),
    }
}

fn copy_failed_half_way(backup: &Backup, findings: &mut Findings<'_>) {
    let mut half = failed(backup);
    half.retain(|(_, line)| line.message.value.to_lowercase().contains("copying"));
    let Some((_, first)) = half.first() else { return };
    findings
        .report(format!("{} stopped while messages were copied; the first is '{}'", counted(half.len(), "migration"), first.name.value))
        .evidences(half.iter().take(20).map(|(path, line)| proof(path, line).expected("SUCCESS")));
}

/// Returns the newest line of each user if it is a failure, with the path of its file.
fn failed(backup: &Backup) -> Vec<(&str, &LogLine)> {
    let newest = newest_per_user(backup.siblings.result_lines().map(|(_, line)| line));
    let failed = newest.into_iter().filter(|line| line.status == MigrationStatus::Failure);
    let path_of = |wanted: &LogLine| backup.siblings.result_lines().find(|(_, line)| std::ptr::eq(*line, wanted)).map_or("", |(path, _)| path);
    failed.map(|line| (path_of(line), line)).collect()
}

fn proof(path: &str, line: &LogLine) -> Evidence {
    Evidence::listed_line(path, line.place, &format!("FAILURE,{}", line.name.value)).expected("a later line SUCCESS for this mailbox")
}
