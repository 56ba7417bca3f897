//! `simulate`: a seeded synthetic network of supporters' accounts under suspension pressure, as raw files that an observer
//! of it would hold, with the truth beside them.
//!
//! In the order in which data flows: [`params`] (every number), [`streams`] (chance), [`people`], [`outsiders`] and
//! [`graph`] (who is there), [`world`] (what happens), [`roster`] and [`observer`] (what is seen of it), [`raw`] (how that
//! is written down), [`truth`] and `record` (what was so, and the tables that say it), `cli` (arguments).

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "times, counts and random fractions of a simulated five months stay far inside all ranges; float casts saturate"
)]

mod cli;
pub mod clock;
pub mod graph;
pub mod observer;
pub mod outsiders;
pub mod params;
pub mod people;
pub mod raw;
mod record;
pub mod roster;
pub mod streams;
pub mod text;
pub mod truth;
pub mod words;
pub mod world;

use std::io;

use observer::{Holdings, Manner, Observer};
use params::Params;
use raw::shelf::Shelf;
use roster::Rosters;
use truth::{Book, DayTruth};
use world::World;

pub use cli::Simulate;

/// A finished simulation.
pub struct Simulation {
    /// The network as it ended.
    pub world: World,
    /// The rosters over the whole period.
    pub rosters: Rosters,
    /// True state, day by day.
    pub days: Vec<DayTruth>,
    /// What was kept of every post.
    pub book: Book,
    /// What the observer holds.
    pub holdings: Holdings,
}

/// Runs the whole period and writes the raw files, with so many threads; tells `watch` of each day that is done.
///
/// # Errors
/// What the shelf says.
pub fn simulate(
    params: Params,
    manner: Manner,
    threads: usize,
    shelf: &dyn Shelf,
    mut watch: impl FnMut(u32),
) -> io::Result<Simulation> {
    let mut world = World::new(params);
    let mut rosters = Rosters::default();
    let mut observer = Observer::new(&world, manner, shelf, threads)?;
    let mut days = Vec::new();
    let mut book = Book::default();
    for day in 0..world.params.period.days {
        world.begin_day(day);
        let newly_listed = rosters.begin_day(&world, day);
        world.hear_of(newly_listed);
        observer.begin_day(&world, &rosters, day)?;
        let end_of_day = world.midnight(day + 1) - 1;
        let mut listed = vec![false; world.accounts.len()];
        rosters
            .listed_at(end_of_day)
            .into_iter()
            .for_each(|account| listed[account] = true);
        book.begin_day(&world, rosters.on_day(world.midnight(day)), day);
        for draft in world.drafts(day, threads) {
            observer.until(&world, draft.at_ms - 1, day)?;
            let post = world.write(draft, day);
            book.enter(&world, &post.post);
            observer.see(&world, &listed, &post, day)?;
        }
        book.end_day(&world);
        observer.until(&world, end_of_day, day)?;
        days.push(truth::at_end_of(&world, &rosters, &book, day));
        watch(day);
    }
    let holdings = observer.finish(&world, &rosters)?;
    Ok(Simulation {
        world,
        rosters,
        days,
        book,
        holdings,
    })
}
