//! Lists and logs together: who is done, who failed last, who was never tried. Names compare without case and outer blanks.

use std::collections::{HashMap, HashSet};

use super::{ListRow, LogLine, MigrationStatus};

/// Alias and servers of a user, folded for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserKey {
    /// The alias.
    pub alias: String,
    /// The pilot server.
    pub source: String,
    /// The production server.
    pub destination: String,
}

impl From<&LogLine> for UserKey {
    fn from(line: &LogLine) -> Self {
        Self { alias: fold(&line.alias.value), source: fold(&line.source.value), destination: fold(&line.destination.value) }
    }
}

impl From<&ListRow> for UserKey {
    fn from(row: &ListRow) -> Self {
        Self { alias: fold(&row.alias.value), source: fold(&row.source.value), destination: fold(&row.destination.value) }
    }
}

/// How far a migration went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MigrationProgress<'a> {
    /// Newest lines of users that were migrated.
    pub done: Vec<&'a LogLine>,
    /// Newest lines of users that failed and were not migrated later.
    pub failed: Vec<&'a LogLine>,
    /// Listed users without any line for their alias and pilot server.
    pub never_tried: Vec<&'a ListRow>,
    /// Listed users whose newest line is a success.
    pub done_and_listed: Vec<(&'a ListRow, &'a LogLine)>,
    /// Rows of the list that repeat alias and pilot server, by user, in the order of the list.
    pub listed_twice: Vec<Vec<&'a ListRow>>,
    /// Successes that repeat alias and pilot server, by user, in the order of the log.
    pub done_twice: Vec<Vec<&'a LogLine>>,
}

/// Returns the newest line of each user: the latest time, at equal times the later line; in the order of the users' first lines.
#[must_use]
pub fn newest_per_user<'a>(lines: impl IntoIterator<Item = &'a LogLine>) -> Vec<&'a LogLine> {
    let mut order: HashMap<UserKey, usize> = HashMap::new();
    let mut newest: Vec<&LogLine> = Vec::new();
    for line in lines {
        let index = *order.entry(UserKey::from(line)).or_insert(newest.len());
        match newest.get_mut(index) {
            Some(known) if known.time <= line.time => *known = line,
            Some(_) => {}
            None => newest.push(line),
        }
    }
    newest
}

/// Compares lists with logs.
#[must_use]
pub fn progress<'a>(rows: &'a [ListRow], lines: &'a [LogLine]) -> MigrationProgress<'a> {
    let newest = newest_per_user(lines);
    let by_user: HashMap<UserKey, &LogLine> = newest.iter().map(|&line| (UserKey::from(line), line)).collect();
    let tried: HashSet<(String, String)> = lines.iter().map(|line| mailbox(&line.alias.value, &line.source.value)).collect();
    let succeeded = |line: &&LogLine| line.status == MigrationStatus::Success;
    let (done, failed): (Vec<_>, Vec<_>) = newest.into_iter().partition(succeeded);
    let listed = rows.iter().filter_map(|row| Some((row, *by_user.get(&UserKey::from(row))?)));
    MigrationProgress {
        done,
        failed,
        never_tried: rows.iter().filter(|row| !tried.contains(&mailbox(&row.alias.value, &row.source.value))).collect(),
        done_and_listed: listed.filter(|(_, line)| succeeded(line)).collect(),
        listed_twice: repeated(rows, |row| mailbox(&row.alias.value, &row.source.value)),
        done_twice: repeated(lines.iter().filter(succeeded), |line| mailbox(&line.alias.value, &line.source.value)),
    }
}

/// Groups by key and keeps the groups of two and more, in the order of their first members.
fn repeated<'a, T>(items: impl IntoIterator<Item = &'a T>, key: impl Fn(&T) -> (String, String)) -> Vec<Vec<&'a T>> {
    let mut order = HashMap::new();
    let mut groups: Vec<Vec<&T>> = Vec::new();
    for item in items {
        let index = *order.entry(key(item)).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

fn mailbox(alias: &str, source: &str) -> (String, String) {
    (fold(alias), fold(source))
}

fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Limits,
        formats::migrate::{parse_list, parse_log},
    };

    const LOG: &str = "FAILURE,A,anna,GW1,GW2,Error Copying Messages,5/10/96 10:00:00\r\n\
        SUCCESS,A,ANNA ,gw1,GW2,Migrated No Errors,5/10/96 11:00:00\r\n\
        SUCCESS,B,bert,GW1,GW2,Migrated No Errors,5/10/96 12:00:00\r\n\
        FAILURE,B,bert,GW1,GW2,Error Copying Messages,5/10/96 09:00:00\r\n\
        FAILURE,C,carl,GW1,GW2,Error Copying Messages,5/10/96 09:00:00\r\n\
        SUCCESS,B,bert,GW1,GW3,Migrated No Errors,5/10/96 12:30:00\r\n";

    #[test]
    fn the_newest_line_counts_whatever_the_order() {
        let lines = parse_log(LOG.as_bytes(), &Limits::default()).value.lines;
        let newest: Vec<_> = newest_per_user(&lines).into_iter().map(|line| line.place.line).collect();
        assert_eq!(newest, [2, 3, 5, 6]);
    }

    #[test]
    fn done_failed_never_tried_and_repeated_users_are_told_apart() {
        let lines = parse_log(LOG.as_bytes(), &Limits::default()).value.lines;
        let rows = parse_list(b"A,anna,GW1,GW2\nC,carl,GW1,GW2\nD,dora,GW1,GW2\nD,Dora,gw1,GW3\n", &Limits::default()).value.rows;
        let found = progress(&rows, &lines);
        assert_eq!(found.done.len(), 3);
        assert_eq!(found.failed.iter().map(|line| line.name.value.as_str()).collect::<Vec<_>>(), ["C"]);
        assert_eq!(found.never_tried.iter().map(|row| row.place.line).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(found.done_and_listed.iter().map(|(row, line)| (row.place.line, line.place.line)).collect::<Vec<_>>(), [(1, 2)]);
        assert_eq!(found.listed_twice.iter().map(Vec::len).collect::<Vec<_>>(), [2]);
        assert_eq!(found.done_twice.iter().map(|lines| lines[0].name.value.as_str()).collect::<Vec<_>>(), ["B"]);
    }

    #[test]
    fn at_equal_times_the_later_line_counts() {
        let text = "FAILURE,A,a,GW1,GW2,x,5/10/96 10:00:00\nSUCCESS,A,a,GW1,GW2,y,5/10/96 10:00:00\n";
        let lines = parse_log(text.as_bytes(), &Limits::default()).value.lines;
        assert_eq!(progress(&[], &lines).done.len(), 1);
    }
}
