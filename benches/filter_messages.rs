//! How long filters and orders take over many messages: `cargo run --release --features testing --example filter_messages -- [MESSAGES]`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench that cannot measure has to fail, and one that can has to say what")]

use std::{env, iter, time::Instant};

use imcscan::{
    query::{Filter, MessageTable, Sort},
    testing::report_of_fixture,
};

const FILTERS: [&str; 14] = [
    "queue:out",
    "price",
    "from:@contoso.com",
    "to:(joe or ann) -has:attachment",
    "subject:/invoice \\d+/",
    "attach:*.exe",
    "size:>1M date:1999-03..",
    "domain:example",
    "rule:MSG143",
    "severity:>=error",
    "not (queue:in or is:damaged) price or hello",
    "header:/^x-mailer:.*bat/",
    "header:relay",
    "/a.*e.*i.*o/",
];

/// Messages of which all others are copies.
const DIFFERENT: usize = 200;

fn main() {
    let wanted: usize = env::args().nth(1).and_then(|number| number.parse().ok()).unwrap_or(100_000);
    let text = format!(
        "//- Mtsout/{{n}} repeat={half}\nsubject: \"Price list {{n}} of the week\"\nfrom: \"Joe Doe\" SMTP:joe@inside.example\nto: \"Ann Ray\" SMTP:ann{{n}}@contoso.com\ncc: \"Bob\" SMTP:bob@other.example\nattach: figures{{n}}.xls 3 bytes\n//- Mtsin/{{n}} repeat={half}\nsubject: \"RE: %s%s hello {{n}}\"\nheader: Received: from relay.example by MAIL1 with SMTP; Wed, 6 Oct 1999 14:01:02 +0000\nheader: X-Mailer: The Bat! (v1.{{n}})\n",
        half = DIFFERENT / 2
    );
    let mut report = report_of_fixture(&text).unwrap();
    let messages = report.backup.messages.clone();
    let started = Instant::now();
    let mut table = MessageTable::new(&report.backup, &report.findings);
    println!("{:9.1?} a row", started.elapsed() / u32::try_from(table.rows.len()).unwrap());
    report.backup.messages = messages.iter().cycle().take(wanted).cloned().collect();
    table.rows = iter::repeat_n(table.rows, wanted / DIFFERENT + 1).flatten().take(wanted).collect();
    for text in FILTERS {
        let filter = Filter::parse(text).unwrap();
        let started = Instant::now();
        let passed = filter.bind(&table, &report.backup).messages(&|_| None).len();
        println!("{:9.1?} {passed:7} of {wanted} {text}", started.elapsed());
    }
    for name in ["size", "-date", "subject", "from", "-severity"] {
        let mut indexes: Vec<usize> = (0..wanted).collect();
        let started = Instant::now();
        Sort::parse(name).unwrap().order(&table, &mut indexes);
        println!("{:9.1?} sorted by {name}", started.elapsed());
    }
}
