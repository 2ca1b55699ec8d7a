//! Recipient lists and result logs of the Mailbox Migration Utility together (Q177776): who is done, who failed last, who was never tried.
//!
//! Names compare without case and outer blanks. The newest line of a user is the one with the latest time, at equal times the later line.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use crate::formats::migrate::{ListRow, LogLine, MigrationStatus};

use super::Siblings;

/// One row of a list, and the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed<'a> {
    /// Path of the list.
    pub path: &'a str,
    /// The row.
    pub row: &'a ListRow,
}

/// One result line, and the file it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// Path of the log or list.
    pub path: &'a str,
    /// The line.
    pub line: &'a LogLine,
}

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

/// All lists and logs of a migration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Migration<'a> {
    /// Every row of the lists, in their order.
    pub listed: Vec<Listed<'a>>,
    /// Every result line, those that stand in lists first.
    pub attempts: Vec<Attempt<'a>>,
}

impl Listed<'_> {
    /// Returns alias and servers of the user.
    #[must_use]
    pub fn user(&self) -> UserKey {
        user([&self.row.alias.value, &self.row.source.value, &self.row.destination.value])
    }

    /// Returns alias and pilot server, which name the mailbox that is to be moved.
    #[must_use]
    pub fn mailbox(&self) -> (String, String) {
        (folded(&self.row.alias.value), folded(&self.row.source.value))
    }
}

impl Attempt<'_> {
    /// Returns alias and servers of the user.
    #[must_use]
    pub fn user(&self) -> UserKey {
        user([&self.line.alias.value, &self.line.source.value, &self.line.destination.value])
    }

    /// Returns alias and pilot server, which name the mailbox that was to be moved.
    #[must_use]
    pub fn mailbox(&self) -> (String, String) {
        (folded(&self.line.alias.value), folded(&self.line.source.value))
    }

    /// Returns whether the mailbox was migrated.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.line.status == MigrationStatus::Success
    }
}

impl<'a> Migration<'a> {
    /// Gathers the rows and lines of all files.
    #[must_use]
    pub fn of(siblings: &'a Siblings) -> Self {
        let rows = siblings.migration_lists.iter().flat_map(|list| list.file.value.rows.iter().map(|row| Listed { path: &list.path, row })).collect();
        Self { listed: rows, attempts: siblings.result_lines().map(|(path, line)| Attempt { path, line }).collect() }
    }

    /// Returns the newest line of each user, in the order of the users' first lines.
    #[must_use]
    pub fn newest(&self) -> Vec<Attempt<'a>> {
        self.by_user().into_iter().filter_map(|lines| newest(&lines)).collect()
    }

    /// Returns the newest lines of users that were migrated.
    #[must_use]
    pub fn done(&self) -> Vec<Attempt<'a>> {
        self.newest().into_iter().filter(Attempt::is_success).collect()
    }

    /// Returns the newest lines of users that failed and were not migrated later.
    #[must_use]
    pub fn failed(&self) -> Vec<Attempt<'a>> {
        self.newest().into_iter().filter(|attempt| !attempt.is_success()).collect()
    }

    /// Returns the lines of each user, in the order of the users' first lines.
    #[must_use]
    pub fn by_user(&self) -> Vec<Vec<Attempt<'a>>> {
        grouped(&self.attempts, Attempt::user)
    }

    /// Returns the listed users without any line for their alias and pilot server.
    #[must_use]
    pub fn never_tried(&self) -> Vec<Listed<'a>> {
        let tried: HashSet<(String, String)> = self.attempts.iter().map(Attempt::mailbox).collect();
        self.listed.iter().filter(|listed| !tried.contains(&listed.mailbox())).copied().collect()
    }

    /// Returns each row with the newest line of its user, where there is one.
    #[must_use]
    pub fn listed_and_tried(&self) -> Vec<(Listed<'a>, Attempt<'a>)> {
        let by_user: HashMap<UserKey, Attempt<'a>> = self.newest().into_iter().map(|attempt| (attempt.user(), attempt)).collect();
        self.listed.iter().filter_map(|listed| Some((*listed, *by_user.get(&listed.user())?))).collect()
    }

    /// Returns the rows that repeat alias and pilot server, by mailbox, in the order of the lists.
    #[must_use]
    pub fn listed_twice(&self) -> Vec<Vec<Listed<'a>>> {
        let named: Vec<Listed<'a>> = self.listed.iter().filter(|listed| !listed.row.alias.value.trim().is_empty()).copied().collect();
        let mut groups = grouped(&named, Listed::mailbox);
        groups.retain(|group| group.len() > 1);
        groups
    }

    /// Returns the successes that repeat alias and pilot server, by mailbox, in the order of the logs.
    #[must_use]
    pub fn done_twice(&self) -> Vec<Vec<Attempt<'a>>> {
        let successes: Vec<Attempt<'a>> = self.attempts.iter().filter(|attempt| attempt.is_success()).copied().collect();
        let mut groups = grouped(&successes, Attempt::mailbox);
        groups.retain(|group| group.len() > 1);
        groups
    }

    /// Returns each row with a result line that has its alias and other servers or another display name, the first such line only.
    #[must_use]
    pub fn disagreements(&self) -> Vec<(Listed<'a>, Attempt<'a>)> {
        let mut by_alias: HashMap<String, Vec<Attempt<'a>>> = HashMap::new();
        for attempt in &self.attempts {
            by_alias.entry(folded(&attempt.line.alias.value)).or_default().push(*attempt);
        }
        let differs = |listed: &Listed<'_>, attempt: &Attempt<'_>| {
            listed.user() != attempt.user() || folded(&listed.row.name.value) != folded(&attempt.line.name.value)
        };
        let other = |listed: &Listed<'a>| {
            let lines = by_alias.get(&folded(&listed.row.alias.value)).filter(|_| !listed.row.alias.value.trim().is_empty())?;
            lines.iter().find(|attempt| differs(listed, attempt)).map(|attempt| (*listed, *attempt))
        };
        self.listed.iter().filter_map(other).collect()
    }
}

