//! One pass over each table, and what it gathers of each account.

use std::collections::HashMap;
use std::path::Path;

use tables::{Accounts, Availability, DAY_MS, Follows, PostKind, Posts, Roster, TableFile};

use super::super::features::{Gathered, number};
use super::super::names;
use super::{Hours, KINDS, Kind, Life, Profiles, TIES};

/// Texts of which the newest counts: when it was seen, then the text itself, so that no order of rows shows.
type Newest = Option<(i64, Box<str>)>;

/// What is read of an account before all are numbered.
#[derive(Debug, Default)]
struct Draft {
    platform: Box<str>,
    account_id: Box<str>,
    life: Life,
    handle: Newest,
    name: Newest,
    hours: Hours,
    announces: bool,
    wrote: bool,
}

/// Days after an account's start in which its own words, or others' about it, count as words of a return.
const EARLY_DAYS: i64 = 7;

/// Somebody named in a text, by id or by handle.
#[derive(Debug, Clone, Copy)]
enum Named {
    Id(u64),
    Handle(u64),
}

#[derive(Debug, Default)]
struct Reader {
    index: HashMap<u64, u32>,
    drafts: Vec<Draft>,
    gathered: [Gathered; KINDS],
    /// Who bore a handle.
    bearers: HashMap<u64, Vec<u32>>,
    /// Who was addressed (number of platform and id), by whom.
    audience: Vec<(u64, u64)>,
    /// Who was named in the words of a return, and when.
    welcomed: Vec<(Named, i64)>,
    together: Vec<(Named, Named)>,
    own_naming: Vec<(u32, Named)>,
}

/// Reads the tables in `dir`.
pub(super) fn read(dir: &Path) -> anyhow::Result<Profiles> {
    let mut reader = Reader::default();
    reader.accounts(dir)?;
    reader.checks(dir, true)?;
    reader.roster(dir)?;
    reader.posts(dir)?;
    // Only now is the last sign of life known.
    reader.checks(dir, false)?;
    reader.follows(dir)?;
    Ok(reader.finish())
}

fn id_number(platform: &str, id: &str) -> u64 {
    number(&[platform, id])
}

impl Reader {
    fn account(&mut self, platform: &str, account_id: &str) -> u32 {
        let drafts = &mut self.drafts;
        *self.index.entry(id_number(platform, account_id)).or_insert_with(|| {
            drafts.push(Draft {
                platform: platform.into(),
                account_id: account_id.into(),
                ..Draft::default()
            });
            u32::try_from(drafts.len() - 1).unwrap_or(u32::MAX)
        })
    }

    fn add(&mut self, kind: Kind, account: u32, feature: u64) {
        self.gathered[kind as usize].add(account, feature);
    }

    fn draft(&mut self, account: u32) -> &mut Draft {
        &mut self.drafts[account as usize]
    }

    fn handle(&mut self, account: u32, platform: &str, handle: &str, at: i64) {
        if handle.is_empty() || !newer(&mut self.draft(account).handle, at, handle) {
            return;
        }
        self.add(Kind::Stem, account, number(&[platform, &names::stem(handle)]));
        for token in names::tokens(handle) {
            self.add(Kind::Token, account, number(&[platform, &token]));
        }
        let bearers = self
            .bearers
            .entry(number(&[platform, &handle.to_lowercase()]))
            .or_default();
        if !bearers.contains(&account) {
            bearers.push(account);
        }
    }

    fn name(&mut self, account: u32, platform: &str, name: &str, at: i64) {
        if !newer(&mut self.draft(account).name, at, name) {
            return;
        }
        if let Some(display) = names::display(name) {
            self.add(Kind::Name, account, number(&[platform, &display]));
            for token in names::tokens(name) {
                self.add(Kind::Token, account, number(&[platform, &token]));
            }
        }
    }

