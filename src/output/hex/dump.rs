//! The lines of the dump: offset, up to sixteen bytes, their characters, and the field where it begins.

use std::{
    io::{self, Write},
    ops::Range,
};

use crate::{
    backup::{SingleFile, each_run, fields},
    base::{Limits, hex, printable},
};

const ACROSS: usize = 16;
/// Lines of one run that are shown whole; of longer ones the first four and the last one.
const LONGEST: u64 = 16;
const FIRST: u64 = 4;

/// Writes every byte of a file with the field that owns it.
///
/// # Errors
/// Whatever the writer says.
pub fn write(file: &SingleFile<'_>, limits: &Limits, out: &mut dyn Write) -> io::Result<()> {
    let map = fields(file, limits);
    let mut dump = Dump { bytes: file.bytes, secrets: file.secrets(), out };
    each_run(&map.fields, file.bytes.len() as u64, |run| dump.run(run.start, run.end, &run.label()))
}

struct Dump<'d> {
    bytes: &'d [u8],
    secrets: Vec<Range<u64>>,
    out: &'d mut dyn Write,
}

impl Dump<'_> {
    fn run(&mut self, start: u64, end: u64, label: &str) -> io::Result<()> {
        let label = if label.is_empty() { "unowned" } else { label };
        let across = ACROSS as u64;
        let lines = (end - start).div_ceil(across);
        if lines <= LONGEST {
            return self.lines(start..end, label);
        }
        let folded = start + FIRST * across..start + (lines - 1) * across;
        self.lines(start..folded.start, label)?;
        writeln!(self.out, "{:08x}  … {} bytes of {} …", folded.start, folded.end - folded.start, printable(label))?;
        self.lines(folded.end..end, "")
    }

    fn lines(&mut self, range: Range<u64>, label: &str) -> io::Result<()> {
        let mut label = Some(label).filter(|label| !label.is_empty());
        let index = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = self.bytes.get(index(range.start)..index(range.end)).unwrap_or_default();
        for (line, offset) in bytes.chunks(ACROSS).zip((range.start..).step_by(ACROSS)) {
            let (mut digits, mut characters) = (String::new(), String::new());
            for (&byte, at) in line.iter().zip(offset..) {
                let is_secret = self.is_secret(at);
                digits.push_str(&if is_secret { "**".to_owned() } else { hex(&[byte]) });
                digits.push(' ');
                characters.push(if (b' '..=b'~').contains(&byte) && !is_secret { char::from(byte) } else { '.' });
            }
            match label.take() {
                Some(label) => writeln!(self.out, "{offset:08x}  {digits:48} {characters:16}  {}", printable(label))?,
                None => writeln!(self.out, "{offset:08x}  {digits:48} {characters}")?,
            }
        }
        Ok(())
    }

    fn is_secret(&self, offset: u64) -> bool {
        let after = self.secrets.partition_point(|range| range.start <= offset);
        after.checked_sub(1).and_then(|index| self.secrets.get(index)).is_some_and(|range| range.contains(&offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn dump(name: &str, bytes: &[u8]) -> String {
        let limits = Limits::default();
        let mut out = Vec::new();
        write(&SingleFile::read(name, bytes, &limits), &limits, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fields_of_a_text_are_named() {
        let text = dump("x.reg", b"REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\X]\n\"RasPassword\"=\"hush\"\n\"A\"=dword:1\n");
        assert!(text.contains("REGEDIT4"), "{text}");
        assert!(text.contains("line 4 / value RasPassword / data"), "{text}");
        assert!(!text.contains("hush") && !text.contains("68 75 73 68"), "{text}");
    }

    #[test]
    fn long_runs_are_folded_with_their_count() {
        let text = dump("x", &[0; 1000]);
        assert!(text.contains("00000040  … 928 bytes of bytes of no known format …\n000003e0  00 "), "{text}");
        assert_eq!(text.lines().count(), 6);
    }

    /// Counts the bytes that the lines show or fold.
    fn covered(text: &str) -> usize {
        let line = |line: &str| match line.get(10..).unwrap().strip_prefix("… ") {
            Some(folded) => folded.split(' ').next().unwrap().parse().unwrap(),
            None => line.get(10..58).unwrap().split_whitespace().count(),
        };
        text.lines().map(line).sum()
    }

    #[test]
    fn every_prefix_of_every_kind_is_covered() {
        let samples: [(&str, &[u8]); 5] = [
            ("x.reg", b"REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\X]\r\n\"A\"=hex:01,\\\r\n  02\r\n@=\"d\"\r\n"),
            ("x.csv", b"Obj-Class,Common-Name\r\nMailbox,\"An\r\nna\"\r\n"),
            ("x.tnf", b"\x78\x9f\x3e\x22\x01\x00\x01\x06\x90\x08\x00\x04\x00\x00\x00\x00\x00\x01\x00\x01\x00\x02\x10\x80\x01\x00\x02\0\0\0a\0a\0"),
            ("spool", b"\x20\0\0\0ImCr\0\0\0\0\0\0\0\0<a@example.com>\0EwLsSubject: x\r\n\r\nbody"),
            ("x.eml", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n"),
        ];
        for (name, bytes) in samples {
            for end in 0..=bytes.len() {
                let text = dump(name, &bytes[..end]);
                assert_eq!(covered(&text), end, "{name} up to {end}:\n{text}");
                assert!(!text.contains("  unowned"), "{name} up to {end}:\n{text}");
            }
        }
    }

    #[test]
    fn an_empty_file_has_no_line() {
        assert_eq!(dump("x", b""), "");
    }

    #[test]
    fn names_out_of_the_file_are_escaped() {
        let text = dump("x.reg", b"REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\X]\n\"a\x1b[31m\"=dword:1\n");
        assert!(!text.contains('\u{1b}') && text.contains("\\u{1b}"), "{text}");
    }
}
