//! Rich text, HTML and code pages.

use crate::{
    base::{CodePage, Limits},
    formats::{
        html,
        rtf::{self, RtfFault},
    },
    testing::{compressed_rtf, stored_rtf},
};

use super::check;

/// A reference of two bytes yields seventeen, and eight of them share a byte of flags.
const LZFU_RATIO: usize = 9;

/// Compressed RTF as it comes, never larger than it can be; and the bytes compressed and stored by the encoder, which come back alike.
pub(super) fn lzfu(bytes: &[u8]) {
    let limits = Limits::default();
    let found = check::decoded(bytes.len(), || rtf::decompress(bytes, &limits));
    assert!(found.bytes.len() <= bytes.len().saturating_mul(LZFU_RATIO), "{} bytes out of {}", found.bytes.len(), bytes.len());
    for written in [compressed_rtf(bytes), stored_rtf(bytes)] {
        let again = check::decoded(written.len(), || rtf::decompress(&written, &limits));
        assert!(*again.bytes == *bytes, "what was compressed comes back otherwise");
        // The bytes need not be RTF, only come back.
        let is_right = matches!(again.fault, RtfFault::None | RtfFault::NotRtf) && !again.crc.is_wrong() && again.trailing == 0;
        assert!(is_right, "{:?} {:?}", again.fault, again.crc);
    }
    // A limit below what is there cuts, and the part is a beginning of the whole.
    let few = Limits { rtf_bytes: 64, ..Limits::default() };
    let part = rtf::decompress(bytes, &few).value;
    assert!(part.bytes.len() <= few.rtf_bytes && found.bytes.starts_with(&part.bytes), "{} bytes against a limit of 64", part.bytes.len());
}

/// RTF to text and to the HTML that is encapsulated in it; neither grows beyond a multiple of the RTF.
pub(super) fn rtf(bytes: &[u8]) {
    let limits = Limits::default();
    let found = check::decoded(bytes.len(), || rtf::to_text(bytes, &limits));
    // A character of one byte takes three at most, an escape like `\emspace` more than it yields; code pages yield two characters at most.
    let most = bytes.len().saturating_mul(6).saturating_add(64);
    let html = found.html.as_ref().map_or(0, String::len);
    assert!(found.text.len() <= most && html <= most, "{} and {html} bytes out of {}", found.text.len(), bytes.len());
}

/// HTML to text, in the code page that it says itself or is given.
pub(super) fn html(bytes: &[u8]) {
    let limits = Limits::default();
    for page in [None, Some(CodePage::WINDOWS_1252), Some(CodePage(932))] {
        let body = check::steady(|| html::decode(bytes, page));
        let text = html::to_text(&body.html, &limits);
        assert!(text.len() <= body.html.len().saturating_mul(4).saturating_add(64), "{} bytes out of {}", text.len(), body.html.len());
    }
}

/// The first two bytes choose a code page, the rest is text in it: what decodes without loss and encodes again decodes to the same text.
pub(super) fn code_page(bytes: &[u8]) {
    let Some((number, text)) = bytes.split_first_chunk::<2>() else { return };
    let page = CodePage(u32::from(u16::from_le_bytes(*number)));
    for page in [page, CodePage(65000), CodePage(1361), CodePage(932), CodePage(50220), CodePage(437)] {
        let decoded = check::steady(|| page.decode(text));
        let written = page.encode(&decoded.text).filter(|_| !decoded.lossy);
        if let Some(written) = written {
            let again = page.decode(&written);
            assert_eq!(again.text, decoded.text, "code page {} reads otherwise what it wrote", page.0);
        }
    }
    let name = String::from_utf8_lossy(text);
    let _ = CodePage::from_charset(&name);
}
