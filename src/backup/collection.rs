//! The Backup as a collection of files: which one is what by its place and name, before anybody looks at what it says (Q195804).
//! Deliberately absent: contents, and the agreement with the packing list.

use crate::formats::{packing_list::WrittenAs, reg::RegistryDump};

use super::{Backup, FileRecord, PackingListSource, Queue, QueueKind};

/// Names that file managers leave behind in every folder that they show.
const LEFTOVERS: [&str; 3] = ["thumbs.db", ".ds_store", "desktop.ini"];
/// The three dumps that IMCSAVE writes beside the packing list.
pub const DUMPS: [&str; 3] = ["Imcsvc.reg", "Imcpro.reg", "Imcobj.csv"];

impl FileRecord {
    /// Returns whether the entry lies directly in the Backup folder.
    #[must_use]
    pub fn is_at_top(&self) -> bool {
        !self.path.contains('/')
    }

    /// Returns whether a file manager left it, not a person.
    #[must_use]
    pub fn is_leftover(&self) -> bool {
        LEFTOVERS.iter().any(|name| self.name().eq_ignore_ascii_case(name))
    }

    /// Returns whether the entry is a folder.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.entry == super::EntryKind::Folder
    }

    /// Returns whether the last component of the path is this name, letter case aside.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// Returns whether the last component of the path is this name or an 8.3 form of it.
    #[must_use]
    pub fn stands_for(&self, name: &str) -> bool {
        self.is_named(name) || is_short_form(self.name(), name)
    }

    /// Returns whether the content is cut off: nothing there, or a format that ends in the middle of something.
    #[must_use]
    pub fn is_cut_short(&self) -> bool {
        self.size == 0 || self.cut_anomaly().is_some()
    }

    /// Returns the anomaly that says that the file ends too early.
    #[must_use]
    pub fn cut_anomaly(&self) -> Option<&crate::base::Anomaly> {
        self.anomalies.iter().find(|anomaly| CUT_CODES.contains(&anomaly.code))
    }
}

/// Anomalies that say that lengths or checksums of a TNEF stream do not fit.
const STRUCTURE_CODES: [&str; 4] = ["checksum-mismatch", "length-mismatch", "truncated", "wrong-level"];

impl FileRecord {
    /// Returns whether the content begins like a TNEF stream.
    #[must_use]
    pub fn is_tnef(&self) -> bool {
        self.traits.begins_with(&[0x78, 0x9F, 0x3E, 0x22])
    }

    /// Returns the first anomaly that says that lengths or checksums do not fit.
    #[must_use]
    pub fn broken_structure(&self) -> Option<&crate::base::Anomaly> {
        self.anomalies.iter().find(|anomaly| STRUCTURE_CODES.contains(&anomaly.code))
    }
}

/// Anomalies that say that a file ends in the middle of an attribute, a value or a quoted field.
const CUT_CODES: [&str; 4] = ["truncated", "unfinished-hex", "unclosed-quote", "hive-truncated"];

impl Backup {
    /// Returns the file directly below the root with that name, letter case aside, or with an 8.3 form of it.
    #[must_use]
    pub fn top_file(&self, name: &str) -> Option<&FileRecord> {
        top_file(&self.files, name)
    }

    /// Returns everything that lies directly in the Backup folder.
    pub fn top_entries(&self) -> impl Iterator<Item = &FileRecord> {
        self.files.iter().filter(|file| file.is_at_top())
    }

    /// Returns the regular files, at any depth.
    pub fn regular_files(&self) -> impl Iterator<Item = &FileRecord> {
        self.files.iter().filter(|file| file.is_file())
    }

    /// Returns the regular files with this name, at any depth, letter case aside.
    pub fn files_named(&self, name: &str) -> impl Iterator<Item = &FileRecord> {
        self.regular_files().filter(move |file| file.is_named(name))
    }

    /// Returns the packing list: Imcfls, or the same name with one extension that somebody added.
    #[must_use]
    pub fn packing_list_file(&self) -> Option<&FileRecord> {
        let with_extension = |file: &&FileRecord| {
            let mut parts = file.name().split('.');
            let has_stem = parts.next().is_some_and(|stem| stem.eq_ignore_ascii_case("Imcfls"));
            file.is_file() && file.is_at_top() && has_stem && parts.count() == 1
        };
        self.top_file("Imcfls").or_else(|| self.top_entries().find(with_extension))
    }

    /// Returns those of the three dumps that are there.
    pub fn dump_files(&self) -> impl Iterator<Item = &FileRecord> {
        DUMPS.iter().filter_map(|name| self.top_file(name))
    }

    /// Returns the registry files that are there.
    pub fn registry_files(&self) -> impl Iterator<Item = &FileRecord> {
        ["Imcsvc.reg", "Imcpro.reg"].into_iter().filter_map(|name| self.top_file(name))
    }

