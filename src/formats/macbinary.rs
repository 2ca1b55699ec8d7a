//! MacBinary I, II and III: a Macintosh file with both forks in one stream, as mail of the era carries it (KB Q157004, Q164859, Q166531).
//!
//! Attachments that are marked as MacBinary but hold the bare data fork exist in real Exchange mail and crashed Exchange 4.0 (KB Q161937),
//! so the header is proven before it is believed. Decoding of the forks is deliberately absent: they are bytes.

use std::borrow::Cow;

use crate::base::{CodePage, Reader, Truncated};

const HEADER: usize = 128;
/// Macintosh Roman, the code page of names in the header.
const MAC_ROMAN: CodePage = CodePage(10000);

/// Version of a MacBinary header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacBinaryVersion {
    /// Of 1985, without checksum.
    I,
    /// With CRC over the header.
    II,
    /// Like II, with the signature `mBIN`.
    III,
}

/// A Macintosh file taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacBinary<'a> {
    /// Version of the header.
    pub version: MacBinaryVersion,
    /// Whether the CRC of the header fits; MacBinary I has none.
    pub crc_ok: bool,
    /// File name.
    pub name: Cow<'a, str>,
    /// Four-letter file type, for example `TEXT`.
    pub file_type: [u8; 4],
    /// Four-letter creator, for example `MSWD`.
    pub creator: [u8; 4],
    /// The data fork, which is the file to everybody else.
    pub data_fork: &'a [u8],
    /// Offset of the data fork in the bytes.
    pub data_offset: usize,
    /// The resource fork.
    pub resource_fork: &'a [u8],
    /// Offset of the resource fork in the bytes.
    pub resource_offset: usize,
    /// Whether the bytes end before the forks that the header states.
    pub is_cut: bool,
}

/// The header fields that decide.
struct Header<'a> {
    name: &'a [u8],
    file_type: [u8; 4],
    creator: [u8; 4],
    data_length: usize,
    resource_length: usize,
    comment_length: usize,
    signature: [u8; 4],
    secondary_length: usize,
    version: u8,
    crc: u16,
    /// Whether the bytes that only II and III use are zero.
    tail_is_zero: bool,
}

/// Takes a MacBinary stream apart; none when the bytes do not prove to be one.
#[must_use]
pub fn split(data: &[u8]) -> Option<MacBinary<'_>> {
    let raw = data.get(..HEADER)?;
    let header = read_header(raw).ok().flatten()?;
    let crc_ok = raw.get(..124).is_some_and(|covered| crc16(covered) == header.crc) && header.crc != 0;
    let version = match (&header.signature, header.version) {
        (b"mBIN", _) => MacBinaryVersion::III,
        (_, 129..) => MacBinaryVersion::II,
        _ if crc_ok => MacBinaryVersion::II,
        _ => MacBinaryVersion::I,
    };
    if !crc_ok && !is_plausible(&header, version, data.len()) {
        return None;
    }
    let data_offset = HEADER.saturating_add(padded(header.secondary_length));
    let resource_offset = data_offset.saturating_add(padded(header.data_length));
    let data_fork = cut(data, data_offset, header.data_length);
    let resource_fork = cut(data, resource_offset, header.resource_length);
    Some(MacBinary {
        version,
        crc_ok,
        name: MAC_ROMAN.decode(header.name).text,
        file_type: header.file_type,
        creator: header.creator,
        data_fork,
        data_offset,
        resource_fork,
        resource_offset,
        is_cut: data_fork.len() < header.data_length || resource_fork.len() < header.resource_length,
    })
}

/// Reads the header; none when a byte that must be zero is not, or the name cannot be one.
fn read_header(raw: &[u8]) -> Result<Option<Header<'_>>, Truncated> {
    let mut reader = Reader::new(raw);
    let old_version = reader.u8("old version")?;
    let name_length = usize::from(reader.u8("name length")?);
    let name = reader.bytes(63, "name")?;
    let (file_type, creator) = (reader.array("file type")?, reader.array("creator")?);
    reader.u8("Finder flags")?;
    let zero_74 = reader.u8("zero at 74")?;
    reader.bytes(7, "window, folder and protection")?;
    let zero_82 = reader.u8("zero at 82")?;
    let data_length = big_endian_length(&mut reader)?;
    let resource_length = big_endian_length(&mut reader)?;
    reader.bytes(8, "dates")?;
    let comment_length = usize::from(u16::from_be_bytes(reader.array("comment length")?));
    let tail = reader.peek().get(..25).unwrap_or_default();
    reader.u8("Finder flags, low byte")?;
    let signature = reader.array("signature")?;
    reader.bytes(14, "script and unpacked length")?;
    let secondary_length = usize::from(u16::from_be_bytes(reader.array("secondary header length")?));
    let version = reader.u8("version")?;
    reader.u8("version needed")?;
    let crc = u16::from_be_bytes(reader.array("CRC")?);
    let name = name.get(..name_length).filter(|name| !name.is_empty() && name.iter().all(|&byte| byte >= b' '));
    let tail_is_zero = tail.iter().all(|&byte| byte == 0);
    Ok(name.filter(|_| old_version == 0 && zero_74 == 0 && zero_82 == 0).map(|name| Header {
        name,
        file_type,
        creator,
        data_length,
        resource_length,
        comment_length,
        signature,
        secondary_length,
        version,
        crc,
        tail_is_zero,
    }))
}

