//! PR_RTF_COMPRESSED as writers make it: LZFu and stored ([MS-OXRTFCP]).

use std::collections::HashMap;

use super::value::length_bytes;

/// What the ring holds before the first byte ([MS-OXRTFCP] 2.1.2.1).
const DICTIONARY: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const RING: usize = 4096;
const LONGEST: usize = 17;
/// Candidates tried for one match; more only makes the result smaller.
const TRIES: usize = 64;

/// Compresses RTF as LZFu with a right header.
#[must_use]
pub fn compressed_rtf(rtf: &[u8]) -> Vec<u8> {
    with_header(*b"LZFu", rtf.len(), &lzfu(rtf))
}

/// Wraps RTF without compression (MELA).
#[must_use]
pub fn stored_rtf(rtf: &[u8]) -> Vec<u8> {
    with_header(*b"MELA", rtf.len(), rtf)
}

fn with_header(kind: [u8; 4], raw_size: usize, content: &[u8]) -> Vec<u8> {
    let mut out = length_bytes(content.len() + 12).to_vec();
    out.extend(length_bytes(raw_size));
    out.extend(kind);
    out.extend(if kind == *b"LZFu" { crc32(content) } else { 0 }.to_le_bytes());
    out.extend(content);
    out
}

/// CRC-32 with start 0 and no final complement.
fn crc32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0xEDB8_8320 }))
}

fn lzfu(rtf: &[u8]) -> Vec<u8> {
    let all = [DICTIONARY, rtf].concat();
    let mut places: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut items: Vec<Result<u8, [u8; 2]>> = Vec::new();
    let mut learned = 0;
    let mut at = DICTIONARY.len();
    while let Some(&byte) = all.get(at) {
        while learned < at {
            places.entry(all.get(learned..learned + 2).unwrap_or_default()).or_default().push(learned);
            learned += 1;
        }
        let candidates = all.get(at..at + 2).and_then(|start| places.get(start));
        if let Some((from, length)) = candidates.and_then(|places| longest_match(&all, at, places)) {
            items.push(Err(reference(from % RING, length)));
            at += length;
        } else {
            items.push(Ok(byte));
            at += 1;
        }
    }
    // A reference to the write position itself is the end mark.
    items.push(Err(reference(at % RING, 2)));
    written(&items)
}

fn longest_match(all: &[u8], at: usize, places: &[usize]) -> Option<(usize, usize)> {
    let wanted = all.get(at..)?;
    let length = |from: usize| all.get(from..).map_or(0, |have| have.iter().zip(wanted).take(LONGEST).take_while(|(a, b)| a == b).count());
    // What lies a whole ring back is overwritten already.
    let near = places.iter().rev().take(TRIES).take_while(|&&from| from + RING > at + LONGEST);
    near.map(|&from| (from, length(from))).filter(|&(_, length)| length >= 2).max_by_key(|&(_, length)| length)
}

fn reference(offset: usize, length: usize) -> [u8; 2] {
    u16::try_from(offset << 4 | (length - 2)).unwrap_or_default().to_be_bytes()
}

fn written(items: &[Result<u8, [u8; 2]>]) -> Vec<u8> {
    let mut out = Vec::new();
    for run in items.chunks(8) {
        out.push(run.iter().enumerate().fold(0, |flags, (bit, item)| flags | u8::from(item.is_err()) << bit));
        for item in run {
            match item {
                Ok(byte) => out.push(*byte),
                Err(pair) => out.extend(pair),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published algorithm in its shortest form; the decoder of the program is tested elsewhere.
    fn decompressed(content: &[u8]) -> Vec<u8> {
        let mut out = DICTIONARY.to_vec();
        let mut bytes = content.iter().copied();
        while let Some(flags) = bytes.next() {
            for bit in 0..8 {
                if flags >> bit & 1 == 0 {
                    out.extend(bytes.next());
                    continue;
                }
                let (Some(high), Some(low)) = (bytes.next(), bytes.next()) else { break };
                let (offset, length) = (usize::from(u16::from_be_bytes([high, low]) >> 4), usize::from(low & 15) + 2);
                if offset == out.len() % RING {
                    return out[DICTIONARY.len()..].to_vec();
                }
                let back = (out.len() % RING + RING - offset) % RING;
                (0..length).for_each(|_| out.push(out[out.len() - back]));
            }
        }
        panic!("no end mark");
    }

    #[test]
    fn the_published_examples_come_out_byte_by_byte() {
        assert_eq!(DICTIONARY.len(), 207);
        let hello = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125B2\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        assert_eq!(compressed_rtf(b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"), hello);
        let overlap = b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4KQA\0\x04 WXYZ\x0dn}\x01\x0e\xb0";
        assert_eq!(compressed_rtf(b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"), overlap);
    }

    #[test]
    fn long_texts_survive_the_ring() {
        let long: Vec<u8> = (0..20_000_u32).flat_map(|n| format!("{{{}\\par}}", n.wrapping_mul(2_654_435_761) >> 20).into_bytes()).collect();
        assert!(compressed_rtf(&long).len() < long.len());
        assert_eq!(decompressed(&lzfu(&long)), long);
        assert_eq!(decompressed(&lzfu(b"")), b"");
        assert_eq!(decompressed(&lzfu(&[b'a'; 10_000])), [b'a'; 10_000]);
    }

    #[test]
    fn stored_rtf_has_no_crc() {
        assert_eq!(stored_rtf(b"{}"), b"\x0e\0\0\0\x02\0\0\0MELA\0\0\0\0{}");
    }
}
