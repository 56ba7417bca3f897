//! The command as a whole: files, words, harmlessness, errors.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fixture;

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use fixture::{Fixture, HOSTILE};
use tables::{Comparisons, Flow, LedgerEntries, TableFile, VerdictWord};
use tempfile::TempDir;

/// A finished report.
struct Made {
    _dir: TempDir,
    path: PathBuf,
    html: String,
    markdown: String,
}

fn report(input: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_report"));
    command.arg(input);
    command
}

fn make(fixture: &Fixture) -> Made {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report");
    report(&fixture.path())
        .arg("-o")
        .arg(&path)
        .assert()
        .success()
        .stdout("");
    Made {
        html: std::fs::read_to_string(path.join("report.html")).unwrap(),
        markdown: std::fs::read_to_string(path.join("report.md")).unwrap(),
        path,
        _dir: dir,
    }
}

/// What a reader sees of the page, without its style and charts' shapes: entities decoded, spaces joined.
fn words(html: &str) -> String {
    let body = &html[html.find("<body>").unwrap()..];
    let mut text = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => (inside, text) = (true, text + " "),
            '>' if inside => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    for (entity, c) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, c);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The numbers in a text, in order: runs of digits with their commas and points.
fn numbers(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.' | '\u{2212}')))
        .map(|number| number.trim_matches(['.', ',']).to_owned())
        .filter(|number| number.chars().any(|c| c.is_ascii_digit()))
        .collect()
}

#[test]
fn writes_report_twin_and_table() {
    let made = make(&Fixture::plausible());
    let mut names: Vec<_> = std::fs::read_dir(&made.path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "comparisons.parquet",
            "ledger.parquet",
            "report.html",
            "report.md",
            "run.json"
        ]
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let fixture = Fixture::plausible();
    let (first, second) = (make(&fixture), make(&fixture));
    for name in [
        "comparisons.parquet",
        "ledger.parquet",
        "report.html",
        "report.md",
        "run.json",
    ] {
        let read = |made: &Made| std::fs::read(made.path.join(name)).unwrap();
        assert_eq!(read(&first), read(&second), "{name}");
    }
}

#[test]
fn an_unchanged_report_is_left_alone_and_a_changed_one_is_made_anew() {
    let (plausible, hostile) = (Fixture::plausible(), Fixture::hostile());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report");
    let run = |fixture: &Fixture| {
        let assert = report(&fixture.path())
            .arg("--if-changed")
            .arg("-o")
            .arg(&path)
            .assert()
            .success();
        String::from_utf8(assert.get_output().stderr.clone()).unwrap()
    };
    assert!(!run(&plausible).contains("up to date"));
    assert!(run(&plausible).contains("up to date"));
    assert!(!run(&hostile).contains("up to date"));
}

#[test]
fn verdicts_follow_the_rules() {
    let made = make(&Fixture::plausible());
    let batch = TableFile::<Comparisons>::open(&made.path).unwrap().read().unwrap();
    let verdicts: Vec<(String, VerdictWord)> = batch
        .rows()
        .unwrap()
        .map(|row| (row.figure.to_owned(), row.verdict))
        .collect();
    use VerdictWord::{Agrees, Differs, NotMeasurable};
    let expected = [
        ("BP01", Agrees),
        ("BP02", NotMeasurable),
        ("BP03", Agrees),
        ("BP04", Agrees),
        ("BP05", Agrees),
        ("BP06", NotMeasurable),
        ("BP15", Agrees),
        ("BP17", Agrees),
        ("BP18", NotMeasurable),
        ("BP21", Agrees),
        ("BP22", Differs),
        ("BP23", Agrees),
    ];
    assert_eq!(verdicts, expected.map(|(id, verdict)| (id.to_owned(), verdict)));
    for row in batch.rows().unwrap() {
        assert!(!row.note.is_empty(), "{} has no ground", row.figure);
        assert_eq!(
            row.reproduced.is_none() && row.finding.is_none(),
            row.verdict == NotMeasurable && row.figure != "BP06",
            "{}",
            row.figure
        );
    }
    let seen = words(&made.html);
    for words in [
        "✓ agrees",
        "✗ differs",
        "○ not measurable",
        "300-400",
        "345.3 followers",
        "95 % interval 330.1 to 361.9",
    ] {
        assert!(seen.contains(words), "{words}");
    }
}

