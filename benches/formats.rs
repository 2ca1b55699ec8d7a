//! Decoders over bytes in memory: one large message, many small ones, compressed RTF, registry, directory export, packing list.

use divan::{Bencher, black_box, counter::BytesCount};
use imcscan::{
    backup::Listing,
    base::Limits,
    formats::{dapi_csv, packing_list, registry, rtf, tnef},
    testing::{compressed_rtf, fixture::compile},
};

const SERVICE: &[u8] = include_bytes!("../testdata/backups/healthy-55/Backup/Imcsvc.reg");
const OBJECT: &[u8] = include_bytes!("../testdata/backups/healthy-55/Backup/Imcobj.csv");
/// Outbound mail as the connector queued it.
const SMALL: &str =
    "//- Mtsout/1\nsubject: \"Quarterly figures {n}\"\nto: SMTP:joe@partner.example\nbody: \"Please find the figures below. {x*400}\"\n";

fn main() {
    divan::main();
}

/// Returns the bytes of the first file of a fixture.
fn file(fixture: &str) -> Vec<u8> {
    compile(fixture).ok().and_then(|files| files.into_iter().next()).map(|file| file.bytes).unwrap_or_default()
}

#[divan::bench(sample_count = 10)]
fn message_with_an_attachment_of_16_mib(bencher: Bencher<'_, '_>) {
    let bytes = file(&format!("{SMALL}attach: figures.xls {} bytes\n", 16 << 20));
    bencher.counter(BytesCount::of_slice(&bytes)).bench(|| tnef::decode(black_box(&bytes), &Limits::default()).anomalies.len());
}

#[divan::bench(sample_count = 20)]
fn thousand_small_messages(bencher: Bencher<'_, '_>) {
    let bytes = file(SMALL);
    bencher
        .counter(BytesCount::usize(bytes.len() * 1000))
        .bench(|| (0..1000).map(|_| tnef::decode(black_box(&bytes), &Limits::default()).anomalies.len()).sum::<usize>());
}

#[divan::bench]
fn compressed_rtf_of_256_kib(bencher: Bencher<'_, '_>) {
    let text: String = "{\\rtf1 abc \\par}".chars().cycle().take(256 << 10).collect();
    let bytes = compressed_rtf(text.as_bytes());
    bencher.counter(BytesCount::of_str(&text)).bench(|| rtf::decompress(black_box(&bytes), &Limits::default()).value.bytes.len());
}

#[divan::bench]
fn registry_dump(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_slice(SERVICE)).bench(|| registry::parse(black_box(SERVICE), &Limits::default()).value.keys.len());
}

#[divan::bench]
fn directory_export(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_slice(OBJECT)).bench(|| dapi_csv::parse(black_box(OBJECT), &Limits::default()).value.rows.len());
}

#[divan::bench(sample_count = 20)]
fn packing_list_of_2000_entries(bencher: Bencher<'_, '_>) {
    let mut list = String::from("[Header]\r\nVersion=1\r\n\r\n[MTSOut]\r\nMessages=+\r\n");
    list.extend((0..2000).map(|number| format!("+Mtsout\\{number:08X}.TNF\r\n")));
    let around = Listing::new(&[]);
    bencher
        .counter(BytesCount::of_str(&list))
        .bench(|| packing_list::parse(black_box(list.as_bytes()), &around, &Limits::default()).value.entries.len());
}
