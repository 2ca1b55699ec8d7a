//! The command line, from which help, completions and the man page are made.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::query::{FIELDS, Field, Sort, SortField, flag_words};

pub(super) use super::choices::{CatalogueFormat, Level, ListFormat, Look, ReportFormat, SandboxMode, SchemaForm, TableFormat, When};

/// Reads what IMCSAVE left of a broken Exchange Internet Mail Connector and says what is wrong and what proves it.
///
/// A Backup folder (or its parent Imcdata, or a .zip, .cab or .tar.gz of it) is read offline; nothing is ever written to it.
#[derive(Debug, Parser)]
#[command(name = "imcscan", version, propagate_version = true, arg_required_else_help = true, after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// What to browse, when no command is given.
    #[command(flatten)]
    pub(super) evidence: Option<EvidenceArgs>,
    /// How it looks then.
    #[command(flatten)]
    pub(super) view: ViewArgs,
}

const EXAMPLES: &str = "\
Examples:
  imcscan Backup                              look through it: findings, messages, bytes
  imcscan report Backup                       what is wrong, gravest first
  imcscan report Backup.zip --json | jq .     the same for programs
  imcscan report Backup --fail-on error       exit 1 when an error or worse was found
  imcscan messages Backup --where 'is:ndr'    the messages that a filter finds
  imcscan decode Backup/Mtsout/00000001.TNF   one file, everything it says
  imcscan decode Imcsvc.reg --hex             every byte with the field that owns it
  imcscan migrate pilot.csv pilot.log         which mailboxes a migration left
  imcscan explain PKG005                      a rule; also by name or Q number

Exit codes:
  0  report produced              4    --strict, and some evidence unread
  1  --fail-on was met            69   --sandbox=require, and there is none
  2  wrong usage                  70   a bug in imcscan
  3  nothing there is a Backup    74   the output was not written
  130 interrupted";

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Look through a Backup on the terminal: findings, messages, settings, bytes
    #[command(after_help = "\
Examples:
  imcscan Backup
  imcscan browse Backup.zip --theme light
  imcscan browse Imcdata --with imcrou.txt")]
    Browse(BrowseArgs),
    /// Judge a Backup: findings with their proof, gravest first
    #[command(after_help = "\
Examples:
  imcscan report Backup
  imcscan report Imcdata --format ndjson > backup.ndjson
  imcscan report Backup.tar.gz --json --fail-on warning --strict
  imcscan report Backup --with imcrou.txt --with pilot.csv")]
    Report(ReportArgs),
    /// List the messages of a Backup that a filter finds
    #[command(after_help = filter_help(MESSAGE_EXAMPLES))]
    Messages(MessagesArgs),
    /// List the findings of a Backup that a filter finds
    #[command(after_help = filter_help(FINDING_EXAMPLES))]
    Findings(FindingsArgs),
    /// Decode one file: TNEF, .reg, CSV, packing list, spool file, RFC 822 ...
    #[command(after_help = "\
Examples:
  imcscan decode Mtsout/00000001.TNF
  imcscan decode Imcobj.csv --json
  imcscan decode winmail.dat --hex | less")]
    Decode(DecodeArgs),
    /// Compare a recipient list of MIGRATE.EXE with its logs: done, failed, never tried, and the list for the next run
    #[command(after_help = "\
Files are told by content: lists, logs and files with both may stand in any order.

Examples:
  imcscan migrate pilot.csv pilot.log
  imcscan migrate pilot.csv run1.log run2.log --retry again.csv
  imcscan migrate pilot.csv pilot.log --format json | jq .summary")]
    Migrate(MigrateArgs),
    /// List the rules
    Rules(RulesArgs),
    /// Explain a rule by code or name, or all rules that cite a Q number
    #[command(after_help = "\
Examples:
  imcscan explain PKG005
  imcscan explain open-relay
  imcscan explain Q195804")]
    Explain(ExplainArgs),
    /// Print a configuration file with every threshold at its default
    Config,
    /// Print a file of limits with every bound at its default, and why it is there
    Limits,
    /// Print the JSON Schema of the report or of another form
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page (roff)
    Man,
}

/// Arguments of `browse`.
#[derive(Debug, Args)]
pub(super) struct BrowseArgs {
    /// What to read and how.
    #[command(flatten)]
    pub(super) evidence: EvidenceArgs,
    /// How it looks.
    #[command(flatten)]
    pub(super) view: ViewArgs,
}

