//! What bytes say, one stage a bench: reading and hashing, sniffing, TNEF small and large, properties, RTF, mail, registry, directory export,
//! packing list. All but the first work on bytes in memory.

mod hive;

use std::{fs, iter, path::PathBuf, sync::LazyLock};

use divan::{Bencher, black_box, counter::BytesCount};
use imcscan::{
    backup::{DiskItem, Listing, reconcile},
    base::{Limits, Sha256Digest},
    formats::{dapi_csv, mime, packing_list, registry, rtf, sniff, spool, tnef},
    scan::read_file,
    testing::{compressed_rtf, fixture::compile},
};

const SERVICE: &[u8] = include_bytes!("../testdata/backups/healthy-55/Backup/Imcsvc.reg");
const OBJECT: &[u8] = include_bytes!("../testdata/backups/healthy-55/Backup/Imcobj.csv");
/// Outbound mail as the connector queued it.
const SMALL: &str =
    "//- Mtsout/1\nsubject: \"Quarterly figures {n}\"\nto: SMTP:joe@partner.example\nbody: \"Please find the figures below. {x*400}\"\n";
/// Headers of mail that came over two hosts.
const HEADERS: &[u8] = b"Received: from relay.partner.example by MAIL1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)\r\n\
    \tid R0000001; Wed, 6 Oct 1999 14:00:00 -0000\r\nReceived: from pc.partner.example (pc [192.0.2.9]) by relay.partner.example; Wed, 6 Oct 1999 14:00:00 -0000\r\n\
    Message-ID: <1@partner.example>\r\nFrom: Joe <joe@partner.example>\r\nTo: ann@northwind.example\r\nSubject: =?iso-8859-1?Q?Quarterly_figures?=\r\n\
    MIME-Version: 1.0\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\n\r\n";
const MIB: usize = 1 << 20;

static LIMITS: LazyLock<Limits> = LazyLock::new(Limits::default);
static LARGE: LazyLock<Vec<u8>> = LazyLock::new(|| file(&format!("{SMALL}attach: figures.xls {} bytes\n", 64 * MIB)));

fn main() {
    divan::main();
}

/// Returns the bytes of the first file of a fixture.
fn file(fixture: &str) -> Vec<u8> {
    compile(fixture).ok().and_then(|files| files.into_iter().next()).map(|file| file.bytes).unwrap_or_default()
}

#[divan::bench(sample_count = 20)]
fn read_and_hash_64_mib(bencher: Bencher<'_, '_>) {
    let place = tempfile(&LARGE);
    bencher
        .counter(BytesCount::of_slice(LARGE.as_slice()))
        .bench(|| read_file(black_box(&place), &LIMITS).map(|(_, loaded)| loaded.contents().size_read).ok());
    drop(fs::remove_file(place));
}

/// Returns a file with these bytes that lies in the file cache.
fn tempfile(bytes: &[u8]) -> PathBuf {
    let place = std::env::temp_dir().join(format!("imcscan-bench-{}.tnf", std::process::id()));
    drop(fs::write(&place, bytes));
    place
}

#[divan::bench(sample_count = 20)]
fn sniff_a_registry_dump_and_a_message(bencher: Bencher<'_, '_>) {
    let message = file(SMALL);
    bencher.bench(|| (sniff::sniff(black_box(SERVICE), "Imcsvc.reg"), sniff::sniff(black_box(&message), "Mtsout/1")));
}

#[divan::bench(sample_count = 50)]
fn tnef_with_an_attachment_of_64_mib(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_slice(LARGE.as_slice())).bench(|| tnef::decode(black_box(&LARGE), &LIMITS).anomalies.len());
}

#[divan::bench(sample_count = 50)]
fn tnef_with_an_attachment_of_64_mib_hashed(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_slice(LARGE.as_slice())).bench(|| {
        let decoded = tnef::decode(black_box(&LARGE), &LIMITS).value;
        let mails = iter::successors(Some(&decoded), |message| message.attachments.iter().find_map(embedded));
        let files = mails.flat_map(|message| &message.attachments).filter(|attachment| embedded(attachment).is_none());
        files.filter_map(|attachment| attachment.content_bytes()).map(|(bytes, _)| Sha256Digest::of(bytes)).collect::<Vec<_>>()
    });
}

fn embedded<'m, 'a>(attachment: &'m tnef::Attachment<'a>) -> Option<&'m tnef::TnefMessage<'a>> {
    if let tnef::AttachmentContent::Message(_, _, inner) = &attachment.content { inner.as_deref() } else { None }
}

#[divan::bench(sample_count = 20)]
fn tnef_of_10000_small_messages(bencher: Bencher<'_, '_>) {
    let bytes = file(SMALL);
    bencher
        .counter(BytesCount::usize(bytes.len() * 10_000))
        .bench(|| (0..10_000).map(|_| tnef::decode(black_box(&bytes), &LIMITS).anomalies.len()).sum::<usize>());
}