#[test]
fn a_figure_in_another_unit_is_not_compared() {
    let fixture = Fixture::plausible();
    let dir = tempfile::tempdir().unwrap();
    let figures =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/published/figures.csv"))
            .unwrap();
    let figures = figures.replace(",300-400,followers,", ",300-400,percent of members,");
    let file = dir.path().join("own.csv");
    std::fs::write(&file, figures).unwrap();
    let out = report(&fixture.path())
        .args(["--print", "comparisons", "--as", "json", "--published"])
        .arg(&file)
        .assert()
        .success();
    let printed = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    let line = printed.lines().find(|line| line.contains("\"BP03\"")).unwrap();
    assert!(
        line.contains("not the same unit") && line.contains("not_measurable"),
        "{line}"
    );
}

#[test]
fn synthetic_data_are_called_so_on_the_face() {
    let synthetic = make(&Fixture::plausible());
    assert!(words(&synthetic.html).contains("Synthetic data."));
    assert!(synthetic.html.contains("<title>[synthetic data]"));
    assert!(synthetic.markdown.contains("> **Synthetic data.**"));
    let real = make(&Fixture::hostile());
    assert!(!real.html.contains("ynthetic data") && !real.markdown.contains("ynthetic data"));
}

#[test]
fn every_measure_appears_and_none_without_a_number_lacks_its_reason() {
    let fixture = Fixture::plausible();
    let made = make(&fixture);
    let seen = words(&made.html);
    assert!(
        seen.contains("Lower quartile of followers"),
        "a series that no line shows"
    );
    let batch = TableFile::<tables::Measures>::open(&fixture.path())
        .unwrap()
        .read()
        .unwrap();
    for row in batch.rows().unwrap() {
        assert!(seen.contains(row.measure), "{}", row.measure);
        let twin = row.measure.replace('_', "\\_");
        assert!(made.markdown.contains(&twin), "{twin}");
        if let Some(reason) = row.reason {
            assert!(seen.contains(&format!("not measurable: {reason}")), "{reason}");
        }
    }
}

#[test]
fn the_twin_has_the_same_numbers() {
    let made = make(&Fixture::plausible());
    let html = words(&made.html);
    // What the page says of its charts' shapes has no twin.
    let (mut of_html, mut of_twin) = (numbers(&html), numbers(&made.markdown.replace('\\', "")));
    for numbers in [&mut of_html, &mut of_twin] {
        numbers.sort();
        numbers.dedup();
    }
    let only_in_twin: Vec<_> = of_twin.iter().filter(|number| !of_html.contains(number)).collect();
    assert!(only_in_twin.is_empty(), "{only_in_twin:?}");
    // Ticks of axes, and descriptions of charts, stand in the page alone.
    let outside_charts: String = made
        .html
        .split("<svg")
        .enumerate()
        .map(|(i, part)| {
            if i == 0 {
                part
            } else {
                part.split_once("</svg>").unwrap().1
            }
        })
        .collect();
    let mut of_page = numbers(&words(&outside_charts));
    of_page.sort();
    of_page.dedup();
    let only_in_page: Vec<_> = of_page.iter().filter(|number| !of_twin.contains(number)).collect();
    assert!(only_in_page.is_empty(), "{only_in_page:?}");
}

#[test]
fn no_small_group_is_shown_and_nobody_is_named() {
    let made = make(&Fixture::plausible());
    for text in [words(&made.html), made.markdown.clone()] {
        assert!(text.contains("not shown: a group smaller than 5"));
        assert!(text.contains("(fewer than 5 accounts)") && text.contains("example.org"));
        // The third return rests on three persons, the last lives on two, one relation and one hashtag on four accounts.
        for hidden in ["0.078", "0.0777", "333.3", "4,242", "4242", "secret", "10,000"] {
            assert!(!text.contains(hidden), "{hidden}");
        }
    }
    let ledger = TableFile::<LedgerEntries>::open(&made.path).unwrap().read().unwrap();
    let skipped: Vec<(String, i64)> = ledger
        .rows()
        .unwrap()
        .filter(|row| row.stage == "report" && row.flow == Flow::Skipped)
        .map(|row| (row.source.to_owned(), row.records))
        .collect();
    // Series: the last samples at which fewer than five members are in the focus countries.
    let of = |source: &str| {
        skipped
            .iter()
            .find(|(name, _)| name == source)
            .map(|(_, records)| *records)
    };
    assert_eq!(
        (of("measures"), of("survival"), of("network"), of("content")),
        (Some(1), Some(1), Some(1), Some(1))
    );
    assert!(of("series").is_some_and(|records| records > 0));
}

