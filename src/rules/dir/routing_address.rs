//! Routing addresses of address spaces (page Routing): another address that everything of the space is sent to. Where one stands in the
//! export is documented nowhere; what follows the cost of an entry is taken for one, and without any the rules are not decided.

use crate::{backup::Backup, backup::routing_list::AddressSpace, base::enumerated, declare_rule, diagnostics::Findings};

use super::proof::{AddressSpaces, address_spaces};

/// Returns the address spaces; says that nothing is decided when there are some and none shows a routing address.
fn routed<'a>(backup: &'a Backup, findings: &mut Findings<'_>) -> Option<AddressSpaces<'a>> {
    let spaces = address_spaces(backup, findings)?;
    if !spaces.list.is_empty() && spaces.list.iter().all(|space| space.routing_target().is_none()) {
        findings.undecided("Imcobj.csv", "no entry of Routing-List shows a routing address; where one is stored is not documented");
    }
    Some(spaces)
}

fn report(found: &[&AddressSpace<'_>], spaces: &AddressSpaces<'_>, (told, expected): (&str, &str), findings: &mut Findings<'_>) {
    if !found.is_empty() {
        findings
            .report(format!("{told}: {}", enumerated(found.iter().map(|space| space.text), 5)))
            .first_evidences(found.iter().map(|space| spaces.proof(space).expected(expected)));
    }
}

declare_rule! {
    /// Asterisk as routing address of an address space.
    ///
    /// ## Why it matters
    /// The asterisk is glued to outgoing addresses (IMCEASMTP-...@*), which receiving hosts refuse as malformed (553).
    ///
    /// ## What to do
    /// Clear type and address on the page Routing of the entry.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1;*
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1;SMTP:*
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    pub static ROUTING_ADDRESS_ASTERISK = {
        id: "DIR035", name: "routing-address-asterisk", severity: Error, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q189492"],
        needs: [ImcobjCsv],
        tags: ["address-space"],
        check: Backup(routing_address_asterisk),
    }
}

fn routing_address_asterisk(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = routed(backup, findings) else { return };
    let found: Vec<_> = spaces.list.iter().filter(|space| space.routing_target() == Some("*")).collect();
    report(&found, &spaces, ("the routing address is an asterisk", "no routing address"), findings);
}

declare_rule! {
    /// SMTP address space with a routing address.
    ///
    /// ## Why it matters
    /// The usual entry is SMTP, *, cost 1 with an empty routing address. Anything in it redirects all mail of the space, and is a
    /// frequent reason for mail that is not sent.
    ///
    /// ## What to do
    /// Clear the page Routing of the entry.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1;SMTP:relay.acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    pub static ROUTING_ADDRESS_ON_SMTP_SPACE = {
        id: "DIR036", name: "routing-address-on-smtp-space", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q182339"],
        needs: [ImcobjCsv],
        tags: ["address-space"],
        check: Backup(routing_address_on_smtp_space),
    }
}

fn routing_address_on_smtp_space(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = routed(backup, findings) else { return };
    let found: Vec<_> = spaces.smtp().filter(|space| space.routing_target().is_some_and(|target| target != "*")).collect();
    report(&found, &spaces, ("an SMTP address space is redirected by a routing address", "no routing address"), findings);
}

declare_rule! {
    /// Routing address begins with an at sign.
    ///
    /// ## Why it matters
    /// With an at sign in front of the routing address, mail of that address type is not routed.
    ///
    /// ## What to do
    /// Remove the at sign on the page Routing.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),MS:NET/PO;1;@gw.acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),MS:NET/PO;1;gw.acme.com
    /// ```
    pub static ROUTING_ADDRESS_AT_SIGN = {
        id: "DIR037", name: "routing-address-at-sign", severity: Error, certainty: Possible,
        versions: [V5_0],
        kb: ["Q156063"],
        needs: [ImcobjCsv],
        tags: ["address-space", "typo"],
        check: Backup(routing_address_at_sign),
    }
}

fn routing_address_at_sign(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = routed(backup, findings) else { return };
    let begins = |space: &&AddressSpace<'_>| space.routing_target().is_some_and(|target| target.starts_with('@'));
    let found: Vec<_> = spaces.list.iter().filter(|space| !space.is("SMTP")).filter(begins).collect();
    report(&found, &spaces, ("a routing address begins with an at sign", "the same address without the sign"), findings);
}
