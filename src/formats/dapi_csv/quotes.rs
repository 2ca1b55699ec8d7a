//! What each quote of a field does. Quotes may open at the start of the field and, in the 4.0 style, at the start of a value (Q156063).

/// Characters that are known to have been used between values (Q190706), besides `"`.
pub(super) const VALUE_SEPARATORS: [char; 7] = ['%', '&', '^', '#', '@', '!', '$'];

/// Where the quotes of a field stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// There are none, or only stray ones.
    None,
    /// Around the whole field.
    Whole,
    /// Around single values.
    Values,
}

/// The part that a character plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Text outside of quotes.
    Plain,
    /// Text inside of quotes.
    Inside,
    /// A quote that opens.
    Opening,
    /// A quote that closes.
    Closing,
    /// The first of two quotes that stand for one; the second is `Inside`.
    Doubling,
    /// A quote in the middle of unquoted text; it is text.
    Stray,
    /// Unquoted text right behind a closing quote.
    Trailing,
}

/// The state between two characters of one field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quotes {
    inside: bool,
    value_starts: bool,
    escaped: bool,
    last: Role,
}

impl Quotes {
    /// Returns the state at the start of a field.
    pub(super) fn at_field_start() -> Self {
        Self { inside: false, value_starts: true, escaped: false, last: Role::Plain }
    }

    /// Returns whether a quote is open.
    pub(super) fn is_open(self) -> bool {
        self.inside
    }

    /// Takes one character; `next` is the one behind it.
    pub(super) fn take(&mut self, c: char, next: Option<char>) -> Role {
        let role = self.role(c, next);
        self.last = role;
        self.inside = match role {
            Role::Opening => true,
            Role::Closing => false,
            _ => self.inside,
        };
        self.value_starts = !self.inside && !self.escaped && VALUE_SEPARATORS.contains(&c);
        self.escaped = c == '\\' && !self.escaped;
        role
    }

    /// Takes a quote as text.
    pub(super) fn ignore(&mut self) {
        *self = Self { value_starts: false, ..Self::at_field_start() };
    }

    fn role(self, c: char, next: Option<char>) -> Role {
        match c {
            '"' if self.inside && self.last == Role::Doubling => Role::Inside,
            '"' if self.inside && next == Some('"') => Role::Doubling,
            '"' if self.inside => Role::Closing,
            '"' if self.value_starts => Role::Opening,
            '"' => Role::Stray,
            _ if self.inside => Role::Inside,
            _ if self.last == Role::Closing && !VALUE_SEPARATORS.contains(&c) => Role::Trailing,
            _ => Role::Plain,
        }
    }
}