/// How the view looks.
#[derive(Debug, Args)]
pub(super) struct ViewArgs {
    /// Look of the view; NO_COLOR asks for plain
    #[arg(long, value_enum)]
    pub(super) theme: Option<Look>,
    /// Ask and answer line by line, as a screen reader likes it
    #[arg(long)]
    pub(super) plain: bool,
    /// Remember nothing of this Backup, and forget what is remembered
    #[arg(long)]
    pub(super) no_state: bool,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Print JSON (short for --format json)
    #[arg(long, conflicts_with_all = ["format", "ndjson"])]
    pub(super) json: bool,
    /// Print one JSON object a line (short for --format ndjson)
    #[arg(long, conflicts_with = "format")]
    pub(super) ndjson: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: ReportFormat,
    /// Exit with 1 when a finding of this level or a graver one exists
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(super) fail_on: Option<Level>,
    /// Exit with 4 when some evidence could not be read
    #[arg(long)]
    pub(super) strict: bool,
    /// What to read and how.
    #[command(flatten)]
    pub(super) evidence: EvidenceArgs,
    /// Colours of the text report
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(super) color: When,
}

/// Arguments of every command over a Backup.
#[derive(Debug, Args)]
pub(super) struct EvidenceArgs {
    /// Backup folder, a folder above it, or an archive of it (.zip, .cab, .tar.gz)
    pub(super) path: PathBuf,
    /// Number of threads; 0 takes one per processor
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) threads: usize,
    /// No progress and no remarks on standard error, only errors
    #[arg(long, short, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// A sibling file that lies elsewhere: IMCCOPY text, migration list or log; may be repeated
    #[arg(long = "with", value_name = "FILE")]
    pub(super) with: Vec<PathBuf>,
    /// A file that sets severities, switches rules off or changes thresholds (see `imcscan config`)
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// A file that sets other bounds on what is taken from the evidence (see `imcscan limits`)
    #[arg(long, value_name = "FILE")]
    pub(super) limits: Option<PathBuf>,
    /// Judge as this Exchange version or build, whatever the evidence says: 5.5, 5.5.2650.21, "5.5 SP3"
    #[arg(long, value_name = "VERSION")]
    pub(super) exchange: Option<String>,
    /// Confine the program before it reads evidence: no writing, no network, no other programs
    #[arg(long, value_enum, default_value = "auto", value_name = "MODE")]
    pub(super) sandbox: SandboxMode,
    /// Say on standard error how the program is confined
    #[arg(long, short)]
    pub(super) verbose: bool,
}

/// How a command that reads evidence is confined. [`EvidenceArgs`] has the same two arguments of its own: a group within a group that may be
/// missing as a whole is not recognised when it is there.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct SandboxArgs {
    /// Confine the program before it reads evidence: no writing, no network, no other programs
    #[arg(long, value_enum, default_value = "auto", value_name = "MODE")]
    pub(super) sandbox: SandboxMode,
    /// Say on standard error how the program is confined
    #[arg(long, short)]
    pub(super) verbose: bool,
}

/// Arguments of `messages`.
#[derive(Debug, Args)]
pub(super) struct MessagesArgs {
    /// Only messages that pass this filter
    #[arg(long = "where", value_name = "FILTER", default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    pub(super) filter: String,
    /// Sort by a column, the greatest first with a minus: size, -date, from ...
    #[arg(long, value_name = "FIELD", value_parser = sort, allow_hyphen_values = true)]
    pub(super) sort: Option<Sort>,
    /// Form of the list
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: TableFormat,
    /// Print so many messages at most
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,
    /// What to read and how.
    #[command(flatten)]
    pub(super) evidence: EvidenceArgs,
}

/// Arguments of `findings`.
#[derive(Debug, Args)]
pub(super) struct FindingsArgs {
    /// Only findings that pass this filter; fields of messages ask the messages that a finding touches
    #[arg(long = "where", value_name = "FILTER", default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    pub(super) filter: String,
    /// Form of the list
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: TableFormat,
    /// Print so many findings at most
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,
    /// Colours of the text form
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(super) color: When,
    /// What to read and how.
    #[command(flatten)]
    pub(super) evidence: EvidenceArgs,
}

/// Reads the order of a list.
fn sort(text: &str) -> Result<Sort, String> {
    Sort::parse(text)
        .ok_or_else(|| format!("expected one of {}, with a minus for the greatest first", SortField::names().collect::<Vec<_>>().join(", ")))
}

