//! Registry hives from cells: keys, values, lists and data that refer to each other, to nothing, or in circles.

use super::{dice::Dice, registry};

/// No cell.
const NO_CELL: u32 = 0xFFFF_FFFF;
/// The bit of a data length that says that the data lies in its place.
const IN_PLACE: u32 = 0x8000_0000;
const HEADER: usize = 4096;
/// Header of a bin before its first cell.
const BIN: usize = 32;

/// The bytes choose cells, which are laid into a hive with a right header, and then overwrite some bytes of it.
pub(super) fn run(bytes: &[u8]) {
    registry::hive(&forged(bytes));
}

/// Returns the hive that the bytes choose.
pub(super) fn forged(bytes: &[u8]) -> Vec<u8> {
    let mut dice = Dice::new(bytes);
    let mut bins = b"hbin".to_vec();
    bins.resize(BIN, 0);
    let mut places = vec![u32::try_from(BIN).unwrap_or(0)];
    while !dice.is_empty() && places.len() < 64 {
        let cell = cell(&mut dice, &places);
        let size = (cell.len() + 4).next_multiple_of(8);
        let stated = if dice.once_in(16) { dice.u32() } else { u32::try_from(size).unwrap_or(0).wrapping_neg() };
        bins.extend(stated.to_le_bytes());
        bins.extend(cell);
        bins.resize(bins.len().next_multiple_of(8), 0);
        places.push(u32::try_from(bins.len()).unwrap_or(0));
        if dice.once_in(12) {
            break;
        }
    }
    let mut hive = [header(&mut dice, bins.len()), bins].concat();
    for _ in 0..dice.below(6) {
        let at = usize::from(dice.u16()).checked_rem(hive.len()).unwrap_or(0);
        let lie = dice.bytes(6);
        hive.iter_mut().skip(at).zip(lie).for_each(|(byte, lie)| *byte = *lie);
    }
    hive
}

/// Returns a hive of a service key with two values, as the system writes one.
pub(super) fn sound() -> Vec<u8> {
    let mut dice = Dice::new(&[]);
    let key = |name: &[u8], subkeys: [u32; 2], values: [u32; 2]| {
        let mut cell = [b"nk".as_slice(), &[0x20, 0], &0x01BA_6278_2596_13E0_u64.to_le_bytes()].concat();
        let words = [0, NO_CELL, subkeys[0], 0, subkeys[1], NO_CELL, values[0], values[1], NO_CELL, NO_CELL, 0, 0, 0, 0, 0];
        cell.extend(words.map(u32::to_le_bytes).concat());
        cell.extend(u32::try_from(name.len()).unwrap_or(0).to_le_bytes());
        [cell, name.to_vec()].concat()
    };
    let value = |name: &[u8], length: u32, data: u32, kind: u32| {
        let words = [length, data, kind, 1].map(u32::to_le_bytes).concat();
        [b"vk".as_slice(), &u16::try_from(name.len()).unwrap_or(0).to_le_bytes(), &words, name].concat()
    };
    let list = |head: &[u8], words: &[u32]| [head, &words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>()].concat();
    let cells = [
        key(b"Root", [1, 120], [0, NO_CELL]),
        list(b"lf\x01\0", &[136, 0]),
        key(b"MSExchangeIMC", [0, NO_CELL], [2, 232]),
        list(b"", &[248, 280]),
        value(b"Start", IN_PLACE | 4, 2, 4),
        value(b"Name", 8, 312, 1),
        b"a\0b\0c\0\0\0".to_vec(),
    ];
    let mut bins = b"hbin".to_vec();
    bins.resize(BIN, 0);
    for cell in cells {
        bins.extend(u32::try_from((cell.len() + 4).next_multiple_of(8)).unwrap_or(0).wrapping_neg().to_le_bytes());
        bins.extend(cell);
        bins.resize(bins.len().next_multiple_of(8), 0);
    }
    [header(&mut dice, bins.len()), bins].concat()
}

