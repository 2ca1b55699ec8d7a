//! Squeezes the bytes of compact records: what was said before, in the record or in the words that mail of the era has in common, is
//! said again by its place. Written and read within the process only; it is no archive format.
//!
//! The form is that of LZ4: a byte with two counts of four bits, so many bytes as they are, then the distance of what is said again. It
//! is simple and fast enough to be done for each message; a general compressor takes longer to begin than a record takes to squeeze.

use std::sync::LazyLock;

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
/// Slots of the table of places, a power of two.
const SLOTS: usize = 1 << 11;
/// The count that four bits hold; further bytes add to it.
const MOST: usize = 15;

/// Where each word of the common ones stands.
static PLACES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut places = vec![u32::MAX; SLOTS];
    for at in 0..COMMON.len().saturating_sub(SHORTEST - 1) {
        if let Some(word) = word_at(COMMON, at) {
            let _ = exchange(&mut places, word, at);
        }
    }
    places
});

/// Returns the bytes in a shorter form; [`expand`] gives them back.
pub(super) fn squeeze(bytes: &[u8]) -> Box<[u8]> {
    let said = [COMMON, bytes].concat();
    let mut places = PLACES.clone();
    let mut out = Vec::with_capacity(bytes.len() / 2 + SHORTEST);
    let (mut at, mut plain) = (COMMON.len(), COMMON.len());
    while let Some(word) = word_at(&said, at) {
        let known = exchange(&mut places, word, at).filter(|&known| at - known <= FARTHEST && word_at(&said, known) == Some(word));
        let Some(known) = known else {
            at += 1;
            continue;
        };
        let length = SHORTEST + alike(said.get(known + SHORTEST..), said.get(at + SHORTEST..));
        write(&mut out, said.get(plain..at).unwrap_or_default(), Some((at - known, length)));
        at += length;
        plain = at;
    }
    write(&mut out, said.get(plain..).unwrap_or_default(), None);
    out.into()
}

/// Bytes that were squeezed, behind the common words that they refer to.
pub(super) struct Expanded(Vec<u8>);

impl Expanded {
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.get(COMMON.len()..).unwrap_or_default()
    }
}

/// Returns the bytes that were squeezed; of bytes that were not, whatever they begin with.
pub(super) fn expand(squeezed: &[u8]) -> Expanded {
    let mut out = Vec::with_capacity(COMMON.len() + squeezed.len() * 4);
    out.extend_from_slice(COMMON);
    let mut rest = squeezed;
    while read(&mut rest, &mut out).is_some() {}
    Expanded(out)
}

fn word_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}

/// Notes where a word stands, and returns where it or one like it stood last.
fn exchange(places: &mut [u32], word: u32, at: usize) -> Option<usize> {
    // The multiplier of Knuth's multiplicative hashing; the highest bits are the best mixed.
    let slot = word.wrapping_mul(2_654_435_761) >> (u32::BITS - SLOTS.ilog2());
    let place = places.get_mut(usize::try_from(slot).ok()?)?;
    let known = std::mem::replace(place, u32::try_from(at).ok()?);
    usize::try_from(known).ok().filter(|_| known != u32::MAX)
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

/// Reads what one call of [`write`] wrote; none at the end.
fn read(rest: &mut &[u8], out: &mut Vec<u8>) -> Option<()> {
    let counts = *rest.split_off_first()?;
    let plain = count(rest, counts >> 4)?;
    out.extend_from_slice(rest.split_off(..plain)?);
    let distance = usize::from(u16::from_le_bytes(*rest.split_off(..2)?.first_chunk()?));
    let length = count(rest, counts & 15)? + SHORTEST;
    let start = out.len().checked_sub(distance).filter(|_| distance > 0)?;
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
        assert_eq!(expand(&squeezed).bytes(), bytes);
        assert!(squeezed.len() <= at_most, "{} bytes", squeezed.len());
    }

    #[test]
    fn what_is_common_or_repeated_is_said_shortly() {
        check(b"", 1);
        check(b"abc", 4);
        check(&[7; 10_000], 60);
        check(b"Received: from relay1.partner.example by MAIL1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)", 50);
        check(b"joe@partner.example, Joe <joe@partner.example>", 32);
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
            let expanded = expand(&squeeze(&bytes));
            prop_assert_eq!(expanded.bytes(), bytes);
        }
    }
}
