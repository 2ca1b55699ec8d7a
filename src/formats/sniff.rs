//! What a file is, told by its first bytes; by its name only where the bytes do not tell.
//!
//! Names and extensions lie in evidence: dumps get swapped (PKG032), message files have any extension. Follows the signatures of the
//! formats themselves and the shapes of registry, directory and migration files as the articles print them (Q195804, Q184532, Q262126,
//! Q182522, Q177776, Q190709). Deliberately absent: any check beyond the first 64 KiB; a damaged file keeps the kind of its beginning.

use crate::base::TextFile;

use super::migrate::{self, MigrationKind};

/// Bytes that [`sniff`] looks at.
pub const SNIFF_BYTES: usize = 64 << 10;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArtifactKind {
    /// A TNEF stream.
    TnefMessage,
    /// A TNEF stream whose bytes lost bit 7 on the way (PKG027).
    SevenBitTnef,
    /// A TNEF stream that was taken for text and written as UTF-8 (PKG028).
    Utf8Tnef,
    /// Registry text of any shape.
    Registry,
    /// A registry hive file.
    Hive,
    /// A directory export (DAPI CSV).
    DirectoryExport,
    /// A packing list.
    PackingList,
    /// What IMCCOPY saves.
    ImcCopy,
    /// A recipient list of MIGRATE.
    MigrationList,
    /// Result lines of MIGRATE.
    MigrationLog,
    /// A file of the Migration Wizard.
    MigrationWizard,
    /// A spool file of the connector with its envelope header.
    SpoolFile,
    /// An RFC 822 message as text.
    Rfc822,
    /// A .zip archive.
    Zip,
    /// A .cab archive.
    Cab,
    /// A gzip file.
    Gzip,
    /// A tape archive.
    Tar,
    /// A file packed by COMPRESS.EXE.
    Szdd,
    /// A file packed by the set-up's own COMPRESS.
    Kwaj,
    /// A uuencoded file.
    Uuencoded,
    /// A program, maybe with an archive behind it.
    Exe,
    /// A compound file (.msg, .doc).
    CompoundFile,
    /// A Windows NT event log.
    EventLog,
    /// Text of no known shape.
    Text,
    /// Nothing at all.
    Empty,
    /// None of these.
    Unknown,
}

impl ArtifactKind {
    /// Returns the name in reports. A hive is a registry there: the same values come out of it.
    #[must_use]
    pub fn wire_name(self) -> &'static str {
        match self {
            Self::TnefMessage => "tnef_message",
            Self::SevenBitTnef => "tnef_seven_bit",
            Self::Utf8Tnef => "tnef_utf8",
            Self::Registry | Self::Hive => "registry",
            Self::DirectoryExport => "directory_export",
            Self::PackingList => "packing_list",
            Self::ImcCopy => "imccopy",
            Self::MigrationList => "migration_list",
            Self::MigrationLog => "migration_log",
            Self::MigrationWizard => "migration_wizard",
            Self::SpoolFile => "spool_file",
            Self::Rfc822 => "rfc822",
            Self::Zip => "zip",
            Self::Cab => "cab",
            Self::Gzip => "gzip",
            Self::Tar => "tar",
            Self::Szdd => "szdd",
            Self::Kwaj => "kwaj",
            Self::Uuencoded => "uuencoded",
            Self::Exe => "exe",
            Self::CompoundFile => "compound_file",
            Self::EventLog => "event_log",
            Self::Text => "text",
            Self::Empty => "empty",
            Self::Unknown => "unknown",
        }
    }

    /// Returns whether other files may be packed in it (PKG025).
    #[must_use]
    pub fn is_packed(self) -> bool {
        matches!(self, Self::Zip | Self::Cab | Self::Gzip | Self::Tar | Self::Szdd | Self::Kwaj | Self::Uuencoded | Self::Exe)
    }
}

