//! What an IMCSAVE Backup means (Q195804): its queues and the mail in them, the service's settings, its profile, the connector's object,
//! the packing list, the sibling tools' files, whose server it is and of which build. Knows no rules, no files, no output.

mod assemble;
pub mod builds;
mod collection;
mod collection_times;
mod compact;
mod diagnostic_line;
pub mod directory_attributes;
pub mod dn;
mod file_traits;
pub mod gateway;
mod item;
mod item_facts;
pub mod known_builds;
mod model;
mod packing_list;
mod profile;
pub mod profile_values;
mod queue_facts;
mod queue_names;
mod read_item;
mod record;
pub mod registry_values;
mod relay;
pub mod routing_list;
pub mod secrets;
pub mod server;
mod server_names;
mod service;
mod siblings;
mod single_file;
mod spool;
mod transfer_mode;
pub mod version;
mod version_facts;

pub use assemble::{Parts, ReadFile, assemble};
pub use builds::{Build, ProductLine};
pub use collection::DUMPS;
pub use collection_times::{LostTimes, TimedFile, ZONE_TOLERANCE};
pub use compact::CompactMail;
pub use diagnostic_line::DiagnosticLine;
pub use file_traits::FileTraits;
pub use gateway::{Gateway, GatewayAttribute, attributes_of};
pub use item::{Item, ItemKind, MessageView};
pub use model::{Backup, BackupPlace, Content, DirectorySource, EntryKind, FileRecord, FileState, PackingListSource, Queue, RivalPlace};
pub use packing_list::{
    CaseDifference, DiskItem, Duplicate, EntryMatch, FoundBy, Listing, MissingFile, Outcome, Reconciliation, SizeMismatch, UnlistedFile, reconcile,
};
pub use profile::{Profile, ProfileDump, ProfileProperty, ProfileSection};
pub use queue_facts::{ItemMarks, QueueFacts, ReportSaid, SaidLine};
pub use queue_names::QueueKind;
pub use read_item::{ReadItem, read_item};
pub use record::{AttachmentRecord, Bodies, HeaderStamp, ItemFacts, MacForks, MailRecord, MessageRecord, Party, RecipientRecord, Stamp};
pub use relay::RelayRange;
pub use server::{Identity, IdentityFacts, identify};
pub use server_names::{CellText, RegistryText, ServerName, live_values};
pub use service::{ServiceKey, ServiceSubkey, ServiceValue, Setting, StartType};
pub use siblings::{Sibling, SiblingKind, Siblings};
pub use single_file::{SingleContent, SingleDirectory, SingleDocument, SingleFile, SingleMessage, SingleRegistry};
pub use spool::{IndexedName, SpoolField, SpoolFolder, SpoolMail, is_index_path, is_spool_name, names_in_index};
pub use transfer_mode::TransferMode;
pub use version::{OwnNames, VersionEvidence, VersionSource};
pub use version_facts::{ProductVersion, SourceState, StampPlace};
