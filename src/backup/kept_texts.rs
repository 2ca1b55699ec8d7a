//! Bounds the texts that a record keeps, so that what one message can put into memory for the whole run is bounded. Bodies are not kept.

use crate::base::{Anomaly, Limits};

use super::{MailRecord, Party};

/// Cuts texts beyond the limit; returns one anomaly for each message that lost something.
pub(super) fn bound(mail: &mut MailRecord, limits: &Limits) -> Vec<Anomaly> {
    let mut anomalies = Vec::new();
    bound_mail(mail, limits.text_bytes, &mut anomalies);
    anomalies
}

fn bound_mail(mail: &mut MailRecord, most: usize, anomalies: &mut Vec<Anomaly>) {
    let MailRecord { span, message_class, subject, message_id, sender, recipients, attachments, embedded, headers, .. } = mail;
    let mut cut = Cut { most, texts: 0, bytes: 0 };
    [message_class, subject, message_id].into_iter().flatten().for_each(|text| cut.text(text));
    sender.iter_mut().chain(recipients.iter_mut().map(|row| &mut row.party)).for_each(|party| cut.party(party));
    for attachment in attachments {
        [&mut attachment.name, &mut attachment.long_name, &mut attachment.mime_type].into_iter().flatten().for_each(|text| cut.text(text));
    }
    for (name, value) in headers {
        cut.text(name);
        cut.text(value);
    }
    if cut.texts > 0 {
        let Cut { texts, bytes, .. } = cut;
        let text = format!("{texts} of its texts are longer than {most} bytes and are kept up to there; {bytes} bytes are left out");
        anomalies.push(Anomaly::new(span.start, "limit-reached", text));
    }
    embedded.iter_mut().for_each(|inner| bound_mail(inner, most, anomalies));
}

/// What was cut so far.
struct Cut {
    most: usize,
    texts: usize,
    bytes: usize,
}

impl Cut {
    fn party(&mut self, Party { name, address_type, address }: &mut Party) {
        [name, address_type, address].into_iter().flatten().for_each(|text| self.text(text));
    }

    fn text(&mut self, text: &mut Box<str>) {
        if text.len() > self.most {
            let kept: Box<str> = text.get(..text.floor_char_boundary(self.most)).unwrap_or_default().into();
            self.texts += 1;
            self.bytes += text.len() - kept.len();
            *text = kept;
        }
    }
}
