//! The text of an HTML body. PR_HTML is bytes, and the page inside them says which characters they are; this asks it, and nothing more.

use encoding_rs::Encoding;

use crate::base::{CodePage, Text};

/// How far into a page a charset is looked for; browsers look as far.
const PRELUDE: usize = 1024;

/// Decodes an HTML body by its byte order mark, else its own charset, else the given code page.
pub(super) fn html_text(bytes: &[u8], fallback: CodePage) -> Text<'_> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decoded(encoding, bytes.get(mark..).unwrap_or_default());
    }
    match stated_charset(bytes) {
        Some(encoding) => decoded(encoding, bytes),
        None => fallback.decode(bytes),
    }
}

fn decoded<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Text<'a> {
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    Text { text, lossy }
}

/// Returns the encoding of the first `charset=` in the prelude.
fn stated_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    const MARK: &[u8] = b"charset=";
    let prelude = bytes.get(..PRELUDE).unwrap_or(bytes);
    let at = prelude.windows(MARK.len()).position(|window| window.eq_ignore_ascii_case(MARK))?;
    let value = prelude.get(at.checked_add(MARK.len())?..)?;
    let label = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
    let end = label.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_.:+".contains(byte)).unwrap_or(label.len());
    // A page that is read byte by byte up to here cannot be UTF-16, whatever it says.
    Encoding::for_label(label.get(..end)?).map(|encoding| if encoding.is_ascii_compatible() { encoding } else { encoding_rs::UTF_8 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], text: &str) {
        assert_eq!(html_text(bytes, CodePage(1251)), Text { text: text.into(), lossy: false });
    }

    #[test]
    fn the_page_says_its_characters() {
        check(b"\xef\xbb\xbf<p>\xc3\xa9", "<p>é");
        check(b"<META content=\"text/html; CHARSET=iso-8859-2\">\xb1", "<META content=\"text/html; CHARSET=iso-8859-2\">ą");
        check(b"<meta charset='utf-16'>\xc3\xa9", "<meta charset='utf-16'>é");
        check(b"<p>\xcf\xf0", "<p>Пр");
        check(b"<meta charset=nonsense>\xcf", "<meta charset=nonsense>П");
        check(b"charset=", "charset=");
    }
}
