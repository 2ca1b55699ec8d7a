//! Evidence for the places of a queue item: addresses, header fields, texts, raw documents, inner streams.

use crate::{
    backup::{
        MessageView,
        facts::{AddressOccurrence, AddressPlace, Diagnosis, EntityOf, InnerTnef, InternetMessage, RawDocument},
    },
    base::{CodePage, hex},
    formats::mime::{HeaderField, MimeEntity},
    mapi::{PropTag, Property},
};

use super::{Evidence, Locator};

/// Characters of a long text that evidence shows.
const SHOWN: usize = 160;
/// Bytes that evidence shows in hexadecimal.
const SHOWN_BYTES: usize = 32;

impl Evidence {
    /// Returns evidence for an address where it stands.
    #[must_use]
    pub fn address(path: &str, found: &AddressOccurrence<'_>) -> Self {
        match &found.place {
            AddressPlace::Property(property) => Self::property(path, &found.object, property).shortened(),
            AddressPlace::Header(name, span) => {
                let locator = Locator::Header { object: found.object.as_str().into(), name: name.as_str().into() };
                Self::new(path, locator).at(span.clone()).observed(cut(&found.address.value))
            }
            AddressPlace::Bytes(span) => {
                let place = Self::new(path, Locator::Part(found.object.as_str().into()));
                if span.is_empty() { place } else { place.at(span.clone()).observed(cut(&found.address.value)) }
            }
        }
    }

    /// Returns evidence for a field of the Internet headers kept with a message.
    #[must_use]
    pub fn header(path: &str, view: &MessageView<'_>, field: &HeaderField) -> Self {
        let locator = Locator::Header { object: view.object.as_str().into(), name: field.name.as_str().into() };
        Self::new(path, locator).at(view.header_span(field)).observed(cut(first_line(&field.raw)))
    }

    /// Returns evidence for Internet headers in which a field is missing.
    #[must_use]
    pub fn header_block(path: &str, view: &MessageView<'_>, missing: &str) -> Self {
        let span = view.message.properties.property(PropTag::TRANSPORT_MESSAGE_HEADERS).map(|property| property.span.clone());
        let place = Self::new(path, Locator::Header { object: view.object.as_str().into(), name: missing.into() });
        span.map_or_else(|| place.clone(), |span| place.clone().at(span))
    }

    /// Returns evidence for a field of a raw document.
    #[must_use]
    pub fn raw_header(path: &str, raw: &RawDocument<'_>, field: &HeaderField) -> Self {
        let locator = Locator::Header { object: raw.place_name().into(), name: field.name.as_str().into() };
        Self::new(path, locator).at(raw.field_span(field)).observed(cut(first_line(&field.raw)))
    }

    /// Returns evidence for an entity of a raw document: its Content-Type field, else its body.
    #[must_use]
    pub fn entity(path: &str, raw: &RawDocument<'_>, entity: &MimeEntity) -> Self {
        match entity.headers.first("Content-Type") {
            Some(field) => Self::raw_header(path, raw, field),
            None => Self::part(path, raw.place_name(), raw.span(entity.body.clone())),
        }
    }

    /// Returns evidence for bytes of a raw document, `range` counting from its start; as text where that is safe, else in hexadecimal.
    #[must_use]
    pub fn raw_bytes(path: &str, raw: &RawDocument<'_>, range: std::ops::Range<u64>) -> Self {
        let shown = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        let bytes = shown.and_then(|(start, end)| raw.bytes.get(start..end)).unwrap_or_default();
        if bytes.iter().any(|byte| matches!(byte, 0x80..=0x9F)) {
            // Whether these are letters depends on a character set that nobody knows here.
            return Self::raw_hex(path, raw, range);
        }
        let text = CodePage::WINDOWS_1252.decode(bytes.get(..SHOWN).unwrap_or(bytes)).text;
        Self::part(path, raw.place_name(), raw.span(range)).observed(&*text)
    }

    /// Returns evidence for bytes of a raw document, shown in hexadecimal.
    #[must_use]
    pub fn raw_hex(path: &str, raw: &RawDocument<'_>, range: std::ops::Range<u64>) -> Self {
        let shown = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        let bytes = shown.and_then(|(start, end)| raw.bytes.get(start..end)).unwrap_or_default();
        Self::part(path, raw.place_name(), raw.span(range)).observed(hex(bytes.get(..SHOWN_BYTES).unwrap_or(bytes)))
    }

    /// Returns evidence for a field of a mail or raw document.
    #[must_use]
    pub fn internet_field(path: &str, message: InternetMessage<'_, '_>, field: &HeaderField) -> Self {
        match message {
            InternetMessage::Mail(view) => Self::header(path, view, field),
            InternetMessage::Raw(raw) => Self::raw_header(path, raw, field),
        }
    }

