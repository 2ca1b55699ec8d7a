//! Members of a .zip (APPNOTE.TXT 4.3): the `zip` crate finds and checks the directory; its entries are walked here, since the crate keeps
//! one of several equal names only, and inflated here, so that each thread reads on its own through one open file.
//! Deliberately absent: encryption, and methods other than stored and deflated.

use std::io::{self, BufReader, Read};

use flate2::{Crc, read::DeflateDecoder};
use zip::ZipArchive;

use super::{
    archive::{Catalogue, Member},
    entry::{EntryKind, FileTime, shown_bytes},
    load::{Bounds, Loaded, load},
    positional::Positional,
};
use crate::base::{CodePage, Limits, Reader, Timestamp, Truncated};

/// Where and how one member is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed {
    header: u64,
    size: u64,
    method: u16,
    crc32: u32,
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Lists the members, and where each is stored.
pub(super) fn list(file: &Positional, limits: &Limits) -> Result<(Catalogue, Vec<Packed>), String> {
    let archive = ZipArchive::new(BufReader::new(file.at(0))).map_err(|error| error.to_string())?;
    let (mut catalogue, mut packed) = (Catalogue::default(), Vec::new());
    let mut directory = BufReader::new(file.at(archive.central_directory_start()));
    while let Some((fixed, variable)) = next_header(&mut directory) {
        if catalogue.is_full(limits) {
            break;
        }
        let Ok((member, mut place)) = member(&fixed, &variable) else { break };
        place.header = place.header.saturating_add(archive.offset());
        catalogue.members.push(with_target(file, member, place));
        packed.push(place);
    }
    Ok((catalogue, packed))
}

/// Reads one header of the directory: its fixed part behind the signature, then name, extra field and comment.
fn next_header(directory: &mut dyn Read) -> Option<([u8; 42], Vec<u8>)> {
    let (mut signature, mut fixed) = ([0; 4], [0; 42]);
    directory.read_exact(&mut signature).ok().filter(|()| signature == *b"PK\x01\x02")?;
    directory.read_exact(&mut fixed).ok()?;
    let mut lengths = Reader::new(fixed.get(24..30)?);
    let mut length = 0;
    while let Ok(part) = lengths.u16("length") {
        length += usize::from(part);
    }
    let mut variable = vec![0; length];
    directory.read_exact(&mut variable).ok()?;
    Some((fixed, variable))
}

fn member(fixed: &[u8], variable: &[u8]) -> Result<(Member, Packed), Truncated> {
    let mut fields = Reader::new(fixed);
    let made_by = fields.u16("version made by")?;
    fields.u16("version needed")?;
    let (flags, method) = (fields.u16("flags")?, fields.u16("method")?);
    let (time, date) = (fields.u16("time")?, fields.u16("date")?);
    let crc32 = fields.u32("crc-32")?;
    let (mut stored, mut size) = (u64::from(fields.u32("compressed size")?), u64::from(fields.u32("size")?));
    let (name, extra) = (fields.u16("name length")?, fields.u16("extra field length")?);
    fields.bytes(6, "comment length, disk, internal attributes")?;
    let attributes = fields.u32("external attributes")?;
    let mut header = u64::from(fields.u32("local header offset")?);

    let mut variable = Reader::new(variable);
    let name = shown_name(variable.up_to(usize::from(name)), flags);
    let extra = variable.up_to(usize::from(extra));
    widen(extra, [&mut size, &mut stored, &mut header]);
    let modified = extra_field(extra, 0x5455).and_then(utc_time).or_else(|| FileTime::from_dos(date, time));
    let unreadable = match method {
        _ if flags & 1 != 0 => Some("is encrypted".into()),
        STORED | DEFLATED => None,
        other => Some(format!("is packed with method {other}, which is not supported").into()),
    };
    let kind = kind(&name, attributes, made_by >> 8);
    let size = if matches!(kind, EntryKind::Folder) { 0 } else { size };
    let read_only = attributes & 1 != 0;
    Ok((Member { name, kind, size, modified, unreadable, read_only }, Packed { header, size: stored, method, crc32 }))
}

/// Names are UTF-8 when the flag or the bytes say so, else OEM code page 437 (APPNOTE.TXT appendix D). Old Windows packers write
/// backslashes, which mean the same as slashes here.
fn shown_name(raw: &[u8], flags: u16) -> String {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => name.to_string(),
        Err(_) if flags & 0x800 != 0 => return shown_bytes(raw),
        Err(_) => CodePage(437).decode(raw).text.to_string(),
    };
    name.replace('\\', "/")
}

