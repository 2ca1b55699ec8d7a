//! Why nothing could be scanned at all. Everything smaller is a note or the error of one file. Paths stand in the texts as they are; who
//! shows them escapes them.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::shown_path;

/// A reason to give up before the first file was read.
#[derive(Debug, Error)]
pub enum ScanError {
    /// The path does not exist.
    #[error("{} does not exist", Shown(.path))]
    Missing {
        /// What was asked for.
        path: PathBuf,
    },
    /// The path exists and cannot be opened or listed.
    #[error("cannot read {}", Shown(.path))]
    Unreadable {
        /// What was asked for.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The path is a file that is no archive of a known kind, or no file at all (device, pipe).
    #[error("{} is neither a folder nor a .zip, .cab, .tar or .tar.gz archive", Shown(.path))]
    NoArchive {
        /// What was asked for.
        path: PathBuf,
    },
    /// The path has the signature of an archive and cannot be read as one.
    #[error("cannot read the archive {}: {reason}", Shown(.path))]
    DamagedArchive {
        /// What was asked for.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder or archive holds nothing.
    #[error("{} is empty", Shown(.path))]
    Empty {
        /// What was asked for.
        path: PathBuf,
    },
    /// Nothing there has the look of what IMCSAVE writes.
    #[error("nothing in {} is an IMCSAVE Backup{}", Shown(.path), PackedHint(.packed))]
    NoBackup {
        /// What was asked for.
        path: PathBuf,
        /// Files beside which the search ended that are still packed (PKG025), relative to the path.
        packed: Vec<String>,
    },
    /// A single file was asked for and is something else.
    #[error("{} is no regular file", Shown(.path))]
    NoFile {
        /// What was asked for.
        path: PathBuf,
    },
}

impl ScanError {
    /// Returns the error for a failed first access to `path`.
    pub(super) fn access(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        if source.kind() == io::ErrorKind::NotFound { Self::Missing { path } } else { Self::Unreadable { path, source } }
    }
}

struct Shown<'a>(&'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown_path(self.0))
    }
}

struct PackedHint<'a>(&'a [String]);

impl fmt::Display for PackedHint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.0.first() else { return Ok(()) };
        write!(f, "; {first} is still packed")?;
        match self.0.len() - 1 {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_clear_line() {
        let missing = ScanError::access(Path::new("no\x1bwhere"), io::ErrorKind::NotFound.into());
        assert_eq!(missing.to_string(), "no\x1bwhere does not exist");
        let packed = vec!["a.zip".to_string(), "b.cab".to_string()];
        let nothing = ScanError::NoBackup { path: "case".into(), packed };
        assert_eq!(nothing.to_string(), "nothing in case is an IMCSAVE Backup; a.zip is still packed, and 1 more");
    }
}
