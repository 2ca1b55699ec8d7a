//! Message classes: what a class says of a message, and the older names that attMessageClass writes for some ([MS-OXTNEF] 2.1.3.3.5).
//!
//! Classes compare without case, and a class stands for all classes below it: what follows a mapped name is kept behind its partner.

use std::borrow::Cow;

/// A MAPI message class, with the questions that it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageClass<'a>(pub &'a str);

/// What a report reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportKind {
    /// NDR: the message was not delivered.
    NonDelivery,
    /// DR: the message was delivered.
    Delivery,
    /// IPNRN: the message was read.
    Read,
    /// IPNNRN: the message was deleted without being read.
    NonRead,
}

impl<'a> MessageClass<'a> {
    /// Returns whether this is `class` or a class below it.
    #[must_use]
    pub fn is_or_below(self, class: &str) -> bool {
        after_class(self.0, class).is_some()
    }

    /// Returns the class of the mail inside when this is a message transfer envelope, `ENVELOPE.<class of the mail>`.
    #[must_use]
    pub fn enveloped(self) -> Option<MessageClass<'a>> {
        after_class(self.0, "ENVELOPE")?.strip_prefix('.').map(MessageClass)
    }

    /// Returns whether this is a message transfer envelope, even one that names no inner class.
    #[must_use]
    pub fn is_envelope(self) -> bool {
        self.is_or_below("ENVELOPE")
    }

    /// Returns whether this is a report of any kind.
    #[must_use]
    pub fn is_report(self) -> bool {
        self.is_or_below("REPORT")
    }

    /// Returns the kind of a report, from the last part of its class.
    #[must_use]
    pub fn report_kind(self) -> Option<ReportKind> {
        let (_, kind) = self.0.rsplit_once('.').filter(|_| self.is_report())?;
        REPORT_KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)).map(|&(_, kind)| kind)
    }

    /// Returns the class of the message that a report is about, `IPM.Note` of `REPORT.IPM.Note.NDR`.
    #[must_use]
    pub fn reported(self) -> Option<MessageClass<'a>> {
        self.report_kind()?;
        let (subject, _) = after_class(self.0, "REPORT")?.strip_prefix('.')?.rsplit_once('.')?;
        Some(MessageClass(subject))
    }
}

/// Returns the MAPI name of a class as attMessageClass writes it; classes without an older name are themselves.
#[must_use]
pub fn mapi_class(tnef: &str) -> Cow<'_, str> {
    // A bare IPM is a note; IPM.Something is not.
    if tnef.eq_ignore_ascii_case("IPM") {
        return Cow::Borrowed("IPM.Note");
    }
    mapped(tnef, CLASS_NAMES.iter().copied())
}

/// Returns the name that attMessageClass writes for a MAPI class.
#[must_use]
pub fn tnef_class(mapi: &str) -> Cow<'_, str> {
    // IPM.Note.Rules.OofTemplate and its like keep their own name: the older note has no classes below it.
    if after_class(mapi, "IPM.Note").is_some_and(|rest| !rest.is_empty()) {
        return Cow::Borrowed(mapi);
    }
    mapped(mapi, CLASS_NAMES.iter().map(|&(old, mapi)| (mapi, old)))
}

/// Class names of Microsoft Mail 3 and Schedule+ beside their MAPI names.
static CLASS_NAMES: &[(&str, &str)] = &[
    ("IPM.Microsoft Mail.Non-Delivery", "Report.IPM.Note.NDR"),
    ("IPM.Microsoft Mail.Note", "IPM.Note"),
    ("IPM.Microsoft Mail.Read Receipt", "Report.IPM.Note.IPNRN"),
    ("IPM.Microsoft Schedule.MtgCncl", "IPM.Schedule.Meeting.Canceled"),
    ("IPM.Microsoft Schedule.MtgReq", "IPM.Schedule.Meeting.Request"),
    ("IPM.Microsoft Schedule.MtgRespA", "IPM.Schedule.Meeting.Resp.Tent"),
    ("IPM.Microsoft Schedule.MtgRespN", "IPM.Schedule.Meeting.Resp.Neg"),
    ("IPM.Microsoft Schedule.MtgRespP", "IPM.Schedule.Meeting.Resp.Pos"),
];

