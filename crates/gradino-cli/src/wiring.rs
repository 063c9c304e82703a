//! Where the commands meet the physics and the files. Each function here is one call into the hall.

use crate::message::{Done, Failure};
use crate::table::Table;
use gradino::chain::{self, Setup, cross_section_table};
use gradino::config::{Config, Source, State};
use gradino::figures::{Tree, mean_field, mean_field_page, responses, responses_page};
use gradino::io::{self, EventSink, SinkOptions};
use gradino::meanfield::Ground;
use gradino::moving::OBSERVABLES;
use gradino::propagate::{self as propagation, Histogram};
use gradino::report::{Accumulator, ReportFacts, render};
use gradino::responses::{ResponseTable, ResponseUnit};
use gradino::{Error, Result};
use gradino_core::{Event, Nuclide, ParamSet};
use gradino_infer::estimate::Target;
use gradino_nuclear::decay::tree::Cut;
use gradino_nuclear::decay::{Network, StateAt};
use gradino_nuclear::emission::Fragment;
use gradino_nuclear::meanfield::SkyrmeForce;
use gradino_nuclear::toy::{self, ToyNucleus};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use gradino::Observable;
pub(crate) use gradino::chain::Chain;
pub(crate) use gradino::moving::{Comparison, DIFFERENT_BELOW, METHODS, Moved, Order, Scan, Shift};
pub(crate) use gradino::propagate::{Bands, Knowledge, Method, Spectrum};

/// What a file says of itself.
pub(crate) struct Held {
    /// Numbers of the events in it.
    pub(crate) events: Range<u64>,
    /// The configuration it was made with, with the seed.
    pub(crate) config: Config,
    /// Works that were used: key, and what for.
    pub(crate) citations: Vec<(String, String)>,
}

/// All parameters of the models that `config` chooses, at their published values.
pub(crate) fn parameters(config: &Config) -> Result<ParamSet> {
    Ok(Setup::from_config(config)?.parameters())
}

/// The chain of `config` with the parameters `set`, and the gradients for those at the positions `gradients`.
pub(crate) fn chain(config: &Config, set: &ParamSet, gradients: &[usize]) -> Result<Chain> {
    Chain::prepare(&Setup::from_config(config)?, set, gradients)
}

/// Creates the event files `paths` for the events `events` of a run.
pub(crate) fn create_files(
    config: &Config,
    chain: &Chain,
    events: &Range<u64>,
    paths: &[PathBuf],
    overwrite: bool,
) -> Result<Vec<EventSink>> {
    let provenance = chain.provenance(config, events);
    let options = SinkOptions { overwrite, keep_partial: false };
    let create = |path: &PathBuf| {
        make_folder(path)?;
        io::create(path, &provenance, options)
    };
    paths.iter().map(create).collect()
}

fn make_folder(path: &Path) -> Result<()> {
    let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .map_err(|error| Error::Unwritable { path: folder.to_path_buf(), reason: error.to_string() })
}

/// Reads what an event file says of itself.
pub(crate) fn held(path: &Path) -> Result<Held> {
    let provenance = io::read_provenance(path)?;
    let mut config = Config::from_toml(&provenance.config_toml)?;
    config.seed = Some(provenance.seed);
    let citations = provenance.citations.into_iter().map(|c| (c.key, c.what_for)).collect();
    let events = provenance.first_event..provenance.first_event + provenance.n_events;
    Ok(Held { events, config, citations })
}

/// The same, for a file whose events are drawn from its configuration and seed.
pub(crate) fn held_run(path: &Path) -> Result<Held> {
    match io::read_provenance(path)?.moved {
        Some(_) => Err(Error::MovedBefore { path: path.to_path_buf() }),
        None => held(path),
    }
}

/// Reads the events of a file, in order.
pub(crate) fn read_events(path: &Path, each: &mut dyn FnMut(&Event)) -> Result<()> {
    let mut source = io::open(path)?;
    let mut event = Event::new();
    while source.read(&mut event)? {
        each(&event);
    }
    Ok(())
}

/// Writes the report of a run, with what was collected, to `path`, by way of a temporary file.
pub(crate) fn write_report(
    path: &Path,
    config: &Config,
    chain: &Chain,
    collected: &Accumulator,
    seconds: f64,
) -> Result<()> {
    // The range of events is not shown.
    let provenance = chain.provenance(config, &(0..config.events));
    let facts = ReportFacts::of_run(config, &provenance, chain.params(), chain.warnings(), seconds)
        .with_cross_sections(chain);
    make_folder(path)?;
    io::write_text(path, &render(collected, &facts))
}

