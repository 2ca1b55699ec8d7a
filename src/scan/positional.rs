//! One open file, read from many threads at once: each reader has its own place in it.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    sync::Arc,
};

/// A reader of a shared file.
#[derive(Debug, Clone)]
pub(super) struct Positional {
    file: Arc<File>,
    at: u64,
    length: u64,
}

impl Positional {
    /// Returns a reader at the beginning of a file.
    pub(super) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), at: 0, length })
    }

    /// Returns the length that the file had when it was opened.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Returns what the file system says of the file now.
    pub(super) fn metadata(&self) -> io::Result<std::fs::Metadata> {
        self.file.metadata()
    }

    /// Returns another reader of the same file at an offset.
    pub(super) fn at(&self, offset: u64) -> Self {
        Self { at: offset, ..self.clone() }
    }
}

impl Read for Positional {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(&*self.file, buffer, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Positional {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        self.at = target.ok_or_else(|| io::Error::other("seek beyond the file"))?;
        Ok(self.at)
    }
}
