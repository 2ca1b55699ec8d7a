//! The bounds of every parser in one table, each with the reason for it. Hitting one is an anomaly, never silence.
//!
//! The struct, its defaults, what `imcscan limits` prints and what `--limits FILE` accepts all come from the one table below. Numbers that
//! nobody needs to raise stand in [`FIXED`] with theirs. How numbers that rules compare with are set is another matter (thresholds).

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Name in a file of limits.
    pub name: &'static str,
    /// The value that holds when nothing else is said.
    pub default: u64,
    /// The greatest value that makes sense; the least is 1.
    pub most: u64,
    /// What is counted.
    pub unit: &'static str,
    /// What is bounded.
    pub what: &'static str,
    /// Why there is a bound, and why this one.
    pub why: &'static str,
    /// Codes of the anomalies that say that it was hit.
    pub codes: &'static [&'static str],
}

/// A bound that is part of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedLimit {
    /// Its name.
    pub name: &'static str,
    /// The bound.
    pub value: u64,
    /// What is counted.
    pub unit: &'static str,
    /// What is bounded, why, and what is said beyond it.
    pub why: &'static str,
}

macro_rules! limits {
    ($( $name:ident: $kind:ty = $default:expr, up to $most:expr, $unit:literal, $codes:expr, $what:literal, $why:literal; )*) => {
        /// Bounds on what a parser takes from untrusted bytes.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits {
            $(
                #[doc = $what]
                #[doc = ""]
                #[doc = $why]
                pub $name: $kind,
            )*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $( $name: $default, )* }
            }
        }

        impl Limits {
            /// Every bound that can be set, in the order of the documentation.
            pub const TABLE: &'static [Limit] = &[
                $( Limit { name: stringify!($name), default: $default, most: $most, unit: $unit, what: $what, why: $why, codes: $codes }, )*
            ];

            /// Returns the values in the order of the table.
            #[must_use]
            pub fn values(&self) -> Vec<u64> {
                vec![ $( u64::try_from(self.$name).unwrap_or(u64::MAX), )* ]
            }

            fn put(&mut self, name: &str, value: u64) {
                match name {
                    $( stringify!($name) => self.$name = <$kind>::try_from(value).unwrap_or(<$kind>::MAX), )*
                    _ => {}
                }
            }
        }
    };
}

macro_rules! fixed_limits {
    ($( $name:ident: $kind:ty = $value:expr, $unit:literal, $why:literal; )*) => {
        $(
            #[doc = $why]
            pub const $name: $kind = $value;
        )*

        /// Bounds that cannot be set, as nobody needs to.
        pub const FIXED: &[FixedLimit] = &[
            $( FixedLimit { name: stringify!($name), value: $value, unit: $unit, why: $why }, )*
        ];
    };
}

const REACHED: &[&str] = &["limit-reached"];

