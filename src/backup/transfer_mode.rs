//! The transfer mode of the connector (Q146326). Where it is kept is documented nowhere; a column or value by that name tells it.

use super::{Backup, GatewayAttribute};

/// In which directions the connector carries mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferMode {
    /// Both.
    Both,
    /// It takes mail in and sends none.
    InboundOnly,
    /// It sends mail and takes none in.
    OutboundOnly,
    /// Neither.
    Neither,
}

impl TransferMode {
    /// Reads the words of the administrator program: `inbound and outbound`, `inbound only`, `outbound only`, `none (flush queues)`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        match (text.contains("inbound"), text.contains("outbound")) {
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::InboundOnly),
            (false, true) => Some(Self::OutboundOnly),
            (false, false) => text.starts_with("none").then_some(Self::Neither),
        }
    }
}

impl Backup {
    /// Returns the transfer mode and the column of the connector's object that tells it.
    #[must_use]
    pub fn transfer_mode(&self) -> Option<(TransferMode, &GatewayAttribute)> {
        let gateway = self.gateway.as_ref()?;
        let column = ["Transfer mode", "Transfer-Mode"].iter().find_map(|name| gateway.attribute(name))?;
        Some((TransferMode::parse(column.values.first()?)?, column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_dialog_are_read() {
        let check = |text, expected| assert_eq!(TransferMode::parse(text), expected, "{text}");
        check("Inbound Only", Some(TransferMode::InboundOnly));
        check("outbound-only", Some(TransferMode::OutboundOnly));
        check("Inbound & Outbound", Some(TransferMode::Both));
        check("None (Flush Queues)", Some(TransferMode::Neither));
        check("2", None);
    }
}
