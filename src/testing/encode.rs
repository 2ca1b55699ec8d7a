//! From a message to the bytes of its stream, and the lies that damaged streams tell ([MS-OXTNEF] 2.1.3).

use super::{
    LegacyAttribute, Message,
    legacy::{MAPI_PROPS, RECIP_TABLE},
    value::{length_bytes, property_list},
};

/// Something that happened to a stream. Attributes are named by the low word of their tag, and the first one is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// The checksum is one too high.
    BadChecksum(u16),
    /// The length says something else.
    Length(u16, u32),
    /// Bytes stand before the attribute that belong to nothing.
    GarbageBefore(u16, Vec<u8>),
    /// The attribute is gone.
    Missing(u16),
    /// The attribute is there twice.
    Twice(u16),
    /// Only so many bytes are left of the stream.
    CutTo(usize),
    /// So many bytes are missing at the end.
    CutBy(usize),
    /// More bytes follow the stream.
    Trailing(Vec<u8>),
}

/// One attribute to be written.
struct Record {
    level: u8,
    tag: u32,
    data: Vec<u8>,
}

/// Returns the sum of the bytes, as each attribute carries it.
#[must_use]
pub fn checksum(data: &[u8]) -> u16 {
    data.iter().fold(0, |sum: u16, &byte| sum.wrapping_add(u16::from(byte)))
}

/// Returns one attribute record with its right length and checksum.
#[must_use]
pub fn attribute_record(level: u8, tag: u32, data: &[u8]) -> Vec<u8> {
    let mut out = vec![level];
    out.extend(tag.to_le_bytes());
    out.extend(length_bytes(data.len()));
    out.extend(data);
    out.extend(checksum(data).to_le_bytes());
    out
}

impl Message {
    /// Returns the bytes of the stream.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = 0x223E_9F78_u32.to_le_bytes().to_vec();
        out.extend(self.key.to_le_bytes());
        let mut met = Vec::new();
        for record in self.records() {
            let id = (record.tag & 0xFFFF) as u16;
            let is_first = !met.contains(&id);
            met.push(id);
            out.extend(if is_first { self.damaged_record(id, &record) } else { record.bytes() });
        }
        for damage in &self.damage {
            match damage {
                Damage::CutTo(length) => out.truncate(*length),
                Damage::CutBy(length) => out.truncate(out.len().saturating_sub(*length)),
                Damage::Trailing(bytes) => out.extend(bytes),
                _ => {}
            }
        }
        out
    }

    fn records(&self) -> Vec<Record> {
        let page = self.written_code_page();
        let header = self.version.map(|version| Record { level: 1, tag: 0x0008_9006, data: version.to_le_bytes().to_vec() });
        let code_page = self.code_page.map(|primary| {
            let data = [primary.0.to_le_bytes(), [0; 4]].concat();
            Record { level: 1, tag: 0x0006_9007, data }
        });
        let legacy = |attribute: &LegacyAttribute| Record { level: 1, tag: attribute.tag(), data: attribute.data(page) };
        let mut middle: Vec<_> = self.attributes.iter().map(legacy).collect();
        middle.extend(self.recipients.as_ref().map(|rows| {
            let rows_bytes = rows.iter().flat_map(|row| property_list(row, page));
            Record { level: 1, tag: RECIP_TABLE, data: length_bytes(rows.len()).into_iter().chain(rows_bytes).collect() }
        }));
        middle.extend(self.properties.as_ref().map(|properties| Record { level: 1, tag: MAPI_PROPS, data: property_list(properties, page) }));
        middle.sort_by_key(|record| self.order.rank(record.tag));
        let attachments = self.attachments.iter().flat_map(|attachment| attachment.records(page));
        let attachments = attachments.map(|(tag, data)| Record { level: 2, tag, data });
        header.into_iter().chain(code_page).chain(middle).chain(attachments).collect()
    }

    fn damaged_record(&self, id: u16, record: &Record) -> Vec<u8> {
        let mut bytes = record.bytes();
        for damage in &self.damage {
            match damage {
                Damage::BadChecksum(of) if *of == id => {
                    let wrong = checksum(&record.data).wrapping_add(1).to_le_bytes();
                    bytes.truncate(bytes.len().saturating_sub(2));
                    bytes.extend(wrong);
                }
                // An attribute that an earlier damage took away has no length.
                Damage::Length(of, length) if *of == id && bytes.len() >= 9 => {
                    bytes.splice(5..9, length.to_le_bytes());
                }
                Damage::GarbageBefore(of, garbage) if *of == id => {
                    bytes.splice(0..0, garbage.iter().copied());
                }
                Damage::Missing(of) if *of == id => bytes.clear(),
                Damage::Twice(of) if *of == id => bytes.extend(record.bytes()),
                _ => {}
            }
        }
        bytes
    }
}

