//! People and their accounts: who someone is, and what each successive account shows.

use std::collections::BTreeSet;

use crate::clock::{ACCOUNT_MACHINE, DAY_MS, HOUR_MS, snowflake};
use crate::params::Params;
use crate::streams::{Process, Random, Streams, below, chance, lognormal, pick, unit, waiting};
use crate::text::{Tongue, self_description};
use crate::words;

/// Circles of people who prefer each other.
pub const CIRCLES: usize = 8;
/// Of them, those of people who write in Arabic.
const CIRCLES_AR: usize = 2;

/// What a person says about where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declares {
    /// Nothing.
    Nothing,
    /// The truth.
    Truth,
    /// A place in Iraq or Syria although living elsewhere, or elsewhere although living there.
    Falsehood,
    /// Words that name no country.
    Fancy,
}

impl Declares {
    /// Its name in truth tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Truth => "truth",
            Self::Falsehood => "falsehood",
            Self::Fancy => "fanciful",
        }
    }
}

/// A person, across all accounts.
#[derive(Debug, Clone)]
pub struct Person {
    /// Whether rosters list this person's accounts sooner or later.
    pub core: bool,
    /// Whether a program runs this person's accounts.
    pub bot: bool,
    /// Circle, below [`CIRCLES`].
    pub circle: usize,
    /// How readily this person follows others, in (0, 1].
    pub appetite: f64,
    /// Inside followers this person would have if left alone for long.
    pub capacity_inside: f64,
    /// Outside followers this person would have if left alone for long.
    pub capacity_outside: f64,
    /// Posts per day on the first account during the period.
    pub pace: f64,
    /// Posts per day before the period; `None` for who arrives later.
    pub pace_before: Option<f64>,
    /// Language.
    pub tongue: Tongue,
    /// Index into [`words::ZONES`].
    pub zone: usize,
    /// Whether this person lives in Iraq or Syria.
    pub in_theatre: bool,
    /// What the profile says about it.
    pub declares: Declares,
    /// Chance to return after the first removal.
    pub stubbornness: f64,
    /// The two words of the handle and the first number.
    pub name: (&'static str, &'static str, u32),
    /// Accounts in order.
    pub accounts: Vec<usize>,
    /// Inside followers (people) of the last account when it ended.
    pub former_followers: Vec<usize>,
    /// People whom the last account followed when it ended.
    pub former_following: Vec<usize>,
    /// Outside followers of the last account when it ended.
    pub former_outside: Vec<u32>,
    /// Outsiders whom this person follows, on every account.
    pub reads: Vec<u32>,
}

/// How an account ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Removed by the platform.
    Suspended,
    /// Closed by its owner.
    Deactivated,
}

/// One account of a person.
#[derive(Debug, Clone)]
pub struct Account {
    /// Whose it is.
    pub person: usize,
    /// 0 for the first.
    pub return_number: u32,
    /// Account id.
    pub id: u64,
    /// Handles and since when (milliseconds since 1970), oldest first, never empty.
    pub handles: Vec<(i64, String)>,
    /// What its handles are made of: two words and the first number.
    pub handle_words: (&'static str, &'static str, u32),
    /// Display name.
    pub name: String,
    /// Self-description.
    pub description: Option<String>,
    /// Self-declared location.
    pub location: Option<String>,
    /// Key of the picture.
    pub avatar: u64,
    /// When it was made.
    pub created_ms: i64,
    /// Posts of the period begin after this.
    pub posts_from_ms: i64,
    /// When and how it ended.
    pub end: Option<(i64, End)>,
    /// Whether the wave or the routine removed it.
    pub in_wave: bool,
    /// Since when it is protected.
    pub protected_ms: Option<i64>,
    /// Posts written before the period.
    pub statuses_before: u64,
    /// Posts written so far.
    pub statuses: u64,
    /// Posts liked so far.
    pub favourites: u64,
    /// Posts per day now.
    pub pace: f64,
    /// Inside followers it grows towards.
    pub capacity_inside: f64,
    /// Outside followers it grows towards.
    pub capacity_outside: f64,
}

impl Account {
    /// Whether the account exists and has not ended at a moment.
    #[must_use]
    pub fn alive_at(&self, at_ms: i64) -> bool {
        self.created_ms <= at_ms && self.end.is_none_or(|(end, _)| at_ms < end)
    }

