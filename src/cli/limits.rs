//! `--limits FILE`: other bounds for a run; and `imcscan limits`, which writes such a file with every bound, its unit and its reason.
//!
//! ```toml
//! nesting = 100
//! rtf_bytes = 268_435_456
//! ```

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;
use toml::de::{DeInteger, DeTable, DeValue};

use crate::base::{LimitFault, Limits, limits::FIXED};

use super::{
    console::{Console, Failure},
    exit::Exit,
    user_file::{UserFileError, read_text},
};

/// Columns of the printed file.
const WIDTH: usize = 100;

/// Why a file of limits is not followed.
#[derive(Debug, Error)]
enum LimitsError {
    #[error(transparent)]
    File(#[from] UserFileError),
    #[error("the limits {}: line {line}: {fault}", path.display())]
    Meaning { path: PathBuf, line: usize, fault: Fault },
}

/// What is wrong with one line.
#[derive(Debug, Error)]
enum Fault {
    #[error("no TOML: {0}")]
    Syntax(String),
    #[error("no limit has the name {0}; `imcscan limits` prints all")]
    Unknown(String),
    #[error("{name} is a whole number from 1 to {most}, and not {written}")]
    Range { name: String, most: u64, written: String },
}

/// Reads the limits of a run; without a file all are at their default.
pub(super) fn load(path: Option<&Path>) -> Result<Limits, Failure> {
    let Some(path) = path else { return Ok(Limits::default()) };
    read(path).map_err(|error| Failure::Told(Exit::Usage, Box::new(error)))
}

fn read(path: &Path) -> Result<Limits, LimitsError> {
    let text = read_text("limits", path)?;
    limits(&text).map_err(|(at, fault)| LimitsError::Meaning { path: path.to_path_buf(), line: line_of(&text, at), fault })
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Returns the limits that a text sets, or what is wrong and where.
fn limits(text: &str) -> Result<Limits, (usize, Fault)> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (at, Fault::Syntax(error.message().trim().replace('\n', " ")))
    })?;
    let mut limits = Limits::default();
    for (name, value) in table.get_ref() {
        let at = name.span().start;
        let number = match value.get_ref() {
            DeValue::Integer(integer) => whole(integer),
            _ => None,
        };
        // Zero is out of every range, as is what is no whole number at all.
        limits.set(name.get_ref(), number.unwrap_or(0)).map_err(|fault| {
            let name = name.get_ref().to_string();
            let written = text.get(value.span()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            let fault = match fault {
                LimitFault::Unknown => Fault::Unknown(name),
                LimitFault::Range { most } => Fault::Range { name, most, written },
            };
            (at, fault)
        })?;
    }
    Ok(limits)
}

fn whole(integer: &DeInteger<'_>) -> Option<u64> {
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Prints a file of limits with every one at its default, and the bounds that cannot be set.
pub(super) fn print(console: &mut Console) -> Result<Exit, Failure> {
    let out = console.out();
    let mut comment = |text: &str| -> io::Result<()> {
        let wrapped = textwrap::wrap(text, WIDTH - 2);
        wrapped.iter().try_for_each(|line| writeln!(out, "# {line}"))
    };
    comment(
        "Bounds on what imcscan takes from evidence, for `--limits FILE`. Everything here is at its default. Each one that is hit is an anomaly of its file; each one that is not at its default is stated in the report.",
    )?;
    for limit in Limits::TABLE {
        let out = console.out();
        writeln!(out)?;
        let text = format!("{} {} Up to {} {}; hit: {}.", limit.what, limit.why, limit.most, limit.unit, limit.codes.join(", "));
        for line in textwrap::wrap(&text, WIDTH - 2) {
            writeln!(out, "# {line}")?;
        }
        writeln!(out, "{} = {}", limit.name, limit.default)?;
    }
    let out = console.out();
    writeln!(out, "\n# Bounds that cannot be set:")?;
    for fixed in FIXED {
        writeln!(out, "#")?;
        let text = format!("{} = {} {}. {}", fixed.name, fixed.value, fixed.unit, fixed.why);
        for line in textwrap::wrap(&text, WIDTH - 2) {
            writeln!(out, "# {line}")?;
        }
    }
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<Limits, (usize, &str)>) {
        let found = limits(text).map_err(|(at, fault)| (line_of(text, at), fault.to_string()));
        assert_eq!(found, expected.map_err(|(line, fault)| (line, fault.to_owned())));
    }

    #[test]
    fn what_is_set_is_followed() {
        check("", Ok(Limits::default()));
        check("nesting = 100\nrtf_bytes = 0x1_000\n", Ok(Limits { nesting: 100, rtf_bytes: 4096, ..Limits::default() }));
    }

    #[test]
    fn what_is_not_understood_is_named_with_its_line() {
        check("\nnestling = 100\n", Err((2, "no limit has the name nestling; `imcscan limits` prints all")));
        check("[limits]\nnesting = 1", Err((1, "no limit has the name limits; `imcscan limits` prints all")));
        for (written, line) in [("0", 1), ("-1", 1), ("257", 1), ("1.5", 1), ("'64'", 1), ("true", 1), ("[1]", 1), ("99999999999999999999", 1)] {
            let fault = format!("nesting is a whole number from 1 to 256, and not {written}");
            check(&format!("nesting = {written}\n"), Err((line, fault.as_str())));
        }
        let (at, fault) = limits("nesting = 1\nfiles = = 2\n").unwrap_err();
        assert!(line_of("nesting = 1\nfiles = = 2\n", at) == 2 && fault.to_string().starts_with("no TOML: "), "{fault}");
        let (_, fault) = limits("nesting = 1\nnesting = 2\n").unwrap_err();
        assert!(fault.to_string().starts_with("no TOML: "), "{fault}");
    }
}
