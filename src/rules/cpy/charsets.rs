//! Character sets of the e-mail domains (Q262126).

use crate::{
    backup::{Backup, DomainPolicy, MessageRecord, TextPlace},
    base::{CodePage, counted},
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::thresholds::cpy as thresholds,
};

use super::proof::{MIME_CHARSET, TEXT_CHARSET, domain, field, records};

declare_rule! {
    /// Accented characters are at risk: charset is not Western European.
    ///
    /// ## Why it matters
    /// Subjects with accents are changed in both directions when the character sets of the connector are not Western
    /// European; inbound conversion can also fail with event 4117.
    ///
    /// ## What to do
    /// Set both character sets to ISO-8859-1 if the site writes Western European languages.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/00000001.TNF
    /// subject: "Grüße aus Köln"
    /// //- Mtsout/00000002.TNF
    /// subject: "Müller"
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-2022-JP,ISO-2022-JP,800,76,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/00000001.TNF
    /// codepage: 1251
    /// subject: "Привет"
    /// //- Mtsout/00000002.TNF
    /// codepage: 1251
    /// subject: "Письмо"
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,KOI8-R,KOI8-R,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- Mtsout/00000001.TNF
    /// subject: "Grüße aus Köln"
    /// //- Mtsout/00000002.TNF
    /// subject: "Müller"
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,iso-8859-15,Windows-1252,800,76,0,0,0
    /// ```
    pub static CHARSET_NOT_WESTERN = {
        id: "CPY019", name: "charset-not-western", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q262126", "Q305540", "Q230250", "Q155817"],
        needs: [ImccopyDomain, Messages],
        tags: ["encoding"],
        check: Backup(charset_not_western),
    }
}

fn charset_not_western(backup: &Backup, findings: &mut Findings<'_>) {
    const WESTERN: [&str; 3] = ["iso-8859-1", "iso-8859-15", "windows-1252"];
    let Some(policy) = backup.default_policy() else { return };
    // A name that is no character set at all is a finding of its own.
    let is_odd = |set: &str| is_charset(set) && !WESTERN.iter().any(|western| set.eq_ignore_ascii_case(western));
    let odd = sets(&policy).into_iter().find(|(_, set)| is_odd(set));
    let accented: Vec<(&MessageRecord, TextPlace)> =
        backup.messages.iter().filter_map(|item| Some((item, item.facts.quotes.western_text()?))).collect();
    let Some((index, set)) = odd.filter(|_| accented.len() >= findings.count(&thresholds::ACCENTED)) else { return };
    let path = |item: &MessageRecord| backup.files.get(item.file).map_or("", |file| file.path.as_ref());
    findings
        .report(format!("{} has the character set '{set}', and {} with accented letters", domain(&policy), counted(accented.len(), "message")))
        .evidence(field(&policy, index).expected("ISO-8859-1, ISO-8859-15 or windows-1252"))
        .first_evidences(
            accented.iter().take(5).map(|(item, word)| Evidence::text_place(path(item), word).expected("a Western European set in Default")),
        );
}

declare_rule! {
    /// Character set is set per domain.
    ///
    /// ## Why it matters
    /// For some peers (PMDF on VAX) a character set of their own sends their inbound mail to the archive instead of
    /// delivering it.
    ///
    /// ## What to do
    /// Use the character sets of the default record for such domains.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +vax.example,US-ASCII,US-ASCII,800,76,0,0,0
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
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +vax.example,iso-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    pub static CHARSET_PER_DOMAIN = {
        id: "CPY020", name: "charset-per-domain", severity: Info, certainty: Possible,
        versions: [V5_5],
        kb: ["Q262126", "Q185107"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(charset_per_domain),
    }
}

fn charset_per_domain(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(default) = backup.default_policy() else { return };
    let usual = sets(&default);
    let differing = |policy: &DomainPolicy<'_>| {
        let of_domain = sets(policy).into_iter();
        of_domain.zip(usual).find(|((_, own), (_, usual))| !own.eq_ignore_ascii_case(usual)).map(|((index, own), _)| (index, own.to_owned()))
    };
    let own = records(backup, |policy| !policy.is_default() && policy.path == default.path && differing(policy).is_some());
    let Some((policy, (_, set))) = own.first().and_then(|policy| Some((policy, differing(policy)?))) else { return };
    findings
        .report(format!(
            "{} has the character set '{set}', not that of Default; {} with sets of their own",
            domain(policy),
            counted(own.len(), "record")
        ))
        .first_evidences(own.iter().filter_map(|policy| Some(field(policy, differing(policy)?.0).expected("the character set of Default"))))
        .evidence(Evidence::policy(&default));
}

declare_rule! {
    /// Character set name is unknown.
    ///
    /// ## Why it matters
    /// Conversion with a character set that the system does not know fails. If the name is right and the Administrator
    /// program still says that the set is no longer available, the translation table (for the defaults ANSI.TRN and
    /// ISO88591.TRN) is missing from Exchsrvr\Connect, or the share connect$ is gone.
    ///
    /// ## What to do
    /// Choose the set again on the Internet Mail page.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO_8859,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,,800,76,0,0,0
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
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,Windows-1252,ISO-2022-JP,800,76,0,0,0
    /// ```
    pub static CHARSET_UNKNOWN = {
        id: "CPY021", name: "charset-unknown", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q262126", "Q157014", "Q163080", "Q153699"],
        needs: [ImccopyDomain],
        tags: ["encoding", "typo"],
        check: Backup(charset_unknown),
    }
}

fn charset_unknown(backup: &Backup, findings: &mut Findings<'_>) {
    let unknown = |policy: &DomainPolicy<'_>| {
        let given = sets(policy).into_iter().filter(|(index, _)| policy.record.fields.len() > *index);
        given.filter(|(_, set)| !is_charset(set)).map(|(index, set)| (index, set.to_owned())).collect::<Vec<_>>()
    };
    let found = records(backup, |policy| !unknown(policy).is_empty());
    let Some((policy, (_, set))) = found.first().and_then(|policy| Some((policy, unknown(policy).into_iter().next()?))) else { return };
    let fields = found.iter().flat_map(|policy| unknown(policy).into_iter().map(move |(index, _)| field(policy, index)));
    findings
        .report(format!("{} names the character set '{set}', which is not known", domain(policy)))
        .first_evidences(fields.map(|proof| proof.expected("the name of a MIME character set")));
}

/// A name that begins with a digit is a bare code page number, which is no name.
fn is_charset(set: &str) -> bool {
    !set.starts_with(|c: char| c.is_ascii_digit()) && CodePage::from_charset(set).is_some()
}

/// Returns the two character sets of a record with their fields; absent ones are empty.
fn sets<'a>(policy: &DomainPolicy<'a>) -> [(usize, &'a str); 2] {
    [(MIME_CHARSET, policy.mime_charset().unwrap_or_default()), (TEXT_CHARSET, policy.text_charset().unwrap_or_default())]
}
