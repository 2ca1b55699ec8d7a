//! The parser, by recursive descent over the characters of the filter:
//! ```text
//! any     = all { "or" all }
//! all     = unary { [ "and" ] unary }
//! unary   = ( "not" | "-" | "!" ) unary | "(" any ")" | condition
//! condition = [ field ":" ] ( value | "(" any ")" )
//! value   = word | "\"" text "\"" | "/" regex "/" | "=" word | comparison | range
//! ```
//! Bounded in length, depth and number of conditions, so that no text costs more than it should.

use std::ops::Range;

use crate::{
    base::limits::{FILTER_BYTES, FILTER_CONDITIONS, FILTER_DEPTH},
    diagnostics::{Certainty, Severity},
};

use super::{
    Field, FilterError, Problem,
    field::{FieldKind, flag_words},
    pattern::{Pattern, Written},
    predicate::{FindingTest, Node, Predicate},
    value::{self, Covered, Fault, Within},
};

const CONDITION: &str = "a word, a field such as from:, not or (";

/// Parses a filter; nothing but blanks is none, which every message passes.
pub(super) fn parse(text: &str) -> Result<Option<Node>, FilterError> {
    let mut parser = Parser { text, at: 0, depth: 0, conditions: 0, field: None };
    let parsed = if text.len() > FILTER_BYTES { Err((FILTER_BYTES..FILTER_BYTES, Problem::TooLong(FILTER_BYTES))) } else { parser.whole() };
    parsed.map_err(|(span, problem)| {
        let end = text.floor_char_boundary(text.len().min(FILTER_BYTES));
        let text: Box<str> = text.get(..end).unwrap_or_default().into();
        let start = text.floor_char_boundary(span.start);
        FilterError { span: start..text.ceil_char_boundary(span.end).max(start), text, problem }
    })
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    conditions: usize,
    /// The field before a parenthesis, which words inside it belong to.
    field: Option<&'static Field>,
}

/// A value with its place, quotes and slashes included.
struct Value<'v> {
    written: Written<'v>,
    span: Range<usize>,
}

impl<'t> Parser<'t> {
    fn whole(&mut self) -> Result<Option<Node>, Fault> {
        self.blanks();
        if self.rest().is_empty() {
            return Ok(None);
        }
        let node = self.any()?;
        if self.rest().is_empty() { Ok(Some(node)) } else { Err(self.unexpected("and, or, another condition, or the end")) }
    }

    fn any(&mut self) -> Result<Node, Fault> {
        let mut nodes = vec![self.all()?];
        while self.keyword(&["or", "||"]) {
            nodes.push(self.all()?);
        }
        Ok(Node::any(nodes))
    }

    fn all(&mut self) -> Result<Node, Fault> {
        let mut nodes = vec![self.unary()?];
        loop {
            if self.keyword(&["and", "&&"]) || !self.is_at_end_of_all() {
                nodes.push(self.unary()?);
            } else {
                return Ok(Node::all(nodes));
            }
        }
    }

    fn is_at_end_of_all(&self) -> bool {
        self.rest().is_empty() || self.rest().starts_with(')') || self.is_keyword(&["or", "||"]).is_some()
    }

    fn unary(&mut self) -> Result<Node, Fault> {
        self.blanks();
        let start = self.at;
        self.depth += 1;
        if self.depth > FILTER_DEPTH {
            return Err((start..start, Problem::TooDeep(FILTER_DEPTH)));
        }
        let node = if self.keyword(&["not"]) || self.sign() {
            Node::Not(Box::new(self.unary()?))
        } else if self.rest().starts_with('(') {
            self.group()?
        } else {
            self.condition()?
        };
        self.depth -= 1;
        self.blanks();
        Ok(node)
    }

    /// Takes a minus or an exclamation mark with something behind it.
    fn sign(&mut self) -> bool {
        let mut ahead = self.rest().chars();
        let is_sign = matches!(ahead.next(), Some('-' | '!')) && ahead.next().is_some_and(|c| !c.is_whitespace() && c != ')');
        self.at += usize::from(is_sign);
        is_sign
    }

    fn group(&mut self) -> Result<Node, Fault> {
        let open = self.at;
        self.at += 1;
        let node = self.any()?;
        if self.rest().starts_with(')') {
            self.at += 1;
            Ok(node)
        } else if self.rest().is_empty() {
            Err((open..open + 1, Problem::Ends { expected: ") for this parenthesis".to_owned() }))
        } else {
            Err(self.unexpected("and, or or )"))
        }
    }

