//! Control files of the Migration Wizard's batch mode (Q198957).

use crate::{
    backup::Backup,
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    formats::{
        ini::Located,
        migrate::{WizardControl, WizardSetting},
    },
};

declare_rule! {
    /// Migration Wizard control file is invalid.
    ///
    /// ## Why it matters
    /// The batch mode of the wizard wants Mode first, and further keywords with certain modes; without them it stops with result
    /// code 2.
    ///
    /// ## What to do
    /// Correct the file: Mode first, then what the mode asks for.
    ///
    /// ## Fires
    /// ```backup
    /// //- batch.ctl
    /// ! nightly batch
    /// Function,FULL
    /// Mode,MSMAILPC
    /// ```
    /// ```backup
    /// //- batch.ctl
    /// Mode,SENDMAIL
    /// Function,FULL
    /// ```
    /// ```backup
    /// //- batch.ctl
    /// Mode,MSMAILPC
    /// Public,TRUE
    /// ```
    /// ```backup
    /// //- batch.ctl
    /// Mode,IMAP
    /// Function,FULL
    /// ```
    /// ```backup
    /// //- batch.ctl
    /// Mode,GRPWISE5
    /// GWDomain,DOM1
    /// ```
    /// ```backup
    /// //- batch.ctl
    /// Mode,MSMAILPC
    /// EmailStart,19990101
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- batch.ctl
    /// ! nightly batch
    ///
    /// Mode,MSMAILPC
    /// Function,FULL
    /// Public,TRUE
    /// FldOwner,Admin
    /// EmailStart,19990101000000
    /// ```
    pub static WIZARD_CONTROL_FILE_INVALID = {
        id: "MIG033", name: "wizard-control-file-invalid", severity: Error, certainty: Certain,
        versions: [V5_5],
        kb: ["Q198957"],
        needs: [WizardControl],
        tags: ["migration"],
        check: Backup(wizard_control_file_invalid),
    }
}

fn wizard_control_file_invalid(backup: &Backup, findings: &mut Findings<'_>) {
    for (path, control) in backup.siblings.wizard_controls() {
        let faults: Vec<Fault<'_>> = wrong_values(control).into_iter().chain(missing_keywords(control)).collect();
        let Some(first) = faults.first() else { continue };
        findings
            .report(format!("{} in {path}: {}", counted(faults.len(), "fault"), first.what))
            .evidences(faults.iter().map(|fault| fault.proof(path)));
    }
}

/// What is wrong, where, and what should be there.
struct Fault<'a> {
    what: String,
    place: Option<&'a Located>,
    expected: String,
}

impl Fault<'_> {
    fn proof(&self, path: &str) -> Evidence {
        let place = match self.place {
            Some(found) => Evidence::listed_line(path, found.place, &found.value),
            None => Evidence::new(path, Locator::File),
        };
        place.expected(self.expected.as_str())
    }
}

fn wrong_values(control: &WizardControl) -> Vec<Fault<'_>> {
    let mut faults = Vec::new();
    if let Some(first) = control.settings.first().filter(|first| !first.is("mode")) {
        let what = format!("the first keyword is {}, not Mode", first.keyword.value);
        faults.push(Fault { what, place: Some(&first.keyword), expected: "Mode as the first keyword".to_owned() });
    }
    if let Some(mode) = control.setting("mode").filter(|mode| !WizardControl::MODES.iter().any(|known| mode.text().eq_ignore_ascii_case(known))) {
        let what = format!("the mode '{}' is not known", mode.text());
        faults.push(Fault { what, place: Some(place(mode)), expected: WizardControl::MODES.join(", ") });
    }
    let is_time = |text: &str| text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    for limit in control.settings.iter().filter(|setting| (setting.is("emailstart") || setting.is("emailend")) && !is_time(setting.text())) {
        let what = format!("{} is '{}', no time of 14 digits", limit.keyword.value, limit.text());
        faults.push(Fault { what, place: Some(place(limit)), expected: "year, month, day, hour, minute, second: 14 digits".to_owned() });
    }
    faults
}

/// Keywords that another one asks for.
fn missing_keywords(control: &WizardControl) -> impl Iterator<Item = Fault<'_>> {
    let demands = [("Public", "TRUE", "FldOwner"), ("Mode", "IMAP", "Accounts"), ("Mode", "GRPWISE5", "GWDomain"), ("Mode", "GRPWISE5", "POName")];
    let unmet = move |(keyword, value, wanted): &(&str, &str, &str)| control.says(keyword, value) && control.setting(wanted).is_none();
    demands.into_iter().filter(unmet).map(move |(keyword, value, wanted)| Fault {
        what: format!("{keyword} is {value} and {wanted} is missing"),
        place: control.setting(keyword).map(place),
        expected: format!("a line {wanted} in the file"),
    })
}

fn place(setting: &WizardSetting) -> &Located {
    setting.value.as_ref().unwrap_or(&setting.keyword)
}
