//! The text of a queue item as people read it, for searches that the compact record cannot answer.

use crate::{
    base::Limits,
    formats::{html, tnef},
};

use super::{Item, ItemPlace};

/// Returns the bodies of every message in a queue file: plain text, what RTF shows, what HTML shows; each behind a line end.
#[must_use]
pub fn body_text(bytes: &[u8], limits: &Limits) -> String {
    let shell = tnef::decode(bytes, limits).value;
    let item = Item::new(ItemPlace::NOWHERE, &shell, limits);
    let mut text = String::new();
    for view in &item.messages {
        let html = view.message.html_text().map(|body| html::to_text(&body.text, limits));
        let rtf = view.rtf_text().map(|rtf| rtf.text.as_str());
        for body in [view.body(), rtf, html.as_deref()].into_iter().flatten() {
            text.push_str(body);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Attachment, Message};

    #[test]
    fn nested_bodies_are_there() {
        let inner = Message::new("IPM.Note").body("inner words");
        let shell = Message::new("IPM.Note").body("outer words").attach(Attachment::message(inner));
        assert_eq!(body_text(&shell.encode(), &Limits::default()), "outer words\ninner words\n");
        assert_eq!(body_text(b"\x78\x9f", &Limits::default()), "");
    }
}
