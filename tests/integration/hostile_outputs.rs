//! Every source with hostile text in every field, through every output: nothing that an output may not hold gets through, and a program gets
//! every text to the letter.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use imcscan::{
    backup::{SingleFile, retry_list},
    base::{Limits, Sha256Digest, caught},
    output::{csv, hex, json, text},
    query::{MessageTable, Selection},
    report::Report,
    testing::{fixture::FixtureFile, report_of},
    tui::{
        action::Action,
        app::{App, Effect},
        draw::draw,
        opened::Opened,
        reader::{Done, Event},
        target::Screen,
        theme::Theme,
    },
};
use ratatui::{Terminal, backend::TestBackend};
use serde_json::Value;

use crate::{
    hostile_sources::{Planter, files},
    payloads::{computes_nothing, is_readable, is_safe_json, is_visible, payloads},
};

/// A judged Backup and its files.
struct Case {
    report: Arc<Report>,
    table: Arc<MessageTable>,
    done: Done,
    files: Vec<FixtureFile>,
}

/// What must hold for the text of an output.
type Promise = fn(&str, &str);
/// Writes the documents of an output.
type Output = fn(&Case) -> Vec<Vec<u8>>;

const OUTPUTS: [(&str, Promise, Output); 16] = [
    ("report text", is_readable, |case| wide_and_narrow(|style, out| text::write(&case.report, style, out))),
    ("report json", is_safe_json, |case| written(|out| json::write(&case.report, out))),
    ("report ndjson", is_safe_json, |case| written(|out| json::write_lines(&case.report, out))),
    ("messages text", is_readable, |case| {
        let messages = case.messages();
        wide_and_narrow(|style, out| text::write_messages(case.selection(&messages), style, out))
    }),
    ("messages json", is_safe_json, |case| written(|out| json::write_messages(case.selection(&case.messages()), out))),
    ("messages ndjson", is_safe_json, |case| written(|out| json::write_message_lines(case.selection(&case.messages()), out))),
    ("messages csv", computes_nothing, |case| written(|out| csv::write_messages(case.selection(&case.messages()), out))),
    ("findings text", is_readable, |case| {
        let findings = case.findings();
        wide_and_narrow(|style, out| text::write_findings(case.selection(&findings), style, out))
    }),
    ("findings json", is_safe_json, |case| written(|out| json::write_findings(case.selection(&case.findings()), out))),
    ("findings csv", computes_nothing, |case| written(|out| csv::write_findings(case.selection(&case.findings()), out))),
    ("decode text", is_readable, |case| {
        case.decoded(|file, whole, limits, out| text::write_decoded(file, whole, (limits, text::Style { width: 80, color: false }), out))
    }),
    ("decode json", is_safe_json, |case| case.decoded(|file, whole, limits, out| json::write_decoded(file, whole, limits, out))),
    ("decode hex", is_readable, |case| case.decoded(|file, _, limits, out| hex::write(file, limits, out))),
    ("migrate text", is_readable, |case| {
        let siblings = &case.report.backup.siblings;
        wide_and_narrow(|style, out| text::write_migration(siblings, (&retry_list(siblings), None), (&Limits::default(), style), out))
    }),
    ("migrate json", is_safe_json, |case| {
        let siblings = &case.report.backup.siblings;
        written(|out| json::write_migration(siblings, (&retry_list(siblings), None), &Limits::default(), out))
    }),
    ("view", is_readable, |case| vec![screens(case).into_bytes()]),
];

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    vec![out]
}

fn wide_and_narrow(write: impl Fn(text::Style, &mut Vec<u8>) -> std::io::Result<()>) -> Vec<Vec<u8>> {
    [60, 120].into_iter().flat_map(|width| written(|out| write(text::Style { width, color: false }, out))).collect()
}

