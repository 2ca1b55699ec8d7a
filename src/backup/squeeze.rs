//! Squeezes the bytes of compact records: what was said before, in the record or in the words that mail of the era has in common, is
//! said again by its place. Written and read within the process only; it is no archive format.
//!
//! The form is that of LZ4: a byte with two counts of four bits, so many bytes as they are, then the distance of what is said again. It
//! is simple and fast enough to be done for each message; a general compressor takes longer to begin than a record takes to squeeze.

use std::sync::OnceLock;

/// Words that records have in common, taken as said before each record.
const COMMON: &[u8] = b"IPM.Note\x05SMTP\x03EX/o=/ou=/cn=Recipients/cn=REPORT.IPM.Note.NDR.nsf.com.net.org\
mailto:@Re: Fwd: RE: FW: X-Mailer: Internet Mail Service (5.5.2650.21)Microsoft Outlook Express 5.00.2615.200\
X-MimeOLE: Produced By Microsoft MimeOLE V5.00.2615.200 X-MSMail-Priority: Normal X-Priority 3 Importance Reply-To Return-Path \
application/octet-stream application/msword application/ms-tnef winmail.dat multipart/alternative multipart/report report-type=delivery-status \
In-Reply-To References Errors-To Sender List-Unsubscribe Precedence bulk X-Originating-IP Delivered-To \
Content-Transfer-Encoding\x10quoted-printable 7bit 8bit base64 Content-Type text/html; charset=\"iso-8859-1\" multipart/mixed; boundary=\"----=_NextPart_000_\
MIME-Version\x031.0\x0cContent-Type text/plain; charset=\"us-ascii\"\x02To\x04From\x04Date\x07Subject\x0aMessage-ID\
 Mon, Tue, Wed, Thu, Fri, Sat, Sun,  Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec 1996 1997 1998 1999 2000 2001 2002 00:00:00 \
-0000 +0000 +0100 +0200 -0400 -0500 -0600 -0700 -0800 (EDT) (EST) (PDT) (PST) (GMT)\
 (8.8.8/8.8.8) (8.9.3/8.9.3) with ESMTP id  for <localhost ([127.0.0.1]) ([192.168. via smtpd; (envelope-from <\
 with Internet Mail Service (5.5.2650.21) id \
\x08Receivedfrom mail. by  with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)  id ";

/// The fewest bytes worth saying by their place.
const SHORTEST: usize = 4;
/// The farthest place that can be named.
const FARTHEST: usize = u16::MAX as usize;
/// Slots of the tables of places, powers of two.
const SLOTS: usize = 1 << 11;
const LEARNT_SLOTS: usize = 1 << 13;
/// The count that four bits hold; further bytes add to it.
const MOST: usize = 15;

/// Records that are learnt from, and how large they may be. A queue is full of messages that went the same ways.
const SAMPLES: usize = 8;
const SAMPLE: std::ops::RangeInclusive<usize> = 128..=4096;

/// What is taken as said before each record, and where each word of it stands.
struct Said {
    bytes: Vec<u8>,
    places: Vec<u32>,
}

/// The common words, then the same with one record more each; what was squeezed says by which of them. Set once and never changed, so that
/// what is said again stays true; which records come first changes how much memory the others take, and nothing else.
static LEARNT: [OnceLock<Said>; SAMPLES + 1] = [const { OnceLock::new() }; SAMPLES + 1];

impl Said {
    fn of(bytes: Vec<u8>) -> Self {
        let mut places = vec![u32::MAX; LEARNT_SLOTS];
        for at in 0..bytes.len().saturating_sub(SHORTEST - 1) {
            if let Some(word) = word_at(&bytes, at) {
                let _ = exchange(&mut places, word, at);
            }
        }
        Self { bytes, places }
    }

    /// Returns what was learnt last, and its number.
    fn latest() -> (usize, &'static Self) {
        let common = LEARNT[0].get_or_init(|| Self::of(COMMON.to_vec()));
        LEARNT.iter().enumerate().skip(1).map_while(|(number, said)| Some((number, said.get()?))).last().unwrap_or((0, common))
    }

