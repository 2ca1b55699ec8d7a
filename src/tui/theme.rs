//! Looks: what a tone looks like in each theme. Colours are the sixteen that every terminal has, and none carries meaning alone.

use ratatui::style::{Color, Modifier, Style};

use super::row::Tone;

/// A look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
    /// The strongest contrast: two colours, weight and lines.
    HighContrast,
    /// Blue and yellow instead of red and green.
    ColorBlind,
    /// No colours at all, as `NO_COLOR` asks for.
    Plain,
}

impl Theme {
    /// All themes in the order in which they follow each other.
    pub const ALL: [Self; 5] = [Self::Dark, Self::Light, Self::HighContrast, Self::ColorBlind, Self::Plain];

    /// Returns the name in arguments.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::ColorBlind => "color-blind",
            Self::Plain => "plain",
        }
    }

    /// Returns the theme that follows.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|theme| *theme == self).unwrap_or(0);
        Self::ALL.get((at + 1) % Self::ALL.len()).copied().unwrap_or_default()
    }

    /// Returns the look of a tone.
    #[must_use]
    pub fn style(self, tone: Tone) -> Style {
        let style = Style::new();
        let base = match tone {
            Tone::Strong | Tone::Heading | Tone::Error | Tone::Damage => style.add_modifier(Modifier::BOLD),
            Tone::Critical => style.add_modifier(Modifier::BOLD | Modifier::REVERSED),
            Tone::Link => style.add_modifier(Modifier::UNDERLINED),
            Tone::Changed if matches!(self, Self::HighContrast | Self::Plain) => style.add_modifier(Modifier::BOLD),
            Tone::Dim if self == Self::Plain => style.add_modifier(Modifier::DIM),
            _ => style,
        };
        self.color(tone).map_or(base, |color| base.fg(color))
    }

    /// Returns the look of bars: title and tab lines.
    #[must_use]
    pub fn bar(self, is_active: bool) -> Style {
        let style = Style::new();
        match (self, is_active) {
            (_, true) => style.add_modifier(Modifier::REVERSED | Modifier::BOLD),
            (Self::Plain | Self::HighContrast, false) => style.add_modifier(Modifier::UNDERLINED),
            (_, false) => style.add_modifier(Modifier::UNDERLINED | Modifier::DIM),
        }
    }

    /// Returns the look of the selected row.
    #[must_use]
    pub fn selected(self, has_focus: bool) -> Style {
        if has_focus { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new().add_modifier(Modifier::UNDERLINED) }
    }

    fn color(self, tone: Tone) -> Option<Color> {
        let dark = match tone {
            Tone::Plain | Tone::Strong => return None,
            Tone::Dim => Color::DarkGray,
            Tone::Heading | Tone::Info => Color::Cyan,
            Tone::Link => Color::Blue,
            Tone::Good => Color::Green,
            Tone::Warning | Tone::Changed => Color::Yellow,
            Tone::Error | Tone::Damage => Color::Red,
            Tone::Critical => Color::Magenta,
        };
        match self {
            Self::Plain | Self::HighContrast => None,
            Self::Dark => Some(match dark {
                Color::Blue => Color::LightBlue,
                Color::DarkGray => Color::Gray,
                color => color,
            }),
            Self::Light => Some(match dark {
                Color::Cyan => Color::Blue,
                Color::Yellow => Color::Magenta,
                Color::Magenta => Color::Red,
                color => color,
            }),
            Self::ColorBlind => Some(match tone {
                Tone::Dim => Color::Gray,
                Tone::Error | Tone::Critical | Tone::Damage => Color::LightYellow,
                Tone::Warning | Tone::Changed => Color::Yellow,
                Tone::Good | Tone::Info | Tone::Heading | Tone::Link => Color::LightBlue,
                Tone::Plain | Tone::Strong => return None,
            }),
        }
    }
}