impl Case {
    fn of(planter: &Planter<'_>) -> Self {
        let files = files(planter);
        let done = Done::of(report_of(&files));
        assert_eq!(done.bugs, [""; 0]);
        Self { report: Arc::clone(&done.report), table: Arc::clone(&done.table), done, files }
    }

    fn messages(&self) -> Vec<usize> {
        (0..self.report.backup.messages.len()).collect()
    }

    fn findings(&self) -> Vec<usize> {
        (0..self.report.findings.len()).collect()
    }

    fn selection<'s>(&'s self, chosen: &'s [usize]) -> Selection<'s> {
        Selection {
            backup: &self.report.backup,
            findings: &self.report.findings,
            table: &self.table,
            chosen,
            passed: chosen.len(),
            limits: &self.report.settings.limits,
        }
    }

    /// Returns what `write` makes of each file by itself.
    fn decoded(&self, write: impl Fn(&SingleFile<'_>, (u64, Option<Sha256Digest>), &Limits, &mut Vec<u8>) -> std::io::Result<()>) -> Vec<Vec<u8>> {
        let limits = Limits::default();
        let one = |file: &FixtureFile| {
            let single = SingleFile::read(&file.path, &file.bytes, &limits);
            written(|out| write(&single, (file.bytes.len() as u64, Some(Sha256Digest::of(&file.bytes))), &limits, out)).remove(0)
        };
        self.files.iter().map(one).collect()
    }
}

/// Returns what the view draws: each screen at its begin, further down and at its end, and one message with all its tabs.
fn screens(case: &Case) -> String {
    let mut app = App::new("Backup", (100, 30), Theme::Dark);
    app.take(Event::Done(Box::new(case.done.clone())));
    let mut terminal = Terminal::new(TestBackend::new(100, 30)).unwrap();
    let mut shown = String::new();
    let mut act = |app: &mut App, action: Action| {
        app.update(action);
        for effect in std::mem::take(&mut app.effects) {
            if let Effect::Read(path) = effect {
                let file = case.files.iter().find(|file| file.path.ends_with(&path)).unwrap();
                app.take(Event::Opened(Box::new(Opened::decode(&path, &file.bytes, (Vec::new(), &Limits::default())))));
            }
        }
        terminal.draw(|frame| draw(app, frame)).unwrap();
        for cell in terminal.backend().buffer().content() {
            shown.push_str(cell.symbol());
        }
        shown.push('\n');
    };
    for screen in Screen::ALL {
        let steps = [Action::Go(screen), Action::Right, Action::Last, Action::Left, Action::Last];
        for step in steps {
            act(&mut app, step);
        }
    }
    act(&mut app, Action::Go(Screen::Messages));
    act(&mut app, Action::Open);
    for _ in 0..8 {
        for step in [Action::NextTab, Action::Right, Action::Last] {
            act(&mut app, step);
        }
    }
    shown
}

/// Adds every text of a JSON value, keys included.
fn texts(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(into.insert(text.clone())),
        Value::Array(values) => values.iter().for_each(|value| texts(value, into)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            into.insert(key.clone());
            texts(value, into);
        }),
        _ => {}
    }
}

/// Returns the fields whose texts no JSON document holds to the letter.
fn lost(planted: &BTreeMap<&'static str, String>, documents: &[Vec<u8>]) -> Vec<String> {
    let mut held = BTreeSet::new();
    for document in documents {
        texts(&serde_json::from_slice(document).unwrap(), &mut held);
    }
    let is_held = |text: &str| held.iter().any(|held| held.contains(text));
    planted.iter().filter(|(_, text)| !is_held(text)).map(|(field, _)| (*field).to_owned()).collect()
}

