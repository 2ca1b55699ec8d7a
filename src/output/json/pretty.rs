//! JSON with two blanks for each level, byte for byte what serde_json's own pretty form is, written in few and large pieces: a report of
//! 100,000 messages has some eight million lines, and each would be half a dozen calls of a writer that is not known until it runs.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

use super::visible::Visible;

/// Bytes that are handed to the writer at once.
const PIECE: usize = 64 << 10;
/// A new line and the blanks of the deepest level that takes one piece only.
const LINE: &[u8] = b"\n                                                                ";

/// Writes a value and a line end.
pub(super) fn write_pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(PIECE, out);
    let written = value.serialize(&mut Serializer::with_formatter(&mut out, Visible(Indented::default()))).map_err(io::Error::from);
    match written.and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) => {
            // What a writer refused is not offered to it once more when the buffer is dropped.
            drop(out.into_parts());
            Err(error)
        }
    }
}

/// Begins a line for each value and closing bracket, but for those of empty lists and objects.
#[derive(Default)]
struct Indented {
    level: usize,
    has_value: bool,
}

impl Indented {
    fn line(&self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let blanks = self.level.saturating_mul(2);
        match LINE.get(..=blanks) {
            Some(line) => out.write_all(line),
            None => out.write_all(b"\n").and_then(|()| (0..blanks).try_for_each(|_| out.write_all(b" "))),
        }
    }

    fn open(&mut self, out: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        self.level = self.level.saturating_add(1);
        self.has_value = false;
        out.write_all(bracket)
    }

    fn close(&mut self, out: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        self.level = self.level.saturating_sub(1);
        if self.has_value {
            self.line(out)?;
        }
        out.write_all(bracket)
    }

    fn next(&self, out: &mut (impl Write + ?Sized), is_first: bool) -> io::Result<()> {
        if !is_first {
            out.write_all(b",")?;
        }
        self.line(out)
    }
}

impl Formatter for Indented {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        self.next(out, is_first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        self.next(out, is_first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check(value: &Value) {
        let mut out = Vec::new();
        write_pretty(&mut out, value).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string_pretty(value).unwrap() + "\n");
    }

    #[test]
    fn the_bytes_are_those_of_the_usual_pretty_form() {
        check(&json!(null));
        check(&json!([]));
        check(&json!({}));
        check(&json!([[], {}, [[]], 1, "a\n\u{1}é", true]));
        check(&json!({ "a": [], "b": { "c": [{ "d": {} }, 2.5], "e": null }, "f": "\\" }));
        check(&(0..40).fold(json!("deep"), |inner, _| json!([inner, { "x": 1 }])));
    }

    #[test]
    fn a_writer_that_fails_is_told_and_not_asked_again() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                self.0 += 1;
                Err(io::Error::from(io::ErrorKind::StorageFull))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut full = Full(0);
        let error = write_pretty(&mut full, &vec!["some text"; PIECE]).unwrap_err();
        assert_eq!((error.kind(), full.0), (io::ErrorKind::StorageFull, 1));
    }
}