    /// Whether its posts are for followers only at a moment.
    #[must_use]
    pub fn protected_at(&self, at_ms: i64) -> bool {
        self.protected_ms.is_some_and(|since| since <= at_ms)
    }

    /// Its handle at a moment.
    #[must_use]
    pub fn handle_at(&self, at_ms: i64) -> &str {
        let known = self
            .handles
            .iter()
            .rev()
            .find(|(since, _)| *since <= at_ms)
            .or(self.handles.first());
        known.map_or("", |(_, handle)| handle)
    }
}

/// Handles that are taken, so that none is given twice.
#[derive(Debug, Default)]
pub struct Handles {
    taken: BTreeSet<String>,
}

/// Longest handle the platform allowed.
const HANDLE_LENGTH: usize = 15;

impl Handles {
    /// The handle of a person's `return_number`th account: the first is two words and a number; later ones count up, move
    /// underscores or swap a letter, as handles of returning people do.
    pub fn mint(&mut self, rng: &mut Random, name: (&str, &str, u32), return_number: u32) -> String {
        let (first, second, number) = name;
        for attempt in 0..u32::MAX {
            let counter = number + return_number + attempt;
            let style = if return_number == 0 {
                below(rng, 2)
            } else {
                below(rng, 5)
            };
            let mut handle = match style {
                0 => format!("{first}_{second}_{counter}"),
                1 => format!("{first}{second}{counter}"),
                2 => format!("_{first}_{second}{counter}"),
                3 => format!("{first}__{second}{counter}"),
                _ => format!("{}_{second}_{counter}", swap_letter(first)),
            };
            if handle.len() > HANDLE_LENGTH {
                // The counter is what tells accounts apart: keep it, cut the words.
                let tail = counter.to_string();
                handle.truncate(HANDLE_LENGTH - tail.len() - usize::from(!handle.ends_with(&tail)));
                let kept = handle.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
                let room = HANDLE_LENGTH - tail.len();
                handle = format!("{}{tail}", &kept[..kept.len().min(room)]);
            }
            if self.taken.insert(handle.clone()) {
                return handle;
            }
        }
        String::new()
    }
}

/// A word with one letter replaced by a look-alike digit.
fn swap_letter(word: &str) -> String {
    for (letter, digit) in [('o', "0"), ('i', "1"), ('e', "3"), ('l', "1")] {
        if word.contains(letter) {
            return word.replacen(letter, digit, 1);
        }
    }
    format!("{word}x")
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |c| c.to_ascii_uppercase().to_string() + letters.as_str())
}

/// What a person calls themselves on an account: kept from the account before, or drawn anew.
struct Guise {
    /// Words and first number of the handle.
    handle: (&'static str, &'static str, u32),
    /// Words of the display name.
    name: (&'static str, &'static str),
    /// The account whose self-description this one has: 0 for the first.
    bio_of: u32,
}

/// The guise of a person's `return_number`th account. Each account on the way there decides in a stream of its own what it keeps
/// of the one before, so that more or fewer returns of anybody change no other account.
fn guise(params: &Params, streams: &Streams, person_index: usize, person: &Person, return_number: u32) -> Guise {
    let (first, second, _) = person.name;
    let mut guise = Guise {
        handle: person.name,
        name: (first, second),
        bio_of: 0,
    };
    for number in 1..=return_number {
        let rng = &mut streams.of(Process::Accounts, (person_index as u64) << 12 | u64::from(number), 1);
        let [keeps_handle, keeps_name, keeps_bio] = [
            params.returns.handle_kept,
            params.returns.name_kept,
            params.returns.bio_kept,
        ]
        .map(|kept| chance(rng, kept));
        let words = (pick(rng, words::FIRST), pick(rng, words::SECOND));
        let other = (pick(rng, words::FIRST), pick(rng, words::SECOND));
        let counter = u32::try_from(1 + below(rng, 60)).unwrap_or(1);
        if !keeps_handle {
            guise.handle = (words.0, words.1, counter);
        }
        if !keeps_name {
            // Who changes both mostly changes them together.
            guise.name = if keeps_handle || chance(rng, 0.3) { other } else { words };
        }
        if !keeps_bio {
            guise.bio_of = number;
        }
    }
    guise
}