/// Takes sizes and offset from the zip64 field where the 32-bit ones are full.
fn widen(extra: &[u8], values: [&mut u64; 3]) {
    let Some(field) = extra_field(extra, 1) else { return };
    let mut field = Reader::new(field);
    for value in values.into_iter().filter(|value| **value == u64::from(u32::MAX)) {
        *value = field.u64("zip64 value").unwrap_or(*value);
    }
}

fn extra_field(extra: &[u8], wanted: u16) -> Option<&[u8]> {
    let mut fields = Reader::new(extra);
    loop {
        let (id, length) = (fields.u16("extra field").ok()?, fields.u16("extra field length").ok()?);
        let field = fields.up_to(usize::from(length));
        if id == wanted {
            return Some(field);
        }
    }
}

/// Returns the modification time of Info-ZIP's extended timestamp, the only one in UTC.
fn utc_time(field: &[u8]) -> Option<FileTime> {
    let mut field = Reader::new(field);
    let has_modified = field.u8("timestamp flags").ok()? & 1 != 0;
    let seconds = field.u32("modification time").ok()?.cast_signed();
    has_modified.then(|| FileTime::Utc(Timestamp::from_unix(i64::from(seconds))))
}

fn kind(name: &str, attributes: u32, system: u16) -> EntryKind {
    // Unix and Darwin keep the file mode in the upper half.
    let mode = if matches!(system, 3 | 19) { attributes >> 16 & 0xF000 } else { 0 };
    match mode {
        0xA000 => EntryKind::Link { target: None },
        0x1000 => EntryKind::Special("fifo"),
        0xC000 => EntryKind::Special("socket"),
        0x6000 => EntryKind::Special("block device"),
        0x2000 => EntryKind::Special("character device"),
        _ if name.ends_with('/') => EntryKind::Folder,
        _ => EntryKind::File,
    }
}

/// A link's target is its contents.
fn with_target(file: &Positional, mut member: Member, place: Packed) -> Member {
    if matches!(member.kind, EntryKind::Link { .. }) && member.unreadable.is_none() {
        let bounds = Bounds { keep: 1024, declared: Some(member.size.min(1024)), cancel: &false.into() };
        let loaded = read(file, place, bounds, Vec::new());
        let contents = loaded.contents();
        member.kind = EntryKind::Link { target: contents.error.is_none().then(|| shown_bytes(contents.bytes).into()) };
    }
    member.size = if member.kind == EntryKind::File { member.size } else { 0 };
    member
}

/// Reads one member to its end and compares its checksum.
pub(super) fn read(file: &Positional, place: Packed, bounds: Bounds<'_>, buffer: Vec<u8>) -> Loaded {
    let stored = match content(file, place) {
        Ok(stored) => stored,
        Err(error) => return Loaded::failed(error.to_string(), buffer),
    };
    let mut checked = Checked { inner: stored, crc: Crc::new() };
    let mut loaded = load(&mut checked, bounds, buffer);
    if loaded.contents().error.is_none() && checked.crc.sum() != place.crc32 {
        loaded.fail(format!("the checksum is {:08x}, the archive declares {:08x}", checked.crc.sum(), place.crc32));
    }
    loaded
}

/// Finds the data of a member behind its local header, whose variable parts may differ from those in the directory.
fn content(file: &Positional, place: Packed) -> io::Result<Box<dyn Read>> {
    let mut local = [0; 30];
    let mut reader = file.at(place.header);
    reader.read_exact(&mut local)?;
    let (signature, _) = local.split_at(4);
    if signature != b"PK\x03\x04" {
        return Err(io::Error::other("no local header where the directory of the archive says"));
    }
    let mut lengths = Reader::new(local.get(26..).unwrap_or_default());
    let (name, extra) = (lengths.u16("name length").unwrap_or(0), lengths.u16("extra field length").unwrap_or(0));
    let start = place.header.saturating_add(30 + u64::from(name) + u64::from(extra));
    let stored = BufReader::new(file.at(start)).take(place.size);
    Ok(if place.method == DEFLATED { Box::new(DeflateDecoder::new(stored)) } else { Box::new(stored) })
}

struct Checked {
    inner: Box<dyn Read>,
    crc: Crc,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.crc.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
