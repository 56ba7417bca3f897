//! The families of measures, and the stage's tables that each needs.

use clap::ValueEnum;

/// Measures that belong together and can be asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Family {
    /// Accounts alive in each set
    Size,
    /// Followers, and their trend
    Followers,
    /// Posts per day: over a life, between observations, from posts themselves
    TweetsPerDay,
    /// Accounts suspended per day
    Suspension,
    /// Ties inside and outside a set
    Insularity,
    /// What came back after suspensions
    Returns,
    /// Time from creation to suspension
    Survival,
    /// Posts and posting accounts per week
    Volume,
    /// Days from first to last post
    Duration,
    /// Members that place themselves in the study's countries
    Location,
    /// Accounts that were suspended beside those that were not
    Contrast,
    /// Languages of posts and accounts
    Language,
    /// Reactions drawn and given among members
    Influence,
    /// Hashtags, domains and clients of posts
    Content,
    /// The shape of the networks of follows and interactions among members
    Structure,
}

impl Family {
    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

/// The families asked for; all, when none is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Families(Vec<Family>);

impl Families {
    /// The families of a command line, each once, in a fixed order.
    #[must_use]
    pub fn new(asked: &[Family]) -> Self {
        let all = Family::value_variants();
        let chosen = all
            .iter()
            .copied()
            .filter(|family| asked.is_empty() || asked.contains(family));
        Self(chosen.collect())
    }

    /// These and others, in the same order.
    #[must_use]
    pub fn and(&self, others: &[Family]) -> Self {
        let all = Family::value_variants().iter().copied();
        Self(
            all.filter(|family| self.has(*family) || others.contains(family))
                .collect(),
        )
    }

    /// Whether the family is asked for.
    #[must_use]
    pub fn has(&self, family: Family) -> bool {
        self.0.contains(&family)
    }

    /// Whether any of these is asked for.
    #[must_use]
    pub fn any(&self, families: &[Family]) -> bool {
        families.iter().any(|family| self.has(*family))
    }

    /// The names, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|family| family.name()).collect()
    }
}
