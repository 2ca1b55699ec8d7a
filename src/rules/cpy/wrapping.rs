//! Where the e-mail domains wrap lines (Q262126).

use crate::{
    backup::{Backup, DomainPolicy, MessageRecord, QueueKind, TextPlace},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::imccopy::FormatFlags,
    rules::thresholds::cpy as thresholds,
};

use super::proof::{WRAP_COLUMN, domain, field, records, report};

declare_rule! {
    /// Long lines may be wrapped although wrapping is off.
    ///
    /// ## Why it matters
    /// With MIME plain text the old column 76 can stay in force after Never was chosen, and long links in mail break in two.
    ///
    /// ## What to do
    /// Set the column to 300, restart the service, choose Never again and restart once more.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/00000001.TNF
    /// subject: "x"
    /// body: "see http://www.example.com/{x*88} there"
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/00000001.TNF
    /// subject: "x"
    /// body: "see http://www.example.com/{x*8} there"
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- Mtsout/00000001.TNF
    /// subject: "x"
    /// body: "see http://www.example.com/{x*88} there"
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,300,0,0,0
    /// ```
    pub static WORD_WRAP_NEVER_STILL_WRAPS = {
        id: "CPY017", name: "word-wrap-never-still-wraps", severity: Info, certainty: Possible,
        versions: [V5_5],
        kb: ["Q262126", "Q281835", "Q250558"],
        needs: [ImccopyDomain, Mtsout],
        tags: ["encoding"],
        check: Backup(word_wrap_never_still_wraps),
    }
}

/// The column of the greyed field that stays in force.
const OLD_COLUMN: u32 = 76;

fn word_wrap_never_still_wraps(backup: &Backup, findings: &mut Findings<'_>) {
    let still_wraps = |policy: &DomainPolicy<'_>| {
        let is_plain = |flags: FormatFlags| !flags.has(FormatFlags::WRAP) && flags.has(FormatFlags::MIME_TEXT);
        policy.record.flags().is_some_and(is_plain) && policy.record.wrap_column() == Some(OLD_COLUMN)
    };
    let mut touched: Vec<(&MessageRecord, TextPlace, DomainPolicy<'_>)> = Vec::new();
    for item in backup.items(QueueKind::MtsOut) {
        let Some(url) = item.facts.quotes.long_url() else { continue };
        let policy = item.facts.words.recipient_domains().filter_map(|domain| backup.policy(domain)).find(still_wraps);
        // Recipients of the directory have their outside address there; Default holds for most of them.
        let has_none = item.facts.words.recipient_domains().next().is_none();
        let policy = policy.or_else(|| backup.default_policy().filter(|policy| has_none && still_wraps(policy)));
        touched.extend(policy.map(|policy| (item, url, policy)));
    }
    let Some((_, url, policy)) = touched.first() else { return };
    let path = |item: &MessageRecord| backup.files.get(item.file).map_or("", |file| file.path.as_ref());
    findings
        .report(format!(
            "{} does not wrap and keeps column {OLD_COLUMN}, and {} in MTS-OUT with a longer link; the first has {} characters",
            domain(policy),
            counted(touched.len(), "message"),
            url.text.chars().count()
        ))
        .affects("MTS-OUT", touched.len())
        .evidence(field(policy, WRAP_COLUMN).expected("another column than 76"))
        .first_evidences(touched.iter().map(|(item, url, _)| Evidence::text_place(path(item), url).expected("links of 76 characters at most")));
}

declare_rule! {
    /// Word-wrap column makes no sense.
    ///
    /// ## Why it matters
    /// Wrapping is on but the column is of no use: very short lines tear words apart, and lines of more than 998 characters
    /// break the limit of the mail standard.
    ///
    /// ## What to do
    /// Set a column on the Internet Mail page, normally 76.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,802,0,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,802,1000,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,802,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,0,0,0,0
    /// ```
    pub static WORD_WRAP_COLUMN_ODD = {
        id: "CPY018", name: "word-wrap-column-odd", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(word_wrap_column_odd),
    }
}

fn word_wrap_column_odd(backup: &Backup, findings: &mut Findings<'_>) {
    let (least, most) = (findings.number(&thresholds::WRAP_LEAST), findings.number(&thresholds::WRAP_MOST));
    let odd = records(backup, |policy| policy.wrap_column().is_some_and(|column| !(least..=most).contains(&column.into())));
    let told = |policy: &DomainPolicy<'_>| format!("{} wraps at column {}", domain(policy), policy.wrap_column().unwrap_or_default());
    report(findings, &odd, told, (WRAP_COLUMN, &format!("{least} to {most}, normally 76")));
}