/// The name that a person's `return_number`th account shows: half of those who return keep it, the others change it a little.
fn display_name(rng: &mut Random, name: (&str, &str), return_number: u32) -> String {
    let (first, second) = (capitalised(name.0), capitalised(name.1));
    if return_number == 0 || chance(rng, 0.5) {
        return format!("{first} {second}");
    }
    match below(rng, 5) {
        0 => first,
        1 => format!("{second} {first}"),
        2 => format!("{first} {second} {}", return_number + 1),
        3 => format!("{} {}", first.to_uppercase(), second.to_uppercase()),
        _ => format!("{} {first} {second}", pick(rng, words::SIGNS)),
    }
}

/// Circles are mostly of one language: the first are those of Arabic, the rest those of English; who writes both is in any.
fn circle(rng: &mut Random, tongue: Tongue) -> usize {
    match tongue {
        Tongue::Arabic => below(rng, CIRCLES_AR),
        Tongue::English => CIRCLES_AR + below(rng, CIRCLES - CIRCLES_AR),
        Tongue::Both => below(rng, CIRCLES),
    }
}

/// Draws the person with index `index`; `newcomer` for who arrives during the period, on `day`.
#[must_use]
pub fn person(params: &Params, streams: &Streams, index: usize, newcomer: Option<u32>) -> Person {
    let rng = &mut streams.of(Process::People, index as u64, 0);
    let core = chance(rng, params.people.core_share);
    let before = params.posts.pace_before.draw(rng);
    let newcomer_pace = params.posts.pace_newcomers.draw(rng);
    // Fewer of those who arrive later live in Iraq or Syria, and fewer of them say so.
    let progress = newcomer.map_or(0.0, |day| f64::from(day) / f64::from(params.period.days.max(1)));
    let in_theatre = chance(
        rng,
        params.places.in_theatre - params.places.in_theatre_decline * progress,
    );
    let places = &params.places;
    let declares = match unit(rng) + 0.1 * progress {
        u if u < places.declared => Declares::Truth,
        u if u < places.declared + places.false_declared => Declares::Falsehood,
        u if u < places.declared + places.false_declared + places.fanciful => Declares::Fancy,
        _ => Declares::Nothing,
    };
    let (inside, outside) = if core {
        (
            params.follows.capacity_inside_core,
            params.follows.capacity_outside_core,
        )
    } else {
        (
            params.follows.capacity_inside_periphery,
            params.follows.capacity_outside_periphery,
        )
    };
    // Fame is one trait: who is known inside is known outside.
    let fame = lognormal(rng, 1.0, params.follows.fame_sigma);
    let tongues = if core {
        &params.tongues_core
    } else {
        &params.tongues_periphery
    };
    let tongue = match unit(rng) {
        u if u < tongues.english => Tongue::English,
        u if u < tongues.english + tongues.both => Tongue::Both,
        _ => Tongue::Arabic,
    };
    let readers = below(rng, 40) + 20;
    let bot = chance(rng, params.people.bot_share);
    Person {
        core,
        bot,
        circle: circle(rng, tongue),
        appetite: if core {
            0.35 + 0.65 * unit(rng)
        } else {
            0.02 + 0.08 * unit(rng)
        },
        capacity_inside: (inside * fame).min(params.follows.most_inside),
        capacity_outside: outside * fame * lognormal(rng, 1.0, 0.5),
        pace: if newcomer.is_some() {
            newcomer_pace
        } else {
            before * params.posts.pace_now
        },
        pace_before: newcomer.is_none().then_some(before),
        tongue,
        zone: if in_theatre { 1 } else { below(rng, words::ZONES.len()) },
        in_theatre,
        declares,
        stubbornness: (params.returns.stubbornness + 0.3 * (unit(rng) - 0.5)).min(0.98),
        name: (
            pick(rng, words::FIRST),
            pick(rng, words::SECOND),
            u32::try_from(1 + below(rng, 60)).unwrap_or(1),
        ),
        accounts: Vec::new(),
        former_followers: Vec::new(),
        former_following: Vec::new(),
        former_outside: Vec::new(),
        // Popular outsiders have low indices.
        reads: {
            let mut reads: Vec<u32> = (0..readers).map(|_| popular(rng, params.people.outsiders)).collect();
            reads.sort_unstable();
            reads.dedup();
            reads
        },
    }
}

/// An outsider, the popular (low indices) much more often.
pub fn popular(rng: &mut Random, outsiders: u32) -> u32 {
    let u = unit(rng);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates"
    )]
    let index = (u * u * u * f64::from(outsiders)) as u32;
    index.min(outsiders.saturating_sub(1))
}

