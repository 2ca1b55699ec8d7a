//! Points in time without a clock: UTC timestamps of 100 ns, and local times whose zone nobody wrote down.

use std::{fmt, num::NonZeroI64};

/// 1970-01-01 as a FILETIME.
pub const FILETIME_UNIX_EPOCH: i64 = 116_444_736_000_000_000;
const TICKS: i64 = 10_000_000;

/// A point in time in UTC, counted in 100 ns since 1601-01-01 (FILETIME).
// From 1601 on stored one higher, so that a time that may be missing takes no more memory than one that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroI64);

/// A date and time of day without a zone, as TNEF date attributes and log files carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    /// Year of the common era.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u16,
    /// Day of the month, from 1.
    pub day: u16,
    /// Hour, 0 to 23.
    pub hour: u16,
    /// Minute.
    pub minute: u16,
    /// Second.
    pub second: u16,
}

impl Timestamp {
    /// Returns the time of a FILETIME; one beyond the year 30828 is none.
    #[must_use]
    pub fn from_filetime(ticks: u64) -> Option<Self> {
        i64::try_from(ticks).ok().map(Self::of)
    }

    /// Returns the time of a count of seconds since 1970.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        Self::of(seconds.saturating_mul(TICKS).saturating_add(FILETIME_UNIX_EPOCH))
    }

    fn of(ticks: i64) -> Self {
        Self(NonZeroI64::new(if ticks < 0 { ticks } else { ticks.saturating_add(1) }).unwrap_or(NonZeroI64::MIN))
    }

    /// Returns the FILETIME.
    #[must_use]
    pub fn filetime(self) -> i64 {
        let stored = self.0.get();
        if stored < 0 { stored } else { stored - 1 }
    }

    /// Returns the seconds since 1970, rounded down.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        (self.filetime() - FILETIME_UNIX_EPOCH).div_euclid(TICKS)
    }

    /// Returns the seconds from `earlier` to this time; negative when it is later.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.filetime().saturating_sub(earlier.filetime()).div_euclid(TICKS)
    }

    /// Returns the date and time of day in UTC.
    #[must_use]
    pub fn utc(self) -> LocalTime {
        let seconds = self.unix_seconds();
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        let clock = seconds.rem_euclid(86_400);
        let part = |value: i64| u16::try_from(value).unwrap_or(u16::MAX);
        LocalTime {
            year: part(year),
            month: part(month),
            day: part(day),
            hour: part(clock / 3600),
            minute: part(clock / 60 % 60),
            second: part(clock % 60),
        }
    }
}

impl LocalTime {
    /// Returns whether the fields form a date and time that exist.
    #[must_use]
    pub fn is_valid(self) -> bool {
        (1..=12).contains(&self.month)
            && self.day >= 1
            && self.day <= days_in_month(self.year, self.month)
            && self.hour < 24
            && self.minute < 60
            && self.second < 61
    }

    /// Returns the time read as if the zone were UTC; none when the date does not exist.
    #[must_use]
    pub fn as_utc(self) -> Option<Timestamp> {
        let days = days_from_civil(i64::from(self.year), i64::from(self.month), i64::from(self.day));
        let clock = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        self.is_valid().then(|| Timestamp::from_unix(days * 86_400 + clock))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = (self.filetime() - FILETIME_UNIX_EPOCH).rem_euclid(TICKS);
        write!(f, "{}", self.utc())?;
        if fraction != 0 {
            let digits = format!("{fraction:07}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}

fn days_in_month(year: u16, month: u16) -> u16 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a proleptic Gregorian date, after Howard Hinnant's published algorithm.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filetime_of_the_knowledge_base_reads_as_printed() {
        let time = Timestamp::from_filetime(0x01BA_6278_2596_13E0).unwrap();
        assert_eq!(time.to_string(), "1995-08-04T14:39:47.23Z");
    }

    #[test]
    fn local_time_goes_to_utc_and_back() {
        let local = LocalTime { year: 2000, month: 2, day: 29, hour: 23, minute: 59, second: 58 };
        assert_eq!(local.as_utc().unwrap().utc(), local);
        assert_eq!(LocalTime { day: 30, ..local }.as_utc(), None);
        assert_eq!(Timestamp::from_unix(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp::from_filetime(0).unwrap().to_string(), "1601-01-01T00:00:00Z");
        assert_eq!(size_of::<Option<Timestamp>>(), size_of::<Timestamp>());
        let times = [i64::MIN, -12_000_000_000, -11_644_473_601, -11_644_473_600, 0, 5].map(Timestamp::from_unix);
        assert!(times.is_sorted() && times.map(Timestamp::filetime).is_sorted_by(|one, next| one < next));
        assert_eq!((times[2].filetime(), times[3].filetime()), (-TICKS, 0));
    }
}