limits! {
    file_bytes: u64 = 256 << 20, up to 64 << 30, "bytes", &["limit-reached", "file-too-long"],
        "Bytes of one file that are decoded; the rest is hashed only.",
        "A file is held in memory while it is decoded. Exchange 5.5 itself handled no mail near this size, and a queue file of some hundred megabytes is an attachment with little around it.";
    work: u64 = 1 << 30, up to 1 << 44, "bytes worked through", REACHED,
        "Bytes of all messages of one queue file together, each counted again in every message around it. A message beyond stays bytes.",
        "A message is read, hashed and judged once for itself and once within each message around it, so that the time for a file grows with this sum. Bytes are counted and not seconds, so that a report does not depend on the machine.";
    nesting: usize = 64, up to 256, "levels", &["limit-reached", "mime-too-deep", "too-deep"],
        "Embedded messages within embedded messages, MIME entities within entities, registry keys within keys.",
        "Some twenty levels crashed Exchange (Q161887); forged files nest thousands. More than 256 would need a larger stack.";
    attributes: usize = 200_000, up to 100_000_000, "attributes", REACHED,
        "Attributes of one TNEF file, all messages in it together.",
        "A mail has some twenty, and four for each attachment; a file of nothing else could hold 24 millions, each some hundred bytes in memory.";
    properties: usize = 65_536, up to 100_000_000, "properties", REACHED,
        "Properties of one property list. All lists of a file may hold 32 times as many values together.",
        "Property ids have sixteen bits, so that more must repeat.";
    recipients: usize = 100_000, up to 100_000_000, "recipients", &["limit-reached", "spool-limit"],
        "Recipients of one TNEF file, of one list of entry ids, of one spool envelope.",
        "More than 32,766 in one message are a known trouble (Q272672), which has to be seen and counted.";
    attachments: usize = 20_000, up to 10_000_000, "attachments", &["limit-reached", "mime-too-many"],
        "Attachments of one TNEF file, MIME entities of one document. Of files that are encoded within one text, rules see so many and nothing says that there are more.",
        "No client of the time opened a mail with thousands; forged files hold millions of empty ones.";
    rtf_bytes: usize = 64 << 20, up to 4 << 30, "bytes", &["limit-reached", "rtf-limit"],
        "Bytes that one compressed rich text may unpack to.",
        "The format packs at most 17 bytes into two, so that the ratio is bounded by itself at 8.5 to 1 and only the size can hurt.";
    header_fields: usize = 10_000, up to 10_000_000, "fields", &["header-limit"],
        "Fields of one header block.",
        "Loops end after some dozens of Received fields; more than some hundred is an attack or no header.";
    text_bytes: usize = 1 << 20, up to 1 << 30, "bytes", &["limit-reached"],
        "Bytes of one text that the record of a message keeps: subject, name, address, id, header value. Bodies are not kept but counted and hashed.",
        "Records stay in memory for the whole run, so that what one message can put into them is bounded; the longest that Exchange wrote has some kilobytes.";
    lines: usize = 4_000_000, up to 1_000_000_000, "lines", &["too-many-lines"],
        "Lines of one text file.",
        "A whole registry has some hundred thousand lines.";
    entries: usize = 1_000_000, up to 1_000_000_000, "entries", &["too-many-entries", "too-many-keys"],
        "Entries of one packing list, keys and values of one registry file, rows of one directory export (with four times as many cells), lines of IMCCOPY and migration files.",
        "The largest organisations of the time had some hundred thousand directory objects.";
    anomalies: usize = 1_000, up to 1_000_000, "anomalies", &["more-anomalies"],
        "Anomalies kept for one file; the rest is counted in a last one.",
        "A file of random bytes has one for every few bytes, and the first hundred say all there is to say.";
    files: usize = 2_000_000, up to 100_000_000, "files", &["too-many-files"],
        "Files and folders below the root of a Backup, members of an archive.",
        "Each takes some hundred bytes of memory for the whole run; the largest queues had some hundred thousand.";
    depth: usize = 32, up to 1_000, "levels", &["too-deep", "read-error"],
        "Folder levels below the root of a Backup.",
        "A Backup has two. Loops of mounts and forged archives have no end.";
    archive_bytes: u64 = 64 << 30, up to 1 << 44, "bytes", &["read-error"],
        "Bytes that an archive may unpack to, all members together.",
        "Nothing is unpacked to disk, but every byte is hashed: this much takes minutes.";
    archive_ratio: u64 = 250, up to 1_000_000, "times", &["read-error"],
        "Bytes that an archive may unpack to for each of its own, once it has unpacked to 1 GiB (ARCHIVE_GRACE).",
        "Mail packs 3 to 20 times, a storm of equal messages some hundred times; bombs pack a thousand times and more.";
}

