//! AppleSingle files: one file that holds both forks of a Macintosh file and what the Finder knows of it (RFC 1740, appendix A).
//! Only the table of entries is read; what the entries hold is nobody's question here.

use crate::base::{Reader, Truncated};

/// The magic number, most significant byte first as everything in the format.
pub const SIGNATURE: [u8; 4] = [0x00, 0x05, 0x16, 0x00];
/// Id of the entry that holds the resource fork.
pub const RESOURCE_FORK: u32 = 2;

/// Entries that are read at most; the format defines sixteen.
const MOST: u16 = 256;

/// Returns the ids of the entries as far as the table goes; none when the file is no AppleSingle file.
#[must_use]
pub fn entry_ids(bytes: &[u8]) -> Option<Vec<u32>> {
    let mut reader = Reader::new(bytes.strip_prefix(&SIGNATURE)?);
    let mut ids = Vec::new();
    // A table that is cut gives the ids in front of the cut.
    let _cut = read(&mut reader, &mut ids);
    Some(ids)
}

fn read(reader: &mut Reader<'_>, ids: &mut Vec<u32>) -> Result<(), Truncated> {
    reader.bytes(20, "version and filler")?;
    let count = u16::from_be_bytes(reader.array("number of entries")?);
    for _ in 0..count.min(MOST) {
        ids.push(u32::from_be_bytes(reader.array("entry id")?));
        reader.bytes(8, "place of the entry")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_tells_its_entries() {
        let entry = |id: u32| [id.to_be_bytes(), [0; 4], [0; 4]].concat();
        let file = [&SIGNATURE[..], b"\0\x02\0\0", &[0; 16], &[0, 2], &entry(1), &entry(RESOURCE_FORK)].concat();
        assert_eq!(entry_ids(&file), Some(vec![1, 2]));
        assert_eq!(entry_ids(&file[..40]), Some(vec![1]));
        assert_eq!(entry_ids(&SIGNATURE), Some(vec![]));
        assert_eq!(entry_ids(b"\0\x05\x16\x07"), None);
    }
}
