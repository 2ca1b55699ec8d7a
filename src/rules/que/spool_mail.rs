//! What spool files say of their senders and recipients (KB Q249273, Q279320).

use crate::{
    backup::{Backup, FileRecord, SpoolFolder, SpoolMail},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    formats::spool::EnvelopeText,
};

declare_rule! {
    /// Sound messages in Pickup\Archive.
    ///
    /// ## Why it matters
    /// The service may read the size of a file that is still being written as zero, and reject it as unparsable (event 4164).
    ///
    /// ## What to do
    /// Install the fix, and move the files back to Pickup.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- ../Pickup/Archive/a.txt
    /// From: ann@example.com
    /// To: joe@far.example
    /// Subject: x
    ///
    /// text
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- ../Pickup/Archive/a.txt
    /// From: ann@example.com
    /// Subject: x
    ///
    /// text
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2655.55) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- ../Pickup/Archive/a.txt
    /// From: ann@example.com
    /// To: joe@far.example
    /// Subject: x
    ///
    /// text
    /// ```
    pub static GOOD_MAIL_IN_PICKUP_ARCHIVE = {
        id: "QUE066", name: "good-mail-in-pickup-archive", severity: Warning, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2654.25" in "5.5 post-SP4" gates,
        kb: ["Q279320", "Q250441"],
        needs: [Spool],
        tags: ["spool", "loss", "fix-ims"],
        check: Backup(good_mail_in_pickup_archive),
    }
}

fn good_mail_in_pickup_archive(backup: &Backup, findings: &mut Findings<'_>) {
    let mails = backup.spool(SpoolFolder::PickupArchive).filter_map(|file| Some((file, file.spool_mail()?)));
    let has = |mail: &SpoolMail, names: &[&str]| names.iter().any(|name| mail.all(name).any(|field| field.value.contains('@')));
    let is_sound = |mail: &SpoolMail| {
        let has_sender = mail.originator().is_some() || has(mail, &["From", "Sender"]);
        let has_recipient = mail.recipients().next().is_some() || has(mail, &["To", "Cc", "Bcc"]);
        mail.is_well_formed && has_sender && has_recipient
    };
    let sound: Vec<_> = mails.filter(|(_, mail)| is_sound(mail)).collect();
    if sound.is_empty() {
        return;
    }
    let senders = sound.iter().filter_map(|(_, mail)| {
        let header = || mail.all("From").next().map(|field| field.value.as_ref());
        mail.originator().map(|from| from.text.as_ref()).or_else(header)
    });
    findings
        .report(format!("{} in Pickup\\Archive, from {}", counted(sound.len(), "sound message"), enumerated(senders, 4)))
        .first_evidences(sound.iter().map(|(file, _)| Evidence::of_file(file).expected("only files that cannot be read")));
}

declare_rule! {
    /// Spool file shows blind-copy or redirected recipients.
    ///
    /// ## Why it matters
    /// Spool files keep the SMTP envelope between the marks ImCr and EwLs, so recipients of blind copies can be read there.
    ///
    /// ## What to do
    /// Handle archives as private. Use the envelope to find the address that a message was really sent to.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Out/HBWK2Q2P escapes
    /// \0\0\0\0ImCr\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0srv1\0<ann@example.com>\0<touser@example.com>\0<bccuser@example.com>\0EwLsFrom: ann@example.com
    /// To: "User" <TOUSER@example.com>
    /// Subject: x
    ///
    /// text
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Out/HBWK2Q2P escapes
    /// \0\0\0\0ImCr\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0srv1\0<ann@example.com>\0<touser@example.com>\0<ccuser@example.com>\0EwLsFrom: ann@example.com
    /// To: "User" <TOUSER@example.com>
    /// Cc: ccuser@example.com
    ///
    /// text
    /// ```
    /// ```backup
    /// //- ../In/Archive/HBWK2Q2P escapes
    /// \0\0\0\0ImCr\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0srv1\0<list@far.example>\0<ann@example.com>\0EwLsFrom: joe@far.example
    /// To: list@far.example
    ///
    /// text
    /// ```
    pub static ENVELOPE_RECIPIENT_NOT_IN_HEADERS = {
        id: "QUE067", name: "envelope-recipient-not-in-headers", severity: Info, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q249273"],
        needs: [Spool],
        tags: ["spool", "privacy"],
        check: Backup(envelope_recipient_not_in_headers),
    }
}

fn envelope_recipient_not_in_headers(backup: &Backup, findings: &mut Findings<'_>) {
    let files = backup.spool(SpoolFolder::Out).chain(backup.spool(SpoolFolder::OutArchive));
    let hidden = |file: &'_ FileRecord| -> Vec<EnvelopeText> {
        let Some(mail) = file.spool_mail().filter(|mail| mail.envelope().is_some()) else { return Vec::new() };
        mail.recipients().filter(|recipient| !is_named(mail, &recipient.text)).cloned().collect()
    };
    let found: Vec<_> = files.map(|file| (file, hidden(file))).filter(|(_, hidden)| !hidden.is_empty()).collect();
    let Some((first, hidden)) = found.first() else { return };
    let names = enumerated(hidden.iter().map(|recipient| &recipient.text), 3);
    let more = if found.len() > 1 { format!("; {} of this kind", counted(found.len(), "file")) } else { String::new() };
    let proof = found.iter().flat_map(|(file, hidden)| hidden.iter().map(move |recipient| (file, recipient)));
    findings.report(format!("{} goes to {names}, whom its header does not name{more}", first.name())).first_evidences(proof.map(
        |(file, recipient)| {
            let place = Evidence::new(file.path.as_ref(), Locator::Part("spool envelope".into()));
            let place = place.at(recipient.offset..recipient.offset + recipient.length).observed(recipient.text.as_ref());
            place.expected("an address of To, Cc, Resent-To or Apparently-To")
        },
    ));
}

/// Whether the fields for recipients name an address, letter case aside.
fn is_named(mail: &SpoolMail, recipient: &str) -> bool {
    let address = recipient.trim_matches(['<', '>']).trim().to_lowercase();
    let is_part = |c: char| c.is_alphanumeric() || "._-+=@".contains(c);
    let named = |value: &str| {
        let value = value.to_lowercase();
        value.match_indices(&address).any(|(at, hit)| {
            let before = value.get(..at).and_then(|text| text.chars().next_back());
            let behind = value.get(at + hit.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(is_part) && !behind.is_some_and(is_part)
        })
    };
    address.is_empty() || ["To", "Cc", "Resent-To", "Apparently-To"].iter().any(|name| mail.all(name).any(|field| named(&field.value)))
}
