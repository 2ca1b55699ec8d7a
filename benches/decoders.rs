//! Decodes TNEF files that lie in memory, over and over, by this crate or by the crate `tnef`:
//! `cargo run --release --example decoders -- (imcscan|imcscan-sha256|tnef) ROUNDS FILE...`; a folder stands for all files in it.
//!
//! Prints the median and the least time of a round, and what was found, so that nobody is fast by not looking.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a measurement speaks to whoever calls it")]

use std::{
    env, fs,
    hint::black_box,
    io,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use imcscan::{
    base::{Limits, Sha256Digest},
    formats::tnef::{AttachmentContent, TnefMessage, decode},
};

/// What one round found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Found {
    files: usize,
    refused: usize,
    attachments: usize,
    bytes: usize,
}

type Decoder = fn(&[u8], &mut Found);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some((decoder, rounds, places)) = wanted(&arguments) else {
        eprintln!("usage: decoders (imcscan|imcscan-sha256|tnef) ROUNDS FILE...");
        return ExitCode::from(2);
    };
    let mut files = Vec::new();
    for place in places {
        if let Err(error) = gather(Path::new(place), &mut files) {
            eprintln!("decoders: cannot read {place}: {error}");
            return ExitCode::FAILURE;
        }
    }
    let (mut found, mut times) = (Found::default(), Vec::new());
    for _ in 0..rounds {
        let started = Instant::now();
        found = Found { files: files.len(), ..Found::default() };
        for file in &files {
            decoder(file, &mut found);
        }
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let milliseconds = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    let (median, least) = (milliseconds(times.get(times.len() / 2)), milliseconds(times.first()));
    let Found { files, refused, attachments, bytes } = found;
    println!("{median:.1} ms (least {least:.1} ms); {files} files, {refused} refused, {attachments} attachments of {bytes} bytes");
    ExitCode::SUCCESS
}

fn wanted(arguments: &[String]) -> Option<(Decoder, usize, &[String])> {
    let (decoder, rest) = arguments.split_first()?;
    let (rounds, places) = rest.split_first()?;
    let decoder: Decoder = match decoder.as_str() {
        "imcscan" => |file, found| ours(&decode(file, &Limits::default()).value, found, false),
        "imcscan-sha256" => |file, found| ours(&decode(file, &Limits::default()).value, found, true),
        "tnef" => theirs,
        _ => return None,
    };
    Some((decoder, rounds.parse().ok()?, places))
}

fn gather(place: &Path, files: &mut Vec<Vec<u8>>) -> io::Result<()> {
    if !place.is_dir() {
        files.push(fs::read(place)?);
        return Ok(());
    }
    for entry in fs::read_dir(place)? {
        gather(&entry?.path(), files)?;
    }
    Ok(())
}

/// Counts attachments, those of messages within too.
fn ours(message: &TnefMessage<'_>, found: &mut Found, is_hashed: bool) {
    for attachment in &message.attachments {
        let content = attachment.content_bytes().map_or(&[][..], |(bytes, _)| bytes);
        found.attachments += 1;
        found.bytes += content.len();
        if is_hashed {
            black_box(Sha256Digest::of(content));
        }
        if let AttachmentContent::Message(_, _, Some(inner)) = &attachment.content {
            ours(inner, found, is_hashed);
        }
    }
}

fn theirs(file: &[u8], found: &mut Found) {
    match tnef::read_attachments(file) {
        Ok(attachments) => {
            found.attachments += attachments.len();
            found.bytes += attachments.iter().map(|attachment| attachment.data.len()).sum::<usize>();
        }
        Err(_) => found.refused += 1,
    }
}
