//! The chain: from the source through the primary interaction and the cascade to the final state.

mod bank;
mod configured;
mod energy_table;
mod events;
mod gradient;
mod interactions;
mod kinematics;
pub mod knockout;
mod moved;
mod moving;
pub mod primary;
mod simulator;
mod within;

pub use bank::{ChainBank, Reach};
pub use configured::{cross_section_gradients, cross_section_table, knockout_job, knockout_model, library};
pub use moved::{Method, MovedChain, Mover, Order};
pub use simulator::ChainSimulator;
pub use within::ChannelShare;

use crate::error::Result;
use gradino_core::constants::ELECTRON_MASS;
use gradino_core::{Error as Ground, Event, Nuclide, ParamSet, Parameter, Parity, Purpose, Stream};
use gradino_nuclear::decay::kinematics::Direction;
use gradino_nuclear::decay::{self, Cascade, CascadeModels, CascadeRecord, Network, Start};
use gradino_nuclear::reaction::{Masses, Transition};
use gradino_nuclear::structure::{StructureLibrary, masses};
use knockout::{KnockoutJob, PreparedJob};
use primary::{Average, ChannelKind, PreparedPrimary, Primary, PrimaryDraw, Process};
use std::sync::Arc;

/// What the events start from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A nucleus at rest in a fixed state.
    State {
        /// The nuclide.
        nuclide: Nuclide,
        /// Excitation energy [MeV].
        excitation: f64,
        /// Twice the spin.
        two_j: u16,
        /// Parity.
        parity: Parity,
    },
    /// A neutrino that meets a target nuclide at rest.
    Neutrino {
        /// Source and processes.
        primary: Primary,
        /// Target.
        target: Nuclide,
    },
    /// A lepton that knocks a nucleon out of a nucleus at rest.
    Knockout(Arc<KnockoutJob>),
}

/// A chain as it is asked for.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Seed of the random numbers.
    pub seed: u64,
    /// What the events start from.
    pub origin: Origin,
    /// Models of the deexcitation.
    pub models: CascadeModels,
    /// Level schemes.
    pub library: StructureLibrary,
}

impl Setup {
    /// All parameters of the chain with their published values.
    pub fn parameters(&self) -> ParamSet {
        let mut list: Vec<Parameter> = decay::parameters();
        match &self.origin {
            Origin::State { .. } => {}
            Origin::Neutrino { primary, .. } => list.extend(primary.parameters()),
            Origin::Knockout(job) => list.extend(job.parameters()),
        }
        ParamSet::new(list)
    }
}

impl Setup {
    /// Refuses a chain whose events cannot be replayed, and so neither be moved nor given by channel: a knockout.
    pub fn check_paths(&self) -> Result<()> {
        match self.origin {
            Origin::Knockout(_) => Err(Ground::Simulation {
                reason: "events that begin with a knockout can neither be moved nor enumerated".into(),
                hint: Some("use the gradients of the events of a run".into()),
            }
            .into()),
            _ => Ok(()),
        }
    }
}

/// The chain, prepared: event number n depends on the seed and n alone.
#[derive(Debug)]
pub struct Chain {
    seed: u64,
    params: ParamSet,
    gradients: Vec<usize>,
    kind: Kind,
    /// One, none, or one for each kind of nucleon that is knocked out.
    cascades: Vec<Cascade>,
}

#[derive(Debug)]
enum Kind {
    State { start: Start },
    Neutrino(Box<Interaction>),
    Knockout(Box<PreparedJob>),
}

/// The primary interaction with what its channels lead to.
#[derive(Debug)]
struct Interaction {
    primary: Arc<PreparedPrimary>,
    neutrino: i32,
    target: Nuclide,
    target_mass: f64,
    processes: Vec<Process>,
    outcomes: Vec<Outcome>,
}

/// What a channel of the primary interaction leads to.
#[derive(Clone, Copy, Debug)]
struct Outcome {
    /// Where the cascade starts, for transitions.
    start: Option<Start>,
    /// Masses of the particles, the residue at the energy where its cascade starts.
    masses: Masses<f64>,
    /// Process number in files.
    process: u32,
}

/// Memory of one thread.
#[derive(Debug, Default)]
pub struct Scratch {
    record: CascadeRecord,
    directions: Vec<Direction>,
    knockout: Option<knockout::Space>,
}

/// Largest excitation energy above a start that the tables must cover [MeV].
const MARGIN: f64 = 1e-3;

