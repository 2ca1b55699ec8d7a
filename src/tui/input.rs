//! A line that is typed: its text and where the next character goes. Knows no terminal.

/// A line being edited.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Input {
    /// The text.
    pub text: String,
    at: usize,
}

/// What an editing key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Types a character.
    Insert(char),
    /// Removes the character before the cursor.
    Backspace,
    /// Removes the character at the cursor.
    Delete,
    /// Removes the word before the cursor.
    DeleteWord,
    /// Removes everything before the cursor.
    Clear,
    /// Moves one character to the left.
    Left,
    /// Moves one character to the right.
    Right,
    /// Moves to the beginning.
    Home,
    /// Moves to the end.
    End,
}

impl Input {
    /// Returns a line with a text, the cursor at its end.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self { text: text.to_owned(), at: text.len() }
    }

    /// Returns the text before the cursor.
    #[must_use]
    pub fn before(&self) -> &str {
        self.text.get(..self.at).unwrap_or(&self.text)
    }

    /// Moves the cursor to a character.
    pub fn go_to(&mut self, character: usize) {
        self.at = self.text.char_indices().nth(character).map_or(self.text.len(), |(at, _)| at);
    }

    /// Edits the line.
    pub fn edit(&mut self, edit: Edit) {
        let previous = || self.before().char_indices().next_back().map_or(0, |(at, _)| at);
        let next = || self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(self.at, |c| self.at + c.len_utf8());
        match edit {
            Edit::Insert(c) => {
                self.text.insert(self.at, c);
                self.at += c.len_utf8();
            }
            Edit::Backspace => self.remove(previous()),
            Edit::Delete => {
                let end = next();
                self.text.replace_range(self.at..end, "");
            }
            Edit::DeleteWord => {
                let word = self.before().trim_end();
                let start = word.rfind(' ').map_or(0, |blank| blank + 1);
                self.remove(start);
            }
            Edit::Clear => self.remove(0),
            Edit::Left => self.at = previous(),
            Edit::Right => self.at = next(),
            Edit::Home => self.at = 0,
            Edit::End => self.at = self.text.len(),
        }
    }

    fn remove(&mut self, start: usize) {
        self.text.replace_range(start..self.at, "");
        self.at = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_edited_by_characters() {
        let mut line = Input::of("añb");
        line.edit(Edit::Left);
        line.edit(Edit::Backspace);
        assert_eq!((line.text.as_str(), line.before()), ("ab", "a"));
        line.edit(Edit::Insert('你'));
        line.edit(Edit::Delete);
        line.edit(Edit::Delete);
        assert_eq!(line.text, "a你");
        line.edit(Edit::Home);
        line.edit(Edit::Backspace);
        line.edit(Edit::Right);
        assert_eq!(line.before(), "a");
        line = Input::of("one two ");
        line.edit(Edit::DeleteWord);
        assert_eq!(line.text, "one ");
        line.edit(Edit::Clear);
        assert_eq!(line, Input::default());
    }
}
