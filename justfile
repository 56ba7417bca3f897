# diminuendo's recipes. Without an installed just: `cargo just RECIPE`.

# The one selection of packages that everything is built with: cargo unifies features over it, so polars is compiled once.
packages := "--workspace --exclude run-just"
target := `cargo metadata --format-version 1 --no-deps | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'`
bin := target / "debug"

# list the recipes
default:
    @just --list --unsorted 2>/dev/null || cargo just --list --unsorted

# build, make the synthetic study corpus (or take yours), run all five stages, write report/report.html
[arg("data", long="data", help="your archive instead of the synthetic one: a folder, a file, or a quoted pattern")]
[arg("roster", long="roster", help="CSV of the supporters' list that goes with --data")]
[arg("mapping", long="mapping", help="mapping of a CSV archive: a file, or the name of a built-in one")]
[arg("personas", long="personas", help="hand-checked table of people who came back")]
[arg("study", long="study", help="study.toml [default: the 2016 study's for the synthetic corpus, derived from the data otherwise]")]
[arg("seed", long="seed", help="seed of the synthetic corpus")]
[arg("scale", long="scale", help="multiplies the people of the synthetic corpus")]
[arg("work", long="work", help="folder of the stages' outputs")]
[arg("report", long="report", help="folder of the report")]
[arg("jobs", long="jobs", help="threads [default: one per core]")]
study data="" roster="" mapping="" personas="" study="" seed="2016" scale="1" work="work" report="report" jobs="": build
    #!/bin/sh
    set -eu
    PATH={{quote(bin)}}:"$PATH"
    run() { "$@" --if-changed {{ if jobs != "" { "-j " + jobs } else { "" } }}; }
    work={{quote(work)}}; report={{quote(report)}}; data={{quote(data)}}; roster={{quote(roster)}}
    mapping={{quote(mapping)}}; personas={{quote(personas)}}; study={{quote(study)}}
    if [ -z "$data" ]; then
        run simulate --seed {{seed}} --scale {{scale}} -o "$work/simulated"
        data="$work/simulated/raw"
        personas="${personas:-$work/simulated/personas.csv}"
        study="${study:-datasets/diminishing-returns-2016/study.toml}"
    fi
    run ingest "$data" ${roster:+"$roster"} ${mapping:+--mapping "$mapping"} -o "$work/1-ingest"
    run dedupe "$work/1-ingest" ${personas:+--personas "$personas"} -o "$work/2-dedupe"
    run enrich "$work/2-dedupe" ${study:+--study "$study"} -o "$work/3-enrich"
    run metrics "$work/3-enrich" -o "$work/4-metrics"
    run report "$work/4-metrics" -o "$report"
    echo "The report: $report/report.html"

# the same people from one seed under other pressure (none, only routine, only waves, the most followed), side by side with the study
[arg("seed", long="seed", help="seed of the synthetic corpora")]
[arg("scale", long="scale", help="multiplies their people")]
[arg("work", long="work", help="folder of the stages' outputs, one in it for each regime")]
[arg("report", long="report", help="folder of the report")]
counterfactuals seed="2016" scale="1" work="work/counterfactuals" report="report/counterfactuals": build
    #!/bin/sh
    set -eu
    PATH={{quote(bin)}}:"$PATH"
    work={{quote(work)}}; report={{quote(report)}}
    for pressure in study none routine waves targeted; do
        at="$work/$pressure"
        simulate --pressure $pressure --seed {{seed}} --scale {{scale}} -o "$at/simulated" --if-changed
        {{quote(just_executable())}} --justfile {{quote(justfile())}} study --data "$at/simulated/raw" \
            --personas "$at/simulated/personas.csv" --study datasets/diminishing-returns-2016/study.toml \
            --work "$at" --report "$at/report"
    done
    report "$work/study/4-metrics" --name study --beside none="$work/none/4-metrics" --beside routine="$work/routine/4-metrics" \
        --beside waves="$work/waves/4-metrics" --beside targeted="$work/targeted/4-metrics" -o "$report" --if-changed
    echo "Side by side: $report/report.html#side-by-side"

