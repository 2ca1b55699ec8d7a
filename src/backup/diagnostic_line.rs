//! The diagnostic line of reports: `MSEXCH:<component>:<field>… [<number> (<8 hex>)] <text>` (samples in Q242961, Q257264, Q246881).
//! Which field is the organization and which the server differs between articles (Q168557), so they stay a list.

use crate::base::{Captures, Pattern};

/// One diagnostic line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosticLine {
    /// Who refused: IMC, IMS, MSExchangeIS, MSExchangeMTA …
    pub component: String,
    /// Organization, site, server as far as they are there.
    pub fields: Vec<String>,
    /// Own code: 3902 host, 3903 size, 3000 + SMTP reply code.
    pub number: Option<u32>,
    /// Location code, eight hexadecimal digits in capitals.
    pub status: Option<String>,
    /// The reason.
    pub text: String,
    /// The line as it stands in the report.
    pub written: String,
}

/// Component, fields, number, status, text.
static LINE: Pattern =
    Pattern::new(r"(?:MSEXCH|Microsoft Exchange):(\w+)((?::[^:\s()\[\]]*)*)\]?[ \t]*(?:(\d+)[ \t]*)?(?:\(([0-9A-Fa-f]{8,9})\)[ \t]*)?([^\r\n]*)");

impl DiagnosticLine {
    /// Returns the first diagnostic line in a text.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        Self::of(&LINE.captures(text)?)
    }

    /// Returns every diagnostic line in a text.
    #[must_use]
    pub fn find_all(text: &str) -> Vec<Self> {
        LINE.captures_all(text).filter_map(|found| Self::of(&found)).collect()
    }

    fn of(found: &Captures<'_>) -> Option<Self> {
        let [written, component, fields, number, status, text] = [0, 1, 2, 3, 4, 5].map(|group| found.get(group).map(|hit| hit.as_str()));
        Some(Self {
            component: component?.to_owned(),
            fields: fields.unwrap_or_default().split(':').filter(|field| !field.is_empty()).map(str::to_owned).collect(),
            number: number.and_then(|number| number.parse().ok()),
            status: status.map(str::to_uppercase),
            text: text.unwrap_or_default().trim().trim_end_matches('.').to_owned(),
            written: written.unwrap_or_default().trim_end().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: (&str, usize, Option<u32>, Option<&str>, &str)) {
        let line = DiagnosticLine::find(text).unwrap();
        assert_eq!((line.component.as_str(), line.fields.len(), line.number, line.status.as_deref(), line.text.as_str()), expected);
    }

    #[test]
    fn the_printed_forms_are_read() {
        check("  MSEXCH:IMS:Org:Site:SRV 3902 (000B099C) Host Unknown", ("IMS", 3, Some(3902), Some("000B099C"), "Host Unknown"));
        check("MSEXCH:IMC:Org:Site:SRV 3902 Host Unknown", ("IMC", 3, Some(3902), None, "Host Unknown"));
        check("incorrectMSEXCH:MSExchangeIS:Site:SRV", ("MSExchangeIS", 2, None, None, ""));
        check("MSEXCH:MTA::", ("MTA", 0, None, None, ""));
        check("x\r\nMSEXCH:IMS:O:S:V 0 (000C05A6) Unknown Recipient.\r\ny", ("IMS", 3, Some(0), Some("000C05A6"), "Unknown Recipient"));
        assert_eq!(DiagnosticLine::find("nothing of the kind"), None);
    }
}
