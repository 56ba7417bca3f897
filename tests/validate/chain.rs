//! Running the binaries: a simulation, and the stages after it. Every run has a folder of its own, which goes with it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, bail};
use tempfile::TempDir;

/// One of our binaries, beside this one.
fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this program is")?;
    let path = own.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() {
        Ok(path)
    } else {
        bail!(
            "'{}' is not built; build the whole workspace first (`just build`)",
            path.display()
        )
    }
}

/// Runs a stage with one thread, quietly; says what it said when it fails.
pub fn stage<S: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = S>) -> anyhow::Result<()> {
    let mut command = Command::new(binary(name)?);
    command.args(arguments).args(["-q", "-j", "1"]).stdin(Stdio::null());
    let output = command.output().with_context(|| format!("cannot start {name}"))?;
    if output.status.success() {
        return Ok(());
    }
    bail!(
        "{name} failed ({}): {}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim_end()
    )
}

/// A simulation and what stages made of it.
pub struct Chain {
    dir: TempDir,
}

impl Chain {
    /// Simulates; `options` beside seed and output.
    pub fn simulate(seed: u64, options: &[String]) -> anyhow::Result<Self> {
        let dir = TempDir::new().context("cannot make a temporary folder")?;
        let chain = Self { dir };
        let mut arguments = vec![
            "--seed".to_owned(),
            seed.to_string(),
            "-o".to_owned(),
            chain.text("simulated"),
        ];
        arguments.extend_from_slice(options);
        stage("simulate", arguments)?;
        Ok(chain)
    }

    /// A folder of the run.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Reads the raw files in and takes copies out.
    pub fn prepare(&self) -> anyhow::Result<()> {
        stage(
            "ingest",
            [self.text("simulated/raw"), "-o".to_owned(), self.text("ingest")],
        )?;
        let personas = self.text("simulated/personas.csv");
        let output = self.text("dedupe");
        stage(
            "dedupe",
            [self.text("ingest").as_str(), "--personas", &personas, "-o", &output],
        )
    }

    /// Enriches and measures by a design, all or some families, into the folder `metrics-NAME`, which is returned.
    pub fn measure(&self, name: &str, study: &Path, families: Option<&str>) -> anyhow::Result<PathBuf> {
        let (enriched, measured) = (self.text(&format!("enrich-{name}")), format!("metrics-{name}"));
        let study = study.display().to_string();
        stage(
            "enrich",
            [self.text("dedupe").as_str(), "--study", &study, "-o", &enriched],
        )?;
        let output = self.text(&measured);
        let mut arguments = vec![enriched.as_str(), "-o", &output];
        arguments.extend(families.iter().flat_map(|families| ["--measure", families]));
        stage("metrics", arguments)?;
        Ok(self.path(&measured))
    }
}

/// Does something with every item, so many at a time, and gives the answers in the order of the items; `told` hears of each
/// that is done. The first failure ends it.
pub fn each<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    told: impl Fn(usize, usize) + Sync,
    work: impl Fn(&T) -> anyhow::Result<R> + Sync,
) -> anyhow::Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, anyhow::Result<R>>> = Mutex::new(BTreeMap::new());
    let lock = || done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { return };
                    let answer = work(item);
                    if answer.is_err() {
                        next.store(items.len(), Ordering::Relaxed);
                    }
                    let mut done = lock();
                    done.insert(at, answer);
                    told(done.len(), items.len());
                }
            });
        }
    });
    done.into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .into_values()
        .collect()
}

/// A progress line.
#[expect(clippy::print_stderr, reason = "progress is told on standard error")]
pub fn progress(what: &'static str) -> impl Fn(usize, usize) + Sync {
    move |done, of| eprintln!("{what}: {done} of {of}")
}