    /// Learns a record of which too little was said before.
    fn learn(&self, number: usize, bytes: &[u8], squeezed: usize) {
        if SAMPLE.contains(&bytes.len())
            && squeezed > bytes.len() / 4
            && let Some(next) = LEARNT.get(number + 1)
        {
            next.get_or_init(|| Self::of([&self.bytes, bytes].concat()));
        }
    }

    fn find(&self, word: u32) -> Option<usize> {
        let known = self.places.get(slot(word, LEARNT_SLOTS)?)?;
        usize::try_from(*known).ok().filter(|&known| word_at(&self.bytes, known) == Some(word))
    }

    fn squeeze(&self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut places = vec![u32::MAX; SLOTS];
        let (mut at, mut plain) = (0, 0);
        while let Some(word) = word_at(bytes, at) {
            let own = exchange(&mut places, word, at).filter(|&known| word_at(bytes, known) == Some(word));
            let rest = bytes.get(at..);
            let own = own.map(|known| (at - known, alike(bytes.get(known..), rest)));
            let other = self.find(word).map(|known| (at + self.bytes.len() - known, alike(self.bytes.get(known..), rest)));
            let longer = own.into_iter().chain(other).filter(|(distance, _)| *distance <= FARTHEST).max_by_key(|(_, length)| *length);
            let Some((distance, length)) = longer else {
                at += 1;
                continue;
            };
            write(out, bytes.get(plain..at).unwrap_or_default(), Some((distance, length)));
            at += length;
            plain = at;
        }
        write(out, bytes.get(plain..).unwrap_or_default(), None);
    }

    fn expand(&self, mut squeezed: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(squeezed.len() * 4);
        while read(&mut squeezed, &mut out, &self.bytes).is_some() {}
        out
    }
}

/// Returns the bytes in a shorter form; [`expand`] gives them back.
pub(super) fn squeeze(bytes: &[u8]) -> Box<[u8]> {
    let (number, said) = Said::latest();
    let mut out = Vec::with_capacity(bytes.len() / 2 + SHORTEST);
    out.push(u8::try_from(number).unwrap_or(0));
    said.squeeze(bytes, &mut out);
    said.learn(number, bytes, out.len());
    out.into()
}

/// Returns the bytes that were squeezed; of bytes that were not, whatever they begin with.
pub(super) fn expand(squeezed: &[u8]) -> Vec<u8> {
    let known = |number: u8| LEARNT.get(usize::from(number)).and_then(OnceLock::get);
    squeezed.split_first().and_then(|(&number, rest)| Some(known(number)?.expand(rest))).unwrap_or_default()
}

fn word_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}

/// Notes where a word stands, and returns where it or one like it stood last.
fn exchange(places: &mut [u32], word: u32, at: usize) -> Option<usize> {
    let place = places.get_mut(slot(word, places.len())?)?;
    let known = std::mem::replace(place, u32::try_from(at).ok()?);
    usize::try_from(known).ok().filter(|_| known != u32::MAX)
}

/// The multiplier of Knuth's multiplicative hashing; the highest bits are the best mixed.
fn slot(word: u32, slots: usize) -> Option<usize> {
    usize::try_from(word.wrapping_mul(2_654_435_761) >> (u32::BITS - slots.ilog2())).ok()
}

fn alike(one: Option<&[u8]>, other: Option<&[u8]>) -> usize {
    one.unwrap_or_default().iter().zip(other.unwrap_or_default()).take_while(|(a, b)| a == b).count()
}

/// Writes bytes as they are, and the distance and length of what is said again.
fn write(out: &mut Vec<u8>, plain: &[u8], again: Option<(usize, usize)>) {
    let more = again.map_or(0, |(_, length)| length - SHORTEST);
    let nibble = |count: usize| u8::try_from(count.min(MOST)).unwrap_or(0);
    out.push(nibble(plain.len()) << 4 | nibble(more));
    beyond(out, plain.len());
    out.extend_from_slice(plain);
    if let Some((distance, _)) = again {
        out.extend_from_slice(&u16::try_from(distance).unwrap_or(0).to_le_bytes());
        beyond(out, more);
    }
}