fixed_limits! {
    ARCHIVE_GRACE: u64 = 1 << 30, "bytes",
        "Bytes that any archive may unpack to, whatever its ratio. So much is hashed within some seconds.";
    LISTS_WORTH_OF_VALUES: usize = 32, "times",
        "Values in all property lists of one file, as multiples of `properties`. Keeps memory bounded for forged files; an anomaly of its list says that it was hit.";
    CELLS_PER_ENTRY: usize = 4, "cells",
        "Cells of all rows of a directory export, as multiples of `entries`. Keeps memory bounded for rows of nothing but commas; an anomaly says that it was hit.";
    RTF_GROUPS: usize = 4096, "groups",
        "Groups of rich text that are open at once. Word itself never came near, forged files open millions; deeper ones share their formatting, and the anomaly rtf-too-deep says so.";
    MIGRATION_FIELDS: usize = 4096, "fields",
        "Fields of one line of a migration list or log that are told apart. The last one keeps the rest of the line, so that nothing is lost.";
    SPOOL_ENVELOPE: usize = 8 << 20, "bytes",
        "Bytes in which the end mark of a spool envelope is looked for. An envelope of more than 32,766 recipients, which is one of the troubles looked for (Q272672), takes some hundred kilobytes; the anomaly spool-no-end-mark says that there was none.";
    SIBLING_BYTES: u64 = 16 << 20, "bytes",
        "The largest file beside the Backup that is read. Lists, logs and mail are smaller; larger ones are listed with their size.";
    SPOOL_ENTRIES: usize = 20_000, "entries",
        "Entries of the spool folders beside the Backup that are looked at. They are not the Backup; a remark of the listing says that there are more.";
    NAMES_BESIDE: usize = 10_000, "names",
        "Names looked at in one folder beside the Backup, of which only sibling files are read. A remark of the listing says that there are more.";
    FILTER_BYTES: usize = 4096, "bytes",
        "Bytes of a filter (`--where`). Written by people; a longer one is refused with a sentence.";
    FILTER_DEPTH: usize = 32, "levels",
        "Parentheses within each other in a filter, which the parser follows by recursion. A deeper one is refused with a sentence.";
    FILTER_CONDITIONS: usize = 128, "conditions",
        "Conditions of one filter, each of which is put to every message. More are refused with a sentence.";
}

/// Why a limit cannot be set so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitFault {
    /// There is no limit of that name.
    Unknown,
    /// It lies between 1 and this.
    Range {
        /// The greatest value.
        most: u64,
    },
}

impl Limits {
    /// Sets one limit by its name.
    ///
    /// # Errors
    /// When there is none of that name, or when the value makes no sense.
    pub fn set(&mut self, name: &str, value: u64) -> Result<(), LimitFault> {
        let limit = Self::TABLE.iter().find(|limit| limit.name == name).ok_or(LimitFault::Unknown)?;
        if value == 0 || value > limit.most {
            return Err(LimitFault::Range { most: limit.most });
        }
        self.put(name, value);
        Ok(())
    }

    /// Returns the limits that are not at their default, in the order of the table.
    pub fn changed(&self) -> impl Iterator<Item = (&'static Limit, u64)> {
        Self::TABLE.iter().zip(self.values()).filter(|(limit, value)| limit.default != *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_set_by_its_name() {
        for (at, limit) in Limits::TABLE.iter().enumerate() {
            let mut limits = Limits::default();
            assert_eq!(limits.values()[at], limit.default, "{}", limit.name);
            assert_eq!(limits.set(limit.name, limit.most), Ok(()));
            assert_eq!(limits.changed().collect::<Vec<_>>(), [(limit, limit.most)]);
            assert_eq!(limits.set(limit.name, 0), Err(LimitFault::Range { most: limit.most }));
            assert_eq!(limits.set(limit.name, limit.most + 1), Err(LimitFault::Range { most: limit.most }));
            assert!(limit.default < limit.most && !limit.codes.is_empty(), "{}", limit.name);
        }
        assert_eq!(Limits::default().set("no_such", 1), Err(LimitFault::Unknown));
        assert_eq!(Limits::default().changed().count(), 0);
    }

    #[test]
    fn every_bound_says_why() {
        let said = Limits::TABLE.iter().flat_map(|limit| [limit.what, limit.why]).chain(FIXED.iter().map(|fixed| fixed.why));
        for text in said {
            assert!(text.len() > 15 && text.ends_with('.'), "{text}");
        }
    }
}
