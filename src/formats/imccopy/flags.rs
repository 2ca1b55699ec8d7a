//! The formatting flags of a domain (Q262126, whose table is read from the least significant bit up).

use std::fmt;

/// Field 4 of a DomainInformation record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FormatFlags(pub u32);

/// Flags that exclude or miss one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlagConflict {
    /// UUENCODE together with a MIME format.
    UuencodeWithMime,
    /// BinHex without UUENCODE.
    BinHexWithoutUuencode,
    /// More than one MIME format.
    SeveralMimeFormats,
    /// Neither UUENCODE nor a MIME format.
    NoFormat,
}

impl FormatFlags {
    /// Wrap text at the column of field 5.
    pub const WRAP: Self = Self(0x2);
    /// No display names to the Internet.
    pub const NO_DISPLAY_NAMES: Self = Self(0x4);
    /// UUENCODE.
    pub const UUENCODE: Self = Self(0x10);
    /// MIME, plain text only.
    pub const MIME_TEXT: Self = Self(0x20);
    /// BinHex for Macintosh attachments; needs UUENCODE.
    pub const BINHEX: Self = Self(0x40);
    /// No out-of-office replies to the Internet.
    pub const NO_OUT_OF_OFFICE: Self = Self(0x100);
    /// No automatic replies to the Internet.
    pub const NO_AUTO_REPLY: Self = Self(0x200);
    /// MIME, HTML only.
    pub const MIME_HTML: Self = Self(0x1_0000);
    /// MIME, HTML and plain text.
    pub const MIME_BOTH: Self = Self(0x2_0000);

    /// The documented bits with their names, lowest first.
    pub const NAMES: [(Self, &'static str); 9] = [
        (Self::WRAP, "wrap text at column"),
        (Self::NO_DISPLAY_NAMES, "no display names"),
        (Self::UUENCODE, "UUENCODE"),
        (Self::MIME_TEXT, "MIME plain text"),
        (Self::BINHEX, "BinHex"),
        (Self::NO_OUT_OF_OFFICE, "no out-of-office replies"),
        (Self::NO_AUTO_REPLY, "no automatic replies"),
        (Self::MIME_HTML, "MIME HTML"),
        (Self::MIME_BOTH, "MIME HTML and plain text"),
    ];
    const MIME: u32 = Self::MIME_TEXT.0 | Self::MIME_HTML.0 | Self::MIME_BOTH.0;

    /// Returns whether every bit of `other` is set.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns whether one of the three MIME formats is chosen.
    #[must_use]
    pub fn has_mime(self) -> bool {
        self.0 & Self::MIME != 0
    }

    /// Returns the bits that no article names.
    #[must_use]
    pub fn undocumented(self) -> u32 {
        self.0 & !Self::NAMES.iter().fold(0, |mask, (bit, _)| mask | bit.0)
    }

    /// Returns the names of the documented bits that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(bit, _)| self.has(*bit)).map(|(_, name)| name)
    }

    /// Returns every conflict between the bits.
    #[must_use]
    pub fn conflicts(self) -> Vec<FlagConflict> {
        let mime = self.0 & Self::MIME;
        let uuencode = self.has(Self::UUENCODE);
        let found = [
            (uuencode && mime != 0, FlagConflict::UuencodeWithMime),
            (self.has(Self::BINHEX) && !uuencode, FlagConflict::BinHexWithoutUuencode),
            (mime.count_ones() > 1, FlagConflict::SeveralMimeFormats),
            (!uuencode && mime == 0, FlagConflict::NoFormat),
        ];
        found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, conflict)| conflict).collect()
    }
}

impl fmt::Display for FormatFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:X}", self.0)?;
        let mut separator = ": ";
        for name in self.names() {
            write!(f, "{separator}{name}")?;
            separator = ", ";
        }
        if self.undocumented() != 0 {
            write!(f, "{separator}undocumented 0x{:X}", self.undocumented())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_values_of_the_article_read_as_told() {
        let check = |flags, text: &str| assert_eq!(FormatFlags(flags).to_string(), text);
        check(800, "0x320: MIME plain text, no out-of-office replies, no automatic replies");
        check(848, "0x350: UUENCODE, BinHex, no out-of-office replies, no automatic replies");
        check(131_842, "0x20302: wrap text at column, no out-of-office replies, no automatic replies, MIME HTML and plain text");
        check(803, "0x323: wrap text at column, MIME plain text, no out-of-office replies, no automatic replies, undocumented 0x1");
        check(0, "0x0");
    }

    #[test]
    fn illegal_combinations_are_found() {
        let check = |flags, conflicts: &[FlagConflict]| assert_eq!(FormatFlags(flags).conflicts(), conflicts, "{flags}");
        check(800, &[]);
        check(848, &[]);
        check(48, &[FlagConflict::UuencodeWithMime]);
        check(832, &[FlagConflict::BinHexWithoutUuencode, FlagConflict::NoFormat]);
        check(96, &[FlagConflict::BinHexWithoutUuencode]);
        check(65_568, &[FlagConflict::SeveralMimeFormats]);
        check(768, &[FlagConflict::NoFormat]);
        assert_eq!(FormatFlags(2848).undocumented(), 0x800);
    }
}
