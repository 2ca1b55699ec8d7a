//! What the user writes, or a stranger in his place: filters, the configuration, the state that the view keeps.

use std::sync::LazyLock;

use crate::{
    backup::MessageRecord,
    base::Sha256Digest,
    cli,
    query::{Filter, MessageTable, Sort},
    report::Report,
    state::States,
    testing::report_of_fixture,
};

use super::check;

/// A Backup that filters choose from: two messages, one of them damaged, and some findings.
const BACKUP: &str = "//- Imcsvc.reg\nREGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\n\"RelayFlags\"=dword:00000000\n//- Mtsout/1\nsubject: \"RE: 100%s\"\nto: \"Ann\" SMTP:ann@partner.example\nheader: Received: from a by b\nattach: a.exe 20 KB\n//- Bad/2\nbad-checksum: 0x9003\n";

static JUDGED: LazyLock<Option<(Report, MessageTable)>> = LazyLock::new(|| {
    let report = report_of_fixture(BACKUP).ok()?;
    let table = MessageTable::new(&report.backup, &report.findings);
    Some((report, table))
});

/// A filter: it is understood or points at its fault; its text is kept; asked again, and in parentheses, it chooses the same messages,
/// and with `not` before it the others.
pub(super) fn filter(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = Sort::parse(&text).map(|sort| assert!(text.trim_start_matches('-').eq_ignore_ascii_case(sort.field.name())));
    let filter = match Filter::parse(&text) {
        Ok(filter) => filter,
        Err(error) => return points(&error),
    };
    assert_eq!(filter.text(), text);
    let Some((report, table)) = &*JUDGED else { return };
    let body = |_: &MessageRecord| Some("The body of %s mail".to_owned());
    let choose = |filter: &Filter| filter.bind(table, &report.backup).messages(&body);
    let chosen = choose(&filter);
    if let Ok(again) = Filter::parse(&format!("({text})")) {
        assert_eq!(choose(&again), chosen, "parentheses change a filter");
    }
    if let Ok(not) = Filter::parse(&format!("not ({text})")) {
        let all: Vec<usize> = (0..table.rows.len()).filter(|index| !chosen.contains(index)).collect();
        assert_eq!(choose(&not), all, "not does not choose the others");
    }
}

fn points(error: &crate::query::FilterError) {
    assert!(error.text.get(error.span.clone()).is_some(), "a fault at {:?} of {:?}", error.span, error.text);
    assert!(error.column() >= 1 && error.column() <= error.text.chars().count() + 1);
    // The sentence quotes the filter as it is; whoever prints it makes it printable, as of every error.
    assert!(!error.to_string().is_empty());
    error.pointed().iter().for_each(|line| check::printable(line, "a complaint"));
}

/// A configuration: settings or a complaint that can be shown.
pub(super) fn config(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let read = check::steady(|| cli::settings_of(&text));
    if let Err(complaint) = read {
        assert!(!complaint.is_empty());
    }
}

/// The state of the view: whatever is read is written and read again alike.
pub(super) fn state(bytes: &[u8]) {
    let states = check::steady(|| States::decode(bytes));
    let written = states.encode();
    assert!(written.len() <= crate::state::MAX_BYTES, "{} bytes", written.len());
    let again = States::decode(&written);
    assert_eq!(again.encode(), written, "a state changes when it is read again");
    let _ = states.of(&Sha256Digest::of(b""));
}
