//! What the view remembers of each Backup, known again by the digest over its files: last screen, filter, order, marks. Pure; where the
//! bytes lie is `export`'s affair. Whatever the bytes are, reading them never fails: what is not understood is forgotten.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::base::{Sha256Digest, visible_json};

/// What is remembered of one Backup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Name of the last screen.
    pub screen: String,
    /// The filter over messages as written.
    pub filter: String,
    /// The order of messages, as `--sort` takes it.
    pub sort: String,
    /// Paths of the messages that are marked.
    pub marks: BTreeSet<String>,
}

/// What is remembered of all Backups, the last one first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct States(Vec<(String, State)>);

/// Bytes that the encoded form has at most.
pub const MAX_BYTES: usize = 1 << 20;
const MAX_BACKUPS: usize = 50;
const MAX_MARKS: usize = 5_000;
const MAX_TEXT: usize = 4_096;
const VERSION: u64 = 1;

impl States {
    /// Returns what is remembered of a Backup.
    #[must_use]
    pub fn of(&self, manifest: &Sha256Digest) -> Option<&State> {
        let digest = manifest.to_string();
        self.0.iter().find(|(known, _)| *known == digest).map(|(_, state)| state)
    }

    /// Remembers a Backup as the last one.
    pub fn remember(&mut self, manifest: &Sha256Digest, state: State) {
        self.forget(manifest);
        self.0.insert(0, (manifest.to_string(), bounded(state)));
        self.0.truncate(MAX_BACKUPS);
    }

    /// Forgets a Backup.
    pub fn forget(&mut self, manifest: &Sha256Digest) {
        let digest = manifest.to_string();
        self.0.retain(|(known, _)| *known != digest);
    }

    /// Returns the bytes to keep; the oldest Backups are left out when they would be too many.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut kept = self.0.as_slice();
        loop {
            let backups: Vec<Value> = kept.iter().map(|(digest, state)| value(digest, state)).collect();
            let json = json!({ "version": VERSION, "backups": backups }).to_string();
            let bytes = visible_json(&json).into_owned().into_bytes();
            match kept.split_last() {
                Some((_, newer)) if bytes.len() > MAX_BYTES => kept = newer,
                _ => return bytes,
            }
        }
    }

    /// Reads bytes that were kept.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Self {
        let document = bytes.get(..bytes.len().min(MAX_BYTES)).and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok()).unwrap_or_default();
        if document.get("version").is_none_or(|version| *version != VERSION) {
            return Self::default();
        }
        let backups = document.get("backups").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Self(backups.iter().take(MAX_BACKUPS).filter_map(state).collect())
    }
}

fn value(digest: &str, state: &State) -> Value {
    let State { screen, filter, sort, marks } = state;
    json!({ "manifest_sha256": digest, "screen": screen, "filter": filter, "sort": sort, "marks": marks })
}

fn state(value: &Value) -> Option<(String, State)> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let digest = text("manifest_sha256");
    let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    let marks = value.get("marks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let marks = marks.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    is_digest.then(|| (digest, bounded(State { screen: text("screen"), filter: text("filter"), sort: text("sort"), marks })))
}

/// Leaves out texts that are too long and marks that are too many.
fn bounded(state: State) -> State {
    let short = |text: String| if text.len() <= MAX_TEXT { text } else { String::new() };
    let State { screen, filter, sort, marks } = state;
    let marks = marks.into_iter().filter(|path| path.len() <= MAX_TEXT).take(MAX_MARKS).collect();
    State { screen: short(screen), filter: short(filter), sort: short(sort), marks }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> State {
        let marks = ["Mtsout/1", "Bad/\"\u{202e}"].map(str::to_owned).into();
        State { screen: "messages".into(), filter: "from:\"a b\"".into(), sort: "-size".into(), marks }
    }

    #[test]
    fn what_is_remembered_comes_back() {
        let (one, two) = (Sha256Digest::of(b"1"), Sha256Digest::of(b"2"));
        let mut states = States::default();
        states.remember(&one, State::default());
        states.remember(&two, State::default());
        states.remember(&one, some());
        assert_eq!(States::decode(&states.encode()), states);
        assert_eq!((states.of(&one), states.0.len()), (Some(&some()), 2));
        states.forget(&one);
        assert_eq!(states.of(&one), None);
    }

    #[test]
    fn it_stays_small() {
        let mut states = States::default();
        let marks: BTreeSet<String> = (0..9_000).map(|number| format!("Mtsout/{number:0>20}.TNF")).collect();
        for number in 0..60_u8 {
            states.remember(&Sha256Digest::of(&[number]), State { filter: "x".repeat(9_999), marks: marks.clone(), ..some() });
        }
        let bytes = states.encode();
        assert!(bytes.len() <= MAX_BYTES && !bytes.is_empty());
        let back = States::decode(&bytes);
        assert_eq!(back.of(&Sha256Digest::of(&[59])), states.of(&Sha256Digest::of(&[59])));
        assert!(back.of(&Sha256Digest::of(&[0])).is_none());
    }

    #[test]
    fn wrong_bytes_are_forgotten() {
        for text in
            ["", "{}", "[1]", "{\"version\":2,\"backups\":[]}", "{\"version\":1,\"backups\":[{\"manifest_sha256\":\"x\"},3]}", "{\"version\":1}"]
        {
            assert_eq!(States::decode(text.as_bytes()), States::default(), "{text}");
        }
        let mut states = States::default();
        states.remember(&Sha256Digest::of(b"1"), some());
        let bytes = states.encode();
        (0..bytes.len()).for_each(|end| assert_eq!(States::decode(&bytes[..end]), States::default()));
    }
}
