//! Registry hives (`regf`), as RegSaveKey or a copy of the machine's own files leaves them.
//!
//! Ours because no library fits: `notatin` (Apache-2.0) brings over a hundred packages, a terminal and a spreadsheet writer among them,
//! and tells no byte offsets; `nt_hive2` and `nt-hive` are under the GPL. Follows the published layout of the format as far as keys
//! and values need it. Deliberately absent: transaction logs, security descriptors, class names, and the recovery of deleted cells.
//!
//! Invariant: each key cell and each list is followed once, so that loops end and shared lists cost nothing.

use std::collections::HashSet;

use crate::base::{CodePage, Decoded, Limits, Reader, Timestamp, Truncated};

use super::reg::{LastWrite, Log, Place, RegType, RegistryDump, RegistryKey, RegistryShape, RegistryValue, hive_data};

/// Offsets of cells count from here.
const BINS: u64 = 4096;
const NO_CELL: u32 = u32::MAX;
/// Flag of names in one byte a character: in `nk` cells and in `vk` cells.
const KEY_NAME_IS_8_BIT: u16 = 0x20;
const VALUE_NAME_IS_8_BIT: u16 = 0x01;
/// Flag of the length of data that stand in place of their offset.
const IN_PLACE: u32 = 0x8000_0000;
/// Data beyond this length lie in a `db` cell of segments, from minor version 4 on.
const SEGMENT: usize = 16_344;

/// Reads all keys and values of a hive.
#[must_use]
pub fn parse(bytes: &[u8], limits: &Limits) -> Decoded<RegistryDump> {
    // Forged cells may share names and data, so that what they unfold to is bounded by the size of the file.
    let budget = (bytes.len() as u64).saturating_mul(16).saturating_add(1 << 20).min(limits.file_bytes.max(1 << 20));
    let mut hive = Hive { bytes, limits, log: Log::new(limits), big_data: false, keys: Vec::new(), values: 0, budget, lists: HashSet::new() };
    match hive.base_block() {
        Ok(root) => hive.read_tree(root),
        Err(cut) => hive.log.add(cut.offset.min(bytes.len() as u64), "truncated", || cut.to_string()),
    }
    let dump = RegistryDump { shape: RegistryShape::Hive, keys: hive.keys, ..RegistryDump::default() };
    Decoded { value: dump, anomalies: hive.log.finish() }
}

struct Hive<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    log: Log,
    big_data: bool,
    keys: Vec<RegistryKey>,
    values: usize,
    budget: u64,
    lists: HashSet<u32>,
}

/// A cell in use: its content without the size field, and the place of the whole.
struct Cell<'a> {
    content: Reader<'a>,
    place: Place,
}

/// A key that waits to be read.
struct Waiting {
    cell: u32,
    parent: Option<usize>,
    depth: usize,
}

impl<'a> Hive<'a> {
    /// Reads the base block and returns the offset of the root cell.
    fn base_block(&mut self) -> Result<u32, Truncated> {
        let mut reader = Reader::new(self.bytes);
        reader.bytes(4, "signature")?;
        let (primary, secondary) = (reader.u32("primary sequence")?, reader.u32("secondary sequence")?);
        reader.u64("last write")?;
        let (major, minor, file_type) = (reader.u32("major version")?, reader.u32("minor version")?, reader.u32("file type")?);
        reader.u32("file format")?;
        let (root, length) = (reader.u32("root cell")?, reader.u32("length of bins")?);
        self.big_data = minor >= 4;
        if primary != secondary {
            self.log.add(4, "hive-not-clean", || format!("sequence numbers {primary} and {secondary} differ: the last write was not finished"));
        }
        if major != 1 || file_type != 0 {
            self.log.add(20, "not-a-primary-hive", || format!("version {major}.{minor}, file type {file_type}"));
        }
        let end = BINS + u64::from(length);
        if end > self.bytes.len() as u64 {
            self.log.add(40, "hive-truncated", || format!("bins end at {end:#x}, the file at {:#x}", self.bytes.len()));
        }
        let (words, _) = self.bytes.get(..508).unwrap_or_default().as_chunks::<4>();
        let sum = words.iter().fold(0, |sum, word| sum ^ u32::from_le_bytes(*word));
        let stored = Reader::at(self.bytes.get(508..).unwrap_or_default(), 508).u32("checksum")?;
        // The two values that stand for "not computed" are never stored as they are.
        let expected = if sum == 0 { 1 } else { sum.min(u32::MAX - 1) };
        if stored != expected {
            self.log.add(508, "checksum-mismatch", || format!("checksum {stored:#010x}, adds up to {expected:#010x}"));
        }
        Ok(root)
    }

