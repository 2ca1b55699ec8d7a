//! Reads a large file on disk so that little of it is held: of a message everything but the contents of its attachments, of a file that
//! nobody can read only its begin. All of it is hashed, and so is each content that is left out.

use std::{
    fs::{self, File},
    io::{self, Read},
    ops::Range,
    sync::atomic::Ordering,
};

use sha2::{Digest, Sha256};

use super::{
    entry::{Entry, FileTime},
    load::{Bounds, Loaded},
    positional::Positional,
};
use crate::{
    base::Sha256Digest,
    formats::{
        sniff::{ArtifactKind, SNIFF_BYTES, sniff},
        tnef::{self, Holes, Plan, Whole},
    },
};

/// Files up to this size are held whole.
pub(super) const LARGE: u64 = 16 << 20;
/// What is held of a file that nothing reads; more than the largest text that is kept.
const BEGIN: u64 = 2 << 20;
/// Bytes read at a time.
const BLOCK: usize = 256 << 10;

/// Reads a file on disk and looks whether it stayed the same.
pub(super) fn read_large(opened: io::Result<File>, entry: &Entry, bounds: Bounds<'_>, buffer: Vec<u8>) -> Loaded {
    let file = match opened.and_then(Positional::new) {
        Ok(file) => file,
        Err(error) => return Loaded::failed(error.to_string(), buffer),
    };
    let mut head = Vec::new();
    let _ = file.at(0).take(SNIFF_BYTES as u64).read_to_end(&mut head);
    let kind = sniff(&head, entry.path.as_str());
    let plan =
        if kind == ArtifactKind::TnefMessage { tnef::plan(&mut |offset, into| fill(file.at(offset), into), file.length()) } else { Plan::default() };
    let is_read = !matches!(kind, ArtifactKind::Unknown | ArtifactKind::Text) && !kind.is_packed() || has_reader(entry.path.name());
    let keep = if is_read { bounds.keep } else { bounds.keep.min(BEGIN) };
    let mut loaded = Pass::new(plan, Bounds { keep, ..bounds }, buffer).run(&mut file.at(0));
    let after = file.metadata().map(|found: fs::Metadata| (found.len(), found.modified().ok().map(FileTime::from_system)));
    loaded.changed_while_read = after.is_ok_and(|after| after != (entry.size, entry.modified));
    loaded
}

/// The packing list and the index of the spool are known by their names.
fn has_reader(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    stem.eq_ignore_ascii_case("Imcfls") || stem.eq_ignore_ascii_case("Queue")
}

/// Fills a buffer as far as the file goes; an error ends the file, and comes again when it is read as a whole.
fn fill(mut from: Positional, into: &mut [u8]) -> usize {
    let mut have = 0;
    while let Some(rest) = into.get_mut(have..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) => break,
            Ok(got) => have += got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    have
}

/// One pass over a file.
struct Pass<'a> {
    bounds: Bounds<'a>,
    bytes: Vec<u8>,
    holes: Holes,
    runs: std::iter::Peekable<std::vec::IntoIter<Range<u64>>>,
    /// Sum of the bytes of the current run so far.
    sum: u16,
    contents: std::iter::Peekable<std::vec::IntoIter<Range<u64>>>,
    open: Vec<(Range<u64>, Sha256)>,
}

impl<'a> Pass<'a> {
    fn new(Plan { runs, contents }: Plan, bounds: Bounds<'a>, mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        let (runs, contents) = (runs.into_iter().peekable(), contents.into_iter().peekable());
        Self { bounds, bytes, holes: Holes::default(), runs, sum: 0, contents, open: Vec::new() }
    }

    fn run(mut self, file: &mut dyn Read) -> Loaded {
        let (mut hash, mut position, mut error) = (Sha256::new(), 0_u64, None);
        let mut block = vec![0; BLOCK];
        while error.is_none() {
            if self.bounds.cancel.load(Ordering::Relaxed) {
                error = Some("interrupted".to_owned());
                break;
            }
            match file.read(&mut block) {
                Ok(0) => break,
                Ok(got) => {
                    let read = block.get(..got).unwrap_or_default();
                    hash.update(read);
                    self.digest(position, read);
                    self.keep(position, read);
                    position = position.saturating_add(got as u64);
                }
                Err(found) if found.kind() == io::ErrorKind::Interrupted => {}
                Err(found) => error = Some(found.to_string()),
            }
        }
        if error.is_none() && (self.runs.next().is_some() || !self.open.is_empty()) {
            error = Some("became shorter while it was read".to_owned());
        }
        let sha256 = error.is_none().then(|| Sha256Digest(hash.finalize().into()));
        Loaded::sparse((self.bytes, self.holes), position, sha256.ok_or(error.unwrap_or_default()))
    }

    /// Adds a block to the digests of the contents that it is part of.
    fn digest(&mut self, at: u64, block: &[u8]) {
        let end = at.saturating_add(block.len() as u64);
        while let Some(content) = self.contents.next_if(|content| content.start < end) {
            self.open.push((content, Sha256::new()));
        }
        for (content, hash) in &mut self.open {
            hash.update(part(block, at, content));
        }
        let holes = &mut self.holes;
        for (content, hash) in self.open.extract_if(.., |(content, _)| content.end <= end) {
            let length = content.end.saturating_sub(content.start);
            holes.digest(content.start, Whole { length, sha256: Sha256Digest(hash.finalize().into()) });
        }
    }

