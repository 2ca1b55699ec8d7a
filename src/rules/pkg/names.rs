//! Names and links: what Windows NT could not have written, and what a numbered row of files tells.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    backup::{Backup, EntryKind, FileRecord, Queue},
    base::{Sha256Digest, counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

declare_rule! {
    /// Link or special file in the collection.
    ///
    /// ## Why it matters
    /// The tool writes plain files and folders. A link may lead out of the evidence, so it is not followed; a FIFO or a device is not
    /// opened. What lies behind it is not part of this analysis.
    ///
    /// ## What to do
    /// Replace links by copies of the real files.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Mtsin -> /mnt/other/Mtsin
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Mtsin/
    /// ```
    pub static SYMLINK_OR_SPECIAL_FILE = {
        id: "PKG044", name: "symlink-or-special-file", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["security", "integrity"],
        check: Backup(symlink_or_special_file),
    }
}

fn symlink_or_special_file(backup: &Backup, findings: &mut Findings<'_>) {
    let odd: Vec<_> = backup.files.iter().filter(|entry| matches!(entry.entry, EntryKind::Link | EntryKind::Special)).collect();
    let Some(first) = odd.first() else { return };
    let message = match odd.len() {
        1 => format!("{} is {}", first.path, described(first)),
        many => format!("{many} entries are links or special files; the first, {}, is {}", first.path, described(first)),
    };
    findings
        .report(message)
        .first_evidences(odd.iter().map(|entry| Evidence::file(entry.path.as_ref()).observed(described(entry)).expected("a file or folder")));
}

fn described(entry: &FileRecord) -> String {
    match (entry.entry, entry.traits.link_target()) {
        (EntryKind::Link, Some(target)) => format!("a link to {target}"),
        (EntryKind::Link, None) => "a link".to_owned(),
        _ => format!("a special file ({})", entry.traits.special_kind().unwrap_or("kind unknown")),
    }
}

declare_rule! {
    /// File name that Windows NT cannot have made.
    ///
    /// ## Why it matters
    /// The name cannot exist on a file system of Windows NT, so the entry was made or renamed on another system. Even a folder called
    /// just Con, after the -save keyword, is impossible there.
    ///
    /// ## What to do
    /// Find out how the folder was copied.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Mtsout/msg:1
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    pub static NAME_ILLEGAL_ON_NT = {
        id: "PKG046", name: "name-illegal-on-nt", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["integrity", "transfer"],
        check: Backup(name_illegal_on_nt),
    }
}

fn name_illegal_on_nt(backup: &Backup, findings: &mut Findings<'_>) {
    let odd: Vec<_> = backup.files.iter().filter(|entry| is_illegal(entry.name())).collect();
    if odd.is_empty() {
        return;
    }
    findings
        .report(format!("{} that Windows NT cannot hold: {}", counted(odd.len(), "name"), enumerated(odd.iter().map(|entry| &entry.path), 5)))
        .first_evidences(
            odd.iter().map(|entry| Evidence::file(entry.path.as_ref()).observed(entry.name()).expected("a name that Windows NT allows")),
        );
}

fn is_illegal(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let is_device = match stem.as_bytes() {
        [b'C', b'O', b'M', digit] | [b'L', b'P', b'T', digit] => (b'1'..=b'9').contains(digit),
        _ => ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()),
    };
    is_device || name.ends_with(['.', ' ']) || name.chars().any(|c| c < ' ' || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*'))
}

declare_rule! {
    /// Two entries whose names differ only by letter case.
    ///
    /// ## Why it matters
    /// Windows NT could not hold both. Two copies were merged on a system that tells letter case apart; which of them belongs to this run
    /// is open.
    ///
    /// ## What to do
    /// Separate the copies; compare with the packing list.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/00000001
    /// subject: "x"
    /// //- MTSIN/00000002
    /// subject: "y"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/00000001
    /// subject: "x"
    /// //- Mtsin/00000002
    /// subject: "y"
    /// ```
    pub static NAMES_DIFFER_ONLY_BY_CASE = {
        id: "PKG047", name: "names-differ-only-by-case", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["integrity"],
        check: Backup(names_differ_only_by_case),
    }
}

fn names_differ_only_by_case(backup: &Backup, findings: &mut Findings<'_>) {
    let mut by_name: BTreeMap<(&str, String), Vec<&FileRecord>> = BTreeMap::new();
    for entry in &backup.files {
        by_name.entry((entry.folder(), entry.name().to_lowercase())).or_default().push(entry);
    }
    by_name.retain(|_, entries| entries.len() > 1);
    let Some(first) = by_name.values().next() else { return };
    let more = if by_name.len() > 1 { format!("; {} such groups in all", by_name.len()) } else { String::new() };
    findings.report(format!("{} differ by letter case only{more}", enumerated(first.iter().map(|entry| &entry.path), 3))).first_evidences(
        by_name.values().flatten().map(|entry| {
            if entry.is_folder() {
                Evidence::folder(entry.path.as_ref()).observed("a folder").expected("one of them")
            } else {
                Evidence::of_file(entry).expected("one of them")
            }
        }),
    );
}

declare_rule! {
    /// Long names were cut to the 8.3 form.
    ///
    /// ## Why it matters
    /// The copy went through a program without long names. The queue that a folder belongs to is then told by its first letters.
    ///
    /// ## What to do
    /// Nothing, if the queue is the right one.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- CONTEN~1/
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- ContentConversionFailed/
    /// ```
    pub static SHORT_NAMES_ONLY = {
        id: "PKG048", name: "short-names-only", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["transfer"],
        check: Backup(short_names_only),
    }
}

fn short_names_only(backup: &Backup, findings: &mut Findings<'_>) {
    let short: Vec<_> = backup.files.iter().filter(|entry| is_short_name(entry.name())).collect();
    if short.is_empty() {
        return;
    }
    findings
        .report(format!("{} in the 8.3 form: {}", counted(short.len(), "name"), enumerated(short.iter().map(|entry| &entry.path), 5)))
        .first_evidences(short.iter().map(|entry| Evidence::file(entry.path.as_ref()).observed(entry.name()).expected("a long name")));
}

/// One to six characters without a dot, a tilde, a digit.
fn is_short_name(name: &str) -> bool {
    let Some((begin, rest)) = name.split_once('~') else { return false };
    (1..=6).contains(&begin.chars().count()) && !begin.contains('.') && rest.starts_with(|c: char| c.is_ascii_digit())
}

declare_rule! {
    /// Numbered message files have gaps.
    ///
    /// ## Why it matters
    /// Gaps can mean that files were taken out, or that the tool skipped messages it could not save; the latter are prime suspects for
    /// what blocks the queue. Names count as numbers when they are padded with zeros or fill at least half of their range.
    ///
    /// ## What to do
    /// Ask whether files were removed; look at the queue on the server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/00000001
    /// subject: "a"
    /// //- Mtsout/00000002
    /// subject: "b"
    /// //- Mtsout/00000005
    /// subject: "c"
    /// //- Mtsout/00000006
    /// subject: "d"
    /// //- Mtsout/00000007
    /// subject: "e"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/{n:8} repeat=6
    /// subject: "a"
    /// ```
    /// ```backup
    /// //- Mtsout/W707852B
    /// subject: "a"
    /// //- Mtsout/W7078611
    /// subject: "b"
    /// //- Mtsout/W7079AB0
    /// subject: "c"
    /// //- Mtsout/W70812FF
    /// subject: "d"
    /// //- Mtsout/W70900C1
    /// subject: "e"
    /// ```
    pub static FILE_NAME_SEQUENCE_GAP = {
        id: "PKG049", name: "file-name-sequence-gap", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["integrity", "queue"],
        check: Backup(file_name_sequence_gap),
    }
}

fn file_name_sequence_gap(backup: &Backup, findings: &mut Findings<'_>) {
    for queue in backup.queues.iter().filter(|queue| queue.kind.is_some()) {
        let files: Vec<_> = backup.entries_in(&queue.folder).filter(|file| file.is_file() && !file.is_leftover()).collect();
        let names: Vec<&str> = files.iter().map(|file| file.name()).collect();
        let Some(row) = NumberedRow::of(&names) else { continue };
        let missing = row.missing(&listed_names(backup, queue));
        let Some(first) = missing.shown.first() else { continue };
        let shown = enumerated(&missing.shown, 20);
        let more = missing.count - missing.shown.len() as u64;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        findings
            .report(format!("{} of {} numbers are missing in {}: {shown}{more}", missing.count, row.range(), queue.name))
            .evidence(
                Evidence::folder(queue.folder.as_ref()).observed(format!("{} files, none of them {first}", names.len())).expected("an unbroken row"),
            )
            .group(queue.folder.to_string());
    }
}

/// Returns the names in this queue that the packing list knows; what it names and is gone is told by another rule.
fn listed_names(backup: &Backup, queue: &Queue) -> BTreeSet<String> {
    let entries = backup.packing_list.iter().flat_map(|source| &source.list.entries);
    let in_queue = entries.filter_map(|entry| entry.path.split_once('/')).filter(|(folder, _)| folder.eq_ignore_ascii_case(&queue.folder));
    in_queue.map(|(_, name)| name.to_ascii_uppercase()).collect()
}

/// Names of one pattern: a prefix, a counter of fixed width, an extension.
#[derive(Debug)]
struct NumberedRow {
    prefix: String,
    width: usize,
    radix: u32,
    extension: String,
    numbers: BTreeSet<u64>,
}

/// What lacks in a row.
#[derive(Debug)]
struct MissingNumbers {
    count: u64,
    shown: Vec<String>,
}

const SHORTEST_ROW: usize = 5;
const MOST_SHOWN: usize = 20;

impl NumberedRow {
    fn of(names: &[&str]) -> Option<Self> {
        let (first_stem, extension) = split(names.first()?);
        let prefix = first_stem.trim_end_matches(|c: char| c.is_ascii_hexdigit());
        let same = |name: &&str| {
            let (stem, other) = split(name);
            other.eq_ignore_ascii_case(extension) && stem.len() == first_stem.len() && counter(stem, prefix).is_some()
        };
        if names.len() < SHORTEST_ROW || !names.iter().all(same) {
            return None;
        }
        let counters: Vec<&str> = names.iter().filter_map(|name| counter(split(name).0, prefix)).collect();
        let radix = if counters.iter().all(|counter| counter.bytes().all(|byte| byte.is_ascii_digit())) { 10 } else { 16 };
        let numbers: BTreeSet<u64> = counters.iter().filter_map(|counter| u64::from_str_radix(counter, radix).ok()).collect();
        let row = Self { prefix: prefix.to_owned(), width: counters.first()?.len(), radix, extension: extension.to_owned(), numbers };
        let is_padded = counters.iter().all(|counter| counter.starts_with('0'));
        let is_dense = row.range() <= 2 * row.numbers.len() as u64;
        (row.numbers.len() == names.len() && (is_padded || is_dense)).then_some(row)
    }

    fn range(&self) -> u64 {
        self.numbers.last().zip(self.numbers.first()).map_or(0, |(last, first)| last - first + 1)
    }

    fn name(&self, number: u64) -> String {
        let Self { prefix, width, extension, .. } = self;
        let counter = if self.radix == 10 { format!("{number:0width$}") } else { format!("{number:0width$X}") };
        if extension.is_empty() { format!("{prefix}{counter}") } else { format!("{prefix}{counter}.{extension}") }
    }

    fn missing(&self, listed: &BTreeSet<String>) -> MissingNumbers {
        let (first, last) = (self.numbers.first().copied().unwrap_or(0), self.numbers.last().copied().unwrap_or(0));
        let of_list = listed.iter().filter_map(|name| {
            let number = u64::from_str_radix(counter(split(name).0, &self.prefix.to_ascii_uppercase())?, self.radix).ok()?;
            (first < number && number < last && !self.numbers.contains(&number)).then_some(number)
        });
        let known: BTreeSet<u64> = of_list.chain(self.numbers.iter().copied()).collect();
        let mut shown = Vec::new();
        for (low, high) in known.iter().zip(known.iter().skip(1)) {
            shown.extend((low + 1..*high).take(MOST_SHOWN - shown.len()).map(|number| self.name(number)));
        }
        MissingNumbers { count: self.range() - known.len() as u64, shown }
    }
}

fn split(name: &str) -> (&str, &str) {
    name.split_once('.').unwrap_or((name, ""))
}

/// Returns the counter behind a prefix; one of more than fifteen digits is none.
fn counter<'a>(stem: &'a str, prefix: &str) -> Option<&'a str> {
    let counter = stem.strip_prefix(prefix)?;
    let is_number = (1..=15).contains(&counter.len()) && counter.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number.then_some(counter)
}

