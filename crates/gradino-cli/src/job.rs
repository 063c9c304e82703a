//! A job: from a configuration and options to files, with progress, interruption and resuming.

use crate::message::{Done, Failure, note, print};
use crate::options::JobOptions;
use crate::output::{Output, Sums};
use crate::wiring::{self, Chain, Held};
use gradino::config::Config;
use gradino::report::Accumulator;
use gradino::run::{EventSource, Outcome, Plan, Tally, check_same_physics, remaining, run};
use gradino::{Error, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Exit code of a program that was interrupted from the keyboard.
pub(crate) const INTERRUPTED: u8 = 130;

/// Set by Ctrl-C; a second one ends the program at once.
pub(crate) static CANCEL: AtomicBool = AtomicBool::new(false);

/// Runs a job. Where neither a configuration file nor --output names the files, they go to `runs/SEED`.
pub(crate) fn execute(mut config: Config, options: &JobOptions, has_file: bool) -> Done {
    let events = options.apply(&mut config);
    if options.resume {
        take_seed_of_files(&mut config)?;
    }
    let is_new_seed = config.seed.is_none();
    let seed = config.settle_seed();
    if is_new_seed && !options.quiet {
        note(&format!("seed {seed} (drawn now; --seed {seed} repeats the run)"));
    }
    if !has_file && options.output.is_empty() {
        put_into_folder(&mut config, &Path::new("runs").join(seed.to_string()));
    }
    let targets = Targets::new(&config, &events, options.resume)?;
    if targets.events.is_empty() {
        note("all events are there already");
        return Ok(ExitCode::SUCCESS);
    }
    let mut set = wiring::parameters(&config)?;
    config.apply_parameters(&mut set)?;
    let gradients = config.gradient_positions(&set)?;
    let chain = wiring::chain(&config, &set, &gradients)?;
    if !options.quiet {
        chain.warnings().iter().for_each(|warning| note(&format!("warning: {warning}")));
    }
    let begun = Instant::now();
    let overwrite = config.output.overwrite || options.resume;
    let files = wiring::create_files(&config, &chain, &targets.events, &targets.paths, overwrite)?;
    let report = config.output.report.is_some().then(|| Accumulator::for_chain(&chain));
    let mut output = Output::new(files, Sums { tally: Tally::new(chain.gradients().len()), report });
    targets.add_held(&mut output)?;
    let plan = Plan::new(targets.events.clone(), config.threads);
    listen_to_ctrl_c("finishing the files")?;
    let (outcome, sums) = simulate(&chain, &plan, output, &CANCEL, options.quiet)?;
    targets.merge_with_held()?;
    if let (Some(path), Some(collected)) = (&config.output.report, &sums.report) {
        wiring::write_report(path, &config, &chain, collected, begun.elapsed().as_secs_f64())?;
    }
    tell(&config, &chain, &outcome, &sums.tally, &events, options.quiet)
}

/// Draws the events of the plan, writes them, and ends the files, also after an interruption.
fn simulate<S: EventSource>(
    source: &S,
    plan: &Plan,
    mut output: Output,
    cancel: &AtomicBool,
    quiet: bool,
) -> Result<(Outcome, Sums)> {
    let bar = progress_bar(plan.events.end - plan.events.start, quiet);
    let (press, write) = output.split();
    let outcome = run(source, plan, cancel, press, write, |done| bar.set_position(done))?;
    bar.finish_and_clear();
    let sums = output.finish(outcome.written.end - outcome.written.start)?;
    Ok((outcome, sums))
}

/// The bar goes to the standard error, and only where that is a terminal.
fn progress_bar(events: u64, quiet: bool) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} events  {per_sec}  {eta} to go")
            .expect("the template is valid");
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(events) };
    bar.with_style(style)
}

/// Notes the first Ctrl-C and says what follows; a second one ends the program.
pub(crate) fn listen_to_ctrl_c(what_follows: &'static str) -> Done<()> {
    let stop = move || {
        if CANCEL.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(INTERRUPTED));
        }
        note(&format!("{what_follows}; press Ctrl-C again to give them up"));
    };
    ctrlc::set_handler(stop).map_err(|error| Failure::of_system(format!("cannot listen to Ctrl-C: {error}")))
}

