//! Messages whose structure hangs or crashes the store.

use crate::{
    backup::{Item, QueueKind},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::rtf::RtfFault,
    mapi::PropTag,
};

/// Levels of embedded messages from which the store's stack is at risk; no article names a number (heuristic).
const DEEP_NESTING: usize = 20;

declare_rule! {
    /// Deeply nested messages overflow the store's stack.
    ///
    /// ## Why it matters
    /// The store of 4.0 and of 5.0 before SP2 opens embedded messages by unlimited recursion. A cascade of forwards ends in a
    /// stack overflow (c00000fd) as soon as the service starts on the queue.
    ///
    /// ## What to do
    /// Take the message out; upgrade (no 4.0 fix is named) or apply 5.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   embed:
    ///     embed:
    ///       embed:
    ///         embed:
    ///           embed:
    ///             embed:
    ///               embed:
    ///                 embed:
    ///                   embed:
    ///                     embed:
    ///                       embed:
    ///                         embed:
    ///                           embed:
    ///                             embed:
    ///                               embed:
    ///                                 embed:
    ///                                   embed:
    ///                                     embed:
    ///                                       embed:
    ///                                         embed:
    ///                                           embed:
    ///                                             embed:
    ///                                               embed:
    ///                                                 embed:
    ///                                                   subject: "innermost"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   embed:
    ///     embed:
    ///       subject: "innermost"
    /// ```
    pub static DEEPLY_NESTED_MESSAGES = {
        id: "MSG082", name: "deeply-nested-messages", severity: Critical, certainty: Likely,
        versions: [V4_0, V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q161887", "Q190016"],
        needs: [Messages],
        tags: ["attachment", "crash", "fix-store"],
        check: Message(deeply_nested_messages),
    }
}

fn deeply_nested_messages(item: &Item<'_>, findings: &mut Findings<'_>) {
    let depth = item.nesting_depth();
    let in_question = item.is_in(&[QueueKind::MtsOut, QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed]);
    let Some(deepest) = item.messages.iter().max_by_key(|view| view.depth).filter(|_| in_question && depth >= DEEP_NESTING) else { return };
    findings.report(format!("{} holds messages nested {depth} levels deep", item.path)).evidence(
        Evidence::part(item.path, format!("message at level {depth}"), deepest.message.span.clone())
            .observed(format!("{depth} levels"))
            .expected("fewer than 20 levels"),
    );
}

declare_rule! {
    /// Damaged rich text hangs the store or drops the body.
    ///
    /// ## Why it matters
    /// While it matches rich text and plain text, the unpatched store may loop for ever or lose the text. Nothing more is
    /// delivered until the file is taken out of Imcdata\In.
    ///
    /// ## What to do
    /// Take the message or spool file out, restart the store, install the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// prop 0x10090102: hex 10 00 00 00 04 00 00 00 58 58 58 58 00 00 00 00 7B 5C 72 74
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// rtf: "{\\rtf1 text}"
    /// ```
    pub static COMPRESSED_RTF_DAMAGED = {
        id: "MSG108", name: "compressed-rtf-damaged", severity: Critical, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed: "5.5.2402.0" in "5.5 SP2; 5.0 store 5.0.1461.63" gates,
        kb: ["Q192940", "Q230769"],
        needs: [Messages],
        tags: ["rtf", "crash", "loss", "fix-store"],
        check: Message(compressed_rtf_damaged),
    }
}

fn compressed_rtf_damaged(item: &Item<'_>, findings: &mut Findings<'_>) {
    for view in &item.messages {
        let Some(rtf) = view.rtf.as_ref().filter(|rtf| rtf.value.fault != RtfFault::None) else { continue };
        let Some(property) = view.message.properties.property(PropTag::RTF_COMPRESSED) else { continue };
        findings
            .report(format!("the compressed rich text of {} ({}) is damaged: {}", item.path, view.object, rtf.value.fault.name()))
            .evidence(Evidence::property(item.path, &view.object, property).expected("a stream that keeps its sizes and its CRC"));
    }
}

declare_rule! {
    /// Message without message class crashes the store.
    ///
    /// ## Why it matters
    /// On delivery the store passes a null pointer to a string compare if the class is empty, and stops.
    ///
    /// ## What to do
    /// Delete the message; install the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// PR_MESSAGE_CLASS: none
    /// attribute 0x00078008: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: IPM
    /// ```
    pub static MESSAGE_CLASS_MISSING = {
        id: "MSG111", name: "message-class-missing", severity: Critical, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        fixed: "5.5.2232.9" in "4.0 SP5; 5.0 post-SP2 hotfix; 5.5 SP1" gates,
        kb: ["Q182478", "Q242221"],
        needs: [Messages],
        tags: ["crash", "fix-store"],
        check: Message(message_class_missing),
    }
}

fn message_class_missing(item: &Item<'_>, findings: &mut Findings<'_>) {
    for view in item.messages.iter().filter(|view| !view.is_cut()) {
        if view.message.message_class().is_none_or(|class| class.trim().is_empty()) {
            findings.report(format!("{} ({}) has no message class", item.path, view.object)).evidence(
                Evidence::part(item.path, view.object.as_str(), view.message.span.clone())
                    .observed("no message class")
                    .expected("a class such as IPM.Note"),
            );
        }
    }
}