#[test]
fn no_raw_evidence_in_any_output_and_no_text_lost() {
    let (mut broken, mut wrong) = (Vec::new(), Vec::new());
    for (name, payload) in payloads() {
        let planter = Planter::new(&payload);
        let case = Case::of(&planter);
        let mut documents = Vec::new();
        for (output, promise, write) in &OUTPUTS {
            for bytes in write(&case) {
                let kept = caught(|| promise(&String::from_utf8(bytes.clone()).unwrap(), &format!("{name} in {output}")));
                broken.extend(kept.err());
                if matches!(*output, "report json" | "decode json" | "migrate json") {
                    documents.push(bytes);
                }
            }
        }
        let lost = lost(&planter.planted(), &documents);
        if !lost.is_empty() {
            wrong.push(format!("{name}: {}", lost.join(", ")));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(wrong.is_empty(), "not to the letter in any JSON:\n{}", wrong.join("\n"));
}

#[test]
fn a_long_subject_takes_a_few_lines_of_the_report() {
    let planter = Planter::new("x");
    let mut files = files(&planter);
    let subject = format!("100%s off %s {}", "wide 你好\u{301} ".repeat(60_000));
    let mail = imcscan::testing::Message::new("IPM.Note").prop(imcscan::mapi::PropTag(0x0037_001F), subject.as_str()).encode();
    files.iter_mut().filter(|file| file.path.contains("Mtsout/0")).for_each(|file| file.bytes.clone_from(&mail));
    let report = report_of(&files);
    let mut out = Vec::new();
    text::write(&report, text::Style { width: 80, color: false }, &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    is_readable(&page, "report");
    let longest = page.lines().map(|line| line.chars().filter(|c| *c != '\u{301}').count()).max().unwrap();
    assert!(longest <= 80 && page.contains("MSG143"), "{longest}");
    let cut: Vec<&str> = page.lines().filter(|line| line.contains("characters)")).collect();
    assert!(!cut.is_empty() && page.len() < 60_000, "{} bytes, {cut:?}", page.len());
}

#[test]
fn colours_are_the_only_escapes_of_the_report() {
    let payload = payloads().into_iter().map(|(_, text)| text).find(|text| text.starts_with("\x1b[2J")).unwrap();
    let case = Case::of(&Planter::new(&payload));
    let mut out = Vec::new();
    text::write(&case.report, text::Style { width: 80, color: true }, &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    assert!(page.contains("\x1b["));
    let mut plain = String::new();
    for part in page.split("\x1b[") {
        let parameters = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        plain.push_str(if plain.is_empty() { part } else { parameters.strip_prefix('m').unwrap_or_else(|| panic!("ESC [ {part:?}")) });
    }
    is_visible(&plain, "report");
}

#[test]
fn bytes_that_are_no_text_stay_provable() {
    let text = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\r\n\"HomeDSA\"=\"A";
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let bytes = [&[0xFF, 0xFE], wide(text).as_slice(), &[0x00, 0xD8], &wide("B\"\r\n")].concat();
    let limits = Limits::default();
    let file = SingleFile::read("Imcsvc.reg", &bytes, &limits);
    let whole = (bytes.len() as u64, Some(Sha256Digest::of(&bytes)));
    let decoded: Value = serde_json::from_slice(&written(|out| json::write_decoded(&file, whole, &limits, out)).remove(0)).unwrap();
    let value = &decoded["registry"]["keys"][0]["values"][0];
    assert_eq!((&value["data"], &decoded["sha256"]), (&"A\u{fffd}B".into(), &Sha256Digest::of(&bytes).to_string().into()));
    assert_eq!(decoded["anomalies"][0]["code"], "text-not-in-code-page");
    let place = value["offset"].as_u64().unwrap()..value["offset"].as_u64().unwrap() + value["length"].as_u64().unwrap();
    let place = usize::try_from(place.start).unwrap()..usize::try_from(place.end).unwrap();
    assert_eq!(bytes[place], [&wide("\"A"), &[0x00, 0xD8][..], &wide("B\"")].concat());
    let dump = String::from_utf8(written(|out| hex::write(&file, &limits, out)).remove(0)).unwrap();
    assert!(dump.contains("22 00 41 00 00 d8 42 00 22 00"), "{dump}");
}
