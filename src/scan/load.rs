//! Reads one file to its end: keeps what fits the limit, hashes all of it, and says how it went.

use std::{
    io::Read,
    sync::atomic::{AtomicBool, Ordering},
};

use sha2::{Digest, Sha256};

use crate::{
    base::{Anomaly, Sha256Digest},
    formats::tnef::Holes,
};

/// What one file holds, as far as it could be read.
#[derive(Debug, Clone, Copy)]
pub struct Contents<'a> {
    /// The first bytes, at most `Limits::file_bytes`; of a large message without the contents of its attachments.
    pub bytes: &'a [u8],
    /// What was left out of them.
    pub holes: &'a Holes,
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
        let &Self { bytes, holes, is_complete, size_read, sha256: _, error, changed_while_read } = self;
        let end = holes.offset(0, bytes.len()).min(size_read);
        let damage = [
            error.map(|error| Anomaly::new(size_read, "read-error", format!("could not be read to its end: {error}"))),
            (!is_complete && error.is_none())
                .then(|| Anomaly::new(end, "limit-reached", format!("only the first {end} of {size_read} bytes were decoded"))),
            changed_while_read.then(|| Anomaly::new(0, "changed-while-read", "changed while it was read")),
        ];
        damage.into_iter().flatten()
    }
}

/// The owned form of [`Contents`].
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    bytes: Vec<u8>,
    holes: Holes,
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
            holes: &self.holes,
            is_complete: self.error.is_none() && self.size_read == self.bytes.len() as u64 + self.holes.left_out(),
            size_read: self.size_read,
            sha256: self.sha256,
            error: self.error.as_deref(),
            changed_while_read: self.changed_while_read,
        }
    }

    /// Returns the contents of a file of which runs were left out, with its digest or what went wrong.
    pub(super) fn sparse((bytes, holes): (Vec<u8>, Holes), size_read: u64, outcome: Result<Sha256Digest, String>) -> Self {
        let (sha256, error) = match outcome {
            Ok(digest) => (Some(digest), None),
            Err(error) => (None, Some(error.into())),
        };
        Self { bytes, holes, size_read, sha256, error, changed_while_read: false }
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

/// Bytes read and hashed at a time: what was read is still in the processor's cache when it is hashed.
const BLOCK: u64 = 256 << 10;

/// Reads to the end of `reader` into `buffer`, whose old contents are dropped; bytes go straight to where they are kept.
pub(super) fn load(reader: &mut dyn Read, bounds: Bounds<'_>, mut buffer: Vec<u8>) -> Loaded {
    buffer.clear();
    let mut loaded = Loaded { bytes: buffer, ..Loaded::default() };
    let mut hash = Sha256::new();
    loaded.error = read_all(reader, bounds, (&mut loaded, &mut hash)).err().map(Into::into);
    if loaded.error.is_none() {
        loaded.sha256 = Some(Sha256Digest(hash.finalize().into()));
    }
    loaded
}

fn read_all(reader: &mut dyn Read, bounds: Bounds<'_>, (loaded, hash): (&mut Loaded, &mut Sha256)) -> Result<(), String> {
    let mut passing = Vec::new();
    loop {
        if bounds.cancel.load(Ordering::Relaxed) {
            return Err("interrupted".to_owned());
        }
        let room = bounds.keep.saturating_sub(loaded.bytes.len() as u64);
        passing.clear();
        let (into, most) = if room == 0 { (&mut passing, BLOCK) } else { (&mut loaded.bytes, BLOCK.min(room)) };
        // One byte beyond what is declared is enough to know that there is more.
        let left = bounds.declared.map_or(u64::MAX, |declared| declared.saturating_sub(loaded.size_read));
        let most = most.min(left.saturating_add(1));
        let start = into.len();
        let read = (&mut *reader).take(most).read_to_end(into);
        let got = (into.len() - start) as u64;
        into.truncate(start.saturating_add(usize::try_from(left).unwrap_or(usize::MAX)).min(into.len()));
        hash.update(into.get(start..).unwrap_or_default());
        loaded.size_read += got.min(left);
        read.map_err(|error| error.to_string())?;
        if got > left {
            return Err(format!("unpacks to more than the {} bytes that the archive declares", loaded.size_read));
        }
        if got < most {
            break;
        }
    }
    match bounds.declared {
        Some(declared) if loaded.size_read < declared => Err(format!("ends after {} of {declared} bytes", loaded.size_read)),
        _ => Ok(()),
    }
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
        check(&mut &b"abcdef"[..], 0, None, (b"", 6, false, None));
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
    fn blocks_are_joined_whatever_the_reader_gives_at_once() {
        struct Drops(Vec<u8>);
        impl Read for Drops {
            fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
                let count = self.0.len().min(into.len()).min(1 << 12);
                into[..count].copy_from_slice(&self.0[..count]);
                self.0.drain(..count);
                Ok(count)
            }
        }
        let block = usize::try_from(BLOCK).unwrap();
        for size in [block - 1, block, block + 1, 2 * block] {
            let bytes: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let cancel = AtomicBool::new(false);
            for keep in [size as u64, BLOCK] {
                let loaded = load(&mut Drops(bytes.clone()), Bounds { keep, declared: None, cancel: &cancel }, Vec::new());
                let contents = loaded.contents();
                assert_eq!((contents.size_read, contents.sha256), (size as u64, Some(Sha256Digest::of(&bytes))));
                assert_eq!(contents.bytes, &bytes[..size.min(usize::try_from(keep).unwrap())]);
            }
        }
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
