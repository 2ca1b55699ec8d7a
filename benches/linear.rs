//! How long each case of growth takes at a size, twice and four times it:
//! `cargo run --release --features testing --example linear -- [DIVISOR] [CASE]...`. With `steps CASE` in front of a counter of instructions,
//! which is how `tests/integration/linear.rs` uses it.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench that cannot measure has to fail, and one that can has to say what"
)]

#[path = "../tests/integration/linear_cases/mod.rs"]
mod linear_cases;

use std::{env, fs};

use imcscan::testing::fixture::FixtureFile;

fn main() {
    let mut wanted: Vec<String> = env::args().skip(1).collect();
    if wanted.first().is_some_and(|first| first == "steps") {
        return linear_cases::all().iter().filter(|case| wanted.iter().any(|name| *name == case.name)).for_each(steps);
    }
    let divisor: usize = wanted.first().and_then(|first| first.parse().ok()).unwrap_or(1);
    wanted.retain(|name| name.parse::<usize>().is_err());
    for case in linear_cases::all() {
        if wanted.is_empty() || wanted.iter().any(|name| *name == case.name) {
            let size = (case.size / divisor).max(1);
            let [first, second, fourth] = [1, 2, 4].map(|times| seconds(&(case.make)(size * times)));
            let mark = if second > 2.6 * first || fourth > 2.6 * second { "!" } else { "" };
            println!("{:28} {size:8} {first:8.3} {second:8.3} {fourth:8.3} {:5.2} {:5.2} {mark}", case.name, second / first, fourth / second);
        }
    }
}

/// Runs a case with one part, with some and with twice as many; what counts instructions tells the runs apart by the function.
fn steps(case: &linear_cases::Case) {
    let size = (case.size / 32).max(8);
    // What is made once for the whole process is made before anything is counted.
    assert!(linear_cases::run(&(case.make)(2 * size)) > 0, "nothing was written");
    for parts in [1, size, 2 * size] {
        assert!(measured(&(case.make)(parts)) > 0, "nothing was written");
    }
}

#[inline(never)]
fn measured(files: &[FixtureFile]) -> usize {
    linear_cases::run(files)
}

/// Returns the seconds of processor time that one run takes.
#[inline(never)]
fn seconds(files: &[FixtureFile]) -> f64 {
    let started = processor_seconds();
    assert!(linear_cases::run(files) > 0, "nothing was written");
    processor_seconds() - started
}

/// Linux counts the nanoseconds that a thread ran; other work on the machine does not show in them.
fn processor_seconds() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}
