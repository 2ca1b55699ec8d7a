//! Wrappers around evidence, told by their first bytes: archives, the compressor of the Windows setup disks, mail encodings. Unpacks nothing.

/// How a file is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PackedAs {
    /// PKZIP archive.
    Zip,
    /// Microsoft cabinet.
    Cabinet,
    /// gzip, often around a tar archive.
    Gzip,
    /// A program with an archive behind it.
    SelfExtracting,
    /// COMPRESS.EXE, the form of Windows 3 and NT.
    Szdd,
    /// COMPRESS.EXE, the form of MS-DOS 6.
    Kwaj,
    /// uuencoded text.
    Uuencode,
}

impl PackedAs {
    /// Returns the wrapper of a file by its content.
    #[must_use]
    pub fn detect(bytes: &[u8]) -> Option<Self> {
        let starts = |mark: &[u8]| bytes.starts_with(mark);
        if starts(b"PK\x03\x04") {
            Some(Self::Zip)
        } else if starts(b"MSCF") {
            Some(Self::Cabinet)
        } else if starts(b"\x1f\x8b") {
            Some(Self::Gzip)
        } else if starts(b"SZDD") {
            Some(Self::Szdd)
        } else if starts(b"KWAJ") {
            Some(Self::Kwaj)
        } else if starts(b"begin ") && is_uuencode_header(bytes) {
            Some(Self::Uuencode)
        } else {
            (starts(b"MZ") && holds_archive(bytes)).then_some(Self::SelfExtracting)
        }
    }

    /// Returns the name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Zip => "zip archive",
            Self::Cabinet => "cabinet",
            Self::Gzip => "gzip file",
            Self::SelfExtracting => "self-extracting archive",
            Self::Szdd | Self::Kwaj => "file of COMPRESS.EXE",
            Self::Uuencode => "uuencoded file",
        }
    }

    /// Returns whether COMPRESS.EXE made it, which wraps single files.
    #[must_use]
    pub fn is_compress_exe(self) -> bool {
        matches!(self, Self::Szdd | Self::Kwaj)
    }
}

/// `begin 644 name`: three or four octal digits stand behind the word.
fn is_uuencode_header(bytes: &[u8]) -> bool {
    let mode: Vec<u8> = bytes.iter().skip(6).take(5).take_while(|byte| byte.is_ascii_digit()).copied().collect();
    (3..=4).contains(&mode.len()) && mode.iter().all(|digit| *digit < b'8') && bytes.get(6 + mode.len()) == Some(&b' ')
}

fn holds_archive(bytes: &[u8]) -> bool {
    bytes.windows(4).skip(1).any(|window| matches!(window, b"PK\x03\x04" | b"MSCF"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappers_are_told_by_their_first_bytes() {
        let detect = PackedAs::detect;
        assert_eq!(detect(b"PK\x03\x04\x14"), Some(PackedAs::Zip));
        assert_eq!(detect(b"\x1f\x8b\x08"), Some(PackedAs::Gzip));
        assert_eq!(detect(b"SZDD\x88\xf0\x27\x33"), Some(PackedAs::Szdd));
        assert_eq!(detect(b"begin 644 backup.zip\n"), Some(PackedAs::Uuencode));
        assert_eq!(detect(b"begin again"), None);
        assert_eq!(detect(b"MZ\x90\0 stub"), None);
        assert_eq!(detect(b"MZ\x90\0 stub MSCF\0"), Some(PackedAs::SelfExtracting));
        assert_eq!(detect(b"REGEDIT4"), None);
        assert_eq!(detect(b""), None);
    }
}
