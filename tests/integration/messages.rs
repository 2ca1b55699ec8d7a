//! `imcscan messages` and `imcscan findings`: what a filter finds through the real program, in every form, and the filter language itself
//! under texts that nobody would write.

use std::{collections::BTreeSet, fs};

use imcscan::{
    query::{FIELDS, Filter, MessageTable, Problem, Sort},
    testing::report_of_fixture,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::common::{Imcscan, Ran, project, scratch, traces};

fn messages(name: &str) -> Imcscan {
    Imcscan::new().arg("messages").arg(project("testdata/backups").join(name))
}

/// Returns the file names of the messages that a filter finds in the sample `troubled`.
#[track_caller]
fn found(filter: &str) -> Vec<String> {
    let list = messages("troubled").args("--format json --where").arg(filter).run().ends_with(0).json();
    let found = list["messages"].as_array().unwrap();
    assert_eq!(list["passed"], found.len(), "{filter}");
    found.iter().map(|message| message["path"].as_str().unwrap().replace(".TNF", "").replace("0000000", "")).collect()
}

#[test]
fn a_filter_finds_messages() {
    assert_eq!(found("").len(), 17);
    assert_eq!(found("rule:MSG143"), ["Mtsout/8"]);
    assert_eq!(found("queue:out severity:critical"), ["Mtsout/8", "Mtsout/9", "Mtsout/A"]);
    assert_eq!(found("queue:in -has:attachment from:(petrov or carol)"), ["Mtsin/4", "Mtsin/6"]);
    assert_eq!(found("subject:/^re: /"), ["Mtsout/A"]);
    assert_eq!(found("subject:отчёт"), ["Mtsin/4"]);
    assert_eq!(found("size:>=10k to:@*"), <[String; 0]>::default());
    assert_eq!(found("is:ndr"), ["Mtsin/7"]);
}

#[test]
fn bodies_are_read_again_and_the_evidence_stays_as_it_is() {
    let all = found("text:the");
    assert!(all.len() > 3 && all.len() < 17, "{all:?}");
    let without: BTreeSet<String> = found("not text:the").into_iter().collect();
    assert_eq!(without.len() + all.len(), 17);
    assert!(all.iter().all(|path| !without.contains(path)));
    assert_eq!(found("text:\"no body says this\""), <[String; 0]>::default());
    let (_temp, backup) = scratch("troubled");
    let before = traces(&backup);
    let list = Imcscan::new().arg("messages").arg(&backup).args("--format csv --where text:the").run().ends_with(0);
    assert_eq!(list.text().lines().count(), all.len() + 1);
    assert!(traces(&backup) == before, "the evidence has changed");
}

#[test]
fn a_wrong_filter_is_shown_with_its_place_before_anything_is_read() {
    let Ran { out, err, .. } = messages("no-such-folder").arg("--where").arg("from:joe sise:>1M").run().ends_with(2);
    assert!(out.is_empty());
    insta::assert_snapshot!(err, @r"
    imcscan: the filter is not understood: column 10: no field is called sise (did you mean size:); quote the text to search for it
      from:joe sise:>1M
               ^^^^
    ");
    let hostile = messages("troubled").arg("--where").arg("x\x1b]52;c;\u{202e} y:").run().ends_with(2);
    assert!(hostile.err.contains("\\u{1b}]52;c;\\u{202e}") && !hostile.err.contains('\x1b'), "{}", hostile.err);
    let sort = messages("troubled").args("--sort colour").run().ends_with(2);
    assert!(sort.err.contains("expected one of arrived"), "{}", sort.err);
    assert_eq!(messages("no-such-folder").run().code, 3);
}

#[test]
fn the_table_is_readable() {
    let ran = messages("troubled").arg("--where").arg("queue:out").args("--sort -size --limit 4").run().ends_with(0);
    insta::assert_snapshot!(ran.text(), @r"
    file                date        size !   from        to          subject
    Mtsout/0000000A.TNF 1999-10-06   11K C-- Ivers, John Ann Ray     Re: printer in…
    Mtsout/00000005.TNF 1999-10-06   10K -a- Meyer, Gre… elena.quir… FW: network ou…
    Mtsout/00000002.TNF 1999-10-06   10K Ia- Petit, Dav… ines.ar… +2 New price list…
    Mtsout/00000006.TNF 1999-10-06  5974 Ia- Jensen, Fr… john.meyer… Holiday schedu…

    10 of 17 messages, the first 4 shown
    ! the gravest finding (C E W I), a attachments, d damage
    ");
    let none = messages("troubled").arg("--where").arg("from:nobody-at-all").run().ends_with(0);
    assert_eq!(none.text(), "0 of 17 messages\n");
    for name in ["troubled", "damaged", "healthy-40"] {
        for columns in [40, 60, 80, 120] {
            let ran = messages(name).env("COLUMNS", &columns.to_string()).run().ends_with(0);
            let wide = ran.text().lines().find(|line| textwrap::core::display_width(line) > columns);
            assert_eq!(wide, None, "{name} on {columns} columns");
        }
    }
}

#[test]
fn every_form_holds_the_messages_of_the_report() {
    let report = Imcscan::report(project("testdata/backups/troubled")).arg("--json").run().ends_with(0).json();
    let whole = messages("troubled").args("--format json").run().ends_with(0).json();
    let lines = messages("troubled").args("--format ndjson").run().ends_with(0);
    let lines: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let own = report["messages"].as_array().unwrap();
    assert_eq!(lines.len(), own.len());
    for ((message, listed), line) in own.iter().zip(whole["messages"].as_array().unwrap()).zip(&lines) {
        for (name, value) in message.as_object().unwrap() {
            assert_eq!((&listed[name], &line[name]), (value, value), "{name}");
        }
        assert_eq!(line["type"], "message");
    }
    let csv = messages("troubled").args("--format csv --limit 2").run().ends_with(0);
    assert!(csv.text().starts_with("path,queue,submitted,") && csv.text().lines().count() == 3);
}

#[test]
fn findings_are_filtered_by_themselves_and_by_their_messages() {
    let findings = |filter: &str| {
        let list = Imcscan::new().arg("findings").arg(project("testdata/backups/troubled")).args("--format json --where").arg(filter);
        let list = list.run().ends_with(0).json();
        let codes: Vec<String> = list["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect();
        codes
    };
    let all = Imcscan::report(project("testdata/backups/troubled")).args("--json").run().json()["findings"].as_array().unwrap().len();
    assert_eq!(findings("").len(), all);
    assert_eq!(findings("subject:/%s/"), ["MSG143"]);
    assert_eq!(findings("severity:critical queue:out"), ["MSG002", "MSG015", "MSG143"]);
    let text = Imcscan::new().arg("findings").arg(project("testdata/backups/troubled")).args("--where rule:MSG143").run().ends_with(0);
    assert!(text.text().starts_with("CRITICAL  MSG143") && text.text().ends_with(&format!("1 of {all} findings\n")), "{}", text.text());
    let csv = Imcscan::new().arg("findings").arg(project("testdata/backups/troubled")).args("--format csv").run().ends_with(0);
    assert_eq!(csv.text().lines().count(), all + 1);
}

#[test]
fn a_spreadsheet_computes_nothing() {
    let (_temp, backup) = scratch("troubled");
    let bytes = fs::read(backup.join("Mtsout/00000008.TNF")).unwrap();
    let text: &[u8] = b"RE:33%s5%s99";
    let mut changed = bytes.clone();
    for at in (0..bytes.len() - text.len()).filter(|at| bytes[*at..].starts_with(text)) {
        changed[at..at + text.len()].copy_from_slice(b"=cmd|'/c'!A1");
    }
    fs::write(backup.join("Mtsout/00000008.TNF"), changed).unwrap();
    let csv = Imcscan::new().arg("messages").arg(&backup).args("--format csv --where path:*8.TNF").run().ends_with(0);
    assert!(csv.text().contains(",'=cmd|'/c'!A1,"), "{}", csv.text());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is typed is understood or told with a place inside of it.
    #[test]
    fn any_text_is_a_filter_or_a_fault_within_it(text in "\\PC{0,80}") {
        is_bounded(&text)?;
    }

    /// Texts out of the language's own marks, which come further into the parser.
    #[test]
    fn any_order_of_marks_is_a_filter_or_a_fault_within_it(parts in prop::collection::vec(0..PARTS.len(), 0..40)) {
        is_bounded(&parts.into_iter().map(|part| PARTS[part]).collect::<String>())?;
    }

    /// Any word in quotes is a filter, and finds a message that holds it.
    #[test]
    fn what_is_quoted_is_found(word in "[a-zA-Z0-9 ()*?/:<>=.äß€-]{1,20}") {
        let quoted = format!("subject:\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""));
        let filter = Filter::parse(&quoted).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let report = report_of_fixture(&format!("//- Mtsout/1 utf16\nsubject: \"x{word}x\"\ncodepage: 65001\n")).unwrap();
        let table = MessageTable::new(&report.backup, &report.findings);
        prop_assume!(table.rows[0].subject().contains(&word));
        prop_assert_eq!(filter.bind(&table, &report.backup).messages(&|_| None), vec![0]);
    }
}

const PARTS: [&str; 36] = [
    " ",
    " ",
    "(",
    ")",
    "\"",
    "/",
    "-",
    "!",
    "not ",
    "and ",
    "or ",
    "&&",
    "||",
    "from:",
    "size:",
    "date:",
    "is:",
    "severity:",
    "sise:",
    "..",
    ">",
    "<=",
    "=",
    "1",
    "1999",
    "-03",
    "M",
    "ndr",
    "error",
    "*",
    "?",
    "\\",
    "ä",
    "你",
    "\u{202e}",
    "[",
];

fn is_bounded(text: &str) -> Result<(), TestCaseError> {
    let Err(error) = Filter::parse(text) else { return Ok(()) };
    prop_assert!(error.span.start <= error.span.end && error.span.end <= text.len(), "{:?} in {:?}", error.span, text);
    prop_assert!(text.get(error.span.clone()).is_some(), "{:?} in {:?}", error.span, text);
    prop_assert!(error.column() <= text.chars().count() + 1);
    let [_, carets] = error.pointed();
    prop_assert!(carets.ends_with('^') && !error.to_string().is_empty());
    let may_be_at_the_end = matches!(error.problem, Problem::Ends { .. } | Problem::TooDeep(_) | Problem::TooMany(_));
    prop_assert!(may_be_at_the_end || error.span.start < text.len(), "{}", error);
    Ok(())
}

#[test]
fn every_field_takes_its_own_example() {
    for field in FIELDS {
        for name in [field.name].iter().chain(field.aliases) {
            let text = format!("{name}:{}", field.example);
            assert!(Filter::parse(&text).is_ok(), "{text}");
        }
    }
}

#[test]
fn costly_texts_are_refused_or_borne() {
    for text in
        ["(a or ".repeat(30), "x ".repeat(128), format!("/{}/", "(a*)*".repeat(200)), format!("/{}/", "a{0,900}".repeat(400)), "\\\"".repeat(2000)]
    {
        let _ = Filter::parse(&text);
    }
}

#[test]
fn orders_are_total() {
    let report = report_of_fixture("//- Mtsout/{n} repeat=30\nsubject: \"{n}\"\n").unwrap();
    let table = MessageTable::new(&report.backup, &report.findings);
    for name in ["size", "-size", "date", "-subject", "from", "-severity"] {
        let mut indexes: Vec<usize> = (0..table.rows.len()).rev().collect();
        Sort::parse(name).unwrap().order(&table, &mut indexes);
        let mut sorted = indexes.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..table.rows.len()), "{name}");
    }
}
