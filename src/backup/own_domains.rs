//! The domains of this organization (conventions: own domains): SMTP proxies of the object, SiteDomain, and the domain of the postmaster in
//! the connector's own notifications. Never guessed from recipients.

use super::{Backup, MessageRecord, Said};

impl Backup {
    /// Returns the own domains in lower case, each once.
    #[must_use]
    pub fn own_domains(&self) -> Vec<String> {
        let mut domains = self.local_domains();
        domains.extend(self.postmasters().map(|(_, _, domain)| domain));
        domains.sort_unstable();
        domains.dedup();
        domains
    }

    /// Returns the notifications that a postmaster of this server sent, with the sender and its domain. A notification that came by mail,
    /// with Internet headers, is another server's.
    pub fn postmasters(&self) -> impl Iterator<Item = (&MessageRecord, Said, String)> {
        let notices = self.messages.iter().filter(|message| message.facts.is_notice && !message.facts.has_headers);
        notices.flat_map(|message| message.facts.quotes.senders().map(move |sender| (message, sender))).filter_map(|(message, sender)| {
            let (local, domain) = sender.text.rsplit_once('@')?;
            let domain = domain.to_lowercase();
            local.eq_ignore_ascii_case("postmaster").then_some((message, sender, domain))
        })
    }
}
