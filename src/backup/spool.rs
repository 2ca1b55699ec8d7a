//! The files of Imcdata that support engineers add to a case: In, Out, their Archive, Pickup, Work, Queue.dat (KB Q244048, Q183633).
//! IMCSAVE does not collect them; they lie in the Backup, beside it, or above it when the Backup still lies in Imcdata.
//!
//! Deliberately absent: what the mail in them means, and the layout of Queue.dat, which is not published.

use std::ops::Range;

use crate::{
    base::{Limits, Timestamp},
    formats::{
        binhex,
        mime::{HeaderField, header_block, received},
        spool::{Envelope, EnvelopeText, SpoolFile},
    },
};

use super::{Backup, Content, EntryKind, FileRecord, QueueKind};

/// A folder of the spool directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpoolFolder {
    /// Inbound mail as it came over the wire, not yet converted.
    In,
    /// Inbound mail that was archived, or that the store refused (event 4117).
    InArchive,
    /// Outbound mail, converted, on its way.
    Out,
    /// Outbound mail that was archived.
    OutArchive,
    /// Mail that programs dropped for sending.
    Pickup,
    /// Dropped mail that could not be read.
    PickupArchive,
    /// Temporary files of 4.0; not the queue of the same name.
    Work,
}

impl SpoolFolder {
    /// Returns the path below Imcdata.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::In => "In",
            Self::InArchive => "In\\Archive",
            Self::Out => "Out",
            Self::OutArchive => "Out\\Archive",
            Self::Pickup => "Pickup",
            Self::PickupArchive => "Pickup\\Archive",
            Self::Work => "Work",
        }
    }

    /// Returns what a folder is, given its path from the Backup; letter case is free. `Work` directly in the Backup is a queue.
    #[must_use]
    pub fn of(folder: &str) -> Option<Self> {
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        let is = |name: &str, wanted: &str| name.eq_ignore_ascii_case(wanted);
        if is(name, "Archive") {
            return match Self::of(above)? {
                Self::In => Some(Self::InArchive),
                Self::Out => Some(Self::OutArchive),
                Self::Pickup => Some(Self::PickupArchive),
                _ => None,
            };
        }
        let found = [("In", Self::In), ("Out", Self::Out), ("Pickup", Self::Pickup), ("Work", Self::Work)];
        let (_, kind) = found.into_iter().find(|(wanted, _)| is(name, wanted))?;
        let in_a_queue = QueueKind::of_folder(above.split('/').next().unwrap_or_default()).is_some();
        let is_queue = kind == Self::Work && above.is_empty();
        (!in_a_queue && !is_queue).then_some(kind)
    }

    /// Returns whether a folder beside the Backup is worth reading: a part of the spool directory, or the directory itself.
    #[must_use]
    pub fn is_spool_name(name: &str) -> bool {
        ["In", "Out", "Pickup", "Work", EXCLEAN, "Imcdata"].iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Returns whether a file beside the Backup is worth keeping: the index of the spool, or a temporary file of a converter (Q217155).
    #[must_use]
    pub fn is_spool_file_name(name: &str) -> bool {
        name.eq_ignore_ascii_case(INDEX) || has_extension(name, "stf")
    }
}

/// The index of the spool.
const INDEX: &str = "Queue.dat";
/// The folder to which ExClean moves what it takes for a virus (Q274710).
const EXCLEAN: &str = "ExClean";

fn has_extension(name: &str, extension: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, own)| own.eq_ignore_ascii_case(extension))
}

/// What stays of a spool file: its envelope and the header fields of its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpoolMail {
    /// Envelope, pickup lines and the place of the text.
    pub spool: SpoolFile,
    /// Header fields of the text, unfolded.
    pub fields: Box<[SpoolField]>,
    /// Whether the text begins with header fields that an empty line or the end of the text closes.
    pub is_well_formed: bool,
    /// Bytes behind the header, blanks and empty lines at the end aside.
    pub body_length: u64,
    /// Whether a BinHex block begins in it.
    pub has_binhex: bool,
}

/// A header field of a spool file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolField {
    /// Name.
    pub name: Box<str>,
    /// Value, unfolded and decoded.
    pub value: Box<str>,
    /// Offset in the file.
    pub offset: u64,
    /// Length in bytes, name and folds included.
    pub length: u64,
}

