//! A page that is sound and harmless, whatever the data say.

use std::path::Path;

use assert_cmd::Command;

use crate::fixture::{Fixture, HOSTILE};
use crate::{make, report, words};

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