/// Draws the account that `person` opens at `created_ms`, its `return_number`th.
#[must_use]
pub fn account(
    params: &Params,
    streams: &Streams,
    handles: &mut Handles,
    person_index: usize,
    person: &Person,
    return_number: u32,
    created_ms: i64,
) -> Account {
    let entity = (person_index as u64) << 12 | u64::from(return_number);
    let rng = &mut streams.of(Process::Accounts, entity, 0);
    let guise = guise(params, streams, person_index, person, return_number);
    let handle = handles.mint(rng, guise.handle, return_number);
    let kept_pace = libm::pow(params.posts.pace_kept_per_return, f64::from(return_number));
    let kept_capacity = libm::pow(params.returns.capacity_kept_per_return, f64::from(return_number));
    // Each return makes it a little less likely that the profile tells where its owner is.
    let silent = 1.0 - libm::pow(1.0 - params.places.dropped_per_return, f64::from(return_number));
    let declares = if chance(rng, silent) {
        Declares::Nothing
    } else {
        person.declares
    };
    let location = match (declares, person.in_theatre) {
        (Declares::Nothing, _) => None,
        (Declares::Truth, true) | (Declares::Falsehood, false) => Some(words::PLACES_THEATRE),
        (Declares::Truth, false) | (Declares::Falsehood, true) => Some(words::PLACES_ELSEWHERE),
        (Declares::Fancy, _) => Some(words::PLACES_FANCIFUL),
    };
    let same_face = chance(rng, params.returns.avatar_kept);
    let avatar = if return_number == 0 || same_face {
        person_index as u64
    } else {
        entity << 8
    };
    // What a fixed stream says: the same self-description on every account that keeps it, unless dropped.
    let mut bio = match guise.bio_of {
        0 => self_description(&mut streams.of(Process::People, person_index as u64, 1)),
        changed => {
            let of = (person_index as u64) << 12 | u64::from(changed);
            self_description(&mut streams.of(Process::Accounts, of, 2))
        }
    };
    if return_number > 0 && chance(rng, 0.4) {
        bio = format!("{bio}, {}", pick(rng, words::BIO_BACK));
    }
    Account {
        person: person_index,
        return_number,
        id: snowflake(created_ms, ACCOUNT_MACHINE, person_index as u64),
        handles: vec![(created_ms, handle)],
        handle_words: guise.handle,
        name: display_name(rng, guise.name, return_number),
        description: (!chance(rng, 0.25)).then_some(bio),
        location: location.map(|places| pick(rng, places).to_owned()),
        avatar: avatar.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16,
        created_ms,
        posts_from_ms: created_ms + (waiting(rng, 2.0) * HOUR_MS as f64) as i64,
        end: None,
        in_wave: false,
        protected_ms: None,
        statuses_before: 0,
        statuses: 0,
        favourites: 0,
        pace: person.pace * kept_pace,
        capacity_inside: person.capacity_inside * kept_capacity,
        capacity_outside: person.capacity_outside * kept_capacity,
    }
}

/// When the account of someone who is there on the first day was made: milliseconds before the period.
#[must_use]
pub fn age_before(params: &Params, streams: &Streams, index: usize) -> i64 {
    let rng = &mut streams.of(Process::People, index as u64, 2);
    // A few are years old; ids of this form begin in November 2010.
    let days = if chance(rng, 0.12) {
        200.0 + waiting(rng, 4.0 * params.people.age_days)
    } else {
        waiting(rng, params.people.age_days)
    };
    // Whoever would be out of bounds is spread over a while within them: ids tell accounts of one moment apart only by 12 bits.
    let spread = unit(rng);
    let days = if days < 0.5 {
        0.5 + spread
    } else if days > 1500.0 {
        1500.0 - 200.0 * spread
    } else {
        days
    };
    (days * DAY_MS as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_valid_and_never_repeat() {
        let mut handles = Handles::default();
        let mut rng = Streams::new(1).of(Process::Accounts, 0, 0);
        let mut seen = BTreeSet::new();
        for n in 0..3000 {
            let handle = handles.mint(&mut rng, ("saffron", "feather", 7), n % 9);
            assert!(handle.len() <= HANDLE_LENGTH && !handle.is_empty(), "{handle}");
            assert!(
                handle.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'),
                "{handle}"
            );
            assert!(seen.insert(handle));
        }
    }
}
