//! The tree of a filter: conditions joined by and, or, not. Cheap conditions stand first, so that costly ones are asked seldom.

use crate::diagnostics::{Certainty, Severity};

use super::{
    FindingRow, Flag,
    pattern::Pattern,
    row::{NumberField, TextField, TimeField},
    value::Within,
};

/// A condition, or several.
#[derive(Debug, Clone)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Is(Predicate),
}

/// One condition.
#[derive(Debug, Clone)]
pub(super) enum Predicate {
    /// A bare word.
    Anywhere(Pattern),
    Text(TextField, Pattern),
    Number(NumberField, Within<u64>),
    Time(TimeField, Within<i64>),
    Flag(Flag),
    /// Queues and findings are few: each is asked once for all messages, and the answers stand under this number.
    Queue(usize, Pattern),
    Finding(usize, FindingTest),
    Header(Pattern),
    Body(Pattern),
}

/// A condition on one finding.
#[derive(Debug, Clone)]
pub(super) enum FindingTest {
    Rule(Pattern),
    Kb(Pattern),
    Tag(Pattern),
    Words(Pattern),
    Severity(Within<Severity>),
    Certainty(Within<Certainty>),
}

impl FindingTest {
    pub(super) fn holds(&self, finding: &FindingRow) -> bool {
        match self {
            Self::Rule(pattern) => pattern.is_in(&finding.rule),
            Self::Kb(pattern) => pattern.is_in(&finding.kb),
            Self::Tag(pattern) => pattern.is_in(&finding.tags),
            Self::Words(pattern) => pattern.is_in(&finding.words),
            Self::Severity(within) => within.holds(&finding.severity),
            Self::Certainty(within) => within.holds(&finding.certainty),
        }
    }
}

impl Node {
    /// Returns conditions that must all hold, cheapest first.
    pub(super) fn all(nodes: Vec<Self>) -> Self {
        Self::joined(nodes, Self::All)
    }

    /// Returns conditions of which one must hold, cheapest first.
    pub(super) fn any(nodes: Vec<Self>) -> Self {
        Self::joined(nodes, Self::Any)
    }

    fn joined(mut nodes: Vec<Self>, join: fn(Vec<Self>) -> Self) -> Self {
        match nodes.pop() {
            Some(only) if nodes.is_empty() => only,
            last => {
                nodes.extend(last);
                nodes.sort_by_key(Self::cost);
                join(nodes)
            }
        }
    }

    /// Calls a function for every condition.
    pub(super) fn each(&self, visit: &mut dyn FnMut(&Predicate)) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.each(visit)),
            Self::Not(node) => node.each(visit),
            Self::Is(predicate) => visit(predicate),
        }
    }

    /// Returns whether the tree holds, given which of its conditions do.
    pub(super) fn holds(&self, ask: &mut dyn FnMut(&Predicate) -> bool) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.holds(ask)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(ask)),
            Self::Not(node) => !node.holds(ask),
            Self::Is(predicate) => ask(predicate),
        }
    }

    /// Returns the cost of the dearest condition: 0 what stands ready, 1 texts, 2 headers, 3 bodies that have to be read again.
    pub(super) fn cost(&self) -> u8 {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().map(Self::cost).max().unwrap_or(0),
            Self::Not(node) => node.cost(),
            Self::Is(Predicate::Body(_)) => 3,
            Self::Is(Predicate::Header(_)) => 2,
            Self::Is(Predicate::Anywhere(_) | Predicate::Text(..)) => 1,
            Self::Is(_) => 0,
        }
    }
}
