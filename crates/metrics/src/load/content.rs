//! What posts hold, and the parts of a researcher's own table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tables::{PostingDays, SetName, Spells, Terms, Timestamp};

use super::Loader;
use crate::content_tally::{Belongings, Counted, DAYS_TO_SAMPLE, Span, Tally as ContentTally};
use crate::evidence::Group;
use crate::parts::{Attributes, Named, Part, Parted};

impl Loader<'_> {
    /// What the posts of each group hold, and of each part of it.
    pub(super) fn content(&mut self, parts: &mut [Part]) -> anyhow::Result<()> {
        let mut belongings = Belongings {
            spans: Vec::new(),
            parts: parts.iter().map(|part| part.accounts.clone()).collect(),
        };
        for (position, window) in self.evidence.study.windows().iter().enumerate() {
            let (from, to) = crate::evidence::bounds_ms(window);
            let of = |set: SetName| self.evidence.on_list.get(&(set, position)).cloned().unwrap_or_default();
            let groups = Group::ALL.map(|group| match group {
                Group::Everyone => (group, None),
                Group::Set(set) => (group, Some(of(set))),
            });
            let days = (Timestamp(from).day().0, Timestamp(to - 1).day().0);
            belongings.spans.push(Counted {
                span: Span::Window(position),
                days,
                groups: groups.to_vec(),
            });
        }
        for position in 0..self.evidence.study.samples().len() {
            let last = Timestamp(self.evidence.sample_ms(position)).day().0;
            let of = |set: SetName| {
                let members = self.evidence.members.iter();
                let here = members.filter(|row| row.set == set && row.sample == position && row.alive);
                here.map(|row| row.account).collect::<BTreeSet<u32>>()
            };
            let groups = Group::SETS.map(|set| (Group::Set(set), Some(of(set))));
            let first = last - (DAYS_TO_SAMPLE - 1);
            belongings.spans.push(Counted {
                span: Span::Sample(position),
                days: (first, last),
                groups: groups.to_vec(),
            });
        }
        let mut tally = ContentTally::new(belongings);
        let table = self.dir.table::<Terms>()?;
        for batch in table.batches() {
            for row in batch?.rows()? {
                let account = self.account(row.platform, row.account_id)?;
                tally.term(&row, account);
            }
        }
        self.tally("terms", table.rows(), Vec::new());
        let table = self.dir.table::<PostingDays>()?;
        for batch in table.batches() {
            for row in batch?.rows()? {
                let account = self.account(row.platform, row.account_id)?;
                tally.day(&row, account);
            }
        }
        self.tally("posting_days", table.rows(), Vec::new());
        let mut contents = tally.finish().into_iter();
        self.evidence.content = contents.next().unwrap_or_default();
        for (part, content) in parts.iter_mut().zip(contents) {
            part.content = content;
        }
        Ok(())
    }

    /// The parts of a researcher's own table; an account's handle is its newest. An account is in the data when it has a life there or
    /// was on a list; one that only stands in others' lists of follows is not, since nothing is measured of it.
    pub(super) fn parts(&mut self, attributes: &Attributes) -> anyhow::Result<Vec<Part>> {
        let mut by_handle: BTreeMap<String, BTreeSet<(String, u32)>> = BTreeMap::new();
        let mut known: BTreeSet<u32> = self.evidence.on_list.values().flatten().copied().collect();
        for batch in self.dir.table::<Spells>()?.batches() {
            for row in batch?.rows()? {
                let account = self.account(row.platform, row.account_id)?;
                known.insert(account);
                if let Some(handle) = row.handle {
                    let borne = by_handle.entry(handle.to_lowercase()).or_default();
                    borne.insert((row.platform.to_owned(), account));
                }
            }
        }
        let find = |named: &Named| -> BTreeSet<u32> {
            let fits = |platform: &str| named.platform.as_deref().is_none_or(|wanted| wanted == platform);
            match (&named.account_id, &named.handle) {
                (Some(id), _) => {
                    let borne = self.names.all_with_id(id).filter(|(platform, _)| fits(platform));
                    borne
                        .map(|(_, account)| account)
                        .filter(|account| known.contains(account))
                        .collect()
                }
                (None, Some(handle)) => {
                    let borne = by_handle.get(handle).into_iter().flatten();
                    borne
                        .filter(|(platform, _)| fits(platform))
                        .map(|(_, account)| *account)
                        .collect()
                }
                (None, None) => BTreeSet::new(),
            }
        };
        let Parted { parts, told, unknown } = attributes.parts(&find)?;
        self.tally(
            "attributes",
            attributes.len(),
            vec![("account not in the data", unknown)],
        );
        // Whom the columns say nothing of, of those who were ever on a list.
        let on_lists: BTreeSet<u32> = self.evidence.on_list.values().flatten().copied().collect();
        for told in told.values() {
            let (blank, not_named) = told.not_of(&on_lists);
            self.tally(
                "attributes of accounts on a list",
                on_lists.len() as u64,
                vec![("a blank value", blank), ("not in the table of attributes", not_named)],
            );
        }
        self.evidence.told = Arc::new(told);
        Ok(parts)
    }
}