impl Chain {
    /// Prepares a chain for the values in `params`, with gradients with respect to the parameters at
    /// the ascending positions `gradients`.
    pub fn prepare(setup: &Setup, params: &ParamSet, gradients: &[usize]) -> Result<Self> {
        let network = |nuclide, max_excitation: f64| {
            Network::prepare(nuclide, max_excitation, setup.models.clone(), &setup.library, params, gradients)
        };
        let (kind, cascades) = match &setup.origin {
            Origin::State { nuclide, excitation, two_j, parity } => {
                let mut cascade = Cascade::new(network(*nuclide, *excitation)?);
                let start = cascade.start(*excitation, *two_j, *parity)?;
                (Kind::State { start }, vec![cascade])
            }
            Origin::Neutrino { primary, target } => {
                let prepared = primary.prepare(params, gradients)?;
                let highest = highest_excitation(&prepared);
                let residue = Nuclide::new(target.z + 1, target.a);
                let mut cascade = match highest {
                    Some(e) => Some(Cascade::new(network(residue, e + MARGIN)?)),
                    None => None,
                };
                let outcomes = outcomes(&prepared, &primary.processes, *target, cascade.as_mut())?;
                let interaction = Interaction {
                    primary: Arc::new(prepared),
                    neutrino: primary.flux.incoming,
                    target: *target,
                    target_mass: masses::atomic_mass(*target)?,
                    processes: primary.processes.clone(),
                    outcomes,
                };
                (Kind::Neutrino(Box::new(interaction)), cascade.into_iter().collect())
            }
            Origin::Knockout(job) => {
                let residues = job.residues(params, gradients)?;
                let cascade = |(residue, highest)| Ok(Cascade::new(network(residue, highest)?));
                let cascades: Vec<Cascade> = residues.into_iter().map(cascade).collect::<Result<_>>()?;
                let prepared = job.prepare(params, gradients, &cascades)?;
                (Kind::Knockout(Box::new(prepared)), cascades)
            }
        };
        Ok(Chain { seed: setup.seed, params: params.clone(), gradients: gradients.to_vec(), kind, cascades })
    }

    /// The parameters with their values.
    pub fn params(&self) -> &ParamSet {
        &self.params
    }

    /// Positions of the parameters in the gradients.
    pub fn gradients(&self) -> &[usize] {
        &self.gradients
    }

    /// Names of the parameters in the gradients, in order.
    pub fn gradient_names(&self) -> Vec<String> {
        self.gradients.iter().map(|&i| self.params.at(i).name.clone()).collect()
    }

    /// Cross section averaged over the flux, for neutrino jobs.
    pub fn cross_section(&self) -> Option<&Average> {
        match &self.kind {
            Kind::State { .. } => None,
            Kind::Neutrino(i) => Some(i.primary.total()),
            Kind::Knockout(job) => Some(job.total()),
        }
    }

    /// Mean energy of the flux itself [MeV], for neutrino jobs.
    pub fn mean_flux_energy(&self) -> Option<f64> {
        match &self.kind {
            Kind::State { .. } => None,
            Kind::Neutrino(i) => Some(i.primary.mean_flux_energy()),
            Kind::Knockout(job) => Some(job.mean_flux_energy()),
        }
    }

    /// Highest energy of the neutrinos [MeV], for knockouts.
    pub fn highest_energy(&self) -> Option<f64> {
        match &self.kind {
            Kind::Knockout(job) => Some(job.highest_energy()),
            _ => None,
        }
    }

    /// Number, name and flux-averaged cross section [cm^2] of each process.
    pub fn processes(&self) -> Vec<(u32, String, f64)> {
        let i = match &self.kind {
            Kind::State { .. } => {
                return vec![(events::DEEXCITATION, "deexcitation of a fixed state".into(), 0.0)];
            }
            Kind::Knockout(job) => return vec![job.process()],
            Kind::Neutrino(i) => i,
        };
        let share = |p: usize| {
            let channels = i.primary.channels().iter().zip(i.primary.averages());
            channels.filter(|(c, _)| c.process == p).map(|(_, a)| a.value).sum()
        };
        let numbered = i.processes.iter().enumerate();
        numbered
            .map(|(p, process)| (events::process_number(process), process.name().into(), share(p)))
            .collect()
    }

    /// The cascade, if there is one; the first where different nuclei decay.
    pub fn cascade(&self) -> Option<&Cascade> {
        self.cascades.first()
    }

