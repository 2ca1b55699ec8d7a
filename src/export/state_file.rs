//! Where the view keeps what it remembers: one small file in the user's state directory, replaced as a whole.

use std::{
    env, fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process,
};

use crate::state::{MAX_BYTES, States};

use super::{
    ExportError,
    destination::{access, keep_out},
    scribe::{create, freely},
};

/// The file of the states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateFile {
    directory: PathBuf,
}

const NAME: &str = "state.json";

impl StateFile {
    /// Returns the file in the user's state directory (XDG Base Directory Specification; on Windows `%LOCALAPPDATA%`); none when there is no
    /// such directory.
    #[must_use]
    pub fn usual() -> Option<Self> {
        let place = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let directory = if cfg!(windows) {
            place("LOCALAPPDATA")
        } else {
            place("XDG_STATE_HOME").or_else(|| place("HOME").map(|home| home.join(".local/state")))
        };
        directory.map(|directory| Self::within(&directory.join("imcscan")))
    }

    /// Returns the file in a directory.
    #[must_use]
    pub fn within(directory: &Path) -> Self {
        Self { directory: directory.to_path_buf() }
    }

    /// Reads what is remembered; nothing when there is no file or it is not understood.
    #[must_use]
    pub fn load(&self) -> States {
        let most = MAX_BYTES as u64 + 1;
        let place = self.directory.join(NAME);
        let mut bytes = Vec::new();
        let opened = freely(move || fs::File::open(place)).flatten();
        let read = opened.and_then(|file| file.take(most).read_to_end(&mut bytes));
        if read.is_ok() { States::decode(&bytes) } else { States::default() }
    }

    /// Keeps what is remembered, unless that would be within the evidence.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, states: &States, evidence: &Path) -> Result<(), ExportError> {
        let (place, bytes, evidence) = (self.clone(), states.encode(), evidence.to_path_buf());
        let gone = access(&self.directory);
        freely(move || place.replace(&bytes, &evidence)).map_err(gone)?
    }

    fn replace(&self, bytes: &[u8], evidence: &Path) -> Result<(), ExportError> {
        keep_out(&self.directory, evidence)?;
        make(&self.directory).map_err(access(&self.directory))?;
        let (path, fresh) = (self.directory.join(NAME), self.directory.join(format!("{NAME}.{}", process::id())));
        let write = || {
            // What a process of this number left behind when it was killed is no longer wanted.
            let _ = fs::remove_file(&fresh);
            create(&fresh)?.write_all(bytes)?;
            fs::rename(&fresh, &path)
        };
        write().map_err(|source| {
            let _ = fs::remove_file(&fresh);
            ExportError::Write { path: path.clone(), source }
        })
    }
}

/// Makes the directory; on Unix for its owner only, since it names what was looked for.
fn make(directory: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Sha256Digest, state::State};

    #[test]
    fn states_are_kept_outside_of_the_evidence() {
        let temp = tempfile::tempdir().unwrap();
        let backup = temp.path().join("Backup");
        fs::create_dir(&backup).unwrap();
        let file = StateFile::within(&temp.path().join("a/b"));
        assert_eq!(file.load(), States::default());
        let mut states = States::default();
        for filter in ["one", "two"] {
            states.remember(&Sha256Digest::of(b"1"), State { filter: filter.into(), ..State::default() });
            file.save(&states, &backup).unwrap();
            assert_eq!(file.load(), states);
        }
        assert_eq!(fs::read_dir(temp.path().join("a/b")).unwrap().count(), 1);
        assert!(StateFile::within(&backup.join("state")).save(&states, &backup).is_err());
        assert_eq!(fs::read_dir(&backup).unwrap().count(), 0);
    }
}
