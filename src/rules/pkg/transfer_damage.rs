//! What transfers do to files: compression, seven bits, text mode, line ends; and files that were never TNEF.

use crate::{
    backup::{Backup, FileRecord, Queue},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
};

/// The first bytes of a TNEF stream.
const TNEF: [u8; 4] = [0x78, 0x9F, 0x3E, 0x22];

declare_rule! {
    /// Files compressed with COMPRESS.EXE.
    ///
    /// ## Why it matters
    /// The file was packed by the old Microsoft compressor. Its content cannot be read until it is expanded.
    ///
    /// ## What to do
    /// Expand the files (expand -r) and run again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.re_ hex
    /// 53 5A 44 44 88 F0 27 33 41 00
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// //- Mtsout/00000001 hex
    /// 4B 57 41 4A 88 F0 27 D1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    pub static COMPRESSED_MEMBER_FILES = {
        id: "PKG026", name: "compressed-member-files", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["transfer"],
        check: Backup(compressed_member_files),
    }
}

fn compressed_member_files(backup: &Backup, findings: &mut Findings<'_>) {
    let is_ours = |file: &&FileRecord| file.is_at_top() || backup.queue_of(file).is_some();
    let packed: Vec<_> = backup.regular_files().filter(is_ours).filter(|file| is_compressed(file)).collect();
    if packed.is_empty() {
        return;
    }
    let names = enumerated(packed.iter().map(|file| &file.path), 5);
    findings
        .report(format!("{} by COMPRESS.EXE: {names}", counted(packed.len(), "file packed").replace("file packeds", "files packed")))
        .first_evidences(packed.iter().map(|file| Evidence::head(file, 8).expected("the expanded file")));
}

fn is_compressed(file: &FileRecord) -> bool {
    let has_mark = file.traits.begins_with(b"SZDD\x88\xf0\x27\x33") || file.traits.begins_with(b"KWAJ");
    has_mark || file.name().rsplit_once('.').is_some_and(|(_, extension)| extension.ends_with('_'))
}

declare_rule! {
    /// TNEF files lost their eighth bit in transfer.
    ///
    /// ## Why it matters
    /// The file went through a channel of seven bits: mail without encoding, or a transfer by terminal or seven-bit FTP. The loss cannot
    /// be undone.
    ///
    /// ## What to do
    /// Get the folder again as a binary archive.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/00000001 hex
    /// 78 1F 3E 22 01 00 06 10
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    pub static SEVEN_BIT_TRANSFER = {
        id: "PKG027", name: "seven-bit-transfer", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["transfer", "integrity"],
        check: Backup(seven_bit_transfer),
    }
}

fn seven_bit_transfer(backup: &Backup, findings: &mut Findings<'_>) {
    report_heads(backup, findings, is_seven_bit, "lost the eighth bit of every byte");
}

fn is_seven_bit(file: &FileRecord) -> bool {
    file.traits.begins_with(&[0x78, 0x1F, 0x3E, 0x22]) && file.traits.is_seven_bit
}

/// Reports the queue files that a damage of the first bytes shows in.
fn report_heads(backup: &Backup, findings: &mut Findings<'_>, is_damaged: fn(&FileRecord) -> bool, what: &str) {
    let damaged: Vec<(&Queue, &FileRecord)> = backup.queue_files().filter(|(_, file)| is_damaged(file)).collect();
    let Some((_, first)) = damaged.first() else { return };
    let finding = findings.report(format!("{} {what}; the first is {}", counted(damaged.len(), "queue file"), first.path));
    finding.first_evidences(damaged.iter().map(|(_, file)| Evidence::head(file, 8).expected("78 9F 3E 22")));
    for (queue, _) in &damaged {
        finding.affects(&queue.name, 1);
    }
}

declare_rule! {
    /// Binary files were opened and saved as UTF-8 text.
    ///
    /// ## Why it matters
    /// An editor or a script took the TNEF file for text and wrote it as UTF-8. Where EF BF BD stands the original bytes are gone; C2 9F
    /// can be undone by decoding UTF-8 to Latin-1.
    ///
    /// ## What to do
    /// Use the original files.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/0000000A hex
    /// 78 EF BF BD 3E 22 01 00
    /// ```
    /// ```backup
    /// //- Mtsin/0000000A hex
    /// 78 C2 9F 3E 22 01 00 06
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/0000000A
    /// subject: "x"
    /// ```
    pub static UTF8_MANGLED_TRANSFER = {
        id: "PKG028", name: "utf8-mangled-transfer", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["transfer", "integrity"],
        check: Backup(utf8_mangled_transfer),
    }
}

fn utf8_mangled_transfer(backup: &Backup, findings: &mut Findings<'_>) {
    report_heads(backup, findings, is_utf8_mangled, "went through a program that took TNEF for text");
}

fn is_utf8_mangled(file: &FileRecord) -> bool {
    file.traits.begins_with(&[0x78, 0xEF, 0xBF, 0xBD, 0x3E, 0x22]) || file.traits.begins_with(&[0x78, 0xC2, 0x9F, 0x3E, 0x22])
}

