//! Which file of which migration tool a text is, by its content alone.

use super::{
    fields::{is_server, plain},
    log::{is_blank, status},
};
use crate::base::{CodePage, TextFile};

/// Lines that are looked at; a list is alike from begin to end.
const LINES: usize = 1000;

/// A text file of a migration tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MigrationKind {
    /// Recipient list of MIGRATE.EXE (Q177776).
    List,
    /// Result log of MIGRATE.EXE (Q177776).
    Log,
    /// User list of the Migration Wizard (Q150438).
    WizardUserList,
    /// Control file of the Migration Wizard's batch mode (Q198957).
    WizardControl,
    /// Packing list of the Migration Wizard (Q156063).
    WizardPackingList,
}

/// Finds out what a text is; none when it is no file of a migration tool.
#[must_use]
pub fn detect(text: &TextFile) -> Option<MigrationKind> {
    if text.lossy || text.text.contains('\0') {
        return None;
    }
    let lines: Vec<&str> = text.lines().map(|line| line.text).filter(|line| !is_blank(line)).take(LINES).collect();
    let first = *lines.first()?;
    if is_user_list(first) {
        return Some(MigrationKind::WizardUserList);
    }
    if lines.iter().find(|line| !line.starts_with('!')).is_some_and(|line| keyword(line).eq_ignore_ascii_case("mode")) {
        return Some(MigrationKind::WizardControl);
    }
    if is_code_page(first) && lines.len() > 1 {
        return Some(MigrationKind::WizardPackingList);
    }
    let results = lines.iter().filter(|line| is_result(line)).count();
    if results * 2 > lines.len() {
        return Some(MigrationKind::Log);
    }
    let rows = lines.iter().filter(|line| is_row(line)).count();
    ((rows + results) * 2 > lines.len() && rows > 0).then_some(MigrationKind::List)
}

/// Returns whether a line begins as a result does; cut lines count, so that a damaged log stays a log.
fn is_result(line: &str) -> bool {
    status(line).is_some() && line.split(',').nth(4).is_some()
}

/// Returns whether a line has two servers at its end and an alias before them.
fn is_row(line: &str) -> bool {
    let fields = plain(line);
    match fields.as_slice() {
        [name, .., alias, source, destination] => {
            let has_name = !name.text.trim().is_empty() && !name.text.contains('\t');
            has_name && !alias.text.trim().contains(' ') && is_server(source.text.trim()) && is_server(destination.text.trim())
        }
        _ => false,
    }
}

fn is_user_list(first: &str) -> bool {
    const COLUMNS: [&str; 4] = ["sfs_username", "sfs_fullname", "migrateuser", "obj-class"];
    first.split(',').take(64).any(|column| COLUMNS.iter().any(|known| column.trim().trim_matches('"').eq_ignore_ascii_case(known)))
}

fn keyword(line: &str) -> &str {
    line.split_once(',').map_or("", |(keyword, _)| keyword.trim())
}

fn is_code_page(first: &str) -> bool {
    let page = first.trim();
    (3..=5).contains(&page.len()) && page.bytes().all(|byte| byte.is_ascii_digit()) && page.parse().is_ok_and(|page| CodePage(page).is_known())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<MigrationKind>) {
        assert_eq!(detect(&TextFile::decode(text.as_bytes())), expected, "{text}");
    }

    #[test]
    fn files_are_told_apart_by_content() {
        check("John Doe,JohnD,GW-PILOT1,GW-PROD1\r\n", Some(MigrationKind::List));
        check("John Doe,JohnD,GW-PILOT1,GW-PROD1\r\nMary,MarySm,GW-PILOT1\r\nDoe, J,JD,GW1,GW2\r\n", Some(MigrationKind::List));
        check("SUCCESS,a,b,GW1,GW2,fine,5/10/96 10:05:00\r\nFAILURE,a,b,GW1,GW2\r\n", Some(MigrationKind::Log));
        check("a,b,GW1,GW2\r\nSUCCESS,a,b,GW1,GW2,fine,5/10/96 10:05:00\r\n", Some(MigrationKind::List));
        check("SFS_UserName,SFS_FullName,MigrateUser,Obj-Class\r\na,b,Y,Mailbox\r\n", Some(MigrationKind::WizardUserList));
        check("! batch\r\nMode,MSMAILPC\r\n", Some(MigrationKind::WizardControl));
        check("1252\r\nDirectory.pri,1,2\r\n", Some(MigrationKind::WizardPackingList));
        check("Obj-Class,Mode,Common-Name\r\nMailbox,Create,x\r\n", Some(MigrationKind::WizardUserList));
        check("1,2,3,4\r\n5,6,7,8\r\n", None);
        check("[Header]\r\nVersion=1\r\n", None);
        check("Dear all, please find enclosed\r\n", None);
        check("", None);
    }
}