    fn read_tree(&mut self, root: u32) {
        let mut visited = HashSet::new();
        let mut waiting = vec![Waiting { cell: root, parent: None, depth: 0 }];
        while let Some(next) = waiting.pop() {
            if !visited.insert(next.cell) {
                self.log.add(self.clamped(next.cell), "key-twice", || "a key is listed twice");
                continue;
            }
            if next.depth > self.limits.nesting {
                self.log.add(self.clamped(next.cell), "too-deep", || "the key lies deeper than keys are followed");
                continue;
            }
            if self.budget == 0 || self.values.max(self.keys.len()) >= self.limits.entries {
                self.log.add(self.clamped(next.cell), "too-many-entries", || "keys and values beyond the limits are left out");
                return;
            }
            let before = waiting.len();
            if let Err(cut) = self.key(&next, &mut waiting) {
                self.log.add(cut.offset, "truncated", || cut.to_string());
            }
            // The last one in is read first; the order of the list is kept.
            if let Some(children) = waiting.get_mut(before..) {
                children.reverse();
            }
        }
    }

    /// Reads one `nk` cell, its values, and adds its subkeys to those that wait.
    fn key(&mut self, waiting: &Waiting, subkeys: &mut Vec<Waiting>) -> Result<(), Truncated> {
        let Some(Cell { content: mut nk, place }) = self.cell(waiting.cell, *b"nk") else { return Ok(()) };
        let flags = nk.u16("key flags")?;
        let last_write = nk.u64("key last write")?;
        nk.bytes(8, "access bits and parent")?;
        let subkey_count = nk.u32("subkey count")?;
        nk.u32("volatile subkey count")?;
        let subkey_list = nk.u32("subkey list")?;
        nk.u32("volatile subkey list")?;
        let (value_count, value_list) = (nk.u32("value count")?, nk.u32("value list")?);
        nk.bytes(28, "security, class and sizes")?;
        let name_length = usize::from(nk.u16("key name length")?);
        nk.u16("class name length")?;
        let name = cell_name(nk.bytes(name_length, "key name")?, flags & KEY_NAME_IS_8_BIT != 0);
        let parent = waiting.parent.and_then(|parent| self.keys.get(parent));
        let path = parent.map_or_else(|| name.clone(), |parent| format!("{}\\{name}", parent.path));
        self.spend(path.len());
        let last_write = Timestamp::from_filetime(last_write).filter(|time| time.filetime() != 0).map(LastWrite::Utc);
        let index = self.keys.len();
        self.keys.push(RegistryKey { path, place, deleted: false, last_write, values: Vec::new() });
        if value_count > 0 {
            self.values(value_list, value_count)?;
        }
        if subkey_count > 0 {
            let before = subkeys.len();
            self.subkeys(subkey_list, 0, &mut |cell| subkeys.push(Waiting { cell, parent: Some(index), depth: waiting.depth + 1 }));
            let found = subkeys.len() - before;
            if found as u64 != u64::from(subkey_count) {
                self.log.add(place.offset, "subkey-count", || format!("the key counts {subkey_count} subkeys, its list has {found}"));
            }
        }
        Ok(())
    }

    /// Follows a subkey list, also one of lists.
    fn subkeys(&mut self, list: u32, depth: usize, found: &mut dyn FnMut(u32)) {
        let Some(Cell { content: mut cell, place }) = self.list_cell(list) else { return };
        let signature = cell.array::<2>("list signature").unwrap_or_default();
        let count = cell.u16("list count").unwrap_or_default();
        let entry = match &signature {
            b"lf" | b"lh" => 8,
            b"li" | b"ri" => 4,
            _ => {
                self.log.add(place.offset, "bad-cell", || format!("a cell of kind {} where a subkey list belongs", shown(signature)));
                return;
            }
        };
        for _ in 0..count {
            let Ok(mut item) = cell.sub(entry, "list entry") else {
                self.log.add(cell.offset(), "truncated", || format!("the list counts {count} entries and ends before"));
                return;
            };
            let Ok(offset) = item.u32("list entry") else { return };
            if &signature != b"ri" {
                found(offset);
            } else if depth < 4 {
                self.subkeys(offset, depth + 1, found);
            }
        }
    }

