//! Members of a .cab ([MS-CAB]): the file table is read here, the data is unpacked by the `cab` crate.
//!
//! The crate finds a file by name and unpacks its folder from the beginning each time, which is quadratic and loses the second of two
//! equal names. So each folder is shown to it as a cabinet with one file as large as the whole folder, and cut into members here.
//! Deliberately absent: members that continue in another cabinet, Quantum compression.

use std::{
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    ops::ControlFlow,
};

use cab::Cabinet;

use super::{
    archive::{Catalogue, Member},
    entry::{EntryKind, FileTime, shown_bytes},
    positional::Positional,
};
use crate::base::{CodePage, Limits, Reader, Truncated};

/// Where the members lie within the folders of a cabinet.
#[derive(Debug, Default)]
pub(super) struct Layout {
    first_folder: u64,
    folder_size: u64,
    folders: u16,
    /// Folder, offset in its unpacked data, size, number of the member; sorted.
    places: Vec<(u16, u64, u64, usize)>,
}

/// Lists the members, and where each lies.
pub(super) fn list(file: &Positional, limits: &Limits) -> Result<(Catalogue, Layout), String> {
    let mut head = vec![0; 40];
    file.at(0).read_exact(&mut head).map_err(|error| error.to_string())?;
    let (mut layout, files_at, files) = header(&head).map_err(|cut| cut.to_string())?;
    if let Some(flags) = head.get(30).filter(|flags| **flags & 3 != 0) {
        layout.first_folder = behind_names(file, layout.first_folder, *flags).map_err(|error| error.to_string())?;
    }
    let mut catalogue = Catalogue::default();
    let mut table = BufReader::new(file.at(files_at));
    for number in 0..usize::from(files) {
        if catalogue.is_full(limits) {
            break;
        }
        let Ok((member, folder, offset)) = next_file(&mut table) else {
            catalogue.damage("archive-damaged", format!("the file table of the cabinet ends after {number} of {files} files"));
            break;
        };
        layout.places.push((folder, offset, member.size, number));
        catalogue.members.push(member);
    }
    layout.places.sort_unstable();
    Ok((catalogue, layout))
}

/// Reads the fixed header; returns offset and number of the file table too.
fn header(head: &[u8]) -> Result<(Layout, u64, u16), Truncated> {
    let mut fields = Reader::new(head);
    fields.bytes(16, "signature and size")?;
    let files_at = u64::from(fields.u32("offset of the file table")?);
    fields.bytes(6, "version")?;
    let (folders, files, flags) = (fields.u16("folders")?, fields.u16("files")?, fields.u16("flags")?);
    fields.bytes(4, "cabinet set")?;
    let mut layout = Layout { first_folder: 36, folder_size: 8, folders, places: Vec::new() };
    if flags & 4 != 0 {
        let (header_reserve, folder_reserve) = (fields.u16("header reserve")?, fields.u8("folder reserve")?);
        layout.first_folder = 40 + u64::from(header_reserve);
        layout.folder_size = 8 + u64::from(folder_reserve);
    }
    Ok((layout, files_at, files))
}

/// Skips the names of the cabinets before and after.
fn behind_names(file: &Positional, start: u64, flags: u8) -> io::Result<u64> {
    let mut reader = BufReader::new(file.at(start));
    let names = 2 * u64::from(flags & 1) + u64::from(flags & 2);
    let mut skipped = 0;
    for _ in 0..names {
        skipped += (&mut reader).take(1024).read_until(0, &mut Vec::new())? as u64;
    }
    Ok(start + skipped)
}

fn next_file(table: &mut dyn BufRead) -> io::Result<(Member, u16, u64)> {
    let mut fixed = [0; 16];
    table.read_exact(&mut fixed)?;
    let mut name = Vec::new();
    table.take(1024).read_until(0, &mut name)?;
    if name.pop() != Some(0) {
        return Err(io::Error::other("a name has no end"));
    }
    let cut = |cut: Truncated| io::Error::other(cut.to_string());
    let mut fields = Reader::new(&fixed);
    let (size, offset) = (fields.u32("size").map_err(cut)?, fields.u32("offset").map_err(cut)?);
    let (folder, date) = (fields.u16("folder").map_err(cut)?, fields.u16("date").map_err(cut)?);
    let (time, attributes) = (fields.u16("time").map_err(cut)?, fields.u16("attributes").map_err(cut)?);
    // Attribute 0x80: the name is UTF-8; else it is in the code page of the packer.
    let name = if attributes & 0x80 != 0 { shown_bytes(&name) } else { CodePage::WINDOWS_1252.decode(&name).text.to_string() };
    let member = Member {
        name: name.replace('\\', "/"),
        kind: EntryKind::File,
        size: u64::from(size),
        modified: FileTime::from_dos(date, time),
        read_only: attributes & 1 != 0,
        unreadable: (folder >= 0xFFFD).then(|| "continues in another cabinet".into()),
    };
    Ok((member, folder, u64::from(offset)))
}

