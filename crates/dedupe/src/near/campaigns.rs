//! Many accounts within little time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::str::FromStr;

use tables::Timestamp;

/// A length of time, at least a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    milliseconds: i64,
}

impl FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const UNITS: [(char, i64); 4] = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)];
        let milliseconds = UNITS.iter().find_map(|(unit, seconds)| {
            let number: i64 = text.strip_suffix(*unit)?.parse().ok()?;
            number.checked_mul(seconds * 1_000).filter(|_| number > 0)
        });
        milliseconds
            .map(|milliseconds| Self { milliseconds })
            .ok_or_else(|| "give a number of seconds, minutes, hours or days: 90s, 30m, 1h, 2d".to_owned())
    }
}

impl Window {
    pub(crate) fn milliseconds(self) -> i64 {
        self.milliseconds
    }
}

/// What makes a campaign.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) window: Window,
    /// Distinct accounts that a window must hold.
    pub(crate) accounts: usize,
}

/// A stretch of posts in which every post belongs to a window that holds enough accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from_at: Timestamp,
    pub(crate) to_at: Timestamp,
    pub(crate) posts: usize,
    pub(crate) accounts: usize,
    pub(crate) accounts_in_window: usize,
}

/// The stretches of posts that are given in the order of their times with their authors' numbers.
pub(crate) fn stretches(posts: &[(Timestamp, u32)], rule: Rule) -> Vec<Stretch> {
    // By first and last post, with the most accounts in one window.
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    let mut in_window: HashMap<u32, usize> = HashMap::new();
    let mut first = 0;
    for (last, (at, account)) in posts.iter().enumerate() {
        *in_window.entry(*account).or_insert(0) += 1;
        while at.0.saturating_sub(posts[first].0.0) > rule.window.milliseconds {
            if let Entry::Occupied(mut count) = in_window.entry(posts[first].1) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
            first += 1;
        }
        let accounts = in_window.len();
        if accounts < rule.accounts {
            continue;
        }
        match found.last_mut() {
            // Windows that share a post are one stretch.
            Some((_, end, most)) if first <= *end => (*end, *most) = (last, accounts.max(*most)),
            _ => found.push((first, last, accounts)),
        }
    }
    let stretch = |(first, last, accounts_in_window): (usize, usize, usize)| {
        let posts = &posts[first..=last];
        let mut accounts: Vec<u32> = posts.iter().map(|(_, account)| *account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        Stretch {
            from_at: posts[0].0,
            to_at: posts[posts.len() - 1].0,
            posts: posts.len(),
            accounts: accounts.len(),
            accounts_in_window,
        }
    };
    found.into_iter().map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn windows_have_units() {
        for (text, milliseconds) in [
            ("90s", 90_000),
            ("30m", 1_800_000),
            ("1h", 3_600_000),
            ("2d", 172_800_000),
        ] {
            assert_eq!(text.parse::<Window>().unwrap().milliseconds, milliseconds);
        }
        for text in ["", "h", "1", "0h", "-1h", "1.5h", "1 h", "1w", "99999999999999999d"] {
            assert!(text.parse::<Window>().is_err(), "{text:?}");
        }
    }

    fn found(posts: &[(i64, u32)], window: i64, accounts: usize) -> Vec<Stretch> {
        let posts: Vec<_> = posts.iter().map(|(at, account)| (Timestamp(*at), *account)).collect();
        stretches(
            &posts,
            Rule {
                window: Window { milliseconds: window },
                accounts,
            },
        )
    }

    #[test]
    fn one_account_alone_makes_no_campaign() {
        assert_eq!(found(&[(0, 1), (1, 1), (2, 1), (3, 1)], 10, 2), []);
        assert_eq!(found(&[], 10, 2), []);
    }

    #[test]
    fn windows_that_share_a_post_are_one_campaign_and_others_are_not() {
        // 1 2 3 in the first ten; 4 goes on with 3; long after that 5 and 6, too few; then 7 8 9.
        let posts = [
            (0, 1),
            (5, 2),
            (10, 3),
            (14, 4),
            (15, 4),
            (50, 5),
            (51, 6),
            (90, 7),
            (95, 8),
            (100, 9),
        ];
        let stretch = |from, to, posts, accounts, accounts_in_window| Stretch {
            from_at: Timestamp(from),
            to_at: Timestamp(to),
            posts,
            accounts,
            accounts_in_window,
        };
        assert_eq!(
            found(&posts, 10, 3),
            [stretch(0, 15, 5, 4, 3), stretch(90, 100, 3, 3, 3)]
        );
    }

    proptest! {
        #[test]
        fn a_post_is_of_a_campaign_when_some_window_around_it_is_full(
            mut posts in prop::collection::vec((0..60_i64, 0..6_u32), 0..40), window in 0..15_i64, least in 2..5_usize,
        ) {
            posts.sort_unstable();
            let stretches = found(&posts, window, least);
            for (at, _) in &posts {
                let full = posts.iter().any(|(start, _)| {
                    let span = *start..=start + window;
                    let accounts: BTreeSet<u32> = posts.iter().filter(|(t, _)| span.contains(t)).map(|(_, a)| *a).collect();
                    accounts.len() >= least && span.contains(at)
                });
                let holding = stretches.iter().filter(|s| (s.from_at.0..=s.to_at.0).contains(at)).count();
                prop_assert_eq!(holding, usize::from(full));
            }
            for stretch in stretches {
                let held: Vec<_> = posts.iter().filter(|(t, _)| (stretch.from_at.0..=stretch.to_at.0).contains(t)).collect();
                let accounts: BTreeSet<u32> = held.iter().map(|(_, a)| *a).collect();
                prop_assert_eq!((stretch.posts, stretch.accounts), (held.len(), accounts.len()));
                prop_assert!(stretch.accounts_in_window >= least && stretch.accounts_in_window <= stretch.accounts);
            }
        }
    }
}