    fn values(&mut self, list: u32, count: u32) -> Result<(), Truncated> {
        let Some(Cell { content: mut cell, .. }) = self.list_cell(list) else { return Ok(()) };
        for _ in 0..count {
            if self.budget == 0 || self.values >= self.limits.entries {
                self.log.add(cell.offset(), "too-many-entries", || format!("the list counts {count} values; those from here on are left out"));
                return Ok(());
            }
            self.values += 1;
            let offset = cell.u32("value list entry")?;
            match self.value(offset) {
                Ok(Some(value)) => {
                    if let Some(key) = self.keys.last_mut() {
                        key.values.push(value);
                    }
                }
                Ok(None) => {}
                Err(cut) => self.log.add(cut.offset, "truncated", || cut.to_string()),
            }
        }
        Ok(())
    }

    /// Reads one `vk` cell and its data.
    fn value(&mut self, offset: u32) -> Result<Option<RegistryValue>, Truncated> {
        let Some(Cell { content: mut vk, place }) = self.cell(offset, *b"vk") else { return Ok(None) };
        let name_length = usize::from(vk.u16("value name length")?);
        let length = vk.u32("data length")?;
        let in_place = Place { line: None, offset: vk.offset(), length: u64::from(length & !IN_PLACE).min(4) };
        let inline = vk.array::<4>("data offset")?;
        let reg_type = RegType(vk.u32("value type")?);
        let flags = vk.u16("value flags")?;
        vk.u16("spare")?;
        let name = cell_name(vk.bytes(name_length, "value name")?, flags & VALUE_NAME_IS_8_BIT != 0);
        let wanted = usize::try_from(length & !IN_PLACE).unwrap_or(usize::MAX);
        let (bytes, data_place) = if length & IN_PLACE != 0 {
            (inline.get(..wanted).unwrap_or(&inline).to_vec(), in_place)
        } else if wanted == 0 {
            (Vec::new(), in_place)
        } else {
            self.cell_data(u32::from_le_bytes(inline), wanted)
        };
        if bytes.len() != wanted {
            self.log.add(place.offset, "data-cut", || format!("the value has {wanted} bytes of data, {} could be read", bytes.len()));
        }
        self.spend(name.len().saturating_add(bytes.len()));
        let (data, surprise) = hive_data(reg_type, bytes);
        if surprise {
            self.log.add(data_place.offset, "string-width", || "8-bit text where UTF-16 text belongs");
        }
        Ok(Some(RegistryValue { name, data, raw: None, place, data_place, deleted: false }))
    }

    /// Returns up to `wanted` bytes of a data cell or of the segments of a `db` cell.
    fn cell_data(&mut self, offset: u32, wanted: usize) -> (Vec<u8>, Place) {
        let Some(Cell { mut content, place }) = self.any_cell(offset) else {
            return (Vec::new(), Place { offset: self.clamped(offset), ..Place::default() });
        };
        let is_segmented = self.big_data && wanted > SEGMENT && content.peek().starts_with(b"db");
        if !is_segmented {
            let start = content.offset();
            let bytes = content.up_to(wanted).to_vec();
            let length = bytes.len() as u64;
            return (bytes, Place { line: None, offset: start, length });
        }
        (self.segments(content, wanted).unwrap_or_default(), place)
    }

    fn segments(&mut self, mut db: Reader<'a>, wanted: usize) -> Result<Vec<u8>, Truncated> {
        db.u16("segment signature")?;
        let count = db.u16("segment count")?;
        let mut list = match self.any_cell(db.u32("segment list")?) {
            Some(cell) => cell.content,
            None => return Ok(Vec::new()),
        };
        let mut bytes = Vec::new();
        // One cell may be listed as every segment, hence the budget and not only the count.
        while bytes.len() < wanted && (bytes.len() as u64) < self.budget {
            if bytes.len() / SEGMENT >= usize::from(count) {
                break;
            }
            let Ok(offset) = list.u32("segment offset") else { break };
            let Some(mut segment) = self.any_cell(offset) else { break };
            let part = segment.content.up_to(SEGMENT.min(wanted - bytes.len()));
            if part.is_empty() {
                break;
            }
            bytes.extend_from_slice(part);
        }
        Ok(bytes)
    }

    fn spend(&mut self, amount: usize) {
        self.budget = self.budget.saturating_sub(amount as u64);
    }

