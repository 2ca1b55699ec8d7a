//! Reads a small text file that the user wrote for a run: a configuration, limits.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use thiserror::Error;

/// Such a file has some kilobytes; more is taken for another file.
const MOST_BYTES: u64 = 1 << 20;

/// Why a file is not read.
#[derive(Debug, Error)]
pub(super) enum UserFileError {
    #[error("cannot read the {what} {}", path.display())]
    Read { what: &'static str, path: PathBuf, source: io::Error },
    #[error("cannot read the {what} {}: more than the {MOST_BYTES} bytes that such a file may have", path.display())]
    TooLarge { what: &'static str, path: PathBuf },
}

/// Returns the text of a file, which may be a pipe; `what` says in errors what it was to be. No more is read than such a file may have,
/// whatever size the system tells.
pub(super) fn read_text(what: &'static str, path: &Path) -> Result<String, UserFileError> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_string(&mut text));
    match read {
        Ok(size) if size as u64 > MOST_BYTES => Err(UserFileError::TooLarge { what, path: path.to_path_buf() }),
        Ok(_) => Ok(text),
        Err(source) => Err(UserFileError::Read { what, path: path.to_path_buf(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_such_a_file_may_have() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("imcscan.toml");
        for (size, fits) in [(1 << 20, true), ((1 << 20) + 1, false)] {
            std::fs::write(&path, vec![b'#'; size]).unwrap();
            assert_eq!(read_text("limits", &path).is_ok(), fits, "{size} bytes");
        }
        let error = read_text("limits", &path).unwrap_err().to_string();
        assert!(error.starts_with("cannot read the limits /") && error.ends_with("more than the 1048576 bytes that such a file may have"), "{error}");
        assert!(read_text("limits", temp.path()).unwrap_err().to_string().starts_with("cannot read the limits /"));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_without_end_is_no_such_file() {
        assert!(matches!(read_text("limits", Path::new("/dev/zero")), Err(UserFileError::TooLarge { .. })));
    }
}
