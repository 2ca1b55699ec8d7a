//! Attribute records of a TNEF stream, one after the other. Knows the envelope only, not what an attribute means ([MS-OXTNEF] 2.1.3).
//!
//! A record is a level, a tag, a length, data and a checksum over the data. Lengths and levels are believed as long as what they lead
//! to makes sense; where it does not, the checksum is asked where the data really ended, and failing that the next believable record
//! is searched. An embedded stream that comes to light in such a search is never read as attributes of its parent.

use std::ops::Range;

use super::{
    Attribute, AttributeId,
    attribute_id::{KnownAttribute, known},
    checksum::{RunningSums, checksum},
    context::Context,
};

/// The first four bytes of every TNEF stream, 0x223E9F78 in little endian.
pub(super) const SIGNATURE: [u8; 4] = [0x78, 0x9F, 0x3E, 0x22];
/// Signature and key.
pub(super) const PREFIX: usize = 6;
const HEADER: usize = 9;
const CHECKSUM: usize = 2;
/// Attributes that a message with one attachment has room for.
const USUAL_ATTRIBUTES: usize = 16;
/// How often a stream may be searched through for the end of data whose length lies, as a multiple of its bytes.
const SEARCHES: usize = 8;

/// The records of one stream.
#[derive(Default)]
pub(super) struct Records<'a> {
    pub(super) attributes: Vec<Attribute<'a>>,
    pub(super) unread: Vec<Range<u64>>,
    /// Where an embedded stream begins that no record leads to any more.
    pub(super) orphan: Option<usize>,
}

/// Reads the records of a stream that begins at `base` in its file.
pub(super) fn read_records<'a>(data: &'a [u8], base: u64, context: &mut Context<'_>) -> Records<'a> {
    let attributes = Vec::with_capacity(USUAL_ATTRIBUTES.min(data.len() / (HEADER + CHECKSUM)));
    let found = Records { attributes, ..Records::default() };
    let search_left = data.len().saturating_mul(SEARCHES);
    let mut scanner = Scanner { data, base, position: PREFIX, sums: None, added_up: (0, 0, 0), search_left, found, context };
    while scanner.position < data.len() && scanner.found.orphan.is_none() {
        scanner.step();
    }
    scanner.found
}

/// The nine bytes before the data.
#[derive(Clone, Copy)]
struct Header {
    level: u8,
    id: u16,
    type_word: u16,
    length: u32,
    known: Option<&'static KnownAttribute>,
}

impl Header {
    fn at(data: &[u8], position: usize) -> Option<Self> {
        let &[level, i0, i1, t0, t1, l0, l1, l2, l3] = data.get(position..)?.first_chunk::<HEADER>()?;
        let (id, type_word) = (u16::from_le_bytes([i0, i1]), u16::from_le_bytes([t0, t1]));
        Some(Self { level, id, type_word, length: u32::from_le_bytes([l0, l1, l2, l3]), known: known(id, type_word) })
    }

    fn has_level(&self) -> bool {
        matches!(self.level, 1 | 2)
    }

    fn is_known(&self) -> bool {
        self.known.is_some()
    }

    fn has_known_type(&self) -> bool {
        self.known.is_some_and(|known| known.type_word == self.type_word)
    }

    /// Whether level, id and type word are all as the table has them: one chance in thirty milliards for random bytes.
    fn is_exact(&self) -> bool {
        self.has_known_type() && self.known.is_some_and(|known| known.level == self.level)
    }

    /// Whether an id that nobody knows may still be an attribute.
    fn may_be_new(&self) -> bool {
        self.type_word <= 8 && self.id >= 0x8000
    }

    fn name(&self) -> String {
        match self.known {
            Some(known) => known.name.into(),
            None => format!("attribute 0x{:04X}{:04X}", self.type_word, self.id),
        }
    }
}

/// What stands at a place where a record should.
enum Verdict {
    /// A record whose data has this many bytes.
    Whole(usize),
    /// A record whose data ends with the stream.
    Cut,
    NotARecord,
}

struct Scanner<'a, 'c, 'l> {
    data: &'a [u8],
    base: u64,
    position: usize,
    sums: Option<RunningSums<'a>>,
    /// Start, end and checksum of the data that was added up last, so that large data is read once.
    added_up: (usize, usize, u16),
    search_left: usize,
    found: Records<'a>,
    context: &'c mut Context<'l>,
}

