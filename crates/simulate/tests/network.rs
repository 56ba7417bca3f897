//! How follows come about: each cause does what its parameter says, and nothing where it is off.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use simulate::observer::Manner;
use simulate::params::{Params, Regime};
use simulate::raw::shelf::Memory;
use simulate::world::World;

/// The network after some weeks without removals.
fn grown(change: impl Fn(&mut Params)) -> World {
    let mut params = Params::study(29, 0.2);
    params.regime = Regime::None;
    params.observer.post_share = 0.0;
    params.period.days = 30;
    params.follows.triadic_closure = 0.0;
    params.follows.reciprocity = 0.0;
    params.follows.homophily = 0.0;
    // Sparse, so that no circle is exhausted.
    params.follows.capacity_inside_core = 5.0;
    params.follows.capacity_inside_periphery = 5.0;
    change(&mut params);
    simulate::simulate(params, Manner::default(), 2, &Memory::default(), |_| ())
        .unwrap()
        .world
}

fn circle(world: &World, account: usize) -> usize {
    world.people[world.accounts[account].person].circle
}

/// Share of follows between people of one circle.
fn within_circles(world: &World) -> f64 {
    let (mut within, mut all) = (0_u32, 0_u32);
    for account in 0..world.accounts.len() {
        for follower in world.graph.followers(account) {
            all += 1;
            within += u32::from(circle(world, account) == circle(world, *follower as usize));
        }
    }
    f64::from(within) / f64::from(all)
}

/// Share of follows that are returned.
fn returned(world: &World) -> f64 {
    let (mut mutual, mut all) = (0_u32, 0_u32);
    for account in 0..world.accounts.len() {
        for follower in world.graph.followers(account) {
            all += 1;
            mutual += u32::from(world.graph.following(account).binary_search(follower).is_ok());
        }
    }
    f64::from(mutual) / f64::from(all)
}

/// Of pairs (follower of a follower of x, x), the share in which the first follows x, too, over that expected by chance.
fn closure(world: &World) -> f64 {
    let (mut closed, mut pairs, mut edges) = (0.0, 0.0, 0.0);
    let n = world.accounts.len() as f64;
    for account in (0..world.accounts.len()).step_by(7) {
        let followers = world.graph.followers(account);
        edges += followers.len() as f64 / (n - 1.0);
        for friend in followers.iter().step_by(5) {
            for far in world.graph.followers(*friend as usize) {
                pairs += 1.0;
                closed += f64::from(u8::from(followers.binary_search(far).is_ok()));
            }
        }
    }
    (closed / pairs) / (edges / (n / 7.0))
}

#[test]
fn homophily_draws_within_circles() {
    let (off, on) = (
        within_circles(&grown(|_| ())),
        within_circles(&grown(|p| p.follows.homophily = 0.6)),
    );
    // Without it, chance alone: circles are of unlike size, so somewhat more than an eighth.
    assert!((0.12..0.24).contains(&off), "{off}");
    // Six in ten of the circle, and of the other four those whom chance finds there.
    let expected = 0.6 + 0.4 * off;
    assert!((on - expected).abs() < 0.05, "{on} instead of {expected}");
    // Circles are of a language: who writes in Arabic is followed from Arabic circles.
    let world = grown(|_| ());
    let arabic = |person: &&simulate::people::Person| person.tongue == simulate::text::Tongue::Arabic;
    assert!(world.people.iter().filter(arabic).all(|person| person.circle < 2));
}

#[test]
fn whoever_is_followed_follows_back_as_often_as_said() {
    let (off, on) = (
        returned(&grown(|_| ())),
        returned(&grown(|p| p.follows.reciprocity = 0.5)),
    );
    // An edge that was asked for is returned with probability p; of all edges, those and their returns: 2p / (1 + p), and what
    // chance adds.
    assert!(off < 0.25, "{off}");
    let expected = 2.0 * 0.5 / 1.5;
    assert!((on - expected).abs() < 0.1, "{on} instead of {expected}");
}

#[test]
fn triadic_closure_closes_triangles() {
    let (off, on) = (
        closure(&grown(|_| ())),
        closure(&grown(|p| p.follows.triadic_closure = 0.6)),
    );
    assert!(on > 1.5 * off, "with it {on}, without {off}");
}

/// Mean inside followers, five days after listing, of accounts made in the first days.
fn after_listing(gain: f64) -> f64 {
    let world = grown(|params| {
        params.follows.shout_out_gain = gain;
        params.observer.roster_coverage = 1.0;
        params.observer.roster_delay_days = 0.5;
        params.period.days = 12;
    });
    let start = world.start_ms;
    let young = world.accounts.iter().enumerate();
    let followers: Vec<f64> = young
        .filter(|(_, a)| a.created_ms >= start && a.created_ms < start + 5 * 86_400_000 && world.people[a.person].core)
        .map(|(index, _)| world.graph.followers(index).len() as f64)
        .collect();
    assert!(followers.len() > 2);
    followers.iter().sum::<f64>() / followers.len() as f64
}

#[test]
fn a_listing_on_the_roster_brings_followers() {
    let (without, with) = (after_listing(0.0), after_listing(0.5));
    assert!(with > 1.5 * without, "with {with}, without {without}");
}

#[test]
fn what_friends_tell_of_a_returned_account_brings_followers() {
    let followers_of_returned = |shout_outs: f64| {
        let mut params = Params::study(29, 0.2);
        params.returns.shout_outs = shout_outs;
        params.returns.refollow = 0.0;
        params.observer.roster_coverage = 0.0;
        params.observer.post_share = 0.0;
        params.follows.shout_out_gain = 0.3;
        params.period.days = 60;
        let world = simulate::simulate(params, Manner::default(), 2, &Memory::default(), |_| ())
            .unwrap()
            .world;
        let returned = (0..world.accounts.len()).filter(|a| world.accounts[*a].return_number == 1);
        let peaks: Vec<f64> = returned.map(|a| world.followers[a].peak as f64).collect();
        peaks.iter().sum::<f64>() / peaks.len() as f64
    };
    let (silent, told) = (followers_of_returned(0.0), followers_of_returned(3.0));
    assert!(told > 1.2 * silent, "told of {told}, not {silent}");
}
