//! Files of other tools that support engineers find beside a Backup, or in it: IMCCOPY texts, files of the Mailbox Migration Utility and of
//! the Migration Wizard. Their names are free; content decides wherever it can.

use std::collections::HashSet;

use crate::{
    base::{Anomaly, Decoded, Limits, TextFile},
    formats::{
        imccopy::{self, ImccopyFile},
        ini::{IniFile, Place},
        migrate::{
            self, LogLine, MigrationKind, MigrationList, MigrationLog, WizardAccounts, WizardControl, WizardFile, WizardPackingList, WizardSection,
            WizardUserList,
        },
    },
};

use super::secrets::names_a_secret;

/// The sibling files of a Backup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Siblings {
    /// Texts of IMCCOPY.
    pub imccopy: Vec<Sibling<ImccopyFile>>,
    /// Recipient lists of the Mailbox Migration Utility.
    pub migration_lists: Vec<Sibling<MigrationList>>,
    /// Result logs of the Mailbox Migration Utility.
    pub migration_logs: Vec<Sibling<MigrationLog>>,
    /// Files of the Migration Wizard.
    pub wizard: Vec<Sibling<WizardFile>>,
}

/// One sibling file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling<T> {
    /// Its path as the scan names it.
    pub path: String,
    /// What it says, with its anomalies.
    pub file: Decoded<T>,
}

/// What a sibling file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SiblingKind {
    /// A text of IMCCOPY.
    Imccopy,
    /// A recipient list of the Mailbox Migration Utility.
    MigrationList,
    /// A result log of the Mailbox Migration Utility.
    MigrationLog,
    /// A file of the Migration Wizard.
    Wizard(MigrationKind),
}

impl SiblingKind {
    /// Finds out whether a file is a sibling, by content; the name helps where content is too plain.
    #[must_use]
    pub fn of(bytes: &[u8], path: &str, limits: &Limits) -> Option<Self> {
        let text = TextFile::decode(bytes);
        match migrate::detect(&text, path) {
            Some(MigrationKind::List) => Some(Self::MigrationList),
            Some(MigrationKind::Log) => Some(Self::MigrationLog),
            Some(kind) => Some(Self::Wizard(kind)),
            None => imccopy::is_imccopy(&IniFile::of_text(text, limits).value).then_some(Self::Imccopy),
        }
    }
}

impl Siblings {
    /// Reads a file of a kind that [`SiblingKind::of`] found and keeps it.
    pub fn add(&mut self, kind: SiblingKind, path: &str, (bytes, limits): (&[u8], &Limits)) {
        let name = path;
        let path = path.to_owned();
        match kind {
            SiblingKind::Imccopy => self.imccopy.push(Sibling { path, file: imccopy::parse(bytes, limits) }),
            SiblingKind::MigrationList => self.migration_lists.push(Sibling { path, file: migrate::parse_list(bytes, limits) }),
            SiblingKind::MigrationLog => self.migration_logs.push(Sibling { path, file: migrate::parse_log(bytes, limits) }),
            SiblingKind::Wizard(kind) => {
                self.wizard.extend(migrate::parse_wizard(kind, name, (bytes, limits)).map(|file| Sibling { path, file }));
            }
        }
    }

    /// Reads a file that may hold rows and results alike; rows within a log are kept as a list of their own.
    pub fn add_with_both(&mut self, kind: SiblingKind, path: &str, (bytes, limits): (&[u8], &Limits)) {
        self.add(kind, path, (bytes, limits));
        let Some(log) = self.migration_logs.last_mut().filter(|_| kind == SiblingKind::MigrationLog) else { return };
        let mut list = migrate::parse_list(bytes, limits);
        let torn: HashSet<usize> = log.file.value.unread.iter().map(|line| line.text.place.line).collect();
        let is_status = |name: &str| ["success", "failure"].iter().any(|status| name.trim().eq_ignore_ascii_case(status));
        list.value.rows.retain(|row| torn.contains(&row.place.line) && !is_status(&row.name.value));
        if list.value.rows.is_empty() {
            return;
        }
        let rows: HashSet<usize> = list.value.rows.iter().map(|row| row.place.line).collect();
        log.file.value.unread.retain(|line| !rows.contains(&line.text.place.line));
        list.value.result_lines.clear();
        list.value.unread.clear();
        self.migration_lists.push(Sibling { path: path.to_owned(), file: list });
    }

    /// Takes over the files of another collection.
    pub fn append(&mut self, mut other: Self) {
        self.imccopy.append(&mut other.imccopy);
        self.migration_lists.append(&mut other.migration_lists);
        self.migration_logs.append(&mut other.migration_logs);
        self.wizard.append(&mut other.wizard);
    }

    /// Returns the deviations of all files.
    pub fn anomalies(&self) -> impl Iterator<Item = &Anomaly> {
        let imccopy = self.imccopy.iter().flat_map(|sibling| &sibling.file.anomalies);
        let lists = self.migration_lists.iter().flat_map(|sibling| &sibling.file.anomalies);
        let logs = self.migration_logs.iter().flat_map(|sibling| &sibling.file.anomalies);
        imccopy.chain(lists).chain(logs).chain(self.wizard.iter().flat_map(|sibling| &sibling.file.anomalies))
    }

    /// Returns whether an IMCCOPY text has domain records.
    #[must_use]
    pub fn has_domain_records(&self) -> bool {
        self.imccopy.iter().any(|sibling| sibling.file.value.domain_section.is_some())
    }

