//! The bounds of every parser, with the reason for each. Hitting one is an anomaly, never silence.

/// Bounds on what a parser takes from untrusted bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file that are decoded; the rest is hashed only. A file is held in memory while it is decoded.
    pub file_bytes: u64,
    /// Embedded messages within embedded messages. Some twenty levels crashed Exchange (Q161887); forged files nest thousands.
    pub nesting: usize,
    /// Attributes of one TNEF stream.
    pub attributes: usize,
    /// Properties of one property list.
    pub properties: usize,
    /// Rows of one recipient table.
    pub recipients: usize,
    /// Attachments of one message.
    pub attachments: usize,
    /// Bytes that one compressed RTF may grow to.
    pub rtf_bytes: usize,
    /// Fields of one header block.
    pub header_fields: usize,
    /// Lines of one text file.
    pub lines: usize,
    /// Entries of one packing list, values of one registry file, rows of one CSV.
    pub entries: usize,
    /// Anomalies kept per file; the rest is counted in a last one.
    pub anomalies: usize,
    /// Files below the root of a Backup.
    pub files: usize,
    /// Directory levels below the root of a Backup.
    pub depth: usize,
    /// Bytes that an archive may unpack to, all members together.
    pub archive_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 256 << 20,
            nesting: 64,
            attributes: 200_000,
            properties: 65_536,
            recipients: 100_000,
            attachments: 20_000,
            rtf_bytes: 64 << 20,
            header_fields: 10_000,
            lines: 4_000_000,
            entries: 1_000_000,
            anomalies: 1_000,
            files: 2_000_000,
            depth: 32,
            archive_bytes: 64 << 30,
        }
    }
}