impl SpoolMail {
    /// Reads the text of a spool file and keeps what rules need.
    #[must_use]
    pub fn of(spool: SpoolFile, bytes: &[u8], limits: &Limits) -> Self {
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let text = bytes.get(place(spool.text.start)..place(spool.text.end)).unwrap_or_default();
        let block = header_block(text, limits).value;
        let body = text.get(place(block.end)..).unwrap_or_default().trim_ascii_end();
        let base = spool.text.start;
        let field = |HeaderField { name, value, offset, length, .. }: &HeaderField| SpoolField {
            name: name.as_str().into(),
            value: value.as_str().into(),
            offset: base + offset,
            length: *length,
        };
        let has_binhex = !binhex::blocks(body, limits).is_empty();
        Self {
            fields: block.fields.iter().map(field).collect(),
            is_well_formed: block.is_well_formed(),
            body_length: body.len() as u64,
            has_binhex,
            spool,
        }
    }

    /// Returns the values of a header field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a SpoolField> {
        self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name))
    }

    /// Returns the envelope, when there is one that names an originator; an empty originator counts (`<>`).
    #[must_use]
    pub fn envelope(&self) -> Option<&Envelope> {
        self.spool.envelope.as_ref().filter(|envelope| envelope.mail_from.is_some())
    }

    /// Returns the recipients of the envelope, or of the lines in front of a pickup file.
    pub fn recipients(&self) -> impl Iterator<Item = &EnvelopeText> {
        let pickup = self.spool.pickup.iter().filter(|line| !line.is_sender).map(|line| &line.address);
        self.spool.envelope.iter().flat_map(|envelope| &envelope.recipients).chain(pickup)
    }

    /// Returns the originator of the envelope, or of the lines in front of a pickup file.
    #[must_use]
    pub fn originator(&self) -> Option<&EnvelopeText> {
        let pickup = || self.spool.pickup.iter().find(|line| line.is_sender).map(|line| &line.address);
        self.spool.envelope.as_ref().and_then(|envelope| envelope.mail_from.as_ref()).or_else(pickup)
    }

    /// Returns when the file came: the stamp of the envelope (a local time), else the date of the topmost Received field.
    #[must_use]
    pub fn arrival(&self) -> Option<Timestamp> {
        let stamp = self.spool.envelope.as_ref().and_then(|envelope| envelope.local_stamp);
        stamp.or_else(|| self.all("Received").next().and_then(|field| received(&field.value).date).map(|date| date.time))
    }
}

/// A name of a spool file that stands in Queue.dat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedName {
    /// Eight capitals or digits.
    pub name: Box<str>,
    /// Its bytes.
    pub span: Range<u64>,
}

/// Returns the names in Queue.dat: runs of exactly eight characters `[A-Z0-9]`, one byte or UTF-16 each.
#[must_use]
pub fn names_in_index(bytes: &[u8]) -> Box<[IndexedName]> {
    let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if !is_name(byte) {
            at += 1;
            continue;
        }
        let step = if bytes.get(at + 1) == Some(&0) && bytes.get(at + 2).copied().is_some_and(is_name) { 2 } else { 1 };
        let is_part = |index: &usize| bytes.get(*index).copied().is_some_and(is_name) && (step == 1 || bytes.get(index + 1) == Some(&0));
        let run: Vec<usize> = (at..).step_by(step).take_while(is_part).collect();
        let end = at + run.len().max(1) * step;
        if run.len() == NAME_LENGTH {
            let name: String = run.iter().filter_map(|&index| bytes.get(index)).copied().map(char::from).collect();
            found.push(IndexedName { name: name.into(), span: at as u64..end as u64 });
        }
        at = end;
    }
    found.into()
}

/// Characters of a spool file's name.
const NAME_LENGTH: usize = 8;

