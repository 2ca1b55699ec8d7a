//! The program `imcscan`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    imcscan::cli::run()
}
