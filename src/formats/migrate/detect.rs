//! Which file of which migration tool a text is: by its content, and where that is too plain (`*.pri`, lists of names) by its name as well.

use std::collections::HashSet;

use super::{
    fields::{is_server, is_server_like, plain},
    list::is_heading,
    log::{is_blank, status},
    wizard_control::looks_like_control,
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
    /// Primary file of the Migration Wizard: directory sections and the like (Q156063).
    WizardSection,
    /// Accounts file of the Migration Wizard: one name per line (Q198957).
    WizardAccounts,
}

/// Finds out what a text is, given its name or path; none when it is no file of a migration tool.
#[must_use]
pub fn detect(text: &TextFile, path: &str) -> Option<MigrationKind> {
    if text.lossy || text.text.contains('\0') {
        return None;
    }
    let lines: Vec<&str> = text.lines().map(|line| line.text).filter(|line| !is_blank(line)).take(LINES).collect();
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    wizard(&lines, &name).or_else(|| utility(&lines, extension(&name) == "csv"))
}

/// Finds out whether a text is a file of the Migration Wizard.
fn wizard(lines: &[&str], name: &str) -> Option<MigrationKind> {
    let first = *lines.first()?;
    let checks: [(MigrationKind, bool); 5] = [
        (MigrationKind::WizardSection, extension(name) == "pri"),
        (MigrationKind::WizardUserList, is_user_list(first)),
        (MigrationKind::WizardControl, looks_like_control(lines)),
        (MigrationKind::WizardPackingList, is_packing_list(lines, name)),
        (MigrationKind::WizardAccounts, is_accounts_file(lines, name)),
    ];
    checks.into_iter().find(|(_, is)| *is).map(|(kind, _)| kind)
}

/// Finds out whether a text is a list or a log of MIGRATE.EXE; the article has results in both.
fn utility(lines: &[&str], is_csv: bool) -> Option<MigrationKind> {
    let results = lines.iter().filter(|line| is_result(line, 5)).count();
    let cut_results = lines.iter().filter(|line| is_result(line, 2)).count();
    let rows: Vec<&str> = lines.iter().copied().filter(|line| status(line).is_none() && is_row(line, is_csv)).collect();
    // The utility writes results into its list too: a list of which every user was tried holds nothing else.
    if is_csv && !lines.is_empty() && lines.iter().all(|line| is_result(line, 7)) {
        return Some(MigrationKind::List);
    }
    if results > 0 && cut_results * 2 >= lines.len() && (rows.is_empty() || !is_csv && results > rows.len()) {
        return Some(MigrationKind::Log);
    }
    let servers: HashSet<String> = rows.iter().flat_map(|row| servers(row)).collect();
    let is_kin = |line: &&&str| {
        status(line).is_some()
            || is_row(line, is_csv)
            || is_heading(line)
            || plain(line).iter().skip(1).any(|field| servers.contains(&fold(field.text)))
    };
    let fitting = lines.iter().filter(is_kin).count();
    // Prose has lines with four commas too; a name that says table is believed more readily.
    let is_list = if is_csv { fitting * 2 >= lines.len() } else { fitting * 4 >= lines.len() * 3 };
    let is_cut_list = is_csv && !lines.is_empty() && lines.iter().all(|line| is_cut_row(line));
    let is_heading_alone = matches!(lines, [only] if is_heading(only) && only.split(',').count() == 4);
    (is_list && !rows.is_empty() || is_cut_list || is_heading_alone).then_some(MigrationKind::List)
}

/// Returns whether a line has name, alias and a typical computer name in capitals with digits, and then too few or too many fields; where
/// both servers stand, one of them makes good for a fault of alias or other server.
fn is_cut_row(line: &str) -> bool {
    let fields = plain(line);
    let [name, alias, source, ..] = fields.as_slice() else { return false };
    let [name, alias, source] = [name, alias, source].map(|field| field.text.trim());
    let is_typical =
        |server: &str| is_server(server) && server.bytes().any(|byte| byte.is_ascii_digit()) && !server.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_text = |text: &str| text.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !is_text(name) || !is_text(alias) {
        return false;
    }
    let is_faulty_row = match fields.as_slice() {
        [_, _, servers @ ..] if servers.len() == 2 => {
            let is_word = |field: &str| is_text(field) && !field.contains(' ');
            servers.iter().all(|field| is_word(field.text.trim())) && servers.iter().any(|field| is_typical(field.text.trim()))
        }
        _ => false,
    };
    is_faulty_row || (3..=5).contains(&fields.len()) && !alias.contains(' ') && is_typical(source)
}

