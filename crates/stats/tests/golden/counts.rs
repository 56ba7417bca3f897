//! Proportions, rates and tie counts.

use stats::{Level, TieCounts, blaker, clopper_pearson, garwood, inside_share, mid_p, reciprocity, wilson};

use crate::{close, interval_close};

#[test]
fn clopper_pearson_is_scipys() {
    // st.binomtest(k, n).proportion_ci(0.95, 'exact')
    let expected = [
        (0, 20, 0.0, 0.16843347098308548),
        (1, 20, 0.0012650894979560339, 0.24873276277202772),
        (7, 20, 0.1539092047845412, 0.5921885345328283),
        (20, 20, 0.8315665290169145, 1.0),
        (3, 1000, 0.0006190999316499173, 0.008742023238657654),
        (12, 1_000_000, 6.200589987895605e-06, 2.0961491123670386e-05),
        (500_000, 1_000_000, 0.4990195191953118, 0.5009804808046883),
    ];
    for (k, n, low, high) in expected {
        interval_close(&clopper_pearson(k, n, Level::P95).unwrap(), (low, high), 1e-9);
    }
}

#[test]
fn mid_p_leaves_as_much_beyond_as_scipy_says() {
    // beyond = lambda p: st.binom.sf(k, n, p) + st.binom.pmf(k, n, p) / 2
    // [brentq(lambda p: beyond(p) - q, 0, 1, xtol=1e-16, rtol=1e-13) for q in (.025, .975)]
    let expected = [
        (0, 20, 0.0, 0.1391083406682651),
        (1, 20, 0.00250087283156029, 0.22280605571762752),
        (7, 20, 0.16773473749451345, 0.5730487180452571),
        (20, 20, 0.8608916593318348, 1.0),
        (3, 1000, 0.0007636462889874077, 0.008142317798840431),
        (12, 1_000_000, 6.501860486383572e-06, 2.0400763085946307e-05),
        (500_000, 1_000_000, 0.4990200187038746, 0.5009799812961254),
    ];
    for (k, n, low, high) in expected {
        interval_close(&mid_p(k, n, Level::P95).unwrap(), (low, high), 1e-9);
    }
}

#[test]
fn wilson_is_scipys() {
    // st.binomtest(k, n).proportion_ci(0.95, 'wilson')
    let expected = [
        (0, 20, 0.0, 0.16112515805281935),
        (7, 20, 0.1811918241010821, 0.5671457233147637),
        (20, 20, 0.8388748419471808, 1.0),
        (3, 1000, 0.0010207838811386186, 0.008783014053503173),
    ];
    for (k, n, low, high) in expected {
        interval_close(&wilson(k, n, Level::P95).unwrap(), (low, high), 1e-12);
    }
}

#[test]
fn garwood_is_scipys_gamma_quantile() {
    // (st.gamma.ppf(.025, e) if e else 0, st.gamma.ppf(.975, e + 1))
    let expected = [
        (0, 0.0, 3.6888794541139354),
        (1, 0.025317807984289876, 5.571643390938898),
        (5, 1.6234863901184207, 11.66833207932267),
        (100, 81.36399125092314, 121.62679379242638),
        (99_999, 99380.15576273036, 100620.74164077373),
        (100_000, 99381.15266374472, 100621.74473974388),
        (10_000_000, 9993802.996884268, 10006199.897731498),
    ];
    for (events, low, high) in expected {
        let found = garwood(events, 4.0, Level::P95).unwrap();
        close(found.value, events as f64 / 4.0, 1e-15);
        interval_close(&found, (low / 4.0, high / 4.0), 1e-9);
    }
}

/// By the definition: from Garwood's bounds inwards, the first mean of which what was seen is acceptable.
///
/// ```python
/// def acceptable(x, m):
///     p, q = st.poisson.sf(x - 1, m), st.poisson.cdf(x, m)
///     k = np.arange(0, int(m + 12 * np.sqrt(m) + 30))
///     other = st.poisson.cdf(k, m) if p < q else st.poisson.sf(k - 1, m)
///     return min(p, q) + max(other[other <= min(p, q)], default=0) > .05
/// def bound(x, inner, outer):
///     grid = np.linspace(outer, inner, 20001)
///     first = next(i for i, m in enumerate(grid) if acceptable(x, m))
///     a, b = grid[first - 1], grid[first]
///     for _ in range(60):
///         a, b = (a, (a + b) / 2) if acceptable(x, (a + b) / 2) else ((a + b) / 2, b)
///     return b
/// (bound(x, x, st.gamma.ppf(.025, x)) if x else 0, bound(x, max(x, .5), st.gamma.ppf(.975, x + 1)))
/// ```
#[test]
fn blaker_is_what_its_definition_searches() {
    let expected = [
        (0, 0.0, 3.5501405917598543),
        (1, 0.05129329438755054, 5.525705335442024),
        (2, 0.3553615106986621, 7.054050094867595),
        (5, 1.9701495680595302, 11.54253476048596),
        (30, 20.574180474397934, 42.55089956688043),
        (400, 362.0359725605517, 441.031028008295),
        (3_000, 2894.0316807335275, 3109.029703617124),
    ];
    for (events, low, high) in expected {
        let found = blaker(events, 4.0, Level::P95).unwrap();
        close(found.value, events as f64 / 4.0, 1e-15);
        interval_close(&found, (low / 4.0, high / 4.0), 1e-9);
    }
    let (most, more) = (
        blaker(10_000, 1.0, Level::P95).unwrap(),
        garwood(10_000, 1.0, Level::P95).unwrap(),
    );
    let ((low, high), (garwood_low, garwood_high)) = (most.interval().unwrap(), more.interval().unwrap());
    assert!(low - garwood_low < 10.0 && garwood_high - high < 10.0);
    assert_eq!(blaker(10_001, 1.0, Level::P95), garwood(10_001, 1.0, Level::P95));
    assert!(blaker(1, 0.0, Level::P95).is_err() && blaker(1, f64::NAN, Level::P95).is_err());
}

#[test]
fn network_shares_by_hand() {
    let ties = TieCounts {
        inside: 30,
        outside: 10,
    };
    close(inside_share(ties, Level::P95).unwrap().value, 0.75, 1e-15);
    // networkx.overall_reciprocity(nx.DiGraph([(1,2),(2,1),(2,3),(3,1),(1,3)])) == 0.8
    close(reciprocity(2, 5).unwrap(), 0.8, 1e-15);
}
