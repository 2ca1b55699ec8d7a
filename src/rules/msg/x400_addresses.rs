//! X.400 addresses whose domain-defined attributes (DDA) or domain lead nowhere.

use crate::{
    backup::{
        Item, QueueKind,
        facts::{AddressOccurrence, AddressRole},
    },
    base::Pattern,
    declare_rule,
    diagnostics::Findings,
};

use super::address_words::{EVERY_ROLE, report_addresses, wrong};

declare_rule! {
    /// X.400 originator with a directory name in a DDA.
    ///
    /// ## Why it matters
    /// The service encapsulates this address instead of taking the sender's SMTP proxy. Event 4122 moves the message to Bad, or
    /// it sticks in the queue of the MTA, where looking at it can stop the MTA.
    ///
    /// ## What to do
    /// Apply 5.0 SP1 and remove the message.
    ///
    /// ## Fires
    /// ```backup
    /// //- Bad/1
    /// originator: X400:c=us;a= ;p=Gov;dda:MSXCX500=/o=Org/ou=Site/cn=Ann;
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Bad/1
    /// originator: X400:c=us;a= ;p=Gov;s=Ray;
    /// ```
    pub static X400_ORIGINATOR_WITH_DIRECTORY_NAME = {
        id: "MSG029", name: "x400-originator-with-directory-name", severity: Error, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1458.49" in "5.0 SP1" gates,
        kb: ["Q166519", "Q166521"],
        needs: [Messages],
        tags: ["address", "stuck", "fix-ims"],
        check: Message(x400_originator_with_directory_name),
    }
}

fn x400_originator_with_directory_name(item: &Item<'_>, findings: &mut Findings<'_>) {
    static NAME: Pattern = Pattern::new(r"(?i)dda[:.]?[^;=]*=\s*(MSXCX500|/?o=|c=)|dda[:.]MSXCX500=");
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::Bad]) {
        return;
    }
    report_addresses(item, findings, &[AddressRole::P1Originator], |found| {
        (found.address.is_type("X400") && NAME.is_match(&found.address.value))
            .then(|| wrong("holds a directory name in a domain-defined attribute", "an originator with an SMTP proxy"))
    });
}

declare_rule! {
    /// Address with several DDA pairs loses its report.
    ///
    /// ## Why it matters
    /// The 5.0 store expects another order of types and values, cannot read the address, and throws the non-delivery report
    /// away. Replies to a sender with two such pairs, as in the Defense Messaging System, vanish in the same way, because the
    /// first pair is not mapped to a directory name.
    ///
    /// ## What to do
    /// Apply 5.0 SP2, and ask the senders of lost mail to send again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:nobody@example.com
    /// report-destination: X400:C=us;A= ;P=org;DDA:RFC822=ann@example.com;DDA:MSXCX500=C=us;
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: X400:C=us;A= ;P=org;DDA:RFC822=ann@example.com;
    /// ```
    pub static X400_ADDRESS_WITH_SEVERAL_DDAS = {
        id: "MSG030", name: "x400-address-with-several-ddas", severity: Warning, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q176181", "Q176129"],
        needs: [Messages],
        tags: ["address", "loss", "report", "fix-store"],
        check: Message(x400_address_with_several_ddas),
    }
}

fn x400_address_with_several_ddas(item: &Item<'_>, findings: &mut Findings<'_>) {
    // The left-over mark of encapsulation is a matter of MSG031.
    static DDA: Pattern = Pattern::new(r"(?i)dda[:.]([^;=]+)=");
    report_addresses(item, findings, &[AddressRole::P1, AddressRole::P1Originator, AddressRole::ReportDestination], |found| {
        if !found.address.is_type("X400") {
            return None;
        }
        let is_mark = |found: &str| found.to_ascii_uppercase().contains("MSXENCAP");
        let count = DDA.find_all(&found.address.value).filter(|hit| !is_mark(hit.as_str())).count();
        (count >= 2).then(|| wrong(format!("has {count} domain-defined attributes"), "one at most"))
    });
}

declare_rule! {
    /// Left-over MSXENCAP attribute makes replies bounce.
    ///
    /// ## Why it matters
    /// The connector encapsulates recipients that are not in the directory. Without a second connector on the way its mark stays
    /// in the X.400 address, and the reply is refused. The report looks right, because it prints the address of the header while
    /// that of the envelope failed.
    ///
    /// ## What to do
    /// Put the recipients into the directory, or apply the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// p1: X400:c=us;a= ;p=org;dda:SMTP=ann(a)example.com;dda:MSXENCAP=SMTP;
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: To: IMCEAX400-c=us+3Ba=+20+3Bp=org+3Bdda+3ASMTP=ann+28a+29example+2Ecom+3Bdda+3AMSXENCAP=SMTP+3B@example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: X400:c=us;a= ;p=org;dda:SMTP=ann(a)example.com;
    /// ```
    pub static MSXENCAP_LEFT_IN_ADDRESS = {
        id: "MSG031", name: "msxencap-left-in-address", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0],
        fixed_in: "4.0 SP5; 5.0 SP2",
        kb: ["Q168738"],
        needs: [Messages],
        tags: ["address", "bounce", "interop", "fix-mta"],
        check: Message(msxencap_left_in_address),
    }
}

