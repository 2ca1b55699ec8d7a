//! A folder that is held open: what lies in it is listed, looked at and opened from there, and no link is followed on the way.
//!
//! Whoever exchanges a folder for a link while a scan runs changes nothing: on Unix every step starts at a handle, names one part, and stops at
//! a link. A file system that is mounted below is part of the tree, as it is for whoever mounted it; only links are refused. Special files are
//! looked at and never opened; should one take the place of a file between the look and the opening, the opening neither waits nor takes a
//! terminal, and what was opened is looked at again.

#[cfg(unix)]
#[path = "unix.rs"]
mod system;

#[cfg(not(unix))]
#[path = "portable.rs"]
mod system;

pub(super) use system::{Folder, named_entry, named_file};

use std::{collections::BinaryHeap, ffi::OsString, io};

/// The names of one folder, sorted, at most so many as asked for, and whether there were more.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) sorted: Vec<OsString>,
    pub(super) cut: bool,
}

/// What is told of an entry that would have to be a regular file and is none.
const NO_FILE: &str = "no regular file";

/// Keeps the first names by name, whatever order the file system gives them in.
fn first(names: &mut dyn Iterator<Item = io::Result<OsString>>, most: usize) -> io::Result<Names> {
    let mut first = BinaryHeap::new();
    let mut cut = false;
    for name in names {
        first.push(name?);
        if first.len() > most {
            first.pop();
            cut = true;
        }
    }
    Ok(Names { sorted: first.into_sorted_vec(), cut })
}
