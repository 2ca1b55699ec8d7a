//! What a message says of its own protection and text: signed, sealed, and in which character sets it was written (message-vocabulary,
//! section 5).

use crate::{
    backup::MessageView,
    base::Pattern,
    mapi::{MessageClass, PropTag},
};

static PKCS7: Pattern = Pattern::new(r"(?i)^\s*application/(x-)?pkcs7-mime\b");
static SIGNED: Pattern = Pattern::new(r"(?i)^\s*multipart/signed\b");
static CHARSET: Pattern = Pattern::new(r#"(?i)\bcharset\s*=\s*"?([^\s";]+)"#);
static UNICODE: Pattern = Pattern::new(r"(?i)utf-?(7|8|16)|unicode");

impl MessageView<'_> {
    /// Returns whether the message is signed or sealed, by its class or its Internet headers.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        let of_class = |class: &str| MessageClass(class).is_or_below("IPM.Note.Secure") || MessageClass(class).is_or_below("IPM.Note.SMIME");
        let of_headers = || self.field("Content-Type").is_some_and(|field| PKCS7.is_match(&field.value) || SIGNED.is_match(&field.value));
        self.message.message_class().is_some_and(|class| of_class(&class)) || of_headers()
    }

    /// Returns whether the content lies sealed in one piece, so that it cannot be looked into.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        let of_class = |class: &str| {
            let class = MessageClass(class);
            let sealed = class.is_or_below("IPM.Note.Secure") && !class.is_or_below("IPM.Note.Secure.Sign");
            sealed || class.is_or_below("IPM.Note.SMIME") && !class.is_or_below("IPM.Note.SMIME.MultipartSigned")
        };
        let of_headers = || {
            let field = self.field("Content-Type").filter(|field| PKCS7.is_match(&field.value));
            field.is_some_and(|field| !field.value.to_ascii_lowercase().contains("signed-data"))
        };
        self.message.message_class().is_some_and(|class| of_class(&class)) || of_headers()
    }

    /// Returns the character set that the Internet headers name.
    #[must_use]
    pub fn charset(&self) -> Option<&str> {
        let value = &self.field("Content-Type")?.value;
        CHARSET.captures(value)?.get(1).map(|hit| hit.as_str())
    }

    /// Returns the code pages of the message: of its 8-bit strings (PR_MESSAGE_CODEPAGE) and of the Internet (PR_INTERNET_CPID).
    #[must_use]
    pub fn code_pages(&self) -> [Option<i32>; 2] {
        [PropTag::MESSAGE_CODEPAGE, PropTag::INTERNET_CPID].map(|tag| self.message.properties.long(tag))
    }

    /// Returns whether the Internet headers name a Unicode character set.
    #[must_use]
    pub fn has_unicode_charset(&self) -> bool {
        self.charset().is_some_and(is_unicode_charset)
    }
}

/// Returns whether a character set is a form of Unicode.
#[must_use]
pub fn is_unicode_charset(charset: &str) -> bool {
    UNICODE.is_match(charset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backup::{Item, ItemPlace},
        base::Limits,
        formats::tnef,
        testing::fixture::compile,
    };

    #[track_caller]
    fn check(lines: &str, secure: bool, encrypted: bool) {
        let files = compile(&format!("//- Mtsin/1\n{lines}\n")).unwrap();
        let decoded = tnef::decode(&files.first().unwrap().bytes, &Limits::default()).value;
        let item = Item::new(ItemPlace::NOWHERE, &decoded, &Limits::default());
        let mail = item.mail().unwrap();
        assert_eq!((mail.is_secure(), mail.is_encrypted()), (secure, encrypted), "{lines}");
    }

    #[test]
    fn class_and_headers_tell_what_is_sealed() {
        check("class: IPM.Note", false, false);
        check("class: IPM.Note.Secure", true, true);
        check("class: ipm.note.secure.sign", true, false);
        check("class: IPM.Note.SMIME.MultipartSigned", true, false);
        check("header: Content-Type: multipart/signed; boundary=b", true, false);
        check("header: Content-Type: application/pkcs7-mime; smime-type=signed-data", true, false);
        check("header: Content-Type: application/x-pkcs7-mime", true, true);
    }

    #[test]
    fn unicode_has_many_names() {
        assert!(["UTF-8", "utf7", "unicode-1-1-utf-7", "utf-16"].into_iter().all(is_unicode_charset));
        assert!(!is_unicode_charset("iso-8859-1"));
    }
}
