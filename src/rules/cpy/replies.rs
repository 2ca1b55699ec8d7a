//! What the e-mail domains let out beside mail itself: automatic replies and display names (Q262126).

use crate::{
    backup::{Backup, DomainPolicy},
    declare_rule,
    diagnostics::Findings,
};

use super::proof::{FLAGS, domain, records, report};

declare_rule! {
    /// Automatic replies to the Internet are allowed.
    ///
    /// ## Why it matters
    /// They are off by default for good reasons: rules answer list servers, postmasters and spammers, which can start volleys
    /// of mail. On 5.5 before SP3 even reports are answered, and before SP4 a forwarding rule that loops can crash the store
    /// while replies are allowed (Q272113).
    ///
    /// ## What to do
    /// Disable them unless they are needed; allow them for single domains where they are.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,288,76,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,32,76,0,0,0
    /// ```
    pub static AUTO_REPLIES_ALLOWED = {
        id: "CPY014", name: "auto-replies-allowed", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q262126", "Q181636", "Q216161", "Q272113"],
        needs: [ImccopyDomain],
        tags: ["queue", "encoding"],
        check: Backup(auto_replies_allowed),
    }
}

fn auto_replies_allowed(backup: &Backup, findings: &mut Findings<'_>) {
    let allowed = records(backup, |policy| policy.is_default() && policy.suppress_auto_replies() == Some(false));
    report(findings, &allowed, |policy| told(policy, "allows automatic replies"), (FLAGS, "0x200 set"));
}

declare_rule! {
    /// Out-of-office replies to the Internet are allowed.
    ///
    /// ## Why it matters
    /// Out-of-office mail goes to outside senders and lists; it can clog the outbound queue (event 2079). Its subjects follow
    /// the language of the server, so that only the message class tells it.
    ///
    /// ## What to do
    /// Disable them on the Internet Mail page unless they are wanted.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,544,76,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    pub static OOF_REPLIES_ALLOWED = {
        id: "CPY015", name: "oof-replies-allowed", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q262126", "Q168616", "Q270018"],
        needs: [ImccopyDomain],
        tags: ["queue", "encoding"],
        check: Backup(oof_replies_allowed),
    }
}

fn oof_replies_allowed(backup: &Backup, findings: &mut Findings<'_>) {
    let allowed = records(backup, |policy| policy.is_default() && policy.suppress_oof() == Some(false));
    report(findings, &allowed, |policy| told(policy, "allows out-of-office replies"), (FLAGS, "0x100 set"));
}

declare_rule! {
    /// Display names are withheld from Internet recipients.
    ///
    /// ## Why it matters
    /// From lines then carry the bare address, which explains complaints about that from outside.
    ///
    /// ## What to do
    /// Nothing, if it is intended; else clear the option on the Internet Mail page.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,804,76,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    pub static DISPLAY_NAMES_WITHHELD = {
        id: "CPY016", name: "display-names-withheld", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["encoding", "privacy"],
        check: Backup(display_names_withheld),
    }
}

fn display_names_withheld(backup: &Backup, findings: &mut Findings<'_>) {
    let withheld = records(backup, |policy| policy.no_display_names() == Some(true));
    report(findings, &withheld, |policy| told(policy, "withholds display names"), (FLAGS, "0x4 not set"));
}

fn told(policy: &DomainPolicy<'_>, what: &str) -> String {
    let flags = policy.record.flags().map(|flags| flags.to_string()).unwrap_or_default();
    format!("{} {what} (flags {flags})", domain(policy))
}
