//! The fields of the filter language, one row each: parser, help, completion and documentation are made from this table.

use super::row::{NumberField, TextField, TimeField};

/// A field of the language.
#[derive(Debug)]
pub struct Field {
    /// Its name, written before the colon.
    pub name: &'static str,
    /// Other names that are understood.
    pub aliases: &'static [&'static str],
    /// What it takes.
    pub(super) kind: FieldKind,
    /// A value as an example.
    pub example: &'static str,
    /// What it asks, in a few words.
    pub help: &'static str,
}

/// What a field looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    Queue,
    Text(TextField),
    Header,
    Body,
    Number(NumberField),
    Time(TimeField),
    Flag,
    Severity,
    Certainty,
    Rule,
    Kb,
    Tag,
    FindingText,
}

/// A yes or no about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says of each what it means")]
pub enum Flag {
    Attachment,
    Bare,
    Body,
    Damage,
    DeliveryReport,
    Envelope,
    Finding,
    Headers,
    Html,
    Nested,
    NonDelivery,
    Notice,
    Raw,
    Receipt,
    Report,
    Rtf,
}

/// A word that `has:` or `is:` takes.
#[derive(Debug)]
pub struct FlagWord {
    /// `has` or `is`.
    pub field: &'static str,
    /// The word.
    pub word: &'static str,
    /// What it asks.
    pub flag: Flag,
    /// What it asks, in a few words.
    pub help: &'static str,
}

/// The fields, sorted by name.
pub static FIELDS: &[Field] = &[
    field("arrived", &["arrival"], FieldKind::Time(TimeField::Arrived), "1999-10-06", "when it came to the connector"),
    field("attach", &["attachment"], FieldKind::Text(TextField::Attach), "*.exe", "name of an attachment, nested ones too"),
    field("attachments", &[], FieldKind::Number(NumberField::Attachments), ">2", "number of attachments"),
    field("bcc", &[], FieldKind::Text(TextField::Bcc), "joe", "name or address of a blind copy"),
    field("cc", &[], FieldKind::Text(TextField::Cc), "joe", "name or address of a copy"),
    field("certainty", &[], FieldKind::Certainty, "certain", "how sure a finding is: possible, likely, certain"),
    field("class", &[], FieldKind::Text(TextField::Class), "IPM.Note", "message class of envelope or mail"),
    field("damage", &["anomaly"], FieldKind::Text(TextField::Damage), "checksum*", "kind of a deviation in the bytes"),
    field("date", &["submitted"], FieldKind::Time(TimeField::Date), "1999-03..", "when it was submitted, else when it arrived"),
    field("domain", &[], FieldKind::Text(TextField::Domain), "contoso.com", "domain of a recipient, domains below it too"),
    field("finding", &[], FieldKind::FindingText, "relay", "words of a finding"),
    field("from", &["sender"], FieldKind::Text(TextField::From), "@contoso.com", "name or address of the sender"),
    field("has", &[], FieldKind::Flag, "attachment", "what a message has"),
    field("header", &["headers"], FieldKind::Header, "/^x-mailer:/", "an Internet header, as name: value"),
    field("id", &["message-id"], FieldKind::Text(TextField::Id), "0123", "Internet message id or MTS-ID"),
    field("is", &[], FieldKind::Flag, "ndr", "what a message is"),
    field("kb", &[], FieldKind::Kb, "Q193922", "article behind a finding"),
    field("path", &["file"], FieldKind::Text(TextField::Path), "Mtsout/*", "path of the file"),
    field("queue", &[], FieldKind::Queue, "bad", "name or folder of the queue"),
    field("recipients", &[], FieldKind::Number(NumberField::Recipients), ">100", "number of recipients"),
    field("rule", &["code"], FieldKind::Rule, "MSG078", "code or name of a finding's rule"),
    field("severity", &["level"], FieldKind::Severity, ">=error", "severity of a finding: info, warning, error, critical"),
    field("size", &[], FieldKind::Number(NumberField::Size), ">1M", "bytes of the file, with k, M or G"),
    field("subject", &[], FieldKind::Text(TextField::Subject), "/invoice/", "subject"),
    field("tag", &[], FieldKind::Tag, "security", "search word of a finding's rule"),
    field("text", &["body"], FieldKind::Body, "\"out of office\"", "text of the bodies; reads the files again"),
    field("to", &["recipient"], FieldKind::Text(TextField::To), "joe", "name or address that it goes to"),
];

