//! Result lines of the Mailbox Migration Utility that cannot be read, or do not stand in the order of their times (Q177776).

use crate::{
    backup::{
        Backup,
        migration::{Attempt, Migration},
    },
    base::counted,
    declare_rule,
    diagnostics::Findings,
    formats::migrate::LogLine,
};

use super::proof::{result, unread, unread_results};

declare_rule! {
    /// Result log line cannot be read.
    ///
    /// ## Why it matters
    /// A result line has status, name, alias, two servers, message and time. Cut lines mean that the log was edited or folded by
    /// mail, or that the utility stopped in the middle. What such a line says of its user is lost.
    ///
    /// ## What to do
    /// Get the original file.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.log
    /// SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1
    /// ```
    /// ```backup
    /// //- pilot.log
    /// SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,yesterday
    /// ```
    /// ```backup
    /// //- pilot.log
    /// SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:05:00
    /// DONE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:09:10
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.log
    /// FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:09:10
    ///
    /// FAILURE,John Doe,JohnD,GW-PILOT1,GW-PROD1,Error Logging On, access denied,5/10/96 10:11:00
    /// ```
    pub static LOG_LINE_MALFORMED = {
        id: "MIG010", name: "log-line-malformed", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateLog],
        tags: ["migration"],
        check: Backup(log_line_malformed),
    }
}

fn log_line_malformed(backup: &Backup, findings: &mut Findings<'_>) {
    let lines: Vec<_> = unread_results(backup).collect();
    let Some((_, first)) = lines.first() else { return };
    findings
        .report(format!("{} cannot be read; line {}: {}", counted(lines.len(), "result line"), first.text.place.line, first.reason))
        .first_evidences(lines.iter().map(|(path, line)| unread(path, line).expected("SUCCESS or FAILURE, four fields, message, M/D/YY h:mm:ss")));
}

declare_rule! {
    /// Result times jump back.
    ///
    /// ## Why it matters
    /// Logs of several runs or machines were joined, or a clock was changed. The newest line of a user is then not the last one.
    /// Times are read as month, day, year with two digits.
    ///
    /// ## What to do
    /// Sort the lines by time before judging which line is the newest.
    ///
    /// ## Fires
    /// ```backup
    /// //- pilot.log
    /// SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:09:10
    /// SUCCESS,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Migrated No Errors,5/9/96 18:00:00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- pilot.log
    /// SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:09:10
    /// SUCCESS,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:09:10
    /// SUCCESS,Ann Ray,AnnR,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:08:30
    /// ```
    pub static LOG_TIMES_OUT_OF_ORDER = {
        id: "MIG019", name: "log-times-out-of-order", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q177776"],
        needs: [MigrateLog],
        tags: ["migration", "date"],
        check: Backup(log_times_out_of_order),
    }
}

/// Seconds that a line may lie before the one above it.
const TOLERANCE: i64 = 60;

fn log_times_out_of_order(backup: &Backup, findings: &mut Findings<'_>) {
    let attempts = Migration::of(&backup.siblings).attempts;
    let pairs = attempts.iter().zip(attempts.iter().skip(1));
    let jumps_back = |(before, after): &(&Attempt<'_>, &Attempt<'_>)| {
        before.path == after.path && seconds(before.line).zip(seconds(after.line)).is_some_and(|(before, after)| after < before - TOLERANCE)
    };
    let jumps: Vec<(&Attempt<'_>, &Attempt<'_>)> = pairs.filter(jumps_back).collect();
    let Some((before, after)) = jumps.first() else { return };
    let count = if jumps.len() == 1 { "once".to_owned() } else { format!("{} times", jumps.len()) };
    findings
        .report(format!(
            "the times of results jump back {count}: line {} says {}, line {} says {}",
            before.line.place.line, before.line.time_text.value, after.line.place.line, after.line.time_text.value
        ))
        .first_evidences(jumps.iter().flat_map(|(before, after)| {
            let since = format!("a time not before {}", before.line.time_text.value);
            [result(before).expected("a time not after that of the next line"), result(after).expected(since)]
        }));
}

fn seconds(line: &LogLine) -> Option<i64> {
    line.time.as_utc().map(crate::base::Timestamp::unix_seconds)
}