    fn bio(&mut self, account: u32, platform: &str, bio: &str) {
        let shingles = names::shingles(bio);
        if shingles.is_empty() {
            return;
        }
        self.draft(account).wrote = true;
        self.add(Kind::Bio, account, number(&[platform, &bio.to_lowercase()]));
        for shingle in shingles {
            self.add(Kind::BioShingle, account, number(&[platform, &shingle]));
        }
        if names::speaks_of_return(bio) {
            self.draft(account).announces = true;
        }
        for handle in names::named_handles(bio) {
            self.own_naming
                .push((account, Named::Handle(number(&[platform, &handle]))));
        }
    }
}

/// Whether the text is to be looked at: not the very one seen last. Keeps the newest.
fn newer(newest: &mut Newest, at: i64, text: &str) -> bool {
    match newest {
        Some((_, known)) if **known == *text => {
            if let Some((seen, _)) = newest {
                *seen = (*seen).max(at);
            }
            false
        }
        Some((seen, known)) => {
            if (at, text) > (*seen, &**known) {
                *newest = Some((at, text.into()));
            }
            true
        }
        None => {
            *newest = Some((at, text.into()));
            true
        }
    }
}

impl Reader {
    fn accounts(&mut self, dir: &Path) -> anyhow::Result<()> {
        for batch in TableFile::<Accounts>::open(dir)?.batches() {
            for row in batch?.rows()? {
                let account = self.account(row.platform, row.account_id);
                let at = row.observed_at.map_or(i64::MIN, |at| at.0);
                let draft = self.draft(account);
                if let Some(at) = row.observed_at {
                    draft.life.alive(at.0);
                }
                let created = row.created_at.map(|at| at.0);
                draft.life.created = draft.life.created.into_iter().chain(created).min();
                if let Some(handle) = row.handle {
                    self.handle(account, row.platform, handle, at);
                }
                if let Some(name) = row.display_name {
                    self.name(account, row.platform, name, at);
                }
                if let Some(bio) = row.description {
                    self.bio(account, row.platform, bio);
                }
                let single = [
                    (Kind::Picture, row.avatar_url.map(|url| names::picture(url).to_owned())),
                    (Kind::Place, row.location.and_then(names::display)),
                    (Kind::Language, row.lang.map(str::to_lowercase)),
                    (Kind::Topic, row.url.map(|url| format!("link {url}"))),
                ];
                for (kind, text) in single {
                    if let Some(text) = text.filter(|text| !text.is_empty()) {
                        self.add(kind, account, number(&[row.platform, &text]));
                    }
                }
            }
        }
        Ok(())
    }

    /// Signs of life on the first pass, ends on the second.
    fn checks(&mut self, dir: &Path, alive: bool) -> anyhow::Result<()> {
        for batch in TableFile::<Availability>::open(dir)?.batches() {
            for row in batch?.rows()? {
                let account = self.account(row.platform, row.account_id);
                let (at, answered) = (row.observed_at.0, row.state.alive());
                let life = &mut self.draft(account).life;
                match answered {
                    Some(true) if alive => life.alive(at),
                    Some(false) if !alive && life.last_alive.is_none_or(|last| last < at) => {
                        life.first_gone = life.first_gone.into_iter().chain([at]).min();
                    }
                    _ => {}
                }
                life.checked |= answered.is_some();
                if let Some(handle) = row.handle.filter(|_| alive) {
                    self.handle(account, row.platform, handle, i64::MIN);
                }
            }
        }
        Ok(())
    }

    fn roster(&mut self, dir: &Path) -> anyhow::Result<()> {
        for batch in TableFile::<Roster>::open(dir)?.batches() {
            for row in batch?.rows()? {
                if let Some(account_id) = row.account_id {
                    let account = self.account(row.platform, account_id);
                    // Who is listed was there; whether it answered then nobody says.
                    let seen = &mut self.draft(account).life.first_seen;
                    *seen = seen.iter().copied().chain(row.listed_at.map(|at| at.0)).min();
                    if let Some(handle) = row.handle {
                        self.handle(account, row.platform, handle, i64::MIN);
                    }
                }
            }
        }
        Ok(())
    }

