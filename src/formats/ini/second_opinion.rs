//! What the `rust-ini` crate makes of the same text. Two readers that agree are better proof than one.
//!
//! That crate stops at a line without `=`, joins lines at a final backslash, splits keys at `:` and forgets line numbers, so it is
//! given each line in a form it cannot stumble over: a line that is no plain pair becomes the value of a made-up key `line<number>`.

use std::borrow::Cow;

use ini::{Ini, ParseOption};

use super::{IniFile, IniItem, IniKind};

/// Longer texts are not shown to the second reader, which copies the section name for every key.
const MAX_TEXT: usize = 8 << 20;
const MAX_SECTION: usize = 1024;

/// The outcome of asking the second reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agreement {
    /// It found the same sections, keys and values.
    Agrees {
        /// Number of section headers.
        sections: usize,
        /// Number of lines within them.
        lines: usize,
    },
    /// It read something else.
    Differs {
        /// Line where our reading first differs; none when the second reader found more than there is.
        line: Option<usize>,
        /// Our reading as `[section] key=value`.
        ours: String,
        /// The other reading.
        theirs: String,
    },
    /// It refused the file.
    Refuses {
        /// Its own words.
        reason: String,
    },
    /// The text is too long to ask.
    NotAsked,
}

/// Has the same text read by `rust-ini` and compares.
#[must_use]
pub fn second_opinion(file: &IniFile) -> Agreement {
    if file.text.text.len() > MAX_TEXT || file.sections().any(|name| name.len() > MAX_SECTION) {
        return Agreement::NotAsked;
    }
    let option = ParseOption { enabled_quote: false, enabled_escape: false, ..ParseOption::default() };
    match Ini::load_from_str_opt(&normalised(file), option) {
        Ok(theirs) => compare(&ours(file), &sorted(&theirs)),
        Err(error) => Agreement::Refuses { reason: error.to_string() },
    }
}

/// Section, key, value, and our line where it is known.
type Reading<'a> = (&'a str, Cow<'a, str>, &'a str, Option<usize>);

fn normalised(file: &IniFile) -> String {
    let mut text = String::with_capacity(file.text.text.len() + file.items.len() * 8);
    for item in &file.items {
        match item.kind {
            IniKind::Comment => continue,
            // The blank keeps a backslash from taking the bracket with it.
            IniKind::Section => text.extend(["[", file.name(item), " ]"]),
            IniKind::Pair if is_plain(file.name(item)) => text.push_str(raw(file, item)),
            _ => text.extend([&made_up_key(item), "=", raw(file, item)]),
        }
        text.push_str(" \n");
    }
    text
}

/// Returns the line as it stands in the file, without outer blanks.
fn raw<'a>(file: &'a IniFile, item: &IniItem) -> &'a str {
    let line = file.places(item).map_or("", |places| places.line_text());
    line.trim_end_matches('\u{1a}').trim()
}

fn made_up_key(item: &IniItem) -> String {
    format!("line{}", item.place.line)
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && !key.contains([':', '\u{feff}']) && !key.starts_with(['#', ';']) && !key.ends_with('\\')
}

fn ours(file: &IniFile) -> Vec<Reading<'_>> {
    let mut section = "";
    let mut readings = Vec::new();
    for item in &file.items {
        let (key, value): (Cow<'_, str>, &str) = match item.kind {
            IniKind::Comment => continue,
            IniKind::Section => {
                section = file.name(item);
                continue;
            }
            IniKind::Pair if is_plain(file.name(item)) => (file.name(item).into(), file.value(item).unwrap_or_default()),
            _ => (made_up_key(item).into(), raw(file, item)),
        };
        readings.push((section, key, value, Some(item.place.line)));
    }
    // The second reader puts repeated sections and keys together, so both sides are compared in sorted order.
    readings.sort();
    readings
}

fn sorted(theirs: &Ini) -> Vec<Reading<'_>> {
    let mut readings = Vec::new();
    for (section, properties) in theirs {
        for (key, value) in properties {
            readings.push((section.unwrap_or_default(), key.into(), value, None));
        }
    }
    readings.sort();
    readings
}

fn compare(ours: &[Reading<'_>], theirs: &[Reading<'_>]) -> Agreement {
    let show =
        |reading: Option<&Reading<'_>>| reading.map_or_else(|| "nothing".to_owned(), |(section, key, value, _)| format!("[{section}] {key}={value}"));
    for index in 0..ours.len().max(theirs.len()) {
        let (mine, other) = (ours.get(index), theirs.get(index));
        let same = matches!((mine, other), (Some(a), Some(b)) if (&a.0, &a.1, &a.2) == (&b.0, &b.1, &b.2));
        if !same {
            return Agreement::Differs { line: mine.and_then(|reading| reading.3), ours: show(mine), theirs: show(other) };
        }
    }
    let mut sections: Vec<_> = ours.iter().map(|reading| reading.0).collect();
    sections.dedup();
    Agreement::Agrees { sections: sections.len(), lines: ours.len() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Limits;

    #[track_caller]
    fn check(text: &str, sections: usize, lines: usize) {
        let file = IniFile::parse(text.as_bytes(), &Limits::default()).value;
        assert_eq!(second_opinion(&file), Agreement::Agrees { sections, lines }, "{text}");
    }

    #[test]
    fn the_traps_of_the_other_reader_do_not_show() {
        check("[Files]\nA=C:\\dir\\\nB=x\nImcsvc.reg\n", 1, 3);
        check("[Mtsout\\]\nC:\\a=b\nA=+\n+C:\\d\\\n=novalue\n  #k=v\n", 1, 5);
        check("a=1\n[s]\nb=2\n[s]\nb=2\nb=1\nSubject=\"don't\n", 2, 5);
        check("", 0, 0);
    }

    #[test]
    fn another_reading_is_shown() {
        let file = IniFile::parse(b"[a]b]c]\nk=v\n", &Limits::default()).value;
        assert_eq!(second_opinion(&file), Agreement::Agrees { sections: 1, lines: 1 });
        let file = IniFile::parse(b"[a[1]]\nk=v\n", &Limits::default()).value;
        let Agreement::Differs { line, ours, .. } = second_opinion(&file) else { panic!("brackets in names are read differently") };
        assert_eq!((line, ours.as_str()), (Some(2), "[a[1]] k=v"));
    }

    proptest::proptest! {
        #[test]
        fn any_plain_ini_is_read_alike(lines in proptest::collection::vec("(\\[[a-zA-Z\\\\. ]{0,8}\\])|([a-z\\\\]{1,5}=[ -~]{0,12})|([+;][ -~]{0,9})|([a-z.]{0,9})", 0..20)) {
            let file = IniFile::parse(lines.join("\r\n").as_bytes(), &Limits::default()).value;
            let agrees = matches!(second_opinion(&file), Agreement::Agrees { .. });
            proptest::prop_assert!(agrees, "{:?}", second_opinion(&file));
        }
    }
}
