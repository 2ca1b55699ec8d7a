//! The real program in a known environment, whole reports through the library, and where the Backups of the tests lie.

use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::SystemTime,
};

use imcscan::base::Sha256Digest;
use serde_json::Value;

/// The program as built for these tests.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_imcscan");

/// One run of the program to be made: nothing of the environment of the tests reaches it.
pub(crate) struct Imcscan {
    command: Command,
}

/// How a run ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Imcscan {
    pub(crate) fn new() -> Self {
        let mut command = Command::new(PROGRAM);
        command.env_clear().env("COLUMNS", "80").env("TZ", "UTC").current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
        Self { command }
    }

    pub(crate) fn report(path: impl AsRef<OsStr>) -> Self {
        Self::new().arg("report").arg(path)
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments that hold no spaces themselves.
    pub(crate) fn args(mut self, args: &str) -> Self {
        self.command.args(args.split_whitespace());
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in another folder, so that paths in the report are the same everywhere.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn run(mut self) -> Ran {
        let output = self.command.output().unwrap();
        Ran { code: output.status.code().unwrap_or(-1), out: output.stdout, err: String::from_utf8(output.stderr).unwrap() }
    }

    /// Runs with a reader that takes so many bytes of the output and goes away.
    pub(crate) fn run_and_close_after(mut self, bytes: usize) -> Ran {
        let mut child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = vec![0; bytes];
        let mut pipe = child.stdout.take().unwrap();
        pipe.read_exact(&mut out).unwrap();
        drop(pipe);
        let ended = child.wait_with_output().unwrap();
        Ran { code: ended.status.code().unwrap_or(-1), out, err: String::from_utf8(ended.stderr).unwrap() }
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }

    /// Returns the only JSON document of the output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error}; exit {}, {}", self.code, self.err))
    }

    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.err);
        self
    }
}

/// Returns a folder of the project.
pub(crate) fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Returns the Backups of the project by name.
pub(crate) fn testdata() -> Vec<(String, PathBuf)> {
    folders(&project("testdata/backups"))
}

fn folders(place: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(place).unwrap().map(|entry| entry.unwrap());
    let mut found: Vec<_> =
        entries.filter(|entry| entry.path().is_dir()).map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect();
    found.sort();
    found
}

/// Copies a folder; the files are created in the order that `order` makes of their sorted paths.
pub(crate) fn copy(from: &Path, to: &Path, order: impl FnOnce(&mut Vec<PathBuf>)) {
    let mut files = Vec::new();
    walk(from, &mut |path, is_folder| {
        let place = to.join(path.strip_prefix(from).unwrap());
        if is_folder { fs::create_dir_all(place).unwrap() } else { files.push(path.to_path_buf()) }
    });
    files.sort();
    order(&mut files);
    for file in files {
        let place = to.join(file.strip_prefix(from).unwrap());
        fs::copy(&file, &place).unwrap();
        let modified = fs::metadata(&file).unwrap().modified().unwrap();
        fs::File::options().write(true).open(place).unwrap().set_modified(modified).unwrap();
    }
}

/// Returns a scratch copy of a Backup of the project.
pub(crate) fn scratch(name: &str) -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let story = temp.path().join(name);
    copy(&project("testdata/backups").join(name), &story, |_| ());
    (temp, story.join("Backup"))
}

fn walk(folder: &Path, meet: &mut dyn FnMut(&Path, bool)) {
    meet(folder, true);
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let is_folder = entry.file_type().unwrap().is_dir();
        if is_folder { walk(&entry.path(), meet) } else { meet(&entry.path(), false) }
    }
}

/// What must not change of one thing in the evidence: its kind (with permissions, owner, links and time of change where there are such), size,
/// time and contents.
pub(crate) type Trace = (String, u64, Option<SystemTime>, Option<String>);

/// Returns what must not change of the evidence. Nothing but regular files of up to 64 MiB is opened.
pub(crate) fn traces(root: &Path) -> BTreeMap<OsString, Trace> {
    let mut found = BTreeMap::new();
    walk(root, &mut |path, _| {
        let data = fs::symlink_metadata(path).unwrap();
        let is_small = data.is_file() && data.len() < 64 << 20;
        let digest = is_small.then(|| fs::read(path).ok()).flatten().map(|bytes| Sha256Digest::of(&bytes).to_string());
        found.insert(path.as_os_str().to_owned(), (kind(path, &data), data.len(), data.modified().ok(), digest));
    });
    found
}

#[cfg(unix)]
fn kind(path: &Path, data: &fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    let (mode, owner, changed) = (data.mode(), (data.uid(), data.gid()), (data.ctime(), data.ctime_nsec()));
    format!("{mode:o} {owner:?} {changed:?} {} {} {:?}", data.ino(), data.nlink(), fs::read_link(path).ok())
}

#[cfg(not(unix))]
fn kind(_: &Path, data: &fs::Metadata) -> String {
    format!("{:?} {:?}", data.file_type(), data.permissions())
}
