//! Key paths: one spelling for comparison, whatever tool wrote them.

/// Returns the path in the spelling for comparison: lower case, full root names, any `ControlSetNNN` as `CurrentControlSet` (Q316772).
#[must_use]
pub fn canonical_path(path: &str) -> String {
    let mut canonical = String::with_capacity(path.len());
    let mut parts = path.trim().split('\\').filter(|part| !part.is_empty()).peekable();
    while let Some(part) = parts.next() {
        let mut part = part.to_lowercase();
        if canonical.is_empty() {
            if part == "registry" && path.trim_start().starts_with('\\') {
                part = parts.next().map(kernel_root).unwrap_or_default();
            }
            part = full_root(part);
        } else if is_numbered_control_set(&part) {
            "currentcontrolset".clone_into(&mut part);
        }
        if !canonical.is_empty() {
            canonical.push('\\');
        }
        canonical.push_str(&part);
    }
    canonical
}

/// Returns whether two paths name the same key.
#[must_use]
pub fn same_path(left: &str, right: &str) -> bool {
    canonical_path(left) == canonical_path(right)
}

/// Returns whether the path goes through a numbered control set, as in an export of a system that was not running.
#[must_use]
pub fn is_offline_control_set(path: &str) -> bool {
    path.split('\\').any(|part| is_numbered_control_set(&part.to_lowercase()))
}

fn is_numbered_control_set(part: &str) -> bool {
    part.strip_prefix("controlset").is_some_and(|number| number.len() == 3 && number.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The kernel's names below `\Registry`, which REGINI uses.
fn kernel_root(part: &str) -> String {
    match part.to_lowercase().as_str() {
        "machine" => "hkey_local_machine".to_owned(),
        "user" => "hkey_users".to_owned(),
        other => other.to_owned(),
    }
}

fn full_root(part: String) -> String {
    match part.as_str() {
        "hklm" => "hkey_local_machine".to_owned(),
        "hkcu" => "hkey_current_user".to_owned(),
        "hku" => "hkey_users".to_owned(),
        "hkcr" => "hkey_classes_root".to_owned(),
        "hkcc" => "hkey_current_config".to_owned(),
        _ => part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, canonical: &str) {
        assert_eq!(canonical_path(path), canonical);
    }

    #[test]
    fn all_spellings_of_a_key_are_one() {
        check("HKLM\\SYSTEM\\ControlSet001\\Services\\X", "hkey_local_machine\\system\\currentcontrolset\\services\\x");
        check("\\Registry\\Machine\\System\\CurrentControlSet\\", "hkey_local_machine\\system\\currentcontrolset");
        check("\\Registry\\User\\S-1-5", "hkey_users\\s-1-5");
        check("System\\CurrentControlSet", "system\\currentcontrolset");
        check("HKEY_USERS\\\\a", "hkey_users\\a");
        check("", "");
        assert!(same_path("HKCU\\Software", "hkey_current_user\\SOFTWARE"));
    }

    #[test]
    fn only_a_numbered_control_set_is_offline() {
        assert!(is_offline_control_set("HKLM\\SYSTEM\\ControlSet002\\Services"));
        assert!(!is_offline_control_set("HKLM\\SYSTEM\\CurrentControlSet\\Services"));
        assert!(!is_offline_control_set("HKLM\\SYSTEM\\ControlSetX\\Services"));
    }
}
