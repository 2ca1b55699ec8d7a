//! Whole reports of 2,000 messages in memory, and their parts: the rules over the whole Backup, the JSON writer.

use std::sync::LazyLock;

use divan::{Bencher, black_box};
use imcscan::{
    diagnostics::{self, Hits, Settings},
    output::json,
    report::Report,
    rules::CATALOGUE,
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

static FILES: LazyLock<Vec<FixtureFile>> = LazyLock::new(|| compile(MESSAGES).unwrap_or_default());
static REPORT: LazyLock<Report> = LazyLock::new(|| report_of(&FILES));

fn main() {
    assert_eq!(REPORT.backup.messages.len(), 2000, "the fixture makes the messages that the figures are of");
    divan::main();
}

#[divan::bench(sample_count = 10)]
fn report_of_2000_messages(bencher: Bencher<'_, '_>) {
    bencher.bench(|| report_of(black_box(&FILES)).findings.len());
}

#[divan::bench(sample_count = 20)]
fn rules_over_2000_messages(bencher: Bencher<'_, '_>) {
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
