//! Which e-mail domain record of IMCCOPY holds for a recipient's domain (Q262126), and which size limit.
//!
//! The record is the domain's own, else that of the longest parent domain, else Default. Deliberately absent: the policies in the gateway
//! object, whose binary form is documented nowhere.

use crate::formats::imccopy::{DomainFormat, FormatFlags};

use super::{Backup, GatewayAttribute, MessageRecord};

/// The record of the e-mail domains that holds for a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainPolicy<'a> {
    /// Path of the IMCCOPY text.
    pub path: &'a str,
    /// The record.
    pub record: &'a DomainFormat,
}

/// When rich text (TNEF) is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RichText {
    /// As the sender or the recipient's entry says.
    User,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How bodies and attachments are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyEncoding {
    /// MIME in one of its three forms.
    Mime,
    /// UUENCODE.
    Uuencode,
    /// UUENCODE with BinHex for Macintosh attachments.
    BinHex,
}

impl<'a> DomainPolicy<'a> {
    /// Returns whether the record is the one of all other domains.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.record.is_default()
    }

    /// Returns when rich text is sent; none when the field says nothing that is defined.
    #[must_use]
    pub fn rtf(&self) -> Option<RichText> {
        match self.record.rich_text()? {
            0 => Some(RichText::User),
            1 => Some(RichText::Always),
            2 => Some(RichText::Never),
            _ => None,
        }
    }

    /// Returns whether out-of-office replies are kept back; none when the flags cannot be read.
    #[must_use]
    pub fn suppress_oof(&self) -> Option<bool> {
        self.has(FormatFlags::NO_OUT_OF_OFFICE)
    }

    /// Returns whether automatic replies are kept back; none when the flags cannot be read.
    #[must_use]
    pub fn suppress_auto_replies(&self) -> Option<bool> {
        self.has(FormatFlags::NO_AUTO_REPLY)
    }

    /// Returns whether display names are withheld; none when the flags cannot be read.
    #[must_use]
    pub fn no_display_names(&self) -> Option<bool> {
        self.has(FormatFlags::NO_DISPLAY_NAMES)
    }

    /// Returns the encoding; none when the flags cannot be read, name none or contradict one another.
    #[must_use]
    pub fn encoding(&self) -> Option<BodyEncoding> {
        let flags = self.record.flags()?;
        match (flags.has(FormatFlags::UUENCODE), flags.has_mime(), flags.has(FormatFlags::BINHEX)) {
            (true, false, true) => Some(BodyEncoding::BinHex),
            (true, false, false) => Some(BodyEncoding::Uuencode),
            (false, true, _) => Some(BodyEncoding::Mime),
            _ => None,
        }
    }

    /// Returns whether HTML is sent; none when the flags cannot be read.
    #[must_use]
    pub fn html(&self) -> Option<bool> {
        let flags = self.record.flags()?;
        Some(flags.has(FormatFlags::MIME_HTML) || flags.has(FormatFlags::MIME_BOTH))
    }

    /// Returns the character set of MIME messages.
    #[must_use]
    pub fn mime_charset(&self) -> Option<&'a str> {
        self.record.mime_charset().map(|field| field.value.trim())
    }

    /// Returns the character set of other messages.
    #[must_use]
    pub fn text_charset(&self) -> Option<&'a str> {
        self.record.non_mime_charset().map(|field| field.value.trim())
    }

    /// Returns the column at which text is wrapped; none when it is not wrapped, or the field cannot be read.
    #[must_use]
    pub fn wrap_column(&self) -> Option<u32> {
        self.record.wrap_column().filter(|_| self.has(FormatFlags::WRAP) == Some(true))
    }

    fn has(&self, flag: FormatFlags) -> Option<bool> {
        self.record.flags().map(|flags| flags.has(flag))
    }
}

