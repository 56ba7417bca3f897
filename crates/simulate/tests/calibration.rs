//! Where the default seed lands, against what was published (Berger & Perez 2016; `datasets/published/figures.csv`).
//!
//! One seed; `just calibrate` holds 20 to the published bounds. Run with `--nocapture` to see the numbers.

use simulate::observer::Manner;
use simulate::params::Params;
use simulate::raw::shelf::Memory;
use simulate::truth::SetTruth;

#[test]
fn the_default_seed_lands_near_the_published_figures() {
    let mut params = Params::study(2016, 1.0);
    params.observer.post_share = 0.001;
    let simulation = simulate::simulate(params, Manner::default(), 2, &Memory::default(), |_| ()).unwrap();
    let listed: Vec<&SetTruth> = simulation.days.iter().map(|day| &day.listed).collect();
    // The samples of datasets/diminishing-returns-2016/study.toml, as days of the period.
    let samples: Vec<usize> = [9, 23, 37, 51, 65, 79, 128, 142, 152]
        .into_iter()
        .chain(84..114)
        .collect();
    let sampled = |value: fn(&SetTruth) -> f64| -> Vec<f64> { samples.iter().map(|day| value(listed[*day])).collect() };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;

    let size = sampled(|set| set.size as f64);
    let largest = size.iter().copied().fold(0.0, f64::max);
    let network = simulation.days.iter().map(|day| day.network.size).max().unwrap();
    let followers = sampled(|set| set.followers[0]);
    let pace = (
        listed[9].lifetime_posts_per_day[0],
        listed[152].lifetime_posts_per_day[0],
    );
    let stays = simulate::truth::whole::listed(&simulation);
    let rate = |days: std::ops::Range<u32>| {
        let world = &simulation.world;
        let risk = simulate::truth::whole::risk(world, &stays, (world.midnight(days.start), world.midnight(days.end)));
        risk.suspended as f64 / risk.days
    };
    let (quiet, wave) = (rate(84..114), rate(33..38));
    let inside = sampled(|set| set.into[2] as f64 / set.into[0] as f64);
    println!("listed: largest {largest} (published < 1000); network: largest {network} (< 3000)");
    println!("mean followers: {:.1} over samples (300-400)", mean(&followers));
    println!(
        "  first quiet day {:.1}, last {:.1} (flat)",
        listed[84].followers[0], listed[113].followers[0]
    );
    println!(
        "  before the July wave {:.1}, after it {:.1}",
        listed[32].followers[0], listed[37].followers[0]
    );
    println!(
        "lifetime tweets per day: {:.2} first sample (14.5), {:.2} last (5.5)",
        pace.0, pace.1
    );
    println!("suspended per day: {quiet:.4} quiet (< 0.02), {wave:.4} July wave");
    println!("followers inside the listed set: {:.3} (> 0.5)", mean(&inside));
    println!(
        "name Iraq or Syria: {} first, {} last (falling)",
        listed[9].claims_theatre, listed[152].claims_theatre
    );

    assert!(largest < 1000.0 && network < 3000);
    assert!((300.0..=400.0).contains(&mean(&followers)));
    assert!((listed[113].followers[0] / listed[84].followers[0] - 1.0).abs() < 0.05);
    assert!(listed[37].followers[0] < 0.9 * listed[32].followers[0]);
    assert!((13.05..=15.95).contains(&pace.0) && (4.95..=6.05).contains(&pace.1));
    assert!(quiet < 0.02 && wave > 0.03);
    assert!(mean(&inside) > 0.5);
    assert!(listed[152].claims_theatre < listed[9].claims_theatre);

    // Returning people who were well followed lose most of it.
    let world = &simulation.world;
    let mut ratios: Vec<f64> = Vec::new();
    for person in world.people.iter().filter(|p| p.accounts.len() >= 2) {
        let peak = |n: usize| world.followers[person.accounts[n]].peak as f64;
        if peak(0) >= 300.0 {
            ratios.push(peak(1) / peak(0));
        }
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ratios.len() / 2];
    println!(
        "peak of the first return by first peak, of {} with 300 followers: median {median:.2}",
        ratios.len()
    );
    assert!(ratios.len() > 100 && median < 0.7);
}