impl Scanner<'_, '_, '_> {
    fn step(&mut self) {
        let verdict = Header::at(self.data, self.position).map(|header| (header, self.judge(self.position, header)));
        match verdict {
            Some((header, Verdict::Whole(length))) => self.keep(header, length),
            Some((header, Verdict::Cut)) => self.keep(header, self.data.len()),
            Some((_, Verdict::NotARecord)) | None => self.resynchronise(),
        }
    }

    fn offset(&self, position: usize) -> u64 {
        self.context.holes.offset(self.base, position)
    }

    /// Returns the sum of bytes between two places that are not held, which checksums count all the same.
    fn sum_left_out(&self, start: usize, end: usize) -> u16 {
        if self.context.holes.is_empty() {
            return 0;
        }
        let start = self.offset(start);
        self.context.holes.sum(start, self.offset(end).saturating_sub(start))
    }

    /// Returns the end of the data that a header at `position` states, when the stream reaches that far.
    fn stated_end(&self, position: usize, header: Header) -> Option<usize> {
        let start = position.checked_add(HEADER)?;
        let end = start.checked_add(usize::try_from(self.context.holes.kept(self.offset(start), header.length.into())).ok()?)?;
        (end <= self.data.len()).then_some(end)
    }

    fn stored_checksum(&self, end: usize) -> Option<u16> {
        self.data.get(end..)?.first_chunk::<CHECKSUM>().map(|bytes| u16::from_le_bytes(*bytes))
    }

    /// Returns the checksum of the bytes from `start` to `end`.
    fn checksum(&mut self, start: usize, end: usize) -> u16 {
        if (self.added_up.0, self.added_up.1) != (start, end) {
            let sum = checksum(self.data.get(start..end).unwrap_or_default());
            self.added_up = (start, end, sum.wrapping_add(self.sum_left_out(start, end)));
        }
        self.added_up.2
    }

    fn judge(&mut self, position: usize, header: Header) -> Verdict {
        let start = position.saturating_add(HEADER);
        let Some(end) = self.stated_end(position, header) else { return self.judge_overlong(start, header) };
        let stored = self.stored_checksum(end);
        let fits = stored.is_none_or(|stored| stored == self.checksum(start, end));
        let length = end.saturating_sub(start);
        let next = end.saturating_add(CHECKSUM).min(self.data.len());
        match (header.has_level(), header.is_known()) {
            (true, true) if fits || self.is_record_or_end(next) => Verdict::Whole(length),
            (true, true) => Verdict::Whole(self.proven_end(start, Some(end)).map_or(length, |end| end.saturating_sub(start))),
            // Zeros have the right checksum everywhere; an unknown attribute must show more than that.
            (true, false) if fits && (length > 0 || header.may_be_new()) => Verdict::Whole(length),
            (true, false) if header.may_be_new() && self.is_record_or_end(next) => Verdict::Whole(length),
            (false, _) if fits && stored.is_some() && length > 0 && header.has_known_type() => Verdict::Whole(length),
            _ => Verdict::NotARecord,
        }
    }

    fn judge_overlong(&mut self, start: usize, header: Header) -> Verdict {
        match (header.has_level(), header.is_known()) {
            (true, true) => {
                // No writer makes a record larger than any file: such a length is a lie, and one within reason a cut.
                let absurd = u64::from(header.length) > self.context.limits.file_bytes;
                match self.proven_end(start, absurd.then_some(usize::MAX)) {
                    Some(end) => Verdict::Whole(end.saturating_sub(start)),
                    None => Verdict::Cut,
                }
            }
            (true, false) if header.may_be_new() => Verdict::Cut,
            _ => Verdict::NotARecord,
        }
    }

    fn is_record_or_end(&self, position: usize) -> bool {
        position >= self.data.len() || Header::at(self.data, position).is_some_and(|header| header.has_level() && header.is_known())
    }

    /// Whether a record stands here that its own checksum proves.
    fn is_proven(&mut self, position: usize) -> bool {
        let Some(header) = Header::at(self.data, position).filter(Header::is_exact) else { return false };
        let Some(end) = self.stated_end(position, header) else { return false };
        self.stored_checksum(end).is_some_and(|stored| stored == self.sum(position.saturating_add(HEADER), end))
    }

    fn sum(&mut self, start: usize, end: usize) -> u16 {
        let data = self.data;
        let sum = self.sums.get_or_insert_with(|| RunningSums::new(data)).between(start, end);
        sum.wrapping_add(self.sum_left_out(start, end))
    }

    /// Returns where data really ends whose length lies: before a record that proves itself, when the checksum of the data says so too.
    ///
    /// Without that second proof the record must come before any embedded stream, whose records are not ours, and before the stated end.
    fn proven_end(&mut self, start: usize, stated: Option<usize>) -> Option<usize> {
        let (mut sum, mut saw_stream) = (0_u16, false);
        let mut passed = self.offset(start);
        for (length, &byte) in self.data.get(start..)?.iter().enumerate() {
            let (end, next) = (start.saturating_add(length), start.saturating_add(length).saturating_add(CHECKSUM));
            self.search_left = self.search_left.checked_sub(1)?;
            if !self.context.holes.is_empty() {
                let at = self.offset(end);
                sum = sum.wrapping_add(self.context.holes.sum(passed, at.saturating_sub(passed)));
                passed = at;
            }
            let rest = self.data.get(next..)?;
            saw_stream |= self.data.get(end..).is_some_and(|data| data.starts_with(&SIGNATURE));
            let own = self.stored_checksum(end) == Some(sum);
            if matches!(rest, [1 | 2, ..]) && (own || !saw_stream && stated.is_none_or(|stated| end < stated)) && self.is_proven(next) {
                return Some(end);
            }
            // A checksum at the very end is only a proof when there was something to add up and no honest length says that more is missing.
            if rest.is_empty() && own && sum != 0 && stated.is_some_and(|stated| stated != end) {
                return Some(end);
            }
            sum = sum.wrapping_add(u16::from(byte));
        }
        None
    }

    fn keep(&mut self, header: Header, length: usize) {
        let start = self.position.saturating_add(HEADER);
        let end = start.saturating_add(length).min(self.data.len());
        let data = self.data.get(start..end).unwrap_or_default();
        let stored = self.stored_checksum(end);
        let checksum_ok = stored.map(|stored| stored == self.checksum(start, end));
        let next = end.saturating_add(CHECKSUM).min(self.data.len());
        if !self.context.may_keep_attribute() {
            self.give_up();
            return;
        }
        let attribute = Attribute {
            level: header.level,
            id: AttributeId(header.id),
            type_word: header.type_word,
            data,
            declared: header.length,
            data_offset: self.offset(start),
            span: self.offset(self.position)..self.offset(next),
            checksum_ok,
        };
        self.note_deviations(&attribute, header, stored);
        self.found.attributes.push(attribute);
        self.position = next;
    }

    fn note_deviations(&mut self, attribute: &Attribute<'_>, header: Header, stored: Option<u16>) {
        let (at, declared) = (attribute.span.start, attribute.declared);
        let checksum_at = self.offset(self.position.saturating_add(HEADER).saturating_add(attribute.data.len()));
        let have = checksum_at.saturating_sub(attribute.data_offset);
        let start = self.position.saturating_add(HEADER);
        let sum = self.checksum(start, start.saturating_add(attribute.data.len()));
        let known_level = header.known.map(|known| known.level);
        if known_level.is_some_and(|level| level != header.level) {
            self.context.note(at, "wrong-level", || format!("{} stands at level {}", header.name(), header.level));
        } else if known_level.is_none() {
            self.context.note(at, "unknown-attribute", || format!("{} is not known; its {have} bytes are kept", header.name()));
        }
        if known_level.is_some() && !header.has_known_type() {
            self.context.note(at, "wrong-type", || format!("{} has the type word {:#06x}", header.name(), header.type_word));
        }
        if u64::from(declared) == have {
            match stored {
                None => self.context.note(checksum_at, "checksum-missing", || format!("the checksum of {} is cut off", header.name())),
                Some(stored) if attribute.checksum_ok == Some(false) => self.context.note(checksum_at, "checksum-mismatch", || {
                    format!("{} has checksum {stored:#06x}, its data adds up to {sum:#06x}", header.name())
                }),
                Some(_) => {}
            }
        } else if stored.is_none() {
            self.context.note(at, "truncated", || format!("{} says {declared} bytes, {have} are there", header.name()));
        } else {
            self.context.note(at, "length-mismatch", || format!("{} says {declared} bytes, its data ends after {have}", header.name()));
        }
    }

    /// Leaves the rest of the stream unread because there is more than may be kept.
    fn give_up(&mut self) {
        let (at, limit) = (self.offset(self.position), self.context.limits.attributes);
        self.context.note(at, "limit-reached", || format!("there are more than {limit} attributes; the rest is not read"));
        self.skip_to(self.data.len());
    }

    fn skip_to(&mut self, position: usize) {
        self.found.unread.push(self.offset(self.position)..self.offset(position));
        self.position = position;
    }

    /// Goes on at the next believable record, and says what was skipped.
    fn resynchronise(&mut self) {
        let (from, end) = (self.position, self.data.len());
        let at = self.offset(from);
        match self.next_record() {
            Some(Place::Record(next)) => {
                let target = self.offset(next);
                self.context.note(at, "resynchronised", || format!("{} bytes are no attribute; reading goes on at {target:#x}", target - at));
                self.skip_to(next);
            }
            Some(Place::Stream(next)) => {
                let target = self.offset(next);
                self.context.note(at, "resynchronised", || {
                    format!("{} bytes are no attribute; an embedded stream without attachment begins at {target:#x}", target - at)
                });
                if next > from {
                    self.skip_to(next);
                }
                self.found.orphan = Some(next);
            }
            None => {
                let bytes = self.offset(end).saturating_sub(at);
                self.context.note(at, "trailing-bytes", || format!("the last {bytes} bytes are no attribute"));
                self.skip_to(end);
            }
        }
    }

    fn next_record(&mut self) -> Option<Place> {
        let mut cut = None;
        for position in self.position..self.data.len() {
            match self.data.get(position)? {
                0x78 if self.is_stream(position) => return Some(Place::Stream(position)),
                1 | 2 if position > self.position => {}
                _ => continue,
            }
            let Some(header) = Header::at(self.data, position).filter(Header::is_exact) else { continue };
            match self.stated_end(position, header) {
                Some(end) if self.is_proven(position) || self.is_exact_or_end(end.saturating_add(CHECKSUM)) => return Some(Place::Record(position)),
                None if cut.is_none() && u64::from(header.length) <= self.context.limits.file_bytes => cut = Some(position),
                _ => {}
            }
        }
        cut.map(Place::Record)
    }

    fn is_exact_or_end(&self, position: usize) -> bool {
        position >= self.data.len() || Header::at(self.data, position).is_some_and(|header| header.is_exact())
    }

    /// Whether a whole TNEF stream begins here: signature, key and a first attribute.
    fn is_stream(&self, position: usize) -> bool {
        let rest = self.data.get(position..).unwrap_or_default();
        rest.starts_with(&SIGNATURE) && Header::at(rest, PREFIX).is_some_and(|header| header.is_exact())
    }
}

