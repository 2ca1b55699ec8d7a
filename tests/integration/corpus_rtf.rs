//! Compressed RTF of real messages against what several independent decoders made of it.

use std::fs;

use imcscan::{
    base::Limits,
    formats::rtf::{RtfFault, RtfOrigin, decompress, to_text},
};

use crate::mail_corpus::files;

#[test]
fn real_streams_unpack_byte_for_byte() {
    for path in files("compressed-rtf", "rtfc") {
        let data = fs::read(&path).unwrap();
        let decoded = decompress(&data, &Limits::default());
        assert_eq!(decoded.anomalies, [], "{}", path.display());
        assert_eq!(decoded.value.fault, RtfFault::None);
        assert!(decoded.value.bytes == fs::read(path.with_extension("rtf")).unwrap(), "{} differs", path.display());
    }
}

#[test]
fn every_prefix_of_a_real_stream_gives_a_prefix() {
    for path in files("compressed-rtf", "rtfc").iter().filter(|path| fs::metadata(path).unwrap().len() < 1500) {
        let data = fs::read(path).unwrap();
        let whole = decompress(&data, &Limits::default()).value.bytes.into_owned();
        for length in 0..data.len() {
            assert!(whole.starts_with(&decompress(&data[..length], &Limits::default()).value.bytes), "{} cut at {length}", path.display());
        }
    }
}

#[test]
fn real_rtf_gives_text_without_control_words() {
    for path in files("compressed-rtf", "rtf").into_iter().chain(files("rtf", "rtf")) {
        let rtf = fs::read(&path).unwrap();
        let decoded = to_text(&rtf, &Limits::default());
        let text = &decoded.value.text;
        assert!(!text.contains("\\par") && !text.contains("fonttbl") && !text.contains("htmltag"), "{}: {text}", path.display());
        assert!(!decoded.value.lossy, "{}: {:?}", path.display(), decoded.anomalies);
        if let (RtfOrigin::Html, Some(html)) = (decoded.value.origin, &decoded.value.html) {
            assert!(html.to_ascii_lowercase().contains("<html"), "{}: {html}", path.display());
            assert!(!html.contains("\\htmlrtf") && !html.contains("\\par"), "{}: {html}", path.display());
        }
        for length in (0..rtf.len()).step_by(rtf.len() / 200 + 1) {
            assert!(to_text(&rtf[..length], &Limits::default()).value.text.chars().count() <= length);
        }
    }
}
