//! Members of a .tar or .tar.gz, read from the beginning to the end (POSIX.1-1988 headers, GNU long names, pax headers).
//!
//! The `tar` crate reads the headers; the walk is ours, since the crate reads long names of any length into memory and gives up where the
//! members before a damaged header could be kept. Deliberately absent: contents of sparse members.

use std::{
    borrow::Cow,
    io::{self, BufReader, Read},
    ops::ControlFlow,
};

use flate2::bufread::MultiGzDecoder;
use tar::{EntryType, Header, PaxExtensions};

use super::{
    archive::{Catalogue, Member},
    entry::{EntryKind, FileTime, shown_bytes},
    positional::Positional,
};
use crate::base::{Limits, Timestamp};

const BLOCK: u64 = 512;
/// Bytes of a long name or of pax headers; no path is longer.
const NAME_BYTES: u64 = 64 << 10;

/// Returns the unpacked stream, at most `limit` bytes of it.
pub(super) fn stream(file: &Positional, is_gzip: bool, limit: u64) -> Box<dyn Read> {
    let raw = BufReader::new(file.at(0));
    // Headers and padding come on top of the members' bytes.
    let limit = limit.saturating_add(limit / 8).saturating_add(64 << 20);
    if is_gzip { Box::new(MultiGzDecoder::new(raw).take(limit)) } else { Box::new(raw.take(limit)) }
}

/// Lists the members; an error when not even the first header is one.
pub(super) fn list(reader: &mut dyn Read, limits: &Limits) -> Result<Catalogue, String> {
    let mut catalogue = Catalogue::default();
    let end = walk(reader, &mut |member, _| {
        if catalogue.is_full(limits) {
            return ControlFlow::Break(());
        }
        catalogue.members.push(member);
        ControlFlow::Continue(())
    });
    match end {
        Err(reason) if catalogue.members.is_empty() => return Err(reason),
        Err(reason) => {
            let text = format!("the archive ends after {} members: {reason}", catalogue.members.len());
            catalogue.damage("archive-damaged", text);
        }
        Ok(()) => {}
    }
    Ok(catalogue)
}

/// What to do with one member and the reader of its contents.
pub(super) type Each<'a> = dyn FnMut(Member, &mut dyn Read) -> ControlFlow<()> + 'a;

/// Calls `each` for the members in the order of the archive.
pub(super) fn walk(reader: &mut dyn Read, each: &mut Each<'_>) -> Result<(), String> {
    let mut long = Long::default();
    while let Some(header) = next_header(reader)? {
        let declared = header.entry_size().map_err(|error| format!("a header is damaged: {error}"))?;
        let kind = header.entry_type();
        let size = if is_extension(kind) { declared } else { long.size.unwrap_or(declared) };
        let padding = size.checked_next_multiple_of(BLOCK).map_or(0, |padded| padded - size);
        let mut data = reader.take(size);
        if is_extension(kind) {
            long.extend(kind, &mut data)?;
        } else {
            let member = std::mem::take(&mut long).member(&header, size);
            if each(member, &mut data).is_break() {
                return Ok(());
            }
        }
        let rest = data.limit();
        let skipped = io::copy(&mut data, &mut io::sink()).map_err(|error| error.to_string())?;
        let padded = io::copy(&mut reader.take(padding), &mut io::sink()).map_err(|error| error.to_string())?;
        if skipped < rest || padded < padding {
            return Err("it ends within a member".to_string());
        }
    }
    Ok(())
}

/// Reads the next header; none at the end mark or at the end of the file.
fn next_header(reader: &mut dyn Read) -> Result<Option<Header>, String> {
    let mut block = Vec::new();
    reader.take(BLOCK).read_to_end(&mut block).map_err(|error| error.to_string())?;
    if block.iter().all(|&byte| byte == 0) {
        return Ok(None);
    }
    let mut header = Header::new_old();
    if block.len() < header.as_bytes().len() {
        return Err("it ends within a header".to_string());
    }
    header.as_mut_bytes().copy_from_slice(&block);
    let counted = |(at, &byte): (usize, &u8)| if (148..156).contains(&at) { 32 } else { u32::from(byte) };
    let sum = block.iter().enumerate().map(counted).sum::<u32>();
    if header.cksum().ok() == Some(sum) { Ok(Some(header)) } else { Err("a header has a wrong checksum".to_string()) }
}

fn is_extension(kind: EntryType) -> bool {
    kind.is_gnu_longname() || kind.is_gnu_longlink() || kind.is_pax_local_extensions() || kind.is_pax_global_extensions()
}

/// What extension headers say about the next member.
#[derive(Default)]
struct Long {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    modified: Option<FileTime>,
    size: Option<u64>,
}

impl Long {
    fn extend(&mut self, kind: EntryType, data: &mut dyn Read) -> Result<(), String> {
        let mut text = Vec::new();
        data.take(NAME_BYTES).read_to_end(&mut text).map_err(|error| error.to_string())?;
        if kind.is_gnu_longname() || kind.is_gnu_longlink() {
            let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
            text.truncate(end);
            *(if kind.is_gnu_longname() { &mut self.name } else { &mut self.link }) = Some(text);
        } else if kind.is_pax_local_extensions() {
            PaxExtensions::new(&text).map_while(Result::ok).for_each(|pair| self.pax(pair.key_bytes(), pair.value_bytes()));
        }
        Ok(())
    }

    fn pax(&mut self, key: &[u8], value: &[u8]) {
        let number = |text: &[u8]| std::str::from_utf8(text).ok().and_then(|text| text.split('.').next()?.parse::<i64>().ok());
        match key {
            b"path" => self.name = Some(value.to_vec()),
            b"linkpath" => self.link = Some(value.to_vec()),
            b"mtime" => self.modified = number(value).map(|seconds| FileTime::Utc(Timestamp::from_unix(seconds))),
            b"size" => self.size = number(value).and_then(|size| u64::try_from(size).ok()),
            _ => {}
        }
    }

    fn member(self, header: &Header, size: u64) -> Member {
        let name = self.name.map_or_else(|| header.path_bytes(), Cow::Owned);
        let link = self.link.map(Cow::Owned).or_else(|| header.link_name_bytes());
        let target = link.map(|link| shown_bytes(&link).into());
        let modified = header.mtime().ok().and_then(|seconds| i64::try_from(seconds).ok());
        let kind = match header.entry_type() {
            EntryType::Directory => EntryKind::Folder,
            EntryType::Symlink | EntryType::Link => EntryKind::Link { target },
            EntryType::Fifo => EntryKind::Special("fifo"),
            EntryType::Char => EntryKind::Special("character device"),
            EntryType::Block => EntryKind::Special("block device"),
            _ if name.ends_with(b"/") => EntryKind::Folder,
            _ => EntryKind::File,
        };
        Member {
            name: shown_bytes(&name),
            size: if kind == EntryKind::File { size } else { 0 },
            kind,
            modified: self.modified.or_else(|| modified.map(|seconds| FileTime::Utc(Timestamp::from_unix(seconds)))),
            read_only: header.mode().is_ok_and(|mode| mode & 0o222 == 0),
            unreadable: header.entry_type().is_gnu_sparse().then(|| "is stored sparse, which is not supported".into()),
        }
    }
}