    /// Keeps what of a block is not to be left out.
    fn keep(&mut self, at: u64, block: &[u8]) {
        let end = at.saturating_add(block.len() as u64);
        let mut from = at;
        while let Some(run) = self.runs.peek().filter(|run| run.start < end).cloned() {
            self.hold(part(block, at, &(from..run.start)));
            let left_out = part(block, at, &(run.start.max(from)..run.end));
            self.sum = left_out.iter().fold(self.sum, |sum, byte| sum.wrapping_add(u16::from(*byte)));
            if run.end > end {
                return;
            }
            from = run.end;
            self.holes.leave_out(run, std::mem::take(&mut self.sum));
            self.runs.next();
        }
        self.hold(part(block, at, &(from..end)));
    }

    fn hold(&mut self, bytes: &[u8]) {
        let room = usize::try_from(self.bounds.keep.saturating_sub(self.bytes.len() as u64)).unwrap_or(usize::MAX);
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}

/// Returns the part of a block, which lies at an offset, that a range has.
fn part<'b>(block: &'b [u8], at: u64, range: &Range<u64>) -> &'b [u8] {
    let place = |offset: u64| usize::try_from(offset.saturating_sub(at)).unwrap_or(usize::MAX).min(block.len());
    block.get(place(range.start)..place(range.end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::{
        backup::{ItemPlace, ReadItem, read_item},
        base::Limits,
        formats::tnef::Sparse,
        testing::fixture::compile,
    };

    /// A queue item in an envelope, with a large attachment in the mail and a small one.
    fn item() -> Vec<u8> {
        let text = "//- Mtsout/1\nsubject: \"x\"\np1: SMTP:a@b.example\nattach: big.bin 300 KB\nattach: small.txt \"abc\"\nattach: next.bin 270 KB\n";
        compile(text).unwrap().remove(0).bytes
    }

    fn sparse(bytes: &[u8]) -> Loaded {
        let cancel = AtomicBool::new(false);
        let mut read = |offset: u64, into: &mut [u8]| {
            let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
            let got = rest.len().min(into.len());
            into[..got].copy_from_slice(&rest[..got]);
            got
        };
        let plan = tnef::plan(&mut read, bytes.len() as u64);
        Pass::new(plan, Bounds { keep: u64::MAX, declared: None, cancel: &cancel }, Vec::new()).run(&mut &*bytes)
    }

    /// Says the same of a file as when all of it is held; returns how much was.
    #[track_caller]
    fn check(bytes: &[u8], what: &str) -> usize {
        let loaded = sparse(bytes);
        let held = loaded.contents();
        assert!(held.is_complete, "{what}");
        assert_eq!(held.sha256, Some(Sha256Digest::of(bytes)), "{what}");
        let read = |file: Sparse<'_>| read_item(file, ItemPlace::NOWHERE, &Limits::default(), &|_| ());
        let said = |item: ReadItem| (format!("{:#?}", item.record.shell.record()), format!("{:#?}", item.anomalies));
        assert_eq!(said(read(Sparse { bytes: held.bytes, holes: held.holes })), said(read(bytes.into())), "{what}");
        held.bytes.len()
    }

    #[test]
    fn contents_are_left_out_and_nothing_else_changes() {
        assert!(check(&item(), "whole") < 200 << 10);
    }

    #[test]
    fn mail_in_a_large_attachment_is_looked_into_in_part_and_that_is_said() {
        let text = "//- Mtsout/1\nattach: old.txt \"Received: from a.example{{x*300000}}\"\nattach: big.bin 300 KB\n";
        let bytes = compile(text).unwrap().remove(0).bytes;
        let loaded = sparse(&bytes);
        let held = loaded.contents();
        let read = read_item(Sparse { bytes: held.bytes, holes: held.holes }, ItemPlace::NOWHERE, &Limits::default(), &|_| ());
        let said: Vec<_> = read.anomalies.iter().map(|anomaly| (anomaly.code, &*anomaly.text)).collect();
        assert_eq!(said, [("limit-reached", "only the first 65536 of 300026 bytes of an attachment are looked into; all are hashed")]);
    }

    #[test]
    fn what_is_cut_or_made_longer_is_read_the_same() {
        let whole = item();
        for end in (0..whole.len()).step_by(43_456) {
            check(&whole[..end], &format!("cut at {end}"));
        }
        let longer = [whole.as_slice(), &vec![0; 1 << 20]].concat();
        assert!(check(&longer, "longer") < 512 << 10);
        check(&[whole.as_slice(), &vec![1; 1 << 19]].concat(), "garbage behind");
        let small = compile("//- Mtsin/1\nsubject: \"x\"\n").unwrap().remove(0).bytes;
        assert!(check(&[small.as_slice(), &vec![0; 1 << 20]].concat(), "small and longer") < 512 << 10);
    }

    #[test]
    fn damage_is_read_the_same() {
        let whole = item();
        let heads = (0..2_000).step_by(151).chain((2_000..whole.len()).step_by(131_234)).chain((whole.len() - 400..whole.len()).step_by(23));
        for at in heads {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x41;
            check(&damaged, &format!("flipped at {at}"));
        }
    }

    #[test]
    fn lying_lengths_are_read_the_same() {
        let whole = item();
        let data: Vec<usize> = whole.windows(5).enumerate().filter(|(_, window)| *window == [2, 0x0F, 0x80, 6, 0]).map(|(at, _)| at).collect();
        assert!(data.len() >= 3);
        for at in data {
            for length in [100_u32, 290_000, 700_000, u32::MAX] {
                let mut lying = whole.clone();
                lying[at + 5..at + 9].copy_from_slice(&length.to_le_bytes());
                check(&lying, &format!("length {length} at {at}"));
            }
        }
    }
}
