//! Mailboxes that the Mailbox Migration Utility did not move (Q177776).

use crate::{
    backup::{
        Backup,
        migration::{Attempt, Migration, newest},
    },
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::result;

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
    let failed = Migration::of(&backup.siblings).failed();
    let Some(first) = failed.first() else { return };
    findings
        .report(format!(
            "{} failed and not migrated since; the first is '{}': {}",
            counted(failed.len(), "mailbox"),
            first.line.name.value,
            first.line.message.value
        ))
        .first_evidences(failed.iter().map(proof));
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
    let mut half = Migration::of(&backup.siblings).failed();
    half.retain(|attempt| attempt.line.message.value.to_lowercase().contains("copying"));
    let Some(first) = half.first() else { return };
    findings
        .report(format!("{} stopped while messages were copied; the first is '{}'", counted(half.len(), "migration"), first.line.name.value))
        .first_evidences(half.iter().map(|attempt| result(attempt).expected("SUCCESS")));
}

declare_rule! {
    /// Mailbox failed again on a retry.
    ///
    /// ## Why it matters
    /// The utility refuses a destination whose Inbox already holds a message. After a first try that got half way, every rerun
    /// fails for that reason, whatever the cause of the first failure was.
    ///
    /// ## What to do
    /// Empty the destination Inbox, then run the utility again for this mailbox.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.log
    /// FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:09:10
    /// FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Inbox not empty,5/10/96 11:02:00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.log
    /// FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:09:10
    /// SUCCESS,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 11:02:00
    /// ```
    /// ```backup
    /// //- pilot.log
    /// FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:09:10
    /// FAILURE,John Doe,JohnD,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 11:02:00
    /// ```
    pub static FAILED_AGAIN_AFTER_FIRST_FAILURE = {
        id: "MIG013", name: "failed-again-after-first-failure", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateLog],
        tags: ["migration"],
        check: Backup(failed_again_after_first_failure),
    }
}

fn failed_again_after_first_failure(backup: &Backup, findings: &mut Findings<'_>) {
    for mut lines in Migration::of(&backup.siblings).by_user() {
        let failures = lines.iter().filter(|attempt| !attempt.is_success()).count();
        let Some(last) = newest(&lines).filter(|last| failures > 1 && !last.is_success()) else { continue };
        lines.sort_by_key(|attempt| attempt.line.time);
        findings
            .report(format!(
                "'{}' ({}) failed {failures} times, last on {}: {}",
                last.line.name.value, last.line.alias.value, last.line.time_text.value, last.line.message.value
            ))
            .group(format!("{:?}", last.user()))
            .first_evidences(lines.iter().map(|attempt| result(attempt).expected("one failure at most, then SUCCESS")));
    }
}

fn proof(attempt: &Attempt<'_>) -> Evidence {
    result(attempt).expected("a later line SUCCESS for this mailbox")
}
