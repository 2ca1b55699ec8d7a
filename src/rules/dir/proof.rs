//! What the rules of this family share: the connector's object, its columns, its address spaces and connected sites, and the proof of
//! each. Where one of them is missing, the rule that asked is not decided.

use crate::{
    backup::{Backup, DirectorySource, Gateway, GatewayAttribute, SiteLink, routing_list::AddressSpace},
    diagnostics::{Evidence, Findings},
};

/// The directory export and the connector's object in it.
pub(super) type Object<'a> = (&'a DirectorySource, &'a Gateway);

/// Returns the connector's object, and says that nothing is decided when the export holds none.
pub(super) fn object<'a>(backup: &'a Backup, findings: &mut Findings<'_>) -> Option<Object<'a>> {
    let object = backup.directory.as_ref().zip(backup.gateway.as_ref());
    if object.is_none() {
        findings.undecided("Imcobj.csv", "Imcobj.csv holds no line of a connector");
    }
    object
}

/// Returns a column of the object, filled or not, and says that nothing is decided when it is missing.
pub(super) fn column<'a>((_, gateway): Object<'a>, name: &str, findings: &mut Findings<'_>) -> Option<&'a GatewayAttribute> {
    let column = gateway.column(name);
    if column.is_none() {
        findings.undecided("Imcobj.csv", format!("the export has no column {name}, or surplus fields make it unsure"));
    }
    column
}

/// The address spaces of the object.
pub(super) struct AddressSpaces<'a> {
    object: Object<'a>,
    attribute: &'a GatewayAttribute,
    /// Those that could be read.
    pub(super) list: Vec<AddressSpace<'a>>,
    /// Whether entries without address type stand beside them.
    pub(super) has_unread: bool,
}

impl<'a> AddressSpaces<'a> {
    /// Returns the spaces of type SMTP, those of the own site included.
    pub(super) fn smtp(&self) -> impl Iterator<Item = &AddressSpace<'a>> {
        self.list.iter().filter(|space| space.is("SMTP"))
    }

    /// Returns the proof of one entry.
    pub(super) fn proof(&self, space: &AddressSpace<'_>) -> Evidence {
        Evidence::attribute_value(self.object, self.attribute, space.text)
    }

    /// Returns the proof of the whole list.
    pub(super) fn whole(&self) -> Evidence {
        Evidence::attribute(self.object.0, self.object.1, self.attribute)
    }
}

/// Returns the address spaces, and says that nothing is decided when the column is missing or an entry cannot be read.
pub(super) fn address_spaces<'a>(backup: &'a Backup, findings: &mut Findings<'_>) -> Option<AddressSpaces<'a>> {
    let object = object(backup, findings)?;
    let attribute = column(object, "Routing-List", findings)?;
    let (mut list, mut has_unread) = (Vec::new(), false);
    for space in attribute.filled().map(|value| AddressSpace::parse(value).ok_or(value)) {
        match space {
            Ok(space) => list.push(space),
            Err(text) => {
                has_unread = true;
                findings.undecided("Imcobj.csv", format!("entry '{text}' of Routing-List names no address type"));
            }
        }
    }
    Some(AddressSpaces { object, attribute, list, has_unread })
}

/// The connected sites of the object.
pub(super) struct ConnectedSites<'a> {
    /// The object.
    pub(super) object: Object<'a>,
    attribute: &'a GatewayAttribute,
    /// Those with four fields.
    pub(super) links: Vec<SiteLink<'a>>,
    /// The others as written.
    pub(super) malformed: Vec<&'a str>,
}

impl ConnectedSites<'_> {
    /// Returns the proof of one entry.
    pub(super) fn proof(&self, entry: &str) -> Evidence {
        Evidence::attribute_value(self.object, self.attribute, entry)
    }
}

/// Returns the connected sites, and says that nothing is decided when the column is missing or an entry has not four fields.
pub(super) fn connected_sites<'a>(backup: &'a Backup, findings: &mut Findings<'_>) -> Option<ConnectedSites<'a>> {
    let object = object(backup, findings)?;
    let attribute = column(object, "Connected-Domains", findings)?;
    let (mut links, mut malformed) = (Vec::new(), Vec::new());
    for entry in object.1.connected_sites() {
        match entry {
            Ok(link) => links.push(link),
            Err(text) => malformed.push(text),
        }
    }
    if let Some(first) = malformed.first() {
        findings.undecided("Imcobj.csv", format!("entry '{first}' of Connected-Domains has not four fields"));
    }
    Some(ConnectedSites { object, attribute, links, malformed })
}
