//! The content of an attachment as a file of its own.

use std::path::PathBuf;

use crate::formats::tnef::{Attachment, AttachmentContent};

use super::{Destination, ExportError};

/// Saves the bytes of an attachment as they lie in the message, without interface id; an embedded message becomes a TNEF stream.
///
/// # Errors
/// When it has no content of its own, or the file cannot be written.
pub fn save_attachment(place: &Destination, name: &str, attachment: &Attachment<'_>) -> Result<PathBuf, ExportError> {
    let (bytes, extension) = match &attachment.content {
        AttachmentContent::File(bytes, _) => (*bytes, ""),
        AttachmentContent::Ole(bytes, _) => (*bytes, ".ole"),
        AttachmentContent::Message(bytes, ..) => (*bytes, ".tnef"),
        AttachmentContent::Missing | AttachmentContent::Reference => return Err(ExportError::NoContent),
    };
    place.save(&format!("{name}{extension}"), &mut |out| out.write_all(bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_bytes_are_those_of_the_message() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join("Backup")).unwrap();
        let place = Destination::open(&temp.path().join("out"), &temp.path().join("Backup")).unwrap();
        let file = Attachment { content: AttachmentContent::File(b"\0data", 9), ..Attachment::default() };
        let path = save_attachment(&place, "..\\a.doc", &file).unwrap();
        assert_eq!((fs::read(&path).unwrap().as_slice(), path.file_name().unwrap().to_str()), (&b"\0data"[..], Some("a.doc")));
        assert!(matches!(save_attachment(&place, "x", &Attachment::default()), Err(ExportError::NoContent)));
    }
}
