//! Subjects without what mail programs put in front of them (message-vocabulary, section 12: `norm_subject`).

use crate::base::Pattern;

/// Prefixes of replies and forwards in the languages of the era, also with a count (`Re[2]:`).
static PREFIXES: Pattern = Pattern::new(r"(?i)^\s*(?:(?:re|fw|fwd|aw|wg|tr|rv|sv|vs|antw|rif|ref|enc|odp|res|vl|doorst)(?:\[\d+\]|\^\d+)?\s*:\s*)+");

/// Returns a subject in lower case without prefixes of replies and forwards.
#[must_use]
pub fn normalized_subject(subject: &str) -> String {
    let start = PREFIXES.find(subject).map_or(0, |prefix| prefix.end());
    subject.get(start..).unwrap_or(subject).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_go_and_words_stay() {
        for subject in ["RE: Fw: Report", "AW: WG: report", "Re[2]: Report", "Report"] {
            assert_eq!(normalized_subject(subject), "report");
        }
        assert_eq!(normalized_subject("Reading list: re"), "reading list: re");
    }
}