    fn posts(&mut self, dir: &Path) -> anyhow::Result<()> {
        for batch in TableFile::<Posts>::open(dir)?.batches() {
            for row in batch?.rows()? {
                let platform = row.platform;
                let account = self.account(platform, row.account_id);
                let at = row.posted_at.map(|at| at.0);
                let draft = self.draft(account);
                if let Some(at) = at {
                    draft.life.alive(at);
                    if row.kind != PostKind::Repost {
                        let hour = usize::try_from(at.rem_euclid(DAY_MS) / (DAY_MS / 24)).unwrap_or(0);
                        draft.hours[hour] = draft.hours[hour].saturating_add(1);
                    }
                }
                if let Some(handle) = row.handle {
                    self.handle(account, platform, handle, at.unwrap_or(i64::MIN));
                }
                if row.kind != PostKind::Repost {
                    self.own_words(account, &row, at);
                }
                let mentioned = row.mentioned_ids.iter().flatten().copied().map(Some);
                let addressed = [
                    row.in_reply_to_account_id,
                    row.reposted_account_id,
                    row.quoted_account_id,
                ];
                let own = id_number(platform, row.account_id);
                for target in addressed.into_iter().chain(mentioned).flatten() {
                    let target = id_number(platform, target);
                    if target != own {
                        self.add(Kind::Followed, account, target);
                        self.audience.push((target, own));
                    }
                }
                if self.audience.len() >= self.audience.capacity() {
                    self.audience.sort_unstable();
                    self.audience.dedup();
                    self.audience.reserve(self.audience.len().max(1 << 16));
                }
            }
        }
        Ok(())
    }

    fn own_words(&mut self, account: u32, row: &tables::Post<'_>, at: Option<i64>) {
        let platform = row.platform;
        self.draft(account).wrote = true;
        for tag in row.hashtags.iter().flatten() {
            self.add(Kind::Topic, account, number(&[platform, "tag", &tag.to_lowercase()]));
        }
        for url in row.urls.iter().flatten() {
            self.add(Kind::Topic, account, number(&[platform, &format!("link {url}")]));
            if let Some(site) = names::site(url) {
                self.add(Kind::Topic, account, number(&[platform, "site", &site]));
            }
        }
        let Some((_, at)) = row.text.zip(at).filter(|(text, _)| names::speaks_of_return(text)) else {
            return;
        };
        let early = self
            .draft(account)
            .life
            .created
            .is_some_and(|created| at - created <= EARLY_DAYS * DAY_MS);
        let named: Vec<Named> = match (&row.mentioned_ids, &row.mentioned_handles) {
            (Some(ids), _) if !ids.is_empty() => ids.iter().map(|id| Named::Id(id_number(platform, id))).collect(),
            (_, Some(handles)) => handles
                .iter()
                .map(|handle| Named::Handle(number(&[platform, &handle.to_lowercase()])))
                .collect(),
            _ => Vec::new(),
        };
        if early && named.is_empty() {
            self.draft(account).announces = true;
        }
        for (at_place, one) in named.iter().enumerate() {
            self.welcomed.push((*one, at));
            if early {
                self.own_naming.push((account, *one));
            }
            // Texts that name a crowd tell of nobody in particular.
            for other in named.iter().skip(at_place + 1).take(4) {
                self.together.push((*one, *other));
            }
        }
    }

    fn follows(&mut self, dir: &Path) -> anyhow::Result<()> {
        for batch in TableFile::<Follows>::open(dir)?.batches() {
            for row in batch?.rows()? {
                let (follower, followed) = (
                    id_number(row.platform, row.follower_id),
                    id_number(row.platform, row.followed_id),
                );
                if let Some(account) = self.index.get(&follower).copied() {
                    self.add(Kind::Followed, account, followed);
                }
                if let Some(account) = self.index.get(&followed).copied() {
                    self.add(Kind::Follower, account, follower);
                }
            }
        }
        Ok(())
    }

