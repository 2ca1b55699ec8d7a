//! A registry hive in memory: one key with many values of text, every cell where the format wants it.

/// What stands for no cell.
const NONE: u32 = u32::MAX;
const LIST_AT: u32 = 32 + 88;

/// Returns a hive whose root has so many values.
pub(crate) fn hive(values: u32) -> Vec<u8> {
    let list_size = (4 + values * 4).next_multiple_of(8);
    let first = LIST_AT + list_size;
    let mut bins = b"hbin".to_vec();
    bins.resize(32, 0);
    cell(&mut bins, &root(values));
    // A value takes 40 bytes and its text 24.
    let places: Vec<u8> = (0..values).flat_map(|number| (first + number * 64).to_le_bytes()).collect();
    cell(&mut bins, &places);
    for number in 0..values {
        let name = format!("Value {number:08}");
        let mut value = [&b"vk\x0e\0"[..], &14_u32.to_le_bytes(), &(first + number * 64 + 40).to_le_bytes(), &1_u32.to_le_bytes()].concat();
        value.extend([1, 0, 0, 0]);
        value.extend(name.bytes());
        cell(&mut bins, &value);
        cell(&mut bins, b"f\0i\0g\0u\0r\0e\0\0\0\0\0\0\0");
    }
    [base(u32::try_from(bins.len()).unwrap_or(0)), bins].concat()
}

fn cell(bins: &mut Vec<u8>, content: &[u8]) {
    let size = (content.len() + 4).next_multiple_of(8);
    bins.extend((-i32::try_from(size).unwrap_or(0)).to_le_bytes());
    bins.extend(content);
    bins.resize(bins.len().next_multiple_of(8), 0);
}

fn root(values: u32) -> Vec<u8> {
    let mut root = b"nk\x20\0".to_vec();
    root.extend(0x01BA_6278_2596_13E0_u64.to_le_bytes());
    root.extend([0, NONE, 0, 0, NONE, NONE, values, LIST_AT, NONE, NONE, 0, 0, 0, 0, 0].into_iter().flat_map(u32::to_le_bytes));
    root.extend(*b"\x04\0\0\0Root");
    root
}

fn base(length: u32) -> Vec<u8> {
    let mut base = b"regf".to_vec();
    base.extend([1, 1, 0, 0, 1, 5, 0, 1, 32, length].into_iter().flat_map(u32::to_le_bytes));
    base.resize(508, 0);
    let sum = base.as_chunks::<4>().0.iter().fold(0, |sum, word| sum ^ u32::from_le_bytes(*word));
    base.extend(sum.to_le_bytes());
    base.resize(4096, 0);
    base
}
