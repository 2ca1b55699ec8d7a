//! What the modification times of the files tell: when the Backup was made, whether copying lost that, whether two runs were mixed.
//! File times are of the zone of whoever wrote the archive, so that comparisons with UTC allow for 26 hours.

use crate::base::Timestamp;

use super::{Backup, FileRecord};

const DAY: i64 = 86_400;
const YEAR: i64 = 365 * DAY;
/// Any two zones are at most 26 hours apart.
pub const ZONE_TOLERANCE: i64 = 26 * 3600;
/// Seconds within which one run of the tool cannot write hundreds of files.
const BUNCHED: i64 = 2;
const MANY_MESSAGES: usize = 200;
const FEW_FILES: usize = 5;
/// 1995-01-01: Exchange was not yet for sale.
const BEFORE_EXCHANGE: i64 = 788_918_400;

/// Why the modification times are not those of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostTimes<'a> {
    /// All files have the same time.
    AllEqual(Timestamp),
    /// All lie within two seconds, which is too short for so many.
    Bunched(Timestamp, Timestamp),
    /// Even the earliest is more than a year later than the newest message.
    AfterMessages {
        /// The earliest time of a file.
        earliest: Timestamp,
        /// The latest time in a message.
        newest: Timestamp,
    },
    /// A file is older than the product.
    BeforeExchange(&'a str, Timestamp),
}

/// A file and its time.
pub type TimedFile<'a> = (Timestamp, &'a FileRecord);

impl Backup {
    /// Returns what the tool itself writes: Imcfls, the three dumps and the files of the queues.
    #[must_use]
    pub fn collected_files(&self) -> Vec<&FileRecord> {
        let mut files: Vec<_> = self.packing_list_file().into_iter().chain(self.dump_files()).collect();
        files.extend(self.queue_files().map(|(_, file)| file));
        files
    }

    /// Returns the collected files that have a modification time, earliest first, those of one time by path.
    #[must_use]
    pub fn timed_files(&self) -> Vec<(Timestamp, &FileRecord)> {
        let mut timed: Vec<_> = self.collected_files().into_iter().filter_map(|file| Some((file.modified?, file))).collect();
        timed.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.path.cmp(&other.path)));
        timed
    }

    /// Returns why the modification times are not those of the run; none when they may be.
    #[must_use]
    pub fn lost_times(&self) -> Option<LostTimes<'_>> {
        let timed = self.timed_files();
        let (&(first, file), &(last, _)) = (timed.first()?, timed.last()?);
        if timed.len() < FEW_FILES {
            return None;
        }
        let newest = self.newest_message_time();
        if first.unix_seconds() == last.unix_seconds() {
            Some(LostTimes::AllEqual(first))
        } else if last.seconds_since(first) <= BUNCHED && self.queue_files().count() > MANY_MESSAGES {
            Some(LostTimes::Bunched(first, last))
        } else if first.unix_seconds() < BEFORE_EXCHANGE {
            Some(LostTimes::BeforeExchange(&file.path, first))
        } else {
            newest.filter(|newest| first.seconds_since(*newest) > YEAR).map(|newest| LostTimes::AfterMessages { earliest: first, newest })
        }
    }

    /// Returns when the run ended, by the time of the packing list; none when copying lost the times.
    #[must_use]
    pub fn collection_time(&self) -> Option<Timestamp> {
        self.packing_list_file()?.modified.filter(|_| self.lost_times().is_none())
    }

    /// Returns when IMCSAVE ran: by file times when they were preserved, else not before the newest time in any item.
    #[must_use]
    pub fn snapshot_time(&self) -> Option<Timestamp> {
        let newest_arrival = || self.messages.iter().filter_map(|message| message.facts.arrival).max();
        self.collection_time().or_else(|| self.newest_message_time().max(newest_arrival()))
    }

    /// Returns the oldest and the newest collected file when they are more than a day apart and the times were not lost.
    #[must_use]
    pub fn time_spread(&self) -> Option<(TimedFile<'_>, TimedFile<'_>)> {
        let timed = self.timed_files();
        let (first, last) = (*timed.first()?, *timed.last()?);
        (last.0.seconds_since(first.0) > DAY && self.lost_times().is_none()).then_some((first, last))
    }

    /// Returns the latest time that this site's clocks wrote into a message.
    #[must_use]
    pub fn newest_message_time(&self) -> Option<Timestamp> {
        self.messages.iter().filter_map(|message| message.facts.words.newest().map(|(time, _)| time)).max()
    }
}