/// Returns what a file is, given its first bytes (more than [`SNIFF_BYTES`] are not looked at) and its name or path as a hint.
#[must_use]
pub fn sniff(bytes: &[u8], name: &str) -> ArtifactKind {
    let head = bytes.get(..SNIFF_BYTES).unwrap_or(bytes);
    let hint = by_name(name);
    if head.is_empty() {
        return ArtifactKind::Empty;
    }
    if let Some(kind) = by_signature(head) {
        return kind;
    }
    let file = TextFile::decode(head);
    if !is_text(&file.text) {
        return by_header(&file, name).unwrap_or(ArtifactKind::Unknown);
    }
    by_text(&file, name, hint).or(hint).unwrap_or(ArtifactKind::Text)
}

fn by_signature(head: &[u8]) -> Option<ArtifactKind> {
    let kind = match head {
        [0x78, 0x9F, 0x3E, 0x22, ..] => ArtifactKind::TnefMessage,
        [0x78, 0x1F, 0x3E, 0x22, ..] => ArtifactKind::SevenBitTnef,
        [0x78, 0xEF, 0xBF, 0xBD, 0x3E, 0x22, ..] | [0x78, 0xC2, 0x9F, 0x3E, 0x22, ..] => ArtifactKind::Utf8Tnef,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => ArtifactKind::CompoundFile,
        [b'r', b'e', b'g', b'f', minor, ..] if *minor != b'=' && head.len() > 32 && !head.is_ascii() => ArtifactKind::Hive,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => ArtifactKind::Zip,
        [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => ArtifactKind::Cab,
        [0x1F, 0x8B, ..] => ArtifactKind::Gzip,
        [b'S', b'Z', b'D', b'D', 0x88, 0xF0, 0x27, 0x33, ..] => ArtifactKind::Szdd,
        [b'K', b'W', b'A', b'J', 0x88, 0xF0, 0x27, 0xD1, ..] => ArtifactKind::Kwaj,
        [b'M', b'Z', _, _, rest @ ..] if rest.contains(&0) => ArtifactKind::Exe,
        [_, _, _, _, b'L', b'f', b'L', b'e', ..] => ArtifactKind::EventLog,
        _ if head.get(257..262) == Some(b"ustar") => ArtifactKind::Tar,
        // The mark stands at offset 4 in the printed sample (Q190709); a copy may have lost or gained some bytes before it.
        _ if head.get(..20).unwrap_or(head).windows(4).any(|mark| mark == b"ImCr") => ArtifactKind::SpoolFile,
        _ => return None,
    };
    Some(kind)
}

/// Text has hardly any control characters (PKG003: 5 %) and no NUL; a final 0x1A is an end mark of old editors.
fn is_text(text: &str) -> bool {
    let text = text.trim_end_matches('\u{1a}');
    let is_odd = |c: &char| c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\u{c}' | '\u{1a}');
    !text.contains('\0') && text.chars().filter(is_odd).count() * 20 <= text.chars().count()
}

/// Returns what IMCSAVE would have written under a name; 8.3 names and COMPRESS's underscore included.
fn by_name(path: &str) -> Option<ArtifactKind> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    let (stem, extension) = name.split_once('.').unwrap_or((&name, ""));
    match (stem.split('~').next().unwrap_or(stem), extension) {
        ("imcsvc" | "imcpro", "reg" | "re_") | (_, "reg") => Some(ArtifactKind::Registry),
        ("imcobj", "csv" | "cs_" | "err") => Some(ArtifactKind::DirectoryExport),
        ("imcfls", _) => Some(ArtifactKind::PackingList),
        (_, "eml") => Some(ArtifactKind::Rfc822),
        _ => None,
    }
}

/// A file that begins as one of ours stays one, whatever damage or trickery follows: one NUL must not cost all settings. What cannot be read
/// of it is said by its reader.
fn by_header(file: &TextFile, name: &str) -> Option<ArtifactKind> {
    let first = file.text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(';'))?;
    if is_registry_header(first) {
        Some(ArtifactKind::Registry)
    } else if is_directory_export(first) && !is_primary_file(name) {
        Some(ArtifactKind::DirectoryExport)
    } else {
        is_rfc822(first).then_some(ArtifactKind::Rfc822)
    }
}

