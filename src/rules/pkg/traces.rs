//! Traces of other programs: virus scanners, a directory import, the repair of the message transfer agent's database.

use crate::{
    backup::{Backup, FileRecord},
    base::{Pattern, TextFile, counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

declare_rule! {
    /// A virus scanner left its traces in the collection.
    ///
    /// ## Why it matters
    /// A scanner replaced or moved files of the collection or of the spool. Scanners that work on files there are also a documented cause
    /// of failed conversions. Which names such programs give is a rule of thumb.
    ///
    /// ## What to do
    /// Keep scanners for files away from Imcdata; get the files out of the quarantine.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/DELETED0.TXT text
    /// The file was deleted because of a virus.
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Quarantine/00000001.vir hex
    /// 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/00000001
    /// subject: "Virus warning"
    /// body: "A virus was removed."
    /// ```
    pub static SCANNER_RESIDUE = {
        id: "PKG060", name: "scanner-residue", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q230250", "Q195804"],
        needs: [Folder],
        tags: ["transfer", "integrity"],
        check: Backup(scanner_residue),
    }
}

fn scanner_residue(backup: &Backup, findings: &mut Findings<'_>) {
    let by_name = backup.files.iter().filter(|entry| is_scanner_name(entry.name()));
    let by_text = backup.queue_files().map(|(_, file)| file).filter(|file| !is_scanner_name(file.name()) && tells_of_virus(file));
    let traces: Vec<_> = by_name.chain(by_text).collect();
    if traces.is_empty() {
        return;
    }
    findings
        .report(format!("{} of a virus scanner: {}", counted(traces.len(), "trace"), enumerated(traces.iter().map(|entry| &entry.path), 5)))
        .first_evidences(traces.iter().map(|entry| first_line(entry).expected("only what the tool writes")));
}

fn first_line(entry: &FileRecord) -> Evidence {
    let text = entry.traits.text.as_ref().and_then(|text| Some((text, text.lines().find(|line| !line.text.trim().is_empty())?)));
    match text {
        Some((text, line)) => Evidence::line(&entry.path, text, line),
        None if entry.is_folder() => Evidence::folder(entry.path.as_ref()),
        None => Evidence::of_file(entry),
    }
}

fn is_scanner_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_report = |stem: &str| {
        let deleted = stem.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with("deleted");
        let spoken = stem.split("virus").skip(1).map(|rest| rest.strip_prefix([' ', '_', '-']).unwrap_or(rest));
        deleted || stem.ends_with("_removed") || spoken.into_iter().any(|rest| rest.starts_with("warning") || rest.starts_with("alert"))
    };
    let by_word = name.contains("quarantine") || name.contains("infected");
    by_word || matches!(name.rsplit_once('.'), Some((_, "vir" | "vbn"))) || name.strip_suffix(".txt").is_some_and(is_report)
}

/// A short text in place of a message that speaks of a virus and what was done about it.
fn tells_of_virus(file: &FileRecord) -> bool {
    let Some(text) = file.traits.text.as_ref().filter(|_| file.size < 2048) else { return false };
    let text = text.text.to_lowercase();
    text.contains("virus") && ["removed", "deleted", "cleaned"].iter().any(|done| text.contains(done))
}

declare_rule! {
    /// Someone tried to import the directory dump.
    ///
    /// ## Why it matters
    /// The directory import writes the lines that it refuses to a file .err in the same format, so the CSV was used for an attempt to
    /// import it.
    ///
    /// ## What to do
    /// Ask what was imported and when.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// //- Imcobj.err
    /// Obj-Class,Directory Name
    /// Mail-Gateway,Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// ```
    pub static IMPORT_ERROR_FILE_PRESENT = {
        id: "PKG063", name: "import-error-file-present", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q278154"],
        needs: [Folder],
        tags: ["integrity", "directory"],
        check: Backup(import_error_file_present),
    }
}

fn import_error_file_present(backup: &Backup, findings: &mut Findings<'_>) {
    let stem_of = |file: &FileRecord, extension: &str| {
        let (stem, other) = file.name().rsplit_once('.')?;
        (file.is_file() && other.eq_ignore_ascii_case(extension)).then(|| stem.to_lowercase())
    };
    let tables: Vec<String> = backup.top_entries().filter_map(|file| stem_of(file, "csv")).collect();
    let errors: Vec<_> = backup.top_entries().filter(|file| stem_of(file, "err").is_some_and(|stem| tables.contains(&stem))).collect();
    if errors.is_empty() {
        return;
    }
    let shown = enumerated(errors.iter().map(|file| format!("{} with {}", file.name(), lines_of(file))), 3);
    findings.report(format!("an import wrote {shown}")).evidences(errors.iter().map(|file| Evidence::of_file(file).expected("no import")));
}

fn lines_of(file: &FileRecord) -> String {
    let lines = file.traits.text.as_ref().map(|text| text.lines().len());
    lines.map_or_else(|| format!("{} line ends", file.traits.line_feeds), |lines| counted(lines, "line"))
}

declare_rule! {
    /// An Mtacheck log shows that the connector's MTA queue was rebuilt.
    ///
    /// ## Why it matters
    /// The message transfer agent keeps a queue file for each connector. If Mtacheck had to rebuild that of this connector, messages
    /// between the agent and MTS-OUT were lost or are orphaned; zero recovered objects means that nothing was saved.
    ///
    /// ## What to do
    /// Tell the customer that outbound mail of that time may be gone, and search the message tracking logs. If the log ends with serious
    /// errors, the boot files of the agent's database have to be restored.
    ///
    /// ## Fires
    /// ```backup
    /// //- mtacheck.log
    /// Queue /O=ACME/OU=WEST/CN=CONFIGURATION/CN=CONNECTIONS/CN=INTERNET MAIL
    ///  CONNECTOR (SRV1) required reconstruction.
    /// 0 objects recovered to the queue.
    /// Database clean, no errors detected.
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- mtacheck.log
    /// Checking queue /O=ACME/OU=WEST/CN=CONFIGURATION/CN=CONNECTIONS/CN=INTERNET MAIL CONNECTOR (SRV1) (id 0100004F)
    /// Database clean, no errors detected.
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    pub static MTACHECK_REBUILT_CONNECTOR_QUEUE = {
        id: "PKG603", name: "mtacheck-rebuilt-connector-queue", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q157323"],
        needs: [Folder],
        tags: ["collection", "queue", "loss"],
        check: Backup(mtacheck_rebuilt_connector_queue),
    }
}

fn mtacheck_rebuilt_connector_queue(backup: &Backup, findings: &mut Findings<'_>) {
    for file in backup.regular_files() {
        let Some(text) = &file.traits.text else { continue };
        let Some(rebuilt) = RebuiltQueue::of(text) else { continue };
        let recovered = rebuilt.recovered.map_or_else(String::new, |count| format!("; {} recovered", counted(count, "object")));
        let serious = if rebuilt.is_serious { "; the database has serious errors" } else { "" };
        let finding = findings.report(format!("{} tells that the queue {} was rebuilt{recovered}{serious}", file.path, rebuilt.queue));
        let told = text.lines().filter(|line| ["reconstruction", "objects recovered", "serious errors"].iter().any(|word| line.text.contains(word)));
        finding.evidence(Evidence::of_file(file).expected("no queue that had to be rebuilt"));
        finding.first_evidences(told.map(|line| Evidence::line(&file.path, text, line))).group(file.path.to_string());
    }
}

/// What the log says of the connector's queue.
struct RebuiltQueue {
    queue: String,
    recovered: Option<usize>,
    is_serious: bool,
}

static REBUILT: Pattern =
    Pattern::new(r"(?i)Queue\s+(/O=[^?]{1,400}?/CN=INTERNET MAIL (?:CONNECTOR|SERVICE) \([^)]{1,64}\))\s+required reconstruction");
static RECOVERED: Pattern = Pattern::new(r"(?i)([0-9]{1,9}) objects recovered to the queue");

impl RebuiltQueue {
    /// Lines are wrapped at a width, between words or within them.
    fn of(text: &TextFile) -> Option<Self> {
        if !text.text.to_ascii_lowercase().contains("queue") {
            return None;
        }
        let words = text.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let glued: String = text.lines().map(|line| line.text).collect();
        [words, glued].iter().find_map(|joined| {
            let found = REBUILT.captures(joined)?;
            let (whole, queue) = (found.get(0)?, found.get(1)?);
            let after = joined.get(whole.end()..).unwrap_or_default();
            let recovered = RECOVERED.captures(after).and_then(|found| found.get(1)?.as_str().parse().ok());
            let is_serious = joined.to_ascii_lowercase().contains("database contains serious errors");
            Some(Self { queue: queue.as_str().to_owned(), recovered, is_serious })
        })
    }
}
