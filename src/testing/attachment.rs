//! Attachments to be written: by value, by reference, embedded messages, OLE objects, Macintosh files.

use crate::{
    base::{CodePage, LocalTime},
    formats::tnef::RendData,
    mapi::PropTag,
};

use super::{
    Message, Property, Value,
    legacy::date,
    value::{IID_IMESSAGE, IID_ISTORAGE, property_list, terminated},
};

/// An attribute of an attachment that is not a property list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentAttribute {
    /// attAttachTitle.
    Title(String),
    /// attAttachTransportFilename.
    TransportName(String),
    /// attAttachCreateDate.
    Created(LocalTime),
    /// attAttachModifyDate.
    Modified(LocalTime),
    /// attAttachMetaFile.
    MetaFile(Vec<u8>),
    /// attAttachData.
    Data(Vec<u8>),
    /// Any attribute, with its full tag.
    Raw(u32, Vec<u8>),
}

/// Orders of the attributes of an attachment that real streams have; attAttachRenddata is first and attAttachment last in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AttachmentOrder {
    /// As they were given.
    #[default]
    AsGiven,
    /// Title, dates, data.
    TitleFirst,
    /// Date, data, title, metafile.
    DataFirst,
    /// Date, metafile, data, title.
    MetaFileFirst,
}

/// An attachment to be written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attachment {
    /// attAttachRenddata.
    pub rendering: Option<RendData>,
    /// The other attributes but attAttachment.
    pub attributes: Vec<AttachmentAttribute>,
    /// Properties of attAttachment; without any the attribute is not written.
    pub properties: Vec<Property>,
    /// A message that is written as PR_ATTACH_DATA_OBJ behind the other properties.
    pub embedded: Option<Box<Message>>,
    /// Order of the attributes.
    pub order: AttachmentOrder,
}

/// PR_ATTACH_ENCODING of MacBinary.
const OID_MAC_BINARY: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x14, 0x03, 0x0B, 0x01];
/// What writers put into attAttachData beside an embedded message.
const EMBEDDED_STUB: &[u8] = b"This attachment is a MAPI 1.0 embedded message and is not supported by this mail system.\0";

impl Attachment {
    /// Returns a file by value as Exchange writes it: short and long name, data in attAttachData.
    #[must_use]
    pub fn file(name: &str, data: impl Into<Vec<u8>>) -> Self {
        let short = short_name(name);
        Self::of_method(1, 1)
            .with(AttachmentAttribute::Title(short.clone()))
            .with(AttachmentAttribute::Data(data.into()))
            .prop(PropTag::ATTACH_FILENAME, short)
            .prop(PropTag::ATTACH_LONG_FILENAME, name)
    }

    /// Returns a Macintosh file that is marked as MacBinary; `data` is the whole stream.
    #[must_use]
    pub fn macintosh(name: &str, data: impl Into<Vec<u8>>) -> Self {
        let mut file = Self::file(name, data).prop(PropTag::ATTACH_ENCODING, OID_MAC_BINARY);
        if let Some(rendering) = &mut file.rendering {
            rendering.flags = 1;
        }
        file
    }

    /// Returns a file that is only referred to.
    #[must_use]
    pub fn reference(path: &str) -> Self {
        Self::of_method(1, 2).prop(PropTag::ATTACH_PATHNAME, path).prop(PropTag::ATTACH_LONG_PATHNAME, path)
    }

    /// Returns an embedded message as a queue file has it: everything inside attAttachment.
    #[must_use]
    pub fn message(message: Message) -> Self {
        Self { embedded: Some(Box::new(message)), ..Self::of_method(1, 5) }
    }

    /// Returns an embedded message as mail clients write it, with a title and the stub that other readers see.
    #[must_use]
    pub fn message_with_stub(title: &str, message: Message) -> Self {
        Self::message(message)
            .with(AttachmentAttribute::Title(title.to_owned()))
            .with(AttachmentAttribute::Data(EMBEDDED_STUB.to_vec()))
            .prop(PropTag::DISPLAY_NAME, title)
    }

    /// Returns an OLE object; `storage` is the compound file.
    #[must_use]
    pub fn ole(name: &str, storage: &[u8]) -> Self {
        let object = [&IID_ISTORAGE.0[..], storage].concat();
        Self::of_method(2, 6)
            .with(AttachmentAttribute::Title(name.to_owned()))
            .prop(PropTag::DISPLAY_NAME, name)
            .prop(PropTag::ATTACH_DATA_OBJ, Value::Object(object))
    }