#[test]
fn tests_stand_with_their_adjusted_p_and_no_verdict() {
    let made = make(&Fixture::plausible());
    for text in [words(&made.html), made.markdown.clone()] {
        assert!(text.contains("120 and 200"), "{text}");
        // p, and twice that for Holm, both below what is told.
        assert!(text.matches("0.0001").count() >= 2);
        assert!(!text.contains("0.0123"), "the page tells of one group");
        assert!(!text.to_lowercase().contains("significant"));
        assert!(!text.contains("0.5000"), "a group of four");
    }
    let ledger = TableFile::<LedgerEntries>::open(&made.path).unwrap().read().unwrap();
    let of_tests: Vec<(String, i64)> = ledger
        .rows()
        .unwrap()
        .filter(|row| row.stage == "report" && row.source == "tests")
        .map(|row| (format!("{:?} {}", row.flow, row.reason), row.records))
        .collect();
    assert_eq!(
        of_tests.iter().map(|(_, records)| records).sum::<i64>(),
        8,
        "{of_tests:?}"
    );
    assert!(of_tests.contains(&("Skipped group smaller than min_group_size".to_owned(), 1)));
    assert!(of_tests.contains(&(
        "Skipped of a group or window that the page does not tell of".to_owned(),
        1
    )));
}

#[test]
fn numbers_of_posts_say_how_few_were_collected() {
    let made = make(&Fixture::plausible());
    let part = "The archive holds about 4 % of the posts that the counters of the listed accounts tell of";
    for text in [words(&made.html), made.markdown.clone()] {
        let text = text.replace('\u{a0}', " ");
        assert!(
            text.contains(&format!("{part}: this is of what was collected.")),
            "no caption says so"
        );
        for sentence in [
            "Posts, all accounts observed, in what was collected (about 4 %): 101,000 posts",
            "Tweets per day collected, listed accounts, in what was collected (about 4 %): 0.340",
            "Tweets per day between observations, listed accounts: 8.50",
        ] {
            assert!(text.contains(sentence), "{sentence}");
        }
        assert_eq!(text.matches(part).count(), 2, "the summary, and the one chart of posts");
    }
}

#[test]
fn numbers_say_what_their_n_counts() {
    let made = make(&Fixture::plausible());
    for text in [words(&made.html), made.markdown.clone()] {
        let text = text.replace('\u{a0}', " ");
        for said in [
            "1 (share of samples)",
            "n = 39 samples",
            "n = 1,203 accounts)",
            "n = 61 persons)",
            "n = 1,203 lives)",
        ] {
            assert!(text.contains(said), "{said}");
        }
    }
}

#[test]
fn a_line_of_zeros_is_named_and_a_series_that_nobody_knows_is_drawn() {
    let made = make(&Fixture::plausible());
    assert!(!made.html.contains("id=\"figure-chart-location-ambiguous"));
    for text in [words(&made.html), made.markdown.clone()] {
        let text = text.replace('*', "").replace('\u{a0}', " ");
        assert!(
            text.contains(
                "Share of members with an ambiguous location: zero in every group, wherever a number is shown"
            )
        );
        assert!(text.contains("Not a series that this report knows (n ="));
    }
    assert!(made.html.contains("id=\"figure-chart-series-1-listed"));
}

#[test]
fn hostile_text_is_harmless_everywhere() {
    let fixture = Fixture::hostile();
    let made = make(&fixture);
    assert!(!made.html.to_lowercase().contains("<script"));
    assert!(made.html.contains("&lt;script&gt;alert(1)"));
    assert!(!made.html.contains('\u{202e}') && !made.markdown.contains('\u{202e}'));
    assert!(!made.markdown.to_lowercase().contains("<script"));
    assert!(
        made.markdown
            .contains("&lt;script&gt;alert(1)&lt;/script&gt;\\|\\`x\\`")
    );
    assert!(!made.markdown.contains("[a](javascript:"));
    // Attributes: nothing that runs, nothing that loads, and links only within the page or to the sources.
    let lower = made.html.to_lowercase();
    for attribute in [
        "onload=", "onerror=", "onclick=", "src=", "srcset=", "@import", "url(", "<iframe", "<object", "<link",
    ] {
        assert!(!lower.contains(attribute), "{attribute}");
    }
    for link in lower.split("href=\"").skip(1) {
        let target = link.split('"').next().unwrap().replace("&#x2f;", "/");
        assert!(
            target.starts_with('#') || target.starts_with("https://") || target.starts_with("http://"),
            "{target}"
        );
    }
    // No cell of either begins like a formula.
    for cell in made.html.split("<td").skip(1).chain(made.html.split("<th").skip(1)) {
        let inside = words(&format!("<body><x{}", cell.split("</t").next().unwrap()));
        assert!(!inside.starts_with(['=', '+', '-', '@']), "{inside}");
    }
    for cell in made
        .markdown
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(|line| line.split(" | "))
    {
        assert!(
            !cell.trim_start_matches(['|', ' ']).starts_with(['=', '+', '@']),
            "{cell}"
        );
    }
    assert!(words(&made.html).contains("'=cmd() <script>alert(1)</script>"));
    assert!(HOSTILE.contains("=cmd()"));
}

