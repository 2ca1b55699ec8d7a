//! The folder of a Backup and those above it, held open: where its files are read from.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io,
    path::Path,
    sync::{Arc, Mutex},
};

use super::{budget::lock, entry::EvidencePath, folder::Folder};

/// The root of a Backup on disk.
#[derive(Debug)]
pub(super) struct Tree {
    /// The root, the folder that holds it, and so on upwards, as far as one looks.
    levels: Vec<Folder>,
    /// The folder of the file that was read last. Files are read in the order of their paths, so that nearly all of them lie there.
    last: Mutex<Option<(OsString, Arc<Folder>)>>,
}

impl Tree {
    /// Returns the tree of a root.
    pub(super) fn new(root: Folder) -> Self {
        Self { levels: vec![root], last: Mutex::new(None) }
    }

    /// Opens one level more above the root, and returns it.
    pub(super) fn climb(&mut self) -> io::Result<&Folder> {
        let above = self.levels.last().ok_or(io::ErrorKind::NotFound)?.above()?;
        self.levels.push(above);
        self.levels.last().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Opens a folder by its path from the root, which begins with `../` for one beside it.
    pub(super) fn folder(&self, path: &OsStr) -> io::Result<Folder> {
        let (mut path, mut up) = (Path::new(path), 0);
        while let Ok(below) = path.strip_prefix("..") {
            path = below;
            up += 1;
        }
        let level = self.levels.get(up).ok_or(io::ErrorKind::NotFound)?;
        level.below(path.as_os_str())
    }

    /// Opens a regular file by its path from the root.
    pub(super) fn file(&self, path: &EvidencePath) -> io::Result<File> {
        let path = Path::new(path.os());
        let name = path.file_name().ok_or(io::ErrorKind::NotFound)?;
        self.held(path.parent().map(Path::as_os_str).unwrap_or_default())?.file(name)
    }

    /// Returns the folder of a path, held open from the last time if it is the same.
    fn held(&self, path: &OsStr) -> io::Result<Arc<Folder>> {
        if let Some((known, folder)) = &*lock(&self.last)
            && known == path
        {
            return Ok(Arc::clone(folder));
        }
        let folder = Arc::new(self.folder(path)?);
        *lock(&self.last) = Some((path.to_os_string(), Arc::clone(&folder)));
        Ok(folder)
    }
}
