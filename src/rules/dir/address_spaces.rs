//! Entries of Routing-List that do not do what they seem to (Q152471, Q161947, Q229961, Q262952). `*` means all addresses, blank means
//! the same with a lower rank, and the message transfer agent compares the whole address with an entry.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use crate::{
    backup::{
        Backup,
        routing_list::{AddressClass, AddressSpace},
    },
    base::enumerated,
    declare_rule,
    diagnostics::Findings,
};

use super::proof::{AddressSpaces, address_spaces};

/// Costs that the dialog allows; 100 is used only when every other way fails (Q262952).
const COSTS: std::ops::RangeInclusive<u32> = 1..=100;

fn is_blank(space: &AddressSpace<'_>) -> bool {
    space.class() == AddressClass::Blank
}

fn is_star(space: &AddressSpace<'_>) -> bool {
    space.class() == AddressClass::Everything
}

/// Reports entries of the list as one finding.
fn report(found: &[&AddressSpace<'_>], spaces: &AddressSpaces<'_>, (told, expected): (&str, &str), findings: &mut Findings<'_>) {
    if !found.is_empty() {
        findings
            .report(format!("{told}: {}", enumerated(found.iter().map(|space| space.text), 5)))
            .first_evidences(found.iter().map(|space| spaces.proof(space).expected(expected)));
    }
}

/// Returns the first pair of one group whose marks differ. A forged list has a million spaces, so that each is looked at once.
fn first_pair<'s, 'a>(spaces: &'s AddressSpaces<'a>, traits: impl Fn(&AddressSpace<'a>) -> (String, String)) -> Option<[&'s AddressSpace<'a>; 2]> {
    let mut groups: HashMap<String, (usize, String)> = HashMap::new();
    let mut found: Option<(usize, usize)> = None;
    for (at, space) in spaces.list.iter().enumerate() {
        let (group, mark) = traits(space);
        match groups.entry(group) {
            Entry::Vacant(vacant) => {
                vacant.insert((at, mark));
            }
            Entry::Occupied(known) => {
                let (first, known) = known.get();
                if *known != mark && found.is_none_or(|(other, _)| *first < other) {
                    found = Some((*first, at));
                }
            }
        }
    }
    let (left, right) = found?;
    Some([spaces.list.get(left)?, spaces.list.get(right)?])
}

/// Type and address in the spelling for comparison.
fn covered(space: &AddressSpace<'_>) -> String {
    format!("{}:{}", space.kind, space.address.trim()).to_ascii_lowercase()
}

declare_rule! {
    /// Blank SMTP address space.
    ///
    /// ## Why it matters
    /// A blank address stands for all SMTP mail but ranks below *: if another connector has *, this one is never used whatever its
    /// cost, since costs are compared only within one class of match. Old message transfer agents (4.0 before SP5, 5.0, 5.5 RTM)
    /// even drop imported routes without value when they calculate anew, so that users of other sites get reports.
    ///
    /// ## What to do
    /// Use * on all connectors that shall share the load.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP: ;1%SMTP:*@partner.example;1
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
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:;1%SMTP:*;1
    /// ```
    pub static BLANK_SMTP_ADDRESS_SPACE = {
        id: "DIR032", name: "blank-smtp-address-space", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q146299", "Q152471", "Q148985", "Q193322", "Q180730"],
        needs: [ImcobjCsv],
        tags: ["address-space", "routing"],
        check: Backup(blank_smtp_address_space),
    }
}

fn blank_smtp_address_space(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = address_spaces(backup, findings) else { return };
    let blank: Vec<_> = spaces.smtp().filter(|space| is_blank(space)).collect();
    if !spaces.smtp().any(is_star) {
        report(&blank, &spaces, ("a blank SMTP address ranks below any *", "SMTP:*;cost"), findings);
    }
}

declare_rule! {
    /// Blank and '*' SMTP address spaces with different cost.
    ///
    /// ## Why it matters
    /// Both stand for all SMTP mail, but the entry with * always wins, so a cheaper blank one has no effect.
    ///
    /// ## What to do
    /// Delete the blank entry.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:;1%SMTP:*;50
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1%SMTP:*@partner.example;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:;1%SMTP:*;1
    /// ```
    pub static BLANK_AND_STAR_TOGETHER = {
        id: "DIR033", name: "blank-and-star-together", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q152471", "Q193322"],
        needs: [ImcobjCsv],
        tags: ["address-space"],
        check: Backup(blank_and_star_together),
    }
}

fn blank_and_star_together(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = address_spaces(backup, findings) else { return };
    // One of each class and cost stands for all like it.
    let mut seen = HashSet::new();
    let costs =
        spaces.smtp().filter(|space| is_blank(space) || is_star(space)).filter_map(|space| Some((space, is_star(space), space.cost_number()?)));
    let kinds: Vec<_> = costs.filter(|(_, is_star, cost)| seen.insert((*is_star, *cost))).collect();
    let starred = |wanted: bool| kinds.iter().any(|(_, is_star, _)| *is_star == wanted);
    if !starred(true) || !starred(false) {
        return;
    }
    let other = |at: usize, star: bool, cost: u32| kinds.iter().skip(at).find(move |(_, is_star, dear)| *is_star != star && *dear != cost);
    let pair = kinds.iter().enumerate().find_map(|(at, (space, star, cost))| Some([*space, other(at, *star, *cost)?.0]));
    if let Some(pair) = pair {
        report(&pair, &spaces, ("a blank entry and one with * have different costs", "one of the two"), findings);
    }
}

declare_rule! {
    /// Address space entry that never matches.
    ///
    /// ## Why it matters
    /// The message transfer agent compares the whole address of a recipient with the entry and does not strip the local part, so a
    /// bare domain does not match user@domain: mail finds no route, or takes another connector.
    ///
    /// ## What to do
    /// Write *@company.com or * instead.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:@company.com;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1%SMTP:company.com;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*@company.com;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:joe@company.com;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*.company.com;1
    /// ```
    pub static ADDRESS_SPACE_BARE_DOMAIN = {
        id: "DIR034", name: "address-space-bare-domain", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q229961", "Q196793"],
        needs: [ImcobjCsv],
        tags: ["address-space", "typo"],
        check: Backup(address_space_bare_domain),
    }
}

fn address_space_bare_domain(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = address_spaces(backup, findings) else { return };
    // An entry with an exclamation mark is no domain but a path of hosts (DIR038).
    let is_bare = |space: &&AddressSpace<'_>| matches!(space.class(), AddressClass::BareDomain(_)) && !space.address.contains(['*', '!']);
    let bare: Vec<_> = spaces.smtp().filter(is_bare).collect();
    report(&bare, &spaces, ("a domain without local part matches no address", "*@domain"), findings);
}

declare_rule! {
    /// UUCP-style address space.
    ///
    /// ## Why it matters
    /// The connector is no UUCP gateway; such patterns are used to part Easylink mail from Internet mail. user!host@host is a valid
    /// SMTP address, user!host!host is none for this connector.
    ///
    /// ## What to do
    /// Check that addresses with exclamation marks alone are routed elsewhere.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*!*@*;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    pub static UUCP_ADDRESS_SPACE = {
        id: "DIR038", name: "uucp-address-space", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q147044"],
        needs: [ImcobjCsv],
        tags: ["address-space"],
        check: Backup(uucp_address_space),
    }
}

fn uucp_address_space(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = address_spaces(backup, findings) else { return };
    let paths: Vec<_> = spaces.list.iter().filter(|space| space.text.contains('!')).collect();
    report(&paths, &spaces, ("an address space with exclamation marks", "addresses of the Internet"), findings);
}

declare_rule! {
    /// LOCAL address space beside a plain one.
    ///
    /// ## Why it matters
    /// LOCAL keeps a route inside the site, but the plain entry of the same address still replicates, so other sites go on routing
    /// mail here.
    ///
    /// ## What to do
    /// Delete the plain entry.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),LOCAL:SMTP:*;1%SMTP:*;1
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
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),LOCAL:SMTP:*;1%SMTP:*@partner.example;1
    /// ```
    pub static LOCAL_AND_PLAIN_ADDRESS_SPACE = {
        id: "DIR039", name: "local-and-plain-address-space", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q161947"],
        needs: [ImcobjCsv],
        tags: ["address-space"],
        check: Backup(local_and_plain_address_space),
    }
}

