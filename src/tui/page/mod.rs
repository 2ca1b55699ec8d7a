//! The pages of an opened file: what each tab says of a message, an attachment, a document or a text.

mod body;
mod document;
mod headers;
mod message;
mod properties;

pub(super) use document::{document_node, text_node};
pub(super) use message::message_nodes;