/// Returns whether a line begins as a result does; cut lines count, so that a damaged log stays a log.
fn is_result(line: &str, fields: usize) -> bool {
    status(line).is_some() && line.split(',').nth(fields.saturating_sub(1)).is_some()
}

/// Returns whether a line has two servers at its end and an alias before them; in a table one field may be empty.
fn is_row(line: &str, is_csv: bool) -> bool {
    if is_heading(line) {
        return false;
    }
    let fields = plain(line);
    let [name, .., alias, source, destination] = fields.as_slice() else { return false };
    // More fields are no comma in a name any more; rows that share a line come in fours.
    let are_rows =
        || fields.as_chunks::<4>().0.iter().all(|[_, _, source, destination]| [source, destination].iter().all(|field| is_server(field.text.trim())));
    if fields.len() > 6 && !(fields.len().is_multiple_of(4) && are_rows()) {
        return false;
    }
    let [name, alias, source, destination] = [name, alias, source, destination].map(|field| field.text.trim());
    let empty = [name, alias, source, destination].iter().filter(|field| field.is_empty()).count();
    let is_place = |field: &str| is_server_like(field) || field.is_empty() && is_csv;
    let may_lack = usize::from(is_csv && fields.len() == 4);
    let alias_may_lack = alias.is_empty() && fields.len() == 4;
    empty <= may_lack.max(usize::from(alias_may_lack)) && !name.contains('\t') && !alias.contains(' ') && is_place(source) && is_place(destination)
}

fn servers(row: &str) -> Vec<String> {
    plain(row).iter().rev().take(2).map(|field| fold(field.text)).filter(|server| !server.is_empty()).collect()
}