    fn condition(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        self.conditions += 1;
        if self.conditions > FILTER_CONDITIONS {
            return Err((start..start, Problem::TooMany(FILTER_CONDITIONS)));
        }
        if self.rest().is_empty() || self.rest().starts_with(')') || self.is_keyword(&["and", "or", "&&", "||"]).is_some() {
            return Err(self.unexpected(CONDITION));
        }
        let named = self.field_name()?;
        if named.is_some() && self.rest().starts_with('(') {
            let outer = std::mem::replace(&mut self.field, named);
            let node = self.group();
            self.field = outer;
            return node;
        }
        let field = named.or(self.field);
        let mut unescaped = String::new();
        let Value { written, span } = self.value(field, &mut unescaped)?;
        let made = predicate(field, (written, span.start), self.conditions - 1);
        made.map(Node::Is).map_err(|(place, problem)| match (written, problem) {
            // A fault within quotes or slashes stands where the value stands.
            (Written::Quoted(_) | Written::Regex(_), problem) => (span, problem),
            (_, problem) => (place, problem),
        })
    }

    /// Takes a name and its colon. A word with a colon that is no field is an error: it is more often a mistyped field than a text.
    fn field_name(&mut self) -> Result<Option<&'static Field>, Fault> {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
        let (name, behind) = rest.split_at_checked(length).unwrap_or_default();
        if name.is_empty() || !behind.starts_with(':') {
            return Ok(None);
        }
        let Some(field) = Field::named(name) else {
            let problem = Problem::Field { name: name.to_owned(), like: Field::like(name) };
            return Err((self.at..self.at + length, problem));
        };
        self.at += length + 1;
        Ok(Some(field))
    }

    fn value<'v>(&mut self, field: Option<&'static Field>, unescaped: &'v mut String) -> Result<Value<'v>, Fault>
    where
        't: 'v,
    {
        let start = self.at;
        let has_order = field.is_some_and(Field::has_order);
        let is_whole = !has_order && self.rest().starts_with('=');
        self.at += usize::from(is_whole);
        let delimiter = self.rest().chars().next().filter(|c| *c == '"' || *c == '/' && !has_order && !is_whole);
        if let Some(delimiter) = delimiter {
            *unescaped = self.delimited(delimiter)?;
            let written = match (delimiter, is_whole) {
                ('/', _) => Written::Regex(unescaped),
                (_, true) => Written::Whole(unescaped),
                _ => Written::Quoted(unescaped),
            };
            return Ok(Value { written, span: start..self.at });
        }
        let word = self.word(has_order)?;
        if word.is_empty() {
            return Err(self.unexpected(&expected_by(field)));
        }
        let written = if is_whole { Written::Whole(word) } else { Written::Word(word) };
        Ok(Value { written, span: start..self.at })
    }

    /// Takes everything up to a blank or a parenthesis; an ordered value may quote what stands behind its sign.
    fn word(&mut self, has_order: bool) -> Result<&'t str, Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let sign = rest.find(|c| !matches!(c, '<' | '>' | '=')).unwrap_or(rest.len());
        if has_order && rest.get(sign..).is_some_and(|quoted| quoted.starts_with('"')) && sign > 0 {
            let found = rest.get(sign..).unwrap_or_default();
            let at = self.at + sign;
            return Err((at..at + 1, Problem::Unexpected { expected: "a value without quotes".to_owned(), found: found.to_owned() }));
        }
        let length = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).unwrap_or(rest.len());
        self.at += length;
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// Takes a text in quotes or slashes. A backslash before the delimiter stands for it; in quotes also before itself.
    fn delimited(&mut self, delimiter: char) -> Result<String, Fault> {
        let open = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((index, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            if c == delimiter {
                self.at = open + index + 1;
                let ends = self.rest().chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')'));
                return if ends { Ok(text) } else { Err(self.unexpected(&format!("a blank or a parenthesis behind the closing {delimiter}"))) };
            }
            if c == '\\' && (next == Some(delimiter) || (next == Some('\\') && delimiter == '"')) {
                text.extend(next);
                chars.next();
            } else {
                text.push(c);
            }
        }
        Err((open..self.text.len(), Problem::Ends { expected: format!("a closing {delimiter}") }))
    }

    fn keyword(&mut self, words: &[&str]) -> bool {
        self.blanks();
        let length = self.is_keyword(words);
        self.at += length.unwrap_or(0);
        self.blanks();
        length.is_some()
    }

    /// Returns the length of the keyword that stands here, with a blank, a parenthesis or the end behind it.
    fn is_keyword(&self, words: &[&str]) -> Option<usize> {
        let matches = |word: &&&str| {
            let (head, tail) = self.rest().split_at_checked(word.len()).unwrap_or_default();
            head.eq_ignore_ascii_case(word) && tail.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')'))
        };
        words.iter().find(matches).map(|word| word.len())
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Returns a fault at the word that stands here, or at the end.
    fn unexpected(&self, expected: &str) -> Fault {
        let (rest, expected) = (self.rest(), expected.to_owned());
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let length = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).unwrap_or(rest.len()).max(first);
        let found = rest.get(..length).unwrap_or_default().to_owned();
        let problem = if rest.is_empty() { Problem::Ends { expected } } else { Problem::Unexpected { expected, found } };
        (self.at..self.at + length, problem)
    }
}