    fn list_cell(&mut self, offset: u32) -> Option<Cell<'a>> {
        if !self.lists.insert(offset) {
            self.log.add(self.clamped(offset), "list-twice", || "a list is used twice");
            return None;
        }
        self.any_cell(offset)
    }

    /// Returns where a cell lies in the file, or the end of the file when it lies behind.
    fn clamped(&self, offset: u32) -> u64 {
        file_offset(offset).min(self.bytes.len() as u64)
    }

    /// Returns the cell at an offset when it has the signature, which is read then.
    fn cell(&mut self, offset: u32, signature: [u8; 2]) -> Option<Cell<'a>> {
        let mut cell = self.any_cell(offset)?;
        let found = cell.content.array::<2>("cell signature").unwrap_or_default();
        if found != signature {
            self.log.add(cell.place.offset, "bad-cell", || format!("a cell of kind {} where {} belongs", shown(found), shown(signature)));
            return None;
        }
        Some(cell)
    }

    fn any_cell(&mut self, offset: u32) -> Option<Cell<'a>> {
        let at = file_offset(offset);
        let rest = usize::try_from(at).ok().and_then(|at| self.bytes.get(at..)).filter(|_| offset != NO_CELL);
        let mut reader = Reader::at(rest.unwrap_or_default(), at);
        let Ok(size) = reader.array("cell size").map(i32::from_le_bytes) else {
            self.log.add(self.clamped(offset), "bad-cell-offset", || format!("cell {offset:#x} lies outside of the file"));
            return None;
        };
        if size >= 0 {
            self.log.add(at, "free-cell", || format!("cell {offset:#x} is in use but marked as free"));
        }
        let length = usize::try_from(size.unsigned_abs()).unwrap_or(usize::MAX).saturating_sub(4);
        if length > reader.remaining() {
            self.log.add(at, "cell-cut", || format!("the cell has {length} bytes, {} are left", reader.remaining()));
        }
        let place = Place { line: None, offset: at, length: 4 + length.min(reader.remaining()) as u64 };
        let content = Reader::at(reader.up_to(length), at + 4);
        Some(Cell { content, place })
    }
}

fn cell_name(bytes: &[u8], is_8_bit: bool) -> String {
    let page = if is_8_bit { CodePage(28591) } else { CodePage::UTF_16LE };
    page.decode(bytes).text.into_owned()
}

fn file_offset(cell: u32) -> u64 {
    BINS + u64::from(cell)
}

