//! In which form a recipient will get outbound mail: what his row says, and what the record of his domain says.

use crate::{
    backup::{
        DomainPolicy, Item, RichText,
        facts::{AddressOccurrence, rich_info},
    },
    base::CodePage,
    diagnostics::{Evidence, Finding, Findings},
};

/// An SMTP recipient that the connector has to deliver to.
pub(super) struct Outbound<'f, 'a> {
    found: &'f AddressOccurrence<'a>,
    policy: Option<DomainPolicy<'a>>,
    /// Whether the row asks for rich text.
    pub(super) rich_info: Option<bool>,
    /// When the domain gets rich text; none when no record says it.
    pub(super) rich_text: Option<RichText>,
}

/// Returns the SMTP recipients of the envelope that the connector has to deliver to.
pub(super) fn outbound<'f, 'a>(item: &'f Item<'a>) -> impl Iterator<Item = Outbound<'f, 'a>> {
    let code_page = item.shell().map_or(CodePage::WINDOWS_1252, |shell| shell.message.effective_code_page());
    item.addresses().iter().filter(|found| found.is_our_smtp_recipient()).map(move |found| {
        let policy = item.policy(&found.address.domain());
        let rich_info = found.row.and_then(|row| rich_info(row, code_page));
        Outbound { found, rich_info, rich_text: policy.and_then(|policy| policy.rtf()), policy }
    })
}

/// Returns whether the record of the domain, together with the row, keeps rich text back.
pub(super) fn gets_plain_text(to: &Outbound<'_, '_>) -> bool {
    to.rich_text == Some(RichText::Never) || to.rich_text == Some(RichText::User) && to.rich_info != Some(true)
}

impl Outbound<'_, '_> {
    /// Returns the recipient in words.
    pub(super) fn whom(&self) -> String {
        format!("{} '{}'", self.found.object, self.found.address.value)
    }
}

/// Reports the recipients that a test picks, each with the record of its domain, and what they should get instead.
pub(super) fn report_recipients<'f>(
    item: &Item<'_>,
    findings: &'f mut Findings<'_>,
    (is_hit, expected): (impl Fn(&Outbound<'_, '_>) -> bool, &str),
    message: impl Fn(&Outbound<'_, '_>) -> String,
) -> Option<&'f mut Finding> {
    let hits: Vec<Outbound<'_, '_>> = outbound(item).filter(is_hit).collect();
    let finding = findings.report(message(hits.first()?));
    finding.first_evidences(hits.iter().map(|to| Evidence::address(item.path, to.found).expected(expected)));
    finding.first_evidences(hits.iter().find_map(|to| to.policy.as_ref()).map(Evidence::policy));
    Some(finding)
}