    /// Returns evidence for a header block in which a field is missing.
    #[must_use]
    pub fn missing_field(path: &str, message: InternetMessage<'_, '_>, name: &str) -> Self {
        match message {
            InternetMessage::Mail(view) => Self::header_block(path, view, name),
            InternetMessage::Raw(raw) => {
                let end = message.headers().map_or(0, |headers| headers.end);
                Self::new(path, Locator::Header { object: raw.place_name().into(), name: name.into() }).at(raw.span(0..end))
            }
        }
    }

    /// Returns evidence for a field of an entity; for the place where it should be when the entity lacks it.
    #[must_use]
    pub fn entity_field(path: &str, part: EntityOf<'_, '_>, name: &str) -> Self {
        match (part.entity.headers.first(name), part.message) {
            (Some(field), message) => Self::internet_field(path, message, field),
            (None, InternetMessage::Raw(raw)) => Self::part(path, raw.place_name(), raw.span(part.entity.body.clone())),
            (None, message) => Self::missing_field(path, message, name),
        }
    }

    /// Returns evidence for an entity: its Content-Type field, else its body.
    #[must_use]
    pub fn mime_part(path: &str, part: EntityOf<'_, '_>) -> Self {
        Self::entity_field(path, part, "Content-Type")
    }

    /// Returns evidence for a text property of which only a part is the point.
    #[must_use]
    pub fn excerpt(path: &str, object: &str, property: &Property<'_>, found: &str) -> Self {
        Self::property(path, object, property).observed(cut(found))
    }

    /// Returns evidence for a part of the plain text body, in property or attribute.
    #[must_use]
    pub fn body(path: &str, view: &MessageView<'_>, found: &str) -> Self {
        if let Some(property) = view.message.properties.property(PropTag::BODY) {
            return Self::excerpt(path, &view.object, property, found);
        }
        let place = Self::new(path, Locator::Part(format!("{}, body", view.object).into()));
        match legacy_span(view, ATT_BODY) {
            Some(span) => place.at(span).observed(cut(found)),
            None => place,
        }
    }

    /// Returns evidence for the subject of a message, in property or attribute.
    #[must_use]
    pub fn subject(path: &str, view: &MessageView<'_>) -> Self {
        if let Some(property) = view.message.properties.property(PropTag::SUBJECT) {
            return Self::property(path, &view.object, property).shortened();
        }
        let place = Self::new(path, Locator::Part(format!("{}, subject", view.object).into()));
        match legacy_span(view, ATT_SUBJECT) {
            Some(span) => place.at(span),
            None => place,
        }
    }

    /// Returns evidence for the class of a message, or for the message when it has none.
    #[must_use]
    pub fn message_class(path: &str, view: &MessageView<'_>) -> Self {
        match view.message.properties.property(PropTag::MESSAGE_CLASS) {
            Some(property) => Self::property(path, &view.object, property),
            None => Self::part(path, view.object.as_str(), view.message.span.clone()),
        }
    }

    /// Returns evidence for an attachment as a whole; the number counts from 0.
    #[must_use]
    pub fn attachment(path: &str, view: &MessageView<'_>, index: usize) -> Self {
        let span = view.message.attachments.get(index).map(|attachment| attachment.span.clone()).unwrap_or_default();
        Self::part(path, format!("{}, attachment {}", view.object, index + 1), span)
    }

    /// Returns evidence for a diagnostic line.
    #[must_use]
    pub fn diagnosis(path: &str, found: &Diagnosis<'_>) -> Self {
        Self::excerpt(path, &found.object, found.property, &found.line.written)
    }

    /// Returns evidence for a place in an inner TNEF stream; `range` counts from its start.
    #[must_use]
    pub fn inner_tnef(path: &str, inner: &InnerTnef<'_>, range: std::ops::Range<u64>) -> Self {
        Self::part(path, inner.object.as_str(), inner.place(range))
    }

    fn shortened(self) -> Self {
        let observed = cut(&self.observed);
        self.observed(observed)
    }
}

/// attBody and attSubject ([MS-OXTNEF] 2.1.3.3).
const ATT_BODY: u16 = 0x800C;
const ATT_SUBJECT: u16 = 0x8004;

/// Returns the bytes of an attribute of the message itself.
fn legacy_span(view: &MessageView<'_>, id: u16) -> Option<std::ops::Range<u64>> {
    view.message.attributes.iter().find(|attribute| attribute.id.0 == id && attribute.level == 1).map(|attribute| attribute.span.clone())
}

/// Long texts are cut without a mark, so that what is shown still stands in the bytes.
fn cut(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// A folded field is shown by its first line, which stands in the bytes as it is.
fn first_line(raw: &str) -> &str {
    raw.trim_start().lines().next().unwrap_or_default().trim_end()
}