const MESSAGE_EXAMPLES: &str = "  imcscan messages Backup --where 'queue:out size:>1M' --sort -size
  imcscan messages Backup --where 'severity:>=error or is:damaged'
  imcscan messages Backup --where 'to:(joe or ann) -is:report' --format csv
  imcscan messages Backup --where 'text:\"out of office\"' --format ndjson";

const FINDING_EXAMPLES: &str = "  imcscan findings Backup --where 'severity:>=error queue:out'
  imcscan findings Backup --where 'to:joe@contoso.com' --format json";

/// Returns the examples of a command and the fields of the filter language.
fn filter_help(examples: &str) -> String {
    let mut lines = vec![format!("Examples:\n{examples}\n\nFilter:\n{GRAMMAR}\n\nFields:")];
    for Field { name, example, help: meaning, .. } in FIELDS {
        let value = format!("{name}:{example}");
        lines.push(format!("  {value:22} {meaning}"));
    }
    for field in ["has", "is"] {
        let words = flag_words(field).map(|word| word.word).collect::<Vec<_>>().join(", ");
        lines.push(format!("  {field}: takes {words}"));
    }
    lines.join("\n")
}

const GRAMMAR: &str = "  Conditions beside each other all have to hold; or, not (also -) and ( ) join
  them otherwise. A word is looked for anywhere in a value, letter case aside;
  * and ? make a pattern of the whole value; \"...\" is a text with blanks,
  /.../ a regular expression, = in front asks for the whole value. Numbers and
  dates are compared (>1M, <=1999-03-31) or stand in a range (1999-03..).";

/// Arguments of `decode`.
#[derive(Debug, Args)]
pub(super) struct DecodeArgs {
    /// The file
    pub(super) file: PathBuf,
    /// Print JSON
    #[arg(long, conflicts_with = "hex")]
    pub(super) json: bool,
    /// Show every byte with the field that owns it
    #[arg(long)]
    pub(super) hex: bool,
    /// How it is confined.
    #[command(flatten)]
    pub(super) sandbox: SandboxArgs,
    /// A file that sets other bounds on what is taken from the file (see `imcscan limits`)
    #[arg(long, value_name = "FILE")]
    pub(super) limits: Option<PathBuf>,
}

/// Arguments of `migrate`.
#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Recipient list (display name, alias, source and destination server)
    pub(super) list: PathBuf,
    /// Result log; several runs may have several
    #[arg(value_name = "LOG")]
    pub(super) logs: Vec<PathBuf>,
    /// Write the list for the next run to a new file, in the format of the utility; an existing file is never overwritten
    #[arg(long, value_name = "FILE")]
    pub(super) retry: Option<PathBuf>,
    /// A file that sets other bounds on what is taken from the files (see `imcscan limits`)
    #[arg(long, value_name = "FILE")]
    pub(super) limits: Option<PathBuf>,
    /// Form of the result
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: ListFormat,
    /// How it is confined.
    #[command(flatten)]
    pub(super) sandbox: SandboxArgs,
}

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// Form of the list
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: CatalogueFormat,
    /// Only rules of this family, for example PKG
    #[arg(long)]
    pub(super) family: Option<String>,
    /// Only rules with this tag, for example security
    #[arg(long)]
    pub(super) tag: Option<String>,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Code (PKG005), name (listed-message-missing) or article (Q195804)
    pub(super) what: String,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// What is described
    #[arg(value_enum, default_value_t = SchemaForm::Report)]
    pub(super) form: SchemaForm,
}

impl EvidenceArgs {
    /// Returns how the command is confined.
    pub(super) fn confinement(&self) -> SandboxArgs {
        SandboxArgs { sandbox: self.sandbox, verbose: self.verbose }
    }
}

impl ReportArgs {
    /// Returns the arguments of a plain report.
    pub(super) fn of(evidence: EvidenceArgs) -> Self {
        let format = ReportFormat::Text;
        Self { json: false, ndjson: false, format, fail_on: None, strict: false, evidence, color: When::Auto }
    }

    /// Returns the form that the three arguments ask for.
    pub(super) fn form(&self) -> ReportFormat {
        match self {
            Self { json: true, .. } => ReportFormat::Json,
            Self { ndjson: true, .. } => ReportFormat::Ndjson,
            _ => self.format,
        }
    }
}
