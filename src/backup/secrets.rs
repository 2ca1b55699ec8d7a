//! What must never be shown: passwords and log-on data that the dumps copy with everything else (Q259957, Q168347).
//! Told by names only; the data itself is not looked at.

use crate::formats::profile_blob::tag_of;

use super::profile_values;

/// Returns whether the data of a registry value is secret: its name speaks of a password, or is a profile property with log-on data.
#[must_use]
pub fn is_secret_value(name: &str) -> bool {
    names_a_secret(name) || tag_of(name).is_some_and(profile_values::is_secret)
}

/// Returns whether the values of a column of the directory export are secret.
#[must_use]
pub fn is_secret_column(name: &str) -> bool {
    let name = name.trim().replace(' ', "-").to_lowercase();
    names_a_secret(&name) || name.ends_with("-cred")
}

/// Returns whether a damaged line of a registry dump may show secret data: it names a secret, or is a bare row of data whose name is lost.
#[must_use]
pub fn may_show_a_secret(line: &str) -> bool {
    let name = line.trim_start().trim_start_matches('"').split(['"', '=', ' ']).next().unwrap_or_default();
    let is_data = line.contains(',') && line.chars().all(|c| c.is_ascii_hexdigit() || c.is_whitespace() || matches!(c, ',' | '\\'));
    is_data || names_a_secret(line) || is_secret_value(name)
}

/// Returns whether the name of a registry value or column speaks of a password.
pub(super) fn names_a_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("password") || name.contains("passwd")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_secrets() {
        assert!(is_secret_value("RasPassword") && is_secret_value("010267F0") && is_secret_value("001e6703"));
        assert!(!is_secret_value("001e6602") && !is_secret_value("RootDir"));
        assert!(is_secret_column("MTA-Local-Cred") && is_secret_column("Gateway Local Cred") && is_secret_column("RAS-Password"));
        assert!(!is_secret_column("Protocol-Settings") && !is_secret_column("Credits"));
    }

    #[test]
    fn damaged_lines_with_data_are_not_shown() {
        assert!(may_show_a_secret("\"RasPassword\"=\"sesame") && may_show_a_secret("\"010267f0\"=hex:01,02,") && may_show_a_secret("  01,02,0a,\\"));
        assert!(!may_show_a_secret("\"RootDir\"=\"C:\\\\exchsrvr") && !may_show_a_secret("this line fits nothing"));
    }
}
