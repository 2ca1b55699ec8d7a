//! Control files of the Migration Wizard's batch mode (Q198957): `Keyword,Value` a line, `!` begins a comment, Mode comes first.

use super::fields::locate;
use crate::{
    base::{Line, TextFile},
    formats::ini::Located,
};

/// A control file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WizardControl {
    /// Every line that is neither blank nor a comment.
    pub settings: Vec<WizardSetting>,
}

/// One line of a control file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WizardSetting {
    /// The keyword without outer blanks.
    pub keyword: Located,
    /// What stands behind the first comma, without outer blanks; none when there is no comma.
    pub value: Option<Located>,
}

impl WizardControl {
    /// The modes of the wizard.
    pub const MODES: [&'static str; 9] = ["FILE", "MSMAILPC", "CCMAIL", "COLLABRA", "NOTES", "GRPWISE", "GRPWISE5", "ADSI", "IMAP"];

    /// Returns the first line with a keyword, letter case aside.
    #[must_use]
    pub fn setting(&self, keyword: &str) -> Option<&WizardSetting> {
        self.settings.iter().find(|setting| setting.is(keyword))
    }

    /// Returns whether a keyword has this value, letter case aside.
    #[must_use]
    pub fn says(&self, keyword: &str, value: &str) -> bool {
        self.setting(keyword).is_some_and(|setting| setting.text().eq_ignore_ascii_case(value))
    }
}

impl WizardSetting {
    /// Returns whether this is the keyword, letter case aside.
    #[must_use]
    pub fn is(&self, keyword: &str) -> bool {
        self.keyword.value.eq_ignore_ascii_case(keyword)
    }

    /// Returns the value, empty when there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.value.as_ref().map_or("", |value| value.value.as_str())
    }
}

/// Keywords that tell a control file from other tables of two columns.
const KEYWORDS: [&str; 9] = ["mode", "function", "public", "fldowner", "accounts", "gwdomain", "poname", "emailstart", "emailend"];

/// Returns whether the lines, none of them blank, are those of a control file: keyword and value each, Mode or Function first, or two
/// of the known keywords at least.
pub(super) fn looks_like_control(lines: &[&str]) -> bool {
    let mut settings = lines.iter().filter(|line| !is_comment(line)).map(|line| keyword(line)).peekable();
    let leads = settings.peek().is_some_and(|first| matches!(first.to_ascii_lowercase().as_str(), "mode" | "function"));
    let keywords: Vec<String> = settings.map(str::to_ascii_lowercase).collect();
    let is_word = |word: &String| (2..=24).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let known = KEYWORDS.iter().filter(|known| keywords.iter().any(|keyword| keyword == *known)).count();
    let words = keywords.iter().filter(|keyword| is_word(keyword)).count();
    known > 0 && (leads || known > 1) && words * 4 >= keywords.len() * 3
}

/// Reads the lines of a control file.
pub(super) fn read(file: &TextFile, lines: &[Line<'_>]) -> WizardControl {
    let settings = lines.iter().filter(|line| !is_comment(line.text)).map(|line| {
        let value = line.text.split_once(',').map(|(_, value)| locate(file, *line, value.trim_matches([' ', '\t', '\u{1a}'])));
        WizardSetting { keyword: locate(file, *line, keyword(line.text)), value }
    });
    WizardControl { settings: settings.collect() }
}

fn keyword(line: &str) -> &str {
    line.split_once(',').map_or(line, |(keyword, _)| keyword).trim()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('!')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_and_values_are_read() {
        let file = TextFile::decode(b"! batch\r\nMode, IMAP \r\nAccounts,c:\\acc,1.txt\r\nEnd\r\n");
        let control = read(&file, &file.lines().collect::<Vec<_>>());
        let settings: Vec<_> = control.settings.iter().map(|setting| (setting.keyword.value.as_str(), setting.text())).collect();
        assert_eq!(settings, [("Mode", "IMAP"), ("Accounts", "c:\\acc,1.txt"), ("End", "")]);
        assert!(control.says("MODE", "imap") && control.setting("poname").is_none());
    }

    #[test]
    fn other_tables_are_no_control_files() {
        assert!(looks_like_control(&["!", "Function,FULL"]));
        assert!(looks_like_control(&["Server,S1", "Mode,FILE", "Public,TRUE"]));
        assert!(!looks_like_control(&["Server,S1", "Mode,FILE"]));
        assert!(!looks_like_control(&["Mode of transport, bus", "x"]));
        assert!(!looks_like_control(&["a,b,GW1,GW2"]));
    }
}
