//! Which runs of a large stream may be left out: the contents of its attachments, found by reading the heads of its records only, and
//! zeros where no record stands. Wherever something is not as it should be, nothing more is left out, so that the decoder sees all of it.

use std::ops::Range;

use memchr::memchr3_iter;

use crate::mapi::{PropTag, PropType};

use super::{
    AttributeId,
    attachments::interface_length,
    attribute_id::known,
    checksum::checksum,
    property_value::{Shape, padding},
    records::{PREFIX, SIGNATURE},
};

/// Bytes at the begin of a content that stay: enough for what tells its kind, and for the headers of an attached mail.
pub const KEPT_HEAD: u64 = 64 << 10;
/// Contents up to this size stay whole.
const SMALL: u64 = 4 * KEPT_HEAD;
/// Bytes of a record or property before its value.
const HEAD: u64 = 9;
const CHECKSUM: u64 = 2;
/// Bytes read at a time where all have to be seen.
const BLOCK: usize = 256 << 10;
/// Streams within each other that are looked into.
const DEPTH: usize = 64;
/// Zeros that stay around a run of them.
const MARGIN: u64 = 64;

/// What may be left out of a file, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Runs that may be left out.
    pub runs: Vec<Range<u64>>,
    /// The contents that they lie in, whose digest is wanted.
    pub contents: Vec<Range<u64>>,
}

/// Reads bytes of the file at an offset into a buffer, and returns how many there were.
pub type ReadAt<'a> = &'a mut dyn FnMut(u64, &mut [u8]) -> usize;

/// Plans what to leave out of a file of a given length.
#[must_use]
pub fn plan(read: ReadAt<'_>, length: u64) -> Plan {
    let mut planner = Planner { read, plan: Plan::default(), window: Vec::new(), window_at: 0 };
    let end = planner.stream(0..length, 0).unwrap_or_else(|stopped| stopped);
    // Where a record stands that cannot be believed, what follows may be its data.
    if planner.header(end).is_none() {
        planner.zeros(end..length);
    }
    planner.plan.runs.sort_by_key(|run| run.start);
    planner.plan.contents.sort_by_key(|content| content.start);
    planner.plan
}

struct Planner<'r> {
    read: ReadAt<'r>,
    plan: Plan,
    window: Vec<u8>,
    window_at: u64,
}

/// Where reading has to stop, as something is not as it should be.
type Stopped = u64;

