//! Spool files of the Internet connector: RFC 822 text, in inbound and archive files behind an envelope between `ImCr` and `EwLs`
//! (KB Q190709, Q249273), in pickup files behind `x-sender` and `x-receiver` lines (KB Q201314).
//!
//! The envelope is not published; it is read by its marks and its printable runs, and the stated length only serves as a check.

use std::ops::Range;

use crate::base::{Anomaly, CodePage, Decoded, Limits, Reader, Timestamp, limits::SPOOL_ENVELOPE};

/// A spool file from envelope to text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpoolFile {
    /// The envelope, when there is one.
    pub envelope: Option<Envelope>,
    /// The `x-sender` and `x-receiver` lines of a pickup file.
    pub pickup: Vec<PickupLine>,
    /// Bytes of the RFC 822 text.
    pub text: Range<u64>,
}

/// The envelope header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    /// Length of everything in front of the text, as stated.
    pub stated_length: Option<u32>,
    /// The writer's local time, held in the form of a UTC time.
    pub local_stamp: Option<Timestamp>,
    /// What the peer called itself.
    pub helo: Option<EnvelopeText>,
    /// The peer's name.
    pub peer: Option<EnvelopeText>,
    /// Originator with angle brackets; `<>` is a report.
    pub mail_from: Option<EnvelopeText>,
    /// Recipients with angle brackets.
    pub recipients: Vec<EnvelopeText>,
    /// MTS-ID.
    pub mts_id: Option<EnvelopeText>,
    /// Printable runs that are none of these.
    pub others: Vec<EnvelopeText>,
}

/// A printable run of the envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeText {
    /// The text.
    pub text: Box<str>,
    /// Offset in the file.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
}

/// One `x-sender` or `x-receiver` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickupLine {
    /// Whether it names the originator.
    pub is_sender: bool,
    /// The address.
    pub address: EnvelopeText,
}

const BEGIN: &[u8] = b"ImCr";
const END: &[u8] = b"EwLs";
/// The begin mark stands at offset 4; some room for what nobody has seen.
const BEGIN_WITHIN: usize = 64;
/// The stamp stands eight zero bytes behind the begin mark.
const STAMP_AT: usize = 8;
const STAMP_END: usize = 24;

/// Reads a spool file.
#[must_use]
pub fn parse(bytes: &[u8], limits: &Limits) -> Decoded<SpoolFile> {
    let mut anomalies = Vec::new();
    let mut file = SpoolFile { text: 0..bytes.len() as u64, ..SpoolFile::default() };
    if let Some(begin) = find(bytes.get(..BEGIN_WITHIN).unwrap_or(bytes), BEGIN) {
        let behind = begin + BEGIN.len();
        let region = bytes.get(behind..).unwrap_or_default();
        let region = region.get(..SPOOL_ENVELOPE).unwrap_or(region);
        let length = find(region, END).unwrap_or_else(|| {
            anomalies.push(Anomaly::new(begin as u64, "spool-no-end-mark", "ImCr is there, but no EwLs behind it"));
            header_like(region)
        });
        let text = (behind + length + END.len()).min(bytes.len()).max(behind);
        let text = if region.get(length..).is_some_and(|rest| rest.starts_with(END)) { text } else { behind + length };
        file.text.start = text as u64;
        file.envelope = Some(envelope(bytes, behind..behind + length, &mut (&mut anomalies, limits)));
        check_length(&file, begin, &mut anomalies);
    } else {
        anomalies.extend(pickup(bytes, &mut file, limits));
    }
    Decoded { value: file, anomalies }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Where the text probably begins when the end mark is lost: the first `Received:`, else nothing is text.
fn header_like(region: &[u8]) -> usize {
    find(region, b"Received: ").unwrap_or(region.len())
}

fn check_length(file: &SpoolFile, begin: usize, anomalies: &mut Vec<Anomaly>) {
    let stated = file.envelope.as_ref().and_then(|envelope| envelope.stated_length);
    if begin != 4 {
        anomalies.push(Anomaly::new(begin as u64, "spool-mark-moved", format!("ImCr stands at {begin}, not at 4")));
    } else if let Some(stated) = stated.filter(|&stated| u64::from(stated) != file.text.start) {
        anomalies.push(Anomaly::new(0, "spool-length", format!("the envelope states {stated} bytes and takes {}", file.text.start)));
    }
}

fn envelope(bytes: &[u8], region: Range<usize>, (anomalies, limits): &mut (&mut Vec<Anomaly>, &Limits)) -> Envelope {
    let inner = bytes.get(region.clone()).unwrap_or_default();
    let stamp = inner.get(STAMP_AT..).and_then(|rest| Reader::new(rest).u64("stamp").ok()).filter(|&ticks| ticks != 0);
    let mut envelope = Envelope {
        stated_length: bytes.get(..4).and_then(|head| Reader::new(head).u32("length").ok()).filter(|_| region.start == 8),
        local_stamp: stamp.and_then(Timestamp::from_filetime),
        ..Envelope::default()
    };
    let mut at = STAMP_END.min(inner.len());
    for run in inner.get(at..).unwrap_or_default().split(|byte| !is_printable(*byte)) {
        let start = at;
        at += run.len() + 1;
        if run.is_empty() {
            continue;
        }
        if envelope.recipients.len() + envelope.others.len() >= limits.recipients {
            let text = format!("only the first {} recipients and other texts of the envelope are read", limits.recipients);
            anomalies.push(Anomaly::new((region.start + start) as u64, "spool-limit", text));
            break;
        }
        place(&mut envelope, text(run, (region.start + start) as u64));
    }
    envelope
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7E | 0xA0..=0xFF)
}

