//! The walls around the program stand: a thread that is confined as the program confines itself tries everything that is promised not to
//! happen; and where the kernel lacks a wall, the program says so.

use std::{
    fs,
    net::{TcpListener, TcpStream, UdpSocket},
    os::unix::net::UnixStream,
    path::Path,
    process::Command,
    sync::mpsc::channel,
    thread,
};

use imcscan::sandbox::{Policy, Walls, confine};
use seccompiler::{SeccompAction, SeccompFilter, apply_filter};

use crate::common::{Imcscan, PROGRAM, Ran};

/// Does something in a thread of its own, whose walls end with it.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(work).join().unwrap())
}

/// Says on what the kernel is silent; what it lacks cannot be tested on it.
fn has_landlock(walls: &Walls) -> bool {
    if let Some(lack) = walls.lack() {
        eprintln!("not all walls stand here: {lack}");
    }
    walls.landlock.is_ok()
}

struct Places {
    _temp: tempfile::TempDir,
    evidence: std::path::PathBuf,
    outside: std::path::PathBuf,
}

fn places() -> Places {
    let temp = tempfile::tempdir().unwrap();
    let [evidence, outside] = ["evidence", "outside"].map(|name| temp.path().join(name));
    for place in [&evidence, &outside] {
        fs::create_dir(place).unwrap();
        fs::write(place.join("file"), "text").unwrap();
    }
    Places { _temp: temp, evidence, outside }
}

fn policy(places: &Places) -> Policy {
    Policy { beneath: vec![places.evidence.clone()], ..Policy::default() }
}

/// Tries everything that changes files at a place.
#[track_caller]
fn nothing_can_be_written(place: &Path) {
    let file = place.join("file");
    let refused = |what: &str, tried: std::io::Result<()>| {
        let error = tried.err().unwrap_or_else(|| panic!("{what} in {}", place.display()));
        assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied, "{what}: {error}");
    };
    refused("creating", fs::write(place.join("new"), "x"));
    refused("writing", fs::OpenOptions::new().write(true).open(&file).map(drop));
    refused("appending", fs::OpenOptions::new().append(true).open(&file).map(drop));
    refused("cutting", fs::OpenOptions::new().write(true).truncate(true).open(&file).map(drop));
    refused("removing", fs::remove_file(&file));
    refused("renaming", fs::rename(&file, place.join("other")));
    refused("making a folder", fs::create_dir(place.join("folder")));
    refused("linking", fs::hard_link(&file, place.join("hard")));
    refused("linking softly", std::os::unix::fs::symlink(&file, place.join("soft")));
    refused("closing up", fs::set_permissions(&file, fs::metadata(place).unwrap().permissions()));
    let unnamed = rustix::fs::OFlags::TMPFILE | rustix::fs::OFlags::WRONLY;
    refused("making a file without a name", rustix::fs::openat(rustix::fs::CWD, place, unnamed, 0o600.into()).map(drop).map_err(Into::into));
}

fn nobody_is_spoken_to_and_nothing_started(port: u16) {
    for tried in [
        TcpStream::connect(("127.0.0.1", port)).map(drop),
        TcpListener::bind("127.0.0.1:0").map(drop),
        UdpSocket::bind("127.0.0.1:0").map(drop),
        UnixStream::connect("/nowhere").map(drop),
        Command::new("true").status().map(drop),
        Command::new(PROGRAM).status().map(drop),
    ] {
        assert_eq!(tried.unwrap_err().kind(), std::io::ErrorKind::PermissionDenied);
    }
}

#[test]
fn a_confined_thread_reads_its_evidence_and_can_do_nothing_else() {
    let places = places();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    apart(|| {
        let walls = confine(&policy(&places), || ());
        assert_eq!(fs::read_to_string(places.evidence.join("file")).unwrap(), "text");
        assert_eq!(fs::read_dir(&places.evidence).unwrap().count(), 1);
        if has_landlock(&walls) {
            assert!(fs::read(places.outside.join("file")).is_err() && fs::read_dir(&places.outside).is_err());
        }
        if walls.seccomp.is_ok() {
            nobody_is_spoken_to_and_nothing_started(port);
            // What it starts is confined as well.
            thread::scope(|scope| scope.spawn(|| nobody_is_spoken_to_and_nothing_started(port)).join().unwrap());
        }
        if walls.lack().is_none() {
            nothing_can_be_written(&places.evidence);
            nothing_can_be_written(&places.outside);
        }
    });
    assert_eq!(fs::read_dir(&places.evidence).unwrap().count(), 1);
}

