//! Received fields clause by clause (RFC 822 4.3.2), and the build numbers that Exchange's connectors leave in them and in X-Mailer
//! (KB Q153060, Q166577, Q190709, Q320636). Which host is whose is deliberately absent.

use std::ops::Range;

use mail_parser::DateTime;

use crate::base::{LocalTime, Pattern, Timestamp};

/// A Received field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// Host that sent, as it named itself.
    pub from: Option<String>,
    /// Comment behind it, for example `[192.0.2.1]`, without its parentheses.
    pub from_comment: Option<String>,
    /// Host that received.
    pub by: Option<String>,
    /// Protocol or program, comments included.
    pub with: Option<String>,
    /// Id without angle brackets.
    pub id: Option<String>,
    /// Recipient.
    pub for_: Option<String>,
    /// Date as written.
    pub date_text: Option<String>,
    /// The date.
    pub date: Option<HeaderDate>,
    /// Program that wrote the field.
    pub product: MailProduct,
    /// Its build.
    pub build: Option<String>,
    /// An id `HHHHHHHH.LLLLLLLL` as FILETIME, in 4.0 and in Windows Messaging the writer's local time in the form of a UTC time.
    pub id_filetime: Option<Timestamp>,
}

/// The program that left a stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailProduct {
    /// Internet Mail Connector of Exchange 4.0.
    Imc,
    /// Internet Mail Service of Exchange 5.0 and 5.5.
    Ims,
    /// Another program.
    #[default]
    Other,
}

/// A build number in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildStamp {
    /// Four numbers, for example `5.5.2653.19`.
    pub build: String,
    /// The program.
    pub product: MailProduct,
    /// The `by` host, in a Received field.
    pub host: Option<String>,
    /// Place of the number in the value.
    pub range: Range<usize>,
}

/// A date with its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderDate {
    /// The point in time.
    pub time: Timestamp,
    /// Minutes that the writer's clock was ahead of UTC.
    pub zone_minutes: i32,
}

impl HeaderDate {
    /// Returns what the writer's clock showed.
    #[must_use]
    pub fn local(self) -> LocalTime {
        Timestamp::from_unix(self.time.unix_seconds() + i64::from(self.zone_minutes) * 60).utc()
    }
}

/// No date is longer, comments included.
const MAX_DATE: usize = 256;

/// Reads the date of a header; none when it has no zone or does not exist.
#[must_use]
pub fn date(text: &str) -> Option<HeaderDate> {
    let text = text.trim();
    let parsed = DateTime::parse_rfc822(text.get(..MAX_DATE).unwrap_or(text)).filter(|_| text.len() <= MAX_DATE)?;
    let DateTime { year, month, day, hour, minute, second, tz_before_gmt, tz_hour, tz_minute } = parsed;
    let local = LocalTime { year, month: month.into(), day: day.into(), hour: hour.into(), minute: minute.into(), second: second.into() };
    let offset = i32::from(tz_hour) * 60 + i32::from(tz_minute);
    let zone_minutes = if tz_before_gmt { -offset } else { offset };
    let clock = local.as_utc()?;
    Some(HeaderDate { time: Timestamp::from_unix(clock.unix_seconds() - i64::from(zone_minutes) * 60), zone_minutes })
}

/// Takes the value of a Received field apart; it may still have its folds.
#[must_use]
pub fn received(value: &str) -> Received {
    let mut received = Received::default();
    let (clauses, date_text) = clauses(value);
    for (keyword, text) in clauses {
        let slot = match keyword {
            "from" => {
                received.from_comment = comment(text).map(str::to_owned);
                &mut received.from
            }
            "by" => &mut received.by,
            "with" => &mut received.with,
            "id" => &mut received.id,
            "for" => &mut received.for_,
            _ => continue,
        };
        let words = words(text);
        slot.get_or_insert_with(|| match keyword {
            "with" => words.join(" "),
            "id" => bare(words.first().unwrap_or(&"")).to_owned(),
            _ => words.first().map_or_else(String::new, |word| (*word).to_owned()),
        });
    }
    received.date_text = date_text.map(|text| words(text).join(" "));
    received.date = received.date_text.as_deref().and_then(date);
    if let Some(stamp) = stamps(value).next() {
        received.product = stamp.1;
        received.build = Some(stamp.0.to_owned());
    }
    received.id_filetime = received.id.as_deref().and_then(filetime);
    received
}

