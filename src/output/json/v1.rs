//! The wire form of the report as a whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use serde::{Serialize, Serializer, ser::SerializeSeq};
use serde_json::{Value, json};

use crate::{
    backup::{Backup, EntryKind, FileRecord, FileState, PackingListSource, PlaceNote, ProductLine, ProfileDump, Queue},
    base::Limits,
    diagnostics::{Evidence, Finding, Outcome, RuleBug, Settings, Severity, Undecided},
    formats::packing_list::Dialect,
    report::{Report, catalogue_digest},
};

use super::{
    v1_message::{AnomalyV1, ItemV1},
    v1_sources::{GatewayV1, ProfileV1, ServiceV1, SiblingsV1},
    visible::write_line,
};

/// The document.
#[derive(Serialize)]
pub(super) struct ReportV1<'a> {
    schema: &'static str,
    tool: Value,
    backup: Value,
    summary: Value,
    settings: SettingsV1<'a>,
    packing_list: PackingListV1<'a>,
    files: FilesV1<'a>,
    queues: Vec<QueueV1<'a>>,
    messages: MessagesV1<'a>,
    service: ServiceV1<'a>,
    profile: ProfileV1<'a>,
    gateway: GatewayV1<'a>,
    siblings: SiblingsV1,
    findings: Vec<FindingV1<'a>>,
    not_evaluated: Vec<NotEvaluatedV1<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bugs: Vec<BugV1<'a>>,
}

/// What the user set differently; empty when nothing is.
#[derive(Serialize)]
struct SettingsV1<'a> {
    severities: BTreeMap<&'a str, &'static str>,
    disabled: &'a BTreeSet<&'static str>,
    thresholds: &'a BTreeMap<&'static str, u32>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    limits: BTreeMap<&'static str, u64>,
}

/// Everything but folders; made and written one by one.
struct FilesV1<'a>(&'a [FileRecord]);

/// Messages are made and written one by one.
struct MessagesV1<'a>(&'a Backup);

#[derive(Serialize)]
struct PackingListV1<'a> {
    present: bool,
    path: Option<&'a str>,
    dialect: Option<&'a str>,
    understood: bool,
    entries: usize,
    missing: Vec<&'a str>,
    unlisted: Vec<&'a str>,
    size_mismatch: Vec<&'a str>,
    duplicates: Vec<&'a str>,
    case_differs: Vec<&'a str>,
    anomalies: Vec<AnomalyV1<'a>>,
}

#[derive(Serialize)]
struct FileV1<'a> {
    path: &'a str,
    kind: &'static str,
    state: &'static str,
    size: u64,
    sha256: Option<String>,
    modified: Option<String>,
    anomalies: Vec<AnomalyV1<'a>>,
}

#[derive(Serialize)]
struct QueueV1<'a> {
    name: &'a str,
    folder: &'a str,
    messages: usize,
    bytes: u64,
    oldest: Option<String>,
    newest: Option<String>,
}

/// A finding.
#[derive(Serialize)]
pub(super) struct FindingV1<'a> {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    certainty: &'static str,
    title: &'static str,
    message: &'a str,
    kb: &'static [&'static str],
    remedy: String,
    evidence: Vec<EvidenceV1<'a>>,
    affects: AffectsV1<'a>,
}

#[derive(Serialize)]
struct EvidenceV1<'a> {
    file: &'a str,
    locator: String,
    offset: Option<u64>,
    length: Option<u64>,
    observed: &'a str,
    expected: &'a str,
}

#[derive(Serialize)]
struct AffectsV1<'a> {
    messages: usize,
    queues: Vec<&'a str>,
}

/// A rule that failed by a bug of this program.
#[derive(Serialize)]
struct BugV1<'a> {
    rule: &'static str,
    file: Option<&'a str>,
    text: &'a str,
}

#[derive(Serialize)]
struct NotEvaluatedV1<'a> {
    code: &'static str,
    needs: &'a [String],
    reason: &'a str,
}

impl<'a> ReportV1<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let Report { backup, findings, outcomes, settings, bugs } = report;
        Self {
            schema: "imcscan.report/1",
            tool: tool(report),
            backup: backup_facts(backup),
            summary: summary(report),
            settings: SettingsV1::from(settings),
            packing_list: PackingListV1::new(backup.packing_list.as_ref()),
            files: FilesV1(&backup.files),
            queues: backup.queues.iter().map(QueueV1::from).collect(),
            messages: MessagesV1(backup),
            service: ServiceV1::new(backup.service.as_ref()),
            profile: ProfileV1::new(backup.profile.as_ref()),
            gateway: GatewayV1::new(backup.gateway.as_ref()),
            siblings: SiblingsV1::new(&backup.siblings),
            findings: findings.iter().map(FindingV1::from).collect(),
            not_evaluated: outcomes.iter().filter_map(|(rule, outcome)| not_evaluated(rule.meta.code, outcome)).collect(),
            bugs: bugs.iter().map(BugV1::from).collect(),
        }
    }
}