    /// Returns an attachment with rendering data and method only.
    #[must_use]
    pub fn of_method(attach_type: u16, method: i32) -> Self {
        let rendering = RendData { attach_type, position: u32::MAX, width: 32, height: 32, flags: 0 };
        Self { rendering: Some(rendering), ..Self::default() }.prop(PropTag::ATTACH_METHOD, method).prop(PropTag::RENDERING_POSITION, -1)
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, attribute: AttachmentAttribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// Adds a property.
    #[must_use]
    pub fn prop(mut self, tag: PropTag, value: impl Into<Value>) -> Self {
        self.properties.push(Property::new(tag, value));
        self
    }

    /// Chooses the order of the attributes.
    #[must_use]
    pub fn in_order(mut self, order: AttachmentOrder) -> Self {
        self.order = order;
        self
    }

    /// Returns the records of the attachment as tag and data.
    pub(super) fn records(&self, code_page: CodePage) -> Vec<(u32, Vec<u8>)> {
        let mut attributes: Vec<_> = self.attributes.iter().collect();
        attributes.sort_by_key(|attribute| self.order.rank(attribute.tag()));
        let rendering = self.rendering.iter().map(|rendering| (0x0006_9002, rendering_bytes(*rendering)));
        let middle = attributes.into_iter().map(|attribute| (attribute.tag(), attribute.data(code_page)));
        let properties = self.written_properties();
        let last = (!properties.is_empty()).then(|| (0x0006_9005, property_list(&properties, code_page)));
        rendering.chain(middle).chain(last).collect()
    }

    fn written_properties(&self) -> Vec<Property> {
        let object = self.embedded.iter().map(|message| {
            let object = [&IID_IMESSAGE.0[..], &message.encode()].concat();
            Property::new(PropTag::ATTACH_DATA_OBJ, Value::Object(object))
        });
        self.properties.iter().cloned().chain(object).collect()
    }
}

impl AttachmentOrder {
    fn rank(self, tag: u32) -> usize {
        let order: &[u32] = match self {
            Self::AsGiven => &[],
            Self::TitleFirst => &[0x0001_8010, 0x0003_8012, 0x0003_8013, 0x0006_800F],
            Self::DataFirst => &[0x0003_8013, 0x0006_800F, 0x0001_8010, 0x0006_8011],
            Self::MetaFileFirst => &[0x0003_8013, 0x0006_8011, 0x0006_800F, 0x0001_8010],
        };
        order.iter().position(|&named| named == tag).unwrap_or(order.len())
    }
}

impl AttachmentAttribute {
    /// Returns the full tag.
    #[must_use]
    pub fn tag(&self) -> u32 {
        match self {
            Self::Title(_) => 0x0001_8010,
            Self::TransportName(_) => 0x0006_9001,
            Self::Created(_) => 0x0003_8012,
            Self::Modified(_) => 0x0003_8013,
            Self::MetaFile(_) => 0x0006_8011,
            Self::Data(_) => 0x0006_800F,
            Self::Raw(tag, _) => *tag,
        }
    }

    fn data(&self, code_page: CodePage) -> Vec<u8> {
        match self {
            Self::Title(text) | Self::TransportName(text) => terminated(text, code_page),
            Self::Created(time) | Self::Modified(time) => date(*time),
            Self::MetaFile(bytes) | Self::Data(bytes) | Self::Raw(_, bytes) => bytes.clone(),
        }
    }
}

fn rendering_bytes(rendering: RendData) -> Vec<u8> {
    let RendData { attach_type, position, width, height, flags } = rendering;
    let mut out = attach_type.to_le_bytes().to_vec();
    out.extend(position.to_le_bytes());
    out.extend(width.to_le_bytes());
    out.extend(height.to_le_bytes());
    out.extend(flags.to_le_bytes());
    out
}

/// Shortens a name to 8.3 in the way of the era: capitals, a tilde and a digit when something was lost.
fn short_name(name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let keep = |text: &str, count: usize| -> String { text.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(count).collect() };
    let short_extension = keep(extension, 3).to_uppercase();
    let short_stem = if keep(stem, 8) == stem { keep(stem, 8) } else { format!("{}~1", keep(stem, 6)) };
    let dot = if short_extension.is_empty() { "" } else { "." };
    format!("{}{dot}{short_extension}", short_stem.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shortened_as_the_era_did() {
        assert_eq!(short_name("a.txt"), "A.TXT");
        assert_eq!(short_name("Quarterly figures.html"), "QUARTE~1.HTM");
        assert_eq!(short_name("README"), "README");
    }

    #[test]
    fn each_order_keeps_rendering_first_and_properties_last() {
        let file = Attachment::file("a.txt", *b"x").with(AttachmentAttribute::MetaFile(vec![1]));
        let tags = |order| file.clone().in_order(order).records(CodePage(1252)).iter().map(|(tag, _)| tag & 0xFFFF).collect::<Vec<_>>();
        assert_eq!(tags(AttachmentOrder::DataFirst), [0x9002, 0x800F, 0x8010, 0x8011, 0x9005]);
        assert_eq!(tags(AttachmentOrder::MetaFileFirst), [0x9002, 0x8011, 0x800F, 0x8010, 0x9005]);
        assert_eq!(tags(AttachmentOrder::TitleFirst), [0x9002, 0x8010, 0x800F, 0x8011, 0x9005]);
    }
}
