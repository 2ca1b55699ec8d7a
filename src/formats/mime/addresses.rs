//! The addresses of a header field as they are written: split at commas outside of quotes, comments and brackets, so that malformed ones
//! keep their text. `mail-parser` would mend or drop them, and they are what the rules are about.

/// One address of a field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderAddress {
    /// Display name: the phrase before the brackets, else the first comment.
    pub name: Option<String>,
    /// What stands in the brackets, else the element without comments.
    pub address: String,
    /// The element as written, without outer blanks.
    pub written: String,
    /// Comments outside of quotes, without their parentheses.
    pub comments: Vec<String>,
}

/// Splits the value of an unfolded To, Cc, From, Reply-To or Sender field; the name of a group goes, its members stay.
#[must_use]
pub fn addresses(value: &str) -> Vec<HeaderAddress> {
    elements(value).into_iter().filter(|element| !element.trim().is_empty()).map(|element| one(element.trim())).collect()
}

fn elements(value: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut state = Nesting::default();
    for (index, c) in value.char_indices() {
        if state.is_outside() && matches!(c, ',' | ';') {
            found.extend(value.get(start..index));
            start = index + 1;
        } else if state.is_outside() && c == ':' && !value.get(start..index).unwrap_or_default().contains('@') {
            start = index + 1;
        }
        state.step(c);
    }
    found.extend(value.get(start..));
    found
}

/// Where in the syntax of RFC 822 a character stands.
#[derive(Debug, Clone, Copy, Default)]
struct Nesting {
    quoted: bool,
    escaped: bool,
    comments: usize,
    bracketed: bool,
}

impl Nesting {
    fn is_outside(self) -> bool {
        !self.quoted && self.comments == 0 && !self.bracketed
    }

    fn step(&mut self, c: char) {
        if std::mem::take(&mut self.escaped) {
            return;
        }
        match c {
            '\\' => self.escaped = self.quoted || self.comments > 0,
            '"' if self.comments == 0 => self.quoted = !self.quoted,
            '(' if !self.quoted => self.comments += 1,
            ')' if !self.quoted => self.comments = self.comments.saturating_sub(1),
            '<' if self.comments == 0 && !self.quoted => self.bracketed = true,
            '>' if self.comments == 0 && !self.quoted => self.bracketed = false,
            _ => {}
        }
    }
}

fn one(written: &str) -> HeaderAddress {
    let (mut phrase, mut inner) = (String::new(), None::<String>);
    let mut comments = Vec::new();
    let mut state = Nesting::default();
    for c in written.chars() {
        let before = state;
        state.step(c);
        match (before.comments, state.comments) {
            (0, 1) => comments.push(String::new()),
            (1, 0) => {}
            (0, 0) if !before.bracketed && state.bracketed => inner = Some(String::new()),
            (0, 0) if before.bracketed && !state.bracketed => {}
            (0, 0) => match (&mut inner, before.bracketed) {
                (Some(address), true) => address.push(c),
                (Some(_), false) => {}
                (None, _) => phrase.push(c),
            },
            _ => comments.last_mut().into_iter().for_each(|comment| comment.push(c)),
        }
    }
    let comment = comments.first().cloned();
    let name = if inner.is_some() { Some(phrase.trim().trim_matches('"').to_owned()).filter(|name| !name.is_empty()) } else { None };
    let address = inner.map_or_else(|| phrase.trim().to_owned(), |inner| inner.trim().to_owned());
    HeaderAddress { name: name.or(comment), address, written: written.to_owned(), comments }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: &[(Option<&str>, &str)]) {
        let found = addresses(value);
        let found: Vec<_> = found.iter().map(|each| (each.name.as_deref(), each.address.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn fields_fall_into_addresses() {
        check("Ann Ray <ann@x.example>, bob@y.example (Bob)", &[(Some("Ann Ray"), "ann@x.example"), (Some("Bob"), "bob@y.example")]);
        check("\"Ray, Ann\" <ann@x>", &[(Some("Ray, Ann"), "ann@x")]);
        check("friends: a@b, c@d;", &[(None, "a@b"), (None, "c@d")]);
        check("\"a,b\"@c (x, y)", &[(Some("x, y"), "\"a,b\"@c")]);
        check("<@relay:ann@x>", &[(None, "@relay:ann@x")]);
        check("", &[]);
        check("<<a@b>@c", &[(None, "<a@b")]);
        assert_eq!(addresses("a@b (one) (two)").first().map(|each| each.comments.len()), Some(2));
    }
}