/// Writes what of a count four bits do not hold.
fn beyond(out: &mut Vec<u8>, count: usize) {
    let Some(mut left) = count.checked_sub(MOST) else { return };
    while let Some(less) = left.checked_sub(255) {
        out.push(255);
        left = less;
    }
    out.push(u8::try_from(left).unwrap_or(0));
}

/// Reads what one call of [`write`] wrote; none at the end. What was said before never runs over into the record.
fn read(rest: &mut &[u8], out: &mut Vec<u8>, said: &[u8]) -> Option<()> {
    let counts = *rest.split_off_first()?;
    let plain = count(rest, counts >> 4)?;
    out.extend_from_slice(rest.split_off(..plain)?);
    let distance = usize::from(u16::from_le_bytes(*rest.split_off(..2)?.first_chunk()?));
    let length = count(rest, counts & 15)? + SHORTEST;
    let Some(start) = out.len().checked_sub(distance).filter(|_| distance > 0) else {
        let start = (said.len() + out.len()).checked_sub(distance)?;
        out.extend_from_slice(said.get(start..start + length)?);
        return Some(());
    };
    if length <= distance {
        out.extend_from_within(start..start + length);
    } else {
        for at in start..start + length {
            out.push(*out.get(at)?);
        }
    }
    Some(())
}

fn count(rest: &mut &[u8], nibble: u8) -> Option<usize> {
    let mut count = usize::from(nibble);
    if count == MOST {
        loop {
            let more = *rest.split_off_first()?;
            count += usize::from(more);
            if more < 255 {
                break;
            }
        }
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], at_most: usize) {
        let squeezed = squeeze(bytes);
        assert_eq!(expand(&squeezed), bytes);
        assert!(squeezed.len() <= at_most, "{} bytes", squeezed.len());
    }

    #[test]
    fn what_is_common_or_repeated_is_said_shortly() {
        check(b"", 2);
        check(b"abc", 5);
        check(&[7; 10_000], 60);
        check(b"Received: from relay1.partner.example by MAIL1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)", 50);
        check(b"joe@partner.example, Joe <joe@partner.example>", 33);
    }

    #[test]
    fn what_is_like_a_record_before_is_said_shortly() {
        let record =
            |number: u32| format!("from relay{number}.far.example by SRV1 id R{number:07}; joe{number}@far.example to ann@northwind.example");
        let said = Said::of([COMMON, record(1).as_bytes()].concat());
        let mut squeezed = Vec::new();
        said.squeeze(record(2).as_bytes(), &mut squeezed);
        assert!(squeezed.len() < 40, "{} bytes", squeezed.len());
        assert_eq!(said.expand(&squeezed), record(2).as_bytes());
    }

    #[test]
    fn counts_at_the_edges_of_four_bits_and_of_bytes() {
        let numbers = |count: usize| (0..count).flat_map(|at| u32::try_from(at).unwrap().to_be_bytes()).collect::<Vec<u8>>();
        for length in [14, 15, 16, 269, 270, 271, 524, 525, 526, 70_000] {
            check(&vec![1; length], length);
            check(&numbers(length), 5 * length);
        }
    }

    #[test]
    fn every_prefix_is_expanded_without_harm() {
        let squeezed = squeeze(b"Received: from a.example by b.example, from a.example by b.example");
        for end in 0..squeezed.len() {
            let _ = expand(&squeezed[..end]);
        }
    }

    proptest! {
        #[test]
        fn anything_comes_back(pieces in proptest::collection::vec((any::<u8>(), 0..40_usize), 0..60)) {
            let bytes: Vec<u8> = pieces.iter().flat_map(|&(byte, count)| (0..count).map(move |at| if at % 5 == 0 { byte } else { 32 })).collect();
            prop_assert_eq!(expand(&squeeze(&bytes)), bytes);
        }
    }
}
