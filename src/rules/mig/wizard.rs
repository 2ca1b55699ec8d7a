//! Files of the Migration Wizard: user lists, packing lists, directory lines, accounts (Q150438, Q156063, Q198957, Q200564).

use crate::{
    backup::{Backup, migration::folded},
    base::{Line, TextFile, counted},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::{ini::Located, migrate::WizardUserList},
};

declare_rule! {
    /// Migration Wizard user list was edited in a risky way.
    ///
    /// ## Why it matters
    /// The placeholder ~SERVER stands for the server that is chosen later and must not be replaced; other edits change whether
    /// and how a user is migrated.
    ///
    /// ## What to do
    /// Restore ~SERVER, the Y or N of MigrateUser, the mode and the name.
    ///
    /// ## Fires
    /// ```backup
    /// //- users.csv
    /// SFS_UserName,SFS_FullName,MigrateUser,Obj-Class,Mode,Common-Name,Home-Server
    /// ANN,Ann Ray,Y,Mailbox,Create,AnnR,SERVER1
    /// ```
    /// ```backup
    /// //- users.csv
    /// SFS_UserName,SFS_FullName,MigrateUser,Obj-Class,Mode,Common-Name,Home-Server
    /// ANN,Ann Ray,Yes,Mailbox,Create,AnnR,~SERVER
    /// ```
    /// ```backup
    /// //- users.csv
    /// SFS_UserName,SFS_FullName,MigrateUser,Obj-Class,Mode,Common-Name,Home-Server
    /// ANN,Ann Ray,Y,Mailbox,New,AnnR,~SERVER
    /// ```
    /// ```backup
    /// //- users.csv
    /// SFS_UserName,SFS_FullName,MigrateUser,Obj-Class,Mode,Common-Name,Home-Server
    /// ANN,Ann Ray,Y,Mailbox,Create,,~SERVER
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- users.csv
    /// SFS_UserName,SFS_FullName,MigrateUser,Obj-Class,Mode,Common-Name,Home-Server
    /// ANN,Ann Ray,Y,Mailbox,Create,AnnR,~SERVER
    /// BOB,"Hope, Bob",n,Mailbox,Modify,BobH,~SERVER
    /// ```
    pub static WIZARD_LIST_RISKY_EDIT = {
        id: "MIG030", name: "wizard-list-risky-edit", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q150438"],
        needs: [WizardUserlist],
        tags: ["migration"],
        check: Backup(wizard_list_risky_edit),
    }
}

fn wizard_list_risky_edit(backup: &Backup, findings: &mut Findings<'_>) {
    for (path, list) in backup.siblings.wizard_user_lists() {
        let mut risky = risky_cells(list);
        risky.sort_by_key(|(cell, ..)| cell.place.line);
        let Some((first, column, _)) = risky.first() else { continue };
        findings
            .report(format!(
                "{} of {path} with a risky value; {column} in line {} is '{}'",
                counted(risky.len(), "cell"),
                first.place.line,
                first.value
            ))
            .first_evidences(risky.iter().map(|(cell, _, expected)| Evidence::listed_line(path, cell.place, &cell.value).expected(*expected)));
    }
}

/// Returns the cells whose values the wizard does not expect, with their column and what it does expect.
fn risky_cells(list: &WizardUserList) -> Vec<(&Located, &'static str, &'static str)> {
    let is_one_of = |cell: &Located, allowed: &[&str]| allowed.iter().any(|value| cell.value.trim().eq_ignore_ascii_case(value));
    let columns: [(&str, &[&str], &str); 3] = [
        ("Home-Server", &["~SERVER"], "~SERVER"),
        ("MigrateUser", &["Y", "N"], "Y or N"),
        ("Mode", &["Create", "Modify", "Update", "Delete"], "Create, Modify, Update or Delete"),
    ];
    let edited = columns.into_iter().flat_map(|(column, allowed, expected)| {
        list.cells(column).filter(move |cell| !is_one_of(cell, allowed)).map(move |cell| (cell, column, expected))
    });
    let unnamed = list.cells("Common-Name").filter(|cell| cell.value.trim().is_empty()).map(|cell| (cell, "Common-Name", "a name"));
    edited.chain(unnamed).collect()
}