/// The words of `has:` and `is:`, sorted.
static FLAG_WORDS: &[FlagWord] = &[
    word("has", "attachment", Flag::Attachment, "attachments"),
    word("has", "body", Flag::Body, "a plain text body"),
    word("has", "damage", Flag::Damage, "deviations in its bytes"),
    word("has", "finding", Flag::Finding, "a finding that names it"),
    word("has", "headers", Flag::Headers, "Internet headers"),
    word("has", "html", Flag::Html, "an HTML body"),
    word("has", "message", Flag::Nested, "a message attached to the mail"),
    word("has", "raw", Flag::Raw, "a raw RFC 822 document attached"),
    word("has", "rtf", Flag::Rtf, "an RTF body"),
    word("is", "bare", Flag::Bare, "a mail without envelope"),
    word("is", "damaged", Flag::Damage, "not as its format says"),
    word("is", "dr", Flag::DeliveryReport, "a delivery report"),
    word("is", "envelope", Flag::Envelope, "an envelope around a mail"),
    word("is", "ndr", Flag::NonDelivery, "a non-delivery report"),
    word("is", "notice", Flag::Notice, "the connector's own notification"),
    word("is", "receipt", Flag::Receipt, "a report that it was read, or not"),
    word("is", "report", Flag::Report, "a report of any kind"),
];

const fn field(name: &'static str, aliases: &'static [&'static str], kind: FieldKind, example: &'static str, help: &'static str) -> Field {
    Field { name, aliases, kind, example, help }
}

const fn word(field: &'static str, word: &'static str, flag: Flag, help: &'static str) -> FlagWord {
    FlagWord { field, word, flag, help }
}

/// Returns the words that `has` or `is` takes.
pub fn flag_words(field: &str) -> impl Iterator<Item = &'static FlagWord> {
    FLAG_WORDS.iter().filter(move |word| word.field == field)
}

impl Field {
    /// Returns the field of a name or alias, letter case aside.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let is_it = |known: &&str| known.eq_ignore_ascii_case(name);
        FIELDS.iter().find(|field| is_it(&field.name) || field.aliases.iter().any(is_it))
    }

    /// Returns the name of the field that a mistyped name is nearest to.
    pub(super) fn like(name: &str) -> Option<&'static str> {
        let name: Vec<char> = name.to_lowercase().chars().take(20).collect();
        let apart = |field: &Field| (distance(&name, field.name), field.name);
        FIELDS.iter().map(apart).min().filter(|(apart, known)| *apart <= 1 + known.len() / 4).map(|(_, known)| known)
    }
}

/// Returns the number of letters to change, add or leave out.
fn distance(a: &[char], b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (line, left) in a.iter().enumerate() {
        let mut next = vec![line + 1];
        for ((right, above), beside) in b.chars().zip(row.windows(2)).zip(0..) {
            let [corner, above] = above else { continue };
            let before = next.get(beside).copied().unwrap_or_default();
            next.push((corner + usize::from(*left != right)).min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_no_name_is_taken_twice() {
        assert!(FIELDS.is_sorted_by(|a, b| a.name < b.name));
        assert!(FLAG_WORDS.is_sorted_by(|a, b| (a.field, a.word) < (b.field, b.word)));
        let mut names: Vec<_> = FIELDS.iter().flat_map(|field| [field.name].into_iter().chain(field.aliases.iter().copied())).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn a_mistyped_name_is_recognised() {
        for (typed, meant) in
            [("sise", Some("size")), ("frm", Some("from")), ("severty", Some("severity")), ("SMTP", None), ("", None), ("http", None)]
        {
            assert_eq!(Field::like(typed), meant, "{typed}");
        }
    }
}
