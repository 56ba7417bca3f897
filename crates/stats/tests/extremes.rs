//! Input at the ends of what numbers hold: an answer or a reason, and in time.

use stats::graph::{Graph, Repeated, SelfLoops, betweenness};
use stats::{
    Counted, Dispersion, KaplanMeier, Level, Reason, Spell, WaveSearch, gini_gradient, overdispersed_rate, rate_ratio,
    waves,
};

fn counted(events: u64, exposure: f64) -> Counted {
    Counted { events, exposure }
}

#[test]
fn ratios_of_very_many_events_to_few_have_an_interval() {
    // low, high = (scipy.stats.beta.ppf(p, *shapes) for p, shapes in ((0.975, (b + 1, a)), (0.025, (b, a + 1)))); (1 - low)/low; (1 - high)/high
    for (first, second, low, high) in [
        (10_000_000, 20, 323_746.186_573_321_7, 818_564.102_634_160_2),
        (5_000_000, 1, 897_400.885_786_573_8, 197_489_490.023_926_26),
    ] {
        let ratio = rate_ratio(
            counted(first, 1.0),
            counted(second, 1.0),
            Dispersion::POISSON,
            Level::P95,
        )
        .unwrap();
        let found = ratio.interval().unwrap();
        assert!(
            (found.0 / low - 1.0).abs() < 2e-8 && (found.1 / high - 1.0).abs() < 2e-8,
            "{found:?}"
        );
    }
}

#[test]
fn more_events_than_a_number_holds_are_refused() {
    let days = [counted(1 << 63, 1.0), counted(1 << 63, 1.0)];
    let search = WaveSearch {
        penalty: None,
        fewest_days: 1,
        overdispersed: true,
        permutations: 0,
        seed: 1,
        level: Level::P95,
    };
    let refused = Reason::NotRepresentable {
        what: "number of events",
    };
    assert_eq!(waves(&days, &search).map(|_| ()), Err(refused.clone()));
    assert_eq!(overdispersed_rate(&days, 1, Level::P95), Err(refused));
    assert!(gini_gradient(&[1e-320, 0.0]).is_err());
    assert!(KaplanMeier::at_risk_table(&[Spell::new(Some(5.0), 3.0, true)], &[4.0]).is_err());
}

#[test]
fn paths_without_number_have_a_betweenness() {
    // Diamonds in a row: two ways through each, so that there are 2^1100 from end to end.
    let (diamonds, mut edges) = (1_100_u32, Vec::new());
    for diamond in 0..diamonds {
        let start = 3 * diamond;
        edges.extend([
            (start, start + 1),
            (start, start + 2),
            (start + 1, start + 3),
            (start + 2, start + 3),
        ]);
    }
    let nodes = 3 * diamonds as usize + 1;
    let graph = Graph::new(nodes, &edges, true, Repeated::Collapse, SelfLoops::Drop).unwrap();
    let found = betweenness(&graph);
    assert!(found.iter().all(|value| value.is_finite()));
    // Half of all paths from what lies before to what lies after go by one side of a diamond.
    for diamond in [0, 7, 549, 1_099] {
        let (before, after) = (
            3.0 * f64::from(diamond) + 1.0,
            3.0 * f64::from(diamonds - diamond - 1) + 1.0,
        );
        let expected = before * after / 2.0;
        let side = found[3 * diamond as usize + 1];
        assert!((side / expected - 1.0).abs() < 1e-9, "{diamond}: {side} {expected}");
    }
}