#[test]
fn only_the_exempt_thread_creates_files_and_it_speaks_to_nobody_either() {
    let places = places();
    let new = places.outside.join("new");
    apart(|| {
        let ((send, tasks), (answer, answered)) = (channel::<u16>(), channel());
        let place = new.clone();
        let walls = confine(&policy(&places), || {
            thread::spawn(move || {
                let port = tasks.recv().unwrap();
                fs::write(place, "saved").unwrap();
                if TcpStream::connect(("127.0.0.1", port)).is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied) {
                    answer.send(()).unwrap();
                }
            });
        });
        send.send(9).unwrap();
        assert!(answered.recv().is_ok() || walls.seccomp.is_err());
        assert!(fs::write(&new, "changed").is_err() || walls.lack().is_some());
    });
    assert_eq!(fs::read_to_string(new).unwrap(), "saved");
}

/// Runs the program where a system call does not exist.
fn without(call: i64, arguments: &str) -> Ran {
    apart(|| {
        let none = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
        let arch = std::env::consts::ARCH.try_into().unwrap();
        let filter = SeccompFilter::new([(call, Vec::new())].into(), SeccompAction::Allow, none, arch).unwrap();
        let program: seccompiler::BpfProgram = filter.try_into().unwrap();
        apply_filter(&program).unwrap();
        Imcscan::report("testdata/backups/siblings").args(arguments).run()
    })
}

const LANDLOCK_CREATE_RULESET: i64 = 444;
const OPENAT2: i64 = 437;

#[test]
fn a_kernel_that_lacks_a_wall_is_told_and_required_walls_are_not_waived() {
    let with_all = Imcscan::report("testdata/backups/siblings").args("--sandbox auto").run().ends_with(0);
    assert_eq!(with_all.err, "");
    if apart(|| confine(&Policy::default(), || ())).lack().is_some() {
        eprintln!("not all walls stand here; that they are told is looked at in part");
        return;
    }
    for (call, lack, left) in
        [(LANDLOCK_CREATE_RULESET, "no Landlock", "seccomp: no network, no new programs"), (libc::SYS_seccomp, "no seccomp", "Landlock ABI")]
    {
        let ran = without(call, "--verbose").ends_with(0);
        assert!(ran.err.contains(lack) && ran.err.contains(left) && ran.err.lines().count() == 1, "{}", ran.err);
        assert_eq!(ran.out, with_all.out);
        assert_eq!(without(call, "").ends_with(0).err, "");
        let ran = without(call, "--sandbox require").ends_with(69);
        assert!(ran.out.is_empty() && ran.err.starts_with("imcscan: --sandbox=require cannot be met here: "), "{}", ran.err);
        assert_eq!(ran.err.lines().count(), 1);
        assert!(without(call, "--sandbox off --verbose").ends_with(0).err.contains("sandbox: off"));
    }
    assert_eq!(without(OPENAT2, "--sandbox require").ends_with(0).out, with_all.out);
}

#[test]
fn the_walls_are_told_when_asked_for() {
    let ran = Imcscan::report("testdata/backups/healthy-55").args("--verbose").run().ends_with(0);
    assert!(ran.err.starts_with("imcscan: sandbox: ") && ran.err.contains("healthy-55") | ran.err.contains("no Landlock"), "{}", ran.err);
    let ran = Imcscan::new().args("decode -v --sandbox=off testdata/backups/healthy-55/Backup/Imcfls").run().ends_with(0);
    assert_eq!(ran.err, "imcscan: sandbox: off, as --sandbox=off asks\n");
    assert_eq!(Imcscan::report("testdata/backups/healthy-55").args("--sandbox=maybe").run().code, 2);
}
