//! Whole reports of 2,000 messages in memory, and their stages: reading without rules, the rules of one item and of the whole Backup, each
//! writer, filters and orders over 100,000 messages.

use std::{iter, sync::LazyLock};

use divan::{Bencher, black_box, counter::ItemsCount};
use imcscan::{
    backup::{Item, ItemPlace, QueueKind},
    base::Limits,
    diagnostics::{self, Hits, Settings},
    formats::tnef,
    output::{csv, json, text},
    query::{Filter, MessageTable, Selection, Sort},
    report::Report,
    rules::CATALOGUE,
    scan::{Entry, EntryKind, EvidencePath, place_in_memory, read_memory},
    testing::{
        fixture::{FixtureFile, compile},
        report_of,
    },
};

/// One half went out, the other came in, with two hops in the headers.
const MESSAGES: &str = "//- Mtsout/{n:8}.TNF repeat=1000\n\
    subject: \"Quarterly figures {n}\"\nto: SMTP:joe@partner.example\nbody: \"Please find the figures of week {n} below. {x*400}\"\n\
    //- Mtsin/{n:8}.TNF repeat=1000\n\
    subject: \"Quarterly figures {n}\"\nfrom: SMTP:joe@partner.example\nbody: \"Please find the figures of week {n} below. {x*400}\"\n\
    header: Received: from relay.partner.example by MAIL1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)\n  id R{n}; Wed, 6 Oct 1999 14:00:00 -0000\n\
    header: Received: from pc.partner.example (pc [192.0.2.9]) by relay.partner.example; Wed, 6 Oct 1999 14:00:00 -0000\n\
    header: Message-ID: <{n}@partner.example>\nheader: From: Joe <joe@partner.example>\nheader: To: ann@northwind.example\n\
    header: Subject: Quarterly figures {n}\nheader: MIME-Version: 1.0\nheader: Content-Type: text/plain; charset=\"us-ascii\"\n";
const MANY: usize = 100_000;

static FILES: LazyLock<Vec<FixtureFile>> = LazyLock::new(|| compile(MESSAGES).unwrap_or_default());
static REPORT: LazyLock<Report> = LazyLock::new(|| report_of(&FILES));
static TABLE: LazyLock<MessageTable> = LazyLock::new(|| MessageTable::new(&REPORT.backup, &REPORT.findings));

fn main() {
    assert_eq!(REPORT.backup.messages.len(), 2000, "the fixture makes the messages that the figures are of");
    divan::main();
}

#[divan::bench(sample_count = 10)]
fn report_of_2000_messages(bencher: Bencher<'_, '_>) {
    bencher.bench(|| report_of(black_box(&FILES)).findings.len());
}

#[divan::bench(sample_count = 10)]
fn read_and_assemble_2000_messages_without_rules(bencher: Bencher<'_, '_>) {
    let entry = |file: &FixtureFile| (Entry::new(EvidencePath::new(&file.path), EntryKind::File, file.bytes.len() as u64), file.bytes.clone());
    let files: Vec<(Entry, Vec<u8>)> = FILES.iter().map(entry).collect();
    let listing: Vec<Entry> = files.iter().map(|(entry, _)| entry.clone()).collect();
    let limits = Limits::default();
    bencher
        .with_inputs(|| place_in_memory(&listing).place)
        .bench_values(|place| read_memory(place, black_box(&files), (&limits, &|_| ())).messages.len());
}

/// The rules of one item, 2,000 times; each time nothing about it is known yet.
#[divan::bench(sample_count = 10)]
fn item_rules_over_2000_messages(bencher: Bencher<'_, '_>) {
    let (limits, settings) = (Limits::default(), Settings::default());
    let decoded: Vec<_> = FILES.iter().map(|file| (file, tnef::decode(&file.bytes, &limits).value)).collect();
    bencher.bench(|| {
        let hits = Hits::default();
        for (file, message) in &decoded {
            let queue_kind = file.path.split_once('/').and_then(|(folder, _)| QueueKind::of_folder(folder));
            let place = ItemPlace { path: &file.path, queue: "MTS", queue_kind, ..ItemPlace::NOWHERE };
            hits.judge(CATALOGUE, &settings, &Item::new(place, black_box(message), &limits));
        }
        hits
    });
}

#[divan::bench(sample_count = 20)]
fn backup_rules_over_2000_messages(bencher: Bencher<'_, '_>) {
    bencher.bench(|| diagnostics::run(CATALOGUE, &Settings::default(), black_box(&REPORT.backup), Hits::default()).findings.len());
}

#[divan::bench(sample_count = 20)]
fn json_of_2000_messages(bencher: Bencher<'_, '_>) {
    bencher.bench(|| {
        let mut out = Vec::new();
        let written = json::write(black_box(&REPORT), &mut out);
        (written.is_ok(), out.len())
    });
}

#[divan::bench(sample_count = 20)]
fn text_of_2000_messages(bencher: Bencher<'_, '_>) {
    bencher.bench(|| {
        let mut out = Vec::new();
        let written = text::write(black_box(&REPORT), text::Style { width: 100, color: false }, &mut out);
        (written.is_ok(), out.len())
    });
}

#[divan::bench(sample_count = 20)]
fn csv_of_2000_messages(bencher: Bencher<'_, '_>) {
    let chosen: Vec<usize> = (0..TABLE.rows.len()).collect();
    let (backup, findings) = (&REPORT.backup, REPORT.findings.as_slice());
    let selection = Selection { backup, findings, table: &TABLE, chosen: &chosen, passed: chosen.len(), limits: &REPORT.settings.limits };
    bencher.bench(|| {
        let mut out = Vec::new();
        let written = csv::write_messages(black_box(selection), &mut out);
        (written.is_ok(), out.len())
    });
}

#[divan::bench(sample_count = 10)]
fn rows_of_2000_messages(bencher: Bencher<'_, '_>) {
    bencher.bench(|| MessageTable::new(black_box(&REPORT.backup), &REPORT.findings).rows.len());
}

/// The rows of 2,000 messages over and over.
fn many_rows() -> MessageTable {
    let mut table = TABLE.clone();
    table.rows = iter::repeat_n(&TABLE.rows, MANY / 2000).flatten().cloned().collect();
    table
}

#[divan::bench(sample_count = 10, args = ["queue:out", "price", "from:@partner.example", "subject:/figures \\d+9/", "severity:>=error"])]
fn filter_rows_of_100000_messages(bencher: Bencher<'_, '_>, filter: &str) {
    let table = many_rows();
    let Ok(filter) = Filter::parse(filter) else { return };
    let bound = filter.bind(&table, &REPORT.backup);
    bencher.counter(ItemsCount::new(MANY)).bench(|| {
        let passes = |index: &usize| bound.passes(black_box(*index), &|_| None);
        (0..REPORT.backup.messages.len()).cycle().take(MANY).filter(passes).count()
    });
}

#[divan::bench(sample_count = 10, args = ["size", "-date", "subject", "from", "-severity"])]
fn sort_rows_of_100000_messages(bencher: Bencher<'_, '_>, order: &str) {
    let table = many_rows();
    let Some(order) = Sort::parse(order) else { return };
    bencher.counter(ItemsCount::new(MANY)).with_inputs(|| (0..MANY).collect::<Vec<usize>>()).bench_refs(|indexes| order.order(&table, indexes));
}
