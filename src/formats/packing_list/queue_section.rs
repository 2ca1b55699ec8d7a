//! Which part of the lines of a queue's section is the file name: the key (`00000001.tnf=IPM.Note,2315`) or the value (`0=00000001`).
//! What exists decides; if nothing does, the look of keys and values.

use super::{
    Surroundings,
    path::{ListedPath, is_separator},
    tokens,
};
use crate::formats::ini::{IniFile, IniItem, IniKind};

/// How to read a queue's section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Plan {
    /// Whether keys are the names.
    pub(super) keys_are_names: bool,
    /// Whether a short number is a file name because its siblings are.
    pub(super) numbers_are_names: bool,
}

#[derive(Default)]
struct Votes {
    key_exists: usize,
    value_exists: usize,
    key_looks: usize,
    value_looks: usize,
    named: bool,
}

/// Looks through a section of the queue folder before its lines are read.
pub(super) fn plan(file: &IniFile, items: &[IniItem], folder: &str, around: &dyn Surroundings) -> Plan {
    let mut votes = Votes::default();
    for item in items {
        match (item.kind, file.value(item)) {
            (IniKind::Pair, Some(value)) if !tokens::is_metadata_key(file.name(item)) => {
                let key = file.name(item).trim_matches(['"', '\'']);
                let first = tokens::fields(value).next().map_or("", |token| token.text);
                votes.key_exists += usize::from(exists(folder, key, around));
                votes.value_exists += usize::from(exists(folder, first, around));
                votes.key_looks += usize::from(looks_named(key));
                votes.value_looks += usize::from(looks_named(first));
            }
            (IniKind::Bare | IniKind::Continuation, _) => {
                let name = tokens::fields(file.name(item)).next().map_or("", |token| token.text);
                votes.named |= exists(folder, name, around) || looks_named(name);
            }
            _ => {}
        }
    }
    let nothing_exists = votes.key_exists == 0 && votes.value_exists == 0;
    let keys_are_names = if nothing_exists { votes.key_looks > votes.value_looks } else { votes.key_exists > votes.value_exists };
    let (there, looks) = if keys_are_names { (votes.key_exists, votes.key_looks) } else { (votes.value_exists, votes.value_looks) };
    Plan { keys_are_names, numbers_are_names: there > 0 || looks > 0 || votes.named }
}

fn exists(folder: &str, name: &str, around: &dyn Surroundings) -> bool {
    if name.is_empty() || name.len() > 1024 {
        return false;
    }
    let listed = ListedPath::parse(name);
    let path = if name.contains(is_separator) { listed.joined() } else { format!("{folder}/{name}") };
    listed.escapes.is_none() && around.look_up(&path).is_some()
}

/// Returns whether a word looks like a name that a program gave to a file: a path, an extension, or a counter of four and more digits.
pub(super) fn looks_named(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_hex = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (text.contains(is_separator) || tokens::is_name(text)) && (tokens::is_path_like(text) || is_hex || digits >= 4)
}
