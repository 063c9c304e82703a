//! The facts of a run, from its configuration and provenance.

use super::accumulate::{Accumulator, AccumulatorConfig};
use super::facts::{CitationFact, Measured, ProcessFact, ReportFacts};
use crate::chain::Chain;
use crate::config::{Config, Source};
use crate::io::{Citation, ProcessInfo, Provenance};
use crate::literature;
use gradino_core::{ParamSet, Parameter};

/// Energies above this are one bin of the report's plots [MeV], but for knockout: all sources of low energy end below.
const LARGEST_ENERGY: f64 = 60.0;
/// Units of cross sections in the report [cm^2], at low energies and for knockout.
const CROSS_SECTION_UNITS: [f64; 2] = [1e-42, 1e-38];

impl Accumulator {
    /// An empty one for events with gradients for `parameters`.
    pub fn for_parameters(parameters: Vec<Parameter>) -> Self {
        Accumulator::new(AccumulatorConfig { gradient_parameters: parameters, e_max: LARGEST_ENERGY })
    }

    /// An empty one for the events of `chain`.
    pub fn for_chain(chain: &Chain) -> Self {
        let parameters = chain.gradients().iter().map(|&i| chain.params().at(i).clone()).collect();
        let e_max = chain.highest_energy().map_or(LARGEST_ENERGY, |e| e.max(LARGEST_ENERGY));
        Accumulator::new(AccumulatorConfig { gradient_parameters: parameters, e_max })
    }
}

impl ReportFacts {
    /// Of a run that took `seconds`, with the values of its `parameters`.
    pub fn of_run(
        config: &Config,
        provenance: &Provenance,
        parameters: &ParamSet,
        warnings: Vec<String>,
        seconds: f64,
    ) -> Self {
        let p = provenance;
        let process =
            |p: &ProcessInfo| ProcessFact { number: p.id, name: p.name.clone(), cross_section: None };
        let citation =
            |c: &Citation| CitationFact { reference: literature::reference(&c.key), key: c.key.clone() };
        let knocks_out = matches!(&config.source, Source::Beam(beam) if beam.reaction.knocks_out());
        let unit = CROSS_SECTION_UNITS[usize::from(knocks_out)];
        let average = Measured {
            value: p.flux_averaged_cross_section_cm2 / unit,
            error: p.flux_averaged_cross_section_error_cm2 / unit,
        };
        ReportFacts {
            title: title(config),
            version: p.version.clone(),
            seed: p.seed,
            duration: seconds,
            processes: p.processes.iter().map(process).collect(),
            cross_section: matches!(config.source, Source::Beam(_)).then_some(average),
            cross_section_unit: format!("{unit:e} cm2 per atom"),
            warnings,
            configuration: config.resolved_toml(),
            citations: p.citations.iter().map(citation).collect(),
            parameters: parameters.iter().cloned().collect(),
            ..ReportFacts::default()
        }
    }

    /// With the cross section of each process of `chain`.
    pub fn with_cross_sections(mut self, chain: &Chain) -> Self {
        let unit = CROSS_SECTION_UNITS[usize::from(chain.highest_energy().is_some())];
        for (number, _, value) in chain.processes() {
            if let Some(process) = self.processes.iter_mut().find(|p| p.number == number && value > 0.0) {
                process.cross_section = Some(Measured { value: value / unit, error: 0.0 });
            }
        }
        self
    }
}

fn title(config: &Config) -> String {
    match &config.source {
        Source::State(s) => format!("{} at {} MeV", s.nuclide, s.state.excitation),
        Source::Beam(beam) => format!("{} on {}", beam.flux.incoming.name(), beam.target),
    }
}