fn shown(signature: [u8; 2]) -> String {
    signature.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lays cells of 8-byte multiples one behind the other and returns the hive; the first one is the root.
    fn hive(cells: &[Vec<u8>]) -> Vec<u8> {
        let mut bins = b"hbin".to_vec();
        bins.resize(32, 0);
        for cell in cells {
            let size = (cell.len() + 4).next_multiple_of(8);
            bins.extend_from_slice(&(-i32::try_from(size).unwrap()).to_le_bytes());
            bins.extend_from_slice(cell);
            bins.resize(bins.len().next_multiple_of(8), 0);
        }
        let mut file = b"regf".to_vec();
        for word in [1, 1, 0, 0, 1, 5, 0, 1, 32, u32::try_from(bins.len()).unwrap()] {
            file.extend_from_slice(&u32::to_le_bytes(word));
        }
        file.resize(508, 0);
        let sum = file.as_chunks::<4>().0.iter().fold(0, |sum, word| sum ^ u32::from_le_bytes(*word));
        file.extend_from_slice(&sum.to_le_bytes());
        file.resize(4096, 0);
        file.extend_from_slice(&bins);
        file
    }

    fn nk(name: &str, subkeys: (u32, u32), values: (u32, u32)) -> Vec<u8> {
        let mut cell = b"nk\x20\0".to_vec();
        cell.extend_from_slice(&0x01BA_6278_2596_13E0_u64.to_le_bytes());
        for word in [0, NO_CELL, subkeys.0, 0, subkeys.1, NO_CELL, values.0, values.1, NO_CELL, NO_CELL, 0, 0, 0, 0, 0] {
            cell.extend_from_slice(&word.to_le_bytes());
        }
        cell.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        cell.extend_from_slice(&[0, 0]);
        cell.extend_from_slice(name.as_bytes());
        cell
    }

    fn vk(name: &str, length: u32, data: u32, reg_type: u32) -> Vec<u8> {
        let mut cell = b"vk".to_vec();
        cell.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        for word in [length, data, reg_type, 1] {
            cell.extend_from_slice(&word.to_le_bytes());
        }
        cell.extend_from_slice(name.as_bytes());
        cell
    }

    fn words(head: &[u8], words: &[u32]) -> Vec<u8> {
        let mut cell = head.to_vec();
        cell.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        cell
    }

    /// Root at 32 (88 bytes), list at 120 (16), subkey at 136 (88), value list at 224 (16), two values at 240 and 272 (32 each), text at 304.
    fn sample() -> Vec<Vec<u8>> {
        vec![
            nk("Root", (1, 120), (0, NO_CELL)),
            words(b"lf\x01\0", &[136, 0]),
            nk("Sub", (0, NO_CELL), (2, 224)),
            words(b"", &[240, 272]),
            vk("Start", IN_PLACE | 4, 2, 4),
            vk("Text", 6, 304, 1),
            b"a\0b\0\0\0".to_vec(),
        ]
    }

    #[test]
    fn keys_values_times_and_places_are_read() {
        let decoded = parse(&hive(&sample()), &Limits::default());
        assert_eq!(decoded.anomalies, []);
        let keys = &decoded.value.keys;
        assert_eq!(keys.iter().map(|key| key.path.as_str()).collect::<Vec<_>>(), ["Root", "Root\\Sub"]);
        let values = &keys[1].values;
        assert_eq!((values[0].name.as_str(), values[0].data.dword()), ("Start", Some(2)));
        assert_eq!((values[1].name.as_str(), values[1].data.text()), ("Text", Some("ab")));
        assert_eq!(values[1].data_place, Place { line: None, offset: 4096 + 308, length: 6 });
        assert_eq!(values[0].place, Place { line: None, offset: 4096 + 240, length: 32 });
        let Some(LastWrite::Utc(time)) = &keys[0].last_write else { panic!("no time") };
        assert_eq!(time.to_string(), "1995-08-04T14:39:47.23Z");
    }

    #[test]
    fn a_key_that_lists_itself_ends() {
        let mut cells = sample();
        cells[1] = words(b"lf\x01\0", &[32, 0]);
        let decoded = parse(&hive(&cells), &Limits::default());
        assert_eq!((decoded.value.keys.len(), decoded.anomalies[0].code), (1, "key-twice"));
    }

    #[test]
    fn a_list_of_itself_ends() {
        let mut cells = sample();
        cells[1] = words(b"ri\x01\0", &[120, 0]);
        let decoded = parse(&hive(&cells), &Limits::default());
        let codes: Vec<_> = decoded.anomalies.iter().map(|anomaly| anomaly.code).collect();
        assert_eq!(codes, ["subkey-count", "list-twice"]);
    }

    #[test]
    fn big_data_is_put_together() {
        let mut cells = sample();
        cells[5] = vk("Text", 20_000, 304, 3);
        cells[6] = words(b"db\x02\0", &[320, 0]);
        cells.push(words(b"", &[336, 336 + 16_352]));
        cells.push(vec![1; SEGMENT + 4]);
        cells.push(vec![2; 20_000 - SEGMENT]);
        let decoded = parse(&hive(&cells), &Limits::default());
        assert_eq!(decoded.anomalies, []);
        let bytes = &decoded.value.keys[1].values[1].data.bytes;
        assert_eq!((bytes.len(), bytes[SEGMENT - 1], bytes[SEGMENT]), (20_000, 1, 2));
    }

    #[test]
    fn a_bad_cell_costs_one_value() {
        let mut cells = sample();
        cells[4][0] = b'x';
        let decoded = parse(&hive(&cells), &Limits::default());
        assert_eq!(decoded.value.keys[1].values.len(), 1);
        assert_eq!((decoded.anomalies[0].offset, decoded.anomalies[0].code), (4096 + 240, "bad-cell"));
    }

    #[test]
    fn every_prefix_and_every_changed_byte_return() {
        let file = hive(&sample());
        for end in (0..file.len()).filter(|end| *end < 64 || *end > 4090) {
            assert_eq!(parse(&file[..end], &Limits::default()).value.shape, RegistryShape::Hive);
        }
        for at in (0..file.len()).filter(|at| *at < 512 || *at >= 4096) {
            for change in [0x01, 0x80, 0xFF] {
                let mut changed = file.clone();
                changed[at] ^= change;
                assert_eq!(parse(&changed, &Limits::default()).value.shape, RegistryShape::Hive);
            }
        }
    }
}
