//! The program confines itself before it reads the first byte of evidence: what a forged file might make of it can neither write, nor speak to
//! anyone, nor start anything. Knows nothing of Backups; what has to stay readable is handed in.
//!
//! On Linux there are two walls, each of which stands without the other:
//! - *Landlock* (landlock(7), Linux 5.13) lets a thread reach the named files and folders, for reading alone.
//! - *seccomp* (seccomp(2)) refuses system calls. It is a list of what is refused and not of what is allowed: the calls that a C library makes
//!   differ between versions and processors, and a program that breaks on a new system is run with the sandbox off. What the list has to hold is
//!   known: sockets, new programs, other processes, mounts, the ways around (io_uring, x32 numbers), and whatever changes a file.
//!
//! Both hold for the calling thread and all that it starts, and for good. A thread that is started within [`confine`] may still create files, for
//! what the user wants saved. Elsewhere there are no walls; files are opened for reading only, whatever the system.

mod policy;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod calls;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[path = "linux.rs"]
mod system;

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[path = "elsewhere.rs"]
mod system;

pub use policy::{Policy, Walls};

/// Confines the calling thread and all that it starts from now on, as far as the system can. `exempt` runs when everything but writing and
/// reading files is refused already; a thread that it starts keeps these two.
pub fn confine(policy: &Policy, exempt: impl FnOnce()) -> Walls {
    system::confine(policy, exempt)
}