    fn bearers_of(&self, named: Named) -> &[u32] {
        match named {
            Named::Id(id) => self.index.get(&id).map_or(&[], std::slice::from_ref),
            Named::Handle(handle) => self.bearers.get(&handle).map_or(&[], Vec::as_slice),
        }
    }

    fn finish(mut self) -> Profiles {
        let n = self.drafts.len();
        for (target, by) in std::mem::take(&mut self.audience) {
            if let Some(account) = self.index.get(&target).copied() {
                self.add(Kind::Follower, account, by);
            }
        }
        let mut order: Vec<u32> = (0..u32::try_from(n).unwrap_or(u32::MAX)).collect();
        order.sort_unstable_by(|a, b| {
            let key = |at: u32| {
                let draft = &self.drafts[at as usize];
                (&draft.platform, &draft.account_id)
            };
            key(*a).cmp(&key(*b))
        });
        let mut place = vec![0; n];
        for (new, old) in (0..).zip(&order) {
            place[*old as usize] = new;
        }
        let mut welcomed = vec![false; n];
        for (named, at) in &self.welcomed {
            for account in self.bearers_of(*named) {
                let start = self.drafts[*account as usize].life.start();
                if start.is_some_and(|start| (0..=EARLY_DAYS * DAY_MS).contains(&(at - start))) {
                    welcomed[place[*account as usize] as usize] = true;
                }
            }
        }
        let mut named_together = Vec::new();
        let mut together = |a: u32, b: u32| {
            let (a, b) = (place[a as usize], place[b as usize]);
            if a != b {
                named_together.push((a.min(b), a.max(b)));
            }
        };
        // A handle that many bore names nobody in particular.
        let few = |accounts: &[u32]| accounts.len() <= 4;
        for (account, named) in &self.own_naming {
            let bearers = self.bearers_of(*named);
            bearers
                .iter()
                .filter(|_| few(bearers))
                .for_each(|other| together(*account, *other));
        }
        for (one, other) in &self.together {
            let (left, right) = (self.bearers_of(*one), self.bearers_of(*other));
            if few(left) && few(right) {
                left.iter().for_each(|a| right.iter().for_each(|b| together(*a, *b)));
            }
        }
        named_together.sort_unstable();
        named_together.dedup();
        let gathered = self.gathered.map(|gathered| gathered.sets(&place));
        let account_of = |number: &u64| {
            self.index
                .get(number)
                .map_or(u32::MAX, |account| place[*account as usize])
        };
        let ties = TIES
            .into_iter()
            .map(|kind| (kind, gathered[kind as usize].1.iter().map(account_of).collect()))
            .collect();
        let features = gathered.map(|(features, _)| features);
        let mut profiles = Profiles {
            persons: (0..u32::try_from(n).unwrap_or(u32::MAX)).collect(),
            ties,
            welcomed,
            features,
            named_together,
            ..Profiles::default()
        };
        for old in order {
            let draft = std::mem::take(&mut self.drafts[old as usize]);
            let text = |newest: Newest| newest.map_or_else(Box::default, |(_, text)| text);
            let handle = text(draft.handle);
            profiles.keys.push((draft.platform, draft.account_id));
            profiles.lives.push(draft.life);
            profiles.stems.push(if handle.is_empty() {
                Box::default()
            } else {
                names::stem(&handle).into()
            });
            profiles.handles.push(handle);
            profiles
                .names
                .push(names::display(&text(draft.name)).unwrap_or_default().into());
            profiles.hours.push(draft.hours);
            profiles.announces.push(draft.announces);
            profiles.wrote.push(draft.wrote);
        }
        profiles
    }
}
