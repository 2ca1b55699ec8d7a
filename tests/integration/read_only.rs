//! The evidence is as it was before, whatever is done: by comparing everything about it before and after every command, by the system calls
//! of real runs, and by evidence that changes under the reader's hands.

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::Write,
    os::unix::{
        ffi::OsStrExt,
        fs::{PermissionsExt, symlink},
        net::UnixListener,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use imcscan::{
    base::Limits,
    scan::{Entry, Evidence},
};
use tempfile::TempDir;

use crate::common::{Imcscan, PROGRAM, copy, project, traces};

const LIST: &[u8] = b"Ann Ray,annr,GW1,GW2\r\nBob Hope,bobh,GW1,GW2\r\n";
const LOG: &[u8] = b"FAILURE,Ann Ray,annr,GW1,GW2,disk full,5/10/96 10:05:00\r\n";

/// Returns a folder with a Backup in `case`, that holds what a customer's disk may hold, and things outside that links point at.
fn strange_case() -> (TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let case = temp.path().join("case");
    let backup = case.join("Backup");
    copy(&project("testdata/backups/troubled/Backup"), &backup, |_| ());
    fs::create_dir(temp.path().join("outside")).unwrap();
    fs::write(temp.path().join("outside/secret"), "secret of somebody else").unwrap();
    fs::write(case.join("pilot.csv"), LIST).unwrap();
    fs::write(case.join("pilot.log"), LOG).unwrap();
    let queue = backup.join("Mtsin");
    for (name, target) in [("LINK.TNF", "../../../outside/secret"), ("AWAY", "../../../outside"), ("GONE.TNF", "nowhere"), ("ROUND", "../Mtsin")] {
        symlink(target, queue.join(name)).unwrap();
    }
    for place in [queue.join("PIPE.TNF"), backup.join("Imcfls.old"), case.join("PIPE.csv")] {
        assert!(Command::new("mkfifo").arg(place).status().unwrap().success());
    }
    drop(UnixListener::bind(queue.join("S")).unwrap());
    let long = "n".repeat(251) + ".TNF";
    for name in [b"caf\xe9\x1b[31m.TNF".as_slice(), b"two\nlines.TNF", b"..TNF", long.as_bytes()] {
        fs::write(queue.join(OsStr::from_bytes(name)), "x").unwrap();
    }
    fs::create_dir_all(backup.join("d/".repeat(60))).unwrap();
    (temp, case)
}

/// Everything in and beside the Backup becomes read-only, or is given back.
fn set_writable(case: &Path, writable: bool) {
    for path in traces(case).keys().map(Path::new).filter(|path| !path.is_symlink()) {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        let mode = if writable { mode | 0o200 } else { mode & !0o222 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// Runs every command that reads evidence.
fn run_every_command(case: &Path, out: &Path) {
    let backup = case.join("Backup");
    let first = |command: &str| Imcscan::new().args(command);
    for command in ["report", "report --ndjson", "report --json --threads 2", "messages --where text:price", "findings --format csv"] {
        first(command).arg(&backup).arg("--with").arg(case.join("pilot.csv")).run().ends_with(0);
    }
    first("messages --format json").arg(case).run().ends_with(0);
    for form in ["", "--json", "--hex"] {
        for file in ["Backup/Mtsout/00000008.TNF", "Backup/Imcpro.reg", "Backup/Imcobj.csv"] {
            first("decode").args(form).arg(case.join(file)).run().ends_with(0);
        }
    }
    first("migrate pilot.csv pilot.log").within(case).run().ends_with(0);
    first("migrate pilot.csv pilot.log --retry").arg(out.join("again.csv")).within(case).run().ends_with(0);
    assert!(fs::read_to_string(out.join("again.csv")).unwrap().starts_with("Ann Ray,annr"));
    dialogue(Command::new(PROGRAM), &backup, out);
    for command in ["explain PKG005", "rules", "config", "schema"] {
        first(command).within(&backup).run().ends_with(0);
    }
}

/// Looks through a Backup line by line, and saves a finding outside, after a try to save it within the evidence.
fn dialogue(mut command: Command, backup: &Path, out: &Path) {
    let mut child = command
        .args(["browse", "--plain"])
        .arg(backup)
        .current_dir(out)
        .env("XDG_STATE_HOME", out)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (inside, saved) = (backup.display(), out.join("saved"));
    let said = format!("findings\nsearch MSG143\nsave {inside}\nsave {0}\nmessages\nsave {0}\nfiles\nopen 2\nquit\n", saved.display());
    child.stdin.take().unwrap().write_all(said.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("never written to"), "{text}");
    assert!(fs::read_dir(saved).unwrap().count() == 3, "{text}");
}

#[test]
fn every_command_leaves_the_evidence_as_it_was() {
    let (temp, case) = strange_case();
    let out = temp.path().join("out");
    for writable in [true, false] {
        set_writable(&case, writable);
        fs::create_dir(&out).unwrap();
        let before = traces(&case);
        if writable {
            run_every_command(&case, &out);
        } else {
            Imcscan::report(case.join("Backup")).args("--json").run().ends_with(0);
            dialogue(Command::new(PROGRAM), &case.join("Backup"), &out);
        }
        let after = traces(&case);
        set_writable(&case, true);
        for (path, trace) in &before {
            assert_eq!(Some(trace), after.get(path), "{}", path.display());
        }
        assert_eq!(before.len(), after.len(), "something is new in the evidence");
        fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn a_packed_backup_stays_as_it_was() {
    let temp = tempfile::tempdir().unwrap();
    let place = temp.path().join("Backup.tar.gz");
    crate::scan::tar_gz(&project("testdata/backups/healthy-55/Backup"), &place);
    let before = traces(temp.path());
    for command in ["report --json", "messages --where text:price", "findings"] {
        Imcscan::new().args(command).arg(&place).run().ends_with(0);
    }
    assert_eq!(traces(temp.path()), before);
}

/// Reads access times before anything is read, which would change them.
fn access_times(root: &Path) -> Vec<(OsString, SystemTime)> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(place) = open.pop() {
        let data = fs::symlink_metadata(&place).unwrap();
        found.push((place.clone().into_os_string(), data.accessed().unwrap()));
        if data.is_dir() {
            open.extend(fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    found
}

/// On other systems a reader has no say in it.
#[cfg(target_os = "linux")]
#[test]
fn access_times_stay_too_where_the_files_are_the_users_own() {
    let temp = tempfile::tempdir().unwrap();
    let backup = temp.path().join("Backup");
    copy(&project("testdata/backups/healthy-55/Backup"), &backup, |_| ());
    let early = fs::FileTimes::new().set_accessed(SystemTime::UNIX_EPOCH + Duration::from_hours(24));
    let files: Vec<OsString> = traces(&backup).into_keys().filter(|path| Path::new(path).is_file()).collect();
    for path in &files {
        fs::File::open(path).unwrap().set_times(early).unwrap();
    }
    let of_files = || access_times(&backup).into_iter().filter(|(path, _)| files.contains(path)).collect::<Vec<_>>();
    let before = of_files();
    Imcscan::report(&backup).run().ends_with(0);
    assert_eq!(of_files(), before);
}

#[track_caller]
fn entry<'e>(evidence: &'e Evidence, path: &str) -> &'e Entry {
    evidence.entries().iter().find(|entry| entry.path.as_str() == path).unwrap()
}

/// Between listing and reading, the folder of a queue is exchanged for a link to a folder with the same names, then one above it.
#[test]
fn a_folder_exchanged_for_a_link_is_not_followed() {
    let (_temp, root) = crate::scan::backup("Backup");
    let outside = root.with_file_name("outside");
    crate::scan::write(&outside, "00000001", b"secret");
    crate::scan::write(&outside, "a/b/c", b"secret");
    crate::scan::write(&root, "a/b/c", b"mine");
    let evidence = Evidence::open(&root, &Limits::default()).unwrap();
    fs::rename(root.join("Mtsout"), root.join("moved")).unwrap();
    symlink(&outside, root.join("Mtsout")).unwrap();
    fs::rename(root.join("a"), root.join("moved a")).unwrap();
    symlink(outside.join("a"), root.join("a")).unwrap();
    for path in ["Mtsout/00000001", "a/b/c"] {
        let read = evidence.read(entry(&evidence, path));
        assert!(read.contents().error.is_some() && read.contents().bytes.is_empty(), "{path}: {:?}", read.contents());
    }
    // The folder that the user named may move: it is held open.
    fs::rename(&root, root.with_file_name("elsewhere")).unwrap();
    assert_eq!(evidence.read(entry(&evidence, "Imcsvc.reg")).contents().bytes, b"REGEDIT4\r\n");
}

/// A path of 8,000 bytes is longer than any call takes; it is read all the same.
#[test]
fn a_path_longer_than_the_system_takes_is_read() {
    let (_temp, root) = crate::scan::backup("Backup");
    let name = "d".repeat(250);
    let mut at = fs::File::open(&root).unwrap();
    for _ in 0..31 {
        rustix::fs::mkdirat(&at, &name, 0o755.into()).unwrap();
        at = rustix::fs::openat(&at, &name, rustix::fs::OFlags::DIRECTORY, rustix::fs::Mode::empty()).unwrap().into();
    }
    let made = rustix::fs::openat(&at, "deep", rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY, 0o644.into()).unwrap();
    fs::File::from(made).write_all(b"down here").unwrap();
    let evidence = Evidence::open(&root, &Limits::default()).unwrap();
    let path = format!("{name}/").repeat(31) + "deep";
    assert_eq!(evidence.read(entry(&evidence, &path)).contents().bytes, b"down here");
}

/// One traced run: its calls, one a line, with the paths behind file numbers.
#[cfg(target_os = "linux")]
mod traced {
    use super::*;

    /// Everything that names or changes files, speaks, or starts or ends programs; reading and writing of open files apart.
    const CALLS: &str = "trace=%file,%network,%process,ftruncate,fallocate,fchmod,fchown,fsetxattr,fremovexattr,flock,\
                         landlock_restrict_self,seccomp,kill,tkill,ptrace,mount,umount2,bpf,io_uring_setup";
    /// What no run may call, with success or without.
    const NEVER: &str = r"^(creat|unlink\w*|rename\w*|mkdir\w*|rmdir|mknod\w*|link|linkat|symlink\w*|chmod|fchmod\w*|\w?chown\w*|utim\w+|futimesat|truncate|ftruncate|fallocate|\w*setxattr\w*|\w*removexattr\w*|flock|socket|connect|bind|listen|accept4?|kill|tkill|ptrace|mount|umount2|bpf|io_uring_setup|fork|vfork|execveat)\(";
    const WRITING: &str = r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_TMPFILE";

    /// Returns the command under the tracer; none when it cannot be had, which is said.
    pub(super) fn tracer(log: &Path) -> Option<Command> {
        let tried = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
        if !tried.is_ok_and(|tried| tried.status.success()) {
            eprintln!("strace is not there or may not trace; system calls are not looked at");
            return None;
        }
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-s", "300", "-e", CALLS, "-o"]).arg(log).arg(PROGRAM);
        Some(command)
    }

    fn matches(pattern: &str, text: &str) -> bool {
        regex::Regex::new(pattern).unwrap().is_match(text)
    }

    /// Returns what is wrong with the calls of one run; `outputs` are the only places where anything may be made.
    pub(super) fn faults(log: &str, outputs: &[&Path]) -> Vec<String> {
        let calls: Vec<&str> = log.lines().filter_map(|line| Some(line.split_once(' ')?.1.trim_start())).collect();
        let is_output = |call: &str| outputs.iter().any(|output| call.contains(&format!("{}", output.display())));
        let is_open = |call: &str| call.starts_with("open");
        // Looked at by fstatat and readlink only.
        let is_special = |call: &str| matches(r"PIPE\.|Imcfls\.old|LINK\.TNF|GONE\.TNF|/S\b|AWAY|ROUND|secret", call);
        let is_wrong = |call: &&str| {
            let writes = matches(NEVER, call) || is_open(call) && matches(WRITING, call);
            writes && !is_output(call) || is_open(call) && is_special(call)
        };
        let mut wrong: Vec<String> = calls.iter().copied().filter(is_wrong).map(str::to_owned).collect();
        if calls.iter().filter(|call| call.starts_with("execve(")).count() != 1 {
            wrong.push("not only the program itself is started".to_owned());
        }
        let is_read = |call: &&str| is_open(call) && !matches("O_PATH|O_DIRECTORY|ENOENT", call) && call.contains("case/");
        let first = calls.iter().position(is_read).unwrap_or(0);
        for wall in ["landlock_restrict_self(", "seccomp("] {
            if calls.iter().position(|call| call.starts_with(wall)).is_none_or(|at| at >= first) {
                wrong.push(format!("no {wall} comes before the first evidence is opened"));
            }
        }
        wrong
    }

    #[track_caller]
    pub(super) fn check(log: &Path, outputs: &[&Path]) {
        let log = fs::read_to_string(log).unwrap();
        assert_eq!(faults(&log, outputs), [""; 0], "{log}");
    }
}

/// The look at the calls is one that sees.
#[cfg(target_os = "linux")]
#[test]
fn a_call_that_writes_speaks_or_starts_something_is_seen() {
    let walls = ["landlock_restrict_self(3, 0) = 0", "seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=9}) = 0"];
    let read = r#"openat(4</t/case/Backup>, "Imcfls", O_RDONLY|O_NOFOLLOW) = 5"#;
    let log = |calls: &[&str]| calls.iter().fold(String::new(), |log, call| log + "17 " + call + "\n");
    let good = ["execve(\"imcscan\") = 0", walls[0], walls[1], read];
    assert_eq!(traced::faults(&log(&good), &[]), [""; 0]);
    for bad in [
        r#"openat(AT_FDCWD, "/t/case/new", O_WRONLY|O_CREAT|O_EXCL, 0666) = 5"#,
        r#"openat2(4</t/case>, "Imcfls", {flags=O_RDWR}, 24) = 5"#,
        r#"openat(4</t/case/Backup>, "PIPE.TNF", O_RDONLY|O_NONBLOCK) = 5"#,
        r#"unlinkat(4</t/case>, "Imcfls", 0) = 0"#,
        r#"utimensat(AT_FDCWD, "/t/case", NULL, 0) = -1 EPERM"#,
        "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 5",
        "execve(\"/bin/true\") = -1 EPERM",
    ] {
        assert_eq!(traced::faults(&log(&[good.as_slice(), &[bad]].concat()), &[]).len(), 1, "{bad}");
    }
    let late = [good[0], read, walls[0], walls[1]];
    assert_eq!(traced::faults(&log(&late), &[]).len(), 2);
    let output = r#"openat(AT_FDCWD, "/t/out/again.csv", O_WRONLY|O_CREAT|O_EXCL, 0666) = 5"#;
    assert_eq!(traced::faults(&log(&[good.as_slice(), &[output]].concat()), &[Path::new("/t/out")]), [""; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn no_call_of_a_real_run_writes_speaks_or_starts_anything() {
    let (temp, case) = strange_case();
    let (log, out) = (temp.path().join("log"), temp.path().join("out"));
    fs::create_dir(&out).unwrap();
    let commands: &[(&str, &[&str])] = &[
        ("report --json --threads 3", &["Backup"]),
        ("messages --where text:price --threads 2", &["."]),
        ("decode --hex", &["Backup/Mtsout/00000008.TNF"]),
        ("migrate --format json", &["pilot.csv", "pilot.log"]),
    ];
    for (command, arguments) in commands {
        let Some(mut tracer) = traced::tracer(&log) else { return };
        let ran = tracer.args(command.split(' ')).args(*arguments).current_dir(&case).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        traced::check(&log, &[]);
    }
    let Some(mut tracer) = traced::tracer(&log) else { return };
    let again = out.join("again.csv");
    assert!(tracer.args(["migrate", "pilot.csv", "pilot.log", "--retry"]).arg(&again).current_dir(&case).output().unwrap().status.success());
    traced::check(&log, &[&again]);
    let Some(tracer) = traced::tracer(&log) else { return };
    dialogue(tracer, &case.join("Backup"), &out);
    traced::check(&log, &[&out]);
}
