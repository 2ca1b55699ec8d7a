//! Numbers of the queue rules.

use crate::diagnostics::Threshold;

/// The table of this file.
pub(super) static ALL: &[&Threshold] = &[
    &VOLLEY,
    &BACKLOG,
    &BACKLOG_DOMAINS,
    &BACKSCATTER,
    &BACKSCATTER_DOMAINS,
    &BOTH_STAND,
    &DAEMON_LOOP,
    &FEEDBACK,
    &FIXED_CLIENT,
    &GENERAL_BACKLOG,
    &GENERAL_BACKLOG_DOMAINS,
    &GIANT_FILE,
    &HEAD_GAP,
    &INBOUND_BACKLOG,
    &INBOUND_WAIT,
    &JOURNAL_COPIES,
    &LOST_CAUSE,
    &LONG_WAY,
    &NOTICE_LOOP,
    &OOF_CLOG,
    &OWN_BOUNCES,
    &OWN_HOPS,
    &RECEIPT_BACKLOG,
    &RECEIPT_LOOP,
    &REPORTS_ON_REPORTS,
    &SAME_HOPS,
    &SHOWN_ENTRIES,
    &SPOOL_RETRIED,
    &SPOOL_YOUNGER,
    &STALE_AFTER,
    &STORE_FULL,
    &STRANDED_AFTER,
    &WORK_LEFTOVER,
];

/// Items that make a backlog.
pub static BACKLOG: Threshold = Threshold {
    name: "que.backlog",
    default: 20,
    unit: "messages",
    meaning: "waiting in MTS-OUT, from which a backlog for one domain is told (heuristic)",
};
/// Domains in a backlog.
pub static BACKLOG_DOMAINS: Threshold = Threshold {
    name: "que.backlog-domains",
    default: 3,
    unit: "domains",
    meaning: "that must wait at all, so that one of them can stand out (heuristic)",
};
/// Reports that make a storm.
pub static BACKSCATTER: Threshold =
    Threshold { name: "que.backscatter", default: 20, unit: "reports", meaning: "in MTS-OUT that make a storm (heuristic)" };
/// Domains that a storm goes to.
pub static BACKSCATTER_DOMAINS: Threshold =
    Threshold { name: "que.backscatter-domains", default: 10, unit: "domains", meaning: "that the reports of a storm must go to (heuristic)" };
/// Time-out of normal mail.
pub static STALE_AFTER: Threshold =
    Threshold { name: "que.stale-after", default: 48, unit: "hours", meaning: "that mail may wait: the default time-out of normal mail (Q156063)" };
/// Messages each way that make a volley.
pub static VOLLEY: Threshold = Threshold {
    name: "que.auto-reply-volley",
    default: 4,
    unit: "messages",
    meaning: "in each direction that make a volley of automatic replies (heuristic)",
};
/// Items in each queue that stand still.
pub static BOTH_STAND: Threshold = Threshold {
    name: "que.both-stand",
    default: 50,
    unit: "messages",
    meaning: "in MTS-OUT and in MTS-IN, from which both count as standing still (heuristic)",
};
/// Messages each way that make a loop with a list server.
pub static DAEMON_LOOP: Threshold = Threshold {
    name: "que.list-loop",
    default: 3,
    unit: "messages",
    meaning: "in each direction between a list server and a postmaster (heuristic)",
};
/// Forwards and reports that feed each other.
pub static FEEDBACK: Threshold = Threshold {
    name: "que.feedback",
    default: 3,
    unit: "messages",
    meaning: "forwarded to an address, and reports about it, that feed each other (heuristic)",
};
/// Mails that tell the client address.
pub static FIXED_CLIENT: Threshold = Threshold {
    name: "que.fixed-client",
    default: 3,
    unit: "messages",
    meaning: "that must have a stamp before one client address counts as the only one (heuristic)",
};
/// Items that make a backlog over many domains.
pub static GENERAL_BACKLOG: Threshold = Threshold {
    name: "que.general-backlog",
    default: 200,
    unit: "messages",
    meaning: "waiting in MTS-OUT that make a backlog over many domains (heuristic)",
};
/// Domains of such a backlog.
pub static GENERAL_BACKLOG_DOMAINS: Threshold = Threshold {
    name: "que.general-backlog-domains",
    default: 20,
    unit: "domains",
    meaning: "that a backlog over many domains has at least (heuristic)",
};
/// Size of an endless file.
pub static GIANT_FILE: Threshold = Threshold {
    name: "que.giant-file",
    default: 1024,
    unit: "MB",
    meaning: "from which a spool or temporary file counts as endless; Q272506 saw 16 GB (heuristic)",
};
/// Gap behind the head of the queue.
pub static HEAD_GAP: Threshold = Threshold {
    name: "que.head-gap",
    default: 2,
    unit: "hours",
    meaning: "between the oldest and the next item of MTS-OUT that make the oldest a suspect (heuristic)",
};
/// Items that make an inbound backlog.
pub static INBOUND_BACKLOG: Threshold =
    Threshold { name: "que.inbound-backlog", default: 20, unit: "messages", meaning: "waiting in MTS-IN that make a backlog (heuristic)" };