impl<'a> FilesV1<'a> {
    fn each(&self) -> impl Iterator<Item = FileV1<'a>> {
        self.0.iter().filter(|file| file.entry != EntryKind::Folder).map(FileV1::from)
    }
}

impl Serialize for FilesV1<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.each())
    }
}

impl Serialize for MessagesV1<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut items = serializer.serialize_seq(Some(self.0.messages.len()))?;
        for record in &self.0.messages {
            items.serialize_element(&ItemV1::new(self.0, record, &record.shell.record()))?;
        }
        items.end()
    }
}

/// Writes the objects of the report one a line.
pub(super) fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let ReportV1 {
        schema,
        tool,
        backup,
        summary,
        settings,
        packing_list,
        files,
        queues,
        messages: MessagesV1(records),
        service,
        profile,
        gateway,
        siblings,
        findings,
        not_evaluated,
        bugs,
    } = ReportV1::new(report);
    line(out, "report", &json!({ "schema": schema, "tool": tool, "backup": backup, "summary": summary, "settings": settings }))?;
    line(out, "packing_list", &packing_list)?;
    files.each().try_for_each(|file| line(out, "file", &file))?;
    queues.iter().try_for_each(|queue| line(out, "queue", queue))?;
    records.messages.iter().try_for_each(|record| line(out, "message", &ItemV1::new(records, record, &record.shell.record())))?;
    line(out, "service", &service)?;
    line(out, "profile", &profile)?;
    line(out, "gateway", &gateway)?;
    line(out, "siblings", &siblings)?;
    findings.iter().try_for_each(|finding| line(out, "finding", finding))?;
    not_evaluated.iter().try_for_each(|rule| line(out, "not_evaluated", rule))?;
    bugs.iter().try_for_each(|bug| line(out, "bug", bug))
}

/// One object with its type in front.
#[derive(Serialize)]
struct LineV1<'a, T> {
    r#type: &'static str,
    #[serde(flatten)]
    object: &'a T,
}

/// Writes one object with its type on a line of its own.
pub(super) fn line<T: Serialize>(out: &mut dyn Write, kind: &'static str, object: &T) -> io::Result<()> {
    write_line(out, &LineV1 { r#type: kind, object })
}

fn tool(report: &Report) -> Value {
    let rules: Vec<_> = report.outcomes.iter().map(|(rule, _)| *rule).collect();
    json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules.len(),
        "rules_sha256": catalogue_digest(&rules).to_string(),
    })
}

fn backup_facts(backup: &Backup) -> Value {
    let version = backup.version.as_ref();
    let files = backup.files.iter().filter(|file| file.is_file());
    let mut facts = json!({
        "path": backup.place.given,
        "root": backup.place.below,
        "archive": backup.place.archive,
        "server": backup.identity.server.as_ref().map(|fact| &fact.name),
        "server_source": backup.identity.server.as_ref().map(|fact| fact.place),
        "organization": backup.identity.organization.as_ref().map(|fact| &fact.name),
        "site": backup.identity.site.as_ref().map(|fact| &fact.name),
        "version": version.and_then(|version| version.line).map(ProductLine::name),
        "build": version.and_then(|version| version.build).map(|build| build.to_string()),
        "service_pack": version.and_then(|version| version.service_pack),
        "build_source": version.map(|version| &version.source),
        "items": backup.collected_items(),
        "profile_exists": backup.profile.as_ref().map(ProfileDump::has_connector_profile),
        "files": files.clone().count(),
        "bytes": files.map(|file| file.size).sum::<u64>(),
        "manifest_sha256": backup.manifest.to_string(),
    });
    if let Some(facts) = facts.as_object_mut().filter(|_| !backup.place.notes.is_empty()) {
        let note = |note: &PlaceNote| json!({ "path": note.path, "code": note.anomaly.code, "text": note.anomaly.text });
        facts.insert("notes".to_owned(), backup.place.notes.iter().map(note).collect());
    }
    facts
}

fn summary(report: &Report) -> Value {
    let (fired, passed, not_evaluated) = report.rule_counts();
    let findings: serde_json::Map<_, _> = Severity::all().iter().map(|&level| (level.name().to_owned(), report.findings_of(level).into())).collect();
    json!({
        "findings": findings,
        "rules": { "fired": fired, "passed": passed, "not_evaluated": not_evaluated },
        "messages": report.backup.messages.len(),
        "damaged_messages": report.damaged_messages(),
    })
}

fn not_evaluated<'a>(code: &'static str, outcome: &'a Outcome) -> Option<NotEvaluatedV1<'a>> {
    match outcome {
        Outcome::NotEvaluated(Undecided { needs, reason }) => Some(NotEvaluatedV1 { code, needs, reason }),
        Outcome::Fired | Outcome::Passed => None,
    }
}