/// Returns every build number of Exchange's connectors in the value of an X-Mailer or Received field.
#[must_use]
pub fn version_stamps(value: &str) -> Vec<BuildStamp> {
    let host = || {
        let (_, text) = clauses(value).0.into_iter().find(|(keyword, _)| *keyword == "by")?;
        words(text).first().map(|word| (*word).to_owned())
    };
    stamps(value).map(|(build, product, range)| BuildStamp { build: build.to_owned(), product, host: host(), range }).collect()
}

static STAMP: Pattern = Pattern::new(r"(?i)(Internet\s+Mail\s+(?:Connector|Service)(?:\s+Version)?|\(IMC)\s+\(?([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)");

fn stamps(value: &str) -> impl Iterator<Item = (&str, MailProduct, Range<usize>)> {
    STAMP.captures_all(value).filter_map(|found| {
        let (name, build) = (found.get(1)?.as_str(), found.get(2)?);
        let is_service = name.to_ascii_lowercase().contains("service");
        Some((build.as_str(), if is_service { MailProduct::Ims } else { MailProduct::Imc }, build.range()))
    })
}

/// Cuts a value into keyword and text, and the date behind the last semicolon, all outside of comments and quotes.
fn clauses(value: &str) -> (Vec<(&'static str, &str)>, Option<&str>) {
    let mut found: Vec<(&'static str, usize, usize)> = Vec::new();
    let (mut depth, mut is_quoted, mut semicolon, mut word) = (0_usize, false, None, 0);
    for (at, byte) in value.bytes().enumerate().chain([(value.len(), b' ')]) {
        match byte {
            b'"' if depth == 0 => is_quoted = !is_quoted,
            b'(' if !is_quoted => depth += 1,
            b')' if !is_quoted => depth = depth.saturating_sub(1),
            b';' if depth == 0 && !is_quoted => semicolon = Some(at),
            _ => {}
        }
        if byte.is_ascii_whitespace() || byte == b')' {
            let keyword = value.get(word..at).filter(|_| depth == 0 && !is_quoted && semicolon.is_none()).and_then(keyword);
            found.extend(keyword.map(|keyword| (keyword, word, at)));
            word = at + 1;
        }
    }
    let end = semicolon.unwrap_or(value.len());
    let ends = found.iter().skip(1).map(|next| next.1).chain([end]);
    let clauses = found.iter().zip(ends).map(|(&(keyword, _, start), end)| (keyword, value.get(start..end).unwrap_or_default()));
    (clauses.collect(), semicolon.and_then(|at| value.get(at + 1..)))
}

fn keyword(word: &str) -> Option<&'static str> {
    ["from", "by", "via", "with", "id", "for"].into_iter().find(|keyword| word.eq_ignore_ascii_case(keyword))
}

fn words(text: &str) -> Vec<&str> {
    text.split_ascii_whitespace().collect()
}

fn comment(text: &str) -> Option<&str> {
    let (start, end) = (text.find('(')?, text.rfind(')')?);
    text.get(start + 1..end)
}

fn bare(id: &str) -> &str {
    let inner = id.strip_prefix(['<', '[']).unwrap_or(id);
    inner.strip_suffix(['>', ']']).unwrap_or(inner)
}

fn filetime(id: &str) -> Option<Timestamp> {
    let digits = id.split('@').next()?;
    let (high, low) = digits.split_once('.').filter(|(high, low)| high.len() == 8 && low.len() == 8)?;
    let half = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u64::from_str_radix(text, 16).ok()).flatten();
    Timestamp::from_filetime(half(high)? << 32 | half(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, hosts: (&str, &str), id: &str, stamp: (MailProduct, &str)) -> Received {
        let found = received(value);
        assert_eq!((found.from.as_deref().unwrap_or(""), found.by.as_deref().unwrap_or("")), hosts);
        assert_eq!(found.id.as_deref(), Some(id));
        assert_eq!((found.product, found.build.as_deref().unwrap_or("")), stamp);
        found
    }

    #[test]
    fn the_stamps_of_all_lines_are_read_folds_included() {
        let old = "by srv1.example.com with Microsoft Exchange (IMC 4.0.838.14)\r\n\tid <01BB6402.55C69350@srv1.example.com>; Thu, 27 Jun 1996 08:27:37 -0700";
        let old = check(old, ("", "srv1.example.com"), "01BB6402.55C69350@srv1.example.com", (MailProduct::Imc, "4.0.838.14"));
        assert_eq!(old.date.unwrap().time.to_string(), "1996-06-27T15:27:37Z");
        assert_eq!(old.date.unwrap().local().to_string(), "1996-06-27T08:27:37");
        assert!(old.id_filetime.unwrap().to_string().starts_with("1996-06-27T08:2"));
        let service = "from relay.example ([198.51.100.123]) by mail1.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2656.59)\r\n\tid SMRFYN1Z; Wed, 06 Oct 1999 14:10:35 +0000";
        let service = check(service, ("relay.example", "mail1.example"), "SMRFYN1Z", (MailProduct::Ims, "5.5.2656.59"));
        assert_eq!((service.from_comment.as_deref(), service.id_filetime), (Some("[198.51.100.123]"), None));
        check("by a.b with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; x", ("", "a.b"), "GXM396ZL", (MailProduct::Ims, "5.5.2653.19"));
    }

    #[test]
    fn other_programs_and_odd_fields_are_read_too() {
        let other = check(
            "from a (by x; y) by b (8.8.5/8.8.5) with SMTP id HDD17057 for <c@d>;\n Wed, 6 Oct 99 13:56:41 EST",
            ("a", "b"),
            "HDD17057",
            (MailProduct::Other, ""),
        );
        assert_eq!((other.for_.as_deref(), other.date.unwrap().zone_minutes), (Some("<c@d>"), -300));
        assert_eq!(received(""), Received::default());
        assert_eq!(received("from a by b; 31 Feb 1999 00:00:00 +0000").date, None);
    }

    #[test]
    fn stamps_carry_their_host_and_place() {
        let value = "Microsoft Exchange Server Internet Mail Connector Version 4.0.838.14";
        assert_eq!(version_stamps(value), [BuildStamp { build: "4.0.838.14".into(), product: MailProduct::Imc, host: None, range: 58..68 }]);
        let hosts: Vec<_> = version_stamps("by h with Internet Mail Service (5.0.1457.3)").into_iter().map(|stamp| stamp.host).collect();
        assert_eq!(hosts, [Some("h".to_owned())]);
        assert_eq!(version_stamps("Internet Mail Service (5.5.26)"), []);
    }

    #[expect(clippy::string_slice, reason = "the samples are cut at character boundaries")]
    #[test]
    fn every_prefix_and_every_changed_byte_is_read() {
        let value = "from a ([1]) by b with SMTP (Internet Mail Service 5.5.1.2)\r\n\tid <01BB6402.55C69350@x>; Wed, 06 Oct 1999 14:10:35 +0000";
        for at in 0..value.len() {
            let _ = received(&value[..at]);
            for c in ["(", ")", "\"", ";", "9", "é"] {
                let changed = format!("{}{c}{}", &value[..at], &value[at + 1..]);
                assert!(received(&changed).with.is_none_or(|with| with.len() <= changed.len()));
            }
        }
    }
}