/// Time that inbound mail may wait.
pub static INBOUND_WAIT: Threshold =
    Threshold { name: "que.inbound-wait", default: 4, unit: "hours", meaning: "that converted inbound mail may wait (heuristic)" };
/// Groups of journal copies.
pub static JOURNAL_COPIES: Threshold =
    Threshold { name: "que.journal-copies", default: 3, unit: "groups", meaning: "of equal messages that tell left-over journal copies (heuristic)" };
/// Sound failures that point to a scanner.
pub static LOST_CAUSE: Threshold = Threshold {
    name: "que.failed-without-cause",
    default: 3,
    unit: "messages",
    meaning: "that failed and are sound, from which a scanner is suspected (heuristic)",
};
/// Received fields of an unusual way.
pub static LONG_WAY: Threshold = Threshold {
    name: "que.many-hops",
    default: 15,
    unit: "fields",
    meaning: "Received that make an unusual way; the limit of the service is not documented (heuristic)",
};
/// Forwarded notices that make a loop.
pub static NOTICE_LOOP: Threshold =
    Threshold { name: "que.notice-loop", default: 3, unit: "messages", meaning: "that forward the connector's notices (heuristic)" };
/// Out-of-office replies that clog a queue.
pub static OOF_CLOG: Threshold =
    Threshold { name: "que.out-of-office", default: 5, unit: "messages", meaning: "of out-of-office in MTS-OUT that clog it (heuristic)" };
/// Own bounces of foreign recipients.
pub static OWN_BOUNCES: Threshold = Threshold {
    name: "que.own-bounces",
    default: 3,
    unit: "reports",
    meaning: "in which this connector calls foreign recipients unknown (heuristic)",
};
/// Stamps of this server that make a loop.
pub static OWN_HOPS: Threshold =
    Threshold { name: "que.own-hops", default: 3, unit: "stamps", meaning: "of this server in one message that make a loop" };
/// Requests for receipts that pile up.
pub static RECEIPT_BACKLOG: Threshold =
    Threshold { name: "que.receipt-backlog", default: 20, unit: "messages", meaning: "in MTS-OUT that ask for receipts (heuristic)" };
/// Receipts about one message that make a loop.
pub static RECEIPT_LOOP: Threshold =
    Threshold { name: "que.receipt-loop", default: 5, unit: "reports", meaning: "of delivery about one message to one address (heuristic)" };
/// Reports about reports.
pub static REPORTS_ON_REPORTS: Threshold =
    Threshold { name: "que.reports-on-reports", default: 2, unit: "reports", meaning: "about reports, or to nobody, that make a storm" };
/// Stamps of one host that make a loop.
pub static SAME_HOPS: Threshold = Threshold {
    name: "que.same-hops",
    default: 4,
    unit: "stamps",
    meaning: "of one host in one message that make a loop when the server's name is not known",
};
/// Entries that 4.0 shows.
pub static SHOWN_ENTRIES: Threshold =
    Threshold { name: "que.shown-entries", default: 10000, unit: "entries", meaning: "that the administrator program of 4.0 shows (Q147051)" };
/// Age of a file that survives restarts.
pub static SPOOL_RETRIED: Threshold = Threshold {
    name: "que.spool-retried-after",
    default: 24,
    unit: "hours",
    meaning: "after which a file in Imcdata\\In has survived restarts (heuristic)",
};
/// Younger files behind an old one.
pub static SPOOL_YOUNGER: Threshold = Threshold {
    name: "que.spool-younger",
    default: 5,
    unit: "files",
    meaning: "younger ones behind an old spool file that show that it is stuck (heuristic)",
};
/// Queued mail that may exceed a limit.
pub static STORE_FULL: Threshold = Threshold {
    name: "que.store-full",
    default: 50,
    unit: "MB",
    meaning: "of queued mail that may exceed a mailbox limit; the limits are not in the Backup (heuristic)",
};
/// Age of an item that is left behind.
pub static STRANDED_AFTER: Threshold =
    Threshold { name: "que.stranded-after", default: 24, unit: "hours", meaning: "after which an item for MS Mail counts as left behind (Q155137)" };
/// Age of a temporary file that is left over.
pub static WORK_LEFTOVER: Threshold = Threshold {
    name: "que.work-leftover",
    default: 60,
    unit: "minutes",
    meaning: "after which a file in Imcdata\\Work is no longer in use (heuristic)",
};