fn tell(
    config: &Config,
    chain: &Chain,
    outcome: &Outcome,
    tally: &Tally,
    events: &Range<u64>,
    quiet: bool,
) -> Done {
    if !quiet {
        if let Some(average) = chain.cross_section() {
            let (value, error) = (average.value, average.error);
            print(&format!("flux-averaged cross section: {value:.6e} +- {error:.1e} cm2 per atom\n"))?;
        }
        print(&tally.to_string())?;
        let written = config.output.files.iter().chain(&config.output.report);
        written.for_each(|path| note(&format!("wrote {}", path.display())));
    }
    if !outcome.interrupted {
        return Ok(ExitCode::SUCCESS);
    }
    let done = outcome.written.end - events.start;
    note(&format!("interrupted after {done} of {} events", events.end - events.start));
    note("hint: --resume goes on to the same result");
    Ok(ExitCode::from(INTERRUPTED))
}

/// A resumed run without a seed takes that of its files.
fn take_seed_of_files(config: &mut Config) -> Done<()> {
    if config.seed.is_none()
        && let Some(path) = config.output.files.iter().find(|path| path.exists())
    {
        config.seed = wiring::held_run(path)?.config.seed;
    }
    Ok(())
}

fn put_into_folder(config: &mut Config, folder: &Path) {
    config
        .output
        .files
        .iter_mut()
        .chain(&mut config.output.report)
        .for_each(|path| *path = folder.join(&*path));
}

/// The files of a job, and where the events go that a resumed run adds.
#[derive(Debug, PartialEq)]
struct Targets {
    /// Events to draw.
    events: Range<u64>,
    /// Where they are written.
    paths: Vec<PathBuf>,
    /// Files that hold the first events, in the order of `paths`; none in a fresh run.
    held: Vec<PathBuf>,
}

impl Targets {
    fn new(config: &Config, events: &Range<u64>, resume: bool) -> Result<Self> {
        let files = &config.output.files;
        let existing: Vec<&PathBuf> = files.iter().filter(|path| path.exists()).collect();
        if resume && !existing.is_empty() {
            return Targets::resumed(config, events, wiring::held_run);
        }
        match existing.first() {
            Some(path) if !config.output.overwrite => Err(Error::AlreadyExists { path: path.to_path_buf() }),
            _ => Ok(Targets { events: events.clone(), paths: files.clone(), held: Vec::new() }),
        }
    }

    /// Every file must hold the same first events of the same run.
    fn resumed(config: &Config, events: &Range<u64>, held: impl Fn(&Path) -> Result<Held>) -> Result<Self> {
        let files = &config.output.files;
        let mut rest: Option<Range<u64>> = None;
        for path in files {
            let Held { events: there, config: stored, .. } = held(path)?;
            check_same_physics(path, &stored.resolved_toml(), config)?;
            let missing = remaining(path, &there, events)?;
            let first = rest.get_or_insert_with(|| missing.clone());
            if *first != missing {
                let wanted = events.start..first.start;
                return Err(Error::NotResumable {
                    path: path.clone(),
                    held_start: there.start,
                    held_end: there.end,
                    start: wanted.start,
                    end: wanted.end,
                });
            }
        }
        let paths = files.iter().map(|path| rest_path(path)).collect();
        Ok(Targets { events: rest.unwrap_or_else(|| events.clone()), paths, held: files.clone() })
    }

    /// Adds the events that are there already, so that the sums are those of the whole run.
    fn add_held(&self, output: &mut Output) -> Result<()> {
        self.held
            .first()
            .map_or(Ok(()), |path| wiring::read_events(path, &mut |event| output.add_held(event)))
    }

    /// After a resumed run: one file from the first events and the rest, under the first name.
    fn merge_with_held(&self) -> Result<()> {
        for (held, rest) in self.held.iter().zip(&self.paths) {
            wiring::merge(&[held.clone(), rest.clone()], held, true)?;
            std::fs::remove_file(rest)
                .map_err(|error| Error::Unwritable { path: rest.clone(), reason: error.to_string() })?;
        }
        Ok(())
    }
}

