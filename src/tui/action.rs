//! What can be done in the view. Keys, the mouse, the palette and the plain dialogue all end in one of these.

use super::{input::Edit, target::Screen};

/// One thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Leaves the program.
    Quit,
    /// Stops the program as the shell does.
    Suspend,
    /// Closes what is open: an overlay, a search, the detail; stops the reading.
    Cancel,
    /// Shows the keys.
    Help,
    /// Shows all actions.
    Palette,
    /// Goes to a screen.
    Go(Screen),
    /// Goes to the next screen.
    NextScreen,
    /// Goes to the previous screen.
    PreviousScreen,
    /// Goes to the next tab of the file.
    NextTab,
    /// Goes to the previous tab of the file.
    PreviousTab,
    /// Moves by so many rows.
    Move(isize),
    /// Moves by so many half pages.
    HalfPages(isize),
    /// Moves to the first row.
    First,
    /// Moves to the last row.
    Last,
    /// Moves to the pane on the right, or a byte to the right.
    Right,
    /// Moves to the pane on the left, or a byte to the left.
    Left,
    /// Follows the selected row.
    Open,
    /// Shows the messages that the finding touches.
    Touched,
    /// Goes back to where one was.
    Back,
    /// Goes forward again.
    Forward,
    /// Goes to the next row with a finding or damage.
    NextFlag,
    /// Goes to the previous one.
    PreviousFlag,
    /// Shows only rows with a finding or damage, or all.
    OnlyFlagged,
    /// Searches in this view.
    Search,
    /// Filters messages or findings.
    Filter,
    /// Goes to the next hit.
    SearchNext,
    /// Goes to the previous hit.
    SearchPrevious,
    /// Marks the row, or takes the mark away.
    Mark,
    /// Goes to the next marked row.
    NextMark,
    /// Sorts by the next column.
    SortRight,
    /// Sorts by the previous column.
    SortLeft,
    /// Turns the order around.
    SortReverse,
    /// Shows one pane in all the room, or both.
    Zoom,
    /// Wraps long rows, or cuts them.
    Wrap,
    /// Takes the next theme.
    Theme,
    /// Copies the row.
    Copy,
    /// Copies everything that the pane shows.
    CopyAll,
    /// Asks which part is copied: a cell, the row, a proof.
    CopyPart,
    /// Saves what was copied last into a directory.
    SaveCopy,
    /// Scrolls to the right, or to the left, by so many half widths.
    Sideways(isize),
    /// Saves what is selected into a directory.
    Save,
    /// Takes up what was remembered of this Backup.
    Resume,
    /// Edits the line that is typed.
    Edit(Edit),
    /// Takes the line that is typed.
    Accept,
    /// The room that there is.
    Resized(u16, u16),
    /// A click, by column and row.
    Click(u16, u16),
    /// A turn of the wheel, by column, row and rows.
    Wheel(u16, u16, isize),
}
