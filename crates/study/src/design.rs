//! The study as it was meant: typed, checked, impossible to get wrong inside.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::dates::{Sample, Window};
use crate::error::{Error, Place, did_you_mean};
use crate::published::{Figures, Value};

/// A checked `study.toml`: what was observed when, and the choices behind the estimators.
///
/// ```
/// let study = study::Study::parse("title = 'Mine'\nperiod = { from = 2015-06-01, to = 2015-06-30 }", "study.toml")?;
/// assert_eq!(study.samples().len(), 5); // none named: every 7 days
/// assert_eq!(study.windows()[0].name(), "all");
/// # Ok::<(), study::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Study {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) samples: Vec<Sample>,
    pub(crate) windows: Vec<Window>,
    pub(crate) listed: Listed,
    pub(crate) roster: Option<String>,
    pub(crate) admission: Admission,
    pub(crate) flat_margin_percent: f64,
    pub(crate) interval_transform: IntervalTransform,
    pub(crate) return_days_after: u32,
    pub(crate) focus_countries: Vec<String>,
    pub(crate) min_group_size: u32,
    pub(crate) resamples: u32,
    pub(crate) seed: u64,
    pub(crate) synthetic: bool,
    pub(crate) comparisons: Vec<Comparison>,
}

/// Who counts as listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Listed {
    /// The accounts on the roster at the sample.
    #[default]
    Roster,
    /// Every account that the archive observed posting: for archives that are themselves the list.
    Everyone,
}

/// How accounts are admitted to the expanded set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Admission {
    /// The least in-network score, 0 to 1, that admits.
    pub threshold: f64,
    /// How many members must follow or address an account (or be followed or addressed by it) for half of what they can add.
    pub half_at: f64,
    /// The weight of attention received in the score, 0 to 1; the rest is that of the account's own ties.
    pub attention_weight: f64,
    /// Rounds of admission at most.
    pub most_rounds: u32,
}

/// The scale on which a Kaplan–Meier interval is built (Kalbfleisch & Prentice 1980, section 1.4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntervalTransform {
    /// log(−log S): stays between 0 and 1 and covers well in small groups; lifelines' choice.
    #[default]
    LogLog,
    /// log S: the default of R's survival package.
    Log,
    /// S itself (Greenwood), cut at 0 and 1.
    Plain,
}

impl IntervalTransform {
    /// The name as `study.toml` spells it, for method notes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LogLog => "log-log",
            Self::Log => "log",
            Self::Plain => "plain",
        }
    }
}

/// How a series becomes the one number that is compared. The rules are [`crate::verdict::compare_series`]'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduce {
    /// The largest value.
    Max,
    /// The middle value; of an even count the mean of the two middle ones.
    Median,
    /// The first value in time.
    First,
    /// The last value in time.
    Last,
    /// The share of values within the published bound, 0 to 1.
    ShareWithin,
}

impl Reduce {
    /// The name as `study.toml` spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Median => "median",
            Self::First => "first",
            Self::Last => "last",
            Self::ShareWithin => "share_within",
        }
    }
}

/// Where the reproduced number is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A row of the measures table.
    Measure(String),
    /// A series, reduced to one number.
    Series(String, Reduce),
}

/// A published figure and how ours is read: one `[[compare]]` entry.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub(crate) figure: String,
    pub(crate) figure_place: Place,
    pub(crate) reading: Reading,
    pub(crate) group: String,
    pub(crate) window: String,
    pub(crate) tolerance_percent: Option<f64>,
    pub(crate) finding: Option<(String, Place)>,
    pub(crate) note: Option<String>,
}

impl Comparison {
    /// Id of the published figure, such as `BP03`.
    #[must_use]
    pub fn figure(&self) -> &str {
        &self.figure
    }

    /// Which of our numbers it is compared with.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// The group: `listed`, `expanded`, `everyone` or a subgroup such as `listed/return_1`.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The window's name; always one of [`Study::windows`].
    #[must_use]
    pub fn window(&self) -> &str {
        &self.window
    }

    /// How far a published single number may be missed, in percent of it; `None` for the rule that goes with the figure.
    #[must_use]
    pub fn tolerance_percent(&self) -> Option<f64> {
        self.tolerance_percent
    }

    /// The finding of ours that means the published word, where the two are not the same: `down`, of a decline that is said to
    /// persist; `None` where it is the word itself.
    #[must_use]
    pub fn finding(&self) -> Option<&str> {
        self.finding.as_ref().map(|(finding, _)| finding.as_str())
    }

