//! Names and meanings of MAPI properties, and of the property sets that named properties belong to.
//!
//! The meanings follow the Knowledge Base articles in the source column; `MAPI` stands for the public MAPI, EDK and [MS-OXPROPS]
//! lists. Properties above 0x8000 are deliberately absent: their ids mean nothing outside one stream.

use super::{Guid, PropId, PropTag, PropType};

/// What is known of one property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PropertyDefinition {
    /// Tag with its documented type; STRING8 stands for both string forms.
    pub tag: PropTag,
    /// Canonical name.
    pub name: &'static str,
    /// Object that carries the property.
    pub object: &'static str,
    /// Where this is written: Q numbers, or `MAPI`.
    pub source: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// Returns the definition of a tag; the string forms are alike, any other type must be the documented one.
#[must_use]
pub fn describe(tag: PropTag) -> Option<&'static PropertyDefinition> {
    let wanted = if tag.prop_type().element() == PropType::UNICODE { PropTag(tag.0 & !1) } else { tag };
    PROPERTIES.binary_search_by_key(&wanted, |row| row.tag).ok().and_then(|index| PROPERTIES.get(index))
}

/// Returns the first definition of an id whatever its type, for values of a wrong type.
#[must_use]
pub fn describe_id(id: PropId) -> Option<&'static PropertyDefinition> {
    let first = PROPERTIES.partition_point(|row| row.tag.id() < id);
    PROPERTIES.get(first).filter(|row| row.tag.id() == id)
}

/// Returns the name of a well-known property set.
#[must_use]
pub fn property_set_name(set: &Guid) -> Option<&'static str> {
    PROPERTY_SETS.iter().find(|(guid, _)| guid == set).map(|&(_, name)| name)
}

/// Returns the well-known property set of a name.
#[must_use]
pub fn property_set(name: &str) -> Option<Guid> {
    PROPERTY_SETS.iter().find(|(_, known)| *known == name).map(|&(guid, _)| guid)
}

/// The names of the properties that every message may have ({00020328-0000-0000-c000-000000000046}).
pub const PS_MAPI: Guid = component(0x0002_0328);
/// Names that anybody may use ({00020329-0000-0000-c000-000000000046}).
pub const PS_PUBLIC_STRINGS: Guid = component(0x0002_0329);
/// Internet header fields ({00020386-0000-0000-c000-000000000046}).
pub const PS_INTERNET_HEADERS: Guid = component(0x0002_0386);
/// Properties of all Outlook items ({00062008-0000-0000-c000-000000000046}).
pub const PSETID_COMMON: Guid = component(0x0006_2008);
/// Properties of appointments ({00062002-0000-0000-c000-000000000046}).
pub const PSETID_APPOINTMENT: Guid = component(0x0006_2002);
/// Properties of tasks ({00062003-0000-0000-c000-000000000046}).
pub const PSETID_TASK: Guid = component(0x0006_2003);

/// Returns the GUID of the family {xxxxxxxx-0000-0000-c000-000000000046}.
const fn component(first: u32) -> Guid {
    let [a, b, c, d] = first.to_le_bytes();
    Guid([a, b, c, d, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46])
}

/// Well-known property sets, sorted by their first field.
static PROPERTY_SETS: &[(Guid, &str)] = &[
    (PS_MAPI, "PS_MAPI"),
    (PS_PUBLIC_STRINGS, "PS_PUBLIC_STRINGS"),
    (PS_INTERNET_HEADERS, "PS_INTERNET_HEADERS"),
    (PSETID_APPOINTMENT, "PSETID_Appointment"),
    (PSETID_TASK, "PSETID_Task"),
    (component(0x0006_2004), "PSETID_Address"),
    (PSETID_COMMON, "PSETID_Common"),
    (component(0x0006_200A), "PSETID_Log"),
    (component(0x0006_200E), "PSETID_Note"),
    (component(0x0006_2013), "PSETID_Report"),
    (component(0x0006_2014), "PSETID_Remote"),
    (component(0x0006_2040), "PSETID_Sharing"),
    // The one set outside of the component family.
    (Guid([0x90, 0xDA, 0xD8, 0x6E, 0x0B, 0x45, 0x1B, 0x10, 0x98, 0xDA, 0x00, 0xAA, 0x00, 0x3F, 0x13, 0x05]), "PSETID_Meeting"),
];

const fn row(tag: u32, name: &'static str, object: &'static str, source: &'static str, meaning: &'static str) -> PropertyDefinition {
    PropertyDefinition { tag: PropTag(tag), name, object, source, meaning }
}