impl Record {
    fn bytes(&self) -> Vec<u8> {
        attribute_record(self.level, self.tag, &self.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::CodePage;

    /// Signature, key, version and code page as KB Q136204 prints them.
    const START: &[u8] = b"\x78\x9f\x3e\x22\x2b\x12\
        \x01\x06\x90\x08\x00\x04\x00\x00\x00\x00\x00\x01\x00\x01\x00\
        \x01\x07\x90\x06\x00\x08\x00\x00\x00\xe4\x04\x00\x00\x00\x00\x00\x00\xe8\x00";

    fn sample() -> Message {
        Message { key: 0x122B, ..Message::default() }.with(LegacyAttribute::Subject("x".into()))
    }

    #[track_caller]
    fn check(message: &Message, after_start: &[u8]) {
        assert_eq!(message.encode(), [START, after_start].concat());
    }

    #[test]
    fn a_stream_starts_as_the_knowledge_base_prints_it() {
        check(&sample(), b"\x01\x04\x80\x01\x00\x02\x00\x00\x00x\0\x78\x00");
        let class = Message { key: 0x122B, ..Message::default() }.with(LegacyAttribute::MessageClass("IPM.Microsoft Mail.Note".into()));
        // The article prints 0831 as the checksum of this class.
        check(&class, b"\x01\x08\x80\x07\x00\x18\x00\x00\x00IPM.Microsoft Mail.Note\0\x31\x08");
    }

    #[test]
    fn each_damage_does_what_it_says() {
        check(&sample().damaged(Damage::BadChecksum(0x8004)), b"\x01\x04\x80\x01\x00\x02\x00\x00\x00x\0\x79\x00");
        check(&sample().damaged(Damage::Length(0x8004, 9)), b"\x01\x04\x80\x01\x00\x09\x00\x00\x00x\0\x78\x00");
        check(&sample().damaged(Damage::GarbageBefore(0x8004, vec![0, 7])), b"\0\x07\x01\x04\x80\x01\x00\x02\x00\x00\x00x\0\x78\x00");
        check(&sample().damaged(Damage::Missing(0x8004)), b"");
        check(&sample().damaged(Damage::Missing(0x8004)).damaged(Damage::Length(0x8004, 9)), b"");
        check(&sample().damaged(Damage::CutBy(2)), b"\x01\x04\x80\x01\x00\x02\x00\x00\x00x\0");
        check(&sample().damaged(Damage::CutTo(START.len())), b"");
        check(&sample().damaged(Damage::Missing(0x8004)).damaged(Damage::Trailing(b"\r\n".to_vec())), b"\r\n");
    }

    #[test]
    fn what_is_none_is_left_out() {
        let bare = Message { version: None, code_page: None, ..sample() };
        assert_eq!(bare.encode(), b"\x78\x9f\x3e\x22\x2b\x12\x01\x04\x80\x01\x00\x02\x00\x00\x00x\0\x78\x00");
        assert_eq!(bare.written_code_page(), CodePage::WINDOWS_1252);
    }
}