#[divan::bench(sample_count = 20)]
fn tnef_with_5000_mapi_properties(bencher: Bencher<'_, '_>) {
    let properties: String = (0..5000).map(|number| format!("prop 0x{:04X}001E: \"some text of it\"\n", 0x6700 + number)).collect();
    let bytes = file(&format!("{SMALL}{properties}"));
    bencher.counter(BytesCount::of_slice(&bytes)).bench(|| tnef::decode(black_box(&bytes), &LIMITS).anomalies.len());
}

#[divan::bench]
fn compressed_rtf_of_256_kib(bencher: Bencher<'_, '_>) {
    let text: String = "{\\rtf1 abc \\par}".chars().cycle().take(256 << 10).collect();
    let bytes = compressed_rtf(text.as_bytes());
    bencher.counter(BytesCount::of_str(&text)).bench(|| rtf::decompress(black_box(&bytes), &LIMITS).value.bytes.len());
}

#[divan::bench]
fn text_of_rtf_of_256_kib(bencher: Bencher<'_, '_>) {
    let text: String = "\\pard\\b abc\\b0  f\\'fcr \\par ".chars().cycle().take(256 << 10).collect();
    let rtf = format!("{{\\rtf1\\ansi {text}}}");
    bencher.counter(BytesCount::of_str(&rtf)).bench(|| rtf::to_text(black_box(rtf.as_bytes()), &LIMITS).value.text.len());
}

#[divan::bench]
fn mail_headers(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_slice(HEADERS)).bench(|| mime::header_block(black_box(HEADERS), &LIMITS).value.fields.len());
}

#[divan::bench]
fn mail_with_100_parts(bencher: Bencher<'_, '_>) {
    let parts = "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nUXVhcnRlcmx5IGZpZ3VyZXM=\r\n".repeat(100);
    let mail = format!("From: joe@partner.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n");
    bencher.counter(BytesCount::of_str(&mail)).bench(|| mime::document(black_box(mail.as_bytes()), &LIMITS).anomalies.len());
}

#[divan::bench]
fn spool_file(bencher: Bencher<'_, '_>) {
    let mail = [HEADERS, b"Please find the figures below.\r\n"].concat();
    bencher.counter(BytesCount::of_slice(&mail)).bench(|| spool::parse(black_box(&mail), &LIMITS).anomalies.len());
}

#[divan::bench]
fn registry_dump(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_slice(SERVICE)).bench(|| registry::parse(black_box(SERVICE), &LIMITS).value.keys.len());
}

#[divan::bench]
fn registry_hive_of_1000_values(bencher: Bencher<'_, '_>) {
    let hive = hive::hive(1000);
    let read = |hive: &[u8]| registry::parse(hive, &LIMITS).value.keys.iter().map(|key| key.values.len()).sum::<usize>();
    assert_eq!(read(&hive), 1000, "the hive holds the values that the figure is of");
    bencher.counter(BytesCount::of_slice(&hive)).bench(|| read(black_box(&hive)));
}

#[divan::bench]
fn directory_export(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_slice(OBJECT)).bench(|| dapi_csv::parse(black_box(OBJECT), &LIMITS).value.rows.len());
}

/// A packing list, and what is there of it.
fn packed(entries: usize) -> (String, Vec<DiskItem<'static>>) {
    let path = |number: usize| format!("Mtsout\\{number:08X}.TNF");
    let mut list = String::from("[Header]\r\nVersion=1\r\n\r\n[MTSOut]\r\nMessages=+\r\n");
    list.extend((0..entries).map(|number| format!("+{}\r\n", path(number))));
    let item = |number| DiskItem { path: path(number).replace('\\', "/").into(), size: 1, is_folder: false };
    (list, (0..entries).map(item).collect())
}

#[divan::bench(sample_count = 20)]
fn packing_list_of_2000_entries(bencher: Bencher<'_, '_>) {
    let (list, _) = packed(2000);
    let around = Listing::new(&[]);
    bencher.counter(BytesCount::of_str(&list)).bench(|| packing_list::parse(black_box(list.as_bytes()), &around, &LIMITS).value.entries.len());
}

#[divan::bench(sample_count = 20)]
fn packing_list_of_2000_entries_reconciled(bencher: Bencher<'_, '_>) {
    let (list, items) = packed(2000);
    bencher.counter(BytesCount::of_str(&list)).bench(|| {
        let listing = Listing::new(black_box(&items));
        let list = packing_list::parse(list.as_bytes(), &listing, &LIMITS).value;
        reconcile(&list, &listing, &[]).map(|found| found.missing.len())
    });
}