fn fold(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

fn is_user_list(first: &str) -> bool {
    const COLUMNS: [&str; 3] = ["sfs_username", "sfs_fullname", "migrateuser"];
    first.split(',').take(64).any(|column| COLUMNS.iter().any(|known| column.trim().trim_matches('"').eq_ignore_ascii_case(known)))
}

/// An accounts file has no mark but its name: one that speaks of accounts, or one of users or names with one word on each line.
fn is_accounts_file(lines: &[&str], name: &str) -> bool {
    let speaks_of_users =
        || ["user", "name", "mailbox", "alias"].iter().any(|word| name.contains(word)) && matches!(extension(name), "txt" | "lst" | "csv");
    let are_words = || lines.len() > 1 && lines.iter().all(|line| line.split_whitespace().count() == 1);
    lines.iter().all(|line| is_account(line)) && (name.contains("account") || speaks_of_users() && are_words())
}

/// A code page number, then lines of which one names a file of the wizard; under the wizard's own extension the number is enough.
fn is_packing_list(lines: &[&str], name: &str) -> bool {
    let first = lines.first().map_or("", |line| line.trim());
    let names_file = |line: &&str| [".pri", ".sec"].iter().any(|extension| line.to_ascii_lowercase().contains(extension));
    if extension(name) == "pkl" { code_page_in(first).is_some() } else { is_code_page(first) && lines.iter().skip(1).any(names_file) }
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Returns the first number of a line that can be a code page.
pub(super) fn code_page_in(line: &str) -> Option<u32> {
    let numbers = line.split(|c: char| !c.is_ascii_digit()).filter(|number| (3..=5).contains(&number.len()));
    numbers.into_iter().find_map(|number| number.parse().ok())
}

fn is_code_page(page: &str) -> bool {
    (3..=5).contains(&page.len()) && page.bytes().all(|byte| byte.is_ascii_digit()) && page.parse().is_ok_and(|page| CodePage(page).is_known())
}

fn is_account(line: &str) -> bool {
    line.len() <= 64 && !line.contains([',', ';', '=', ':', '\t', '[', '<', '{']) && line.split_whitespace().count() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_named(text: &str, name: &str, expected: Option<MigrationKind>) {
        assert_eq!(detect(&TextFile::decode(text.as_bytes()), name), expected, "{name}: {text}");
    }

    #[track_caller]
    fn check(text: &str, expected: Option<MigrationKind>) {
        check_named(text, "", expected);
    }

    #[test]
    fn lists_and_logs_are_told_apart_by_content() {
        check("John Doe,JohnD,GW-PILOT1,GW-PROD1\r\n", Some(MigrationKind::List));
        check("John Doe,JohnD,GW-PILOT1,GW-PROD1\r\nMary,MarySm,GW-PILOT1\r\nDoe, J,JD,GW1,GW2\r\n", Some(MigrationKind::List));
        check("SUCCESS,a,b,GW1,GW2,fine,5/10/96 10:05:00\r\nFAILURE,a,b,GW1,GW2\r\n", Some(MigrationKind::Log));
        check("SUCCESS,a,b,GW1,GW2,fine,5/10/96 10:05:00\r\nFAILURE,a\r\n", Some(MigrationKind::Log));
        check("SUCCESS,a,b,GW1,GW2\r\n", Some(MigrationKind::Log));
        check("a,b,GW1,GW2\r\nSUCCESS,a,b,GW1,GW2,fine,5/10/96 10:05:00\r\n", Some(MigrationKind::List));
        check("1,2,3,4\r\n5,6,7,8\r\n", None);
        check("[Header]\r\nVersion=1\r\n", None);
        check("Dear all, please find enclosed\r\n", None);
        check("We asked Ann, Bob, Carl, Dora\r\nand they said\r\nno\r\n", None);
        check("", None);
    }

    #[test]
    fn faulty_lines_do_not_hide_a_list() {
        let good = "John Doe,JohnD,GW-PILOT1,GW-PROD1\r\n";
        for fault in ["Mary,MarySm,GW-PILOT1\r\n", "Mary,,GW-PILOT1,GW-PROD1\r\n", "Mary,Mary Sm,GW-PILOT1,GW-PROD1\r\n", "Mary,m,,GW-PROD1,x\r\n"] {
            check(&format!("{good}{fault}"), Some(MigrationKind::List));
        }
        check("John Doe,,GW-PILOT1,GW-PROD1\r\n", Some(MigrationKind::List));
        check_named("John Doe,JohnD,GW-PILOT1,\r\n", "Pilot.csv", Some(MigrationKind::List));
        check_named("John Doe,JohnD,GW-PILOT1\r\n", "Pilot.csv", Some(MigrationKind::List));
        check_named("Obj-Class,Directory Name,Home-Server,Object-Version,When-Created,When-Changed,Is-Deleted\r\nx,y,z\r\n", "Imcobj.csv", None);
        check_named("Name,Code,Total\r\nJohn Doe,JohnD,17\r\n", "Pilot.csv", None);
        check_named("John Doe,John D,GW-PILOT1,GW-PROD1\r\n", "Pilot.csv", Some(MigrationKind::List));
        check_named("John Doe,JohnD,GW_PILOT1$,GW-PROD1\r\n", "Pilot.csv", Some(MigrationKind::List));
        check_named("SUCCESS,a,b,GW1,GW2,x,5/10/96 1:00:00\r\n", "Pilot.csv", Some(MigrationKind::List));
        check_named("SUCCESS,a,b,GW1,GW2,x,5/10/96 1:00:00\r\nFAILURE,a\r\n", "Pilot.csv", Some(MigrationKind::Log));
        check("Display Name,Alias Name,Pilot Server Name,Production Server Name\r\n", Some(MigrationKind::List));
        check("John Doe,JohnD,gw1.example.com,GW-PRODUCTION-EUROPE-17\r\n", Some(MigrationKind::List));
        check("Display Name,Alias Name,Pilot Server Name,Production Server Name\r\na,b,GW1,GW2\r\n", Some(MigrationKind::List));
        check_named(
            "a,b,GW1,GW2\r\nSUCCESS,c,d,GW1,GW2,x,5/10/96 1:00:00\r\nSUCCESS,e,f,GW1,GW2,x,5/10/96 1:00:00\r\n",
            "p.csv",
            Some(MigrationKind::List),
        );
    }

    #[test]
    fn files_of_the_wizard_are_known() {
        check("SFS_UserName,SFS_FullName,MigrateUser,Obj-Class\r\na,b,Y,Mailbox\r\n", Some(MigrationKind::WizardUserList));
        check("! batch\r\nMode,MSMAILPC\r\n", Some(MigrationKind::WizardControl));
        check("Function,FULL\r\nMode,MSMAILPC\r\n", Some(MigrationKind::WizardControl));
        check("1252\r\nDirectory.pri,1,2\r\n", Some(MigrationKind::WizardPackingList));
        check("1252\r\n1253\r\n", None);
        check_named("437\r\n", "MAIL.PKL", Some(MigrationKind::WizardPackingList));
        check_named("CodePage,437\r\n", "MAIL.PKL", Some(MigrationKind::WizardPackingList));
        check_named("Directory\r\n", "MAIL.PKL", None);
        check_named("Obj-Class,Common-Name\r\nMailbox,Ann\r\n", "x/Directory.pri", Some(MigrationKind::WizardSection));
        check_named("ann\nbob\n", "accounts.txt", Some(MigrationKind::WizardAccounts));
        check_named("Accounts were checked: all is well\n", "accounts.txt", None);
        check_named("ann\nbob\n", "Users.txt", Some(MigrationKind::WizardAccounts));
        check_named("ann ray\nbob hope\n", "users.txt", None);
        check("ann\nbob\n", None);
    }
}
