//! The loop that the double-byte decoders of our own share. What a byte means is each decoder's matter.

/// What the bytes at a place mean, and how many of them.
pub(super) enum Step {
    /// A character.
    Char(char, usize),
    /// A switch that is no character.
    Skip(usize),
    /// Bytes that mean nothing.
    Invalid(usize),
}

/// Decodes by steps; each is handed what is left. The second value tells whether something was lost.
pub(super) fn decode_steps(bytes: &[u8], mut step: impl FnMut(&[u8]) -> Step) -> (String, bool) {
    let mut text = String::with_capacity(bytes.len());
    let mut lossy = false;
    let mut rest = bytes;
    while !rest.is_empty() {
        let length = match step(rest) {
            Step::Char(c, length) => {
                text.push(c);
                length
            }
            Step::Skip(length) => length,
            Step::Invalid(length) => {
                text.push(char::REPLACEMENT_CHARACTER);
                lossy = true;
                length
            }
        };
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    (text, lossy)
}
