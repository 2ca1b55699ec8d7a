//! Writes a large Backup for measurements: `cargo run --release --example make_backup -- --messages N --attachment-bytes B [--bare] OUT`.
//!
//! The configuration is that of the healthy 5.5 sample; one half of the messages goes out and the other came in, with two hops in their
//! headers. Attachments take `B` bytes in all, spread over every tenth message, at most 16 MiB each
//! as long as there are messages enough. With `--bare` mail stands without its envelope, as other programs exchange it.
#![expect(clippy::format_push_string, clippy::print_stderr, reason = "a maker of samples speaks to whoever calls it, and need not be fast")]

use std::{
    env,
    error::Error,
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use imcscan::testing::fixture::compile;

const SERVICE: &[u8] = include_bytes!("../testdata/backups/healthy-55/Backup/Imcsvc.reg");
const PROFILE: &[u8] = include_bytes!("../testdata/backups/healthy-55/Backup/Imcpro.reg");
const OBJECT: &[u8] = include_bytes!("../testdata/backups/healthy-55/Backup/Imcobj.csv");
/// Attachments larger than this are spread over more messages.
const LARGEST: u64 = 16 << 20;

struct Wanted {
    messages: u64,
    attachment_bytes: u64,
    bare: bool,
    out: PathBuf,
}

fn main() -> ExitCode {
    let Some(wanted) = wanted() else {
        eprintln!("usage: make_backup [--messages N] [--attachment-bytes B] [--bare] OUT");
        return ExitCode::from(2);
    };
    match write(&wanted) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("make_backup: cannot write {}: {error}", wanted.out.display());
            ExitCode::FAILURE
        }
    }
}

fn wanted() -> Option<Wanted> {
    let mut wanted = Wanted { messages: 1000, attachment_bytes: 0, bare: false, out: PathBuf::new() };
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--messages" => wanted.messages = arguments.next()?.parse().ok()?,
            "--attachment-bytes" => wanted.attachment_bytes = arguments.next()?.parse().ok()?,
            "--bare" => wanted.bare = true,
            out => wanted.out = out.into(),
        }
    }
    (!wanted.out.as_os_str().is_empty()).then_some(wanted)
}

fn write(wanted: &Wanted) -> Result<(), Box<dyn Error>> {
    let Wanted { messages, attachment_bytes, bare, out } = wanted;
    for folder in ["Mtsin", "Mtsout"] {
        fs::create_dir_all(out.join(folder))?;
    }
    let carriers = (messages / 10).max(attachment_bytes.div_ceil(LARGEST)).clamp(1, (*messages).max(1));
    let every = (messages / carriers).max(1);
    let each = attachment_bytes / carriers;
    let mut list = String::from(
        "[Header]\r\nVersion=1\r\n\r\n[Registry]\r\nService=Imcsvc.reg\r\nProfile=Imcpro.reg\r\n\r\n[Directory]\r\nObject=Imcobj.csv\r\n",
    );
    let mut names = [String::new(), String::new()];
    for number in 0..*messages {
        let inbound = number % 2 == 1;
        let (folder, names) = if inbound { ("Mtsin", &mut names[1]) } else { ("Mtsout", &mut names[0]) };
        let name = format!("{:08X}.TNF", number / 2 + 1);
        let attachment = if number % every == 0 { each } else { 0 };
        write_message(&out.join(folder).join(&name), (number, inbound, *bare), attachment)?;
        names.push_str(&format!("+{folder}\\{name}\r\n"));
    }
    let [outbound, inbound] = names;
    list.push_str(&format!("\r\n[MTSOut]\r\nMessages=+\r\n{outbound}\r\n[MTSIn]\r\nMessages=+\r\n{inbound}"));
    for (name, bytes) in [("Imcsvc.reg", SERVICE), ("Imcpro.reg", PROFILE), ("Imcobj.csv", OBJECT), ("Imcfls", list.as_bytes())] {
        fs::write(out.join(name), bytes)?;
    }
    Ok(())
}

/// Writes one message.
fn write_message(path: &Path, (number, inbound, bare): (u64, bool, bool), attachment: u64) -> Result<(), Box<dyn Error>> {
    let (folder, minute, second) = (if inbound { "Mtsin" } else { "Mtsout" }, number / 60 % 60, number % 60);
    let mut text = format!("//- {folder}/1\nsubject: \"Quarterly figures {number}\"\nsubmitted: 1999-10-06T14:{minute:02}:{second:02}Z\n");
    text.push_str(&format!("arrived: 1999-10-06T15:{minute:02}:{second:02}Z\nbody: \"Please find the figures of week {number} below. {{x*400}}\"\n"));
    if bare {
        text.push_str("bare\n");
    }
    if inbound {
        text.push_str(&format!(
            "header: Received: from relay{}.partner.example by MAIL1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)\n  id R{number:07X}; Wed, 6 Oct 1999 14:{minute:02}:{second:02} -0000\n\
             header: Received: from pc{number}.partner.example (pc [192.0.2.9]) by relay.partner.example; Wed, 6 Oct 1999 14:{minute:02}:{second:02} -0000\n\
             header: Message-ID: <{number}@partner.example>\nheader: From: Joe <joe@partner.example>\nheader: To: ann@northwind.example\nheader: Subject: Quarterly figures {number}\nheader: MIME-Version: 1.0\nheader: Content-Type: text/plain; charset=\"us-ascii\"\n",
            number % 7
        ));
    }
    if attachment > 0 {
        text.push_str(&format!("attach: figures.xls {attachment} bytes\n"));
    }
    let files = compile(&text)?;
    let file = files.first().ok_or("nothing was compiled")?;
    let mut out = BufWriter::new(fs::File::create(path)?);
    out.write_all(&file.bytes)?;
    Ok(out.flush()?)
}
