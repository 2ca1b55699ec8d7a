//! MTS-IDs and Message-IDs taken apart as text: server, time, spool name, GUID (KB Q153188, Q190709, Q233236, Q153060, Q166577).
//!
//! What a server or a queue makes of them is deliberately absent. Impossible times occur in real ids (KB Q242961) and are kept as text.

use crate::base::{LocalTime, Timestamp};

/// An MTS-ID `c=..;a=..;p=..;l=..`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MtsId<'a> {
    /// Country.
    pub country: Option<&'a str>,
    /// Administrative management domain, one blank when there is none.
    pub admd: Option<&'a str>,
    /// Private management domain.
    pub prmd: Option<&'a str>,
    /// Local id.
    pub local: Option<&'a str>,
    /// The local id taken apart.
    pub parts: LocalId<'a>,
}

/// A local id by the program that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LocalId<'a> {
    /// `SERVER-YYMMDDhhmmssZ-n` of an information store.
    Store {
        /// Server.
        server: &'a str,
        /// Time in UTC.
        time: IdTime<'a>,
        /// Number.
        number: &'a str,
    },
    /// `SERVERYYMMDDhhmmNNNNNNNN` of the Internet connector; the tail is the name of the spool file.
    Spool {
        /// Server.
        server: &'a str,
        /// Time in UTC, to the minute.
        time: IdTime<'a>,
        /// Name of the spool file.
        spool: &'a str,
    },
    /// `SERVERYYMMDDhhmmss` and eight characters of a message transfer agent.
    Agent {
        /// Server.
        server: &'a str,
        /// Time in UTC.
        time: IdTime<'a>,
        /// The last eight characters.
        tail: &'a str,
    },
    /// Anything else.
    #[default]
    Foreign,
}

/// The digits of a time in an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdTime<'a> {
    /// As written.
    pub digits: &'a str,
    /// The time; none when it does not exist.
    pub time: Option<Timestamp>,
}

/// A Message-ID without its angle brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageId<'a> {
    /// Before the last `@`.
    pub left: &'a str,
    /// Behind it.
    pub host: Option<&'a str>,
    /// What the left side is made of.
    pub kind: MessageIdKind,
}

/// What the left side of a Message-ID is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageIdKind {
    /// The MTS-ID with `%` for `;` and `_` for a blank (4.0); the text is turned back, for [`MtsId::parse`].
    MtsId(Box<str>),
    /// A version 1 GUID in memory order and a counter (5.0 and 5.5).
    Guid {
        /// The GUID's own time.
        time: Option<Timestamp>,
        /// The network card.
        node: [u8; 6],
        /// The counter behind the GUID.
        counter: u16,
    },
    /// Anything else.
    Foreign,
}

impl<'a> MtsId<'a> {
    /// Parses an MTS-ID; none when it has no `l=` and no other known key.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut id = Self::default();
        let mut rest = text.trim_matches(['\0', '\r', '\n']);
        // Stores before 5.5 SP3 also part the keys with slashes (Q218962).
        let separator = if is_slashed(rest) { '/' } else { ';' };
        while !rest.is_empty() {
            let (part, after) = rest.split_once(separator).unwrap_or((rest, ""));
            let Some((key, value)) = part.split_once('=') else {
                rest = after;
                continue;
            };
            match key.trim().to_ascii_lowercase().as_str() {
                "c" => id.country = Some(value),
                "a" => id.admd = Some(value),
                "p" => id.prmd = Some(value),
                // The local id is the last part and free text: a semicolon in it belongs to it.
                "l" => {
                    let start = rest.len() - after.len() - usize::from(!after.is_empty()) - value.len();
                    let local = rest.get(start..).unwrap_or(value);
                    id.local = Some(local.trim_end_matches(separator));
                    id.parts = local_id(local.trim_end_matches(separator));
                    break;
                }
                _ => {}
            }
            rest = after;
        }
        (id.country.is_some() || id.prmd.is_some() || id.local.is_some()).then_some(id)
    }
}

/// `c=US/a= /p=Org/l=…`: the first key ends with a slash, and no semicolon parts anything.
fn is_slashed(text: &str) -> bool {
    let behind = |at: usize| text.get(at + 1..at + 3).is_some_and(|key| key.eq_ignore_ascii_case("a=") || key.eq_ignore_ascii_case("p="));
    !text.contains(';') && text.find('/').is_some_and(behind)
}