fn text(run: &[u8], offset: u64) -> EnvelopeText {
    EnvelopeText { text: CodePage::WINDOWS_1252.decode(run).text.into(), offset, length: run.len() as u64 }
}

/// Puts a run where its form says it belongs; single characters between the texts are binary fields.
fn place(envelope: &mut Envelope, run: EnvelopeText) {
    let is_address = run.text.starts_with('<') && run.text.ends_with('>');
    let lower = run.text.to_ascii_lowercase();
    let is_host = run.text.len() > 1 && run.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_[]:".contains(&byte));
    if is_address && envelope.mail_from.is_none() {
        envelope.mail_from = Some(run);
    } else if is_address {
        envelope.recipients.push(run);
    } else if lower.starts_with("c=") && lower.contains(";l=") && envelope.mts_id.is_none() {
        envelope.mts_id = Some(run);
    } else if is_host && envelope.mail_from.is_none() && envelope.helo.is_none() {
        envelope.helo = Some(run);
    } else if is_host && envelope.mail_from.is_none() && envelope.peer.is_none() {
        envelope.peer = Some(run);
    } else {
        envelope.others.push(run);
    }
}

fn pickup(bytes: &[u8], file: &mut SpoolFile, limits: &Limits) -> Option<Anomaly> {
    let mut at = 0;
    let mut anomaly = None;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let Some((is_sender, name)) = PICKUP.iter().find(|(_, name)| line.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)))
        else {
            break;
        };
        at += line.len();
        if file.pickup.len() >= limits.recipients {
            let text = format!("only the first {} x-sender and x-receiver lines are read", limits.recipients);
            anomaly.get_or_insert_with(|| Anomaly::new((at - line.len()) as u64, "spool-limit", text));
            continue;
        }
        let value = line.get(name.len()..).unwrap_or_default();
        let gap = value.len() - value.trim_ascii_start().len();
        file.pickup.push(PickupLine { is_sender: *is_sender, address: text(value.trim_ascii(), (at - line.len() + name.len() + gap) as u64) });
    }
    file.text.start = at as u64;
    anomaly
}

