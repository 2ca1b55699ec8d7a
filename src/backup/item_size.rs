//! How large a message is, and how large it becomes on the wire, where the size limits of the connector count (Q146264, Q257264).

use crate::{
    formats::tnef::AttributeId,
    mapi::{PropTag, PropValue},
};

use super::MessageView;

/// Characters of a base64 line on the wire, and of the line end behind it.
const LINE: u64 = 76;
const LINE_END: u64 = 2;

impl MessageView<'_> {
    /// Returns the message's own size: PR_MESSAGE_SIZE, else the bytes of its stream.
    #[must_use]
    pub fn size(&self) -> u64 {
        let stated = self.message.properties.long(PropTag::MESSAGE_SIZE).and_then(|size| u64::try_from(size).ok());
        stated.unwrap_or(self.message.span.end.saturating_sub(self.message.span.start))
    }

    /// Returns an estimate of the encoded size: attachments in base64 with its line ends, and the text.
    #[must_use]
    pub fn encoded_size(&self) -> u64 {
        // An embedded message counts by its stream, which holds all that it carries.
        let attachments = self.message.attachments.iter().map(|attachment| attachment.size().unwrap_or(0));
        let encoded: u64 = attachments.map(in_base64).sum();
        encoded + self.body_bytes().map_or(0, |body| body.len() as u64)
    }

    /// Returns the bytes of the plain text as they are stored, its terminator included.
    #[must_use]
    pub fn body_bytes(&self) -> Option<&[u8]> {
        match self.message.properties.get(PropTag::BODY) {
            Some(PropValue::String8(text)) => Some(text.bytes),
            Some(PropValue::Unicode(bytes)) => Some(bytes),
            _ => self
                .message
                .attributes
                .iter()
                .find(|attribute| attribute.level == 1 && attribute.id == AttributeId::BODY)
                .map(|attribute| attribute.data),
        }
    }
}

fn in_base64(bytes: u64) -> u64 {
    let characters = bytes.div_ceil(3) * 4;
    characters + characters.div_ceil(LINE) * LINE_END
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_adds_a_third_and_line_ends() {
        assert_eq!([0, 1, 57, 58].map(in_base64), [0, 6, 78, 84]);
    }
}