    /// Things the user should know, each said once.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = Vec::new();
        if let Kind::Knockout(job) = &self.kind {
            warnings.extend(job.warnings());
        }
        for warning in self.cascades.iter().flat_map(|c| c.network().warnings()) {
            if !warnings.contains(warning) {
                warnings.push(warning.clone());
            }
        }
        warnings
    }

    /// Memory for one thread.
    pub fn scratch(&self) -> Scratch {
        let knockout = match &self.kind {
            Kind::Knockout(job) => Some(knockout::Space::new(job)),
            _ => None,
        };
        Scratch { record: CascadeRecord::new(self.gradients.len()), knockout, ..Scratch::default() }
    }

    /// Makes event `number` in `event`.
    pub fn draw(&self, number: u64, scratch: &mut Scratch, event: &mut Event) {
        if let Kind::Knockout(job) = &self.kind {
            self.draw_knockout(job, number, scratch, event);
            return;
        }
        let (start, primary) = self.draw_values(number, scratch, event);
        if !self.gradients.is_empty() {
            self.write_gradients(primary.as_ref(), start, scratch, event);
        }
    }

    /// The same without gradients: where its cascade started, and its primary interaction.
    fn draw_values(
        &self,
        number: u64,
        scratch: &mut Scratch,
        event: &mut Event,
    ) -> (Option<Start>, Option<PrimaryDraw>) {
        let (start, primary) = match &self.kind {
            Kind::State { start } => (Some(*start), None),
            Kind::Neutrino(interaction) => {
                let draw = interaction.primary.draw(&mut Stream::new(self.seed, number, Purpose::Reaction));
                (interaction.outcomes[draw.channel].start, Some(draw))
            }
            Kind::Knockout(_) => unreachable!("refused by Setup::check_paths"),
        };
        self.follow(number, start, primary.as_ref(), |c, s, stream, r| c.draw(s, stream, r), scratch, event);
        (start, primary)
    }

    /// Draws the cascade of an event and its directions, and writes the particles.
    fn follow(
        &self,
        number: u64,
        start: Option<Start>,
        primary: Option<&PrimaryDraw>,
        draw: impl FnOnce(&Cascade, Start, &mut Stream, &mut CascadeRecord),
        scratch: &mut Scratch,
        event: &mut Event,
    ) {
        event.clear(number);
        scratch.record.clear();
        scratch.directions.clear();
        if let (Some(start), Some(cascade)) = (start, self.cascade()) {
            draw(cascade, start, &mut Stream::new(self.seed, number, Purpose::Cascade), &mut scratch.record);
            self.draw_directions(number, scratch);
        }
        self.write_event(primary, start, scratch, event);
    }

    /// Draws the directions of all emissions.
    fn draw_directions(&self, number: u64, scratch: &mut Scratch) {
        let mut stream = Stream::new(self.seed, number, Purpose::Direction);
        let isotropic = |_| Direction::isotropic(stream.uniform(), stream.uniform());
        scratch.directions.extend((0..scratch.record.steps.len()).map(isotropic));
    }

    /// An event that begins with a knockout.
    fn draw_knockout(&self, job: &PreparedJob, number: u64, scratch: &mut Scratch, event: &mut Event) {
        event.clear(number);
        scratch.record.clear();
        scratch.directions.clear();
        let space = scratch.knockout.get_or_insert_with(|| knockout::Space::new(job));
        let knocked = job.draw(self.seed, number, &self.cascades, &mut space.samplers);
        let cascade = &self.cascades[knocked.cascade];
        let mut stream = Stream::new(self.seed, number, Purpose::Cascade);
        cascade.draw_at(knocked.state, &mut stream, &mut scratch.record);
        self.draw_directions(number, scratch);
        job.write(&knocked, event);
        self.write_cascade(cascade, &job.beginning(&knocked), scratch, event);
        if !self.gradients.is_empty() {
            self.write_knockout_gradients(job, &knocked, scratch, event);
        }
    }
}

/// The highest excitation energy that a transition reaches, if there is one.
fn highest_excitation(primary: &PreparedPrimary) -> Option<f64> {
    let energies = primary.channels().iter().filter_map(|c| match c.kind {
        ChannelKind::Level { excitation, .. } => Some(excitation),
        _ => None,
    });
    energies.reduce(f64::max)
}

/// What each channel leads to.
fn outcomes(
    primary: &PreparedPrimary,
    processes: &[Process],
    target: Nuclide,
    mut cascade: Option<&mut Cascade>,
) -> Result<Vec<Outcome>> {
    let target_mass = masses::atomic_mass(target)?;
    let mut outcomes = Vec::with_capacity(primary.channels().len());
    for channel in primary.channels() {
        let process = events::process_number(&processes[channel.process]);
        let elastic = Masses { target: target_mass, lepton: 0.0, residue: target_mass };
        let outcome = match (channel.kind, cascade.as_deref_mut()) {
            (ChannelKind::Level { excitation, transition, .. }, Some(cascade)) => {
                let two_j = match transition {
                    Transition::Fermi => 0,
                    Transition::GamowTeller => 2,
                };
                let start = cascade.start(excitation, two_j, Parity::Plus)?;
                let (energy, ..) = cascade.start_state(start);
                let residue = cascade.network().ion_mass(0, 1, energy);
                let masses = Masses { target: target_mass, lepton: ELECTRON_MASS, residue };
                Outcome { start: Some(start), masses, process }
            }
            (ChannelKind::ElectronElastic, _) => {
                let masses = Masses { target: ELECTRON_MASS, residue: ELECTRON_MASS, ..elastic };
                Outcome { start: None, masses, process }
            }
            _ => Outcome { start: None, masses: elastic, process },
        };
        outcomes.push(outcome);
    }
    Ok(outcomes)
}