declare_rule! {
    /// Migration files use a lossy code page.
    ///
    /// ## Why it matters
    /// Many special characters of the code pages 10000 and 437 become question marks or look-alikes when the wizard imports them.
    ///
    /// ## What to do
    /// Extract again in another code page.
    ///
    /// ## Fires
    /// ```backup
    /// //- MAIL.PKL
    /// 437
    /// DIRECTORY.PRI,1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- MAIL.PKL
    /// 1252
    /// DIRECTORY.PRI,1
    /// ```
    pub static WIZARD_LOSSY_CODE_PAGE = {
        id: "MIG031", name: "wizard-lossy-code-page", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q156063"],
        needs: [WizardPkl],
        tags: ["migration", "charset"],
        check: Backup(wizard_lossy_code_page),
    }
}

fn wizard_lossy_code_page(backup: &Backup, findings: &mut Findings<'_>) {
    for (path, list) in backup.siblings.wizard_packing_lists() {
        let Some(page @ (10000 | 437)) = list.code_page else { continue };
        findings
            .report(format!("the first line of {path} names code page {page}"))
            .evidence(Evidence::listed_line(path, list.first.place, &list.first.value).expected("a code page such as 1252"));
    }
}

declare_rule! {
    /// Single backslash in a migration directory section.
    ///
    /// ## Why it matters
    /// A backslash begins an escape. Before any letter but r and n the wizard warns and mangles the value; r and n silently
    /// become control characters.
    ///
    /// ## What to do
    /// Double the backslash.
    ///
    /// ## Fires
    /// ```backup
    /// //- Directory.pri
    /// Obj-Class,Common-Name,Display-Name
    /// Mailbox,AnnR,Sales\Ann
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Directory.pri
    /// Obj-Class,Common-Name,Display-Name
    /// Mailbox,AnnR,Sales\\Ann
    /// Mailbox,BobH,line1\rline2
    /// ```
    pub static WIZARD_UNESCAPED_BACKSLASH = {
        id: "MIG032", name: "wizard-unescaped-backslash", severity: Warning, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q156063"],
        needs: [WizardSection],
        tags: ["migration"],
        check: Backup(wizard_unescaped_backslash),
    }
}

fn wizard_unescaped_backslash(backup: &Backup, findings: &mut Findings<'_>) {
    for (path, section) in backup.siblings.wizard_sections().filter(|(_, section)| section.is_directory) {
        let Some(first) = section.odd_escapes.first() else { continue };
        findings
            .report(format!(
                "{path} has {} that begin no escape; the first is '{}' in line {}",
                counted(section.odd_escapes.len(), "backslash"),
                first.value,
                first.place.line
            ))
            .first_evidences(section.odd_escapes.iter().map(|pair| Evidence::listed_line(path, pair.place, &pair.value).expected(r"\\, \r or \n")));
    }
}

declare_rule! {
    /// Accounts file is not in CR LF lines.
    ///
    /// ## Why it matters
    /// Each name has to end with carriage return and line feed, in the Windows code page of the language that is migrated.
    ///
    /// ## What to do
    /// Convert the line ends of the file.
    ///
    /// ## Fires
    /// ```backup
    /// //- accounts.txt lf
    /// ann
    /// bob
    /// ```
    /// ```backup
    /// //- batch.ctl
    /// Mode,IMAP
    /// Accounts,C:\migrate\names.txt
    /// //- names.txt lf
    /// ann
    /// bob
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- accounts.txt
    /// ann
    /// bob
    /// ```
    pub static WIZARD_ACCOUNTS_FILE_LINES = {
        id: "MIG034", name: "wizard-accounts-file-lines", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q198957"],
        needs: [WizardUserlist],
        tags: ["migration"],
        check: Backup(wizard_accounts_file_lines),
    }
}

fn wizard_accounts_file_lines(backup: &Backup, findings: &mut Findings<'_>) {
    for (path, accounts) in backup.siblings.wizard_accounts() {
        let Some(first) = accounts.line_ends.first_odd.as_ref().filter(|_| accounts.line_ends.lf > 0) else { continue };
        findings
            .report(format!("the accounts file {path} has {} with LF and no CR at the end", counted(accounts.line_ends.lf, "line")))
            .evidence(Evidence::listed_line(path, first.place, &first.value).expected("CR LF behind each name"));
    }
}