fn local_and_plain_address_space(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = address_spaces(backup, findings) else { return };
    if let Some(pair) = first_pair(&spaces, |space| (covered(space), space.local.to_string())) {
        report(&pair, &spaces, ("the same address space stands with and without LOCAL", "the entry with LOCAL alone"), findings);
    }
}

declare_rule! {
    /// X.400 address space on the Internet connector.
    ///
    /// ## Why it matters
    /// Mail to typed X.400 addresses is not carried between sites that do not replicate, even with such an entry.
    ///
    /// ## What to do
    /// Use custom recipients, or let the sites replicate.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),X400:c=US;a= ;p=Acme;;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    pub static X400_ADDRESS_SPACE = {
        id: "DIR041", name: "x400-address-space", severity: Info, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q156063"],
        needs: [ImcobjCsv],
        tags: ["address-space", "site-connector"],
        check: Backup(x400_address_space),
    }
}

fn x400_address_space(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = address_spaces(backup, findings) else { return };
    let x400: Vec<_> = spaces.list.iter().filter(|space| space.is("X400")).collect();
    report(&x400, &spaces, ("an X.400 address space on the Internet connector", "address spaces of type SMTP"), findings);
}

declare_rule! {
    /// Same address space with two costs.
    ///
    /// ## Why it matters
    /// Within one connector only the cheaper of two equal entries can be used.
    ///
    /// ## What to do
    /// Delete the dearer one.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1%SMTP:*;50
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1%SMTP:*@a.example;50
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1%LOCAL:SMTP:*;50
    /// ```
    pub static ADDRESS_SPACE_DUPLICATE = {
        id: "DIR042", name: "address-space-duplicate", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q262952", "Q152471"],
        needs: [ImcobjCsv],
        tags: ["address-space"],
        check: Backup(address_space_duplicate),
    }
}