fn expected_by(field: Option<&Field>) -> String {
    let Some(field) = field else { return CONDITION.to_owned() };
    match field.kind {
        FieldKind::Number(_) => value::NUMBER.to_owned(),
        FieldKind::Time(_) => value::DATE.to_owned(),
        FieldKind::Flag => words_of(field.name),
        FieldKind::Severity => names(Severity::all().map(Severity::name)),
        FieldKind::Certainty => names(CERTAINTIES.map(Certainty::name)),
        _ => format!("a text behind {}:, such as {}", field.name, field.example),
    }
}

const CERTAINTIES: [Certainty; 3] = [Certainty::Possible, Certainty::Likely, Certainty::Certain];

fn names<const N: usize>(names: [&'static str; N]) -> String {
    names.join(", ")
}

fn words_of(field: &str) -> String {
    flag_words(field).map(|word| word.word).collect::<Vec<_>>().join(", ")
}

/// Returns the condition of a field, or of a bare word; faults are placed in the filter.
fn predicate(field: Option<&'static Field>, (written, start): (Written<'_>, usize), slot: usize) -> Result<Predicate, Fault> {
    let text = match written {
        Written::Word(text) | Written::Quoted(text) | Written::Whole(text) | Written::Regex(text) => text,
    };
    let moved = |(span, problem): Fault| (span.start + start..span.end + start, problem);
    let pattern = |made: Result<Pattern, String>| made.map_err(|reason| (start..start + text.len(), Problem::Regex(reason)));
    let Some(field) = field else { return pattern(Pattern::new(written)).map(Predicate::Anywhere) };
    if matches!(written, Written::Word(word) if !field.has_order() && word.starts_with(['<', '>'])) {
        return Err((start..start + 1, Problem::NoOrder { field: field.name }));
    }
    let texts = || pattern(Pattern::new(written));
    let finding = |test| Predicate::Finding(slot, test);
    Ok(match field.kind {
        FieldKind::Queue => Predicate::Queue(slot, texts()?),
        FieldKind::Text(super::row::TextField::Domain) => Predicate::Text(super::row::TextField::Domain, pattern(Pattern::domain(written))?),
        FieldKind::Text(which) => Predicate::Text(which, texts()?),
        FieldKind::Header => Predicate::Header(texts()?),
        FieldKind::Body => Predicate::Body(texts()?),
        FieldKind::Number(which) => Predicate::Number(which, value::within(text, value::NUMBER, value::number).map_err(moved)?),
        FieldKind::Time(which) => Predicate::Time(which, value::within(text, value::DATE, value::date).map_err(moved)?),
        FieldKind::Flag => {
            let found = flag_words(field.name).find(|word| word.word.eq_ignore_ascii_case(text));
            let unknown = || Problem::Word { field: field.name, known: words_of(field.name), word: text.to_owned() };
            Predicate::Flag(found.ok_or_else(|| (start..start + text.len(), unknown()))?.flag)
        }
        FieldKind::Severity => {
            finding(FindingTest::Severity(level(field, text, &Severity::all().map(|level| (level.name(), level))).map_err(moved)?))
        }
        FieldKind::Certainty => finding(FindingTest::Certainty(level(field, text, &CERTAINTIES.map(|level| (level.name(), level))).map_err(moved)?)),
        FieldKind::Rule => finding(FindingTest::Rule(texts()?)),
        FieldKind::Kb => finding(FindingTest::Kb(texts()?)),
        FieldKind::Tag => finding(FindingTest::Tag(texts()?)),
        FieldKind::FindingText => finding(FindingTest::Words(texts()?)),
    })
}

/// Reads a level, a comparison or a range of levels.
fn level<T: PartialOrd + Copy>(field: &'static Field, text: &str, levels: &[(&'static str, T)]) -> Result<Within<T>, Fault> {
    let known = || levels.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    value::within(text, &known(), |word| {
        let found = levels.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        let unknown = || (0..word.len(), Problem::Word { field: field.name, known: known(), word: word.to_owned() });
        found.map(|&(_, level)| Covered { first: level, last: level }).ok_or_else(unknown)
    })
}

impl Field {
    /// Returns whether its values are compared, not searched.
    fn has_order(&self) -> bool {
        matches!(self.kind, FieldKind::Number(_) | FieldKind::Time(_) | FieldKind::Severity | FieldKind::Certainty)
    }
}
