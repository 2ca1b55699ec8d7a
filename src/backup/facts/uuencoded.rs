//! UUENCODE blocks in the texts of an item: bodies of its messages, text parts of raw documents (message-vocabulary, section 4:
//! `uublocks`).

use crate::{
    backup::{Item, MessageView},
    base::Limits,
    formats::{
        mime::MimeEntity,
        uuencode::{UuBlock, blocks},
    },
    mapi::{PropTag, PropValue},
};

use super::{EntityOf, InternetMessage};

/// Where a block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UuPlace {
    /// In the body of a message, by its index among [`Item::messages`].
    Body(usize),
    /// In an entity of a raw document, by both indices.
    Part(usize, usize),
}

/// A block and the lines that rules show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UuFound {
    /// Where it stands.
    pub place: UuPlace,
    /// The block; its places count from the start of the decoded text.
    pub block: UuBlock,
    /// The begin line.
    pub begin_line: Vec<u8>,
    /// The name in it.
    pub name: Vec<u8>,
    /// The line with too many characters.
    pub surplus: Option<Vec<u8>>,
    /// The line directly behind the end line.
    pub behind: Option<Vec<u8>>,
    /// Whether places in the text are places in the raw document as well.
    pub is_plain: bool,
}

impl UuFound {
    fn new(place: UuPlace, block: UuBlock, (text, is_plain): (&[u8], bool)) -> Self {
        let line = |range: &std::ops::Range<usize>| text.get(range.clone()).unwrap_or_default().to_vec();
        let (begin_line, name) = (line(&block.begin), line(&block.name));
        let (surplus, behind) = (block.surplus.as_ref().map(line), block.behind.as_ref().map(line));
        Self { place, block, begin_line, name, surplus, behind, is_plain }
    }
}

/// Returns the blocks of an item.
pub(in crate::backup) fn uuencoded(item: &Item<'_>, limits: &Limits) -> Vec<UuFound> {
    let mut found = Vec::new();
    for (index, view) in item.messages.iter().enumerate().filter(|(_, view)| view.body_has(b"begin ")) {
        let text = view.body().unwrap_or_default().as_bytes();
        found.extend(blocks(text, limits).into_iter().map(|block| UuFound::new(UuPlace::Body(index), block, (text, false))));
    }
    for (number, raw) in item.raws().iter().enumerate() {
        for part in InternetMessage::Raw(raw).entities().filter(|part| part.entity.text.is_some()) {
            let content = part.content();
            let of_part = blocks(&content, limits).into_iter();
            found.extend(of_part.map(|block| UuFound::new(UuPlace::Part(number, part.index), block, (&content, part.is_plain()))));
        }
    }
    found
}

impl<'a> Item<'a> {
    /// Returns the message and entity of a raw document that hold a block.
    #[must_use]
    pub fn part_of(&self, found: &UuFound) -> Option<EntityOf<'_, 'a>> {
        let UuPlace::Part(raw, index) = found.place else { return None };
        let message = InternetMessage::Raw(self.raws().get(raw)?);
        let entity: &MimeEntity = message.mime_entities().get(index)?;
        Some(EntityOf { message, index, entity })
    }
}

impl MessageView<'_> {
    /// Returns whether the bytes of the plain text body contain a text of ASCII characters; cheap, before a body is decoded.
    #[must_use]
    pub fn body_has(&self, ascii: &[u8]) -> bool {
        match self.message.properties.get(PropTag::BODY) {
            Some(PropValue::String8(text)) => memchr::memmem::find(text.bytes, ascii).is_some(),
            Some(_) => self.body().is_some_and(|body| memchr::memmem::find(body.as_bytes(), ascii).is_some()),
            None => self.message.legacy.body.as_ref().is_some_and(|body| memchr::memmem::find(body.text.as_bytes(), ascii).is_some()),
        }
    }
}
