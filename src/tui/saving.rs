//! Saving: what is selected goes into a directory that the user names, through `export`, which keeps out of the evidence and overwrites
//! nothing. Called by `terminal` only.

use std::path::{Path, PathBuf};

use crate::{
    backup::{SingleContent, SingleFile},
    export::{Destination, ExportError, save_attachment, save_finding},
    output::{csv as cells, json},
    query::{MessageTable, Selection},
    report::Report,
    scan::Evidence,
};

use super::keep::Saved;

/// Saves something and returns the new files.
pub(super) fn save(directory: &Path, saved: &Saved, context: (&Evidence, &Report, &MessageTable)) -> Result<Vec<PathBuf>, ExportError> {
    let (evidence, report, table) = context;
    let place = Destination::open(directory, evidence.given())?;
    match saved {
        Saved::Messages(chosen) => {
            let (backup, findings) = (&report.backup, report.findings.as_slice());
            let selection = Selection { backup, findings, table, limits: &report.settings.limits, chosen, passed: chosen.len() };
            let json = place.save("messages.json", &mut |out| json::write_messages(selection, out))?;
            let csv = place.save("messages.csv", &mut |out| cells::write_messages(selection, out))?;
            Ok(vec![json, csv])
        }
        Saved::Text(text) => Ok(vec![place.save("copied.txt", &mut |out| out.write_all(text.as_bytes()))?]),
        Saved::Finding(index) => match report.findings.get(*index) {
            Some(finding) => Ok(vec![save_finding(&place, finding, &report.backup)?]),
            None => Err(ExportError::NoContent),
        },
        Saved::Attachment { path, object } => Ok(vec![attachment(&place, evidence, (path, object))?]),
    }
}

/// Decodes the file again and finds the attachment by its words, such as `mail, attachment 2`.
fn attachment(place: &Destination, evidence: &Evidence, (path, object): (&str, &str)) -> Result<PathBuf, ExportError> {
    let entry = evidence.entries().iter().find(|entry| entry.path.as_str() == path).ok_or(ExportError::NoContent)?;
    let loaded = evidence.read(entry);
    let limits = evidence.limits();
    let file = SingleFile::read(path, loaded.contents().bytes, limits);
    let SingleContent::Message(message) = &file.content else { return Err(ExportError::NoContent) };
    let (owner, number) = object.rsplit_once(", attachment ").ok_or(ExportError::NoContent)?;
    let item = message.item(limits);
    let view = item.messages.iter().find(|view| view.object == owner).ok_or(ExportError::NoContent)?;
    let index: usize = number.parse().map_err(|_| ExportError::NoContent)?;
    let found = view.message.attachments.get(index.wrapping_sub(1)).ok_or(ExportError::NoContent)?;
    let name = found.long_name().or_else(|| found.name());
    save_attachment(place, name.as_deref().unwrap_or("attachment"), found)
}