fn by_text(file: &TextFile, name: &str, hint: Option<ArtifactKind>) -> Option<ArtifactKind> {
    let lines = || file.text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines().find(|line| !line.starts_with(';'))?;
    let checks: [(ArtifactKind, bool); 6] = [
        (ArtifactKind::Registry, is_registry(first, lines())),
        (ArtifactKind::DirectoryExport, is_directory_export(first) && !is_primary_file(name)),
        (ArtifactKind::Uuencoded, starts_with(first, "begin 6") && first.split(' ').count() >= 3),
        (ArtifactKind::Rfc822, is_rfc822(first) && !is_primary_file(name)),
        (ArtifactKind::ImcCopy, is_imccopy(lines())),
        (ArtifactKind::PackingList, hint == Some(ArtifactKind::PackingList) || is_packing_list(lines())),
    ];
    let found = checks.into_iter().find(|(_, is)| *is).map(|(kind, _)| kind);
    found.or_else(|| migration(migrate::detect(file, name)?, hint))
}

/// A log is one under any name; what is less sure yields to the name of a dump.
fn migration(kind: MigrationKind, hint: Option<ArtifactKind>) -> Option<ArtifactKind> {
    match kind {
        MigrationKind::Log => Some(ArtifactKind::MigrationLog),
        _ if hint.is_some() => None,
        MigrationKind::List => Some(ArtifactKind::MigrationList),
        _ => Some(ArtifactKind::MigrationWizard),
    }
}

/// The Migration Wizard keeps directory lines in files of this extension, whose header looks like that of an export.
fn is_primary_file(name: &str) -> bool {
    name.get(name.len().saturating_sub(4)..).is_some_and(|end| end.eq_ignore_ascii_case(".pri"))
}

fn starts_with(line: &str, start: &str) -> bool {
    line.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn contains(line: &str, part: &str) -> bool {
    line.to_ascii_lowercase().contains(part)
}

fn is_registry_header(first: &str) -> bool {
    first.eq_ignore_ascii_case("REGEDIT") || starts_with(first, "REGEDIT4") || starts_with(first, "Windows Registry Editor Version")
}

/// All shapes of registry text; a shape without header shows in the first key or in typed values.
fn is_registry<'a>(first: &str, mut lines: impl Iterator<Item = &'a str>) -> bool {
    let is_script = ["\\Registry\\", "HKEY_", "Key Name:"].iter().any(|start| starts_with(first, start));
    let is_key = |line: &str| ["[HKEY_", "[-HKEY_", "[HKLM\\", "[HKCU\\", "[HKU\\"].iter().any(|start| starts_with(line, start));
    let is_bare_key = |line: &str| {
        let places = ["controlset", "\\msexchangeimc", "windows messaging subsystem\\profiles"];
        line.starts_with('[') && line.ends_with(']') && places.iter().any(|place| contains(line, place))
    };
    is_registry_header(first) || is_script || lines.any(|line| is_key(line) || is_bare_key(line))
}

/// The header names a column Obj-Class. A Migration Wizard list has that column too, but begins with SFS_UserName (Q150438).
fn is_directory_export(first: &str) -> bool {
    let column = |name: &str| name.trim_matches(['"', ' ']).replace([' ', '-'], "").eq_ignore_ascii_case("ObjClass");
    let header = first.trim_start_matches('"');
    let leads = ["Obj-Class", "Obj Class"].iter().any(|name| {
        starts_with(header, name) && !header.get(name.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '='))
    });
    let is_users = contains(first, "sfs_") || contains(first, "migrateuser");
    !is_users && (leads || first.split([',', '\t', ';']).any(column))
}

fn is_rfc822(first: &str) -> bool {
    const FIELDS: [&str; 20] = [
        "bcc",
        "cc",
        "content-transfer-encoding",
        "content-type",
        "date",
        "delivered-to",
        "from",
        "in-reply-to",
        "message-id",
        "mime-version",
        "received",
        "references",
        "reply-to",
        "return-path",
        "sender",
        "subject",
        "to",
        "x-mailer",
        "x-receiver",
        "x-sender",
    ];
    let field = first.split_once(':').map(|(field, _)| field.trim_end().to_ascii_lowercase());
    field.is_some_and(|field| FIELDS.contains(&field.as_str()))
        || starts_with(first, "From ") && first.contains('@')
        || starts_with(first, "Microsoft Mail Internet Headers Version")
}

