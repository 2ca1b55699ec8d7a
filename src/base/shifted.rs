//! Seven-bit encodings that switch their meaning in the middle and that encoding_rs refuses: UTF-7 (RFC 2152), ISO-2022-KR (RFC 1557)
//! and HZ (RFC 1843). Decoding only: nothing here needs to write them.

use super::double_byte::{Step, decode_steps};

/// Decodes UTF-7; the second value tells whether something was lost.
pub(super) fn utf7(bytes: &[u8]) -> (String, bool) {
    let mut text = String::with_capacity(bytes.len());
    let mut lossy = false;
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'+' {
            lossy |= !byte.is_ascii();
            text.push(if byte.is_ascii() { char::from(byte) } else { char::REPLACEMENT_CHARACTER });
            continue;
        }
        let length = rest.iter().position(|&each| sextet(each).is_none()).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        rest = after.strip_prefix(b"-").unwrap_or(after);
        if run.is_empty() && after.first() == Some(&b'-') {
            text.push('+');
        } else {
            lossy |= run.is_empty() | push_utf16(&mut text, run);
        }
    }
    (text, lossy)
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

fn push_utf16(text: &mut String, run: &[u8]) -> bool {
    let (mut bits, mut count, mut lossy) = (0_u32, 0, false);
    let mut units = Vec::with_capacity(run.len() * 3 / 8 + 1);
    for value in run.iter().filter_map(|&byte| sextet(byte)) {
        bits = (bits << 6 | value) & 0x3F_FFFF;
        count += 6;
        if count >= 16 {
            count -= 16;
            units.extend(u16::try_from(bits >> count & 0xFFFF).ok());
        }
    }
    text.extend(char::decode_utf16(units).map(|unit| {
        unit.unwrap_or_else(|_| {
            lossy = true;
            char::REPLACEMENT_CHARACTER
        })
    }));
    // What is left over is padding and must be shorter than a sextet and zero.
    lossy || count >= 6 || bits & ((1 << count) - 1) != 0
}

/// Decodes ISO-2022-KR: SO turns to KS X 1001, SI and a line end back to ASCII.
pub(super) fn iso_2022_kr(bytes: &[u8]) -> (String, bool) {
    let mut shifted = false;
    decode_steps(bytes, |rest| match *rest {
        // The announcement that stands once in front of the text.
        [0x1B, b'$', b')', b'C', ..] => Step::Skip(4),
        [byte @ (0x0E | 0x0F), ..] => {
            shifted = byte == 0x0E;
            Step::Skip(1)
        }
        [first @ 0x21..=0x7E, second @ 0x21..=0x7E, ..] if shifted => pair(encoding_rs::EUC_KR, first, second),
        _ => ascii(rest, &mut shifted),
    })
}

/// Decodes HZ: `~{` turns to GB 2312, `~}` back, `~~` is a tilde.
pub(super) fn hz(bytes: &[u8]) -> (String, bool) {
    let mut shifted = false;
    decode_steps(bytes, |rest| match *rest {
        [b'~', brace @ (b'{' | b'}'), ..] => {
            shifted = brace == b'{';
            Step::Skip(2)
        }
        [b'~', b'\n', ..] if !shifted => Step::Skip(2),
        [b'~', b'~', ..] if !shifted => Step::Char('~', 2),
        [first @ 0x21..=0x77, second @ 0x21..=0x7E, ..] if shifted => pair(encoding_rs::GBK, first, second),
        _ => ascii(rest, &mut shifted),
    })
}

fn ascii(rest: &[u8], shifted: &mut bool) -> Step {
    let Some(&byte) = rest.first().filter(|byte| byte.is_ascii()) else { return Step::Invalid(1) };
    *shifted &= !matches!(byte, b'\r' | b'\n');
    Step::Char(char::from(byte), 1)
}

fn pair(encoding: &'static encoding_rs::Encoding, first: u8, second: u8) -> Step {
    let wire = [first | 0x80, second | 0x80];
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(&wire);
    decoded.and_then(|text| text.chars().next()).map_or(Step::Invalid(2), |c| Step::Char(c, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_of_the_rfcs_are_read() {
        assert_eq!(utf7(b"A+ImIDkQ."), ("A\u{2262}\u{0391}.".to_owned(), false));
        assert_eq!(utf7(b"Hi Mom -+Jjo--!"), ("Hi Mom -\u{263a}-!".to_owned(), false));
        assert_eq!(utf7(b"1 +- 1"), ("1 + 1".to_owned(), false));
        assert_eq!(iso_2022_kr(b"\x1b$)CA\x0e0!\x0fB"), ("A가B".to_owned(), false));
        assert_eq!(hz(b"a~{<:Ky2;~}~~b"), ("a己所不~b".to_owned(), false));
    }

    #[test]
    fn faults_are_lossy_and_never_stop_the_text() {
        assert!(utf7(b"+ x").1);
        assert!(utf7(b"+2D8-").1);
        assert!(utf7(b"\xe9").1);
        assert_eq!(iso_2022_kr(b"\x0e0\nA!\xff"), ("0\nA!\u{fffd}".to_owned(), true));
        for decode in [utf7, iso_2022_kr, hz] {
            for byte in 0..=255 {
                decode(&[b'+', byte, b'~', byte, 0x0e, byte]);
            }
        }
    }
}
