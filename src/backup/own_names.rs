//! By which host names this server is known, for rules that ask whether mail comes back to it.
//!
//! Deliberately absent: own IP addresses, which the collection does not hold, and domains guessed from recipients.

use super::{Backup, QueueKind};

impl Backup {
    /// Returns the host names of this server in lower case: the server's name, the TCP names of the profile with their first labels, and
    /// the hosts behind `by` in Received stamps that this connector made.
    #[must_use]
    pub fn own_host_names(&self) -> Vec<String> {
        let own = self.own_names();
        let mut names: Vec<String> = own.server.iter().chain(&own.hosts).map(|name| name.trim().to_lowercase()).collect();
        names.extend(own.hosts.iter().filter_map(|host| host.split('.').next()).map(str::to_lowercase));
        for message in &self.messages {
            let inbound = self.queue_kind_of(message) == Some(QueueKind::MtsIn);
            for stamp in message.facts.quotes.stamps().filter(|stamp| stamp.hop.is_some()) {
                let on_top = inbound && stamp.hop == Some(0) && stamp.is_in_mail;
                names.extend(stamp.host.as_deref().filter(|host| own.is_own(host, on_top)).map(str::to_lowercase));
            }
        }
        names.retain(|name| !name.is_empty());
        names.sort_unstable();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::report_of_fixture;

    #[test]
    fn names_come_from_registry_and_stamps() {
        let report = report_of_fixture(
            "//- Imcsvc.reg\nREGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\n\
             \"CommonName\"=\"Internet Mail Connector (SRV1)\"\n\"SiteDomain\"=\"Acme.com\"\n\
             //- Mtsin/1\nheader: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100\n\
             //- Mtsin/2\nheader: Received: by other.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100\n\
             //- Mtsin/3\nsubject: \"Notification: Inbound Mail Failure\"\nfrom: SMTP:postmaster@mail.acme.com\n",
        );
        let backup = report.unwrap().backup;
        assert_eq!(backup.own_host_names(), ["srv1", "srv1.example.com"]);
        assert_eq!(backup.own_domains(), ["acme.com", "mail.acme.com"]);
    }
}
