//! When the files were written, and whether that fits: one run takes minutes, its packing list comes last (Q195804).

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, LostTimes, QueueKind, ZONE_TOLERANCE},
    base::{Timestamp, counted},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    formats::dapi_csv,
};

/// Seconds by which a file may be newer than the list: FAT counts in steps of two, and closing takes a while.
const SLOW_CLOSE: i64 = 120;
/// Seconds without a new message after which a queue seems cut off.
const WEEK: i64 = 7 * 86_400;

declare_rule! {
    /// Collected files are newer than the packing list.
    ///
    /// ## Why it matters
    /// The list closes the run. A later time means that the file was saved again afterwards, for instance after it was opened in a
    /// spreadsheet.
    ///
    /// ## What to do
    /// Ask whether the file was edited; prefer a copy that nobody touched.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls modified=1999-10-07T10:02:00Z
    /// [Files]
    /// File1=Imcobj.csv
    /// //- Imcobj.csv modified=1999-10-07T11:00:00Z
    /// Obj-Class,Directory Name
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls modified=1999-10-07T10:02:00Z
    /// [Files]
    /// File1=Imcobj.csv
    /// //- Imcobj.csv modified=1999-10-07T10:01:00Z
    /// Obj-Class,Directory Name
    /// ```
    pub static FILES_NEWER_THAN_PACKING_LIST = {
        id: "PKG038", name: "files-newer-than-packing-list", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls, Folder],
        tags: ["integrity"],
        check: Backup(files_newer_than_packing_list),
    }
}

fn files_newer_than_packing_list(backup: &Backup, findings: &mut Findings<'_>) {
    let (Some(source), Some(closed)) = (&backup.packing_list, closing_time(backup, findings)) else { return };
    let unlisted: std::collections::BTreeSet<&str> =
        source.reconciliation.iter().flat_map(|compared| &compared.unlisted).map(|file| file.path.as_str()).collect();
    let timed = backup.timed_files();
    let is_listed = |path: &str| path != source.path.as_ref() && !unlisted.contains(path);
    let newer: Vec<_> = timed.iter().filter(|(time, file)| time.seconds_since(closed) > SLOW_CLOSE && is_listed(&file.path)).collect();
    let Some((time, file)) = newer.last() else { return };
    let count = newer.len();
    findings
        .report(format!("{} newer than the packing list of {closed}; the newest is {} of {time}", files_are(count), file.path))
        .evidence(Evidence::file(source.path.as_ref()).observed(closed.to_string()).expected("the newest file"))
        .first_evidences(
            newer.iter().map(|(time, file)| Evidence::file(file.path.as_ref()).observed(time.to_string()).expected(format!("at most {closed}"))),
        );
}

fn files_are(count: usize) -> String {
    format!("{} {}", counted(count, "listed file"), if count == 1 { "is" } else { "are" })
}

/// Returns the time of the packing list, and says that nothing is decided when there is none to go by.
fn closing_time(backup: &Backup, findings: &mut Findings<'_>) -> Option<Timestamp> {
    let time = backup.collection_time();
    if time.is_none() {
        findings.undecided("file times", "the packing list has no modification time, or copying lost it (PKG040)");
    }
    time
}

declare_rule! {
    /// Collected files are spread over more than a day.
    ///
    /// ## Why it matters
    /// One run takes minutes. A wide spread means that two runs were mixed or old files were left in place: because the tool quits when
    /// Backup exists, people copy new files over an old folder. Configuration and queues of different days must not be compared.
    ///
    /// ## What to do
    /// Find out which files belong together.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg modified=1999-03-17T10:00:00Z
    /// REGEDIT4
    /// //- Mtsout/00000001 modified=1999-03-03T10:00:00Z
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg modified=1999-03-17T10:00:00Z
    /// REGEDIT4
    /// //- Mtsout/00000001 modified=1999-03-17T10:40:00Z
    /// subject: "x"
    /// ```
    pub static FILE_TIMES_SPREAD = {
        id: "PKG039", name: "file-times-spread", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["integrity", "collection"],
        check: Backup(file_times_spread),
    }
}

fn file_times_spread(backup: &Backup, findings: &mut Findings<'_>) {
    if backup.lost_times().is_some() {
        return findings.undecided("file times", "copying lost the modification times (PKG040)");
    }
    let Some(((first, oldest), (last, newest))) = backup.time_spread() else { return };
    let mut days: BTreeMap<String, usize> = BTreeMap::new();
    for (time, _) in backup.timed_files() {
        let day: String = time.to_string().chars().take(10).collect();
        *days.entry(day).or_default() += 1;
    }
    let shown: Vec<String> = days.iter().take(10).map(|(day, count)| format!("{day}: {count}")).collect();
    let more = if days.len() > 10 { format!(" and {} more days", days.len() - 10) } else { String::new() };
    findings
        .report(format!("the collected files are {} days apart (files a day: {}{more})", last.seconds_since(first) / 86_400, shown.join(", ")))
        .evidence(Evidence::file(oldest.path.as_ref()).observed(first.to_string()).expected("a time within the same hours"))
        .evidence(Evidence::file(newest.path.as_ref()).observed(last.to_string()).expected("a time within the same hours"));
}