declare_rule! {
    /// Binary files were transferred in text mode.
    ///
    /// ## Why it matters
    /// A transfer in ASCII mode makes CR LF of each LF, which shifts all lengths in a TNEF stream. In intact TNEF a LF without CR is
    /// common in binary attributes; that fifty of them all have one is a rule of thumb.
    ///
    /// ## What to do
    /// Transfer again in binary mode.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/00000001 hex
    /// 78 9F 3E 22 01 00 01 04 80 01 00 02 00 00 00 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A
    /// 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A
    /// 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A
    /// 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A 0D 0A
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/00000001
    /// subject: "x"
    /// body: "one\r\ntwo\r\n"
    /// ```
    pub static TEXT_MODE_TRANSFER = {
        id: "PKG029", name: "text-mode-transfer", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["transfer", "integrity"],
        check: Backup(text_mode_transfer),
    }
}

fn text_mode_transfer(backup: &Backup, findings: &mut Findings<'_>) {
    let streams: Vec<_> = backup.queue_files().filter(|(_, file)| file.traits.begins_with(&TNEF)).collect();
    let line_feeds: u64 = streams.iter().map(|(_, file)| file.traits.line_feeds).sum();
    let after_cr: u64 = streams.iter().map(|(_, file)| file.traits.line_feeds_after_cr).sum();
    let broken: Vec<_> = streams.iter().filter_map(|(queue, file)| Some((queue, file, file.broken_structure()?))).collect();
    if line_feeds < 50 || after_cr != line_feeds || broken.len() * 2 < streams.len() {
        return;
    }
    let finding = findings.report(format!(
        "each of the {line_feeds} LF bytes in {} follows a CR, and {} with lengths or checksums that do not fit",
        counted(streams.len(), "queue file"),
        broken.len()
    ));
    finding.first_evidences(broken.iter().map(|(_, file, anomaly)| {
        let offset = anomaly.offset.min(file.size);
        Evidence::new(file.path.as_ref(), Locator::Bytes)
            .at(offset..file.size.min(offset + 1))
            .expected(format!("a whole attribute; {}", anomaly.text))
    }));
    for (queue, _, _) in &broken {
        finding.affects(&queue.name, 1);
    }
}

declare_rule! {
    /// Text dumps lost their CR LF line ends.
    ///
    /// ## Why it matters
    /// Windows programs end lines by CR LF. LF alone means that the file was converted on its way; in a CSV with line ends inside fields
    /// that can change the contents of fields.
    ///
    /// ## What to do
    /// None, unless other findings depend on exact bytes.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg lf
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "A"=dword:00000001
    /// "B"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "A"=dword:00000001
    /// "B"=dword:00000001
    /// ```
    pub static LF_ONLY_TEXT_FILES = {
        id: "PKG030", name: "lf-only-text-files", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["transfer"],
        check: Backup(lf_only_text_files),
    }
}

fn lf_only_text_files(backup: &Backup, findings: &mut Findings<'_>) {
    let is_converted = |file: &&FileRecord| {
        let traits = &file.traits;
        traits.line_feeds > 5 && traits.carriage_returns == 0 && traits.packed.is_none() && !traits.begins_with(b"regf")
    };
    let converted: Vec<_> = backup.dump_files().chain(backup.packing_list_file()).filter(is_converted).collect();
    if converted.is_empty() {
        return;
    }
    let names = enumerated(converted.iter().map(|file| file.name()), 4);
    findings.report(format!("no CR in {names}")).evidences(
        converted.iter().map(|file| {
            Evidence::file(file.path.as_ref()).observed(format!("{} LF, 0 CR", file.traits.line_feeds)).expected("lines that end in CR LF")
        }),
    );
}

declare_rule! {
    /// File in a queue folder is not a TNEF stream.
    ///
    /// ## Why it matters
    /// Messages are saved as TNEF. Another format shows a file from the spool directory or from a mail program that was put here later.
    ///
    /// ## What to do
    /// Read it with the decoder that fits, and do not count it as an item of the store's queue.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/W707852B hex
    /// F7 49 6D 43 72 00 00 00 00 00 00 00 00 00 00 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    pub static NON_TNEF_FILE_IN_QUEUE = {
        id: "PKG031", name: "non-tnef-file-in-queue", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q190709", "Q249273"],
        needs: [Folder],
        tags: ["integrity"],
        check: Backup(non_tnef_file_in_queue),
    }
}

fn non_tnef_file_in_queue(backup: &Backup, findings: &mut Findings<'_>) {
    let explained = |file: &FileRecord| is_compressed(file) || is_seven_bit(file) || is_utf8_mangled(file);
    let foreign: Vec<_> = backup.queue_files().filter(|(_, file)| file.size > 0 && !file.traits.begins_with(&TNEF) && !explained(file)).collect();
    let Some((_, first)) = foreign.first() else { return };
    let message = match foreign.len() {
        1 => format!("{} is no TNEF stream but {}", first.path, guess(first)),
        many => format!("{many} queue files are no TNEF streams; the first, {}, is {}", first.path, guess(first)),
    };
    let finding = findings.report(message);
    finding.first_evidences(foreign.iter().map(|(_, file)| Evidence::head(file, 16).expected(format!("78 9F 3E 22; this is {}", guess(file)))));
    for (queue, _) in &foreign {
        finding.affects(&queue.name, 1);
    }
}

/// Returns what a file that is no TNEF stream seems to be.
fn guess(file: &FileRecord) -> &'static str {
    let head = &file.traits.head;
    let begin = file.traits.begin().to_ascii_lowercase();
    if head.windows(4).take(13).any(|window| window == b"ImCr") {
        "a raw spool file"
    } else if ["received:", "from:", "return-path:", "message-id:", "x-sender:"].iter().any(|field| begin.starts_with(field)) {
        "RFC 822 text"
    } else if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        "a compound file (.msg)"
    } else {
        "of unknown kind"
    }
}
