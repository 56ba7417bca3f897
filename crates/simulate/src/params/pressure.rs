//! Which removals happen: those of the study, or one of the counterfactuals of the same seed.

/// A regime of suspension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Regime {
    /// Routine removals and waves, as the parameters say.
    #[default]
    Study,
    /// Nobody is removed.
    None,
    /// Routine removals only.
    Routine,
    /// Waves only.
    Waves,
    /// As many removals a day as routine and waves would make on average, of those with the most followers.
    Targeted,
}

impl Regime {
    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Study => "study",
            Self::None => "none",
            Self::Routine => "routine",
            Self::Waves => "waves",
            Self::Targeted => "targeted",
        }
    }
}
