//! PR_RTF_COMPRESSED ([MS-OXRTFCP]): a 16-byte header, then LZ77 over a preset dictionary, or stored bytes.
//!
//! RAWSIZE is compared but never trusted, the output is bounded by the input and by the limits, and whatever was produced is kept.

use std::borrow::Cow;

use crate::base::{Anomaly, Decoded, Limits, Reader};

/// The 207 bytes that every writer puts into the window first.
const DICTIONARY: &[u8; 207] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor \
MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW: usize = 4096;
const HEADER: usize = 16;
const LZFU: u32 = 0x7546_5A4C;
const MELA: u32 = 0x414C_454D;

/// The value of PR_RTF_COMPRESSED, unpacked as far as it goes. Offsets in anomalies count from the start of the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompressedRtf<'a> {
    /// What was produced, also on a fault.
    pub bytes: Cow<'a, [u8]>,
    /// How the content is stored; none when the header is cut off before it says so.
    pub storage: Option<RtfStorage>,
    /// COMPSIZE as stated: the bytes behind that field.
    pub compressed_size: Option<u32>,
    /// RAWSIZE as stated: the bytes that unpacking should give.
    pub raw_size: Option<u32>,
    /// The checksum and what it should be.
    pub crc: CrcCheck,
    /// Bytes behind the stated end.
    pub trailing: usize,
    /// The first fault.
    pub fault: RtfFault,
}

/// How the content is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RtfStorage {
    /// `LZFu`: compressed.
    Compressed,
    /// `MELA`: stored.
    Stored,
    /// Another COMPTYPE.
    Unknown(u32),
}

/// The checksum of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CrcCheck {
    /// As stated.
    pub stated: Option<u32>,
    /// As computed; stored content has none, its writers put zero.
    pub computed: Option<u32>,
}

/// The first fault of a compressed stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RtfFault {
    /// None.
    #[default]
    None,
    /// RAWSIZE is not what unpacking gives.
    SizeMismatch,
    /// COMPTYPE is neither `LZFu` nor `MELA`.
    BadMagic,
    /// The checksum does not fit.
    Crc,
    /// The data ends before the content does.
    Truncated,
    /// The content does not begin as RTF does.
    NotRtf,
}

impl RtfFault {
    /// Returns the stable name, for example `size-mismatch`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SizeMismatch => "size-mismatch",
            Self::BadMagic => "bad-magic",
            Self::Crc => "crc",
            Self::Truncated => "truncated",
            Self::NotRtf => "not-rtf",
        }
    }
}

impl CrcCheck {
    /// Returns whether stated and computed checksum differ.
    #[must_use]
    pub fn is_wrong(self) -> bool {
        matches!((self.stated, self.computed), (Some(stated), Some(computed)) if stated != computed)
    }
}

