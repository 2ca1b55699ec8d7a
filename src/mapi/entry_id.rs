//! Entry ids: who a recipient or sender is when the address properties do not say so.
//!
//! Two kinds name a person without a directory at hand: the Exchange directory id (EX) with a distinguished name, and the one-off id
//! with name, type and address (KB Q136204 prints one; MAPI one-off entry identifiers). Every other provider's id stays bytes.
//! Store and folder ids are deliberately absent: they mean nothing outside the server that wrote them.

use std::borrow::Cow;

use crate::base::{Anomaly, CodePage, Decoded, Limits, Reader, Truncated};

use super::Guid;

/// Provider of Exchange directory ids, {c840a7dc-42c0-1a10-b4b9-08002b2fe182}.
pub const EXCHANGE_PROVIDER: Guid = Guid([0xDC, 0xA7, 0x40, 0xC8, 0xC0, 0x42, 0x10, 0x1A, 0xB4, 0xB9, 0x08, 0x00, 0x2B, 0x2F, 0xE1, 0x82]);
/// Provider of one-off ids, {a41f2b81-a3be-1910-9d6e-00dd010f5402}.
pub const ONE_OFF_PROVIDER: Guid = Guid([0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02]);

/// Flag of a one-off id: the recipient gets no rich text (MAPI_ONE_OFF_NO_RICH_INFO).
const NO_RICH_INFO: u16 = 0x0001;
/// Flag of a one-off id: the strings are UTF-16LE (MAPI_ONE_OFF_UNICODE).
const UNICODE: u16 = 0x8000;

/// An entry id, as far as it can be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryId<'a> {
    /// An object of the Exchange directory.
    Ex {
        /// Display type of the object: 0 mail user, 1 distribution list, 6 remote mail user.
        object_type: u32,
        /// Distinguished name, `/o=Org/ou=Site/cn=Recipients/cn=Alias`.
        dn: Cow<'a, str>,
    },
    /// An address that stands for itself.
    OneOff {
        /// Display name.
        name: Cow<'a, str>,
        /// Address type, for example `SMTP`.
        address_type: Cow<'a, str>,
        /// The address.
        address: Cow<'a, str>,
        /// Whether rich text may be sent to this recipient.
        rich_text: bool,
    },
    /// An id of another provider, or one that is cut.
    Other(&'a [u8]),
}

impl<'a> EntryId<'a> {
    /// Reads an entry id; 8-bit strings are in the code page of their stream.
    #[must_use]
    pub fn parse(bytes: &'a [u8], code_page: CodePage) -> Self {
        understood(bytes, code_page).ok().flatten().unwrap_or(Self::Other(bytes))
    }

    /// Returns the address as type and value; none for ids of other providers.
    #[must_use]
    pub fn address(&self) -> Option<(&str, &str)> {
        match self {
            Self::Ex { dn, .. } => Some(("EX", dn)),
            Self::OneOff { address_type, address, .. } => Some((address_type, address)),
            Self::Other(_) => None,
        }
    }
}

fn understood(bytes: &[u8], code_page: CodePage) -> Result<Option<EntryId<'_>>, Truncated> {
    let mut reader = Reader::new(bytes);
    // The flag bytes are zero in long-term ids; a short-term id has the same layout behind them.
    reader.bytes(4, "entry id flags")?;
    match Guid(reader.array("entry id provider")?) {
        EXCHANGE_PROVIDER => exchange(reader, code_page),
        ONE_OFF_PROVIDER => one_off(reader, code_page),
        _ => Ok(None),
    }
}

