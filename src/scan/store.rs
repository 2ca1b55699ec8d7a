//! Where the contents of entries come from: a folder or an archive, each opened once and only for reading.

use std::{
    fs::{self, File},
    io::{self, Read},
    ops::ControlFlow,
};

use super::{
    archive::Catalogue,
    cab_file,
    entry::{Entry, FileTime},
    large::{LARGE, read_large},
    load::{Bounds, Loaded, load},
    positional::Positional,
    tar_file,
    tree::Tree,
    zip_file,
};
use crate::base::Limits;

/// The kind of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveFormat {
    /// PKZIP.
    Zip,
    /// Microsoft Cabinet.
    Cab,
    /// A tape archive that is not compressed.
    Tar,
    /// A tape archive within gzip.
    TarGz,
}

impl ArchiveFormat {
    /// Returns the usual extension.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Zip => ".zip",
            Self::Cab => ".cab",
            Self::Tar => ".tar",
            Self::TarGz => ".tar.gz",
        }
    }
}

/// The source of contents.
#[derive(Debug)]
pub(super) enum Store {
    Folder(Tree),
    Zip(Positional, Vec<zip_file::Packed>),
    Cab(Positional, cab_file::Layout),
    Tar { file: Positional, is_gzip: bool, limit: u64 },
}

/// What a sequential store hands out: the number of a member and the reader of its contents.
pub(super) type Each<'a> = dyn FnMut(usize, &mut dyn Read) -> ControlFlow<()> + 'a;

impl Store {
    /// Opens an archive by its first bytes and lists it; none when it is none.
    pub(super) fn open_archive(file: Positional, limits: &Limits) -> Option<Result<(ArchiveFormat, Self, Catalogue), String>> {
        let format = format_of(&file)?;
        let opened = match format {
            ArchiveFormat::Zip => zip_file::list(&file, limits).map(|(listed, places)| (Self::Zip(file, places), listed)),
            ArchiveFormat::Cab => cab_file::list(&file, limits).map(|(listed, layout)| (Self::Cab(file, layout), listed)),
            ArchiveFormat::Tar | ArchiveFormat::TarGz => {
                let (is_gzip, limit) = (format == ArchiveFormat::TarGz, limits.archive_bytes);
                let listed = tar_file::list(&mut *tar_file::stream(&file, is_gzip, limit), limits);
                listed.map(|listed| (Self::Tar { file, is_gzip, limit }, listed))
            }
        };
        Some(opened.map(|(store, listed)| (format, store, listed)))
    }

    /// Returns whether members come one after the other only.
    pub(super) fn is_sequential(&self) -> bool {
        matches!(self, Self::Cab(..) | Self::Tar { .. })
    }

    /// Returns whether sizes are those of the file system and not what somebody wrote into an archive.
    pub(super) fn states_true_sizes(&self) -> bool {
        matches!(self, Self::Folder(..))
    }

    /// Reads one file; in a sequential store everything before it is unpacked too.
    pub(super) fn read(&self, entry: &Entry, bounds: Bounds<'_>, buffer: Vec<u8>) -> Loaded {
        match self {
            Self::Folder(tree) => read_on_disk(tree.file(&entry.path), entry, bounds, buffer),
            Self::Zip(file, places) => match places.get(entry.member) {
                Some(&place) => zip_file::read(file, place, Bounds { declared: Some(entry.size), ..bounds }, buffer),
                None => Loaded::failed("is no member of the archive", buffer),
            },
            Self::Cab(..) | Self::Tar { .. } => {
                let (mut buffer, mut loaded) = (Some(buffer), None);
                let bounds = Bounds { declared: Some(entry.size), ..bounds };
                self.walk(&mut |member, reader| {
                    if member != entry.member {
                        return ControlFlow::Continue(());
                    }
                    loaded = buffer.take().map(|buffer| load(reader, bounds, buffer));
                    ControlFlow::Break(())
                });
                loaded.unwrap_or_else(|| Loaded::failed(NEVER_REACHED, Vec::new()))
            }
        }
    }

    /// Reads one file, and of a large one on disk only what is needed to decode it.
    pub(super) fn read_sparse(&self, entry: &Entry, bounds: Bounds<'_>, buffer: Vec<u8>) -> Loaded {
        match self {
            Self::Folder(tree) if entry.size > LARGE => read_large(tree.file(&entry.path), entry, bounds, buffer),
            _ => self.read(entry, bounds, buffer),
        }
    }

    /// Hands out the members of a sequential store in the order in which they are stored.
    pub(super) fn walk(&self, each: &mut Each<'_>) {
        match self {
            Self::Folder(_) | Self::Zip(..) => {}
            Self::Cab(file, layout) => cab_file::walk(file, layout, each),
            Self::Tar { file, is_gzip, limit } => {
                let mut number = 0;
                let mut stream = tar_file::stream(file, *is_gzip, *limit);
                // How the archive ends is noted when it is listed.
                let _ = tar_file::walk(&mut *stream, &mut |_, reader| {
                    number += 1;
                    each(number - 1, reader)
                });
            }
        }
    }
}

/// What members get that the archive ends before.
pub(super) const NEVER_REACHED: &str = "the archive ends before it";

fn format_of(file: &Positional) -> Option<ArchiveFormat> {
    let mut head = Vec::new();
    file.at(0).take(512).read_to_end(&mut head).ok()?;
    match head.as_slice() {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(ArchiveFormat::Zip),
        [b'M', b'S', b'C', b'F', ..] => Some(ArchiveFormat::Cab),
        [0x1F, 0x8B, ..] => Some(ArchiveFormat::TarGz),
        head if head.get(257..262) == Some(b"ustar") => Some(ArchiveFormat::Tar),
        _ => None,
    }
}

/// Reads a file on disk and looks whether it stayed the same.
pub(super) fn read_on_disk(opened: io::Result<File>, entry: &Entry, bounds: Bounds<'_>, buffer: Vec<u8>) -> Loaded {
    let mut file = match opened {
        Ok(file) => file,
        Err(error) => return Loaded::failed(error.to_string(), buffer),
    };
    let mut loaded = load(&mut file, bounds, buffer);
    let after = file.metadata().map(|found: fs::Metadata| (found.len(), found.modified().ok().map(FileTime::from_system)));
    loaded.changed_while_read = after.is_ok_and(|after| after != (entry.size, entry.modified));
    loaded
}
