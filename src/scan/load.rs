//! Reads one file to its end: keeps what fits the limit, hashes all of it, and says how it went.

use std::{
    io::{ErrorKind, Read},
    sync::atomic::{AtomicBool, Ordering},
};

use sha2::{Digest, Sha256};

use crate::base::{Anomaly, Sha256Digest};

/// What one file holds, as far as it could be read.
#[derive(Debug, Clone, Copy)]
pub struct Contents<'a> {
    /// The first bytes, at most `Limits::file_bytes`.
    pub bytes: &'a [u8],
    /// Whether `bytes` is the whole file.
    pub is_complete: bool,
    /// Bytes that were read and hashed.
    pub size_read: u64,
    /// The digest of the whole file; none when it could not be read to its end.
    pub sha256: Option<Sha256Digest>,
    /// Why it could not be read, or not to its end.
    pub error: Option<&'a str>,
    /// Whether size or time changed between listing and the end of reading.
    pub changed_while_read: bool,
}

impl Contents<'_> {
    /// Returns what went wrong while the file was read, as anomalies.
    pub fn damage(&self) -> impl Iterator<Item = Anomaly> {
        let &Self { bytes, is_complete, size_read, sha256: _, error, changed_while_read } = self;
        let damage = [
            error.map(|error| Anomaly::new(size_read, "read-error", format!("could not be read to its end: {error}"))),
            (!is_complete && error.is_none()).then(|| {
                Anomaly::new(bytes.len() as u64, "limit-reached", format!("only the first {} of {size_read} bytes were decoded", bytes.len()))
            }),
            changed_while_read.then(|| Anomaly::new(0, "changed-while-read", "changed while it was read")),
        ];
        damage.into_iter().flatten()
    }
}

/// The owned form of [`Contents`].
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    bytes: Vec<u8>,
    size_read: u64,
    sha256: Option<Sha256Digest>,
    error: Option<Box<str>>,
    pub(super) changed_while_read: bool,
}

impl Loaded {
    /// Returns the contents.
    #[must_use]
    pub fn contents(&self) -> Contents<'_> {
        Contents {
            bytes: &self.bytes,
            is_complete: self.error.is_none() && self.size_read == self.bytes.len() as u64,
            size_read: self.size_read,
            sha256: self.sha256,
            error: self.error.as_deref(),
            changed_while_read: self.changed_while_read,
        }
    }

    /// Returns the contents of a file that could not be read at all; `buffer` is emptied and kept for the next.
    pub(super) fn failed(error: impl Into<Box<str>>, mut buffer: Vec<u8>) -> Self {
        buffer.clear();
        Self { bytes: buffer, error: Some(error.into()), ..Self::default() }
    }

    /// Adds an error found after reading, unless there is one already; the digest no longer stands for the whole.
    pub(super) fn fail(&mut self, error: impl Into<Box<str>>) {
        self.error.get_or_insert_with(|| error.into());
        self.sha256 = None;
    }

    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.bytes
    }
}

/// How far to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds<'a> {
    /// Bytes to keep.
    pub(super) keep: u64,
    /// The size that an archive declares; more or fewer bytes are an error. None on disk, where sizes may change.
    pub(super) declared: Option<u64>,
    /// Set from outside to stop.
    pub(super) cancel: &'a AtomicBool,
}

/// Bytes read at a time; on the stack, so that a small file costs no allocation.
const CHUNK: usize = 32 << 10;

/// Reads to the end of `reader` into `buffer`, whose old contents are dropped.
pub(super) fn load(reader: &mut dyn Read, bounds: Bounds<'_>, mut buffer: Vec<u8>) -> Loaded {
    buffer.clear();
    let mut loaded = Loaded { bytes: buffer, ..Loaded::default() };
    let mut hash = Sha256::new();
    let mut chunk = [0; CHUNK];
    loop {
        if bounds.cancel.load(Ordering::Relaxed) {
            loaded.error = Some("interrupted".into());
            return loaded;
        }
        let got = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(got) => chunk.get(..got).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                loaded.error = Some(error.to_string().into());
                return loaded;
            }
        };
        let room = bounds.declared.map_or(u64::MAX, |declared| declared - loaded.size_read);
        let (got, beyond) = got.split_at(got.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
        hash.update(got);
        let keep = usize::try_from(bounds.keep - loaded.bytes.len() as u64).unwrap_or(usize::MAX);
        loaded.bytes.extend_from_slice(got.get(..keep).unwrap_or(got));
        loaded.size_read += got.len() as u64;
        if !beyond.is_empty() {
            loaded.error = Some(format!("unpacks to more than the {} bytes that the archive declares", loaded.size_read).into());
            return loaded;
        }
    }
    match bounds.declared {
        Some(declared) if loaded.size_read < declared => {
            loaded.error = Some(format!("ends after {} of {declared} bytes", loaded.size_read).into());
        }
        _ => loaded.sha256 = Some(Sha256Digest(hash.finalize().into())),
    }
    loaded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reader: &mut dyn Read, keep: u64, declared: Option<u64>, expected: (&[u8], u64, bool, Option<&str>)) {
        let cancel = AtomicBool::new(false);
        let loaded = load(reader, Bounds { keep, declared, cancel: &cancel }, vec![9; 9]);
        let contents = loaded.contents();
        assert_eq!((contents.bytes, contents.size_read, contents.is_complete, contents.error), expected);
        assert_eq!(contents.sha256.is_some(), contents.error.is_none());
    }

    #[test]
    fn the_whole_file_is_hashed_and_its_beginning_kept() {
        check(&mut &b"abcdef"[..], 10, None, (b"abcdef", 6, true, None));
        check(&mut &b"abcdef"[..], 4, None, (b"abcd", 6, false, None));
        check(&mut &b""[..], 4, Some(0), (b"", 0, true, None));
        let cancel = AtomicBool::new(false);
        let cut = load(&mut &b"abc"[..], Bounds { keep: 1, declared: None, cancel: &cancel }, Vec::new());
        assert_eq!(cut.contents().sha256, Some(Sha256Digest::of(b"abc")));
    }

    #[test]
    fn a_lying_size_is_an_error_and_what_was_read_is_kept() {
        check(&mut &b"abcdef"[..], 10, Some(9), (b"abcdef", 6, false, Some("ends after 6 of 9 bytes")));
        check(&mut &b"abcdef"[..], 10, Some(4), (b"abcd", 4, false, Some("unpacks to more than the 4 bytes that the archive declares")));
    }

    #[test]
    fn a_read_error_keeps_what_came_before() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("bad sector"))
            }
        }
        check(&mut (&b"abc"[..]).chain(Broken), 10, None, (b"abc", 3, false, Some("bad sector")));
    }

    #[test]
    fn cancelling_stops_before_the_first_byte() {
        let cancel = AtomicBool::new(true);
        let loaded = load(&mut std::io::repeat(0), Bounds { keep: 1, declared: None, cancel: &cancel }, Vec::new());
        assert_eq!(loaded.contents().error, Some("interrupted"));
    }
}
