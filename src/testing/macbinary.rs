//! MacBinary II streams for Macintosh attachments.

use crate::{base::CodePage, formats::macbinary::crc16};

use super::value::encoded;

const BLOCK: usize = 128;

/// Returns a MacBinary II stream; the name is cut to 63 bytes, type and creator to four.
#[must_use]
pub fn macbinary(name: &str, type_and_creator: &[u8; 8], data_fork: &[u8], resource_fork: &[u8]) -> Vec<u8> {
    let mut name = encoded(name, CodePage(10000));
    name.truncate(63);
    let mut header = vec![0, u8::try_from(name.len()).unwrap_or(63)];
    header.extend(&name);
    header.resize(65, 0);
    header.extend(type_and_creator);
    header.resize(83, 0);
    for fork in [data_fork, resource_fork] {
        header.extend(u32::try_from(fork.len()).unwrap_or(u32::MAX).to_be_bytes());
    }
    header.resize(122, 0);
    header.extend([129, 129]);
    header.extend(crc16(&header).to_be_bytes());
    for part in [&[][..], data_fork, resource_fork] {
        header.extend(part);
        header.resize(header.len().next_multiple_of(BLOCK), 0);
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::macbinary::split;

    #[test]
    fn what_is_written_is_split_again() {
        let bytes = macbinary("Été", b"TEXTttxt", b"data", &[7; 200]);
        let file = split(&bytes).unwrap();
        assert_eq!((file.name.as_ref(), file.data_fork, file.resource_fork), ("Été", &b"data"[..], &[7; 200][..]));
        assert!(file.crc_ok && bytes.len().is_multiple_of(BLOCK));
    }
}
