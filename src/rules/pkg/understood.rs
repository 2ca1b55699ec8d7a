//! Whether the packing list can be compared with the folder; where it cannot, rules about completeness are not evaluated.

use crate::{
    backup::{Backup, PackingListSource, Reconciliation},
    diagnostics::Findings,
};

/// A packing list with entries, and how it agrees with the folder.
pub(super) type Compared<'a> = (&'a PackingListSource, &'a Reconciliation);

/// Returns the packing list when it has entries, and says that nothing is decided when it has none.
pub(super) fn understood<'a>(backup: &'a Backup, findings: &mut Findings<'_>) -> Option<Compared<'a>> {
    let source = backup.packing_list.as_ref().and_then(|source| Some((source, source.reconciliation.as_ref()?)));
    if source.is_none() {
        findings.undecided("Imcfls", "no entry of the packing list was recognised");
    }
    source
}

/// Returns the packing list when it was understood as a whole (PKG002 to PKG004 silent).
pub(super) fn recognised<'a>(backup: &'a Backup, findings: &mut Findings<'_>) -> Option<Compared<'a>> {
    let (source, compared) = understood(backup, findings)?;
    if source.has_unknown_layout() || !source.list.statistics.is_text() {
        findings.undecided("Imcfls", "the packing list was understood only in part");
        return None;
    }
    Some((source, compared))
}