const PICKUP: [(bool, &[u8]); 2] = [(true, b"x-sender:"), (false, b"x-receiver:")];

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let envelope: [&[u8]; 14] = [
            b"\0\0\0\0",
            b"ImCr",
            &[0; 8],
            b"\xA0\xD8\x4D\x4B\xFA\xE9\xBC\x01",
            &[0; 8],
            b"helo.example.com\0",
            b"peer.example.com\0",
            b"<ann@example.com>\0\0\0",
            b"c=US;a= ;p=Org;l=SRV9711051951WKA6D6YM\0",
            b"X\0\0\0\x9b\0\0\0h\xd8\0\0",
            b"<bob@example.org>\0",
            b"<joe@example.org>\0",
            b"DEN> ro",
            b"EwLs",
        ];
        let mut bytes = envelope.concat();
        bytes[0] = u8::try_from(bytes.len()).unwrap();
        bytes.extend(b"Received: from x\r\n\r\nHello");
        bytes
    }

    #[track_caller]
    fn check(text: Option<&EnvelopeText>, expected: &str, bytes: &[u8]) {
        let text = text.unwrap();
        assert_eq!(&*text.text, expected);
        let at = usize::try_from(text.offset).unwrap();
        assert_eq!(&bytes[at..at + usize::try_from(text.length).unwrap()], expected.as_bytes());
    }

    #[test]
    fn the_envelope_of_the_printed_sample_is_read() {
        let bytes = sample();
        let Decoded { value, anomalies } = parse(&bytes, &Limits::default());
        assert_eq!(anomalies, []);
        let envelope = value.envelope.unwrap();
        assert_eq!(envelope.local_stamp.unwrap().to_string(), "1997-11-05T14:51:27.402Z");
        check(envelope.helo.as_ref(), "helo.example.com", &bytes);
        check(envelope.peer.as_ref(), "peer.example.com", &bytes);
        check(envelope.mail_from.as_ref(), "<ann@example.com>", &bytes);
        check(envelope.mts_id.as_ref(), "c=US;a= ;p=Org;l=SRV9711051951WKA6D6YM", &bytes);
        check(envelope.recipients.first(), "<bob@example.org>", &bytes);
        check(envelope.recipients.last(), "<joe@example.org>", &bytes);
        assert!(bytes[usize::try_from(value.text.start).unwrap()..].starts_with(b"Received: "));
    }

    #[test]
    fn a_wrong_length_and_a_lost_end_mark_are_said() {
        let mut bytes = sample();
        bytes[0] ^= 1;
        assert_eq!(parse(&bytes, &Limits::default()).anomalies.first().map(|anomaly| anomaly.code), Some("spool-length"));
        let mut bytes = sample();
        let end = find(&bytes, END).unwrap();
        bytes[end] = b'x';
        let file = parse(&bytes, &Limits::default());
        assert_eq!(file.anomalies.first().map(|anomaly| anomaly.code), Some("spool-no-end-mark"));
        assert!(bytes[usize::try_from(file.value.text.start).unwrap()..].starts_with(b"Received: "));
    }

    #[test]
    fn an_empty_originator_is_a_report() {
        let bytes = b"\0\0\0\0ImCr\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0h.x\0p.x\0<>\0<a@b>\0EwLs";
        let envelope = parse(bytes, &Limits::default()).value.envelope.unwrap();
        assert_eq!(envelope.mail_from.map(|from| from.text), Some("<>".into()));
        assert_eq!((envelope.recipients.len(), envelope.local_stamp), (1, None));
    }

    #[test]
    fn a_long_list_of_recipients_is_read_to_its_end() {
        let mut bytes = b"\0\0\0\0ImCr\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0h.x\0p.x\0<me@x.example>\0".to_vec();
        bytes.extend(b"<somebody@partner.example>\0".repeat(33_000));
        bytes.extend(b"EwLsTo: x\r\n");
        let file = parse(&bytes, &Limits::default()).value;
        assert_eq!(file.envelope.map(|envelope| envelope.recipients.len()), Some(33_000));
    }

    #[test]
    fn plain_and_pickup_files_have_no_envelope() {
        let plain = parse(b"From: a@b\r\n\r\n", &Limits::default()).value;
        assert_eq!((plain.envelope, plain.text), (None, 0..13));
        let bytes = b"X-Sender: a@b\r\nx-receiver:  c@d\r\nSubject: x\r\n";
        let pickup = parse(bytes, &Limits::default()).value;
        assert_eq!(pickup.pickup.iter().map(|line| line.is_sender).collect::<Vec<_>>(), [true, false]);
        check(pickup.pickup.last().map(|line| &line.address), "c@d", bytes);
        assert_eq!(pickup.text.start, 33);
    }

    #[test]
    fn every_prefix_and_every_changed_byte_is_read() {
        let bytes = sample();
        for at in 0..bytes.len() {
            assert!(parse(&bytes[..at], &Limits::default()).value.text.end == at as u64);
            for value in [0, b'<', b'>', 0xFF] {
                let mut changed = bytes.clone();
                changed[at] = value;
                let file = parse(&changed, &Limits::default()).value;
                assert!(file.text.start <= file.text.end);
            }
        }
    }
}