impl LocalId<'_> {
    /// Returns the server that made the id, where the form tells.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        match self {
            Self::Store { server, .. } | Self::Spool { server, .. } | Self::Agent { server, .. } => Some(server),
            Self::Foreign => None,
        }
    }

    /// Returns the time of the id, where the form tells and the time exists.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Store { time, .. } | Self::Spool { time, .. } | Self::Agent { time, .. } => time.time,
            Self::Foreign => None,
        }
    }
}

/// Takes a local id apart; forms without separators are read from the right.
fn local_id(local: &str) -> LocalId<'_> {
    store_id(local).or_else(|| unseparated_id(local)).unwrap_or_default()
}

fn store_id(local: &str) -> Option<LocalId<'_>> {
    let (rest, number) = local.rsplit_once('-')?;
    let (server, stamp) = rest.rsplit_once('-')?;
    let digits = stamp.strip_suffix(['Z', 'z'])?;
    let is_store = !server.is_empty() && digits.len() == 12 && is_digits(digits) && is_digits(number) && !number.is_empty();
    is_store.then_some(LocalId::Store { server, time: id_time(digits), number })
}

fn unseparated_id(local: &str) -> Option<LocalId<'_>> {
    let (rest, tail) = local.split_at_checked(local.len().checked_sub(8)?)?;
    if !tail.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let digits = rest.len() - rest.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let split = |count: usize| rest.split_at_checked(rest.len() - count).filter(|(server, _)| !server.is_empty());
    // A server's name may end in digits, so that a time that exists decides; the agent's has seconds and a hexadecimal tail.
    let agent = (digits >= 12).then(|| split(12)).flatten().filter(|(_, time)| id_time(time).time.is_some());
    if let Some((server, time)) = agent.filter(|_| tail.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Some(LocalId::Agent { server, time: id_time(time), tail });
    }
    let (server, time) = (digits >= 10).then(|| split(10)).flatten()?;
    Some(LocalId::Spool { server, time: id_time(time), spool: tail })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads `YYMMDDhhmm` or `YYMMDDhhmmss`; years from 70 on are of the twentieth century.
fn id_time(digits: &str) -> IdTime<'_> {
    let part = |at: usize| digits.get(at..at + 2).and_then(|part| part.parse::<u16>().ok());
    let time = (|| {
        let year = part(0)?;
        let year = if year < 70 { 2000 + year } else { 1900 + year };
        let second = if digits.len() > 10 { part(10)? } else { 0 };
        LocalTime { year, month: part(2)?, day: part(4)?, hour: part(6)?, minute: part(8)?, second }.as_utc()
    })();
    IdTime { digits, time }
}

impl<'a> MessageId<'a> {
    /// Parses a Message-ID with or without angle brackets (printed samples also have square ones).
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let text = text.trim();
        let inner = text.strip_prefix(['<', '[']).unwrap_or(text);
        let inner = inner.strip_suffix(['>', ']']).unwrap_or(inner);
        let (left, host) = inner.rsplit_once('@').map_or((inner, None), |(left, host)| (left, Some(host)));
        Self { left, host, kind: guid(left).or_else(|| mts(left)).unwrap_or(MessageIdKind::Foreign) }
    }
}

fn mts(left: &str) -> Option<MessageIdKind> {
    let is_mts = left.get(..2).is_some_and(|key| key.eq_ignore_ascii_case("c=")) && left.contains('%');
    is_mts.then(|| MessageIdKind::MtsId(left.replace('%', ";").replace('_', " ").into()))
}

fn guid(left: &str) -> Option<MessageIdKind> {
    let digits: &[u8; 36] = left.as_bytes().try_into().ok()?;
    let mut bytes = [0; 18];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    let [t0, t1, t2, t3, t4, t5, t6, t7, _, _, node @ .., c0, c1] = bytes;
    if !digits.iter().all(u8::is_ascii_hexdigit) || t7 >> 4 != 1 {
        return None;
    }
    // 100 ns since the Gregorian reform of 1582; FILETIME counts from 1601.
    let ticks = u64::from_le_bytes([t0, t1, t2, t3, t4, t5, t6, t7 & 0x0F]);
    let time = ticks.checked_sub(GREGORIAN_TO_FILETIME).and_then(Timestamp::from_filetime);
    Some(MessageIdKind::Guid { time, node, counter: u16::from_be_bytes([c0, c1]) })
}

