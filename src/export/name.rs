//! File names out of the evidence, made safe for every system: one part, visible characters, no reserved name, not too long.

use crate::base::printable;

const MOST_BYTES: usize = 120;
const MOST_EXTENSION: usize = 16;

/// Names that Windows takes for devices, whatever stands behind their first point.
const RESERVED: [&str; 8] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$", "CONFIG$"];

/// Returns a name for a new file; never empty.
#[must_use]
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.trim_matches([' ', '.']).is_empty()).unwrap_or_default();
    let safe: String = last.chars().map(|c| if is_harmless(c) { c } else { '_' }).collect();
    // Points and blanks at the end vanish on Windows, points at the front hide the file, and a minus looks like an option.
    let safe = cut(safe.trim_start_matches([' ', '.', '-']).trim_end_matches([' ', '.']));
    let safe = safe.trim_end_matches([' ', '.']);
    if safe.is_empty() {
        "unnamed".to_owned()
    } else if is_reserved(safe) {
        format!("_{safe}")
    } else {
        safe.to_owned()
    }
}

fn is_harmless(c: char) -> bool {
    let mut shown = [0; 4];
    let text = c.encode_utf8(&mut shown);
    !matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '/' | '\\' | '`' | '$' | '%') && printable(text).to_string() == *text
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let port = stem.strip_prefix("COM").or(stem.strip_prefix("LPT"));
    let is_port = port.is_some_and(|number| number.chars().count() == 1 && number.chars().all(|c| c.is_ascii_digit() || "¹²³".contains(c)));
    is_port || RESERVED.contains(&stem.as_str())
}

/// Cuts a long name before its extension.
fn cut(name: &str) -> String {
    if name.len() <= MOST_BYTES {
        return name.to_owned();
    }
    let (stem, extension) = name.rsplit_once('.').filter(|(_, extension)| extension.len() <= MOST_EXTENSION).unwrap_or((name, ""));
    let end = stem.floor_char_boundary(MOST_BYTES - MOST_EXTENSION - 1);
    let stem = stem.get(..end).unwrap_or_default();
    if extension.is_empty() { stem.to_owned() } else { format!("{stem}.{extension}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_safe() {
        for (name, expected) in [
            ("report.doc", "report.doc"),
            ("Übersicht 1999.xls", "Übersicht 1999.xls"),
            ("../../etc/passwd", "passwd"),
            ("C:\\WINNT\\system32\\evil.exe", "evil.exe"),
            ("a:b", "a_b"),
            ("..", "unnamed"),
            ("", "unnamed"),
            ("con", "_con"),
            ("NUL.txt", "_NUL.txt"),
            ("com1 .x", "_com1 .x"),
            ("COM¹", "_COM¹"),
            ("common.txt", "common.txt"),
            ("fdp.\u{202e}exe", "fdp._exe"),
            ("a\x1b]52;\x07b\0", "a_]52;_b_"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("x. . .", "x"),
            ("a/", "a"),
            ("$HOME`id`", "_HOME_id_"),
        ] {
            assert_eq!(safe_name(name), expected, "{name:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension() {
        let name = safe_name(&format!("{}.doc", "ä".repeat(400)));
        assert!(name.len() <= MOST_BYTES && name.ends_with("ä.doc"), "{name}");
        assert!(safe_name(&"x.".repeat(400)).len() <= MOST_BYTES);
    }
}