declare_rule! {
    /// File times were lost in transfer.
    ///
    /// ## Why it matters
    /// Copying or unpacking set new times. Rules about the age and order of the files are not evaluated. The bounds (two seconds for more
    /// than 200 messages, one second for all, a year after the newest message, before 1995) are rules of thumb.
    ///
    /// ## What to do
    /// Ask for the date of the run.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n:8} repeat=5 modified=2003-05-01T12:00:00Z
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg modified=1999-10-07T10:00:00Z
    /// REGEDIT4
    /// //- Imcobj.csv modified=1999-10-07T10:00:10Z
    /// Obj-Class,Directory Name
    /// //- Mtsout/00000001 modified=1999-10-07T10:00:20Z
    /// subject: "a"
    /// //- Mtsout/00000002 modified=1999-10-07T10:00:30Z
    /// subject: "b"
    /// //- Mtsout/00000003 modified=1999-10-07T10:00:40Z
    /// subject: "c"
    /// ```
    pub static FILE_TIMES_NOT_PRESERVED = {
        id: "PKG040", name: "file-times-not-preserved", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["transfer"],
        check: Backup(file_times_not_preserved),
    }
}

fn file_times_not_preserved(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(reason) = backup.lost_times() else { return };
    let timed = backup.timed_files();
    let files = counted(timed.len(), "collected file");
    let message = match reason {
        LostTimes::AllEqual(time) => format!("all {files} have the time {time}"),
        LostTimes::Bunched(from, until) => format!("all {files} were written from {from} to {until}, too fast for so many messages"),
        LostTimes::AfterMessages { earliest, newest } => format!("the earliest file is of {earliest}, the newest message of {newest}"),
        LostTimes::BeforeExchange(path, time) => format!("{path} is of {time}, before Exchange 4.0"),
    };
    let (earliest, latest) = (timed.first(), timed.last().filter(|_| timed.len() > 1));
    findings.report(message).evidences(
        earliest
            .into_iter()
            .chain(latest)
            .map(|(time, file)| Evidence::file(file.path.as_ref()).observed(time.to_string()).expected("the time of the run")),
    );
}

declare_rule! {
    /// Directory object is younger than the rest of the collection.
    ///
    /// ## Why it matters
    /// The exported object carries a change made after the run, so Imcobj.csv was exported later than the other files. Twenty-six hours
    /// are allowed for time zones.
    ///
    /// ## What to do
    /// Collect again so that registry, profile, object and queues fit together.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls modified=1999-07-30T10:00:00Z
    /// [Files]
    /// File1=Imcobj.csv
    /// //- Imcobj.csv modified=1999-07-30T09:59:00Z
    /// Obj-Class,Directory Name,When-Changed
    /// Mail-Gateway,Internet Mail Connector (SRV1),990802120000Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls modified=1999-07-30T10:00:00Z
    /// [Files]
    /// File1=Imcobj.csv
    /// //- Imcobj.csv modified=1999-07-30T09:59:00Z
    /// Obj-Class,Directory Name,When-Changed
    /// Mail-Gateway,Internet Mail Connector (SRV1),990728120000Z
    /// ```
    pub static DIRECTORY_OBJECT_CHANGED_AFTER_COLLECTION = {
        id: "PKG041", name: "directory-object-changed-after-collection", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q180112", "Q239639"],
        needs: [ImcobjCsv, Imcfls],
        tags: ["integrity", "identity"],
        check: Backup(directory_object_changed_after_collection),
    }
}

fn directory_object_changed_after_collection(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(closed) = closing_time(backup, findings) else { return };
    let changed = backup.object_cell("When-Changed").and_then(|cell| Some((dapi_csv::utc_time(cell.text.trim())?, cell)));
    let Some((changed, cell)) = changed else {
        return findings.undecided("Imcobj.csv", "the object has no When-Changed");
    };
    if changed.seconds_since(closed) > ZONE_TOLERANCE {
        findings
            .report(format!("the object was changed at {changed}, and the packing list is of {closed}"))
            .evidence(Evidence::cell(&cell).expected(format!("a time before {closed}")))
            .evidences(backup.packing_list_file().map(Evidence::of_file));
    }
}

