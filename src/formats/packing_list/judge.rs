//! Whether a piece of text is a reference to a file, and to which.

use super::{
    Escape, ListedPath, Surroundings,
    path::is_separator,
    queue_section::{self, Plan},
    tokens,
};

/// Longer texts are never paths of the time (MAX_PATH is 260).
const MAX_REFERENCE: usize = 1024;

/// Where the piece stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// The queue folder that bare names are looked up in.
    pub(super) folder: Option<&'a str>,
    pub(super) plan: Plan,
    /// Whether a number may be a name here; behind another name it rather is a size, and alone behind a keyword a count.
    pub(super) takes_numbers: bool,
}

/// A reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    pub(super) path: String,
    pub(super) prefix: Option<&'a str>,
    pub(super) escapes: Option<Escape>,
    pub(super) is_absolute: bool,
    pub(super) is_folder: bool,
    pub(super) proof: Proof,
}

/// How sure it is that a text is a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Proof {
    /// It has the look of a path, which counts only beside proven references.
    Doubtful,
    /// It has the look of a file of this Backup.
    Look,
    /// The file exists.
    Exists,
}

impl Proof {
    fn of(exists: bool, has_look: bool) -> Self {
        match (exists, has_look) {
            (true, _) => Self::Exists,
            (false, true) => Self::Look,
            (false, false) => Self::Doubtful,
        }
    }
}

impl Reference<'_> {
    pub(super) fn is_proven(&self) -> bool {
        self.proof > Proof::Doubtful
    }
}

/// Judges a value, a key, or a part of a line.
pub(super) fn judge<'a>(text: &'a str, context: Context<'_>, around: &dyn Surroundings) -> Option<Reference<'a>> {
    if text.is_empty() || text.len() > MAX_REFERENCE {
        return None;
    }
    let listed = ListedPath::parse(text);
    let is_bare = !text.contains(is_separator) && !listed.is_absolute;
    match context.folder.filter(|_| is_bare) {
        Some(folder) => bare_name(text, &listed, (folder, context), around),
        None => path(text, &listed, around),
    }
}

/// Judges a section name, which is a file's own section only when it looks like nothing else.
pub(super) fn judge_section<'a>(text: &'a str, around: &dyn Surroundings) -> Option<Reference<'a>> {
    let context = Context { folder: None, plan: Plan::default(), takes_numbers: false };
    judge(text, context, around).filter(|reference| {
        let has_form = text.contains(is_separator) || text.contains('.');
        has_form && reference.is_proven() && !reference.is_folder && around.look_up(&reference.path) != Some(true)
    })
}

fn path<'a>(text: &str, listed: &ListedPath<'a>, around: &dyn Surroundings) -> Option<Reference<'a>> {
    let is_word = !text.contains(is_separator);
    let first = *listed.components.first()?;
    if is_word && tokens::is_plain(text) {
        return None;
    }
    let joined = listed.joined();
    let there = around.look_up(&joined).filter(|_| !matches!(listed.escapes, Some(Escape::ParentFolder | Escape::DriveLetter | Escape::Unc)));
    // A word that happens to be a folder's name speaks of the queue, not of a file.
    let exists = there.is_some_and(|is_folder| !is_folder || !is_word);
    let names_queue = around.queue_folder(first).is_some();
    let has_look = is_known_name(&listed.components) || names_queue && (listed.components.len() > 1 || listed.is_folder);
    let proof = Proof::of(exists, has_look);
    let (proof, escapes) = match listed.escapes {
        None => (proof, None),
        // `\Mtsout\1` is meant to lie below the Backup; `/o=Org` and the like are no paths at all.
        Some(Escape::RootFolder) if exists || has_look => (proof, None),
        Some(Escape::DeviceName) if exists || names_queue => (Proof::Look, listed.escapes),
        Some(Escape::RootFolder | Escape::DeviceName) => return None,
        Some(_) if listed.components.len() > 1 && is_written_path(text) => (Proof::Look, listed.escapes),
        Some(_) => return None,
    };
    (proof > Proof::Doubtful || tokens::is_path_like(text)).then(|| reference(listed, joined, proof, escapes))
}

/// Tells `C:\x` and `..\x` from other text with a colon or dots.
fn is_written_path(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || matches!(c, '<' | '>' | '"' | '|' | '?' | '*'))
        && match text.as_bytes() {
            [_, b':', third, ..] => matches!(third, b'\\' | b'/'),
            _ => !text.starts_with("//"),
        }
}

fn bare_name<'a>(text: &'a str, listed: &ListedPath<'a>, (folder, context): (&str, Context<'_>), around: &dyn Surroundings) -> Option<Reference<'a>> {
    let inside = format!("{folder}/{text}");
    let exists = around.look_up(&inside).is_some();
    let is_number = tokens::decimal(text).is_some();
    if exists && (!is_number || context.takes_numbers) {
        return Some(reference(listed, inside, Proof::Exists, listed.escapes));
    }
    let exists_above = !tokens::is_plain(text) && around.look_up(text) == Some(false);
    if exists_above || is_known_name(&listed.components) {
        return Some(reference(listed, text.to_owned(), Proof::of(exists_above, true), listed.escapes));
    }
    if tokens::is_plain(text) {
        let is_meant = is_number && context.takes_numbers && (context.plan.numbers_are_names || text.len() >= 4);
        return is_meant.then(|| reference(listed, inside, Proof::Look, None));
    }
    let proof = Proof::of(false, queue_section::looks_named(text));
    tokens::is_name(text).then(|| reference(listed, inside, proof, listed.escapes))
}

fn reference<'a>(listed: &ListedPath<'a>, path: String, proof: Proof, escapes: Option<Escape>) -> Reference<'a> {
    Reference { path, prefix: listed.prefix, escapes, is_absolute: listed.is_absolute, is_folder: listed.is_folder, proof }
}

/// Returns whether this is one of the files that IMCSAVE always writes (Q195804).
fn is_known_name(components: &[&str]) -> bool {
    const NAMES: [&str; 5] = ["imcsvc.reg", "imcpro.reg", "imcobj.csv", "imcfls", "imcobj~1.csv"];
    matches!(components, [name] if NAMES.iter().any(|known| name.eq_ignore_ascii_case(known)))
}
