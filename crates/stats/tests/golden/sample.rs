//! Location, spread, resampling and paired comparison.

use stats::{
    Bootstrap, BootstrapInterval, Level, PMethod, ZeroHandling, mean, mean_t_interval, quantile, standard_deviation,
    wilcoxon_signed_rank,
};

use crate::{close, interval_close};

const V: [f64; 8] = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6, 5.3, 5.8];

#[test]
fn quantiles_are_numpys() {
    // [np.quantile(v, p) for p in (0, .1, .25, .5, .75, .9, 1)]
    let expected = [1.0, 1.35, 2.325, 3.5, 5.425, 6.76, 9.0];
    for (p, expected) in [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0].into_iter().zip(expected) {
        close(quantile(&V, p).unwrap(), expected, 1e-14);
    }
}

#[test]
fn mean_and_its_t_interval_are_scipys() {
    close(mean(&V).unwrap(), 4.025, 1e-15); // np.mean(v)
    close(standard_deviation(&V).unwrap(), 2.6222945241579123, 1e-14); // np.std(v, ddof=1)
    // st.t.interval(0.95, 7, loc=np.mean(v), scale=st.sem(v))
    let found = mean_t_interval(&V, Level::P95).unwrap();
    interval_close(&found, (1.8327069151289574, 6.217293084871043), 1e-10);
}

#[test]
fn t_intervals_are_scipys_at_every_size() {
    // st.t.ppf(.975, n - 1) for n in (2, 3, 31, 1001, 100001); values 0, 1, 0, 1, … have mean m and deviation s
    let quantiles = [
        (2, 12.706204736174694),
        (3, 4.302652729749462),
        (31, 2.0422724563012378),
        (1001, 1.9623390808264083),
        (100001, 1.9599877075346095),
    ];
    for (n, quantile) in quantiles {
        let values: Vec<f64> = (0..n).map(|i| f64::from(i % 2)).collect();
        let half = quantile * standard_deviation(&values).unwrap() / f64::from(n).sqrt();
        let found = mean_t_interval(&values, Level::P95).unwrap();
        interval_close(&found, (found.value - half, found.value + half), 1e-9);
    }
}

#[test]
fn bootstrap_comes_near_scipys_with_many_resamples() {
    let x = [2.1, 3.4, 1.9, 8.8, 4.4, 5.0, 12.5, 3.3, 2.7, 6.1, 7.7, 4.2];
    // st.bootstrap((x,), np.mean, n_resamples=200000, method=m, rng=np.random.default_rng(1)).confidence_interval
    let expected = [
        (BootstrapInterval::Percentile, (3.625, 7.008333333333334)),
        (BootstrapInterval::Bca, (3.8166666666666673, 7.366666666666667)),
        // method="percentile", confidence_level=1 - 2 * st.norm.cdf(-st.t.ppf(0.975, 11) * np.sqrt(12 / 11))
        (BootstrapInterval::ExpandedPercentile, (3.4166666666666665, 7.35)),
    ];
    for (interval, expected) in expected {
        let bootstrap = Bootstrap {
            resamples: 50_000,
            seed: 1,
            level: Level::P95,
            interval,
        };
        interval_close(&bootstrap.of_values(&x, mean).unwrap(), expected, 0.01);
    }
}

#[test]
fn the_random_streams_do_not_move() {
    // Ours, pinned: a change here changes every published interval.
    let bootstrap = Bootstrap {
        resamples: 1_000,
        seed: 7,
        level: Level::P95,
        interval: BootstrapInterval::Percentile,
    };
    let found = bootstrap.of_values(&V, mean).unwrap();
    assert_eq!(found.interval(), Some((2.5121875000000005, 5.7375)));
}

#[test]
fn wilcoxon_is_exact_with_ties_and_zeros() {
    let d = [1.5, -2.0, 3.0, 3.0, -1.5, 4.0, 0.0, 5.5, 6.0, 0.0, 2.0, -7.0];
    // r = st.rankdata(abs(d)) of the kept d; p = 2 * share of the 2**10 sign vectors with rank sum <= min(t+, t-)
    let expected = [
        (ZeroHandling::Drop, 40.0, 15.0, 0.220703125),
        (ZeroHandling::Pratt, 54.0, 21.0, 0.212890625),
    ];
    for (zeros, plus, minus, p) in expected {
        let found = wilcoxon_signed_rank(&d, zeros).unwrap();
        assert_eq!(
            (found.t_plus, found.t_minus, found.n, found.zeros),
            (plus, minus, 10, 2)
        );
        assert_eq!(found.p_method, PMethod::Exact);
        close(found.p, p, 1e-12);
    }
    // st.wilcoxon([1, -2, 3, 4, -5, 6, 7, 8], method='exact').pvalue
    let found = wilcoxon_signed_rank(&[1.0, -2.0, 3.0, 4.0, -5.0, 6.0, 7.0, 8.0], ZeroHandling::Drop).unwrap();
    close(found.p, 0.1484375, 1e-12);
}

#[test]
fn wilcoxon_is_scipys_for_large_samples() {
    let d: Vec<f64> = (0..80).map(|i| f64::from((i * 37) % 101 - 40) / 4.0).collect();
    // st.wilcoxon(d, zero_method='wilcox' or 'pratt', correction=True, method='asymptotic')
    let expected = [
        (ZeroHandling::Drop, 1015.5, 0.005844114716713923),
        (ZeroHandling::Pratt, 1047.5, 0.0061219581954903325),
    ];
    for (zeros, statistic, p) in expected {
        let found = wilcoxon_signed_rank(&d, zeros).unwrap();
        assert_eq!(found.t_plus.min(found.t_minus), statistic);
        assert_eq!(found.p_method, PMethod::NormalContinuityCorrected);
        close(found.p, p, 1e-9);
    }
}
