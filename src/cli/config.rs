//! The configuration file: severities, rules that are switched off, thresholds (`report --config FILE`); and `imcscan config`, which writes
//! one with everything at its default.
//!
//! ```toml
//! [rules.QUE008]
//! severity = "info"
//!
//! [rules.packing-list-missing]
//! enabled = false
//!
//! [thresholds]
//! "que.backlog" = 50
//! ```

use std::path::{Path, PathBuf};

use thiserror::Error;
use toml::{Table, Value};

use crate::{
    diagnostics::{Rule, Settings, Severity, Threshold},
    rules::{CATALOGUE, thresholds},
};

use super::{
    console::{Console, Failure},
    exit::Exit,
    user_file::{UserFileError, read_text},
};

/// Why a configuration file is not followed.
#[derive(Debug, Error)]
enum ConfigError {
    #[error(transparent)]
    File(#[from] UserFileError),
    #[error("the configuration {} is no TOML: {reason}", path.display())]
    Syntax { path: PathBuf, reason: String },
    #[error("the configuration {}: {fault}", path.display())]
    Meaning { path: PathBuf, fault: Fault },
}

/// What is wrong with one entry.
#[derive(Debug, Error)]
enum Fault {
    #[error("{0} is no section; known are rules and thresholds")]
    Section(String),
    #[error("no rule has the code or name {0}")]
    Rule(String),
    #[error("rules.{0} is no table")]
    RuleTable(String),
    #[error("rules.{rule}.{key} is not known; known are severity and enabled")]
    RuleKey { rule: String, key: String },
    #[error("rules.{0}.severity is one of info, warning, error, critical")]
    Severity(String),
    #[error("rules.{0}.enabled is true or false")]
    Enabled(String),
    #[error("no threshold has the name {0}; `imcscan config` prints all")]
    Threshold(String),
    #[error("thresholds.{0} is a whole number from 0 to {max}", max = u32::MAX)]
    Number(String),
}

/// Returns the settings that a text makes, or the complaint about it.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn settings_of(text: &str) -> Result<Settings, String> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    settings(&table).map_err(|fault| fault.to_string())
}

/// Reads the settings of a run.
pub(super) fn load(path: &Path) -> Result<Settings, Failure> {
    read(path).map_err(|error| Failure::Told(Exit::Usage, Box::new(error)))
}

fn read(path: &Path) -> Result<Settings, ConfigError> {
    let text = read_text("configuration", path)?;
    let table: Table = text
        .parse()
        .map_err(|error: toml::de::Error| ConfigError::Syntax { path: path.to_path_buf(), reason: error.to_string().trim().replace('\n', " ") })?;
    settings(&table).map_err(|fault| ConfigError::Meaning { path: path.to_path_buf(), fault })
}

fn settings(table: &Table) -> Result<Settings, Fault> {
    let mut settings = Settings::default();
    for (section, value) in table {
        match (section.as_str(), value) {
            ("rules", Value::Table(rules)) => rules.iter().try_for_each(|(name, value)| set_rule(&mut settings, name, value))?,
            ("thresholds", Value::Table(numbers)) => numbers.iter().try_for_each(|(name, value)| set_threshold(&mut settings, name, value))?,
            _ => return Err(Fault::Section(section.clone())),
        }
    }
    Ok(settings)
}

fn set_rule(settings: &mut Settings, name: &str, value: &Value) -> Result<(), Fault> {
    let is_meant = |rule: &&&Rule| rule.meta.code.eq_ignore_ascii_case(name) || rule.meta.name.eq_ignore_ascii_case(name);
    let code = CATALOGUE.iter().find(is_meant).ok_or_else(|| Fault::Rule(name.to_owned()))?.meta.code;
    let Value::Table(entries) = value else { return Err(Fault::RuleTable(name.to_owned())) };
    for (key, value) in entries {
        match (key.as_str(), value) {
            ("severity", value) => {
                let wanted = value.as_str().and_then(|word| Severity::all().into_iter().find(|severity| severity.name() == word));
                settings.severities.insert(code, wanted.ok_or_else(|| Fault::Severity(name.to_owned()))?);
            }
            ("enabled", Value::Boolean(true)) => {}
            ("enabled", Value::Boolean(false)) => {
                settings.disabled.insert(code);
            }
            ("enabled", _) => return Err(Fault::Enabled(name.to_owned())),
            _ => return Err(Fault::RuleKey { rule: name.to_owned(), key: key.clone() }),
        }
    }
    Ok(())
}

fn set_threshold(settings: &mut Settings, name: &str, value: &Value) -> Result<(), Fault> {
    let known = all_thresholds().find(|threshold| threshold.name == name).ok_or_else(|| Fault::Threshold(name.to_owned()))?;
    let number = value.as_integer().and_then(|number| u32::try_from(number).ok()).ok_or_else(|| Fault::Number(name.to_owned()))?;
    settings.thresholds.insert(known.name, number);
    Ok(())
}

fn all_thresholds() -> impl Iterator<Item = &'static Threshold> {
    thresholds::ALL.iter().flat_map(|family| family.iter().copied())
}

/// Prints a configuration file with every threshold at its default.
pub(super) fn print(console: &mut Console) -> Result<Exit, Failure> {
    let out = console.out();
    writeln!(out, "# Settings of imcscan, for `imcscan report Backup --config FILE`. Everything here is at its default.\n")?;
    writeln!(
        out,
        "# A rule by its code or name:\n# [rules.QUE008]\n# severity = \"info\"      # info, warning, error or critical\n# enabled = false\n"
    )?;
    writeln!(out, "[thresholds]")?;
    for threshold in all_thresholds() {
        writeln!(out, "\n# {}: {}\n\"{}\" = {}", threshold.unit, threshold.meaning, threshold.name, threshold.default)?;
    }
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<Settings, String> {
        settings(&text.parse().unwrap()).map_err(|fault| fault.to_string())
    }

    #[test]
    fn what_is_set_is_followed() {
        let found =
            told("[rules.PKG001]\nseverity = 'info'\n[rules.packing-list-empty]\nenabled = false\n[thresholds]\n'que.backlog' = 5\n").unwrap();
        assert_eq!(found.severities.get("PKG001"), Some(&Severity::Info));
        assert!(found.disabled.contains("PKG002") && found.thresholds.get("que.backlog") == Some(&5));
        assert_eq!(told(""), Ok(Settings::default()));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, expected) in [
            ("x = 1", "x is no section; known are rules and thresholds"),
            ("[rules.PKG999]", "no rule has the code or name PKG999"),
            ("[rules]\nPKG001 = 1", "rules.PKG001 is no table"),
            ("[rules.PKG001]\nfoo = 1", "rules.PKG001.foo is not known; known are severity and enabled"),
            ("[rules.PKG001]\nseverity = 'bad'", "rules.PKG001.severity is one of info, warning, error, critical"),
            ("[rules.PKG001]\nenabled = 1", "rules.PKG001.enabled is true or false"),
            ("[thresholds]\nx = 1", "no threshold has the name x; `imcscan config` prints all"),
            ("[thresholds]\n'que.backlog' = -1", "thresholds.que.backlog is a whole number from 0 to 4294967295"),
        ] {
            assert_eq!(told(text), Err(expected.to_owned()));
        }
    }
}
