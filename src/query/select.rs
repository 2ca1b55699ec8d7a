//! A filter put to a table: which messages pass, which findings do.

use crate::backup::{Backup, MessageRecord};

use super::{
    Filter, FindingRow, MessageRow, MessageTable,
    pattern::Pattern,
    predicate::{FindingTest, Predicate},
    row::{TextField, push_line},
};

/// Returns the text of the bodies of a message, whose file is read again for it; none when that fails.
pub type Bodies<'a> = &'a dyn Fn(&MessageRecord) -> Option<String>;

/// A filter that knows what it is asked about.
pub struct Bound<'a> {
    filter: &'a Filter,
    table: &'a MessageTable,
    backup: &'a Backup,
    /// What queues and findings answer, under the number of each condition.
    answers: Vec<Vec<bool>>,
}

impl std::fmt::Debug for Bound<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bound").field("filter", &self.filter.text()).finish_non_exhaustive()
    }
}

impl Filter {
    /// Puts the filter to the rows of a Backup.
    #[must_use]
    pub fn bind<'a>(&'a self, table: &'a MessageTable, backup: &'a Backup) -> Bound<'a> {
        let mut answers = Vec::new();
        self.each(&mut |predicate| {
            let (slot, answer) = match predicate {
                Predicate::Queue(slot, pattern) => (*slot, table.queues.iter().map(|queue| pattern.is_in(queue)).collect()),
                Predicate::Finding(slot, test) => (*slot, table.findings.iter().map(|finding| test.holds(finding)).collect()),
                _ => return,
            };
            if answers.len() <= slot {
                answers.resize(slot + 1, Vec::new());
            }
            if let Some(place) = answers.get_mut(slot) {
                *place = answer;
            }
        });
        Bound { filter: self, table, backup, answers }
    }
}

impl Bound<'_> {
    /// Returns the indexes of the messages that pass, in the order of the table.
    #[must_use]
    pub fn messages(&self, bodies: Bodies<'_>) -> Vec<usize> {
        (0..self.table.rows.len()).filter(|index| self.passes(*index, bodies)).collect()
    }

    /// Returns whether a message passes; `bodies` is called for `text:` only, and only when what is cheaper does not decide.
    #[must_use]
    pub fn passes(&self, index: usize, bodies: Bodies<'_>) -> bool {
        let (Some(root), Some(row)) = (&self.filter.root, self.table.rows.get(index)) else { return self.filter.is_empty() };
        root.holds(&mut |predicate| self.message_is((index, row), predicate, bodies))
    }

    /// Returns the indexes of the findings that pass: by their own words, or because a message that they touch meets the condition.
    #[must_use]
    pub fn findings(&self, bodies: Bodies<'_>) -> Vec<usize> {
        let Some(root) = &self.filter.root else { return (0..self.table.findings.len()).collect() };
        let all = self.table.findings.iter().enumerate();
        all.filter(|(index, finding)| root.holds(&mut |predicate| self.finding_is((*index, finding), predicate, bodies)))
            .map(|(index, _)| index)
            .collect()
    }

    fn answer(&self, slot: usize, index: usize) -> bool {
        self.answers.get(slot).and_then(|answers| answers.get(index)).copied().unwrap_or(false)
    }

    fn message_is(&self, (index, row): (usize, &MessageRow), predicate: &Predicate, bodies: Bodies<'_>) -> bool {
        match predicate {
            Predicate::Anywhere(pattern) => pattern.is_in(row.anywhere()),
            Predicate::Text(field, pattern) => pattern.is_in(row.text(*field)),
            Predicate::Number(field, within) => within.holds(&row.number(*field)),
            Predicate::Time(field, within) => row.time(*field).is_some_and(|time| within.holds(&time.filetime())),
            Predicate::Flag(flag) => row.is(*flag),
            Predicate::Queue(slot, _) => self.answer(*slot, row.queue as usize),
            Predicate::Finding(slot, _) => row.findings.iter().any(|finding| self.answer(*slot, *finding as usize)),
            Predicate::Header(pattern) => self.record(index).is_some_and(|record| pattern.is_in(&headers(record))),
            Predicate::Body(pattern) => self.record(index).and_then(bodies).is_some_and(|text| pattern.is_in(&text)),
        }
    }

    fn finding_is(&self, (index, finding): (usize, &FindingRow), predicate: &Predicate, bodies: Bodies<'_>) -> bool {
        let own = match predicate {
            Predicate::Anywhere(pattern) => return in_words(finding, pattern),
            Predicate::Finding(slot, FindingTest::Words(pattern)) => return self.answer(*slot, index) || in_words(finding, pattern),
            Predicate::Finding(slot, _) => return self.answer(*slot, index),
            Predicate::Queue(_, pattern) => pattern.is_in(&finding.queues),
            Predicate::Text(TextField::Path, pattern) => pattern.is_in(&finding.files),
            _ => false,
        };
        let meets = |message: &u32| {
            let index = *message as usize;
            self.table.rows.get(index).is_some_and(|row| self.message_is((index, row), predicate, bodies))
        };
        own || finding.messages.iter().any(meets)
    }

    fn record(&self, index: usize) -> Option<&MessageRecord> {
        self.backup.messages.get(index)
    }
}

