//! The strict second opinion: what a reader that forgives nothing says of a TNEF stream.
//!
//! The crate `tnef` stops at the first deviation, decodes no MAPI property and knows fewer attributes than the era wrote, so its
//! verdict is a fact about the stream for tools of that kind, not a judgement. It follows the spec where the spec's printed ids are
//! wrong ([MS-OXTNEF]: attOriginalMessageClass, attBody), and it looks at recipients and properties not at all. Its source was read
//! for this use: it checks every length before it splits, has no recursion and borrows all data, so no guard against panics is here.

use std::fmt;

use tnef::TnefReader;

/// Longest stream that is handed over; the reader is linear and sums each attribute, of a stream that it refuses twice.
const LONGEST: usize = 256 << 20;

/// What the strict reader says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StrictVerdict {
    /// It reads the whole stream, attachments included.
    Accepts,
    /// It stops, with the reason in a few words.
    Stops(String),
}

impl StrictVerdict {
    /// What is said of a stream that is not handed over, for its length in bytes.
    #[must_use]
    pub fn too_long(length: u64) -> Self {
        Self::Stops(format!("{length} bytes long, not asked"))
    }
}

impl fmt::Display for StrictVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepts => f.write_str("accepts"),
            Self::Stops(reason) => write!(f, "stops: {reason}"),
        }
    }
}

/// Asks the strict reader about a TNEF stream.
#[must_use]
pub fn strict_verdict(data: &[u8]) -> StrictVerdict {
    if data.len() > LONGEST {
        return StrictVerdict::too_long(data.len() as u64);
    }
    let reader = match TnefReader::new(data) {
        Ok(reader) => reader,
        Err(reason) => return StrictVerdict::Stops(format!("{} at the start", spelled(&reason))),
    };
    // Attachments are read by way of all attributes, so that one pass suffices where nothing is wrong; another finds where it stops.
    let Err(reason) = tnef::read_attachments(data) else { return StrictVerdict::Accepts };
    // Version and code page are attributes 1 and 2; the reader takes them before it begins to iterate.
    for (number, attribute) in (3_usize..).zip(reader) {
        if let Err(reason) = attribute {
            return StrictVerdict::Stops(format!("{} at attribute {number}", spelled(&reason)));
        }
    }
    StrictVerdict::Stops(format!("{} in an attachment", spelled(&reason)))
}

/// Spells a reason with attribute ids in the hexadecimal of the specification; the crate prints them in decimal.
fn spelled(reason: &impl fmt::Display) -> String {
    let text = reason.to_string();
    let id = text.strip_suffix(')').and_then(|text| text.split_once('(')).and_then(|(name, id)| Some((name, id.parse::<u32>().ok()?)));
    match id {
        Some(("InvalidAttributeLevel", level)) => format!("InvalidAttributeLevel {level:#04x}"),
        Some((name, id)) => format!("{name} {id:#010x}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &[u8] = b"\x78\x9f\x3e\x22\x01\x00\
        \x01\x06\x90\x08\x00\x04\x00\x00\x00\x00\x00\x01\x00\x01\x00\
        \x01\x07\x90\x06\x00\x08\x00\x00\x00\xe4\x04\x00\x00\x00\x00\x00\x00\xe8\x00";
    const SUBJECT: &[u8] = b"\x01\x04\x80\x01\x00\x02\x00\x00\x00x\0\x78\x00";

    #[track_caller]
    fn check(parts: &[&[u8]], expected: &str) {
        assert_eq!(strict_verdict(&parts.concat()).to_string(), expected);
    }

    #[test]
    fn a_clean_stream_is_accepted() {
        check(&[START], "accepts");
        check(&[START, SUBJECT], "accepts");
    }

    #[test]
    fn each_deviation_has_its_words() {
        check(&[b""], "stops: UnexpectedEof at the start");
        check(&[b"MZ\x90\x00\x03\x00"], "stops: InvalidHeader at the start");
        check(&[START, b"\x01\x04\x80\x01\x00\x02\x00\x00\x00x\0\x79\x00"], "stops: ChecksumMismatch at attribute 3");
        check(&[START, SUBJECT, b"\x01\x0a\x80\x01\x00\x00\x00\x00\x00\0\0"], "stops: InvalidMessageId 0x0001800a at attribute 4");
        check(&[START, SUBJECT, b"\r\n"], "stops: InvalidAttributeLevel 0x0d at attribute 4");
        check(&[START, b"\x02\x10\x80\x01\x00\x02\x00\x00\x00x\0\x78\x00"], "stops: AttachmentParsingFailure in an attachment");
    }

    #[test]
    fn every_prefix_and_every_changed_byte_gets_a_verdict() {
        let bytes = [START, SUBJECT].concat();
        for end in 0..bytes.len() {
            assert!(end == START.len() || strict_verdict(&bytes[..end]) != StrictVerdict::Accepts);
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] = !changed[at];
            let _ = strict_verdict(&changed);
        }
    }
}