fn exchange(mut reader: Reader<'_>, code_page: CodePage) -> Result<Option<EntryId<'_>>, Truncated> {
    reader.u32("entry id version")?;
    let object_type = reader.u32("entry id object type")?;
    Ok(string8(&mut reader, code_page).map(|dn| EntryId::Ex { object_type, dn }))
}

fn one_off(mut reader: Reader<'_>, code_page: CodePage) -> Result<Option<EntryId<'_>>, Truncated> {
    reader.u16("one-off version")?;
    let flags = reader.u16("one-off flags")?;
    let mut string = || if flags & UNICODE == 0 { string8(&mut reader, code_page) } else { string16(&mut reader) };
    let (Some(name), Some(address_type), Some(address)) = (string(), string(), string()) else { return Ok(None) };
    Ok(Some(EntryId::OneOff { name, address_type, address, rich_text: flags & NO_RICH_INFO == 0 }))
}

/// Takes a terminated string, or what is left when the terminator was cut off; none at the end of the bytes.
fn string8<'a>(reader: &mut Reader<'a>, code_page: CodePage) -> Option<Cow<'a, str>> {
    let rest = reader.peek();
    if rest.is_empty() {
        return None;
    }
    let end = rest.iter().position(|&byte| byte == 0);
    let text = reader.up_to(end.unwrap_or(rest.len()));
    reader.up_to(1);
    Some(code_page.decode(text).text)
}

fn string16<'a>(reader: &mut Reader<'a>) -> Option<Cow<'a, str>> {
    let rest = reader.peek();
    if rest.len() < 2 {
        return None;
    }
    let end = rest.chunks_exact(2).position(|unit| unit == [0, 0]).map_or(rest.len() & !1, |units| units * 2);
    let text = reader.up_to(end);
    reader.up_to(2);
    Some(CodePage::UTF_16LE.decode(text).text)
}

/// One entry of a FLATENTRYLIST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatEntry<'a> {
    /// Offset of the entry id in the file.
    pub offset: u64,
    /// The entry id as bytes.
    pub bytes: &'a [u8],
}

/// Reads a FLATENTRYLIST (PR_REPLY_RECIPIENT_ENTRIES); `offset` is that of the list in its file.
///
/// Anomalies are `entry-list-truncated`, `entry-list-overrun`, `entry-list-empty-entry`, `entry-list-count-mismatch` and
/// `entry-list-length-mismatch`.
#[must_use]
pub fn flat_entry_list<'a>(bytes: &'a [u8], offset: u64, limits: &Limits) -> Decoded<Vec<FlatEntry<'a>>> {
    let mut anomalies = Vec::new();
    let mut reader = Reader::at(bytes, offset);
    let value = match (reader.u32("entry count"), reader.len("entry list length")) {
        (Ok(count), Ok(length)) => {
            if length > reader.remaining() || length.next_multiple_of(4) < reader.remaining() {
                let text = format!("entry list says {length} bytes, {} are there", reader.remaining());
                anomalies.push(Anomaly::new(offset.saturating_add(4), "entry-list-length-mismatch", text));
            }
            flat_entries(&mut reader, count, limits, &mut anomalies)
        }
        (Err(cut), _) | (_, Err(cut)) => {
            anomalies.push(Anomaly::new(cut.offset, "entry-list-truncated", cut.to_string()));
            Vec::new()
        }
    };
    Decoded { value, anomalies }
}

