//! Who may use the connector: the page Delivery Restrictions, which restricts directory users only (Q154542, Q185155).

use crate::{
    backup::{
        Backup, GatewayAttribute,
        object_facts::{LISTS_OF_GROUPS, SenderList},
    },
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{Object, object};

/// Returns those of some columns that the export has, and says that nothing is decided when it lacks one.
fn columns<'a>((_, gateway): Object<'a>, names: &[&str], findings: &mut Findings<'_>) -> Vec<&'a GatewayAttribute> {
    let found: Vec<_> = names.iter().filter_map(|name| gateway.column(name)).collect();
    if found.len() < names.len() {
        findings.undecided("Imcobj.csv", "the export lacks columns of delivery restrictions, or surplus fields make them unsure");
    }
    found
}

fn all_lists() -> Vec<&'static str> {
    [SenderList::Accepted, SenderList::Rejected].into_iter().flat_map(SenderList::attributes).collect()
}

/// Returns the list in words: `Reject messages from: 3 entries, a, b and 1 more`.
fn told(list: &GatewayAttribute) -> String {
    format!("{}: {}, {}", list.column, counted(list.filled().count(), "entry"), enumerated(list.filled(), 2))
}

declare_rule! {
    /// Connector accepts or rejects certain senders.
    ///
    /// ## Why it matters
    /// This explains why single users cannot send Internet mail. The lists affect outbound mail of directory users only; inbound
    /// mail is never filtered by them, although the page looks like it. A sender who is refused on every connector of a type gets
    /// his report only after 512 reroutes between the sites, which can take hours: the message transfer agent keeps no list of the
    /// places that it tried.
    ///
    /// ## What to do
    /// Confirm the lists, or remove them.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Reject messages from
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=W/cn=Recipients/cn=joe
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,DL-Mem-Submit-Perms
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=W/cn=Recipients/cn=InternetUsers
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Accept messages from,Reject messages from,Accept messages from DL,Reject messages from DL
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),,,,
    /// ```
    pub static DELIVERY_RESTRICTIONS_SET = {
        id: "DIR050", name: "delivery-restrictions-set", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q154542", "Q185155", "Q244008", "Q258557", "Q160534"],
        needs: [ImcobjCsv],
        tags: ["routing"],
        check: Backup(delivery_restrictions_set),
    }
}

fn delivery_restrictions_set(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let lists: Vec<_> = columns(object, &all_lists(), findings).into_iter().filter(|list| !list.is_blank()).collect();
    if lists.is_empty() {
        return;
    }
    findings
        .report(format!("the connector is restricted to certain senders: {}", lists.iter().map(|list| told(list)).collect::<Vec<_>>().join("; ")))
        .evidences(lists.iter().map(|list| Evidence::attribute(directory, gateway, list).expected("an empty list, unless this is meant")));
}

declare_rule! {
    /// Connector is restricted by distribution lists.
    ///
    /// ## Why it matters
    /// For every message the message transfer agent expands the lists: it and the directory use nearly all of the processor, the
    /// work queue grows, mail is slow; large or nested lists can end in event 9405. Service packs mended a part of it (4.0 SP4, 5.0
    /// SP1, 5.5 SP4), but on 5.5 the slowness counts as design. It affects every server that the restriction has replicated to,
    /// because each checks it before the next hop.
    ///
    /// ## What to do
    /// Use single recipients, or drop the restriction; apply the service pack. Where lists must stay, more memory or processors and
    /// a higher number of MDB users of the message transfer agent help.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Accept messages from DL
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=W/cn=Recipients/cn=InternetUsers
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,DL-Mem-Reject-Perms
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=W/cn=Recipients/cn=Temps
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Accept messages from,Accept messages from DL
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=W/cn=Recipients/cn=joe,
    /// ```
    pub static DELIVERY_RESTRICTIONS_BY_LIST = {
        id: "DIR051", name: "delivery-restrictions-by-list", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q158590", "Q242861", "Q263924"],
        needs: [ImcobjCsv],
        tags: ["performance", "crash"],
        check: Backup(delivery_restrictions_by_list),
    }
}

fn delivery_restrictions_by_list(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let lists: Vec<_> = columns(object, &LISTS_OF_GROUPS, findings).into_iter().filter(|list| !list.is_blank()).collect();
    if lists.is_empty() {
        return;
    }
    findings
        .report(format!("distribution lists restrict the connector: {}", lists.iter().map(|list| told(list)).collect::<Vec<_>>().join("; ")))
        .evidences(lists.iter().map(|list| Evidence::attribute(directory, gateway, list).expected("no distribution list")));
}

declare_rule! {
    /// Sender is on the accept and on the reject list.
    ///
    /// ## Why it matters
    /// The lists contradict each other, and nobody describes which of them wins.
    ///
    /// ## What to do
    /// Remove the sender from one of the lists.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Accept messages from,Reject messages from
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=W/cn=Recipients/cn=joe,/O=ACME/OU=W/CN=Recipients/CN=JOE%/o=ACME/ou=W/cn=Recipients/cn=ann
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Accept messages from,Reject messages from
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=W/cn=Recipients/cn=joe,/o=ACME/ou=W/cn=Recipients/cn=ann
    /// ```
    pub static SENDER_ACCEPTED_AND_REJECTED = {
        id: "DIR052", name: "sender-accepted-and-rejected", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q154542", "Q185155"],
        needs: [ImcobjCsv],
        tags: ["routing"],
        check: Backup(sender_accepted_and_rejected),
    }
}

fn sender_accepted_and_rejected(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (_, gateway)) = object(backup, findings) else { return };
    columns(object, &all_lists(), findings);
    let both = gateway.accepted_and_rejected();
    if both.is_empty() {
        return;
    }
    let places = both.iter().flat_map(|(accepted, rejected)| [accepted, rejected]);
    findings
        .report(format!("both accepted and rejected: {}", enumerated(both.iter().map(|(accepted, _)| accepted.name), 5)))
        .first_evidences(places.map(|place| Evidence::attribute_value(object, place.attribute, place.name).expected("on one list only")));
}
