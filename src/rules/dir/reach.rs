//! Whether mail is routed to this connector at all, and what lies in its queue when it is not (Q148985, Q238719, Q271506).

use crate::{
    backup::{Backup, QueueKind},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{address_spaces, column, object};

declare_rule! {
    /// Connector has no address space.
    ///
    /// ## Why it matters
    /// Nothing is routed to this connector: senders get "No route to intended recipient" unless another connector serves them. For a
    /// connector that is meant to be inbound only this is the documented set-up; in 4.0 a missing address space is also a reason for
    /// a failing start. If no SMTP space exists anywhere, the message transfer agent routes Internet recipients by the X.400 address
    /// that carries them; an X.400 connector with C=* then attracts Internet mail, and it loops between the sites.
    ///
    /// ## What to do
    /// Add SMTP, *, cost 1, unless the connector is meant to be inbound only.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    pub static NO_ADDRESS_SPACE = {
        id: "DIR030", name: "no-address-space", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q148985", "Q148727", "Q271506", "Q285090", "Q262112", "Q262116"],
        needs: [ImcobjCsv],
        tags: ["address-space", "startup"],
        check: Backup(no_address_space),
    }
}

fn no_address_space(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let Some(attribute) = column(object, "Routing-List", findings) else { return };
    if attribute.is_blank() {
        findings
            .report(format!("{} of the object is empty: no mail is routed to this connector", attribute.column))
            .evidence(Evidence::attribute(directory, gateway, attribute).expected("SMTP:*;1, unless the connector is inbound only"));
    }
}

declare_rule! {
    /// Connector has address spaces but none for SMTP.
    ///
    /// ## Why it matters
    /// Internet mail finds no way to this connector. In 4.0 before SP4 such mail can be passed round among the sites and vanish.
    ///
    /// ## What to do
    /// Add an SMTP address space.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),MS:NET/PO;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),LOCAL:X400:c=US;a= ;p=Acme;;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),LOCAL:SMTP:*;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),MS:NET/PO;1,ACME§SITEB§1§SMTP:siteb.acme.com
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTPOUT:*;1
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OverrideProxyOut"="SMTPOUT"
    /// ```
    pub static NO_SMTP_ADDRESS_SPACE = {
        id: "DIR031", name: "no-smtp-address-space", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q148985", "Q157043", "Q148727", "Q161947"],
        needs: [ImcobjCsv],
        tags: ["address-space"],
        check: Backup(no_smtp_address_space),
    }
}

fn no_smtp_address_space(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = address_spaces(backup, findings) else { return };
    let links_sites = backup.gateway.as_ref().is_some_and(|gateway| gateway.filled("Connected-Domains").is_some());
    let other_type = backup.service.as_ref().and_then(|service| service.text("Parameters", "OverrideProxyOut"));
    let is_overridden = other_type.is_some_and(|other| spaces.list.iter().any(|space| space.is(other.data.trim())));
    if spaces.list.is_empty() || spaces.has_unread || spaces.smtp().next().is_some() || links_sites || is_overridden {
        return;
    }
    let told = enumerated(spaces.list.iter().map(|space| space.text), 5);
    findings
        .report(format!("{}, none of type SMTP: {told}", counted(spaces.list.len(), "address space")))
        .first_evidences(spaces.list.iter().map(|space| spaces.proof(space).expected("an entry of type SMTP beside it")));
}

declare_rule! {
    /// Only listed domains are routed to this connector.
    ///
    /// ## Why it matters
    /// Recipients of other domains do not reach this connector, which some organizations do on purpose.
    ///
    /// ## What to do
    /// Add an entry for * if users shall reach everybody by this connector.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*@microsoft.com;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*@a.example;1%SMTP:;1
    /// ```
    pub static ADDRESS_SPACE_LIMITED = {
        id: "DIR040", name: "address-space-limited", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q196793"],
        needs: [ImcobjCsv],
        tags: ["address-space"],
        check: Backup(address_space_limited),
    }
}

fn address_space_limited(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = address_spaces(backup, findings) else { return };
    let listed: Vec<_> = spaces.smtp().collect();
    if listed.is_empty() || spaces.has_unread || listed.iter().any(|space| space.covers_everything()) {
        return;
    }
    findings
        .report(format!("the SMTP address spaces cover only {}", enumerated(listed.iter().map(|space| space.address), 5)))
        .first_evidences(listed.iter().map(|space| spaces.proof(space).expected("an entry for all domains, unless this is meant")));
}

declare_rule! {
    /// Ordinary mail waits in a connector without address space.
    ///
    /// ## Why it matters
    /// The messages were routed here before the address space was removed. They are not routed anew by themselves.
    ///
    /// ## What to do
    /// Let the connector run outbound until the queue is empty, or send the mail again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// //- Mtsout/1
    /// subject: "waits"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:nobody@partner.example
    /// report-destination: SMTP:bob@partner.example
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// //- Mtsout/1
    /// subject: "waits"
    /// ```
    pub static MAIL_IN_CONNECTOR_WITHOUT_ADDRESS_SPACE = {
        id: "DIR092", name: "mail-in-connector-without-address-space", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q238719", "Q285090", "Q271506"],
        needs: [ImcobjCsv, Mtsout],
        tags: ["queue", "address-space"],
        check: Backup(mail_in_connector_without_address_space),
    }
}

fn mail_in_connector_without_address_space(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let Some(attribute) = column(object, "Routing-List", findings) else { return };
    let mut waiting: Vec<_> = backup.items(QueueKind::MtsOut).filter(|item| item.facts.report.is_none()).collect();
    waiting.sort_by_key(|item| item.facts.arrival);
    let Some(oldest) = waiting.first().filter(|_| attribute.is_blank()) else { return };
    let since = oldest.facts.arrival.map(|time| format!(", the oldest since {time}")).unwrap_or_default();
    findings
        .report(format!("MTS-OUT holds {}{since}, but the object has no address space", counted(waiting.len(), "ordinary message")))
        .evidence(Evidence::attribute(directory, gateway, attribute).expected("an address space, or an empty queue"))
        .first_evidences(waiting.iter().take(3).map(|item| Evidence::file(backup.path_of(item))))
        .affects(QueueKind::MtsOut.display_name(), waiting.len());
}