/// Without a CRC the stream must be just as long as its parts, and a MacBinary I must leave alone what came later.
fn is_plausible(header: &Header<'_>, version: MacBinaryVersion, length: usize) -> bool {
    let before = HEADER.saturating_add(padded(header.secondary_length)).saturating_add(padded(header.data_length));
    let forks_end = match header.resource_length {
        0 => before.saturating_sub(padded(header.data_length)).saturating_add(header.data_length),
        resource => before.saturating_add(resource),
    };
    let longest = before.saturating_add(padded(header.resource_length)).saturating_add(padded(header.comment_length));
    let known_version = version != MacBinaryVersion::I || header.tail_is_zero;
    known_version && header.data_length.max(header.resource_length) > 0 && forks_end <= length && length <= longest
}

fn big_endian_length(reader: &mut Reader<'_>) -> Result<usize, Truncated> {
    let length = u32::from_be_bytes(reader.array("fork length")?);
    Ok(usize::try_from(length).unwrap_or(usize::MAX))
}

fn padded(length: usize) -> usize {
    length.checked_next_multiple_of(HEADER).unwrap_or(usize::MAX)
}

fn cut(data: &[u8], offset: usize, length: usize) -> &[u8] {
    let rest = data.get(offset..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}

/// CRC-16 with polynomial 0x1021 and start 0 (XMODEM).
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header by the published layout; the CRC is left zero.
    fn header(data: usize, resource: usize) -> Vec<u8> {
        let mut header = vec![0; HEADER];
        header[1] = 6;
        header[2..8].copy_from_slice(b"R\x8esum\x8e");
        header[65..73].copy_from_slice(b"TEXTMSWD");
        header[83..87].copy_from_slice(&u32::try_from(data).unwrap().to_be_bytes());
        header[87..91].copy_from_slice(&u32::try_from(resource).unwrap().to_be_bytes());
        header
    }

    fn with_crc(mut header: Vec<u8>) -> Vec<u8> {
        header[122..124].copy_from_slice(&[129, 129]);
        let crc = crc16(&header[..124]);
        header[124..126].copy_from_slice(&crc.to_be_bytes());
        header
    }

    fn stream(mut header: Vec<u8>, data: &[u8], resource: &[u8]) -> Vec<u8> {
        for fork in [data, resource] {
            header.extend_from_slice(fork);
            header.resize(header.len().next_multiple_of(HEADER), 0);
        }
        header
    }

    #[track_caller]
    fn check(bytes: &[u8], version: MacBinaryVersion) {
        let file = split(bytes).unwrap();
        assert_eq!((file.version, file.name.as_ref(), &file.file_type, &file.creator), (version, "Résumé", b"TEXT", b"MSWD"));
        assert_eq!((file.data_fork, file.data_offset), (&b"data fork"[..], HEADER));
        assert_eq!((file.resource_fork, file.resource_offset), (&b"res"[..], 2 * HEADER));
        assert!(!file.is_cut);
    }

    #[test]
    fn all_three_versions_give_their_forks() {
        check(&stream(header(9, 3), b"data fork", b"res"), MacBinaryVersion::I);
        check(&stream(with_crc(header(9, 3)), b"data fork", b"res"), MacBinaryVersion::II);
        let mut third = header(9, 3);
        third[102..106].copy_from_slice(b"mBIN");
        check(&stream(with_crc(third), b"data fork", b"res"), MacBinaryVersion::III);
    }

    #[test]
    fn the_last_padding_may_be_missing() {
        let bytes = stream(with_crc(header(9, 3)), b"data fork", b"res");
        check(&bytes[..2 * HEADER + 3], MacBinaryVersion::II);
    }

    #[test]
    fn a_bare_data_fork_is_none() {
        // KB Q161937: the mark is there, the header is not.
        assert_eq!(split(b"Dear Ann, this is the text of the letter itself."), None);
        assert_eq!(split(&[0; 4 * HEADER]), None);
        assert_eq!(split(&[b'a'; 4 * HEADER]), None);
        assert_eq!(split(&stream(header(9, 3000), b"data fork", b"res")), None);
        assert_eq!(split(b""), None);
    }

    #[test]
    fn a_proven_header_over_cut_forks_says_so() {
        let bytes = stream(with_crc(header(9, 3000)), b"data fork", b"res");
        let file = split(&bytes).unwrap();
        assert!(file.is_cut);
        assert_eq!(file.data_fork, b"data fork");
    }

    #[test]
    fn every_prefix_and_every_changed_byte_returns() {
        let bytes = stream(with_crc(header(9, 3)), b"data fork", b"res");
        for end in 0..bytes.len() {
            assert!(split(&bytes[..end]).is_none_or(|file| file.data_fork.len() <= 9));
        }
        for at in 0..HEADER {
            let mut changed = bytes.clone();
            changed[at] = !changed[at];
            let _ = split(&changed);
        }
    }

    #[test]
    fn the_crc_is_the_published_one() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
    }
}
