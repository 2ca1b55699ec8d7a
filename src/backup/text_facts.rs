//! What rules over many items need to know of the texts and the size of a mail once its bytes are gone.

use std::{borrow::Cow, ops::Range};

use crate::{
    base::CodePage,
    formats::tnef::TnefMessage,
    mapi::{PropTag, PropertyBag},
};

use super::{Item, MessageView, QueueKind};

/// A piece of text that rules over many items quote, and the property that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPlace {
    /// Which part of the item, in words.
    pub object: Box<str>,
    /// Bytes of the property in the file.
    pub span: Range<u64>,
    /// The text.
    pub text: Box<str>,
}

/// A size as a message states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedSize {
    /// PR_MESSAGE_SIZE.
    pub bytes: u64,
    /// Which message of the item, in words.
    pub object: &'static str,
    /// Bytes of the property in the file.
    pub span: Range<u64>,
}

/// The column at which a connector wraps of itself; longer addresses break there (Q250558, Q281835).
const WRAP_COLUMN: usize = 76;

/// Returns the longest address of the web or of FTP in the body of an outbound mail that is longer than the usual wrap column.
pub(super) fn long_url(item: &Item<'_>) -> Option<TextPlace> {
    let view = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut]))?;
    let message = view.message;
    let plain = view.body().map(|text| (Cow::Borrowed(text), PropTag::BODY));
    let html = || message.html_text().map(|text| (text.text, PropTag::HTML));
    let (text, tag) = plain.filter(|(text, _)| text.contains("://")).or_else(html)?;
    let url = urls(&text).filter(|url| url.chars().count() > WRAP_COLUMN).max_by_key(|url| url.len())?;
    Some(TextPlace { object: format!("{}, body", view.object).into(), span: span_of(message, tag), text: url.into() })
}

/// Returns an accented letter of Western Europe with its word, out of subject or body, when the text is in a Western code page.
pub(super) fn western_text(item: &Item<'_>) -> Option<TextPlace> {
    let view = item.mail().filter(|view| is_western(view))?;
    let message = view.message;
    let subject = message.subject().map(|text| (text, "subject", PropTag::SUBJECT));
    let body = || view.body().map(|text| (Cow::Borrowed(text), "body", PropTag::BODY));
    let texts = subject.into_iter().chain(std::iter::once_with(body).flatten()).filter(|(text, ..)| !text.is_ascii());
    let (word, what, tag) = texts.into_iter().find_map(|(text, what, tag)| {
        let word = text.split_whitespace().find(|word| word.chars().any(|c| matches!(c, '\u{C0}'..='\u{FF}')))?;
        Some((word.to_owned(), what, tag))
    })?;
    Some(TextPlace { object: format!("{}, {what}", view.object).into(), span: span_of(message, tag), text: word.into() })
}

/// Returns the size that shell or mail state, the larger one.
pub(super) fn stated_size(item: &Item<'_>) -> Option<StatedSize> {
    let stated = |object: &'static str, properties: &PropertyBag<'_>| {
        let bytes = properties.long(PropTag::MESSAGE_SIZE).and_then(|size| u64::try_from(size).ok())?;
        Some(StatedSize { bytes, object, span: properties.property(PropTag::MESSAGE_SIZE)?.span.clone() })
    };
    let shell = item.shell().and_then(|view| stated(item.kind.shell_name(), &view.message.properties));
    let mail = item.mail().and_then(|view| stated("mail", &view.message.properties));
    [shell, mail].into_iter().flatten().max_by_key(|size| size.bytes)
}

/// The code pages 1252 and 28591 by property, else by the stream, or ISO-8859-1 by the headers.
fn is_western(view: &MessageView<'_>) -> bool {
    const WESTERN: [u32; 2] = [1252, 28591];
    let message = view.message;
    let stated: Vec<u32> = [PropTag::INTERNET_CPID, PropTag::MESSAGE_CODEPAGE]
        .into_iter()
        .filter_map(|tag| message.properties.long(tag).and_then(|page| u32::try_from(page).ok()))
        .collect();
    let CodePage(stream) = message.effective_code_page();
    let by_page = if stated.is_empty() { WESTERN.contains(&stream) } else { stated.iter().any(|page| WESTERN.contains(page)) };
    by_page
        || view
            .headers
            .as_ref()
            .is_some_and(|headers| headers.value.first("Content-Type").is_some_and(|field| field.value.to_ascii_lowercase().contains("iso-8859-1")))
}

/// Returns the addresses of a text: from their scheme to the next blank, bracket or quotation mark.
fn urls(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("://").filter_map(move |(at, _)| {
        let before = text.get(..at)?;
        let scheme = ["https", "http", "ftp"].iter().find(|scheme| {
            before.len().checked_sub(scheme.len()).and_then(|start| before.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(scheme))
        })?;
        let rest = text.get(at - scheme.len()..)?;
        let end = rest.find(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"')).unwrap_or(rest.len());
        rest.get(..end)
    })
}

fn span_of(message: &TnefMessage<'_>, tag: PropTag) -> Range<u64> {
    message.properties.any_type(tag).map_or_else(|| message.span.clone(), |property| property.span.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::report_of_fixture;

    #[test]
    fn urls_end_at_blanks_and_brackets() {
        let found: Vec<_> = urls("see <http://a.b/c> or HTTPS://x.y/z\"q\" and x://no ftp://e").collect();
        assert_eq!(found, ["http://a.b/c", "HTTPS://x.y/z", "ftp://e"]);
    }

    #[test]
    fn facts_of_texts_and_sizes_stay_with_the_item() {
        let text = "//- Mtsout/1.TNF\nsubject: \"Gr\u{fc}\u{df}e\"\nbody: \"http://www.example.com/{x*80}\"\nprop 0x0E080003: 5000\nenvelope:\n  prop 0x0E080003: 4000\n\
            //- Mtsin/1.TNF\nbody: \"http://www.example.com/{x*80}\"\n//- Mtsout/2.TNF\ncodepage: 1251\nsubject: \"x\"\nbody: \"http://www.example.com/\"\n";
        let backup = report_of_fixture(text).unwrap().backup;
        let facts: Vec<_> = backup.messages.iter().map(|message| &message.facts).collect();
        let urls: Vec<_> = facts.iter().map(|facts| facts.quotes.long_url().map(|place| place.text.len())).collect();
        assert_eq!(urls, [None, Some(103), None]);
        let western: Vec<_> = facts.iter().map(|facts| facts.quotes.western_text().map(|place| place.text.into_string())).collect();
        assert_eq!(western, [None, Some("Gr\u{fc}\u{df}e".to_owned()), None]);
        assert_eq!(facts.get(1).and_then(|facts| facts.quotes.stated_size()).map(|size| (size.bytes, size.object)), Some((5000, "mail")));
    }
}
