//! The message filter of the service: `TurfTable`, whose elements name senders that are turned away (Q155683, Q193437, Q247296):
//! `user@domain`, `@domain` with its subdomains, `#@domain` alone, `user` at any domain, `user@[ip]`, `@[ip]`, and `.` for no sender.

use super::{ServiceKey, Setting};

/// An element of the table by what it was written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurfEntry<'a> {
    /// Has characters that no sender has, or the form of nothing.
    Malformed(&'a str),
    /// `.`: mail without a sender.
    NoSender,
    /// `user@domain` or `user@[ip]`.
    Address(&'a str, &'a str),
    /// `@domain` or `@[ip]`: the domain and everything below it.
    Domain(&'a str),
    /// `#@domain`: the domain and nothing below it.
    ExactDomain(&'a str),
    /// `#domain`, which the unpatched dialog writes for `#@domain`.
    HashWithoutAt(&'a str),
    /// `user` at any domain.
    User(&'a str),
}

impl<'a> TurfEntry<'a> {
    /// Reads an element.
    #[must_use]
    pub fn parse(element: &'a str) -> Self {
        let is_foreign = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '"' | '*');
        if element == "." {
            return Self::NoSender;
        }
        if element.is_empty() || element.contains(is_foreign) || element.ends_with('.') || element.matches('@').count() > 1 {
            return Self::Malformed(element);
        }
        match (element.split_once('@'), element.strip_prefix('#')) {
            (Some(("", domain)), _) => Self::Domain(domain),
            (Some(("#", domain)), _) => Self::ExactDomain(domain),
            (Some((user, domain)), _) => Self::Address(user, domain),
            (None, Some(domain)) => Self::HashWithoutAt(domain),
            (None, None) => Self::User(element),
        }
    }

    /// Returns whether mail of a sender is turned away by the documented forms.
    #[must_use]
    pub fn matches(self, sender: &str) -> bool {
        let (user, domain) = sender.trim().rsplit_once('@').unwrap_or((sender.trim(), ""));
        match self {
            Self::Malformed(_) | Self::HashWithoutAt(_) => false,
            Self::NoSender => sender.trim().is_empty(),
            Self::Address(own_user, own_domain) => own_user.eq_ignore_ascii_case(user) && own_domain.eq_ignore_ascii_case(domain),
            Self::Domain(own) => !own.is_empty() && is_at_or_below(domain, own),
            Self::ExactDomain(own) => !own.is_empty() && own.eq_ignore_ascii_case(domain),
            Self::User(own) => !user.is_empty() && own.eq_ignore_ascii_case(user),
        }
    }
}

/// Returns whether a domain is another one or lies below it.
#[must_use]
pub fn is_at_or_below(domain: &str, parent: &str) -> bool {
    let (domain, parent) = (domain.to_lowercase(), parent.to_lowercase());
    domain.strip_suffix(&parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

impl ServiceKey {
    /// Returns the message filter, if it holds anything.
    #[must_use]
    pub fn turf_table(&self) -> Option<Setting<'_, &[String]>> {
        self.strings("Parameters", "TurfTable").filter(|table| table.data.iter().any(|element| !element.trim().is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_told() {
        let check = |element, expected| assert_eq!(TurfEntry::parse(element), expected);
        check("joe@spam.example", TurfEntry::Address("joe", "spam.example"));
        check("joe@[10.1.1.1]", TurfEntry::Address("joe", "[10.1.1.1]"));
        check("@bad.example", TurfEntry::Domain("bad.example"));
        check("#@exact.example", TurfEntry::ExactDomain("exact.example"));
        check("#domain.com", TurfEntry::HashWithoutAt("domain.com"));
        check("info", TurfEntry::User("info"));
        check(".", TurfEntry::NoSender);
        for malformed in ["", "<>", "a b@c", "*@x.example", "a@b;c@d", "a@b@c", "@x.example.", "a,b"] {
            check(malformed, TurfEntry::Malformed(malformed));
        }
    }

    #[test]
    fn senders_match_by_the_documented_forms() {
        let check = |element, sender, expected| assert_eq!(TurfEntry::parse(element).matches(sender), expected, "{element} {sender}");
        check("joe@spam.example", "Joe@Spam.Example", true);
        check("joe@spam.example", "joe@spam.example.org", false);
        check("@spam.example", "joe@mail.spam.example", true);
        check("@spam.example", "joe@otherspam.example", false);
        check("#@spam.example", "joe@mail.spam.example", false);
        check("#@spam.example", "joe@spam.example", true);
        check("#spam.example", "joe@spam.example", false);
        check("joe", "joe@any.example", true);
        check("joe", "joey@any.example", false);
        check("@[10.1.1.1]", "x@[10.1.1.1]", true);
        check("@", "x@y", false);
    }
}