/// The smallest size limit that applies to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeLimit<'a> {
    /// The evidence does not tell the connector's own limit, and no record sets one.
    Unknown,
    /// There is none.
    Unlimited,
    /// The connector's own limit in KB (`Deliv-Cont-Length`).
    Connector(u64, &'a GatewayAttribute),
    /// The limit of a recipient's domain in KB (field 8).
    Domain(u64, DomainPolicy<'a>),
}

impl SizeLimit<'_> {
    /// Returns the limit in KB, if there is one.
    #[must_use]
    pub fn kilobytes(&self) -> Option<u64> {
        match self {
            Self::Unknown | Self::Unlimited => None,
            Self::Connector(limit, _) | Self::Domain(limit, _) => Some(*limit),
        }
    }
}

impl Backup {
    /// Returns every record of the e-mail domains, file by file.
    pub fn domain_policies(&self) -> impl Iterator<Item = DomainPolicy<'_>> {
        self.siblings.imccopy.iter().flat_map(|sibling| sibling.file.value.formats.iter().map(|record| DomainPolicy { path: &sibling.path, record }))
    }

    /// Returns the record of all other domains.
    #[must_use]
    pub fn default_policy(&self) -> Option<DomainPolicy<'_>> {
        self.domain_policies().find(DomainPolicy::is_default)
    }

    /// Returns the record that holds for a domain: its own, else that of the longest parent domain, else Default.
    #[must_use]
    pub fn policy(&self, domain: &str) -> Option<DomainPolicy<'_>> {
        let own = || self.domain_policies().filter(|policy| !policy.is_default() && covers(policy.record.domain(), domain));
        // The first of equal records counts; what the service does with a second one is undefined.
        own()
            .reduce(|best, policy| if policy.record.domain().trim().len() > best.record.domain().trim().len() { policy } else { best })
            .or_else(|| self.default_policy())
    }

    /// Returns the smallest limit that applies to mail for these domains.
    #[must_use]
    pub fn size_limit<'d>(&self, domains: impl IntoIterator<Item = &'d str>) -> SizeLimit<'_> {
        let of_domain = |domain| {
            // The field of Default has no effect (Q262126).
            let policy = self.policy(domain).filter(|policy| !policy.is_default())?;
            policy.record.size_limit().filter(|limit| *limit > 0).map(|limit| SizeLimit::Domain(limit.into(), policy))
        };
        let limits = domains.into_iter().filter_map(of_domain).chain(self.connector_limit());
        let smallest = limits.filter(|limit| limit.kilobytes().is_some()).min_by_key(SizeLimit::kilobytes);
        smallest.or_else(|| self.connector_limit()).unwrap_or(SizeLimit::Unknown)
    }

    /// Returns the smallest limit that applies to a queue item, by its outside recipients.
    #[must_use]
    pub fn size_limit_of(&self, item: &MessageRecord) -> SizeLimit<'_> {
        self.size_limit(item.facts.words.recipient_domains())
    }

    /// Returns the smallest limit in KB that the connector or any domain has.
    #[must_use]
    pub fn smallest_size_limit(&self) -> Option<u64> {
        let of_domains = self.domain_policies().filter(|policy| !policy.is_default()).filter_map(|policy| policy.record.size_limit());
        of_domains.filter(|limit| *limit > 0).map(u64::from).chain(self.connector_limit().and_then(|limit| limit.kilobytes())).min()
    }

    /// Returns whether any size limit is known, also that there is none.
    #[must_use]
    pub fn knows_size_limits(&self) -> bool {
        let is_limited = |policy: DomainPolicy<'_>| !policy.is_default() && policy.record.size_limit().is_some_and(|limit| limit > 0);
        self.connector_limit().is_some() || self.domain_policies().any(is_limited)
    }

    /// Returns the connector's own limit; none when the export has no such column or no number in it.
    fn connector_limit(&self) -> Option<SizeLimit<'_>> {
        let column = self.gateway.as_ref()?.column("Deliv-Cont-Length")?;
        match column.values.first().map(|value| value.trim()) {
            None | Some("") => Some(SizeLimit::Unlimited),
            Some(text) => text.parse().ok().map(|limit| if limit == 0 { SizeLimit::Unlimited } else { SizeLimit::Connector(limit, column) }),
        }
    }
}