/// Where reading can go on.
enum Place {
    Record(usize),
    Stream(usize),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Limits,
        formats::tnef::samples::{record, stream},
    };

    const SUBJECT: u32 = 0x0001_8004;

    /// Names and data lengths of the attributes behind version and code page, and the codes of the anomalies.
    #[track_caller]
    fn check(data: &[u8], attributes: &[(&str, usize)], codes: &[&str]) {
        let limits = Limits::default();
        let mut context = Context::new(&limits);
        let records = read_records(data, 0, &mut context);
        let read: Vec<_> = records.attributes[2..].iter().map(|attribute| (attribute.name().unwrap_or("?"), attribute.data.len())).collect();
        assert_eq!(read, attributes);
        assert_eq!(context.into_anomalies().iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), codes);
    }

    fn subject() -> Vec<u8> {
        record(1, SUBJECT, b"hello\0")
    }

    fn body() -> Vec<u8> {
        record(1, 0x0002_800C, b"some text\r\n")
    }

    /// The subject with another length in its header.
    fn lying(length: u32) -> Vec<u8> {
        let mut lying = subject();
        lying[5..9].copy_from_slice(&length.to_le_bytes());
        lying
    }

    #[test]
    fn keeps_reading_after_a_bad_checksum() {
        let mut damaged = subject();
        damaged[10] ^= 1;
        check(&stream(1252, &[damaged, body()]), &[("attSubject", 6), ("attBody", 11)], &["checksum-mismatch"]);
    }

    #[test]
    fn goes_on_behind_garbage_between_attributes() {
        for garbage in [&[0, 0xFF, 0, 0xFF][..], &[1, 2, 1], &[0; 40], b"\x02From x@y.z"] {
            let data = stream(1252, &[subject(), garbage.to_vec(), body()]);
            check(&data, &[("attSubject", 6), ("attBody", 11)], &["resynchronised"]);
        }
    }

    #[test]
    fn a_length_that_lies_ends_where_the_checksum_says() {
        for length in [0, 5, 7, 20, 0xFFFF_FFF0] {
            let data = stream(1252, &[lying(length), body(), body()]);
            check(&data, &[("attSubject", 6), ("attBody", 11), ("attBody", 11)], &["length-mismatch"]);
        }
    }

    #[test]
    fn a_length_beyond_the_end_is_a_cut_when_nothing_proves_otherwise() {
        check(&stream(1252, &[lying(0x1000)]), &[("attSubject", 8)], &["truncated"]);
        check(&stream(1252, &[lying(0xFFFF_FFF0)]), &[("attSubject", 6)], &["length-mismatch"]);
        let mut damaged = [lying(0xFFFF_FFF0), body()].concat();
        damaged[10] ^= 1;
        check(&stream(1252, &[damaged]), &[("attSubject", 6), ("attBody", 11)], &["length-mismatch"]);
    }

    #[test]
    fn a_cut_inside_an_embedded_stream_takes_nothing_from_it() {
        let inner = stream(1252, &[subject(), body()]);
        let outer = stream(1252, &[record(2, 0x0006_800F, &[&inner[..], &[0; 100]].concat())]);
        let end = outer.len() - 50;
        check(&outer[..end], &[("attAttachData", inner.len() + 52)], &["truncated"]);
    }

    #[test]
    fn a_damaged_level_is_seen_through_when_the_checksum_fits() {
        let mut damaged = subject();
        damaged[0] = 9;
        check(&stream(1252, &[damaged, body()]), &[("attSubject", 6), ("attBody", 11)], &["wrong-level"]);
    }

    #[test]
    fn the_last_checksum_may_be_missing() {
        let data = stream(1252, &[subject(), body()]);
        for missing in [1, 2] {
            check(&data[..data.len() - missing], &[("attSubject", 6), ("attBody", 11)], &["checksum-missing"]);
        }
        check(&data[..data.len() - 3], &[("attSubject", 6), ("attBody", 10)], &["truncated"]);
    }

    #[test]
    fn bytes_behind_the_end_are_said() {
        for tail in [&b"\r\n"[..], &[0; 30], b"\n", b"\x01", b"From someone@example.com Mon Jan  1"] {
            check(&[stream(1252, &[subject()]), tail.to_vec()].concat(), &[("attSubject", 6)], &["trailing-bytes"]);
        }
    }

    #[test]
    fn an_unknown_attribute_is_kept() {
        let unknown = record(1, 0x0006_9099, b"what?");
        check(&stream(1252, &[unknown, subject()]), &[("?", 5), ("attSubject", 6)], &["unknown-attribute"]);
    }

    #[test]
    fn more_attributes_than_may_be_kept_stay_unread() {
        let data = stream(1252, &[subject(), subject()]);
        let limits = Limits { attributes: 3, ..Limits::default() };
        let mut context = Context::new(&limits);
        let records = read_records(&data, 0, &mut context);
        assert_eq!((records.attributes.len(), records.unread.len()), (3, 1));
        assert_eq!(context.into_anomalies()[0].code, "limit-reached");
    }

    #[test]
    fn many_lying_records_take_linear_time() {
        let lying: Vec<u8> = (0..20_000).flat_map(|_| [1, 4, 0x80, 1, 0, 9, 0, 0, 0, 1, 2, 3]).collect();
        let limits = Limits::default();
        let records = read_records(&lying, 0, &mut Context::new(&limits));
        let last = records.attributes.last().map(|last| last.span.end).max(records.unread.last().map(|last| last.end));
        assert_eq!(last, Some(lying.len() as u64));
    }
}