    /// The definition used, in words.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

impl Study {
    /// The study's title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The whole period, which is also the window `all`.
    #[must_use]
    pub fn period(&self) -> &Window {
        // `all` is put first by every constructor of this crate.
        &self.windows[0]
    }

    /// The samples in order of time, each day once; at least one.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// The samples within a window.
    pub fn samples_in<'a>(&'a self, window: &'a Window) -> impl Iterator<Item = Sample> + 'a {
        self.samples
            .iter()
            .copied()
            .filter(|sample| window.contains_sample(*sample))
    }

    /// The windows: `all` first, then the others in the file's order.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The window of a name.
    #[must_use]
    pub fn window(&self, name: &str) -> Option<&Window> {
        self.windows.iter().find(|window| window.name == name)
    }

    /// Who counts as listed. Default: the accounts on the roster.
    #[must_use]
    pub fn listed(&self) -> Listed {
        self.listed
    }

    /// The same study with another answer to who counts as listed: for a [`Study::derived`] of an archive without a roster.
    #[must_use]
    pub fn with_listed(self, listed: Listed) -> Self {
        Self { listed, ..self }
    }

    /// The roster's name, when only one of several is meant.
    #[must_use]
    pub fn roster(&self) -> Option<&str> {
        self.roster.as_deref()
    }

    /// How accounts are admitted to the expanded set.
    #[must_use]
    pub fn admission(&self) -> Admission {
        self.admission
    }

    /// The largest change over a window, up or down, that still counts as flat, in percent of the window's mean.
    #[must_use]
    pub fn flat_margin_percent(&self) -> f64 {
        self.flat_margin_percent
    }

    /// The scale of survival intervals.
    #[must_use]
    pub fn interval_transform(&self) -> IntervalTransform {
        self.interval_transform
    }

    /// Days after a return at which a returned account is measured.
    #[must_use]
    pub fn return_days_after(&self) -> u32 {
        self.return_days_after
    }

    /// ISO 3166-1 alpha-2 codes of the countries whose members are counted by `location.focus`; sorted.
    #[must_use]
    pub fn focus_countries(&self) -> &[String] {
        &self.focus_countries
    }

    /// The smallest group that a report shows.
    #[must_use]
    pub fn min_group_size(&self) -> u32 {
        self.min_group_size
    }

    /// Bootstrap resamples behind an interval.
    #[must_use]
    pub fn resamples(&self) -> u32 {
        self.resamples
    }

    /// Seed of everything in the estimates that chance plays a part in.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Whether the study says of itself that its input is synthetic. Input may also say so of itself.
    #[must_use]
    pub fn synthetic(&self) -> bool {
        self.synthetic
    }

    /// Which published figures are compared with what, in the file's order.
    #[must_use]
    pub fn comparisons(&self) -> &[Comparison] {
        &self.comparisons
    }

    /// Checks that every figure named by a comparison is among the loaded ones, and is in words where our word for it is given.
    ///
    /// # Errors
    /// The first id that is unknown or finding that is out of place, with its place in the study file.
    pub fn check_figures(&self, figures: &Figures) -> Result<(), Error> {
        let known = || figures.iter().map(|figure| figure.id.as_str());
        for comparison in &self.comparisons {
            let figure = figures.get(&comparison.figure);
            if let (Some((_, place)), Some(figure)) = (&comparison.finding, figure)
                && !matches!(figure.value, Value::Qualitative(_))
            {
                let problem = format!(
                    "`{}` is published as a number, so no finding means it",
                    comparison.figure
                );
                return Err(Error::text(&self.name, *place, problem, "Remove `finding`."));
            }
            if figure.is_none() {
                let remedy = match did_you_mean(&comparison.figure, known()) {
                    Some(id) => format!("Did you mean `{id}`? Figures are named by the `id` column of figures.csv."),
                    None => "Use an id from the `id` column of figures.csv.".to_owned(),
                };
                let problem = format!("there is no published figure `{}`", comparison.figure);
                return Err(Error::text(&self.name, comparison.figure_place, problem, remedy));
            }
        }
        Ok(())
    }

    pub(crate) fn all(from: NaiveDate, to: NaiveDate) -> Window {
        Window {
            name: Window::ALL.to_owned(),
            from,
            to,
        }
    }
}
