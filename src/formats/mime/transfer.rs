//! The transfer encodings of MIME (RFC 2045 6.7 and 6.8), read as far as they go: a bad character is passed over and said.

/// What is wrong with base64 text; the first fault counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Base64Fault {
    /// Nothing.
    #[default]
    None,
    /// A character that is neither of the alphabet nor white space.
    BadCharacter,
    /// The characters do not come in fours.
    LengthNotMultipleOf4,
    /// Something follows the padding.
    DataAfterPadding,
    /// Padding stands where it cannot.
    PaddingInside,
}

impl Base64Fault {
    /// Returns the stable name, for example `bad-character`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::BadCharacter => "bad-character",
            Self::LengthNotMultipleOf4 => "length-not-multiple-of-4",
            Self::DataAfterPadding => "data-after-padding",
            Self::PaddingInside => "padding-inside",
        }
    }
}

/// Bytes that base64 gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Base64 {
    pub(super) bytes: Vec<u8>,
    pub(super) fault: Base64Fault,
    /// Position of the first fault.
    pub(super) at: usize,
}

/// Decodes base64.
pub(super) fn base64(text: &[u8]) -> Base64 {
    let mut decoded = Base64 { bytes: Vec::with_capacity(text.len() / 4 * 3 + 3), ..Base64::default() };
    let (mut quantum, mut count, mut padding) = (0_u32, 0_u32, 0_u32);
    for (at, &byte) in text.iter().enumerate() {
        if let Some(value) = sextet(byte) {
            if padding > 0 {
                // Two parts that somebody joined: what follows is read as a new text.
                decoded.fault(if (count + padding) % 4 == 0 { Base64Fault::DataAfterPadding } else { Base64Fault::PaddingInside }, at);
                decoded.flush(quantum, count);
                (quantum, count, padding) = (0, 0, 0);
            }
            quantum = quantum << 6 | value;
            count += 1;
            if count == 4 {
                decoded.flush(quantum, count);
                (quantum, count) = (0, 0);
            }
        } else if byte == b'=' {
            padding += 1;
            if count < 2 || count + padding > 4 {
                decoded.fault(if count == 0 && padding > 0 { Base64Fault::DataAfterPadding } else { Base64Fault::PaddingInside }, at);
            }
        } else if !byte.is_ascii_whitespace() {
            decoded.fault(Base64Fault::BadCharacter, at);
        }
    }
    if count > 0 && count + padding < 4 {
        decoded.fault(Base64Fault::LengthNotMultipleOf4, text.len());
    }
    decoded.flush(quantum, count);
    decoded
}

impl Base64 {
    fn fault(&mut self, fault: Base64Fault, at: usize) {
        if self.fault == Base64Fault::None {
            self.fault = fault;
            self.at = at;
        }
    }

    /// Adds the whole bytes of two to four sextets.
    fn flush(&mut self, quantum: u32, count: u32) {
        let [_, bytes @ ..] = (quantum << (6 * (4 - count.min(4)))).to_be_bytes();
        let whole = usize::try_from(count * 6 / 8).unwrap_or(0);
        self.bytes.extend_from_slice(bytes.get(..whole).unwrap_or_default());
    }
}

fn sextet(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// Decodes quoted-printable; the second value is the position of the first `=` that begins nothing, which then stays as it is.
pub(super) fn quoted_printable(text: &[u8]) -> (Vec<u8>, Option<usize>) {
    let mut bytes = Vec::with_capacity(text.len());
    let mut fault = None;
    let mut at = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let body = line.trim_ascii_end();
        let end = if line.ends_with(b"\r\n") { b"\r\n".as_slice() } else { line.get(line.len().saturating_sub(1)..).unwrap_or_default() };
        let (body, is_soft) = body.strip_suffix(b"=").map_or((body, false), |body| (body, true));
        escaped(body, at, &mut (&mut bytes, &mut fault));
        if end.ends_with(b"\n") {
            // Blanks at the end of a line were added on the way and do not count.
            bytes.extend_from_slice(if is_soft { b"" } else { end });
        } else if is_soft {
            fault = fault.or(Some(at + body.len()));
        } else {
            bytes.extend_from_slice(line.get(body.len()..).unwrap_or_default());
        }
        at += line.len();
    }
    (bytes, fault)
}

fn escaped(body: &[u8], start: usize, (bytes, fault): &mut (&mut Vec<u8>, &mut Option<usize>)) {
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        match (byte, hex_pair(after)) {
            (b'=', Some(value)) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
                continue;
            }
            (b'=', None) if fault.is_none() => **fault = Some(start + body.len() - rest.len()),
            _ => {}
        }
        bytes.push(byte);
        rest = after;
    }
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digits = bytes.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Decodes the Q encoding of encoded words, where `_` is a blank (RFC 2047 4.2).
pub(super) fn quoted_printable_word(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text.iter().map(|&byte| if byte == b'_' { b' ' } else { byte }).collect();
    let mut bytes = Vec::with_capacity(spaced.len());
    escaped(&spaced, 0, &mut (&mut bytes, &mut None));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, bytes: &[u8], fault: Base64Fault) {
        let decoded = base64(text.as_bytes());
        assert_eq!((decoded.bytes.as_slice(), decoded.fault), (bytes, fault));
    }

    #[test]
    fn base64_is_read_whatever_is_wrong_with_it() {
        check("SGVs\r\nbG8=\r\n", b"Hello", Base64Fault::None);
        check("SGVsbG8", b"Hello", Base64Fault::LengthNotMultipleOf4);
        check("SGVs*bG8=", b"Hello", Base64Fault::BadCharacter);
        check("SGVsbG8=IQ==", b"Hello!", Base64Fault::DataAfterPadding);
        check("SG=Vs", b"HV", Base64Fault::PaddingInside);
        check("", b"", Base64Fault::None);
        check("SGVs====", b"Hel", Base64Fault::DataAfterPadding);
    }

    #[test]
    fn quoted_printable_is_read_whatever_is_wrong_with_it() {
        assert_eq!(quoted_printable(b"caf=E9 =\r\nau lait  \r\n=3D"), (b"caf\xe9 au lait\r\n=".to_vec(), None));
        assert_eq!(quoted_printable(b"a=zz=\r\nb="), (b"a=zzb".to_vec(), Some(1)));
        assert_eq!(quoted_printable(b"x \n"), (b"x\n".to_vec(), None));
        assert_eq!(quoted_printable_word(b"a_=5F=Q"), b"a _=Q");
    }

    #[test]
    fn every_byte_anywhere_is_read() {
        for byte in 0..=255 {
            for at in 0..8 {
                let mut text = *b"SGVs=E9=";
                text[at] = byte;
                assert!(base64(&text).bytes.len() <= 8 && quoted_printable(&text).0.len() <= 8);
            }
        }
    }
}