impl Planner<'_> {
    /// Returns `N` bytes at an offset; none at the end.
    fn at<const N: usize>(&mut self, offset: u64) -> Option<[u8; N]> {
        let inside = |window: &[u8], at: u64| window.get(usize::try_from(offset.checked_sub(at)?).ok()?..)?.first_chunk::<N>().copied();
        if let Some(found) = inside(&self.window, self.window_at) {
            return Some(found);
        }
        self.window.resize(4096, 0);
        let got = (self.read)(offset, &mut self.window);
        self.window.truncate(got);
        self.window_at = offset;
        inside(&self.window, offset)
    }

    fn u32(&mut self, offset: u64) -> Option<u32> {
        self.at(offset).map(u32::from_le_bytes)
    }

    /// Walks over the records of a stream and returns where it ends.
    fn stream(&mut self, span: Range<u64>, depth: usize) -> Result<u64, Stopped> {
        if self.at::<4>(span.start) != Some(SIGNATURE) || depth > DEPTH {
            return Err(span.start);
        }
        let mut position = span.start.saturating_add(PREFIX as u64);
        while position < span.end {
            position = self.record(position, span.end, depth).ok_or(position)?;
        }
        Ok(position)
    }

    /// Plans one record and returns where the next begins; none when this one cannot be believed.
    fn record(&mut self, position: u64, end: u64, depth: usize) -> Option<u64> {
        let (id, length) = self.header(position)?;
        let start = position.saturating_add(HEAD);
        let (data_end, is_cut) = (start.checked_add(u64::from(length))?, start.saturating_add(u64::from(length)) > end);
        let data = start..data_end.min(end);
        let next = data_end.saturating_add(CHECKSUM).min(end);
        let is_large = data.end.saturating_sub(data.start) > SMALL;
        if is_cut {
            // A cut upload: what is there is content, unless a record hides in it, and then the length lies.
            let is_content = is_large && id == AttributeId::ATTACH_DATA && self.is_opaque(data.clone());
            return is_content.then(|| self.content(data)).map(|()| end);
        }
        let is_proven = next >= end || self.header(next).is_some() || self.has_checksum(data.clone());
        if !(is_proven || is_large && id == AttributeId::ATTACH_DATA && self.is_opaque(data.start..end)) {
            return None;
        }
        if is_large && id == AttributeId::ATTACH_DATA {
            self.value(data, false, depth);
        } else if is_large && id == AttributeId::ATTACHMENT {
            self.properties(&data, depth);
        }
        Some(next)
    }

    /// Returns id and length of a record whose level, id and type are all as they should be.
    fn header(&mut self, position: u64) -> Option<(AttributeId, u32)> {
        let [level, i0, i1, t0, t1, length @ ..] = self.at::<9>(position)?;
        let (id, type_word) = (u16::from_le_bytes([i0, i1]), u16::from_le_bytes([t0, t1]));
        known(id, type_word).filter(|known| known.type_word == type_word && known.level == level)?;
        Some((AttributeId(id), u32::from_le_bytes(length)))
    }

    /// Plans the value of an attachment: a content, or a message with contents of its own.
    fn value(&mut self, value: Range<u64>, is_object: bool, depth: usize) {
        if value.end.saturating_sub(value.start) <= SMALL {
            return;
        }
        let skipped = self.at::<20>(value.start).filter(|_| is_object).map_or(0, |head| interface_length(&head));
        let content = value.start.saturating_add(skipped)..value.end;
        if self.at::<4>(content.start) == Some(SIGNATURE) {
            let before = self.plan.runs.len();
            let _ = self.stream(content.clone(), depth.saturating_add(1));
            if self.plan.runs.len() > before {
                self.plan.contents.push(content);
            }
        } else {
            self.content(content);
        }
    }

    fn content(&mut self, content: Range<u64>) {
        self.plan.runs.push(content.start.saturating_add(KEPT_HEAD)..content.end);
        self.plan.contents.push(content);
    }

    /// Walks over a property list for the data of an attachment; gives up at whatever has no plain length.
    fn properties(&mut self, list: &Range<u64>, depth: usize) -> Option<()> {
        let mut position = list.start.saturating_add(4);
        for _ in 0..self.u32(list.start)? {
            let tag = PropTag(self.u32(position)?);
            position = self.behind_name(tag, position.saturating_add(4))?;
            let kind = tag.prop_type();
            match Shape::of(kind.element())? {
                _ if kind.is_multi() => return None,
                Shape::Nothing => {}
                Shape::Fixed { slot, .. } => position = position.saturating_add(slot as u64),
                Shape::Variable => {
                    if self.u32(position)? != 1 {
                        return None;
                    }
                    let length = self.u32(position.saturating_add(4))?;
                    let value = position.saturating_add(8)..position.saturating_add(8).saturating_add(u64::from(length));
                    let padding = u64::from(length).wrapping_neg() % 4;
                    position = value.end.saturating_add(padding);
                    if value.end > list.end {
                        return None;
                    }
                    if is_data(tag) {
                        self.value(value, tag == PropTag::ATTACH_DATA_OBJ, depth);
                    }
                }
            }
        }
        Some(())
    }

    /// Returns where the value of a property begins: behind its name, if it has one.
    fn behind_name(&mut self, tag: PropTag, position: u64) -> Option<u64> {
        if !tag.is_named() {
            return Some(position);
        }
        let kind = position.saturating_add(16);
        match self.u32(kind)? {
            0 => Some(kind.saturating_add(8)),
            1 => {
                let length = usize::try_from(self.u32(kind.saturating_add(4))?).ok()?;
                Some(kind.saturating_add(8).saturating_add(length as u64).saturating_add(padding(length) as u64))
            }
            _ => None,
        }
    }

    /// Calls a function with each block of a range and where it lies, until it says to stop; the last bytes of a block come again with the
    /// next.
    fn blocks(&mut self, range: Range<u64>, again: usize, see: &mut dyn FnMut(u64, &[u8]) -> bool) -> bool {
        let mut block = vec![0; BLOCK];
        let mut position = range.start;
        while position < range.end {
            let most = usize::try_from(range.end.saturating_sub(position)).map_or(BLOCK, |left| left.min(BLOCK));
            let got = (self.read)(position, block.get_mut(..most).unwrap_or_default());
            if got == 0 || !see(position, block.get(..got).unwrap_or_default()) {
                return got != 0;
            }
            let on = if got < most || position.saturating_add(got as u64) >= range.end { got } else { got.saturating_sub(again) };
            position = position.saturating_add(on as u64);
        }
        true
    }

    fn has_checksum(&mut self, data: Range<u64>) -> bool {
        let Some(stored) = self.at::<2>(data.end).map(u16::from_le_bytes) else { return false };
        let mut sum = 0_u16;
        let end = data.end;
        self.blocks(data.start..end, 0, &mut |_, block| {
            sum = sum.wrapping_add(checksum(block));
            true
        });
        sum == stored
    }

    /// Whether no record and no stream can begin in a range.
    fn is_opaque(&mut self, range: Range<u64>) -> bool {
        let mut is_opaque = true;
        self.blocks(range, 8, &mut |_, block| {
            let mut begins = memchr3_iter(1, 2, 0x78, block).filter_map(|at| block.get(at..at.saturating_add(5)));
            is_opaque = !begins.any(begins_something);
            is_opaque
        });
        is_opaque
    }

    /// Plans the zeros at the end of a file, by which some writers and copies make it longer; no record can begin there.
    fn zeros(&mut self, range: Range<u64>) {
        let (zeros, mut from) = (vec![0; BLOCK], None);
        self.blocks(range.clone(), 0, &mut |at, block| {
            let is_zero = zeros.get(..block.len()) == Some(block);
            from = from.filter(|_| is_zero).or(is_zero.then_some(at));
            true
        });
        if let Some(from) = from.filter(|from| range.end.saturating_sub(*from) > SMALL) {
            self.plan.runs.push(from.saturating_add(MARGIN)..range.end.saturating_sub(MARGIN));
        }
    }
}

fn begins_something(window: &[u8]) -> bool {
    match *window {
        [level @ (1 | 2), i0, i1, t0, t1] => {
            let (id, type_word) = (u16::from_le_bytes([i0, i1]), u16::from_le_bytes([t0, t1]));
            known(id, type_word).is_some_and(|known| known.type_word == type_word && known.level == level)
        }
        [first, second, third, fourth, _] => [first, second, third, fourth] == SIGNATURE,
        _ => false,
    }
}

fn is_data(tag: PropTag) -> bool {
    (tag == PropTag::ATTACH_DATA_OBJ || tag == PropTag::ATTACH_DATA_BIN) && matches!(tag.prop_type(), PropType::OBJECT | PropType::BINARY)
}