/// Returns the newest of the lines: the latest time, at equal times the later line.
#[must_use]
pub fn newest<'a>(lines: &[Attempt<'a>]) -> Option<Attempt<'a>> {
    lines.iter().copied().reduce(|known, next| if known.line.time <= next.line.time { next } else { known })
}

/// Returns a name as it is compared: without outer blanks and letter case.
#[must_use]
pub fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

fn user([alias, source, destination]: [&str; 3]) -> UserKey {
    UserKey { alias: folded(alias), source: folded(source), destination: folded(destination) }
}

/// Groups by key, in the order of the groups' first members.
fn grouped<T: Copy, K: Hash + Eq>(items: &[T], key: impl Fn(&T) -> K) -> Vec<Vec<T>> {
    let mut order = HashMap::new();
    let mut groups: Vec<Vec<T>> = Vec::new();
    for item in items {
        let index = *order.entry(key(item)).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.push(*item),
            None => groups.push(vec![*item]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{backup::SiblingKind, base::Limits};

    const LOG: &str = "FAILURE,A,anna,GW1,GW2,Error Copying Messages,5/10/96 10:00:00\r\n\
        SUCCESS,A,ANNA ,gw1,GW2,Migrated No Errors,5/10/96 11:00:00\r\n\
        SUCCESS,B,bert,GW1,GW2,Migrated No Errors,5/10/96 12:00:00\r\n\
        FAILURE,B,bert,GW1,GW2,Error Copying Messages,5/10/96 09:00:00\r\n\
        FAILURE,C,carl,GW1,GW2,Error Copying Messages,5/10/96 09:00:00\r\n\
        SUCCESS,B,bert,GW1,GW3,Migrated No Errors,5/10/96 12:30:00\r\n";
    const LIST: &str = "A,anna,GW1,GW2\nC,carl,GW1,GW2\nD,dora,GW1,GW2\nD,Dora,gw1,GW3\n";

    fn siblings(list: &str, log: &str) -> Siblings {
        let limits = Limits::default();
        let mut siblings = Siblings::default();
        siblings.add(SiblingKind::MigrationList, "list", (list.as_bytes(), &limits));
        siblings.add(SiblingKind::MigrationLog, "log", (log.as_bytes(), &limits));
        siblings
    }

    #[test]
    fn the_newest_line_counts_whatever_the_order() {
        let siblings = siblings("", LOG);
        let newest: Vec<_> = Migration::of(&siblings).newest().into_iter().map(|attempt| attempt.line.place.line).collect();
        assert_eq!(newest, [2, 3, 5, 6]);
    }

    #[test]
    fn done_failed_never_tried_and_repeated_users_are_told_apart() {
        let siblings = siblings(LIST, LOG);
        let migration = Migration::of(&siblings);
        assert_eq!(migration.done().len(), 3);
        assert_eq!(migration.failed().iter().map(|attempt| attempt.line.name.value.as_str()).collect::<Vec<_>>(), ["C"]);
        assert_eq!(migration.never_tried().iter().map(|listed| listed.row.place.line).collect::<Vec<_>>(), [3, 4]);
        let tried: Vec<_> = migration.listed_and_tried().iter().map(|(listed, attempt)| (listed.row.place.line, attempt.line.place.line)).collect();
        assert_eq!(tried, [(1, 2), (2, 5)]);
        assert_eq!(migration.listed_twice().iter().map(Vec::len).collect::<Vec<_>>(), [2]);
        assert_eq!(migration.done_twice().iter().map(|lines| lines[0].line.name.value.as_str()).collect::<Vec<_>>(), ["B"]);
    }

    #[test]
    fn at_equal_times_the_later_line_counts() {
        let siblings = siblings("", "FAILURE,A,a,GW1,GW2,x,5/10/96 10:00:00\nSUCCESS,A,a,GW1,GW2,y,5/10/96 10:00:00\n");
        assert_eq!(Migration::of(&siblings).done().len(), 1);
    }

    #[test]
    fn other_servers_and_names_disagree() {
        let siblings = siblings("A,anna,gw1,GW2\nBert,bert,GW1,GW3\nCarl,carl,GW1,GW2\n", LOG);
        let found: Vec<_> =
            Migration::of(&siblings).disagreements().iter().map(|(listed, other)| (listed.row.place.line, other.line.place.line)).collect();
        assert_eq!(found, [(2, 3), (3, 5)]);
    }
}