# what the simulated truth says of every estimator, bias, error and coverage over many seeds; then how large an effect a design sees
validate seeds="200" scale="0.1" output="datasets/validation": build
    {{quote(bin)}}/validate estimators --seeds {{seeds}} --scale {{scale}} -o {{quote(output)}}
    {{quote(bin)}}/validate estimators --seeds {{seeds}} --first-seed 1001 --scale {{scale}} -o {{quote(output)}}/other-seeds
    {{quote(bin)}}/validate estimators --seeds {{seeds}} --first-seed 3001 --scale {{scale}} -o {{quote(output)}}/held-out
    {{quote(bin)}}/validate estimators --seeds 10 --scale {{scale}} --post-share 1 -o {{quote(output)}}/all-posts
    {{quote(bin)}}/validate estimators --seeds {{seeds}} --world 1 --scale 1 --roster-coverage 0.1 -o {{quote(output)}}/one-world
    {{quote(bin)}}/validate power --seeds 40 --scale 0.2 -o {{quote(output)}}
    {{quote(bin)}}/validate expanded --seeds 10 --scale 1 -o {{quote(output)}}

# how large an effect a design of samples sees (datasets/validation)
power seeds="40" scale="0.2" output="datasets/validation": build
    {{quote(bin)}}/validate power --seeds {{seeds}} --scale {{scale}} -o {{quote(output)}}

# how well people who came back are found, where they keep more or less of what they showed; fails below its bar (datasets/validation)
personas seeds="10" scale="0.3" output="datasets/validation": build
    {{quote(bin)}}/validate personas --seeds {{seeds}} --scale {{scale}} -o {{quote(output)}}

# how near the synthetic study of a data set comes to the published figures; fails where fewer than nine of ten seeds land
calibrate dataset="diminishing-returns-2016" seeds="20" scale="1": build
    {{quote(bin)}}/validate calibrate --params {{dataset}} --targets datasets/{{dataset}}/calibration.toml \
        {{ if dataset == "diminishing-returns-2016" { "--bound 'returns.followers_ratio<0.65' --bound 'returns.followers_ratio@return_3<0.5'" } else { "" } }} \
        --seeds {{seeds}} --scale {{scale}} -o datasets/{{dataset}}

# time and memory of a tool, with its peers where there are any: simulate, ingest, dedupe, near, personas, metrics (every stage), content, locations, survival, network; memory: of ingest by input (datasets/bench); near_recall, near_shingles: what is found of near-copies (datasets/validation)
bench what *arguments: build
    @cargo build {{packages}} --example survival --example network
    "${DIMINUENDO_PYTHON:-python3}" tests/bench/{{what}}.py {{quote(bin)}} {{arguments}}

# fuzz ingest on stable Rust for some seconds: a format, `containers` or `archives` (fuzz/README.md; needs cargo-fuzz)
fuzz target seconds="60":
    mkdir -p fuzz/corpus/{{target}}
    RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none {{target}} fuzz/corpus/{{target}} fuzz/seeds/{{target}} -- \
        -max_total_time={{seconds}} -timeout=10 -max_len=65536 -rss_limit_mb=1024

# build all binaries
build:
    @cargo build {{packages}}

# build and run every test
test:
    @[ -n "${DIMINUENDO_PYTHON:-}" ] || echo "skipped: what compares with DuckDB, pyarrow, lifelines, … (DIMINUENDO_PYTHON is not set, see tests/README.md)"
    @[ -n "${DIMINUENDO_DATA:-}" ] || echo "skipped: what reads real archives (DIMINUENDO_DATA is not set, see tests/README.md)"
    cargo test {{packages}}
    cargo test --package run-just

# write docs/tables.md from the schemas
dictionary:
    @cargo build {{packages}} --example dictionary
    {{quote(bin)}}/examples/dictionary > docs/tables.md

# formatting and lints, as CI checks them
lint:
    cargo fmt --all --check
    cargo clippy {{packages}} --all-targets -- -D warnings
    cargo clippy --package run-just --all-targets -- -D warnings

# remove the stages' outputs and the report, not the build
clean:
    rm -rf work report