fn msxencap_left_in_address(item: &Item<'_>, findings: &mut Findings<'_>) {
    static MARK: Pattern = Pattern::new(r"(?i)dda[:.]MSXENCAP=SMTP");
    report_addresses(item, findings, &EVERY_ROLE, |found| {
        let wrapped = || found.address.looks_encapsulated().then(|| found.address.imcea()).flatten();
        let is_marked = if found.address.is_type("X400") {
            MARK.is_match(&found.address.value)
        } else {
            wrapped().is_some_and(|imcea| imcea.address_type == "X400" && MARK.is_match(&imcea.value))
        };
        is_marked.then(|| wrong("still carries the mark MSXENCAP", "the address without MSXENCAP"))
    });
}

declare_rule! {
    /// DDA address mixes (040)/(041) with letter substitutions.
    ///
    /// ## Why it matters
    /// Two ways of writing special characters were mixed in one address. The MTA cannot resolve it and returns the mail.
    ///
    /// ## What to do
    /// Write the address in one notation, and install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: X400:C=FR;A=ATLAS;P=INTERNET;DDA:RFC-822=first(040)u(041)last@example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: X400:C=FR;A=ATLAS;P=INTERNET;DDA:RFC-822=first_last@example.com
    /// ```
    pub static MIXED_DDA_SUBSTITUTIONS = {
        id: "MSG032", name: "mixed-dda-substitutions", severity: Warning, certainty: Likely,
        versions: [V5_5],
        fixed_in: "5.5 SP4" gates,
        kb: ["Q254725"],
        needs: [Messages],
        tags: ["address", "bounce", "fix-mta"],
        check: Message(mixed_dda_substitutions),
    }
}

fn mixed_dda_substitutions(item: &Item<'_>, findings: &mut Findings<'_>) {
    static MIXED: Pattern = Pattern::new(r"(?i)dda[:.](rfc-?822|smtp)=[^;]*\((040|041)\)");
    report_addresses(item, findings, &EVERY_ROLE, |found| {
        (found.address.is_type("X400") && MIXED.is_match(&found.address.value))
            .then(|| wrong("writes parentheses as numbers in a domain-defined attribute", "one notation for special characters"))
    });
}

declare_rule! {
    /// X.400 sender encapsulated in a made-up SMTP domain.
    ///
    /// ## Why it matters
    /// With MIXER on, a sender of X.400 mail who is not in the directory gets a domain made of the parts of his address; it should
    /// be that of the server, so that replies from the Internet can come back. 5.5 SP3 also turns X.400 recipients into
    /// given.surname@prmd.admd.country; since SP4 it does so only with the registry value 'Strict MIXER Conformance' of the MTA.
    ///
    /// ## What to do
    /// Make a custom recipient with a valid SMTP address for the sender, or install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// header: From: "/S=Sender/P=prmd/A=admd/C=GB/"@prmd.admd.gb
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:given.surname@prmd.admd.gb
    /// to: X400:C=GB;A=admd;P=prmd;S=Surname;G=Given;
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// header: From: "/S=Sender/P=prmd/A=admd/C=GB/"@mixer.ourdomain.example
    /// ```
    pub static MIXER_ENCAPSULATION_IN_WRONG_DOMAIN = {
        id: "MSG033", name: "mixer-encapsulation-in-wrong-domain", severity: Warning, certainty: Certain,
        versions: [V5_5],
        fixed_in: "5.5 SP4",
        kb: ["Q254992", "Q254998"],
        needs: [Messages],
        tags: ["address", "bounce", "fix-mta"],
        check: Message(mixer_encapsulation_in_wrong_domain),
    }
}

fn mixer_encapsulation_in_wrong_domain(item: &Item<'_>, findings: &mut Findings<'_>) {
    static WRAPPED: Pattern = Pattern::new(r"(?i)^/.*/P=([^/]+)/A=([^/]+)/C=([^/]+)/$");
    report_addresses(item, findings, &[AddressRole::P2From, AddressRole::P1Originator, AddressRole::HeaderFrom], |found| {
        if !found.address.value.starts_with(['/', '"']) || !found.address.is_smtp() {
            return None;
        }
        let local = found.address.local_unquoted();
        let parts = WRAPPED.captures(&local)?;
        let made = (1..4).filter_map(|part| parts.get(part)).map(|part| part.as_str().to_lowercase()).collect::<Vec<_>>().join(".");
        (found.address.domain() == made).then(|| wrong("has a domain made of its own X.400 parts", "the domain of this server"))
    });
    let x400 = || item.addresses().iter().filter(|found| found.address.is_type("X400"));
    if x400().next().is_none() {
        return;
    }
    let made: Vec<String> = x400().filter_map(made_domain).collect();
    let recipients = [AddressRole::P1, AddressRole::P2To, AddressRole::P2Cc, AddressRole::HeaderTo, AddressRole::HeaderCc];
    report_addresses(item, findings, &recipients, |found| {
        (found.address.is_smtp() && made.contains(&found.address.domain()))
            .then(|| wrong("has a domain made of the parts of an X.400 address in the same message", "an encapsulated X.400 address"))
    });
}

/// Returns `prmd.admd.country` of an X.400 address that has all three.
fn made_domain(found: &AddressOccurrence<'_>) -> Option<String> {
    static PARTS: [Pattern; 3] = [
        Pattern::new(r"(?i)(?:^|;)\s*p(?:rmd)?=\s*([^;]*[^;\s])"),
        Pattern::new(r"(?i)(?:^|;)\s*a(?:dmd)?=\s*([^;]*[^;\s])"),
        Pattern::new(r"(?i)(?:^|;)\s*c=\s*([^;]*[^;\s])"),
    ];
    let value = &found.address.value;
    let parts: Option<Vec<String>> = PARTS.iter().map(|part| Some(part.captures(value)?.get(1)?.as_str().to_lowercase())).collect();
    parts.map(|parts| parts.join("."))
}