/// `events.hepmc3.gz` as `events.rest.hepmc3.gz`: beside it, with the same ending.
fn rest_path(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (stem, ending) = name.split_once('.').unwrap_or((&name, ""));
    path.with_file_name(format!("{stem}.rest.{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino::io::{SinkOptions, create};
    use gradino_core::Event;

    /// A chain that is cancelled at some event.
    struct Cancelled<'a> {
        chain: &'a Chain,
        at: u64,
        cancel: &'a AtomicBool,
    }

    impl EventSource for Cancelled<'_> {
        type Scratch = <Chain as EventSource>::Scratch;
        fn scratch(&self) -> Self::Scratch {
            EventSource::scratch(self.chain)
        }
        fn draw(&self, number: u64, scratch: &mut Self::Scratch, event: &mut Event) {
            EventSource::draw(self.chain, number, scratch, event);
            self.cancel.fetch_or(number == self.at, Ordering::Relaxed);
        }
    }

    #[test]
    fn an_interrupted_run_and_its_rest_make_the_files_and_sums_of_the_whole_run() {
        let config = Config { seed: Some(5), events: 9000, ..Config::default() };
        let chain = Chain::from_config(&config).expect("a valid job");
        let folder = std::env::temp_dir().join(format!("gradino-job-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let paths =
            |name: &str| ["hepmc3.zst", "parquet"].map(|e| folder.join(format!("{name}.{e}"))).to_vec();
        let empty =
            Sums { tally: Tally::new(chain.gradients().len()), report: Some(Accumulator::for_chain(&chain)) };
        let simulated = |name: &str, events: Range<u64>, held: &[PathBuf], at: u64| {
            let provenance = chain.provenance(&config, &events);
            let sinks = paths(name)
                .iter()
                .map(|p| create(p, &provenance, SinkOptions::default()))
                .collect::<Result<_>>();
            let mut output = Output::new(sinks.expect("the files can be made"), empty.clone());
            let cancel = AtomicBool::new(false);
            let targets = Targets { events: events.clone(), paths: paths(name), held: held.to_vec() };
            targets.add_held(&mut output).expect("the files can be read");
            let source = Cancelled { chain: &chain, at, cancel: &cancel };
            let done = simulate(&source, &Plan::new(events, 2), output, &cancel, true).expect("no failure");
            targets.merge_with_held().expect("the files fit");
            done
        };
        let (_, whole) = simulated("whole", 0..9000, &[], u64::MAX);
        let (outcome, _) = simulated("first", 0..9000, &[], 2500);
        let held = outcome.written;
        assert!(outcome.interrupted && held.start == 0 && held.end > 2500 && held.end < 9000);
        let missing = remaining(Path::new("first"), &held, &(0..9000)).expect("resumable");
        let (_, sums) = simulated("rest", missing, &paths("first"), u64::MAX);
        assert!(sums.tally == whole.tally && sums.report == whole.report, "the sums differ");
        for (a, b) in paths("first").iter().zip(&paths("whole")) {
            assert!(
                std::fs::read(a).expect("a file") == std::fs::read(b).expect("a file"),
                "{}",
                a.display()
            );
        }
        std::fs::remove_dir_all(&folder).expect("the folder can go");
    }

    #[test]
    fn a_resumed_run_wants_the_same_physics_and_the_same_events_in_all_files() {
        let config = Config { seed: Some(3), ..Config::default() };
        let all = 0..1000;
        let at = |parquet_end: u64| {
            let config = config.clone();
            move |path: &Path| {
                let end = if path.ends_with("events.parquet") { parquet_end } else { 400 };
                Ok(Held { events: 0..end, config: config.clone(), citations: Vec::new() })
            }
        };
        let targets = Targets::resumed(&config, &all, at(400)).expect("resumable");
        assert_eq!(targets.events, 400..1000);
        assert_eq!(targets.paths[0], Path::new("events.rest.hepmc3.gz"));
        let error = Targets::resumed(&config, &all, at(300)).expect_err("the files differ");
        assert!(matches!(error, Error::NotResumable { held_end: 300, .. }));
        let other = Config { seed: Some(4), ..config.clone() };
        let error = Targets::resumed(&other, &all, at(400)).expect_err("another seed");
        assert!(matches!(error, Error::OtherConfiguration { .. }));
    }
}