/// Returns whether a file name is one that the service gives to spool files.
#[must_use]
pub fn is_spool_name(name: &str) -> bool {
    name.len() == NAME_LENGTH && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Returns whether a path is that of the index of the spool: in the Backup, beside it, or in Imcdata, not in a queue.
#[must_use]
pub fn is_index_path(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    name.eq_ignore_ascii_case(INDEX) && QueueKind::of_folder(folder.split('/').next().unwrap_or_default()).is_none()
}

impl FileRecord {
    /// Returns the folder of the spool directory that holds the file.
    #[must_use]
    pub fn spool_folder(&self) -> Option<SpoolFolder> {
        SpoolFolder::of(self.folder()).filter(|_| self.is_file())
    }

    /// Returns envelope and header of a spool file.
    #[must_use]
    pub fn spool_mail(&self) -> Option<&SpoolMail> {
        match &self.content {
            Content::Spool(mail) => Some(mail),
            _ => None,
        }
    }

    /// Returns the names that stand in Queue.dat.
    #[must_use]
    pub fn indexed_names(&self) -> &[IndexedName] {
        match &self.content {
            Content::SpoolIndex(names) => names,
            _ => &[],
        }
    }

    /// Returns when a spool file came: by its envelope or header, else the time of the file.
    #[must_use]
    pub fn spool_time(&self) -> Option<Timestamp> {
        self.spool_mail().and_then(SpoolMail::arrival).or(self.modified)
    }

    /// Returns whether the name ends in this extension.
    #[must_use]
    pub fn has_extension(&self, extension: &str) -> bool {
        has_extension(self.name(), extension)
    }
}

impl Backup {
    /// Returns everything of the case: what lies in the Backup, and what lies of Imcdata beside or above it.
    pub fn case_entries(&self) -> impl Iterator<Item = &FileRecord> {
        self.files.iter().chain(&self.imcdata)
    }

    /// Returns the files of one folder of the spool directory.
    pub fn spool(&self, folder: SpoolFolder) -> impl Iterator<Item = &FileRecord> {
        self.case_entries().filter(move |file| file.spool_folder() == Some(folder))
    }

    /// Returns the files of all folders of the spool directory, each with its folder.
    pub fn spool_files(&self) -> impl Iterator<Item = (SpoolFolder, &FileRecord)> {
        self.case_entries().filter_map(|file| Some((file.spool_folder()?, file)))
    }

    /// Returns a folder of the spool directory itself, when it was added to the case.
    #[must_use]
    pub fn spool_folder(&self, folder: SpoolFolder) -> Option<&FileRecord> {
        self.case_entries().find(|entry| entry.entry == EntryKind::Folder && SpoolFolder::of(&entry.path) == Some(folder))
    }

    /// Returns the folders to which ExClean moved spool files (Q274710).
    pub fn quarantines(&self) -> impl Iterator<Item = &FileRecord> {
        self.case_entries().filter(|entry| entry.entry == EntryKind::Folder && entry.is_named(EXCLEAN))
    }

    /// Returns whether folders of the spool directory were added to the case.
    #[must_use]
    pub fn has_spool(&self) -> bool {
        let is_spool = |entry: &FileRecord| entry.entry == EntryKind::Folder && SpoolFolder::of(&entry.path).is_some();
        self.case_entries().any(is_spool) || self.quarantines().next().is_some()
    }

    /// Returns Queue.dat, the index of the spool.
    #[must_use]
    pub fn spool_index(&self) -> Option<&FileRecord> {
        self.case_entries().find(|file| file.is_file() && is_index_path(&file.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::spool;

    #[test]
    fn folders_are_known_by_their_place() {
        let check = |folder, expected| assert_eq!(SpoolFolder::of(folder), expected, "{folder}");
        check("In", Some(SpoolFolder::In));
        check("../IN/archive", Some(SpoolFolder::InArchive));
        check("../../Imcdata/Out", Some(SpoolFolder::Out));
        check("Imcdata/Work", Some(SpoolFolder::Work));
        check("../Work", Some(SpoolFolder::Work));
        check("Pickup/Archive", Some(SpoolFolder::PickupArchive));
        check("Work", None);
        check("Mtsin/In", None);
        check("Work/Archive", None);
        check("Inbox", None);
        check("", None);
    }

    #[test]
    fn the_index_gives_names_of_eight_in_both_widths() {
        let mut bytes = b"\0\x01HBWK2Q2P\0x123456789\0ABCDEFG\0".to_vec();
        bytes.extend("W707852B".bytes().flat_map(|byte| [byte, 0]));
        bytes.extend(b"\x07lowercas");
        let names = names_in_index(&bytes);
        let shown: Vec<_> = names.iter().map(|name| (&*name.name, name.span.clone())).collect();
        assert_eq!(shown, [("HBWK2Q2P", 2..10), ("W707852B", 30..46)]);
        assert!(names_in_index(b"").is_empty());
    }

    #[test]
    fn a_spool_file_keeps_envelope_and_fields() {
        let bytes =
            b"\0\0\0\0ImCr\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0h.x\0<a@b.c>\0<d@e.f>\0EwLsTo: d@e.f\r\nSubject: x\r\n\r\nbody\r\n\r\n";
        let mail = SpoolMail::of(spool::parse(bytes, &Limits::default()).value, bytes, &Limits::default());
        assert!(mail.is_well_formed && mail.envelope().is_some());
        assert_eq!((mail.body_length, mail.recipients().count(), mail.originator().map(|from| &*from.text)), (4, 1, Some("<a@b.c>")));
        let to = mail.all("to").next().unwrap();
        let at = usize::try_from(to.offset).unwrap();
        assert_eq!((&*to.value, &bytes[at..at + 9]), ("d@e.f", &b"To: d@e.f"[..]));
    }
}