/// All definitions, sorted by tag.
#[rustfmt::skip]
pub static PROPERTIES: &[PropertyDefinition] = &[
    row(0x0001_0003, "PR_ACKNOWLEDGEMENT_MODE",                     "message",               "MAPI",             "X.400 acknowledgement mode."),
    row(0x0002_000B, "PR_ALTERNATE_RECIPIENT_ALLOWED",              "message",               "MAPI",             "Delivery to an alternate recipient is allowed."),
    row(0x0004_001E, "PR_AUTO_FORWARD_COMMENT",                     "message",               "MAPI",             "Comment of an automatic forward."),
    row(0x0005_000B, "PR_AUTO_FORWARDED",                           "message",               "Q176161 Q192939 Q192982 Q189340 Q253546 Q278352", "TRUE = forwarded by a rule. Promoted to the MTS-OUT envelope from 5.5 on; the IMS drops such mail (event 4123) where automatic replies to the Internet are disabled, unless AlwaysAllowForwarding. Also left over on replies made in OWA."),
    row(0x0006_0102, "PR_CONTENT_CONFIDENTIALITY_ALGORITHM_ID",     "message",               "MAPI",             "X.400 security field."),
    row(0x0007_0102, "PR_CONTENT_CORRELATOR",                       "message",               "Q268887",          "Returned in X.400 envelopes; lost when mail passes an IMS, so its absence on a report is normal."),
    row(0x0008_001E, "PR_CONTENT_IDENTIFIER",                       "message",               "MAPI",             "X.400 content identifier."),
    row(0x0009_0003, "PR_CONTENT_LENGTH",                           "message",               "MAPI",             "Length of the content."),
    row(0x000B_0102, "PR_CONVERSATION_KEY",                         "message",               "MAPI",             "Key of the conversation, from attConversationID."),
    row(0x000F_0040, "PR_DEFERRED_DELIVERY_TIME",                   "message",               "MAPI",             "Deferred delivery time."),
    row(0x0015_0040, "PR_EXPIRY_TIME",                              "message",               "Q265391",          "Expiry time. Exchange discards an inbound message silently if this lies before the server's clock (MSG609)."),
    row(0x0017_0003, "PR_IMPORTANCE",                               "message",               "Q166587",          "0 low, 1 normal, 2 high. Not promoted to the MTS-OUT envelope in older builds: read the embedded message."),
    row(0x001A_001E, "PR_MESSAGE_CLASS",                            "message",               "Q136204",          "Message class. IPM.* messages, REPORT.*.NDR/DR/IPNRN reports;  IPM.Note is written IPM.Microsoft Mail.Note in attMessageClass."),
    row(0x0023_000B, "PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED",     "message",               "Q149029",          "Delivery receipt wanted; set from an inbound Return-Receipt-To header."),
    row(0x0025_0102, "PR_PARENT_KEY",                               "message",               "MAPI",             "Search key of the message that this one answers, from attParentID."),
    row(0x0026_0003, "PR_PRIORITY",                                 "message",               "Q166587 Q271545",  "-1 non-urgent, 0 normal, 1 urgent; decides time-outs. In MTS-OUT from the P1 envelope."),
    row(0x0029_000B, "PR_READ_RECEIPT_REQUESTED",                   "message",               "MAPI",             "Read receipt wanted."),
    row(0x002B_000B, "PR_RECIPIENT_REASSIGNMENT_PROHIBITED",        "message",               "MAPI",             "No redirection."),
    row(0x002E_0003, "PR_ORIGINAL_SENSITIVITY",                     "message",               "MAPI",             "Sensitivity of the original."),
    row(0x0030_0040, "PR_REPLY_TIME",                               "message",               "MAPI",             "Reply due."),
    row(0x0031_0102, "PR_REPORT_TAG",                               "message",               "MAPI",             "Ties a report to its original."),
    row(0x0032_0040, "PR_REPORT_TIME",                              "report",                "MAPI",             "Time of the report."),
    row(0x0036_0003, "PR_SENSITIVITY",                              "message",               "MAPI",             "0 none .. 3 confidential."),
    row(0x0037_001E, "PR_SUBJECT",                                  "message",               "Q241892 Q159175 Q163080 Q164859 Q181950", "Subject. IMS notifications: 'Notification: (Inbound|Outbound) Mail Failure - <reason>'. '%Z' in it crashes the service in console mode with RerouteViaStore."),
    row(0x0039_0040, "PR_CLIENT_SUBMIT_TIME",                       "message",               "Q136204",          "Submit time, UTC FILETIME. Its distance to attDateSent (local time) is the client's UTC offset."),
    row(0x003B_0102, "PR_SENT_REPRESENTING_SEARCH_KEY",             "message",               "MAPI",             "TYPE:ADDRESS in upper case plus NUL."),
    row(0x003D_001E, "PR_SUBJECT_PREFIX",                           "message",               "MAPI",             "'RE: ' and the like."),
    row(0x003F_0102, "PR_RECEIVED_BY_ENTRYID",                      "message",               "Q174755",          "Recipient that got this copy; bit 0x08 of ResolveP2 refers to RECEIVED_BY."),
    row(0x0040_001E, "PR_RECEIVED_BY_NAME",                         "message",               "MAPI",             "Recipient that got this copy."),
    row(0x0041_0102, "PR_SENT_REPRESENTING_ENTRYID",                "message",               "Q174755",          "From, entry id (ResolveP2 bit 0x04)."),
    row(0x0042_001E, "PR_SENT_REPRESENTING_NAME",                   "message",               "MAPI",             "From, display name."),
    row(0x0043_0102, "PR_RCVD_REPRESENTING_ENTRYID",                "message",               "Q174755",          "Represented recipient (ResolveP2 bit 0x10)."),
    row(0x0044_001E, "PR_RCVD_REPRESENTING_NAME",                   "message",               "MAPI",             "Represented recipient, name."),
    row(0x0045_0102, "PR_REPORT_ENTRYID",                           "message",               "MAPI",             "Report recipient."),
    row(0x0047_0102, "PR_MESSAGE_SUBMISSION_ID",                    "message",               "Q153188 Q257207 Q266092 Q262124 Q233236 Q166734", "MTS-ID as NUL-terminated ASCII: c=<cc>;a=<admd>;p=<prmd>;l=<local id>. Absent on Internet mail delivered on the IMS's own server."),
    row(0x0048_0040, "PR_PROVIDER_SUBMIT_TIME",                     "message",               "MAPI",             "Time at which the provider took the message."),
    row(0x0049_001E, "PR_ORIGINAL_SUBJECT",                         "report",                "MAPI",             "Subject of the reported message."),
    row(0x004B_001E, "PR_ORIG_MESSAGE_CLASS",                       "report",                "MAPI",             "Class of the message that a report is about."),
    row(0x004C_0102, "PR_ORIGINAL_AUTHOR_ENTRYID",                  "message",               "MAPI",             "Entry id of the author of the original."),
    row(0x004D_001E, "PR_ORIGINAL_AUTHOR_NAME",                     "message",               "MAPI",             "Name of the author of the original."),
    row(0x004E_0040, "PR_ORIGINAL_SUBMIT_TIME",                     "message",               "MAPI",             "Submit time of the original."),
    row(0x004F_0102, "PR_REPLY_RECIPIENT_ENTRIES",                  "message",               "Q174755 Q176739",  "FLATENTRYLIST of reply-to recipients (ResolveP2 bit 0x40)."),
    row(0x0050_001E, "PR_REPLY_RECIPIENT_NAMES",                    "message",               "Q176739 Q164843",  "Reply-to names, ';'-separated. Wrong in 5.0 before SP2."),
    row(0x0051_0102, "PR_RECEIVED_BY_SEARCH_KEY",                   "message",               "MAPI",             "TYPE:ADDRESS upper case."),
    row(0x0052_0102, "PR_RCVD_REPRESENTING_SEARCH_KEY",             "message",               "MAPI",             "Search key of the represented recipient."),
    row(0x0053_0102, "PR_READ_RECEIPT_SEARCH_KEY",                  "message",               "MAPI",             "TYPE:ADDRESS upper case."),
    row(0x0054_0102, "PR_REPORT_SEARCH_KEY",                        "message",               "MAPI",             "TYPE:ADDRESS upper case."),
    row(0x0055_0040, "PR_ORIGINAL_DELIVERY_TIME",                   "report",                "MAPI",             "When the original was delivered."),
    row(0x0057_000B, "PR_MESSAGE_TO_ME",                            "message",               "MAPI",             "Addressed to this mailbox."),
    row(0x0058_000B, "PR_MESSAGE_CC_ME",                            "message",               "MAPI",             "Copied to this mailbox."),
    row(0x0059_000B, "PR_MESSAGE_RECIP_ME",                         "message",               "MAPI",             "The receiving user is a recipient of any kind."),
    row(0x0060_0040, "PR_START_DATE",                               "message",               "MAPI",             "Start of an appointment."),
    row(0x0061_0040, "PR_END_DATE",                                 "message",               "MAPI",             "End of an appointment."),
    row(0x0062_0003, "PR_OWNER_APPT_ID",                            "message",               "MAPI",             "Owner appointment id."),
    row(0x0063_000B, "PR_RESPONSE_REQUESTED",                       "message",               "Q177018",          "Meeting response wanted."),
    row(0x0064_001E, "PR_SENT_REPRESENTING_ADDRTYPE",               "message",               "MAPI",             "From, address type."),
    row(0x0065_001E, "PR_SENT_REPRESENTING_EMAIL_ADDRESS",          "message",               "MAPI",             "From, address."),
    row(0x0070_001E, "PR_CONVERSATION_TOPIC",                       "message",               "MAPI",             "Subject without prefix (Thread-Topic)."),
    row(0x0071_0102, "PR_CONVERSATION_INDEX",                       "message",               "Q153188",          "01 + FILETIME high bytes + GUID (22 bytes) + 5 bytes per reply (Thread-Index). Sample of 27 bytes in Q153188."),
    row(0x0072_001E, "PR_ORIGINAL_DISPLAY_BCC",                     "message",               "MAPI",             "Bcc names of the original."),
    row(0x0073_001E, "PR_ORIGINAL_DISPLAY_CC",                      "message",               "MAPI",             "Cc names of the original."),
    row(0x0074_001E, "PR_ORIGINAL_DISPLAY_TO",                      "message",               "MAPI",             "To names of the original."),
    row(0x0075_001E, "PR_RECEIVED_BY_ADDRTYPE",                     "message",               "MAPI",             "Address type of the recipient of this copy."),
    row(0x0076_001E, "PR_RECEIVED_BY_EMAIL_ADDRESS",                "message",               "MAPI",             "Address of the recipient of this copy."),
    row(0x0077_001E, "PR_RCVD_REPRESENTING_ADDRTYPE",               "message",               "MAPI",             "Address type of the represented recipient."),
    row(0x0078_001E, "PR_RCVD_REPRESENTING_EMAIL_ADDRESS",          "message",               "MAPI",             "Address of the represented recipient."),
    row(0x007D_001E, "PR_TRANSPORT_MESSAGE_HEADERS",                "message",               "Q155683 Q258745 Q320636", "RFC 822 header block; present only on mail that came through the Internet connector. May start with the line 'Microsoft Mail Internet Headers Version 2.0', which is not a field."),
    row(0x007F_0102, "PR_TNEF_CORRELATION_KEY",                     "message",               "Q166577 Q182232",  "Equals Message-ID (X-MS-TNEF-Correlator) when the TNEF part belongs to the message."),
    row(0x0080_001E, "PR_REPORT_DISPOSITION",                       "report",                "MAPI",             "Disposition that a read receipt states."),
    row(0x0081_001E, "PR_REPORT_DISPOSITION_MODE",                  "report",                "MAPI",             "Mode of the disposition."),
    row(0x0C04_0003, "PR_NDR_REASON_CODE",                          "recipient of a report", "MAPI",             "NDR reason: 0 transfer failed, 1 transfer impossible, ..."),
    row(0x0C05_0003, "PR_NDR_DIAG_CODE",                            "recipient of a report", "Q251016 Q169715 Q288722", "X.400 diagnostic of the NDR: 0 name unrecognized, 1 ambiguous, 3 loop, 5 maximum time expired, 7 content too long, 11 parameters invalid, 12 content syntax, 15 content type unsupported, 16 too many recipients, 36 recipient deceased (Exchange: no right to post to the public folder)."),
    row(0x0C06_000B, "PR_NON_RECEIPT_NOTIFICATION_REQUESTED",       "message",               "MAPI",             "Non-receipt notice wanted."),
    row(0x0C08_000B, "PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED", "recipient",             "MAPI",             "NDR wanted by the originator."),
    row(0x0C15_0003, "PR_RECIPIENT_TYPE",                           "recipient",             "MAPI",             "0 originator, 1 To, 2 Cc, 3 Bcc; 0x10000000 resend, 0x80000000 submitted."),
    row(0x0C17_000B, "PR_REPLY_REQUESTED",                          "message",               "MAPI",             "Reply wanted."),
    row(0x0C19_0102, "PR_SENDER_ENTRYID",                           "message",               "Q174755 Q237993",  "Sender, entry id (ResolveP2 bit 0x02; does not resolve the visible From). Missing on mail that the Migration Wizard put into personal folders (before SP4): replies find no address. Mail that really passed the transport has it."),
    row(0x0C1A_001E, "PR_SENDER_NAME",                              "message",               "MAPI",             "Sender, name."),
    row(0x0C1B_001E, "PR_SUPPLEMENTARY_INFO",                       "recipient of a report", "Q164457 Q156710 Q158399 Q178821 Q257264", "Text of an NDR for a recipient, usually the MSEXCH: line."),
    row(0x0C1D_0102, "PR_SENDER_SEARCH_KEY",                        "message",               "MAPI",             "TYPE:ADDRESS upper case and NUL."),
    row(0x0C1E_001E, "PR_SENDER_ADDRTYPE",                          "message",               "Q200059 Q216161",  "Sender's address type; empty or missing on a report is normal."),
    row(0x0C1F_001E, "PR_SENDER_EMAIL_ADDRESS",                     "message",               "Q166519 Q242320",  "Sender's address; an X.500 DN for EX, user@domain for SMTP. Unusable sender = event 4122."),
    row(0x0E01_000B, "PR_DELETE_AFTER_SUBMIT",                      "message",               "MAPI",             "The sent copy is not kept."),
    row(0x0E02_001E, "PR_DISPLAY_BCC",                              "message",               "MAPI",             "Bcc names."),
    row(0x0E03_001E, "PR_DISPLAY_CC",                               "message",               "MAPI",             "Cc names."),
    row(0x0E04_001E, "PR_DISPLAY_TO",                               "message",               "MAPI",             "To names."),
    row(0x0E06_0040, "PR_MESSAGE_DELIVERY_TIME",                    "message",               "MAPI",             "Time of arrival in the store."),
    row(0x0E07_0003, "PR_MESSAGE_FLAGS",                            "message",               "MAPI",             "Flag bits: 0x1 read, 0x2 unmodified, 0x4 submit, 0x8 unsent, 0x10 has attachments, 0x20 from me, 0x40 associated, 0x80 resend, 0x100 read notification pending, 0x200 non-read notification pending."),
    row(0x0E08_0003, "PR_MESSAGE_SIZE",                             "message",               "MAPI",             "Size in bytes."),
    row(0x0E09_0102, "PR_PARENT_ENTRYID",                           "message",               "MAPI",             "Folder of the message."),
    row(0x0E0A_0102, "PR_SENTMAIL_ENTRYID",                         "message",               "MAPI",             "Folder that keeps the sent copy."),
    row(0x0E0F_000B, "PR_RESPONSIBILITY",                           "recipient",             "Q159181 Q259881",  "TRUE until a transport has served the recipient; the IMC sets it on everything it receives."),
    row(0x0E12_000D, "PR_MESSAGE_RECIPIENTS",                       "message",               "MAPI",             "Recipient table (not in TNEF streams as such)."),
    row(0x0E13_000D, "PR_MESSAGE_ATTACHMENTS",                      "message",               "MAPI",             "Attachment table."),
    row(0x0E14_0003, "PR_SUBMIT_FLAGS",                             "message",               "MAPI",             "State of the submission: 1 locked, 2 preprocess."),
    row(0x0E17_0003, "PR_MSG_STATUS",                               "message",               "MAPI",             "Status bits that the folder keeps for the message."),
    row(0x0E1B_000B, "PR_HASATTACH",                                "message",               "Q147146",          "Has attachments; FALSE on sealed messages although there are some inside."),
    row(0x0E1D_001E, "PR_NORMALIZED_SUBJECT",                       "message",               "MAPI",             "Subject without prefix."),
    row(0x0E1F_000B, "PR_RTF_IN_SYNC",                              "message",               "MAPI",             "Compressed RTF agrees with PR_BODY."),
    row(0x0E20_0003, "PR_ATTACH_SIZE",                              "attachment",            "MAPI",             "Attachment size."),
    row(0x0E21_0003, "PR_ATTACH_NUM",                               "attachment",            "MAPI",             "Attachment number."),
    row(0x0E28_001E, "PR_PRIMARY_SEND_ACCOUNT",                     "message",               "MAPI",             "Account that sends the message first."),
    row(0x0E29_001E, "PR_NEXT_SEND_ACCT",                           "message",               "MAPI",             "Account that sends the message next."),
    row(0x0FF4_0003, "PR_ACCESS",                                   "any",                   "MAPI",             "What the user may do with the object."),
    row(0x0FF6_0102, "PR_INSTANCE_KEY",                             "message",               "MAPI",             "Table row key."),
    row(0x0FF7_0003, "PR_ACCESS_LEVEL",                             "any",                   "MAPI",             "0 read only, 1 modify."),
    row(0x0FF8_0102, "PR_MAPPING_SIGNATURE",                        "any",                   "MAPI",             "Signature of the mapping of named properties."),
    row(0x0FF9_0102, "PR_RECORD_KEY",                               "any",                   "MAPI",             "Record key."),
    row(0x0FFA_0102, "PR_STORE_RECORD_KEY",                         "any",                   "MAPI",             "Record key of the store."),
    row(0x0FFB_0102, "PR_STORE_ENTRYID",                            "any",                   "MAPI",             "Entry id of the store."),
    row(0x0FFE_0003, "PR_OBJECT_TYPE",                              "recipient",             "MAPI",             "3 folder, 5 message, 6 mail user, 7 attachment, 8 list."),
    row(0x0FFF_0102, "PR_ENTRYID",                                  "recipient",             "Q136204",          "Entry id: one-off (UID 812B1FA4BEA310199D6E00DD010F5402), EX address book (DCA740C8C042101AB4B908002B2FE182), PAB wrapper (B53BC2C02C77101AA1BC08002B2A56C2)."),
    row(0x1000_001E, "PR_BODY",                                     "message",               "Q163080 Q175580",  "Plain text. Substitute texts after a failed conversion: 4.0 'The Internet Mail Connector received a message that could not be processed...'; 5.0 'The Microsoft Exchange Server received an Internet message that could not be processed...', with the original as attachment Message.txt."),
    row(0x1001_001E, "PR_REPORT_TEXT",                              "report",                "Q257264",          "Readable text of a report; holds MSEXCH: lines."),
    row(0x1006_0003, "PR_RTF_SYNC_BODY_CRC",                        "message",               "MAPI",             "RTF sync data."),
    row(0x1007_0003, "PR_RTF_SYNC_BODY_COUNT",                      "message",               "MAPI",             "RTF sync data."),
    row(0x1008_001E, "PR_RTF_SYNC_BODY_TAG",                        "message",               "MAPI",             "RTF sync data."),
    row(0x1009_0102, "PR_RTF_COMPRESSED",                           "message",               "Q140962 Q217155",  "Compressed RTF (LZFu/MELA). RTF over 64 KB crashed 4.0 before SP2; a prologue loop fills .stf files."),
    row(0x1010_0003, "PR_RTF_SYNC_PREFIX_COUNT",                    "message",               "MAPI",             "White characters before the RTF synchronisation tag."),
    row(0x1011_0003, "PR_RTF_SYNC_TRAILING_COUNT",                  "message",               "MAPI",             "White characters behind the RTF synchronisation tag."),
    row(0x1013_001E, "PR_BODY_HTML",                                "message",               "Q268440",          "HTML body as text. No Microsoft message store up to 5.5 supports it (STORE_HTML_OK missing in PR_STORE_SUPPORT_MASK): HTML mail is kept as specially encoded RTF in PR_RTF_COMPRESSED with a text copy in PR_BODY. Its presence in a queue file points to a third-party or later writer."),
    row(0x1013_0102, "PR_HTML",                                     "message",               "MAPI",             "HTML body as bytes."),
    row(0x1016_0003, "PR_NATIVE_BODY_INFO",                         "message",               "MAPI",             "Best body: 0 undefined, 1 text, 2 RTF, 3 HTML."),
    row(0x1035_001E, "PR_INTERNET_MESSAGE_ID",                      "message",               "Q166577 Q182232 Q320636 Q153060", "Message-ID; own ids: <36 hex digits@host> (5.x), <c=..%a=..%p=..%l=..@host> (4.0)."),
    row(0x1036_001E, "PR_INTERNET_ORGANIZATION",                    "message",               "MAPI",             "Organization field."),
    row(0x1039_001E, "PR_INTERNET_REFERENCES",                      "message",               "MAPI",             "References."),
    row(0x1042_001E, "PR_IN_REPLY_TO_ID",                           "message",               "MAPI",             "In-Reply-To."),
    row(0x1080_0003, "PR_ICON_INDEX",                               "message",               "MAPI",             "Icon."),
    row(0x1081_0003, "PR_LAST_VERB_EXECUTED",                       "message",               "MAPI",             "Last verb: 102 reply, 103 reply to all, 104 forward."),
    row(0x1082_0040, "PR_LAST_VERB_EXECUTION_TIME",                 "message",               "MAPI",             "When the last verb was executed."),
    row(0x10F2_000B, "PR_DISABLE_FULL_FIDELITY",                    "message",               "MAPI",             "Later clients only: full fidelity is off."),
    row(0x10F3_001E, "PR_URL_COMP_NAME",                            "message",               "MAPI",             "Last part of the address in the later Web store."),
    row(0x10F4_000B, "PR_ATTR_HIDDEN",                              "message",               "MAPI",             "Hidden in the later Web store."),
    row(0x10F5_000B, "PR_ATTR_SYSTEM",                              "message",               "MAPI",             "System item in the later Web store."),
    row(0x10F6_000B, "PR_ATTR_READONLY",                            "message",               "MAPI",             "Read only in the later Web store."),
    row(0x1100_0102, "PR_P1_CONTENT",                               "message",               "MAPI",             "Content of an X.400 message."),
    row(0x1101_0102, "PR_P1_CONTENT_TYPE",                          "message",               "Q162430",          "Content type OID: 56010A00, 56010A01, 2A864886F7140502 (TNEF), 2A864886F7140501 (MDBEF)."),
    row(0x3000_0003, "PR_ROWID",                                    "recipient",             "Q136204",          "Row number in attRecipTable."),
    row(0x3001_001E, "PR_DISPLAY_NAME",                             "recipient/attachment",  "Q146473 Q136204",  "Display name. On attachments made for an unsupported charset: 'Charset = iso-2022-JP' or 'char = ...'."),
    row(0x3002_001E, "PR_ADDRTYPE",                                 "recipient",             "Q136204 Q197723 Q175579", "Address type: SMTP, EX, X400, MS, CCMAIL, GWISE, FAX, MSXCX500 ... More than 8 characters is invalid."),
    row(0x3003_001E, "PR_EMAIL_ADDRESS",                            "recipient",             "Q136204 Q152930",  "Address of that type. Originator longer than 64 characters stopped 4.0 before SP3."),
    row(0x3005_0003, "PR_DEPTH",                                    "any",                   "MAPI",             "Indentation in a hierarchy."),
    row(0x3007_0040, "PR_CREATION_TIME",                            "any",                   "MAPI",             "Creation time."),
    row(0x3008_0040, "PR_LAST_MODIFICATION_TIME",                   "any",                   "MAPI",             "Modification time."),
    row(0x300B_0102, "PR_SEARCH_KEY",                               "recipient",             "Q136204",          "TYPE:ADDRESS in upper case with NUL."),
    row(0x3010_0102, "PR_TARGET_ENTRYID",                           "message",               "MAPI",             "Entry id of the opened copy."),
    row(0x3013_0102, "PR_CONVERSATION_ID",                          "message",               "MAPI",             "Conversation id of later clients."),
    row(0x3014_0102, "PR_BODY_TAG",                                 "message",               "MAPI",             "Signature of the body of later clients."),
    row(0x3016_000B, "PR_CONVERSATION_INDEX_TRACKING",              "message",               "MAPI",             "The conversation id is computed from the index."),
    row(0x340D_0003, "PR_STORE_SUPPORT_MASK",                       "any",                   "MAPI",             "Store capabilities."),
    row(0x340F_0003, "PR_STORE_UNICODE_MASK",                       "any",                   "MAPI",             "Capabilities of later stores."),
    row(0x3414_0102, "PR_MDB_PROVIDER",                             "any",                   "MAPI",             "Kind of the store that holds the message."),
    row(0x3701_000D, "PR_ATTACH_DATA_OBJ",                          "attachment",            "Q262119",          "Embedded message or OLE object; the message really sent or received is the embedded message of a queue item."),
    row(0x3701_0102, "PR_ATTACH_DATA_BIN",                          "attachment",            "Q178543 Q188222",  "Attachment bytes. An attachment without any data property makes clients refuse the whole item: 'no data source was provided' (BinHex conversion faults)."),
    row(0x3702_0102, "PR_ATTACH_ENCODING",                          "attachment",            "MAPI",             "OID of the encoding (MacBinary)."),
    row(0x3703_001E, "PR_ATTACH_EXTENSION",                         "attachment",            "MAPI",             "Extension."),
    row(0x3704_001E, "PR_ATTACH_FILENAME",                          "attachment",            "Q146263 Q157735 Q159190", "Short name; ATTnnnnn.txt / .att / .dat are made up by the connector; '~' for blanks in 4.0."),
    row(0x3705_0003, "PR_ATTACH_METHOD",                            "attachment",            "Q262119",          "1 by value, 2-4 by reference, 5 embedded message, 6 OLE."),
    row(0x3707_001E, "PR_ATTACH_LONG_FILENAME",                     "attachment",            "Q152166",          "Long name; a period in it truncated names before 5.0 SP1."),
    row(0x3708_001E, "PR_ATTACH_PATHNAME",                          "attachment",            "MAPI",             "Short path of an attachment by reference."),
    row(0x3709_0102, "PR_ATTACH_RENDERING",                         "attachment",            "Q161945",          "Metafile icon; blank ones come from the MS Mail Connector."),
    row(0x370A_0102, "PR_ATTACH_TAG",                               "attachment",            "Q169670",          "OID: TNEF 1.2.840.113556.3.10.1, mapiAttachment 1.2.840.113556.3.10.2 (2A864886F714030A01 / ...02)."),
    row(0x370B_0003, "PR_RENDERING_POSITION",                       "attachment",            "Q153039",          "Position in the body; 0xFFFFFFFF = none. Only TNEF mail keeps positions."),
    row(0x370C_001E, "PR_ATTACH_TRANSPORT_NAME",                    "attachment",            "MAPI",             "File name that the transport used."),
    row(0x370D_001E, "PR_ATTACH_LONG_PATHNAME",                     "attachment",            "MAPI",             "Long path of an attachment by reference."),
    row(0x370E_001E, "PR_ATTACH_MIME_TAG",                          "attachment",            "MAPI",             "MIME type of the attachment."),
    row(0x370F_0102, "PR_ATTACH_ADDITIONAL_INFO",                   "attachment",            "MAPI",             "Macintosh resource/finder data."),
    row(0x3710_0003, "PR_ATTACH_MIME_SEQUENCE",                     "attachment",            "MAPI",             "Order of the MIME part."),
    row(0x3712_001E, "PR_ATTACH_CONTENT_ID",                        "attachment",            "MAPI",             "Content-ID."),
    row(0x3713_001E, "PR_ATTACH_CONTENT_LOCATION",                  "attachment",            "MAPI",             "Content-Location of the MIME part."),
    row(0x3714_0003, "PR_ATTACH_FLAGS",                             "attachment",            "MAPI",             "Attachment flags."),
    row(0x3900_0003, "PR_DISPLAY_TYPE",                             "recipient",             "MAPI",             "0 mail user, 1 list, 6 remote mail user."),
    row(0x39FE_001E, "PR_SMTP_ADDRESS",                             "recipient",             "MAPI",             "SMTP proxy."),
    row(0x39FF_001E, "PR_7BIT_DISPLAY_NAME",                        "recipient",             "Q255237",          "Simple display name."),
    row(0x3A00_001E, "PR_ACCOUNT",                                  "recipient",             "MAPI",             "Account name."),
    row(0x3A0B_001E, "PR_KEYWORD",                                  "recipient",             "MAPI",             "Keyword of the recipient."),
    row(0x3A0C_001E, "PR_LANGUAGE",                                 "message",               "MAPI",             "Language."),
    row(0x3A0D_001E, "PR_LOCATION",                                 "recipient",             "MAPI",             "Location."),
    row(0x3A16_001E, "PR_COMPANY_NAME",                             "recipient",             "MAPI",             "Company."),
    row(0x3A17_001E, "PR_TITLE",                                    "recipient",             "MAPI",             "Job title."),
    row(0x3A18_001E, "PR_DEPARTMENT_NAME",                          "recipient",             "MAPI",             "Department."),
    row(0x3A26_001E, "PR_COUNTRY",                                  "recipient",             "MAPI",             "Country."),
    row(0x3A27_001E, "PR_LOCALITY",                                 "recipient",             "MAPI",             "City."),
    row(0x3A28_001E, "PR_STATE_OR_PROVINCE",                        "recipient",             "MAPI",             "State."),
    row(0x3A40_000B, "PR_SEND_RICH_INFO",                           "recipient",             "Q138053 Q149203 Q136204 Q221164 Q246750", "TRUE = send TNEF to this recipient; follows the one-off form ([SMTP:x] on, plain off). Not in the offline address book."),
    row(0x3A45_001E, "PR_DISPLAY_NAME_PREFIX",                      "recipient",             "MAPI",             "Title before the name."),
    row(0x3A71_0003, "PR_SEND_INTERNET_ENCODING",                   "recipient",             "Q281740",          "Per-recipient Internet encoding; same bits as directory attribute Internet-Encoding: 0x20000 override wanted, 0x40000 MIME, 0x80000 HTML, 0x100000 text and HTML, 0x200000 uuencode."),
    row(0x3FDE_0003, "PR_INTERNET_CPID",                            "message",               "Q176185",          "Internet code page of the inbound message; always set from 5.0 SP2 on."),
    row(0x3FDF_0003, "PR_AUTO_RESPONSE_SUPPRESS",                   "message",               "MAPI",             "Automatic answers that later servers suppress."),
    row(0x3FF1_0003, "PR_MESSAGE_LOCALE_ID",                        "message",               "MAPI",             "Locale of the message."),
    row(0x3FF8_001E, "PR_CREATOR_NAME",                             "message",               "MAPI",             "Name of the creator."),
    row(0x3FF9_0102, "PR_CREATOR_ENTRYID",                          "message",               "MAPI",             "Entry id of the creator."),
    row(0x3FFA_001E, "PR_LAST_MODIFIER_NAME",                       "message",               "MAPI",             "Last modifier."),
    row(0x3FFB_0102, "PR_LAST_MODIFIER_ENTRYID",                    "message",               "MAPI",             "Entry id of who changed the message last."),
    row(0x3FFC_001E, "PR_REPLY_RECIPIENT_SMTP_PROXIES",             "message",               "MAPI",             "SMTP addresses of the reply recipients."),
    row(0x3FFD_0003, "PR_MESSAGE_CODEPAGE",                         "message",               "Q242384",          "Code page for 8-bit text of the message; wrong for DBCS subjects from the Notes connector before 5.5 SP4."),
    row(0x4019_0003, "PR_SENDER_FLAGS",                             "message",               "MAPI",             "Flags of the sender."),
    row(0x401A_0003, "PR_SENT_REPRESENTING_FLAGS",                  "message",               "MAPI",             "Flags of the represented sender."),
    row(0x401B_0003, "PR_RCVD_BY_FLAGS",                            "message",               "MAPI",             "Flags of the receiver."),
    row(0x401C_0003, "PR_RCVD_REPRESENTING_FLAGS",                  "message",               "MAPI",             "Flags of the represented receiver."),
    row(0x4022_001E, "PR_CREATOR_ADDRTYPE",                         "message",               "MAPI",             "Address type of the creator."),
    row(0x4023_001E, "PR_CREATOR_EMAIL_ADDR",                       "message",               "MAPI",             "Address of the creator."),
    row(0x4024_001E, "PR_LAST_MODIFIER_ADDRTYPE",                   "message",               "MAPI",             "Address type of the last modifier."),
    row(0x4025_001E, "PR_LAST_MODIFIER_EMAIL_ADDR",                 "message",               "MAPI",             "Address of the last modifier."),
    row(0x4030_001E, "PR_SENDER_SIMPLE_DISP_NAME",                  "message",               "MAPI",             "Plain display name of the sender."),
    row(0x4031_001E, "PR_SENT_REPRESENTING_SIMPLE_DISP_NAME",       "message",               "MAPI",             "Plain display name of the represented sender."),
    row(0x4038_001E, "PR_CREATOR_SIMPLE_DISP_NAME",                 "message",               "MAPI",             "Plain display name of the creator."),
    row(0x4039_001E, "PR_LAST_MODIFIER_SIMPLE_DISP_NAME",           "message",               "MAPI",             "Plain display name of the last modifier."),
    row(0x4059_0003, "PR_CREATOR_FLAG",                             "message",               "MAPI",             "Flags of the creator."),
    row(0x405A_0003, "PR_MODIFIER_FLAG",                            "message",               "MAPI",             "Flags of the last modifier."),
    row(0x5902_0003, "PR_INETMAIL_OVERRIDE_FORMAT",                 "message",               "Q278321",          "Per-message encoding override; honoured only when no TNEF is sent: 0 IMS defaults, 1 MIME with base64 attachments, 2 text with uuencoded attachments, 3 text with BinHex attachments."),
    row(0x5909_0003, "PR_MSG_EDITOR_FORMAT",                        "message",               "MAPI",             "1 plain text, 2 HTML, 3 RTF composed."),
    row(0x5D01_001E, "PR_SENDER_SMTP_ADDRESS",                      "message",               "MAPI",             "SMTP address of the sender, written by later servers."),
    row(0x5D02_001E, "PR_SENT_REPRESENTING_SMTP_ADDRESS",           "message",               "MAPI",             "SMTP address of the represented sender, written by later servers."),
    row(0x5FF6_001E, "PR_RECIPIENT_DISPLAY_NAME",                   "recipient",             "MAPI",             "Display name of the recipient row."),
    row(0x5FF7_0102, "PR_RECIPIENT_ENTRYID",                        "recipient",             "MAPI",             "Entry id of the recipient row."),
    row(0x5FFD_0003, "PR_RECIPIENT_FLAGS",                          "recipient",             "MAPI",             "Flags of the recipient row."),
    row(0x5FFF_0003, "PR_RECIPIENT_TRACKSTATUS",                    "recipient",             "MAPI",             "Meeting answer of the recipient."),
    row(0x6628_0102, "PR_GW_MTSIN_ENTRYID",                         "store",                 "MAPI",             "On the gateway's store: entry id of MTS-IN."),
    row(0x6629_0102, "PR_GW_MTSOUT_ENTRYID",                        "store",                 "MAPI",             "On the gateway's store: entry id of MTS-OUT."),
    row(0x662A_000B, "PR_TRANSFER_ENABLED",                         "store",                 "MAPI",             "On the gateway's store: hand-over to and from the MTA is on. Probably the flag that IMCSAVE clears while it works and sets again."),
    row(0x6658_0003, "PR_GW_ADMIN_OPERATIONS",                      "store",                 "MAPI",             "Admin operations of the gateway's store."),
    row(0x6659_0102, "PR_INTERNET_CONTENT",                         "message",               "MAPI",             "Original Internet content kept by the store."),
    row(0x665B_001E, "PR_ORIGINATOR_NAME",                          "message",               "MAPI",             "Envelope originator, name."),
    row(0x665C_001E, "PR_ORIGINATOR_ADDR",                          "message",               "MAPI",             "Envelope originator, address."),
    row(0x665D_001E, "PR_ORIGINATOR_ADDRTYPE",                      "message",               "MAPI",             "Envelope originator, type."),
    row(0x665E_0102, "PR_ORIGINATOR_ENTRYID",                       "message",               "MAPI",             "Envelope originator, entry id."),
    row(0x665F_0040, "PR_ARRIVAL_TIME",                             "message",               "MAPI",             "Arrival time at the gateway queue."),
    row(0x6660_0102, "PR_TRACE_INFO",                               "message",               "MAPI",             "Trace list: DWORD count, then records of LONG action, FILETIME arrival, FILETIME deferred, CHAR[20] ADMD, [4] country, [20] PRMD, and the three 'attempted' fields of the same sizes."),
    row(0x6661_0102, "PR_SUBJECT_TRACE_INFO",                       "message",               "MAPI",             "Trace list of the subject message of a report, same layout."),
    row(0x6662_0003, "PR_RECIPIENT_NUMBER",                         "recipient",             "MAPI",             "Recipient number in the envelope."),
    row(0x6663_0102, "PR_MTS_SUBJECT_ID",                           "report",                "MAPI",             "MTS-ID of the message a report is about."),
    row(0x6664_001E, "PR_REPORT_DESTINATION_NAME",                  "report",                "MAPI",             "Destination of a report."),
    row(0x6665_0102, "PR_REPORT_DESTINATION_ENTRYID",               "report",                "MAPI",             "Destination of a report."),
    row(0x6666_0102, "PR_CONTENT_SEARCH_KEY",                       "message",               "MAPI",             "Search key of the content."),
    row(0x6667_0102, "PR_FOREIGN_ID",                               "message",               "MAPI",             "Id given by the foreign system."),
    row(0x6668_0102, "PR_FOREIGN_REPORT_ID",                        "message",               "MAPI",             "Foreign id of a report."),
    row(0x6669_0102, "PR_FOREIGN_SUBJECT_ID",                       "message",               "MAPI",             "Foreign id of a report's subject."),
    row(0x666A_0102, "PR_INTERNAL_TRACE_INFO",                      "message",               "MAPI",             "MTA-internal trace list, same layout as PR_TRACE_INFO."),
    row(0x7FFA_0003, "PR_ATTACHMENT_LINKID",                        "attachment",            "MAPI",             "Link id of the attachment."),
    row(0x7FFB_0040, "PR_EXCEPTION_STARTTIME",                      "attachment",            "MAPI",             "Start of the exception that the attachment holds."),
    row(0x7FFC_0040, "PR_EXCEPTION_ENDTIME",                        "attachment",            "MAPI",             "End of the exception that the attachment holds."),
    row(0x7FFD_0003, "PR_ATTACHMENT_FLAGS",                         "attachment",            "MAPI",             "Flags of the attachment."),
    row(0x7FFE_000B, "PR_ATTACHMENT_HIDDEN",                        "attachment",            "MAPI",             "The attachment is not shown to the user."),
    row(0x7FFF_000B, "PR_ATTACHMENT_CONTACTPHOTO",                  "attachment",            "MAPI",             "The attachment is a contact's picture."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_unique_and_complete() {
        assert!(PROPERTIES.is_sorted_by(|a, b| a.tag < b.tag));
        for row in PROPERTIES {
            assert!(row.name.starts_with("PR_") && !row.meaning.is_empty() && !row.source.is_empty(), "{row:?}");
            assert!(row.tag.prop_type().name().is_some() && row.tag.prop_type().element() != PropType::UNICODE, "{row:?}");
            assert!(!row.tag.is_named(), "{row:?}");
        }
    }

    #[test]
    fn names_are_unique_within_one_type() {
        let mut names: Vec<_> = PROPERTIES.iter().map(|row| (row.name, row.tag.prop_type())).collect();
        names.sort();
        assert!(names.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn string_forms_are_alike_and_other_types_are_not() {
        assert_eq!(describe(PropTag(0x0037_001F)).map(|row| row.name), Some("PR_SUBJECT"));
        assert_eq!(describe(PropTag::SUBJECT).map(|row| row.name), Some("PR_SUBJECT"));
        assert_eq!(describe(PropTag(0x0037_0102)), None);
        assert_eq!(describe_id(PropId(0x0037)).map(|row| row.tag), Some(PropTag::SUBJECT));
        assert_eq!(describe_id(PropId(0x7ABC)), None);
    }

    #[test]
    fn known_sets_have_names() {
        assert_eq!(property_set_name(&PSETID_COMMON), Some("PSETID_Common"));
        assert_eq!(PSETID_COMMON.to_string(), "00062008-0000-0000-c000-000000000046");
        assert_eq!(property_set_name(&Guid([0; 16])), None);
    }
}