declare_rule! {
    /// Migrated user exists as custom recipient already.
    ///
    /// ## Why it matters
    /// The import failed because the address belongs to an entry that directory synchronization made. The wizard wrote the lines
    /// that failed to a recovery file.
    ///
    /// ## What to do
    /// Remove or unhide the custom recipient, then import the recovery file.
    ///
    /// ## Fires
    /// ```backup
    /// //- Directory.pri
    /// Obj-Class,Common-Name,Display-Name
    /// Mailbox,AnnR,Ann Ray
    /// //- 1A2B3C4D.PRI
    /// Mailbox,AnnR,Ann Ray
    /// ```
    /// ```backup
    /// //- Directory.pri
    /// Obj-Class,Common-Name,Display-Name
    /// Mailbox,AnnR,Ann Ray
    /// //- events.txt
    /// MSExchangeMig  Error  Event ID: 8149  record 2 of Directory.pri failed
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Directory.pri
    /// Obj-Class,Common-Name,Display-Name
    /// Mailbox,AnnR,Ann Ray
    /// //- notes.txt
    /// The customer has 8149 users and 238 lists.
    /// ```
    /// ```backup
    /// //- MAIL.PKL
    /// 1252
    /// DIRECTORY.PRI,1
    /// HEADERS.PRI,1
    /// //- Directory.pri
    /// Obj-Class,Common-Name,Display-Name
    /// Mailbox,AnnR,Ann Ray
    /// //- HEADERS.PRI
    /// Folder,Inbox
    /// ```
    pub static WIZARD_ADDRESS_NOT_UNIQUE = {
        id: "MIG035", name: "wizard-address-not-unique", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q200564"],
        needs: [WizardSection],
        tags: ["migration"],
        check: Backup(wizard_address_not_unique),
    }
}

fn wizard_address_not_unique(backup: &Backup, findings: &mut Findings<'_>) {
    let recovered: Vec<(&str, usize, Vec<Evidence>)> = recovery_files(backup).collect();
    let logged = logged_failures(backup);
    let files = recovered.iter().map(|(path, lines, _)| format!("{path} holds {} that failed", counted(*lines, "line")));
    let what: Vec<String> = files.chain(logged.first().map(|proof| format!("a log says '{}'", proof.observed.trim()))).collect();
    if what.is_empty() {
        return;
    }
    findings
        .report(what.join("; "))
        .first_evidences(recovered.into_iter().flat_map(|(_, _, lines)| lines).map(|proof| proof.expected("no recovery file beside Directory.pri")))
        .first_evidences(logged.into_iter().map(|proof| proof.expected("no failed directory lines")));
}

/// Returns the primary files beside a Directory.pri that no packing list beside them names, with the number of their lines.
fn recovery_files(backup: &Backup) -> impl Iterator<Item = (&str, usize, Vec<Evidence>)> {
    let folder = |path: &str| folded(path.rsplit_once('/').map_or("", |(folder, _)| folder));
    let name = |path: &str| folded(path.rsplit('/').next().unwrap_or(path));
    let is_beside = move |path: &str| {
        backup
            .siblings
            .wizard_sections()
            .any(|(other, _)| name(other) == "directory.pri" && folder(other) == folder(path) && name(path) != "directory.pri")
    };
    let is_packed = move |path: &str| {
        backup.siblings.wizard_packing_lists().any(|(list, files)| folder(list) == folder(path) && files.files.contains(&name(path)))
    };
    backup.siblings.wizard_sections().filter(move |(path, _)| is_beside(path) && !is_packed(path)).map(|(path, section)| {
        (path, section.lines.len(), section.lines.iter().take(3).map(|line| Evidence::listed_line(path, line.place, &line.value)).collect())
    })
}

/// Returns the lines of added logs that name one of the events of a failed directory import.
fn logged_failures(backup: &Backup) -> Vec<Evidence> {
    let texts = backup.files.iter().filter_map(|file| Some((file.path.as_ref(), file.traits.text.as_deref()?)));
    texts.flat_map(|(path, text)| text.lines().filter(|line| names_failure(line)).map(move |line| proof(path, text, line))).take(20).collect()
}

fn names_failure(line: &Line<'_>) -> bool {
    let text = line.text.to_lowercase();
    let has_number = |numbers: &[&str]| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| numbers.contains(&word));
    (text.contains("event") || text.contains("msexchangemig")) && has_number(&["238", "8149", "8002"])
        || text.contains("not unique") && has_number(&["238"])
}

fn proof(path: &str, text: &TextFile, line: Line<'_>) -> Evidence {
    Evidence::line(path, text, line)
}
