//! What strangers would write to hurt whoever looks at their evidence, and what each output may hold of it. The lists of characters are those
//! of Unicode and of the outputs' formats, not those of the program.

use unicode_general_category::get_general_category;

/// Texts by name; each is put into every field of every source.
pub(crate) fn payloads() -> Vec<(&'static str, String)> {
    let terminal = "\x1b[2J\x1b[31m\x1b]8;;http:x\x07y\x1b]8;;\x07\x1b]52;c;ZQ==\x07\x1bP$q\x1b\\\x1b_G\x1b\\\x1bc\x08\x7f\x0e\x0f\t.";
    let eight_bits = "\u{9b}31m\u{9d}0;x\u{9c}\u{90}q\u{9c}\u{9f}\u{98}\u{84}\u{80}.";
    let mut payloads: Vec<(&str, String)> = [
        (
            "invisible",
            "\u{202e}gpj.exe\u{202c}\u{2066}x\u{2067}y\u{2068}\u{2069}\u{200e}\u{200f}\u{61c}\u{202a}\u{202b}\u{202d}a\u{200b}\u{200c}\u{200d}\
             \u{2060}\u{feff}\u{ad}\u{34f}\u{fe0f}\u{e0101}\u{e0041}\u{e007f}\u{115f}\u{3164}\u{2800}\u{180e}.",
        ),
        (
            "no characters",
            "a\r\nCRITICAL  FAKE001 forged\rCRITICAL  FAKE001\nb\u{2028}CRITICAL  FAKE001\u{2029}c\u{85}d\x0be\x0cf\0g\u{fffe}\u{ffff}\u{fdd0}\
             \u{1fffe}\u{10ffff}\u{e000}\u{f8ff}\u{378}\u{fff9}\u{fffb}\u{600}\u{110bd}.",
        ),
        (
            "markup",
            "=cmd|' /C calc'!A0;=1+1; \"@x;\t-1</script><script>alert(1)</script><!--[x](javascript:x)![i](http://e/x)|*b*_i_`c`&lt;<img src=x>\
             \\u{1b}\\\\u{.",
        ),
        ("right to left", "שלום עולם مرحبا بالعالم नमस्ते สวัสดี 你好 👩🏽‍💻."),
    ]
    .map(|(name, text)| (name, text.to_owned()))
    .into();
    // A text of little else than control characters is told as no text at all, and its bytes are shown as bytes.
    payloads.push(("terminal", format!("{terminal}{}", "plain ".repeat(90))));
    payloads.push(("eight bits", format!("{eight_bits}{}", "plain ".repeat(40))));
    payloads.push(("marks", format!("z{}ก{}e{}.", "\u{301}".repeat(30), "\u{e49}".repeat(20), "\u{20dd}".repeat(9))));
    payloads.push(("long", "Lang ".repeat(180)));
    payloads
}

/// Returns whether a terminal would act upon a character, show nothing for it, or show what nobody knows.
pub(crate) fn is_raw(c: char) -> bool {
    matches!(get_general_category(c).abbreviation(), "Cc" | "Cf" | "Cs" | "Co" | "Cn" | "Zl" | "Zp")
        || matches!(u32::from(c), 0x34F | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x2800 | 0x3164 | 0xFE00..=0xFE0F | 0xFFA0 | 0xE0000..=0xE0FFF)
}

fn is_mark(c: char) -> bool {
    matches!(get_general_category(c).abbreviation(), "Mn" | "Me")
}

/// Asserts what holds for every output that a terminal may show: no raw character but line ends.
#[track_caller]
pub(crate) fn is_visible(text: &str, what: &str) {
    if let Some((at, c)) = text.char_indices().find(|(_, c)| *c != '\n' && is_raw(*c)) {
        let around: String = text[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().chain(text[at..].chars().take(60)).collect();
        panic!("{what}: {c:?} in {}", around.escape_debug());
    }
}

/// Asserts what holds for text that people read: visible, no marks stacked or on nothing, no line that evidence began.
#[track_caller]
pub(crate) fn is_readable(text: &str, what: &str) {
    is_visible(text, what);
    let mut marks = 4;
    for c in text.chars() {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        assert!(marks <= 4, "{what}: stacked marks");
    }
    let forged = text.lines().find(|line| line.starts_with("CRITICAL  FAKE001"));
    assert_eq!(forged, None, "{what}: a forged finding");
}

/// Asserts what holds for JSON: visible, harmless within a page, and read by others.
#[track_caller]
pub(crate) fn is_safe_json(text: &str, what: &str) {
    is_visible(text, what);
    assert!(!text.contains("</") && !text.contains("<!"), "{what}: ends a script element");
}

/// Asserts what holds for cells: visible, and no spreadsheet computes one, whether it parts cells at commas or at semicolons.
#[track_caller]
pub(crate) fn computes_nothing(text: &str, what: &str) {
    is_visible(text, what);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().unwrap().len();
    for row in reader.records() {
        let row = row.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(row.len(), columns, "{what}");
        for cell in row.iter().flat_map(|cell| cell.split(';')) {
            let begin = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
            assert!(!begin.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']), "{what}: {cell:?} is a formula");
        }
    }
}