/// What to do with the member of a number and the reader of its contents.
pub(super) type Each<'a> = dyn FnMut(usize, &mut dyn Read) -> ControlFlow<()> + 'a;

/// Calls `each` for the members folder by folder. A folder that cannot be unpacked gives each of its members the error.
pub(super) fn walk(file: &Positional, layout: &Layout, each: &mut Each<'_>) {
    for places in layout.places.chunk_by(|a, b| a.0 == b.0) {
        let Some(&(folder, ..)) = places.first() else { continue };
        if folder >= layout.folders {
            continue;
        }
        let size = places.iter().map(|&(_, offset, size, _)| offset + size).max().unwrap_or(0);
        let flow = match View::new(file, layout, folder, size).and_then(Cabinet::new) {
            Ok(mut cabinet) => match cabinet.read_file(NAME) {
                Ok(mut data) => walk_folder(&mut data, places, each),
                Err(error) => fail_all(&error.to_string(), places, each),
            },
            Err(error) => fail_all(&error.to_string(), places, each),
        };
        if flow.is_break() {
            return;
        }
    }
}

fn walk_folder(data: &mut dyn Read, places: &[(u16, u64, u64, usize)], each: &mut Each<'_>) -> ControlFlow<()> {
    let mut at = 0;
    for &(_, offset, size, number) in places {
        if offset < at {
            each(number, &mut Failing("overlaps the member before".to_string()))?;
            continue;
        }
        if let Err(error) = io::copy(&mut data.take(offset - at), &mut io::sink()) {
            each(number, &mut Failing(error.to_string()))?;
            continue;
        }
        let mut member = data.take(size);
        each(number, &mut member)?;
        // An error here shows again at the next member.
        let _ = io::copy(&mut member, &mut io::sink());
        at = offset + size;
    }
    ControlFlow::Continue(())
}

fn fail_all(reason: &str, places: &[(u16, u64, u64, usize)], each: &mut Each<'_>) -> ControlFlow<()> {
    places.iter().try_for_each(|&(.., number)| each(number, &mut Failing(reason.to_string())))
}

/// A reader that has nothing but an error.
struct Failing(String);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other(self.0.clone()))
    }
}

const NAME: &str = "folder";

/// The cabinet as if it had one folder and one file, which is the whole folder.
struct View {
    file: Positional,
    at: u64,
    /// Bytes laid over the file, by offset; the last piece lies behind its end.
    over: Vec<(u64, Vec<u8>)>,
}

impl View {
    fn new(file: &Positional, layout: &Layout, folder: u16, size: u64) -> io::Result<Self> {
        let too_large = |_| io::Error::other("the cabinet is larger than 4 GiB");
        let table = u32::try_from(file.length()).map_err(too_large)?;
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        let mut entry = vec![0; usize::try_from(layout.folder_size).unwrap_or(8)];
        file.at(layout.first_folder + u64::from(folder) * layout.folder_size).read_exact(&mut entry)?;
        let mut one_file = size.to_le_bytes().to_vec();
        one_file.extend([0; 12]);
        one_file.extend(NAME.as_bytes());
        one_file.push(0);
        let over = vec![
            (16, table.to_le_bytes().to_vec()),
            // One folder, one file.
            (26, vec![1, 0, 1, 0]),
            (layout.first_folder, entry),
            (u64::from(table), one_file),
        ];
        Ok(Self { file: file.clone(), at: 0, over })
    }
}

impl Read for View {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for (start, bytes) in &self.over {
            let inside = self.at.checked_sub(*start).and_then(|skip| bytes.get(usize::try_from(skip).ok()?..)).unwrap_or_default();
            if !inside.is_empty() {
                let read = (&mut &*inside).read(buffer)?;
                self.at += read as u64;
                return Ok(read);
            }
        }
        // Up to the next piece only.
        let next = self.over.iter().map(|(start, _)| *start).filter(|start| *start > self.at).min().unwrap_or(self.at);
        let read = self.file.at(self.at).take(next - self.at).read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for View {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(_) => None,
        };
        self.at = target.ok_or_else(|| io::Error::other("seek beyond the cabinet"))?;
        Ok(self.at)
    }
}