    /// Returns whether an IMCCOPY text has routes.
    #[must_use]
    pub fn has_routes(&self) -> bool {
        self.imccopy.iter().any(|sibling| sibling.file.value.routes_section.is_some())
    }

    /// Returns the paths of all sibling files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let imccopy = self.imccopy.iter().map(|sibling| sibling.path.as_str());
        let lists = self.migration_lists.iter().map(|sibling| sibling.path.as_str());
        let logs = self.migration_logs.iter().map(|sibling| sibling.path.as_str());
        imccopy.chain(lists).chain(logs).chain(self.wizard.iter().map(|sibling| sibling.path.as_str()))
    }

    /// Returns the user lists of the Migration Wizard with their paths.
    pub fn wizard_user_lists(&self) -> impl Iterator<Item = (&str, &WizardUserList)> {
        self.wizard_files(|file| if let WizardFile::UserList(list) = file { Some(list) } else { None })
    }

    /// Returns the packing lists of the Migration Wizard with their paths.
    pub fn wizard_packing_lists(&self) -> impl Iterator<Item = (&str, &WizardPackingList)> {
        self.wizard_files(|file| if let WizardFile::PackingList(list) = file { Some(list) } else { None })
    }

    /// Returns the primary files of the Migration Wizard with their paths.
    pub fn wizard_sections(&self) -> impl Iterator<Item = (&str, &WizardSection)> {
        self.wizard_files(|file| if let WizardFile::Section(section) = file { Some(section) } else { None })
    }

    /// Returns the control files of the Migration Wizard with their paths.
    pub fn wizard_controls(&self) -> impl Iterator<Item = (&str, &WizardControl)> {
        self.wizard_files(|file| if let WizardFile::Control(control) = file { Some(control) } else { None })
    }

    /// Returns the accounts files of the Migration Wizard with their paths.
    pub fn wizard_accounts(&self) -> impl Iterator<Item = (&str, &WizardAccounts)> {
        self.wizard_files(|file| if let WizardFile::Accounts(accounts) = file { Some(accounts) } else { None })
    }

    fn wizard_files<'a, T: 'a>(&'a self, pick: impl Fn(&'a WizardFile) -> Option<&'a T>) -> impl Iterator<Item = (&'a str, &'a T)> {
        self.wizard.iter().filter_map(move |sibling| Some((sibling.path.as_str(), pick(&sibling.file.value)?)))
    }

    /// Returns where passwords stand in control files.
    pub fn secret_places(&self) -> impl Iterator<Item = Place> {
        let settings = self.wizard_controls().flat_map(|(_, control)| &control.settings);
        settings.filter(|setting| names_a_secret(&setting.keyword.value)).filter_map(|setting| setting.value.as_ref().map(|value| value.place))
    }

    /// Keeps the texts that control files name as accounts files; `texts` are the files that no reader took, with their paths.
    pub fn add_named_accounts<'t>(&mut self, texts: impl Iterator<Item = (&'t str, &'t TextFile)>) {
        let named: Vec<String> = self.wizard_controls().filter_map(|(_, control)| Some(file_name(control.setting("accounts")?.text()))).collect();
        if named.is_empty() {
            return;
        }
        let meant = texts.filter(|(path, _)| named.contains(&file_name(path)));
        let accounts =
            |(path, text): (&str, &TextFile)| Sibling { path: path.to_owned(), file: Decoded::clean(WizardFile::Accounts(migrate::accounts(text))) };
        self.wizard.extend(meant.map(accounts));
    }

    /// Returns every result line with the path of its file, those that stand in lists included.
    pub fn result_lines(&self) -> impl Iterator<Item = (&str, &LogLine)> {
        let lists = self.migration_lists.iter().flat_map(|sibling| sibling.file.value.result_lines.iter().map(|line| (sibling.path.as_str(), line)));
        lists.chain(self.migration_logs.iter().flat_map(|sibling| sibling.file.value.lines.iter().map(|line| (sibling.path.as_str(), line))))
    }
}

fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_are_known_by_content_and_kept_with_their_paths() {
        let limits = Limits::default();
        let files: [(&str, &[u8], Option<SiblingKind>); 5] = [
            ("imcrou.txt", b"[Header]\nVersion=1\n[Routes]\nDeliveryRouting=+\nDefaultRouting=\n", Some(SiblingKind::Imccopy)),
            ("pilot.csv", b"A,anna,GW1,GW2\nSUCCESS,B,bert,GW1,GW2,Migrated No Errors,5/10/96 12:00:00\n", Some(SiblingKind::MigrationList)),
            ("pilot.log", b"SUCCESS,A,anna,GW1,GW2,Migrated No Errors,5/10/96 12:00:00\n", Some(SiblingKind::MigrationLog)),
            ("wizard.ctl", b"Mode,MSMAILPC\nFunction,FULL\n", Some(SiblingKind::Wizard(MigrationKind::WizardControl))),
            ("Imcfls", b"[Header]\nVersion=1\n[MTSOut]\nMessages=\n", None),
        ];
        let mut siblings = Siblings::default();
        for (path, bytes, expected) in files {
            let kind = SiblingKind::of(bytes, path, &limits);
            assert_eq!(kind, expected, "{path}");
            if let Some(kind) = kind {
                siblings.add(kind, path, (bytes, &limits));
            }
        }
        assert_eq!(siblings.paths().collect::<Vec<_>>(), ["imcrou.txt", "pilot.csv", "pilot.log", "wizard.ctl"]);
        assert_eq!(siblings.result_lines().map(|(path, _)| path).collect::<Vec<_>>(), ["pilot.csv", "pilot.log"]);
    }
}