/// Unpacks a value of PR_RTF_COMPRESSED.
#[must_use]
pub fn decompress<'a>(data: &'a [u8], limits: &Limits) -> Decoded<CompressedRtf<'a>> {
    let mut faults = Faults::default();
    let mut rtf = CompressedRtf {
        bytes: Cow::Borrowed(&[]),
        storage: None,
        compressed_size: None,
        raw_size: None,
        crc: CrcCheck::default(),
        trailing: 0,
        fault: RtfFault::None,
    };
    let mut reader = Reader::new(data);
    rtf.compressed_size = reader.u32("COMPSIZE").ok();
    rtf.raw_size = reader.u32("RAWSIZE").ok();
    rtf.storage = reader.u32("COMPTYPE").ok().map(storage);
    rtf.crc.stated = reader.u32("CRC").ok();
    if rtf.crc.stated.is_none() {
        faults.add(RtfFault::Truncated, data.len(), format!("the header takes {HEADER} bytes, {} are there", data.len()));
    }
    // Bytes of a header that is cut off are no content.
    let rest = data.get(HEADER..).unwrap_or_default();
    let stated = content_length(&rtf, rest, &mut faults);
    let content = rest.get(..stated).unwrap_or(rest);
    rtf.trailing = rest.len() - content.len();
    match rtf.storage {
        Some(RtfStorage::Compressed) => unpack(&mut rtf, content, rest, (&mut faults, limits)),
        Some(RtfStorage::Stored) => store(&mut rtf, content, &mut faults, limits),
        Some(RtfStorage::Unknown(magic)) => {
            faults.add(RtfFault::BadMagic, 8, format!("COMPTYPE is {magic:#010x}, neither LZFu nor MELA"));
            // Some writers forgot to compress and put the text there as it is.
            let kept = data.get(..limits.rtf_bytes).unwrap_or(data);
            rtf.bytes = Cow::Borrowed(if is_rtf(data) { kept } else { &[] });
            if is_rtf(data) && kept.len() < data.len() {
                faults.add(RtfFault::None, 0, format!("reading stops at the limit of {} bytes", kept.len()));
            }
        }
        None => {}
    }
    if matches!(rtf.storage, Some(RtfStorage::Compressed | RtfStorage::Stored)) && !is_rtf(&rtf.bytes) && rtf.raw_size != Some(0) {
        faults.add(RtfFault::NotRtf, HEADER, "the content does not begin with {\\rtf".to_owned());
    }
    rtf.fault = faults.first;
    // A header that is cut off has no place for what it lacks.
    let end = data.len() as u64;
    faults.anomalies.iter_mut().for_each(|anomaly| anomaly.offset = anomaly.offset.min(end));
    Decoded { value: rtf, anomalies: faults.anomalies }
}

#[derive(Default)]
struct Faults {
    first: RtfFault,
    anomalies: Vec<Anomaly>,
}

impl Faults {
    fn add(&mut self, fault: RtfFault, offset: usize, text: String) {
        if self.first == RtfFault::None {
            self.first = fault;
        }
        self.anomalies.push(Anomaly::new(offset as u64, code(fault), text));
    }
}

fn code(fault: RtfFault) -> &'static str {
    match fault {
        RtfFault::None => "rtf-limit",
        RtfFault::SizeMismatch => "rtf-size-mismatch",
        RtfFault::BadMagic => "rtf-bad-magic",
        RtfFault::Crc => "rtf-crc",
        RtfFault::Truncated => "rtf-truncated",
        RtfFault::NotRtf => "rtf-not-rtf",
    }
}

fn storage(magic: u32) -> RtfStorage {
    match magic {
        LZFU => RtfStorage::Compressed,
        MELA => RtfStorage::Stored,
        other => RtfStorage::Unknown(other),
    }
}

fn is_rtf(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{\\rtf")
}

/// Length of the content as COMPSIZE states it; the field counts the twelve header bytes behind itself.
fn content_length(rtf: &CompressedRtf<'_>, rest: &[u8], faults: &mut Faults) -> usize {
    let (Some(stated), Some(_), Some(RtfStorage::Compressed | RtfStorage::Stored)) = (rtf.compressed_size, rtf.crc.stated, rtf.storage) else {
        return rest.len();
    };
    let have = rest.len() as u64 + 12;
    if u64::from(stated) > have {
        faults.add(RtfFault::Truncated, 0, format!("COMPSIZE is {stated}, {have} bytes follow"));
    } else if stated < 12 {
        faults.add(RtfFault::SizeMismatch, 0, format!("COMPSIZE is {stated}, less than the header takes"));
        return rest.len();
    }
    usize::try_from(stated - stated.min(12)).unwrap_or(usize::MAX)
}

fn unpack(rtf: &mut CompressedRtf<'_>, content: &[u8], rest: &[u8], (faults, limits): (&mut Faults, &Limits)) {
    rtf.crc.computed = Some(crc(content));
    if rtf.crc.is_wrong() {
        let (stated, computed) = (rtf.crc.stated.unwrap_or_default(), rtf.crc.computed.unwrap_or_default());
        faults.add(RtfFault::Crc, 12, format!("CRC is {stated:#010x}, the content gives {computed:#010x}"));
    }
    let mut inflated = inflate(content, limits.rtf_bytes);
    if inflated.end == End::Data && content.len() < rest.len() {
        // COMPSIZE may be what is wrong: the end marker further on then tells the true length.
        let longer = inflate(rest, limits.rtf_bytes);
        if longer.end == End::Marker {
            inflated = longer;
        }
    }
    let produced = inflated.bytes.len();
    rtf.bytes = Cow::Owned(inflated.bytes);
    match inflated.end {
        End::Limit => faults.add(RtfFault::None, HEADER, format!("unpacking stops at the limit of {produced} bytes")),
        End::Data if rtf.raw_size.is_some_and(|size| u64::from(size) > produced as u64) => {
            faults.add(RtfFault::Truncated, HEADER + content.len(), format!("the data ends after {produced} bytes and before the end marker"));
            compare_size(rtf, produced, faults);
        }
        End::Data | End::Marker => compare_size(rtf, produced, faults),
    }
}

fn store<'a>(rtf: &mut CompressedRtf<'a>, content: &'a [u8], faults: &mut Faults, limits: &Limits) {
    let kept = content.get(..limits.rtf_bytes).unwrap_or(content);
    rtf.bytes = Cow::Borrowed(kept);
    if kept.len() < content.len() {
        faults.add(RtfFault::None, HEADER, format!("reading stops at the limit of {} bytes", kept.len()));
    } else {
        compare_size(rtf, content.len(), faults);
    }
}