fn flat_entries<'a>(reader: &mut Reader<'a>, count: u32, limits: &Limits, anomalies: &mut Vec<Anomaly>) -> Vec<FlatEntry<'a>> {
    let (start, mut entries) = (reader.offset(), Vec::new());
    while entries.len() < limits.recipients && reader.remaining() >= 4 {
        let at = reader.offset();
        let Ok(length) = reader.len("entry length") else { break };
        let (offset, bytes) = (reader.offset(), reader.up_to(length));
        if bytes.len() < length {
            anomalies.push(Anomaly::new(at, "entry-list-overrun", format!("entry says {length} bytes, {} are left", bytes.len())));
        } else if bytes.is_empty() {
            // Zeros behind the last counted entry are padding of the writer, not entries.
            if entries.len() as u64 >= u64::from(count) {
                break;
            }
            if anomalies.len() < limits.anomalies {
                anomalies.push(Anomaly::new(at, "entry-list-empty-entry", "entry has no bytes"));
            }
        }
        entries.push(FlatEntry { offset, bytes });
        reader.up_to(bytes.len().wrapping_neg() % 4);
    }
    if entries.len() as u64 != u64::from(count) {
        let text = format!("entry list says {count} entries, {} were read", entries.len());
        anomalies.push(Anomaly::new(start.saturating_sub(8), "entry-list-count-mismatch", text));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(provider: Guid, rest: &[&[u8]]) -> Vec<u8> {
        [&[0; 4][..], &provider.0, &rest.concat()].concat()
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &EntryId<'_>) {
        assert_eq!(EntryId::parse(bytes, CodePage::WINDOWS_1252), *expected);
    }

    fn ann(rich_text: bool) -> EntryId<'static> {
        EntryId::OneOff { name: "Ann é".into(), address_type: "SMTP".into(), address: "ann@example.com".into(), rich_text }
    }

    #[test]
    fn a_directory_id_gives_type_and_name() {
        let id = bytes(EXCHANGE_PROVIDER, &[b"\x01\0\0\0", b"\x06\0\0\0", b"/o=Org/cn=Ann\0"]);
        check(&id, &EntryId::Ex { object_type: 6, dn: "/o=Org/cn=Ann".into() });
        assert_eq!(EntryId::parse(&id, CodePage::UTF_8).address(), Some(("EX", "/o=Org/cn=Ann")));
    }

    #[test]
    fn a_one_off_id_gives_its_parts_in_both_string_forms() {
        check(&bytes(ONE_OFF_PROVIDER, &[b"\0\0\x01\0", b"Ann \xe9\0SMTP\0ann@example.com\0"]), &ann(false));
        let wide: Vec<u8> = "Ann é\0SMTP\0ann@example.com\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&bytes(ONE_OFF_PROVIDER, &[b"\0\0\x00\x80", &wide]), &ann(true));
    }

    #[test]
    fn a_lost_terminator_costs_nothing() {
        check(&bytes(ONE_OFF_PROVIDER, &[b"\0\0\0\0", b"Ann \xe9\0SMTP\0ann@example.com"]), &ann(true));
    }

    #[test]
    fn empty_parts_are_not_absent() {
        let empty = EntryId::OneOff { name: "".into(), address_type: "SMTP".into(), address: "".into(), rich_text: true };
        check(&bytes(ONE_OFF_PROVIDER, &[b"\0\0\0\0", b"\0SMTP\0\0"]), &empty);
        let cut = bytes(ONE_OFF_PROVIDER, &[b"\0\0\0\0", b"Ann\0SMTP\0"]);
        check(&cut, &EntryId::Other(&cut));
    }

    #[test]
    fn other_providers_and_every_cut_stay_bytes_or_text() {
        check(b"", &EntryId::Other(b""));
        check(&[7; 40], &EntryId::Other(&[7; 40]));
        let id = bytes(ONE_OFF_PROVIDER, &[b"\0\0\x00\x80", b"A\0\0\0S\0\0\0a\0\0\0"]);
        for end in 0..id.len() {
            let _ = EntryId::parse(&id[..end], CodePage::WINDOWS_1252);
        }
    }

    #[track_caller]
    fn check_list(bytes: &[u8], entries: &[(u64, &[u8])], codes: &[&str]) {
        let read = flat_entry_list(bytes, 0x100, &Limits::default());
        assert_eq!(read.value.iter().map(|entry| (entry.offset, entry.bytes)).collect::<Vec<_>>(), entries);
        assert_eq!(read.anomalies.iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), codes);
    }

    #[test]
    fn a_list_gives_its_entries_with_their_places() {
        check_list(b"\x02\0\0\0\x0e\0\0\0\x01\0\0\0a\0\0\0\x02\0\0\0bc", &[(0x10C, b"a"), (0x114, b"bc")], &[]);
        check_list(b"\0\0\0\0\0\0\0\0", &[], &[]);
    }

    #[test]
    fn a_lying_list_is_read_as_far_as_it_goes() {
        check_list(b"\x02\0\0\0", &[], &["entry-list-truncated"]);
        check_list(b"\x02\0\0\0\x05\0\0\0\x01\0\0\0a", &[(0x10C, b"a")], &["entry-list-count-mismatch"]);
        check_list(b"\x01\0\0\0\x05\0\0\0\xff\xff\xff\xffa", &[(0x10C, b"a")], &["entry-list-overrun"]);
        check_list(b"\x01\0\0\0\x04\0\0\0\0\0\0\0", &[(0x10C, b"")], &["entry-list-empty-entry"]);
        check_list(b"\x01\0\0\0\xff\0\0\0\x01\0\0\0a\0\0\0", &[(0x10C, b"a")], &["entry-list-length-mismatch"]);
    }
}