/// Merges event files of one run, in any order, into `output`.
pub(crate) fn merge(inputs: &[PathBuf], output: &Path, overwrite: bool) -> Result<u64> {
    Ok(io::merge(inputs, output, SinkOptions { overwrite, keep_partial: false })?.events)
}

/// The nuclides whose levels `config` knows: nuclide, number of levels, energy up to which they are complete.
pub(crate) fn nuclides(config: &Config) -> Result<Table> {
    let mut table = Table::new(&["nuclide", "levels", "continuum from [MeV]", "source"]);
    for scheme in chain::library(&config.cascade)?.iter() {
        let from = match scheme.continuum_from {
            e if e.is_finite() => format!("{e:.4}"),
            _ => "none".into(),
        };
        table.push(vec![
            scheme.nuclide.to_string(),
            scheme.levels.len().to_string(),
            from,
            scheme.source.clone(),
        ]);
    }
    Ok(table)
}

/// Partial widths of a state: channel, width [MeV], branching.
pub(crate) fn widths(config: &Config, set: &ParamSet, state: &State) -> Result<Table> {
    let setup = Setup::from_config(config)?;
    let network =
        Network::prepare(state.nuclide, state.state.excitation, setup.models, &setup.library, set, &[])?;
    let at =
        StateAt { excitation: state.state.excitation, two_j: state.state.two_j, parity: state.state.parity };
    let widths = network.widths(at);
    let total = widths.total();
    if total <= 0.0 {
        return Err(gradino_nuclear::Error::NoOpenChannel {
            nuclide: state.nuclide,
            excitation: at.excitation,
        }
        .into());
    }
    let header = ["emitted", "residue", "to levels [MeV]", "to continuum [MeV]", "width [MeV]", "fraction"];
    let mut table = Table::new(&header);
    let mut row = |emitted: &str, residue: String, discrete: f64, continuum: f64| {
        let sum = discrete + continuum;
        let numbers = [discrete, continuum, sum].map(|x| format!("{x:.6e}"));
        let mut cells = vec![emitted.to_string(), residue];
        cells.extend(numbers);
        cells.push(format!("{:.6}", sum / total));
        table.push(cells);
    };
    for w in &widths.partial {
        row(w.fragment.map_or("gamma", Fragment::name), w.residue.to_string(), w.discrete, w.continuum);
    }
    let sum = |of: fn(&gradino_nuclear::decay::PartialWidth) -> f64| widths.partial.iter().map(of).sum();
    row("all", String::new(), sum(|w| w.discrete), sum(|w| w.continuum));
    Ok(table)
}

/// Total cross sections [cm^2] of each process at the energies [MeV].
pub(crate) fn cross_sections(config: &Config, set: &ParamSet, energies: &[f64]) -> Result<Table> {
    let Source::Beam(beam) = &config.source else { return Ok(Table::new(&[])) };
    let (names, rows) = cross_section_table(beam, set, energies)?;
    let mut header = vec!["energy [MeV]".to_string()];
    header.extend(names.iter().map(|name| format!("{name} [cm2]")));
    let mut table = Table { header, rows: Vec::new() };
    for (energy, row) in energies.iter().zip(rows) {
        let mut cells = vec![format!("{energy}")];
        cells.extend(row.iter().map(|x| format!("{x:.8e}")));
        table.push(cells);
    }
    Ok(table)
}

/// Refuses a file that exists, unless it may be replaced.
pub(crate) fn check_free(path: &Path, overwrite: bool) -> Done<()> {
    match path.exists() && !overwrite {
        true => Err(Failure::usage(
            format!("{} exists already", path.display()),
            "replace it with --overwrite, or choose another name",
        )),
        false => Ok(()),
    }
}

/// Writes a figure or a page, by way of a temporary file.
pub(crate) fn write_figure(path: &Path, text: &str) -> Result<()> {
    make_folder(path)?;
    io::write_text(path, text)
}

/// The tree of gamma decays of a nuclide from the level nearest to `from` [MeV].
pub(crate) fn tree(
    config: &Config,
    nuclide: Nuclide,
    parameter: Option<&str>,
    from: Option<f64>,
    cut: &Cut,
) -> Result<Tree> {
    let setup = Setup::from_config(config)?;
    let mut set = setup.parameters();
    config.apply_parameters(&mut set)?;
    let scheme = setup.library.scheme(nuclide).ok_or(Error::NoLevels { nuclide })?;
    Tree::of_scheme(scheme, &setup.models, (&set, parameter), from, cut)
}