#[test]
fn hostile_figures_are_harmless_in_print() {
    let fixture = Fixture::plausible();
    let dir = tempfile::tempdir().unwrap();
    let figures =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/published/figures.csv"))
            .unwrap();
    let figures = figures.replace(
        "accounts that users can easily find and contact",
        "=HYPERLINK(<script>1</script>)",
    );
    let file = dir.path().join("own.csv");
    std::fs::write(&file, figures).unwrap();
    let printed = |format: &str| {
        let assert = report(&fixture.path())
            .args(["--print", "comparisons", "--as", format, "--published"])
            .arg(&file)
            .assert()
            .success();
        String::from_utf8(assert.get_output().stdout.clone()).unwrap()
    };
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(printed("csv").as_bytes())
        .records()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows.len(), 12);
    let row = rows.iter().find(|row| &row[0] == "BP23").unwrap();
    assert_eq!(&row[2], "'=HYPERLINK(<script>1</script>)");
    assert_eq!(&row[12], "agrees");
    // A number below zero is a number.
    let row = rows.iter().find(|row| &row[0] == "BP04").unwrap();
    assert_eq!(&row[7], "-0.31");
    for line in printed("json").lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(value["verdict"].is_string());
    }
    assert!(printed("table").lines().next().unwrap().starts_with("figure"));
}

#[test]
fn the_page_needs_nothing_else() {
    let made = make(&Fixture::plausible());
    let lower = made.html.to_lowercase();
    for loads in [
        "<script",
        "<link",
        "<img",
        "<iframe",
        "<object",
        "src=",
        "@import",
        "url(",
        "xlink",
        "@font-face",
    ] {
        assert!(!lower.contains(loads), "{loads}");
    }
    assert!(lower.contains("default-src 'none'"));
    assert!(made.html.matches("<svg ").count() >= 8);
    let titled = made.html.matches("<svg ").count();
    for part in ["role=\"img\"", "<title id=", "<desc id="] {
        assert_eq!(made.html.matches(part).count(), titled, "{part}");
    }
    assert!(made.html.contains("scope=\"col\"") && made.html.contains("scope=\"row\""));
}

#[test]
fn tables_without_rows_make_a_report_that_says_so() {
    let made = make(&Fixture::without_rows());
    let seen = words(&made.html);
    assert!(seen.contains("No measure has a number on this input."));
    assert!(seen.contains("There is no series to draw."));
    assert!(seen.contains("compares no published figure"));
    assert!(!made.html.contains("<svg"));
}

#[test]
fn a_missing_table_or_study_is_named_with_a_remedy() {
    for table in [
        "measures", "series", "survival", "returns", "network", "tests", "content", "samples", "windows", "ledger",
    ] {
        let fixture = Fixture::plausible().without(table);
        let out = tempfile::tempdir().unwrap();
        let path = out.path().join("report");
        let assert = report(&fixture.path()).arg("-o").arg(&path).assert().code(2);
        let said = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert!(said.starts_with("report: there is no table"), "{said}");
        assert!(
            said.contains(&format!("'{table}'")) && said.contains("remedy:"),
            "{said}"
        );
        assert!(!path.exists());
        assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
    }
    let fixture = Fixture::plausible().without_file("study.toml");
    let assert = report(&fixture.path())
        .args(["--print", "comparisons"])
        .assert()
        .code(2);
    let said = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(said.contains("study.toml") && said.contains("remedy:"), "{said}");
}