declare_rule! {
    /// The same file lies in two queue folders.
    ///
    /// ## Why it matters
    /// Two items of the store never give the same bytes. One of the files was copied by hand.
    ///
    /// ## What to do
    /// Count the message once.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/00000004 hex
    /// 78 9F 3E 22 01 00
    /// //- Bad/00000004 hex
    /// 78 9F 3E 22 01 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/00000004
    /// subject: "x"
    /// //- Bad/00000004
    /// subject: "y"
    /// ```
    pub static IDENTICAL_FILE_IN_TWO_QUEUES = {
        id: "PKG050", name: "identical-file-in-two-queues", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["integrity"],
        check: Backup(identical_file_in_two_queues),
    }
}

fn identical_file_in_two_queues(backup: &Backup, findings: &mut Findings<'_>) {
    let mut by_digest: BTreeMap<Sha256Digest, Vec<(&Queue, &FileRecord)>> = BTreeMap::new();
    for (queue, file) in backup.queue_files().filter(|(_, file)| file.size > 0) {
        if let Some(digest) = file.sha256 {
            by_digest.entry(digest).or_default().push((queue, file));
        }
    }
    let in_two =
        |files: &[(&Queue, &FileRecord)]| files.first().is_some_and(|(first, _)| files.iter().any(|(queue, _)| queue.folder != first.folder));
    by_digest.retain(|_, files| in_two(files));
    let mut groups: Vec<_> = by_digest.into_iter().collect();
    groups.sort_by_key(|(_, files)| files.first().map(|(_, file)| file.path.clone()));
    let Some((digest, files)) = groups.first() else { return };
    let more = if groups.len() > 1 { format!("; {} messages lie in two queues", groups.len()) } else { String::new() };
    let finding = findings.report(format!(
        "{} are the same {} bytes{more}",
        enumerated(files.iter().map(|(_, file)| &file.path), 3),
        files.first().map_or(0, |(_, file)| file.size)
    ));
    finding.first_evidences(groups.iter().flat_map(|(_, files)| files).map(|(_, file)| {
        Evidence::file(file.path.as_ref())
            .observed(format!("{} bytes, SHA-256 {}", file.size, file.sha256.unwrap_or(*digest)))
            .expected("a file of its own")
    }));
    for (queue, _) in groups.iter().flat_map(|(_, files)| files) {
        finding.affects(&queue.name, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], missing: Option<&[&str]>) {
        let row = NumberedRow::of(names).map(|row| row.missing(&BTreeSet::new()).shown);
        assert_eq!(row.as_deref(), missing.map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).as_deref());
    }

    #[test]
    fn rows_may_be_decimal_or_hexadecimal() {
        check(&["01.TNF", "02.TNF", "03.TNF", "05.TNF", "06.TNF"], Some(&["04.TNF"]));
        check(&["M08", "M09", "M0A", "M0C", "M0D"], Some(&["M0B"]));
        check(&["1", "2", "3", "4"], None);
        check(&["A1B2C3D4", "00000002", "F0000003", "90000004", "80000005"], None);
        check(&["1", "2", "3", "4", "x"], None);
    }

    #[test]
    fn a_wide_gap_costs_no_time() {
        let row = NumberedRow::of(&["000000000000001", "000000000000002", "000000000000003", "000000000000004", "0FFFFFFFFFFFFFF"]).unwrap();
        let missing = row.missing(&BTreeSet::new());
        assert_eq!((missing.shown.len(), missing.count), (MOST_SHOWN, 0x00FF_FFFF_FFFF_FFFA));
    }
}