fn in_words(finding: &FindingRow, pattern: &Pattern) -> bool {
    [&finding.words, &finding.rule, &finding.files].into_iter().any(|text| pattern.is_in(text))
}

/// Returns all Internet headers of a message and those in it, as `name: value`, one a line.
fn headers(record: &MessageRecord) -> String {
    let mut text = String::with_capacity(1024);
    record.shell.each_header(&mut |name, value| {
        text.push_str(name);
        text.push_str(": ");
        push_line(&mut text, value);
        text.push('\n');
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        query::{Sort, SortField},
        report::Report,
        testing::report_of_fixture,
    };

    const BACKUP: &str = "\
//- Imcsvc.reg
REGEDIT4

[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Diagnostics]
\"7 SMTP Protocol Log\"=dword:00000005
//- Mtsout/1
subject: \"RE:33%s5%s99\"
from: \"Emil Eck\" SMTP:emil@inside.example
to: \"Ann Ray\" SMTP:ann@mail.contoso.com
submitted: 1999-03-05T10:00:00Z
//- Mtsout/2
subject: \"Price list\"
to: \"Bob\" SMTP:bob@contoso.com
cc: \"Carl\" SMTP:carl@other.example
attach: figures.xls 12 KB
attach: run.EXE 3 bytes
submitted: 1999-04-01T00:00:00Z
//- Mtsin/3
subject: \"Hello\"
body: \"out of office\"
to: \"Dora\" SMTP:dora@inside.example
submitted: 2000-01-01T00:00:00Z
bad-checksum: 0x9003
//- Bad/4
class: REPORT.IPM.Note.NDR
";

    fn names(report: &Report, table: &MessageTable, indexes: &[usize]) -> String {
        assert_eq!(report.backup.messages.len(), table.rows.len());
        let mut names: Vec<_> = indexes.iter().map(|index| table.rows[*index].path().rsplit_once('/').unwrap().1).collect();
        names.sort_unstable();
        names.join(" ")
    }

    #[track_caller]
    fn check(filters: &[(&str, &str)]) {
        let report = report_of_fixture(BACKUP).unwrap();
        let table = MessageTable::new(&report.backup, &report.findings);
        let bodies = |record: &MessageRecord| (record.queue == 1).then(|| "Out of Office".to_owned());
        for (text, expected) in filters {
            let filter = Filter::parse(text).unwrap();
            let found = filter.bind(&table, &report.backup).messages(&bodies);
            assert_eq!(names(&report, &table, &found), *expected, "{text}");
        }
    }

    #[test]
    fn fields_find_their_messages() {
        check(&[
            ("", "1 2 3 4"),
            ("queue:out", "1 2"),
            ("queue:bad", "4"),
            ("queue:mtsin", "3"),
            ("from:emil", "1"),
            ("from:emil@inside.example", "1"),
            ("to:ann", "1"),
            ("to:\"ann ray\"", "1"),
            ("to:bob@*", "2"),
            ("cc:carl", "2"),
            ("subject:/^re:\\d/", "1"),
            ("subject:=hello", "3"),
            ("domain:contoso.com", "1 2"),
            ("domain:=contoso.com", "2"),
            ("attach:*.exe", "2"),
            ("has:attachment", "2"),
            ("attachments:2", "2"),
            ("size:>10k", "2"),
            ("date:1999-03..", "1 2 3 4"),
            ("date:1999-03", "1"),
            ("date:>1999", "3"),
            ("is:damaged", "3"),
            ("has:damage", "3"),
            ("damage:checksum*", "3"),
            ("is:ndr", "4"),
            ("is:report", "4"),
            ("class:report", "4"),
            ("rule:MSG143", "1"),
            ("severity:critical", "1"),
            ("rule:subject-with*", "1"),
            ("tag:crash kb:q239816", "1"),
            ("text:office", "3"),
            ("price", "2"),
            ("contoso", "1 2"),
            ("path:Mtsout/*", "1 2"),
        ]);
    }

    #[test]
    fn conditions_are_joined() {
        check(&[
            ("contoso price", "2"),
            ("price or hello", "2 3"),
            ("price or hello queue:in", "2 3"),
            ("(price or hello) queue:in", "3"),
            ("not queue:out", "3 4"),
            ("-queue:out -is:ndr", "3"),
            ("-(price or hello)", "1 4"),
            ("to:(bob or ann) -has:attachment", "1"),
            ("queue:in and text:nothing", ""),
            ("not text:office", "1 2 4"),
        ]);
    }

    #[test]
    fn headers_are_asked_by_name_and_value() {
        let report = report_of_fixture("//- Mtsin/1\nheader: X-Mailer: The Bat!\n//- Mtsin/2\nheader: Subject: the bat\n").unwrap();
        let table = MessageTable::new(&report.backup, &report.findings);
        let found = |text: &str| Filter::parse(text).unwrap().bind(&table, &report.backup).messages(&|_| None);
        assert_eq!(found("header:/^x-mailer:.*bat/"), [0]);
        assert_eq!(found("header:bat"), [0, 1]);
        assert_eq!(found("header:\"subject: the\""), [1]);
    }

    #[test]
    fn findings_are_asked_themselves_and_by_their_messages() {
        let report = report_of_fixture(BACKUP).unwrap();
        let table = MessageTable::new(&report.backup, &report.findings);
        let found = |text: &str| {
            let filter = Filter::parse(text).unwrap();
            let found = filter.bind(&table, &report.backup).findings(&|_| None);
            found.iter().map(|index| report.findings[*index].rule.code).collect::<Vec<_>>()
        };
        assert_eq!(found("rule:MSG143"), ["MSG143"]);
        assert_eq!(found("severity:critical from:emil"), ["MSG143"]);
        assert_eq!(found("rule:MSG143 not queue:out"), <[&str; 0]>::default());
        assert_eq!(found("\"33%s5\" severity:critical"), ["MSG143"]);
        assert_eq!(found("").len(), report.findings.len());
    }

    #[test]
    fn a_finding_touches_more_messages_than_it_quotes() {
        let text = BACKUP.replace("//- Mtsout/1\n", "//- Mtsout/1{n:2} repeat=45\n");
        let report = report_of_fixture(&text).unwrap();
        let table = MessageTable::new(&report.backup, &report.findings);
        let found = |text: &str| Filter::parse(text).unwrap().bind(&table, &report.backup).messages(&|_| None).len();
        assert_eq!(found("rule:MSG143"), 45);
    }

    #[test]
    fn orders_put_what_is_absent_last() {
        let report = report_of_fixture(BACKUP).unwrap();
        let table = MessageTable::new(&report.backup, &report.findings);
        let ordered = |name: &str| {
            let mut indexes: Vec<usize> = (0..table.rows.len()).collect();
            Sort::parse(name).unwrap().order(&table, &mut indexes);
            indexes.iter().map(|index| table.rows[*index].path().rsplit_once('/').unwrap().1).collect::<String>()
        };
        assert!(ordered("-size").starts_with('2') && ordered("-attachments").starts_with('2'));
        assert!(ordered("-severity").starts_with('1'));
        let every: Vec<_> = SortField::names().collect();
        assert!(every.iter().all(|name| ordered(name).len() == 4));
        assert_eq!(ordered("date").find('1').unwrap() + 1, ordered("date").find('2').unwrap());
    }
}