fn compare_size(rtf: &CompressedRtf<'_>, produced: usize, faults: &mut Faults) {
    if let Some(size) = rtf.raw_size.filter(|&size| u64::from(size) != produced as u64) {
        faults.add(RtfFault::SizeMismatch, 4, format!("RAWSIZE is {size}, unpacking gives {produced} bytes"));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Marker,
    Data,
    Limit,
}

struct Inflated {
    bytes: Vec<u8>,
    end: End,
}

struct Window {
    ring: [u8; WINDOW],
    position: usize,
}

impl Window {
    fn new() -> Self {
        let mut window = Self { ring: [0; WINDOW], position: 0 };
        for &byte in DICTIONARY {
            window.push(byte);
        }
        window
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.ring.get_mut(self.position) {
            *slot = byte;
        }
        self.position = (self.position + 1) % WINDOW;
    }

    fn at(&self, position: usize) -> u8 {
        self.ring.get(position % WINDOW).copied().unwrap_or_default()
    }
}

fn inflate(content: &[u8], limit: usize) -> Inflated {
    let mut window = Window::new();
    let mut bytes = Vec::new();
    let mut reader = Reader::new(content);
    let end = loop {
        let Ok(flags) = reader.u8("flags") else { break End::Data };
        let ended = run(flags, &mut reader, &mut window, &mut bytes);
        // Eight items give at most 136 bytes, so that the limit is passed by no more than those.
        if bytes.len() > limit {
            bytes.truncate(limit);
            break End::Limit;
        }
        if let Some(end) = ended {
            break end;
        }
    };
    Inflated { bytes, end }
}

/// Reads the up to eight items behind one flag byte.
fn run(flags: u8, reader: &mut Reader<'_>, window: &mut Window, bytes: &mut Vec<u8>) -> Option<End> {
    for bit in 0..8 {
        if flags >> bit & 1 == 0 {
            let Ok(byte) = reader.u8("literal") else { return Some(End::Data) };
            window.push(byte);
            bytes.push(byte);
            continue;
        }
        let Ok(reference) = reader.array("reference").map(u16::from_be_bytes) else { return Some(End::Data) };
        let from = usize::from(reference >> 4);
        if from == window.position {
            return Some(End::Marker);
        }
        for step in 0..usize::from(reference & 0xF) + 2 {
            let byte = window.at(from + step);
            window.push(byte);
            bytes.push(byte);
        }
    }
    None
}

/// CRC-32 with the reflected polynomial 0xEDB88320, but without initial and final inversion.
fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |crc: u32, &byte| {
        let index = crc.to_le_bytes().first().copied().unwrap_or_default() ^ byte;
        CRC_TABLE.get(usize::from(index)).copied().unwrap_or_default() ^ crc >> 8
    })
}

static CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = index;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        #[expect(clippy::indexing_slicing, reason = "evaluated while compiling; a wrong index would not build")]
        {
            table[index as usize] = value;
        }
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    /// The first example of [MS-OXRTFCP] 4.1.
    const SIMPLE: &[u8] = b"\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125\x42\x32\x0a\xf3\x20hel\x09\x00\x20bw\x05\xb0ld}\x0a\x80\x0f\xa0";
    const SIMPLE_TEXT: &[u8] = b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n";

    #[track_caller]
    fn check(data: &[u8], bytes: &[u8], fault: RtfFault) {
        let rtf = decompress(data, &Limits::default());
        assert_eq!(rtf.value.bytes, bytes);
        assert_eq!((rtf.value.fault, rtf.anomalies.is_empty()), (fault, fault == RtfFault::None), "{:?}", rtf.anomalies);
    }

    fn changed(at: usize, value: u8) -> Vec<u8> {
        let mut data = SIMPLE.to_vec();
        data[at] = value;
        data
    }

    #[test]
    fn the_published_example_unpacks() {
        check(SIMPLE, SIMPLE_TEXT, RtfFault::None);
        check(&[SIMPLE, b"\0\0"].concat(), SIMPLE_TEXT, RtfFault::None);
        assert_eq!(decompress(&[SIMPLE, b"\0\0"].concat(), &Limits::default()).value.trailing, 2);
    }

    #[test]
    fn stored_text_is_borrowed() {
        let data = b"\x12\0\0\0\x06\0\0\0MELA\0\0\0\0{\\rtf}";
        check(data, b"{\\rtf}", RtfFault::None);
        assert!(matches!(decompress(data, &Limits::default()).value.bytes, Cow::Borrowed(_)));
    }

    #[test]
    fn each_fault_has_its_name_and_keeps_what_was_produced() {
        check(&changed(4, 0x2c), SIMPLE_TEXT, RtfFault::SizeMismatch);
        check(&changed(12, 0), SIMPLE_TEXT, RtfFault::Crc);
        check(&changed(8, b'X'), b"", RtfFault::BadMagic);
        check(&SIMPLE[..9], b"", RtfFault::Truncated);
        check(b"", b"", RtfFault::Truncated);
        check(b"\x0f\0\0\0\x03\0\0\0MELA\0\0\0\0abc", b"abc", RtfFault::NotRtf);
        check(b"{\\rtf1 not compressed}", b"{\\rtf1 not compressed}", RtfFault::BadMagic);
    }

    #[test]
    fn a_size_too_small_does_not_hide_the_rest() {
        let data = changed(0, 0x1d);
        let rtf = decompress(&data, &Limits::default());
        assert_eq!((rtf.value.bytes.as_ref(), rtf.value.fault), (SIMPLE_TEXT, RtfFault::Crc));
    }

    #[test]
    fn the_limit_bounds_the_output_and_is_said() {
        let limits = Limits { rtf_bytes: 10, ..Limits::default() };
        let rtf = decompress(SIMPLE, &limits);
        assert_eq!(rtf.value.bytes.len(), 10);
        assert_eq!(rtf.anomalies.first().map(|anomaly| anomaly.code), Some("rtf-limit"));
    }

    #[test]
    fn every_prefix_gives_a_prefix_and_every_changed_byte_is_bounded() {
        for length in 0..SIMPLE.len() {
            let rtf = decompress(&SIMPLE[..length], &Limits::default()).value;
            assert!(SIMPLE_TEXT.starts_with(&rtf.bytes));
            assert_ne!(rtf.fault, RtfFault::None);
        }
        for at in 0..SIMPLE.len() {
            for value in 0..=255 {
                assert!(decompress(&changed(at, value), &Limits::default()).value.bytes.len() <= SIMPLE.len() * 17 / 2);
            }
        }
    }
}
