//! The bytes that compact records are written in and read from: numbers of seven bits a byte, texts with their length in front, words of a
//! fixed list by their index. Written and read within the process only.

pub(super) fn index_of(words: &[&str], word: &str) -> u64 {
    words.iter().position(|known| *known == word).unwrap_or(words.len().saturating_sub(1)) as u64
}

/// Seven bits a byte, the highest bit saying that more follow.
pub(super) fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7F) as u8);
}

pub(super) fn flag(out: &mut Vec<u8>, value: bool) {
    out.push(u8::from(value));
}

pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// A text one longer than it is, so that 0 stands for none.
pub(super) fn optional_text(out: &mut Vec<u8>, text: Option<&str>) {
    number(out, text.map_or(0, |text| text.len() as u64 + 1));
    out.extend_from_slice(text.unwrap_or_default().as_bytes());
}

/// Returns the text of bytes that were text; checking them is much faster than looking for what to replace.
fn boxed(bytes: &[u8]) -> Box<str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes).into(), Box::from)
}

/// What is left to read; none is returned when the bytes are wrong.
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.first_chunk::<N>().copied()
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array::<1>()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    pub(super) fn count(&mut self) -> Option<usize> {
        self.number().and_then(|count| usize::try_from(count).ok())
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        self.array::<1>().map(|[byte]| byte != 0)
    }

    pub(super) fn text(&mut self) -> Option<Box<str>> {
        let length = self.count()?;
        self.take(length).map(boxed)
    }

    pub(super) fn skip_text(&mut self) -> Option<()> {
        let length = self.count()?;
        self.take(length).map(|_| ())
    }

    #[expect(clippy::option_option, reason = "outer none: the bytes are wrong; inner none: the record has no such text")]
    pub(super) fn optional_text(&mut self) -> Option<Option<Box<str>>> {
        match self.count()? {
            0 => Some(None),
            length => Some(Some(boxed(self.take(length - 1)?))),
        }
    }

    pub(super) fn word(&mut self, words: &[&'static str]) -> Option<&'static str> {
        words.get(self.count()?).copied()
    }

    pub(super) fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Box<[T]>> {
        let count = self.count()?;
        let mut items = Vec::with_capacity(count.min(self.0.len()));
        for _ in 0..count {
            items.push(read(self)?);
        }
        Some(items.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        number(&mut bytes, u64::MAX);
        flag(&mut bytes, true);
        text(&mut bytes, "\u{17d}lu\u{165}");
        optional_text(&mut bytes, None);
        optional_text(&mut bytes, Some(""));
        number(&mut bytes, index_of(&["a", "b"], "b"));
        let mut from = Cursor(&bytes);
        assert_eq!((from.number(), from.flag(), from.text().as_deref()), (Some(u64::MAX), Some(true), Some("\u{17d}lu\u{165}")));
        assert_eq!((from.optional_text(), from.optional_text()), (Some(None), Some(Some("".into()))));
        assert_eq!((from.word(&["a", "b"]), from.flag()), (Some("b"), None));
    }

    #[test]
    fn a_count_beyond_the_bytes_takes_no_memory() {
        let mut bytes = Vec::new();
        number(&mut bytes, u64::from(u32::MAX));
        assert_eq!(Cursor(&bytes).list(Cursor::flag), None);
    }
}
