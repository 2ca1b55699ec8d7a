//! Whether a recipient gets rich text: what the row says of him, and what the record of his domain says (Q262126, Q136204).

use crate::{
    backup::{DomainPolicy, Item, RichText},
    base::CodePage,
    formats::tnef::Recipient,
    mapi::{EntryId, PropTag},
};

/// Returns whether a row asks for rich text: its own property, else the flag of its one-off entry id; none when neither speaks.
#[must_use]
pub fn rich_info(row: &Recipient<'_>, code_page: CodePage) -> Option<bool> {
    let of_id = || match EntryId::parse(row.properties.bytes(PropTag::ENTRYID)?, code_page) {
        EntryId::OneOff { rich_text, .. } => Some(rich_text),
        _ => None,
    };
    row.properties.boolean(PropTag::SEND_RICH_INFO).or_else(of_id)
}

impl<'a> Item<'a> {
    /// Returns the e-mail domain record that holds for a domain, when IMCCOPY's text is at hand.
    #[must_use]
    pub fn policy(&self, domain: &str) -> Option<DomainPolicy<'a>> {
        self.configuration?.policy(domain)
    }

    /// Returns when rich text is sent to a domain; none when no record says it.
    #[must_use]
    pub fn rich_text_to(&self, domain: &str) -> Option<RichText> {
        self.policy(domain)?.rtf()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        formats::tnef,
        testing::{fixture::compile, report_of_fixture},
    };

    #[track_caller]
    fn check(lines: &str, expected: Option<bool>) {
        let files = compile(&format!("//- Mtsout/1\n{lines}\n")).unwrap();
        let decoded = tnef::decode(&files.first().unwrap().bytes, &crate::base::Limits::default()).value;
        assert_eq!(rich_info(decoded.recipients.first().unwrap(), CodePage::WINDOWS_1252), expected);
    }

    #[test]
    fn the_property_wins_over_the_entry_id() {
        check("p1: SMTP:a@b\n  rich: no", Some(false));
        check("p1: SMTP:a@b\n  rich: no\n  prop 0x3A40000B: true", Some(true));
        check("p1: SMTP:a@b\n  rich: no\n  prop 0x3A40000B: none", Some(false));
        check("p1: EX:/o=Org/cn=Ann", None);
        assert!(report_of_fixture("//- Mtsout/1\n").is_ok());
    }
}
