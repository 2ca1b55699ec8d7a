//! What a confined thread may reach, and how far it could be confined; both as plain values.

use std::{fmt, path::PathBuf};

/// What a confined thread may still reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Files that may be read.
    pub files: Vec<PathBuf>,
    /// Folders that may be read, with everything beneath.
    pub beneath: Vec<PathBuf>,
    /// Folders whose names may be listed, with those beneath.
    pub names: Vec<PathBuf>,
}

/// What stands around a thread; the error of a wall says why it does not stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walls {
    /// Landlock, with the version of its interface.
    pub landlock: Result<i32, String>,
    /// seccomp.
    pub seccomp: Result<(), String>,
}

impl Walls {
    /// Returns why not all walls stand; none when they do. Any version of Landlock counts: what older ones let through (to cut files, TCP, to
    /// control devices) seccomp refuses.
    #[must_use]
    pub fn lack(&self) -> Option<String> {
        let lacks = [self.landlock.as_ref().err(), self.seccomp.as_ref().err()].map(|lack| lack.map(String::as_str));
        let lacks: Vec<&str> = lacks.into_iter().flatten().collect();
        (!lacks.is_empty()).then(|| lacks.join("; "))
    }
}

impl Policy {
    /// Returns both policies as one.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        let Self { files, beneath, names } = other;
        self.files.extend(files);
        self.beneath.extend(beneath);
        self.names.extend(names);
        self
    }

    /// Returns what is said of these walls.
    #[must_use]
    pub fn told(&self, walls: &Walls) -> String {
        let files = match &walls.landlock {
            Ok(version) => format!("Landlock ABI {version}: reads {self}, writes nothing"),
            Err(lack) => format!("no Landlock: {lack}; it reads where you may"),
        };
        let calls = match &walls.seccomp {
            Ok(()) => "seccomp: no network, no new programs, nothing opened for writing".to_owned(),
            Err(lack) => format!("no seccomp: {lack}; no system call is refused"),
        };
        format!("{files}; {calls}")
    }
}

/// Paths that are named one by one.
const NAMED: usize = 4;

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, beneath, names } = self;
        let files = files.iter().map(|path| path.display().to_string());
        let beneath = beneath.iter().map(|path| format!("beneath {}", path.display()));
        let names = names.iter().map(|path| format!("names in {}", path.display()));
        let all: Vec<String> = beneath.chain(names).chain(files).collect();
        match all.get(NAMED..).map_or(0, <[String]>::len) {
            _ if all.is_empty() => f.write_str("nothing"),
            0 => write!(f, "only {}", all.join(", ")),
            more => write!(f, "only {} and {more} more beside", all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walls_are_told_as_they_stand() {
        let policy = Policy { files: vec!["/a.csv".into()], beneath: vec!["/b".into()], names: vec!["/".into()] };
        let both = Walls { landlock: Ok(4), seccomp: Ok(()) };
        assert_eq!(both.lack(), None);
        assert_eq!(
            policy.told(&both),
            "Landlock ABI 4: reads only beneath /b, names in /, /a.csv, writes nothing; seccomp: no network, no new programs, nothing opened for writing"
        );
        let none = Walls { landlock: Err("not built in".into()), seccomp: Err("no such call".into()) };
        assert_eq!(none.lack().as_deref(), Some("not built in; no such call"));
        assert_eq!(policy.told(&none), "no Landlock: not built in; it reads where you may; no seccomp: no such call; no system call is refused");
    }

    #[test]
    fn many_paths_are_counted() {
        let policy = Policy { files: vec!["/f".into(); 6], ..Policy::default() };
        assert_eq!(policy.to_string(), "only /f, /f, /f, /f and 2 more beside");
        assert_eq!(Policy::default().to_string(), "nothing");
    }
}
