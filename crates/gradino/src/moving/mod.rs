//! Events of a run at another point of parameter space.
//!
//! [`Moved::of_file`] takes an event file, draws its events again and checks that they are the same, and gives them at
//! the new point, as a file ([`Moved::write`]) or beside a fresh run there ([`Moved::compare`]).

mod compare;
mod plot;
mod redraw;
mod scan;
mod shift;

pub use compare::{Compared, Comparison, DIFFERENT_BELOW, OBSERVABLES, Spread};
pub use plot::plot;
pub use scan::{FACTORS, METHODS, Scan, ScanPoint};
pub use shift::{By, Shift, shifted};

pub use crate::chain::{Method, Order};

use crate::chain::{Chain, MovedChain, Mover, Setup};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::io::{self, Block, BlockMaker, EventSink, Provenance, SinkOptions};
use crate::run::{Collector, Plan, physics_toml, run};
use gradino_core::{Event, ParamSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// A run, read from one of its files.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its configuration, with its seed.
    pub config: Config,
    /// Numbers of the events.
    pub events: Range<u64>,
    /// All parameters with their values.
    pub params: ParamSet,
}

impl Run {
    /// Reads what an event file says of itself.
    pub fn of_file(path: &Path) -> Result<Self> {
        let provenance = io::read_provenance(path)?;
        if provenance.moved.is_some() {
            return Err(Error::MovedBefore { path: path.to_path_buf() });
        }
        let mut config = Config::from_toml(&provenance.config_toml)?;
        config.seed = Some(provenance.seed);
        let mut params = Setup::from_config(&config)?.parameters();
        config.apply_parameters(&mut params)?;
        let end = provenance.first_event + provenance.n_events;
        Ok(Run { config, events: provenance.first_event..end, params })
    }
}

/// A parameter that has moved.
#[derive(Clone, Debug, PartialEq)]
pub struct MovedParameter {
    /// Its name.
    pub name: String,
    /// Its unit, "" for a pure number.
    pub unit: String,
    /// Its value where the events were drawn.
    pub from: f64,
    /// Its value where they are now.
    pub to: f64,
}

/// The events of a run at another point.
pub struct Moved {
    run: Run,
    method: Method,
    mover: Mover,
    chain: MovedChain,
}

impl Moved {
    /// The events of the file `path` after the `shifts`. Draws them again, and refuses a file that holds others.
    pub fn of_file(path: &Path, shifts: &[Shift], method: Method) -> Result<Self> {
        let run = Run::of_file(path)?;
        let moved = Moved::of_run(run, shifts, method)?;
        redraw::check(path, &moved.mover)?;
        Ok(moved)
    }

    /// The events of a run after the `shifts`.
    pub fn of_run(run: Run, shifts: &[Shift], method: Method) -> Result<Self> {
        let target = shifted(&run.params, shifts)?;
        let gradients = run.config.gradient_positions(&run.params)?;
        let order = match method {
            Method::Reweight => None,
            Method::Expand(order) => Some(order),
        };
        let setup = Setup::from_config(&run.config)?;
        let mover = Mover::prepare(&setup, &run.params, &gradients, &target, order)?;
        let chain = mover.at(1.0, method)?;
        Ok(Moved { run, method, mover, chain })
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The chain that makes the events.
    pub fn chain(&self) -> &MovedChain {
        &self.chain
    }

    /// The parameters that have other values now.
    pub fn parameters(&self) -> Vec<MovedParameter> {
        let pairs = self.run.params.iter().zip(self.chain.params().iter());
        let moved = pairs.filter(|(from, to)| from.value != to.value);
        moved
            .map(|(from, to)| MovedParameter {
                name: from.name.clone(),
                unit: from.unit.clone(),
                from: from.value,
                to: to.value,
            })
            .collect()
    }

    /// The configuration of a run at the new point, without gradients.
    fn config_there(&self) -> Config {
        let mut config = self.run.config.clone();
        config.parameters.extend(self.parameters().into_iter().map(|p| (p.name, p.to)));
        config.gradients.parameters.clear();
        config
    }

    /// What files of the moved events say of themselves.
    pub fn provenance(&self) -> Result<Provenance> {
        let config = self.config_there();
        let mut provenance = Chain::from_config(&config)?.provenance(&config, &self.run.events);
        let value = |p: MovedParameter| io::ParameterValue { name: p.name, value: p.from, unit: p.unit };
        provenance.moved = Some(io::Moved {
            method: self.method.to_string(),
            config_toml: physics_toml(&self.run.config),
            from: self.parameters().into_iter().map(value).collect(),
        });
        Ok(provenance)
    }

    /// Writes the moved events to `paths`; the endings choose the formats. They have no gradients.
    pub fn write(&self, paths: &[PathBuf], overwrite: bool) -> Result<()> {
        let provenance = self.provenance()?;
        let options = SinkOptions { overwrite, keep_partial: false };
        let sinks: Vec<EventSink> =
            paths.iter().map(|path| io::create(path, &provenance, options)).collect::<Result<_>>()?;
        let makers: Vec<BlockMaker> = sinks.iter().map(EventSink::block_maker).collect();
        let press = || Press(makers.iter().map(BlockMaker::another).collect());
        let plan = Plan::new(self.run.events.clone(), self.run.config.threads);
        let mut sinks = sinks;
        let write = |blocks: Vec<Block>| {
            sinks.iter_mut().zip(blocks).try_for_each(|(sink, block)| sink.append(block))
        };
        run(&self.chain, &plan, &AtomicBool::new(false), press, write, |_| {})?;
        sinks.into_iter().try_for_each(|sink| sink.finish().map(|_| ()))
    }
}

/// Makes the blocks of all files on one thread.
struct Press(Vec<BlockMaker>);

impl Collector for Press {
    type Part = Vec<Block>;
    fn take(&mut self, event: &Event) -> Result<()> {
        self.0.iter_mut().try_for_each(|maker| maker.push(event))
    }
    fn end_block(&mut self) -> Result<Vec<Block>> {
        self.0.iter_mut().map(BlockMaker::take).collect()
    }
}
