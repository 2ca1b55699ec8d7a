//! The directory that the user named: outside of the evidence, and every file in it new.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::{
    safe_name,
    scribe::{freely, new_file, take_away},
};

/// Why something was not taken out.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The directory lies within the evidence.
    #[error("{} lies within the evidence, which is never written to", path.display())]
    Evidence {
        /// The directory.
        path: PathBuf,
    },
    /// The path is no directory.
    #[error("{} is no directory", path.display())]
    NoDirectory {
        /// The path.
        path: PathBuf,
    },
    /// A path cannot be reached.
    #[error("cannot reach {}", path.display())]
    Access {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Every numbered name is taken.
    #[error("{} and its {MOST_NUMBERS} numbered names are all taken", path.display())]
    Taken {
        /// The name that was wanted.
        path: PathBuf,
    },
    /// There are no bytes to save.
    #[error("the attachment has no content of its own")]
    NoContent,
}

/// Numbers that are tried behind a name that is taken.
const MOST_NUMBERS: usize = 9_999;

/// A directory outside of the evidence.
#[derive(Debug, Clone)]
pub struct Destination {
    directory: PathBuf,
}

impl Destination {
    /// Opens a directory to write to, and makes its last part when it is not there yet. `evidence` is the folder or archive that the user gave.
    ///
    /// # Errors
    /// When it cannot be reached, is no directory, or lies within the evidence, whatever links lead there.
    pub fn open(directory: &Path, evidence: &Path) -> Result<Self, ExportError> {
        let (shown, evidence) = (directory.to_path_buf(), evidence.to_path_buf());
        let gone = access(directory);
        freely(move || Self::find(&shown, &evidence)).map_err(gone)?
    }

    fn find(directory: &Path, evidence: &Path) -> Result<Self, ExportError> {
        keep_out(directory, evidence)?;
        if fs::symlink_metadata(directory).is_err() {
            fs::create_dir(directory).map_err(access(directory))?;
        }
        let found = fs::canonicalize(directory).map_err(access(directory))?;
        keep_out(&found, evidence)?;
        if !fs::metadata(&found).map_err(access(directory))?.is_dir() {
            return Err(ExportError::NoDirectory { path: directory.to_path_buf() });
        }
        Ok(Self { directory: found })
    }

    /// Writes a new file and returns its path. The name is made safe and, when it is taken, numbered.
    ///
    /// # Errors
    /// When nothing can be written; what was written of the file is then taken away again.
    pub fn save(&self, name: &str, write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<PathBuf, ExportError> {
        let name = safe_name(name);
        for number in 1..=MOST_NUMBERS {
            let path = self.directory.join(numbered(&name, number));
            // A link or file of that name is never followed or opened.
            let file = match new_file(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(source) => return Err(ExportError::Write { path, source }),
            };
            let mut out = BufWriter::new(file);
            return match write(&mut out).and_then(|()| out.flush()) {
                Ok(()) => Ok(path),
                Err(source) => {
                    drop(out);
                    take_away(&path);
                    Err(ExportError::Write { path, source })
                }
            };
        }
        Err(ExportError::Taken { path: self.directory.join(name) })
    }
}

pub(super) fn access(path: &Path) -> impl Fn(io::Error) -> ExportError + use<> {
    let path = path.to_path_buf();
    move |source| ExportError::Access { path: path.clone(), source }
}

/// Refuses a directory within the evidence. One that is not there yet lies where the nearest part of its path that is there lies.
pub(super) fn keep_out(directory: &Path, evidence: &Path) -> Result<(), ExportError> {
    let root = fs::canonicalize(evidence).map_err(access(evidence))?;
    let there = directory.ancestors().find(|part| fs::symlink_metadata(part).is_ok()).unwrap_or(Path::new("."));
    let found = fs::canonicalize(there).map_err(access(there))?;
    if found.starts_with(&root) { Err(ExportError::Evidence { path: directory.to_path_buf() }) } else { Ok(()) }
}

/// Returns `name.ext`, `name (2).ext`, `name (3).ext` ...
fn numbered(name: &str, number: usize) -> String {
    if number == 1 {
        return name.to_owned();
    }
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => format!("{stem} ({number}).{extension}"),
        _ => format!("{name} ({number})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(directory: &Path, evidence: &Path) {
        assert!(matches!(Destination::open(directory, evidence), Err(ExportError::Evidence { .. })), "{}", directory.display());
    }

    #[test]
    fn the_evidence_is_never_written_to() {
        let temp = tempfile::tempdir().unwrap();
        let backup = temp.path().join("Backup");
        fs::create_dir_all(backup.join("Mtsout")).unwrap();
        refused(&backup, &backup);
        refused(&backup.join("Mtsout"), &backup);
        refused(&backup.join("new"), &backup);
        refused(&temp.path().join("Backup/../Backup/Mtsout"), &backup);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(backup.join("Mtsout"), temp.path().join("out")).unwrap();
            refused(&temp.path().join("out"), &backup);
            refused(&temp.path().join("out/new"), &backup);
        }
        assert!(!backup.join("new").exists() && !backup.join("Mtsout/new").exists());
        assert!(Destination::open(&temp.path().join("Backup2"), &backup).is_ok());
    }

    #[test]
    fn nothing_is_overwritten() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join("Backup")).unwrap();
        let place = Destination::open(&temp.path().join("out"), &temp.path().join("Backup")).unwrap();
        let save = |text: &'static str| place.save("a.txt", &mut |out| out.write_all(text.as_bytes())).unwrap();
        let paths = [save("one"), save("two"), save("three")];
        let names = paths.each_ref().map(|path| path.file_name().unwrap().to_str().unwrap());
        assert_eq!(names, ["a.txt", "a (2).txt", "a (3).txt"]);
        assert_eq!(fs::read(&paths[0]).unwrap(), b"one");
        let failed = place.save("b", &mut |out| out.write_all(b"half").and(Err(io::Error::other("full"))));
        assert!(failed.is_err() && !temp.path().join("out/b").exists());
        let away = place.save("../../x/y", &mut |_| Ok(())).unwrap();
        assert_eq!(away.parent().unwrap(), fs::canonicalize(temp.path().join("out")).unwrap());
    }
}