fn address_space_duplicate(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = address_spaces(backup, findings) else { return };
    let cost = |space: &AddressSpace<'_>| space.cost_number().ok_or_else(|| space.cost.map(str::trim).map(str::to_owned));
    if let Some(pair) = first_pair(&spaces, |space| (format!("{} {}", space.local, covered(space)), format!("{:?}", cost(space)))) {
        report(&pair, &spaces, ("the same address space stands with two costs", "one entry"), findings);
    }
}

declare_rule! {
    /// Cost of an address space is out of range.
    ///
    /// ## Why it matters
    /// Costs run from 1 (preferred) to 100 (used only when every other way fails). Another value was set by an import or in raw
    /// mode.
    ///
    /// ## What to do
    /// Set a cost between 1 and 100.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;0
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;101
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;low
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;100
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*
    /// ```
    pub static ADDRESS_SPACE_COST_RANGE = {
        id: "DIR043", name: "address-space-cost-range", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q262952"],
        needs: [ImcobjCsv],
        tags: ["address-space"],
        check: Backup(address_space_cost_range),
    }
}

fn address_space_cost_range(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(spaces) = address_spaces(backup, findings) else { return };
    let is_odd = |space: &&AddressSpace<'_>| space.cost.is_some() && !space.cost_number().is_some_and(|cost| COSTS.contains(&cost));
    let odd: Vec<_> = spaces.list.iter().filter(is_odd).collect();
    report(&odd, &spaces, ("a cost that is no number from 1 to 100", "a cost from 1 to 100"), findings);
}