#[test]
fn what_is_no_stage_output_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for (path, words) in [
        (dir.path().to_path_buf(), "is not a stage output"),
        (dir.path().join("absent"), "does not exist"),
    ] {
        let assert = report(&path).arg("-o").arg(dir.path().join("out")).assert().code(2);
        let said = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert!(said.contains(words) && said.contains("remedy:"), "{said}");
    }
}

#[test]
fn a_figures_file_without_the_figure_is_refused() {
    let fixture = Fixture::plausible();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("own.csv");
    std::fs::write(
        &file,
        "id,study,measure,definition,period,value,unit,source,note\nXX01,a,b,c,d,5,e,f,g\n",
    )
    .unwrap();
    let assert = report(&fixture.path())
        .args(["--print", "comparisons", "--published"])
        .arg(&file)
        .assert()
        .code(2);
    let said = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(
        said.contains("there is no published figure") && said.contains("remedy:"),
        "{said}"
    );
}

#[test]
fn an_input_and_something_to_print_are_needed() {
    Command::new(env!("CARGO_BIN_EXE_report")).assert().code(2);
    report(Path::new("x")).args(["--as", "csv"]).assert().code(2);
}

#[test]
fn threads_do_not_matter() {
    let fixture = Fixture::plausible();
    let dir = tempfile::tempdir().unwrap();
    for threads in ["1", "2"] {
        let out = dir.path().join(threads);
        report(&fixture.path())
            .args(["-q", "-j", threads, "-o"])
            .arg(&out)
            .assert()
            .success()
            .stderr("");
    }
    for name in [
        "comparisons.parquet",
        "ledger.parquet",
        "report.html",
        "report.md",
        "run.json",
    ] {
        let read = |threads: &str| std::fs::read(dir.path().join(threads).join(name)).unwrap();
        assert_eq!(read("1"), read("2"), "{name}");
    }
}

#[test]
fn every_row_of_a_markdown_table_has_the_cells_of_its_heading() {
    for fixture in [Fixture::plausible(), Fixture::hostile(), Fixture::without_rows()] {
        let made = make(&fixture);
        let mut columns = None;
        let mut tables = 0;
        for line in made.markdown.lines() {
            if !line.starts_with('|') {
                columns = None;
                continue;
            }
            let bars = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
            tables += usize::from(columns.is_none());
            assert_eq!(*columns.get_or_insert(bars), bars, "{line}");
        }
        assert!(tables >= 6, "{tables}");
    }
}

/// Python's own HTML parser sees every element closed in its order.
#[test]
fn the_page_is_well_formed_to_another_parser() {
    let Some(python) = std::env::var_os("DIMINUENDO_PYTHON") else {
        eprintln!("skipped: DIMINUENDO_PYTHON names no Python to parse the page with");
        return;
    };
    const CHECK: &str = r#"
import sys
from html.parser import HTMLParser
VOID = {'meta', 'br'}
class Check(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.refs, self.rows = [], [], [], 0
    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            assert not name.startswith('on'), (tag, name)
            if name == 'id': self.ids.append(value)
            if name == 'href' and value.startswith('#'): self.refs.append(value[1:])
            if name == 'aria-labelledby': self.refs.extend(value.split())
        if tag not in VOID: self.open.append(tag)
        assert tag != 'script'
    def handle_startendtag(self, tag, attrs): pass
    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-5:], self.getpos())
        self.open.pop()
check = Check()
check.feed(open(sys.argv[1], encoding='utf-8').read())
check.close()
assert not check.open, check.open
assert len(check.ids) == len(set(check.ids)), 'an id stands twice'
missing = set(check.refs) - set(check.ids)
assert not missing, missing
"#;
    for fixture in [Fixture::plausible(), Fixture::hostile(), Fixture::without_rows()] {
        let made = make(&fixture);
        Command::new(&python)
            .args(["-c", CHECK])
            .arg(made.path.join("report.html"))
            .assert()
            .success();
    }
}

/// Not a test of anything: leaves reports to be looked at in a browser.
#[test]
#[ignore = "writes reports to the folder that REPORT_LOOK names"]
fn leaves_reports_to_look_at() {
    let Some(folder) = std::env::var_os("REPORT_LOOK").map(PathBuf::from) else {
        return;
    };
    for (name, fixture) in [
        ("plausible", Fixture::plausible()),
        ("hostile", Fixture::hostile()),
        ("empty", Fixture::without_rows()),
    ] {
        report(&fixture.path())
            .arg("--force")
            .arg("-o")
            .arg(folder.join(name))
            .assert()
            .success();
    }
}
