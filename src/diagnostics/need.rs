//! The sources that a rule needs, in the words of the catalogue, and whether a Backup has them.

use crate::backup::{Backup, QueueKind, SourceState};

/// A source of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// The directory tree, always there.
    Folder,
    /// Imcfls, as text.
    Imcfls,
    /// Imcsvc.reg in a recognised shape.
    ImcsvcReg,
    /// Imcpro.reg in a recognised shape.
    ImcproReg,
    /// Imcobj.csv as a directory export.
    ImcobjCsv,
    /// The MTS-OUT folder.
    Mtsout,
    /// The MTS-IN folder.
    Mtsin,
    /// The Bad folder.
    Bad,
    /// The ContentConversionFailed folder.
    ConversionFailed,
    /// The Work folder.
    Work,
    /// At least one decoded message.
    Messages,
    /// At least one message with Internet headers, or a raw RFC 822 document.
    Headers,
    /// At least one raw RFC 822 document.
    Raw,
    /// Folders of the spool directory, added to the case.
    Spool,
    /// Queue.dat, the index of the spool, added to the case.
    QueueDat,
    /// Domains that are delivered here.
    LocalDomains,
    /// The connector's build.
    ServerBuild,
    /// A table of the Routing page in Imcsvc.reg.
    RoutingTable,
    /// An IMCCOPY text.
    Imccopy,
    /// An IMCCOPY text with domain records.
    ImccopyDomain,
    /// An IMCCOPY text with routes.
    ImccopyRoutes,
    /// The e-mail domain record of all other domains.
    DomainPolicy,
    /// A size limit of the connector or of a domain.
    SizeLimit,
    /// A recipient list of the Mailbox Migration Utility.
    MigrateList,
    /// A result log of the Mailbox Migration Utility.
    MigrateLog,
    /// A user list or an accounts file of the Migration Wizard.
    WizardUserlist,
    /// A packing list of the Migration Wizard.
    WizardPkl,
    /// A primary file of the Migration Wizard.
    WizardSection,
    /// A control file of the Migration Wizard.
    WizardControl,
}

/// Whether a source can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    /// It is there and was understood.
    Present,
    /// It is not there.
    Missing,
    /// It is there but cannot be used.
    Unusable(String),
}

impl Need {
    /// Returns the word of the catalogue.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Imcfls => "Imcfls",
            Self::ImcsvcReg => "Imcsvc.reg",
            Self::ImcproReg => "Imcpro.reg",
            Self::ImcobjCsv => "Imcobj.csv",
            Self::Mtsout => "Mtsout",
            Self::Mtsin => "Mtsin",
            Self::Bad => "Bad",
            Self::ConversionFailed => "ContentConversionFailed",
            Self::Work => "Work",
            Self::Messages => "messages",
            Self::Headers => "headers",
            Self::Raw => "raw",
            Self::Spool => "spool",
            Self::QueueDat => "queue.dat",
            Self::LocalDomains => "local-domains",
            Self::ServerBuild => "server-build",
            Self::RoutingTable => "routing-table",
            Self::Imccopy => "imccopy",
            Self::ImccopyDomain => "imccopy.domain",
            Self::ImccopyRoutes => "imccopy.routes",
            Self::DomainPolicy => "domain-policy",
            Self::SizeLimit => "size-limit",
            Self::MigrateList => "migrate-list",
            Self::MigrateLog => "migrate-log",
            Self::WizardUserlist => "wizard-userlist",
            Self::WizardPkl => "wizard-pkl",
            Self::WizardSection => "wizard-section",
            Self::WizardControl => "wizard-control",
        }
    }

    /// Returns whether the Backup has this source.
    #[must_use]
    pub fn availability(self, backup: &Backup) -> Availability {
        let there = |present: bool| if present { Availability::Present } else { Availability::Missing };
        let source = |name, usable: bool| match backup.source_state(name) {
            _ if usable => Availability::Present,
            SourceState::Missing => Availability::Missing,
            SourceState::Unusable(reason) => Availability::Unusable(reason),
        };
        match self {
            Self::Folder => Availability::Present,
            Self::Imcfls => source("Imcfls", backup.packing_list.is_some()),
            Self::ImcsvcReg => source("Imcsvc.reg", backup.service.is_some()),
            Self::ImcproReg => source("Imcpro.reg", backup.profile.is_some()),
            Self::ImcobjCsv => source("Imcobj.csv", backup.directory.is_some()),
            Self::Mtsout => there(backup.has_queue(QueueKind::MtsOut)),
            Self::Mtsin => there(backup.has_queue(QueueKind::MtsIn)),
            Self::Bad => there(backup.has_queue(QueueKind::Bad)),
            Self::ConversionFailed => there(backup.has_queue(QueueKind::ContentConversionFailed)),
            Self::Work => there(backup.has_queue(QueueKind::Work)),
            Self::Messages => there(!backup.messages.is_empty()),
            Self::Headers => there(backup.has_headers()),
            Self::Raw => there(backup.has_raw_documents()),
            Self::Spool => there(backup.has_spool()),
            Self::QueueDat => there(backup.spool_index().is_some()),
            Self::LocalDomains => there(!backup.local_domains().is_empty()),
            Self::ServerBuild => there(backup.version.as_ref().is_some_and(|version| version.build.is_some())),
            Self::RoutingTable => there(backup.service.as_ref().is_some_and(|service| service.routing_table().is_some())),
            Self::Imccopy => there(!backup.siblings.imccopy.is_empty()),
            Self::ImccopyDomain => there(backup.siblings.has_domain_records()),
            Self::ImccopyRoutes => there(backup.siblings.has_routes()),
            Self::DomainPolicy => there(backup.default_policy().is_some()),
            Self::SizeLimit => there(backup.knows_size_limits()),
            Self::MigrateList => there(!backup.siblings.migration_lists.is_empty()),
            Self::MigrateLog => there(backup.siblings.result_lines().next().is_some() || !backup.siblings.migration_logs.is_empty()),
            Self::WizardUserlist => there(backup.siblings.wizard_user_lists().next().is_some() || backup.siblings.wizard_accounts().next().is_some()),
            Self::WizardPkl => there(backup.siblings.wizard_packing_lists().next().is_some()),
            Self::WizardSection => there(backup.siblings.wizard_sections().next().is_some()),
            Self::WizardControl => there(backup.siblings.wizard_controls().next().is_some()),
        }
    }
}
