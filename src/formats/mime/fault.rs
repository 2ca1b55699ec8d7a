//! What is wrong with a header field as written (RFC 822 3.3). Brackets, quotes and comments are only looked at where addresses stand.

/// The first thing that is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeaderFault {
    /// Nothing.
    #[default]
    None,
    /// A control character other than tab and the line ends of a fold.
    ControlCharacter,
    /// A quoted string does not end.
    UnbalancedQuote,
    /// `<` without `>`, or the other way round.
    UnbalancedBracket,
    /// `(` without `)`, or the other way round.
    UnbalancedComment,
    /// A source route without a host, as in `<@:ann@example.com>`.
    EmptyRoute,
}

impl HeaderFault {
    /// Returns the stable name, for example `unbalanced-quote`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ControlCharacter => "control-character",
            Self::UnbalancedQuote => "unbalanced-quote",
            Self::UnbalancedBracket => "unbalanced-bracket",
            Self::UnbalancedComment => "unbalanced-comment",
            Self::EmptyRoute => "empty-route",
        }
    }
}

/// Fields that hold addresses, in lower case, sorted.
const ADDRESS_FIELDS: &[&str] = &[
    "apparently-to",
    "bcc",
    "cc",
    "disposition-notification-to",
    "errors-to",
    "from",
    "reply-to",
    "resent-bcc",
    "resent-cc",
    "resent-from",
    "resent-reply-to",
    "resent-sender",
    "resent-to",
    "return-path",
    "return-receipt-to",
    "sender",
    "to",
    "x-receiver",
    "x-sender",
];

/// Returns the first fault of a field's value, folds included.
pub(super) fn fault(name: &str, value: &[u8]) -> HeaderFault {
    if value.iter().any(|&byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r' | b'\n')) || has_bare_return(value) {
        return HeaderFault::ControlCharacter;
    }
    if ADDRESS_FIELDS.binary_search(&name.to_ascii_lowercase().as_str()).is_ok() { address_fault(value) } else { HeaderFault::None }
}

fn has_bare_return(value: &[u8]) -> bool {
    value.windows(2).any(|pair| matches!(pair, [b'\r', other] if *other != b'\n'))
}

fn address_fault(value: &[u8]) -> HeaderFault {
    let (mut is_quoted, mut comments, mut bracket) = (false, 0_usize, None);
    let mut bytes = value.iter().enumerate();
    while let Some((at, &byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' if comments == 0 => is_quoted = !is_quoted,
            _ if is_quoted => {}
            b'(' => comments += 1,
            b')' if comments == 0 => return HeaderFault::UnbalancedComment,
            b')' => comments -= 1,
            _ if comments > 0 => {}
            b'<' if bracket.is_some() => return HeaderFault::UnbalancedBracket,
            b'<' => bracket = Some(at + 1),
            b'>' => match bracket.take() {
                None => return HeaderFault::UnbalancedBracket,
                Some(start) if has_empty_route(value.get(start..at).unwrap_or_default()) => return HeaderFault::EmptyRoute,
                Some(_) => {}
            },
            _ => {}
        }
    }
    if is_quoted {
        HeaderFault::UnbalancedQuote
    } else if comments > 0 {
        HeaderFault::UnbalancedComment
    } else if bracket.is_some() {
        HeaderFault::UnbalancedBracket
    } else {
        HeaderFault::None
    }
}

/// Whether what stands in angle brackets begins with a route that names no host.
fn has_empty_route(inner: &[u8]) -> bool {
    let inner = inner.trim_ascii();
    let Some(colon) = inner.iter().position(|&byte| byte == b':').filter(|_| inner.starts_with(b"@") || inner.starts_with(b":")) else {
        return false;
    };
    let route = inner.get(..colon).unwrap_or_default();
    route.split(|&byte| byte == b',').any(|hop| hop.trim_ascii().strip_prefix(b"@").is_none_or(|host| host.trim_ascii().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, value: &str, expected: HeaderFault) {
        assert_eq!(fault(name, value.as_bytes()), expected);
    }

    #[test]
    fn each_fault_is_told() {
        check("From", " \"Ann <ann@example.com (open", HeaderFault::UnbalancedQuote);
        check("To", " Ann <ann@example.com", HeaderFault::UnbalancedBracket);
        check("To", " Ann ann@example.com>", HeaderFault::UnbalancedBracket);
        check("CC", " ann@example.com (Ann", HeaderFault::UnbalancedComment);
        check("Sender", " ann@example.com)", HeaderFault::UnbalancedComment);
        check("Reply-To", " <@:ann@example.com>", HeaderFault::EmptyRoute);
        check("Reply-To", " <:ann@example.com>", HeaderFault::EmptyRoute);
        check("Subject", " a\x07b", HeaderFault::ControlCharacter);
        check("Subject", " a\rb", HeaderFault::ControlCharacter);
    }

    #[test]
    fn what_is_right_has_none() {
        check("From", " \"A \\\" <(\" <a@b> (x (y) \\) \")", HeaderFault::None);
        check("To", " <@a,@b:c@d>,\r\n\t<>", HeaderFault::None);
        check("Subject", " :-( \"unbalanced", HeaderFault::None);
        assert!(ADDRESS_FIELDS.is_sorted());
    }
}
