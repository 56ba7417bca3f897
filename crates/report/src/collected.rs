//! What part of the posts that were written the archive holds, as far as accounts' own counters of posts tell.
//!
//! A count of posts, a pace made of posts and a time between posts say what was collected. Where that is a part, whoever reads them
//! must know.

use study::Window;

use crate::input::Measured;
use crate::words;

/// Posts of the archive, per account and day.
const COLLECTED: &str = "tweets_per_day.posts.mean";
/// Posts written, per account and day, by the counters of the accounts.
const WRITTEN: &str = "tweets_per_day.window.mean";
/// From this share on the archive is taken for whole: the two paces are means over accounts that are not quite the same.
const WHOLE: f64 = 0.8;

/// A part of the posts was collected.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Collected {
    share: f64,
    /// Whose counters tell.
    group: &'static str,
}

/// Whether a measure counts posts, paces posts or takes the time between them.
pub(crate) fn is_of_posts(measure: &str) -> bool {
    measure == COLLECTED || measure.starts_with("volume.") || measure.starts_with("duration.")
}

/// The part that was collected over the whole period, of a group's posts, or where nothing is known of these, of another's; nothing
/// where that is most of them, or no counter tells.
pub(crate) fn collected(measured: &Measured, group: &str) -> Option<Collected> {
    let pace = |measure: &str, group: &str| measured.measure(measure, group, Window::ALL)?.number.value;
    let others = words::GROUPS.into_iter().filter(|other| *other != group);
    let own = words::GROUPS.into_iter().filter(|other| *other == group);
    own.chain(others)
        .find_map(|group| {
            let written = pace(WRITTEN, group).filter(|written| *written > 0.0)?;
            let share = pace(COLLECTED, group)? / written;
            Some(Collected { share, group })
        })
        .filter(|collected| collected.share < WHOLE)
}

impl Collected {
    /// `about 3 %`
    pub(crate) fn percent(&self) -> String {
        let percent = 100.0 * self.share;
        if percent < 1.0 {
            "less than 1\u{a0}%".to_owned()
        } else {
            format!("about {percent:.0}\u{a0}%")
        }
    }

    /// How much was collected, in a sentence without its full stop.
    pub(crate) fn sentence(&self) -> String {
        format!(
            "The archive holds {} of the posts that the counters of {} tell of",
            self.percent(),
            words::the_group(self.group)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{MeasureRow, Number};

    fn measured(collected: f64, written: f64) -> Measured {
        let row = |measure: &str, value| MeasureRow {
            measure: measure.to_owned(),
            group: "listed".to_owned(),
            window: Window::ALL.to_owned(),
            number: Number {
                value: Some(value),
                ..Number::default()
            },
        };
        Measured {
            measures: vec![row(COLLECTED, collected), row(WRITTEN, written)],
            ..Measured::default()
        }
    }

    #[test]
    fn a_part_is_told_and_most_is_not() {
        let told = |written, group| collected(&measured(0.225, written), group).map(|part| part.sentence());
        let said = "The archive holds about 3\u{a0}% of the posts that the counters of the listed accounts tell of";
        assert_eq!(told(8.71, "listed").as_deref(), Some(said));
        assert_eq!(
            told(8.71, "everyone").as_deref(),
            Some(said),
            "of others where its own are not known"
        );
        assert_eq!(told(0.25, "listed"), None);
        assert_eq!(told(0.0, "listed"), None);
        assert_eq!(
            collected(&measured(0.01, 8.0), "listed").unwrap().percent(),
            "less than 1\u{a0}%"
        );
    }
}