    /// Returns Imcsvc.reg and Imcpro.reg as far as they were read as registry dumps, whatever their shape.
    pub fn registry_dumps(&self) -> impl Iterator<Item = (&FileRecord, &RegistryDump)> {
        self.registry_files().filter_map(|file| self.registry_dump(file).map(|dump| (file, dump)))
    }

    /// Returns whether the root holds any of the names that IMCSAVE gives.
    #[must_use]
    pub fn holds_a_mark(&self) -> bool {
        let has_queue = self.queues.iter().any(|queue| queue.kind.is_some());
        self.packing_list_file().is_some() || self.dump_files().next().is_some() || has_queue
    }

    /// Returns whether the root is a whole collection: it holds Imcfls, or Imcsvc.reg and a queue folder.
    #[must_use]
    pub fn is_collection(&self) -> bool {
        let has_queue = self.queues.iter().any(|queue| queue.kind.is_some());
        self.packing_list_file().is_some() || self.top_file("Imcsvc.reg").is_some() && has_queue
    }

    /// Returns the queue of the five that a file lies in.
    #[must_use]
    pub fn queue_of(&self, file: &FileRecord) -> Option<&Queue> {
        let (top, _) = file.path.split_once('/')?;
        let kind = QueueKind::of_folder(top)?;
        // Folders of one kind lie side by side, sorted by path: a forged Backup may have thousands of them.
        let first = self.queues.partition_point(|queue| queue.kind.is_some_and(|other| other.report_order() < kind.report_order()));
        let after = self.queues.partition_point(|queue| queue.kind.is_some_and(|other| other.report_order() <= kind.report_order()));
        let of_kind = self.queues.get(first..after)?;
        of_kind.binary_search_by(|queue| queue.folder.as_ref().cmp(top)).ok().and_then(|index| of_kind.get(index))
    }

    /// Returns the regular files in the folders of the five queues, each with its queue.
    pub fn queue_files(&self) -> impl Iterator<Item = (&Queue, &FileRecord)> {
        self.regular_files().filter_map(|file| self.queue_of(file).map(|queue| (queue, file)))
    }

    /// Returns everything below a folder.
    pub fn entries_below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a FileRecord> {
        let is_below = move |file: &&FileRecord| file.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        // Entries are sorted by path, so those below a folder stand together.
        let first = self.files.partition_point(|file| *file.path < *folder);
        let same = self.files.iter().skip(first).take_while(move |file| file.path.starts_with(folder));
        same.filter(is_below)
    }

    /// Returns everything directly in a folder; the root has an empty path.
    pub fn entries_in<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a FileRecord> {
        let first = self.files.partition_point(|file| *file.path < *folder);
        self.files.iter().skip(first).take_while(move |file| file.path.starts_with(folder)).filter(move |file| file.folder() == folder)
    }
}

impl PackingListSource {
    /// Returns whether too little of the list was recognised to speak of completeness: no entry, or more than
    /// half of the lines neither ini nor entries. A bare list of paths is no ini file and yet understood.
    #[must_use]
    pub fn has_unknown_layout(&self) -> bool {
        let lines = &self.list.lines;
        let all = lines.sections + lines.pairs + lines.comments + lines.continuations + lines.bare;
        let listed_bare = self.list.entries.iter().filter(|entry| entry.written_as == WrittenAs::BareLine).map(|entry| entry.place.line);
        let listed_bare = listed_bare.collect::<std::collections::BTreeSet<_>>().len();
        let unexplained = lines.bare.saturating_sub(listed_bare);
        self.list.entries.is_empty() || unexplained * 2 > all
    }
}

/// Finds a file at the top by its name, letter case aside; an 8.3 form (`IMCOBJ~1.CSV`) counts when the name itself is not there.
pub(super) fn top_file<'a>(files: &'a [FileRecord], name: &str) -> Option<&'a FileRecord> {
    let at_top = || files.iter().filter(|file| file.is_file() && !file.path.contains('/'));
    at_top().find(|file| file.path.eq_ignore_ascii_case(name)).or_else(|| at_top().find(|file| is_short_form(&file.path, name)))
}

/// Returns whether `short` is an 8.3 alias of `name`: the same begin, `~` and a number, the same extension.
fn is_short_form(short: &str, name: &str) -> bool {
    let split = |name: &'_ str| name.rsplit_once('.').map(|(stem, extension)| (stem.to_ascii_lowercase(), extension.to_ascii_lowercase()));
    let (Some((short_stem, short_extension)), Some((stem, extension))) = (split(short), split(name)) else { return false };
    let Some((begin, number)) = short_stem.split_once('~') else { return false };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    short_extension == extension && is_number && !begin.is_empty() && stem.starts_with(begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stand_for_the_long_ones() {
        assert!(is_short_form("IMCOBJ~1.CSV", "Imcobj.csv"));
        assert!(!is_short_form("IMCPRO~1.REG", "Imcsvc.reg"));
        assert!(!is_short_form("Imcobj~x.csv", "Imcobj.csv"));
    }
}
