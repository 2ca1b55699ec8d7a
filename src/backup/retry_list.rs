//! The list for the next run of the Mailbox Migration Utility (Q177776): every row whose newest result is a failure or missing, then every
//! user of the logs who failed last and is on no list. Lines stand as they are written, quotes, blanks and code page included, so that
//! nothing is lost; a line of a list that cannot be read stays in it, as the utility would leave it there.

use std::collections::{HashMap, HashSet};

use crate::{
    base::{CodePage, Encoding, TextFile},
    formats::{ini::Located, migrate::UnreadLine},
};

use super::{
    Siblings,
    migration::{Attempt, Listed, Migration, UserKey},
};

/// One line of the list for the next run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryEntry<'a> {
    /// A row whose newest result is a failure or missing.
    Listed(Listed<'a>),
    /// A line of a list that cannot be read.
    Unread(&'a str, &'a UnreadLine),
    /// A user of the logs who failed last and is on no list.
    Failed(Attempt<'a>),
}

impl<'a> RetryEntry<'a> {
    /// Returns the file that the line comes from.
    #[must_use]
    pub fn path(&self) -> &'a str {
        match self {
            Self::Listed(listed) => listed.path,
            Self::Unread(path, _) => path,
            Self::Failed(attempt) => attempt.path,
        }
    }

    /// Returns the line as written.
    #[must_use]
    pub fn line(&self) -> &'a Located {
        match self {
            Self::Listed(listed) => &listed.row.raw,
            Self::Unread(_, line) => &line.text,
            Self::Failed(attempt) => &attempt.line.entry,
        }
    }
}

/// Returns the list for the next run, in the order of the lists, then of the logs; each user once.
#[must_use]
pub fn retry_list(siblings: &Siblings) -> Vec<RetryEntry<'_>> {
    let migration = Migration::of(siblings);
    let newest: HashMap<UserKey, Attempt<'_>> = migration.newest().into_iter().map(|attempt| (attempt.user(), attempt)).collect();
    let mut written = HashSet::new();
    let mut entries = Vec::new();
    for list in &siblings.migration_lists {
        let path = list.path.as_str();
        let rows = list.file.value.rows.iter().map(|row| RetryEntry::Listed(Listed { path, row }));
        let mut lines: Vec<RetryEntry<'_>> = rows.chain(list.file.value.unread.iter().map(|line| RetryEntry::Unread(path, line))).collect();
        lines.sort_by_key(|entry| entry.line().place.offset);
        entries.extend(lines.into_iter().filter(|entry| match entry {
            RetryEntry::Listed(listed) => newest.get(&listed.user()).is_none_or(|newest| !newest.is_success()) && written.insert(listed.user()),
            _ => true,
        }));
    }
    let failed = migration.failed().into_iter().filter(|attempt| !written.contains(&attempt.user()));
    entries.extend(failed.map(RetryEntry::Failed));
    entries
}

/// Returns the list as bytes, CR LF behind each line; `file` gives the bytes of a file by its path.
#[must_use]
pub fn retry_bytes<'b>(entries: &[RetryEntry<'_>], file: impl Fn(&str) -> &'b [u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encodings: HashMap<&str, Encoding> = HashMap::new();
    for entry in entries {
        let (from, line) = (file(entry.path()), entry.line());
        let encoding = *encodings.entry(entry.path()).or_insert_with(|| TextFile::decode(from).encoding);
        // The utility reads one byte a character; texts of two are written in the code page of the West where it has the characters.
        match (encoding, line.place.bytes(from)) {
            (Encoding::CodePage(_), Some(raw)) => bytes.extend_from_slice(raw),
            _ => match CodePage::WINDOWS_1252.encode(&line.value) {
                Some(encoded) => bytes.extend_from_slice(&encoded),
                None => bytes.extend_from_slice(line.value.as_bytes()),
            },
        }
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{backup::SiblingKind, base::Limits};

    #[track_caller]
    fn check(list: &[u8], log: &[u8], expected: &[u8]) {
        let limits = Limits::default();
        let mut siblings = Siblings::default();
        siblings.add(SiblingKind::MigrationList, "list", (list, &limits));
        siblings.add(SiblingKind::MigrationLog, "log", (log, &limits));
        let bytes = retry_bytes(&retry_list(&siblings), |path| if path == "list" { list } else { log });
        assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(expected));
        assert_eq!(bytes, expected);
    }

    #[test]
    fn what_failed_or_was_never_tried_is_tried_again() {
        check(
            b"A,anna,GW1,GW2\nC,carl,GW1,GW2\nD,dora,GW1,GW2\n",
            b"SUCCESS,A,anna,gw1,GW2,fine,5/10/96 10:00:00\nFAILURE,C,carl,GW1,GW2,no,5/10/96 10:00:00\nFAILURE,\"E, F\",ef,GW1,GW2,no, sorry,5/10/96 10:00:00\n",
            b"C,carl,GW1,GW2\r\nD,dora,GW1,GW2\r\n\"E, F\",ef,GW1,GW2\r\n",
        );
    }

    #[test]
    fn lines_stand_as_they_are_written() {
        let list = b"\"M\xfcller, J\", jm ,GW1,GW2\r\nDoe, J,jd,GW1,GW2\r\ncut,line\r\na,a,GW1,GW2,b,b,GW1,GW2\x1a";
        check(
            list,
            b"SUCCESS,a,a,GW1,GW2,fine,5/10/96 10:00:00\n",
            b"\"M\xfcller, J\", jm ,GW1,GW2\r\nDoe, J,jd,GW1,GW2\r\ncut,line\r\nb,b,GW1,GW2\r\n",
        );
    }

    #[test]
    fn wide_texts_become_narrow() {
        let wide: Vec<u8> = [0xFEFF].into_iter().chain("Jörg,j,GW1,GW2\r\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        check(&wide, b"", b"J\xf6rg,j,GW1,GW2\r\n");
    }

    #[test]
    fn each_user_stands_once_and_headings_and_results_do_not() {
        check(
            b"Display Name,Alias Name,Old Server,New Server\nA,anna,GW1,GW2\nA,ANNA,gw1,gw2\nA,anna,GW1,GW3\nSUCCESS,A,anna,GW1,GW3,fine,5/10/96 10:00:00\n",
            b"",
            b"A,anna,GW1,GW2\r\n",
        );
    }
}