/// Returns whether a record of `own` holds for `domain`: the same domain or one below it, label by label.
fn covers(own: &str, domain: &str) -> bool {
    let (own, domain) = (own.trim(), domain.trim());
    let Some((below, tail)) = domain.len().checked_sub(own.len()).and_then(|at| domain.split_at_checked(at)) else { return false };
    !own.is_empty() && tail.eq_ignore_ascii_case(own) && (below.is_empty() || below.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::report_of_fixture;

    const DOMAINS: &str = "//- Imcobj.csv\nObj-Class,Common-Name,Deliv-Cont-Length\nMail-Gateway,Internet Mail Connector (A),4096\n\
        //- imcdom.txt\n[Header]\nVersion=1\n[Domain]\nDomainInformation=+\n\
        +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,9\n+acme.com,ISO-8859-1,US-ASCII,80,76,2,0,1000\n+Sub.Acme.com,ISO-8859-1,ISO-8859-1,131072,76,1,0,0\n";

    fn backup(text: &str) -> Backup {
        report_of_fixture(text).unwrap().backup
    }

    #[test]
    fn the_longest_record_holds() {
        let backup = backup(DOMAINS);
        let record = |domain| backup.policy(domain).map(|policy| policy.record.domain().to_owned()).unwrap();
        assert_eq!(record("ACME.com"), "acme.com");
        assert_eq!(record("x.acme.com"), "acme.com");
        assert_eq!(record("x.sub.acme.com"), "Sub.Acme.com");
        assert_eq!(record("preacme.com"), "Default");
        assert_eq!(record("com"), "Default");
        assert_eq!(record("ä.com"), "Default");
    }

    #[test]
    fn fields_have_their_meaning() {
        let backup = backup(DOMAINS);
        let (default, acme, sub) = (backup.policy("x.example").unwrap(), backup.policy("acme.com").unwrap(), backup.policy("sub.acme.com").unwrap());
        assert_eq!((default.rtf(), acme.rtf(), sub.rtf()), (Some(RichText::User), Some(RichText::Never), Some(RichText::Always)));
        assert_eq!(
            (default.encoding(), acme.encoding(), sub.encoding()),
            (Some(BodyEncoding::Mime), Some(BodyEncoding::BinHex), Some(BodyEncoding::Mime))
        );
        assert_eq!((default.suppress_oof(), acme.suppress_auto_replies(), sub.html()), (Some(true), Some(false), Some(true)));
        assert_eq!((acme.mime_charset(), acme.text_charset(), acme.wrap_column()), (Some("ISO-8859-1"), Some("US-ASCII"), None));
    }

    #[test]
    fn the_smallest_limit_applies_and_that_of_default_does_not() {
        let limit = |text: &str, domains: &[&str]| backup(text).size_limit(domains.iter().copied()).kilobytes();
        assert_eq!(limit(DOMAINS, &["x.example", "acme.com"]), Some(1000));
        assert_eq!(limit(DOMAINS, &["x.example", "sub.acme.com"]), Some(4096));
        let unlimited = DOMAINS.replace(",4096", ",");
        assert_eq!(limit(&unlimited, &["acme.com"]), Some(1000));
        assert_eq!(backup(&unlimited).size_limit(["x.example"]), SizeLimit::Unlimited);
        let unknown = DOMAINS.replace(",Deliv-Cont-Length", "").replace(",4096", "");
        assert_eq!(backup(&unknown).size_limit(["x.example"]), SizeLimit::Unknown);
        assert!(backup(&unknown).knows_size_limits() && !backup(&unknown.replace(",0,1000", ",0,0")).knows_size_limits());
        assert!(backup(&unlimited).knows_size_limits());
        assert_eq!([DOMAINS, &unlimited].map(|text| backup(text).smallest_size_limit()), [Some(1000), Some(1000)]);
        assert_eq!(backup(&unlimited.replace(",0,1000", ",0,0")).smallest_size_limit(), None);
    }
}