impl<'a> PackingListV1<'a> {
    fn new(source: Option<&'a PackingListSource>) -> Self {
        let Some(PackingListSource { path, list, reconciliation, anomalies }) = source else { return Self::absent() };
        let reconciliation = reconciliation.as_ref();
        Self {
            present: true,
            path: Some(path),
            dialect: list.dialect.map(Dialect::name),
            understood: list.is_understood(),
            entries: list.entries.len(),
            missing: paths(reconciliation.map(|found| found.missing.iter().map(|missing| missing.path.as_str()))),
            unlisted: paths(reconciliation.map(|found| found.unlisted.iter().map(|unlisted| unlisted.path.as_str()))),
            size_mismatch: paths(reconciliation.map(|found| found.size_mismatch.iter().map(|mismatch| mismatch.path.as_str()))),
            duplicates: paths(reconciliation.map(|found| found.duplicates.iter().map(|duplicate| duplicate.path.as_str()))),
            case_differs: paths(reconciliation.map(|found| found.case_differs.iter().map(|difference| difference.path.as_str()))),
            anomalies: anomalies.iter().map(AnomalyV1::from).collect(),
        }
    }

    fn absent() -> Self {
        let none = Vec::new;
        Self {
            present: false,
            path: None,
            dialect: None,
            understood: false,
            entries: 0,
            missing: none(),
            unlisted: none(),
            size_mismatch: none(),
            duplicates: none(),
            case_differs: none(),
            anomalies: Vec::new(),
        }
    }
}

fn paths<'a>(paths: Option<impl Iterator<Item = &'a str>>) -> Vec<&'a str> {
    paths.into_iter().flatten().collect()
}

impl<'a> From<&'a FileRecord> for FileV1<'a> {
    fn from(file: &'a FileRecord) -> Self {
        let FileRecord { path, entry: _, kind, state, size, sha256, modified, is_read_only: _, anomalies, traits: _, content: _ } = file;
        Self {
            path,
            kind: kind.wire_name(),
            state: state_name(*state),
            size: *size,
            sha256: sha256.map(|digest| digest.to_string()),
            modified: modified.map(|time| time.to_string()),
            anomalies: anomalies.iter().map(AnomalyV1::from).collect(),
        }
    }
}

fn state_name(state: FileState) -> &'static str {
    match state {
        FileState::Read => "read",
        FileState::PartlyRead => "partly_read",
        FileState::Unreadable => "unreadable",
        FileState::NotUnderstood => "not_understood",
    }
}

impl<'a> From<&'a Queue> for QueueV1<'a> {
    fn from(queue: &'a Queue) -> Self {
        let Queue { kind: _, name, folder, messages, bytes, arrivals } = queue;
        Self {
            name,
            folder,
            messages: *messages,
            bytes: *bytes,
            oldest: arrivals.map(|(oldest, _)| oldest.to_string()),
            newest: arrivals.map(|(_, newest)| newest.to_string()),
        }
    }
}

/// Returns the limits that are not at their default.
pub(super) fn changed_limits(limits: &Limits) -> BTreeMap<&'static str, u64> {
    limits.changed().map(|(limit, value)| (limit.name, value)).collect()
}

impl<'a> From<&'a Settings> for SettingsV1<'a> {
    fn from(settings: &'a Settings) -> Self {
        let Settings { severities, disabled, thresholds, limits } = settings;
        Self {
            severities: severities.iter().map(|(code, severity)| (*code, severity.name())).collect(),
            disabled,
            thresholds,
            limits: changed_limits(limits),
        }
    }
}

impl<'a> From<&'a RuleBug> for BugV1<'a> {
    fn from(bug: &'a RuleBug) -> Self {
        let RuleBug { rule, file, text } = bug;
        Self { rule, file: file.as_deref(), text }
    }
}

impl<'a> From<&'a Finding> for FindingV1<'a> {
    fn from(finding: &'a Finding) -> Self {
        let Finding { rule, severity, certainty, message, evidence, affected, group: _, if_exposed: _, gate: _ } = finding;
        Self {
            code: rule.code,
            name: rule.name,
            severity: severity.name(),
            certainty: certainty.name(),
            title: rule.title(),
            message,
            kb: rule.kb,
            remedy: rule.documentation().section("What to do"),
            evidence: evidence.iter().map(EvidenceV1::from).collect(),
            affects: AffectsV1 { messages: affected.messages, queues: affected.queues.iter().map(String::as_str).collect() },
        }
    }
}

impl<'a> From<&'a Evidence> for EvidenceV1<'a> {
    fn from(evidence: &'a Evidence) -> Self {
        let Evidence { file, locator, span, observed, expected } = evidence;
        Self {
            file,
            locator: locator.to_string(),
            offset: span.as_ref().map(|span| span.start),
            length: span.as_ref().map(|span| span.end - span.start),
            observed,
            expected,
        }
    }
}