/// The same for the toy, with some of its parameters at other values.
pub(crate) fn toy_tree(
    values: &[(String, f64)],
    parameter: Option<&str>,
    from: Option<f64>,
    cut: &Cut,
) -> Result<Tree> {
    let mut set = ParamSet::new(toy::parameters());
    values.iter().try_for_each(|(name, value)| set.set(name, *value))?;
    Tree::of_toy(&Arc::new(ToyNucleus::default()), (&set, parameter), from, cut)
}

/// A Skyrme force: that of a file, or a built-in one by its name.
pub(crate) fn force(name: &str, file: Option<&Path>) -> Result<SkyrmeForce> {
    Ok(match file {
        Some(path) => SkyrmeForce::from_file(path)?,
        None => SkyrmeForce::named(name)?,
    })
}

/// Refuses a figure whose name ends neither in .svg nor in .html.
pub(crate) fn check_page(path: &Path) -> Result<bool> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("svg") => Ok(false),
        Some("html") => Ok(true),
        _ => Err(Error::BadEnding { path: path.to_path_buf(), endings: ".svg or .html" }),
    }
}

/// Draws the mean field of a nucleus; the ending of the name chooses a picture or a page.
pub(crate) fn write_mean_field(path: &Path, ground: &Ground) -> Result<()> {
    let text = match check_page(path)? {
        true => mean_field_page(ground, env!("CARGO_PKG_VERSION")),
        false => mean_field(ground),
    };
    write_figure(path, &text)
}

/// Draws responses; the ending of the name chooses a picture or a page.
pub(crate) fn write_responses(path: &Path, table: &ResponseTable, unit: ResponseUnit) -> Result<()> {
    let text = match check_page(path)? {
        true => responses_page(table, unit, env!("CARGO_PKG_VERSION")),
        false => responses(table, unit),
    };
    write_figure(path, &text)
}

/// The histogram of an observable in the bins of a text.
pub(crate) fn histogram(observable: Observable, bins: Option<&str>, rate: bool) -> Result<Histogram> {
    Histogram::new(observable, bins, rate)
}

/// What is estimated of an observable: its mean, or the shares of events in the bins of a text.
pub(crate) fn target(observable: Observable, bins: Option<&str>) -> Result<Target> {
    let Some(text) = bins else { return Ok(Target::Mean) };
    let histogram = Histogram::new(observable, Some(text), false)?;
    Ok(Target::bins(histogram.edges, observable.sharing())?)
}

/// Propagates the uncertainties of the parameters to a histogram of an event file.
pub(crate) fn propagate(
    path: &Path,
    histogram: Histogram,
    knowledge: &Knowledge,
    method: Method,
) -> Result<Spectrum> {
    propagation::of_file(path, histogram, knowledge, method)
}

/// Whether a name ends like a file of a propagation: true for a picture, false for a table.
fn is_picture(path: &Path) -> Result<bool> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("svg") => Ok(true),
        Some("parquet") => Ok(false),
        _ => Err(Error::BadEnding { path: path.to_path_buf(), endings: ".parquet or .svg" }),
    }
}

/// Refuses files that could not be written later.
pub(crate) fn check_spectrum_file(path: &Path, overwrite: bool) -> Result<()> {
    is_picture(path)?;
    if path.exists() && !overwrite {
        return Err(Error::AlreadyExists { path: path.to_path_buf() });
    }
    Ok(())
}

/// Writes the result of a propagation; the ending of the name chooses a table or a picture.
pub(crate) fn write_spectrum(spectrum: &Spectrum, path: &Path, overwrite: bool) -> Result<()> {
    make_folder(path)?;
    match is_picture(path)? {
        true => io::write_text(path, &propagation::plot(spectrum)),
        false => propagation::write_parquet(spectrum, path, overwrite),
    }
}

/// The events of a run after the shifts.
pub(crate) fn moved(path: &Path, shifts: &[Shift], method: gradino::moving::Method) -> Result<Moved> {
    Moved::of_file(path, shifts, method)
}

/// Writes moved events.
pub(crate) fn write_moved(moved: &Moved, paths: &[PathBuf], overwrite: bool) -> Result<()> {
    paths.iter().try_for_each(|path| make_folder(path))?;
    if paths.is_empty() { Ok(()) } else { moved.write(paths, overwrite) }
}

/// Moved events beside those of a fresh run.
pub(crate) fn compare_moved(moved: &Moved, seed: u64) -> Result<Comparison> {
    moved.compare(&OBSERVABLES, seed)
}

/// All ways to move events beside fresh runs at growing shifts.
pub(crate) fn scan_moved(path: &Path, shifts: &[Shift], factors: &[f64], seed: u64) -> Result<Scan> {
    Scan::of_file(path, shifts, factors, seed)
}