static REPORT_KINDS: &[(&str, ReportKind)] =
    &[("DR", ReportKind::Delivery), ("IPNNRN", ReportKind::NonRead), ("IPNRN", ReportKind::Read), ("NDR", ReportKind::NonDelivery)];

fn mapped(class: &str, mut names: impl Iterator<Item = (&'static str, &'static str)>) -> Cow<'_, str> {
    names
        .find_map(|(from, to)| match after_class(class, from)? {
            "" => Some(Cow::Borrowed(to)),
            rest => Some(Cow::Owned(format!("{to}{rest}"))),
        })
        .unwrap_or(Cow::Borrowed(class))
}

/// Returns what follows `prefix` in `class`: nothing, or a dot and more; none when the class is another one.
fn after_class<'a>(class: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = class.split_at_checked(prefix.len())?;
    (head.eq_ignore_ascii_case(prefix) && (rest.is_empty() || rest.starts_with('.'))).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_old_name_goes_both_ways() {
        for &(old, mapi) in CLASS_NAMES {
            assert_eq!(mapi_class(&old.to_uppercase()), mapi);
            assert_eq!(tnef_class(&mapi.to_lowercase()), old);
        }
    }

    #[track_caller]
    fn check(tnef: &str, mapi: &str) {
        assert_eq!(mapi_class(tnef), mapi);
    }

    #[test]
    fn a_suffix_is_kept_and_other_names_stay() {
        check("IPM.Microsoft Mail.Note.Custom", "IPM.Note.Custom");
        check("IPM", "IPM.Note");
        check("IPM.Task", "IPM.Task");
        check("IPM.Microsoft Mail.Notebook", "IPM.Microsoft Mail.Notebook");
        check("", "");
        assert_eq!(tnef_class("IPM.Note.SMIME"), "IPM.Note.SMIME");
        assert_eq!(tnef_class("ENVELOPE.IPM.Note"), "ENVELOPE.IPM.Note");
    }

    #[test]
    fn an_envelope_shows_its_mail() {
        assert_eq!(MessageClass("Envelope.IPM.Note").enveloped(), Some(MessageClass("IPM.Note")));
        assert_eq!(MessageClass("ENVELOPE").enveloped(), None);
        assert!(MessageClass("ENVELOPE").is_envelope());
        assert!(!MessageClass("ENVELOPES.IPM.Note").is_envelope());
    }

    #[test]
    fn the_last_part_says_what_is_reported() {
        let kind = |class| MessageClass(class).report_kind();
        assert_eq!(kind("REPORT.IPM.Note.NDR"), Some(ReportKind::NonDelivery));
        assert_eq!(kind("Report.IPM.Note.dr"), Some(ReportKind::Delivery));
        assert_eq!(kind("REPORT.IPM.Schedule.Meeting.Request.IPNRN"), Some(ReportKind::Read));
        assert_eq!(kind("REPORT.IPM.Note.IPNNRN"), Some(ReportKind::NonRead));
        assert_eq!(kind("IPM.Note.NDR"), None);
        assert_eq!(kind("REPORT.IPM.Note"), None);
        assert_eq!(MessageClass("REPORT.IPM.Note.NDR").reported(), Some(MessageClass("IPM.Note")));
        assert_eq!(MessageClass("REPORT.NDR").reported(), None);
    }

    #[test]
    fn characters_of_many_bytes_do_no_harm() {
        assert!(!MessageClass("REPOR\u{e9}").is_report());
        check("IPM.Microsoft Mail.Not\u{e9}", "IPM.Microsoft Mail.Not\u{e9}");
    }
}
