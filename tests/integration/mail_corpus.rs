//! Where other projects' files lie. They are read in place and never copied; without them their tests say so and pass.

use std::{env, fs, path::PathBuf};

#[expect(clippy::print_stdout, reason = "a test that skips says so")]
/// Returns the files of a corpus folder that end in `extension`, sorted; none when the corpus is not there.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let root = env::var_os("IMCSCAN_CORPUS").map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus")), PathBuf::from);
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|each| each == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    if found.is_empty() {
        println!("skipped: no .{extension} in {}", root.join(folder).display());
    }
    found
}
