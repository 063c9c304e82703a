//! The facts of a run, from its configuration and provenance.

use super::accumulate::{Accumulator, AccumulatorConfig};
use super::facts::{CitationFact, Measured, ProcessFact, ReportFacts};
use crate::chain::Chain;
use crate::config::{Config, Source};
use crate::io::{Citation, ProcessInfo, Provenance};
use crate::literature;
use gradino_core::{ParamSet, Parameter};

/// Energies above this are one bin of the report's plots [MeV]: all sources of the field end below.
const LARGEST_ENERGY: f64 = 60.0;
/// Unit of cross sections in the report [cm^2].
const CROSS_SECTION_UNIT: f64 = 1e-42;

impl Accumulator {
    /// An empty one for events with gradients for `parameters`.
    pub fn for_parameters(parameters: Vec<Parameter>) -> Self {
        Accumulator::new(AccumulatorConfig { gradient_parameters: parameters, e_max: LARGEST_ENERGY })
    }

    /// An empty one for the events of `chain`.
    pub fn for_chain(chain: &Chain) -> Self {
        let parameters = chain.gradients().iter().map(|&i| chain.params().at(i).clone());
        Accumulator::for_parameters(parameters.collect())
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
        let average = measured(p.flux_averaged_cross_section_cm2, p.flux_averaged_cross_section_error_cm2);
        ReportFacts {
            title: title(config),
            version: p.version.clone(),
            seed: p.seed,
            duration: seconds,
            processes: p.processes.iter().map(process).collect(),
            cross_section: matches!(config.source, Source::Beam(_)).then_some(average),
            cross_section_unit: format!("{CROSS_SECTION_UNIT:e} cm2 per atom"),
            warnings,
            configuration: config.resolved_toml(),
            citations: p.citations.iter().map(citation).collect(),
            parameters: parameters.iter().cloned().collect(),
            ..ReportFacts::default()
        }
    }

    /// With the cross section of each process of `chain`.
    pub fn with_cross_sections(mut self, chain: &Chain) -> Self {
        for (number, _, value) in chain.processes() {
            if let Some(process) = self.processes.iter_mut().find(|p| p.number == number && value > 0.0) {
                process.cross_section = Some(measured(value, 0.0));
            }
        }
        self
    }
}

fn measured(value: f64, error: f64) -> Measured {
    Measured { value: value / CROSS_SECTION_UNIT, error: error / CROSS_SECTION_UNIT }
}

fn title(config: &Config) -> String {
    match &config.source {
        Source::State(s) => format!("{} at {} MeV", s.nuclide, s.state.excitation),
        Source::Beam(beam) => format!("{} on {}", beam.flux.neutrino.name(), beam.target),
    }
}