fn header(dice: &mut Dice<'_>, size: usize) -> Vec<u8> {
    let mut header = b"regf".to_vec();
    let minor = 3 + u32::from(dice.byte() & 3);
    for word in [1, 1, 0, 0, 1, minor, 0, 1, u32::try_from(BIN).unwrap_or(0), u32::try_from(size).unwrap_or(0)] {
        header.extend(word.to_le_bytes());
    }
    header.resize(508, 0);
    let sum = header.as_chunks::<4>().0.iter().fold(0, |sum, word| sum ^ u32::from_le_bytes(*word));
    header.extend(sum.to_le_bytes());
    header.resize(HEADER, 0);
    header
}

/// Returns a reference: mostly to a cell that is there or comes next, sometimes to nowhere.
fn place(dice: &mut Dice<'_>, places: &[u32]) -> u32 {
    match dice.below(8) {
        0 => NO_CELL,
        1 => dice.u32(),
        // Some bytes behind the last cell, where later ones will lie.
        2 | 3 => places.last().copied().unwrap_or(0).saturating_add(u32::from(dice.byte()) * 8),
        _ => dice.pick(places),
    }
}

fn cell(dice: &mut Dice<'_>, places: &[u32]) -> Vec<u8> {
    match dice.below(8) {
        0 | 1 => key(dice, places),
        2 | 3 => value(dice, places),
        4 => list(dice, places, b""),
        5 => {
            let head: [&[u8]; 4] = [b"lf", b"lh", b"li", b"ri"];
            let head = head.get(dice.below(4)).copied().unwrap_or(b"lf");
            list(dice, places, head)
        }
        6 => [b"db".as_slice(), &dice.u16().to_le_bytes(), &place(dice, places).to_le_bytes()].concat(),
        _ => dice.bytes(64).to_vec(),
    }
}

fn key(dice: &mut Dice<'_>, places: &[u32]) -> Vec<u8> {
    let mut cell = [b"nk".as_slice(), &[dice.byte(), 0], &dice.array::<8>()].concat();
    let (subkeys, values) = (u32::from(dice.byte() & 7), u32::from(dice.byte() & 7));
    let words = [0, NO_CELL, subkeys, 0, place(dice, places), NO_CELL, values, place(dice, places), NO_CELL, place(dice, places), 0, 0, 0, 0, 0];
    cell.extend(words.map(u32::to_le_bytes).concat());
    named(dice, &mut cell, true);
    cell
}

fn value(dice: &mut Dice<'_>, places: &[u32]) -> Vec<u8> {
    let length = match dice.below(4) {
        0 => IN_PLACE | u32::from(dice.byte() & 7),
        1 => dice.u32(),
        _ => u32::from(dice.byte()),
    };
    let name = dice.bytes(16);
    let mut cell = [b"vk".as_slice(), &u16::try_from(name.len()).unwrap_or(0).to_le_bytes()].concat();
    let words = [length, place(dice, places), u32::from(dice.byte() & 15), u32::from(dice.byte() & 1)];
    cell.extend(words.map(u32::to_le_bytes).concat());
    cell.extend(name);
    cell
}

fn named(dice: &mut Dice<'_>, cell: &mut Vec<u8>, has_class: bool) {
    let name = dice.bytes(16);
    let stated = if dice.once_in(8) { dice.u16() } else { u16::try_from(name.len()).unwrap_or(0) };
    cell.extend(stated.to_le_bytes());
    if has_class {
        cell.extend([0, 0]);
    }
    cell.extend(name);
}

fn list(dice: &mut Dice<'_>, places: &[u32], head: &[u8]) -> Vec<u8> {
    let count = dice.below(8);
    let mut cell = head.to_vec();
    if !head.is_empty() {
        let stated = if dice.once_in(8) { dice.u16() } else { u16::try_from(count).unwrap_or(0) };
        cell.extend(stated.to_le_bytes());
    }
    for _ in 0..count {
        cell.extend(place(dice, places).to_le_bytes());
        if matches!(head, b"lf" | b"lh") {
            cell.extend([0; 4]);
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Limits, formats::regf};

    #[test]
    fn the_sound_hive_is_one() {
        let found = regf::parse(&sound(), &Limits::default());
        assert_eq!(found.anomalies, []);
        let values: Vec<_> =
            found.value.keys.iter().flat_map(|key| &key.values).map(|value| (value.name.as_str(), value.data.dword(), value.data.text())).collect();
        assert_eq!(values, [("Start", Some(2), None), ("Name", None, Some("abc"))]);
    }
}