fn is_imccopy<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let mut section = String::new();
    let (mut has_header, mut has_section) = (false, false);
    for line in lines {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            section = name.trim().to_ascii_lowercase();
            has_header |= section == "header";
            has_section |= matches!(section.as_str(), "domain" | "routes");
            continue;
        }
        let key = line.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
        if matches!((section.as_str(), key.as_str()), ("domain", "domaininformation") | ("routes", "deliveryrouting" | "defaultrouting")) {
            return true;
        }
    }
    has_header && has_section
}

/// A list that names IMCSAVE's files one a line; prose that mentions them has blanks around.
fn is_packing_list<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    const NAMES: [&str; 7] = ["imcsvc.reg", "imcpro.reg", "imcobj.csv", "mtsout\\", "mtsin\\", "mtsout/", "mtsin/"];
    let is_reference = |line: &str| {
        let names_one = |part: &str| !part.contains(' ') && NAMES.iter().any(|name| contains(part, name));
        line.splitn(2, '=').map(|part| part.trim_start_matches(['+', '[']).trim()).any(names_one)
    };
    lines.filter(|line| is_reference(line)).take(2).count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: impl AsRef<[u8]>, name: &str, expected: ArtifactKind) {
        assert_eq!(sniff(bytes.as_ref(), name), expected);
    }

    #[test]
    fn signatures_win_over_names() {
        check(b"\x78\x9f\x3e\x22\x01\x00", "Imcsvc.reg", ArtifactKind::TnefMessage);
        check(b"\x78\x1f\x3e\x22\x01\x00", "Mtsout/1", ArtifactKind::SevenBitTnef);
        check(b"\x78\xef\xbf\xbd\x3e\x22", "Mtsout/1", ArtifactKind::Utf8Tnef);
        check(b"\x78\xc2\x9f\x3e\x22", "Mtsout/1", ArtifactKind::Utf8Tnef);
        check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Mtsout/1.msg", ArtifactKind::CompoundFile);
        check(b"SZDD\x88\xf0\x27\x33A", "Imcsvc.re_", ArtifactKind::Szdd);
        check(b"KWAJ\x88\xf0\x27\xd1", "Imcsvc.re_", ArtifactKind::Kwaj);
        check(b"MZ\x90\0\x03\0\0\0", "Imcfls", ArtifactKind::Exe);
        check(b"\xf7\0\0\0ImCr\0\0\0\0", "Bad/WKA6D6YM", ArtifactKind::SpoolFile);
        check(b"\x30\0\0\0LfLe\x01", "App.evt", ArtifactKind::EventLog);
        check([b"regf".as_slice(), &[0xFF; 60]].concat(), "Imcsvc.reg", ArtifactKind::Hive);
        check(b"", "Imcsvc.reg", ArtifactKind::Empty);
        check(b"\x01\x02\x03\x04\0", "Imcsvc.reg", ArtifactKind::Unknown);
    }

    #[test]
    fn a_header_stays_one_whatever_follows() {
        check("REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\X]\r\n\"A\"=\"\0\"\r\n", "x", ArtifactKind::Registry);
        check("Obj-Class,Comment\r\nMailbox,\"\x1b\x1b\x1b\x1b\"\r\n", "x", ArtifactKind::DirectoryExport);
        check("From: a@b\r\n\r\n\0", "x", ArtifactKind::Rfc822);
        check("Notes\r\n\0", "x", ArtifactKind::Unknown);
    }

    #[test]
    fn every_shape_of_registry_text_is_one() {
        let shapes = [
            "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM]\r\n",
            "\u{feff}Windows Registry Editor Version 5.00\r\n",
            "REGEDIT\r\nHKEY_CLASSES_ROOT\\key = value",
            "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\MSExchangeIMC\n    Parameters\n",
            "Key Name:          SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\nClass Name: <NO CLASS>\n",
            "[SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\nRootDir=REG_SZ,C:\\x\n",
            "; exported\n[HKLM\\SYSTEM]\n",
        ];
        for shape in shapes {
            check(shape, "dump.txt", ArtifactKind::Registry);
        }
        let wide: Vec<u8> = shapes[1].encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(wide, "dump.txt", ArtifactKind::Registry);
        check("something else", "IMCSVC.REG", ArtifactKind::Registry);
    }

    #[test]
    fn directory_exports_are_told_by_their_header() {
        check("Obj-Class,Directory Name\nMail-Gateway,x\n", "x", ArtifactKind::DirectoryExport);
        check("\"Obj-Class\"\tMode\n", "x", ArtifactKind::DirectoryExport);
        check("Mode,Obj-Class\n", "x", ArtifactKind::DirectoryExport);
        check("REGEDIT4\n", "Imcobj.csv", ArtifactKind::Registry);
        check("a,b\n", "IMCOBJ.CSV", ArtifactKind::DirectoryExport);
        check("SFS_UserName,SFS_FullName,MigrateUser,Obj-Class\n", "users.csv", ArtifactKind::MigrationWizard);
        check("Obj-Class,Common-Name\nMailbox,Ann\n", "Directory.PRI", ArtifactKind::MigrationWizard);
    }

    #[test]
    fn lists_of_the_field_are_told_apart() {
        check("[Header]\nVersion=1\n\n[Domain]\nDomainInformation=+\n+Default,A,B,800,76,0,0,0\n", "imc.txt", ArtifactKind::ImcCopy);
        check("[Routes]\nDeliveryRouting=\nDefaultRouting=\n", "imc.txt", ArtifactKind::ImcCopy);
        check("[Header]\nVersion=1\n[Registry]\nService=Imcsvc.reg\n[MTSOut]\nMessages=+\n+Mtsout\\1\n", "list", ArtifactKind::PackingList);
        check("C:\\x\\Backup\\Imcsvc.reg\nC:\\x\\Backup\\Mtsin\\1\n", "list", ArtifactKind::PackingList);
        check("17.03.99  10:02   1.204 00000001", "IMCFLS", ArtifactKind::PackingList);
        check("We looked at Imcsvc.reg and\nthen at Imcpro.reg again\n", "notes.txt", ArtifactKind::Text);
        check("John Doe,JohnD,GW-PILOT1,GW-PROD1\r\nMary Smith,MarySm,GW-PILOT1,GW-PROD1\r\n", "pilot.csv", ArtifactKind::MigrationList);
        check("SUCCESS,John Doe,JohnD,A,B,Migrated No Errors,5/10/96 10:05:00\r\n", "pilot.log", ArtifactKind::MigrationLog);
        check("Mode,MSMAILPC\r\nFunction,FULL\r\n", "batch.txt", ArtifactKind::MigrationWizard);
        check("a,b,1,2\n", "x.csv", ArtifactKind::Text);
        check("one two three four\n", "x.txt", ArtifactKind::Text);
    }

    #[test]
    fn messages_as_text_and_uuencoded_files_are_known() {
        check("Received: from a by b\r\n\tid c; date\r\nSubject: x\r\n\r\n", "Bad/ABCDEFGH", ArtifactKind::Rfc822);
        check("From a@b.example Fri Mar 1\n", "x", ArtifactKind::Rfc822);
        check("Remember: this is a note\n", "x", ArtifactKind::Text);
        check("begin 644 backup.zip\nM4$L#\n", "x", ArtifactKind::Uuencoded);
    }

    #[test]
    fn any_prefix_and_any_flipped_byte_of_a_file_has_a_kind() {
        let sample = b"[Header]\r\nVersion=1\r\n[Routes]\r\nDeliveryRouting=+\r\n+A;B;0\r\n";
        for end in 0..sample.len() {
            assert!(!sniff(&sample[..end], "x").wire_name().is_empty());
            let mut flipped = sample.to_vec();
            flipped[end] ^= 0xFF;
            assert!(!sniff(&flipped, "x").is_packed());
        }
    }
}