declare_rule! {
    /// A queued message is younger than the collection.
    ///
    /// ## Why it matters
    /// The store stamped the message after the run: a file from another collection, or the server's clock was wrong. Times that the
    /// sender's clock wrote do not count, and twenty-six hours are allowed for time zones.
    ///
    /// ## What to do
    /// Check the server clock and the origin of the file.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls modified=1999-08-01T10:00:00Z
    /// [Files]
    /// File1=Mtsout\00000001
    /// //- Mtsout/00000001 modified=1999-08-01T09:59:00Z
    /// subject: "x"
    /// prop 0x30070040: 1999-08-05T10:00:00Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls modified=1999-10-06T15:10:00Z
    /// [Files]
    /// File1=Mtsout\00000001
    /// //- Mtsout/00000001 modified=1999-10-06T15:09:00Z
    /// subject: "x"
    /// prop 0x00390040: 2001-08-05T10:00:00Z
    /// ```
    pub static MESSAGE_YOUNGER_THAN_COLLECTION = {
        id: "PKG042", name: "message-younger-than-collection", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls, Messages],
        tags: ["integrity"],
        check: Backup(message_younger_than_collection),
    }
}

fn message_younger_than_collection(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(closed) = closing_time(backup, findings) else { return };
    let younger: Vec<_> = backup
        .messages
        .iter()
        .filter_map(|message| message.facts.words.newest().map(|(time, tag)| (message, time, tag)))
        .filter(|(_, time, _)| time.seconds_since(closed) > ZONE_TOLERANCE)
        .collect();
    let Some((first, time, _)) = younger.first() else { return };
    let path = |file: usize| backup.files.get(file).map_or("", |file| file.path.as_ref());
    let more = if younger.len() > 1 { format!("; {} messages are younger", younger.len()) } else { String::new() };
    let finding = findings.report(format!("{} was stamped at {time}, and the packing list is of {closed}{more}", path(first.file)));
    finding.first_evidences(younger.iter().map(|(message, time, tag)| {
        let locator = Locator::Property { object: "envelope or mail".into(), tag: *tag };
        Evidence::new(path(message.file), locator).observed(time.to_string()).expected(format!("a time before {closed}"))
    }));
    for (message, _, _) in &younger {
        finding.affects(backup.queues.get(message.queue).map_or("", |queue| queue.name.as_str()), 1);
    }
}

declare_rule! {
    /// The newest queued mail is much older than the collection.
    ///
    /// ## Why it matters
    /// Either nothing has arrived for a week, so that the connector was already cut off, or old files were collected again. The tool
    /// itself stops mail from being routed to the connector until the service is started again.
    ///
    /// ## What to do
    /// Ask when the service stopped and whether IMCSAVE was run before.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls modified=1999-06-20T10:00:00Z
    /// [Files]
    /// File1=Mtsout\00000001
    /// //- Mtsout/{n:8} repeat=3
    /// subject: "x"
    /// prop 0x30070040: 1999-06-01T10:00:00Z
    /// envelope:
    ///   prop 0x30070040: 1999-06-01T10:00:00Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls modified=1999-06-01T11:00:00Z
    /// [Files]
    /// File1=Mtsout\00000001
    /// //- Mtsout/{n:8} repeat=3
    /// subject: "x"
    /// prop 0x30070040: 1999-06-01T10:00:00Z
    /// envelope:
    ///   prop 0x30070040: 1999-06-01T10:00:00Z
    /// ```
    pub static STALE_COLLECTION = {
        id: "PKG043", name: "stale-collection", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls, Messages],
        tags: ["collection", "queue"],
        check: Backup(stale_collection),
    }
}

fn stale_collection(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(closed) = closing_time(backup, findings) else { return };
    let queues = [QueueKind::MtsIn, QueueKind::MtsOut, QueueKind::Work];
    let newest = queues.iter().filter_map(|kind| Some((*kind, backup.items(*kind).filter_map(|item| item.facts.words.creation()).max()?)));
    let newest: Vec<(QueueKind, Timestamp)> = newest.collect();
    let Some(latest) = newest.iter().map(|(_, time)| *time).max() else { return };
    let age = closed.seconds_since(latest);
    if backup.messages.len() < 3 || age <= WEEK {
        return;
    }
    let shown: Vec<String> = newest.iter().map(|(kind, time)| format!("{kind} {time}")).collect();
    findings
        .report(format!("the newest message came {} days before the packing list of {closed} ({})", age / 86_400, shown.join(", ")))
        .evidences(newest.iter().map(|(kind, time)| {
            let folder = backup.queues.iter().find(|queue| queue.kind == Some(*kind)).map_or(kind.folder(), |queue| queue.folder.as_ref());
            Evidence::folder(folder).observed(format!("newest message of {time}")).expected("mail of the last days")
        }))
        .evidences(backup.packing_list_file().map(Evidence::of_file));
}