/// 1582-10-15 to 1601-01-01 in 100 ns.
const GREGORIAN_TO_FILETIME: u64 = 5_748_192_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<'a>(text: &'a str, server: Option<&str>, time: Option<&str>) -> LocalId<'a> {
        let id = MtsId::parse(text).unwrap();
        assert_eq!((id.parts.server(), id.parts.time().map(|time| time.to_string()).as_deref()), (server, time));
        id.parts
    }

    #[test]
    fn the_local_ids_of_the_knowledge_base_are_taken_apart() {
        check("c=US;a= ;p=EXAMPLE;l=SRV1-960701173047Z-2\0", Some("SRV1"), Some("1996-07-01T17:30:47Z"));
        check("C=US;A= ;P=ORG;L=TESTSERVER000902173231AE003300", Some("TESTSERVER"), Some("2000-09-02T17:32:31Z"));
        let spool = check("c=US;a= ;p=Microsoft;l=RAYDEN9711051951WKA6D6YM", Some("RAYDEN"), Some("1997-11-05T19:51:00Z"));
        assert!(matches!(spool, LocalId::Spool { spool: "WKA6D6YM", .. }));
    }

    #[test]
    fn impossible_times_and_foreign_ids_are_kept() {
        let store = check("c=US;a= ;p=X;l=SRV-991003384222Z-1", Some("SRV"), None);
        assert!(matches!(store, LocalId::Store { time: IdTime { digits: "991003384222", .. }, .. }));
        assert_eq!(check("c=DE;a=DBP;p=X;l=some; text é", None, None), LocalId::Foreign);
        assert_eq!(MtsId::parse("c=DE;a= ;p=X;l=a;b").unwrap().local, Some("a;b"));
        assert_eq!(MtsId::parse("nothing of the kind"), None);
        let slashed = MtsId::parse("c=US/a= /p=Org/l=SRV-981215155334Z-2").unwrap();
        assert_eq!((slashed.prmd, slashed.local), (Some("Org"), Some("SRV-981215155334Z-2")));
    }

    #[test]
    fn message_ids_of_both_lines_are_taken_apart() {
        let old = MessageId::parse("<c=US%a=_%p=ORG%l=SRV1-960627152737Z-8201@mail.example.com>");
        let MessageIdKind::MtsId(mts) = &old.kind else { panic!("{old:?}") };
        check(mts, Some("SRV1"), Some("1996-06-27T15:27:37Z"));
        let new = MessageId::parse("<6180A23D98B7D011BD4800A0C90D616D051C@mail.example.com>");
        let MessageIdKind::Guid { time: Some(time), node, counter: 0x051C } = new.kind else { panic!("{new:?}") };
        assert!(time.to_string().starts_with("1997-04-18T03:02"));
        assert_eq!(node, [0x00, 0xA0, 0xC9, 0x0D, 0x61, 0x6D]);
        assert_eq!(MessageId::parse("<1@x>"), MessageId { left: "1", host: Some("x"), kind: MessageIdKind::Foreign });
    }

    #[expect(clippy::string_slice, reason = "the samples are cut at character boundaries")]
    #[test]
    fn every_prefix_and_every_changed_byte_is_read() {
        for text in ["c=US;a= ;p=X;l=RAYDEN9711051951WKA6D6YM", "<6180A23D98B7D011BD4800A0C90D616D051C@x>", "c=US;l=SRV-960701173047Z-2"] {
            for at in 0..text.len() {
                for c in [';', '=', '-', '@', '9', 'é'] {
                    let changed = format!("{}{c}{}", &text[..at], &text[at + 1..]);
                    let _ = (MtsId::parse(&changed), MessageId::parse(&changed), MtsId::parse(&text[..at]));
                    assert!(MessageId::parse(&changed).left.len() <= changed.len());
                }
            }
        }
    }
}
