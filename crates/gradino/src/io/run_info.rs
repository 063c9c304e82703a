//! The head of a NuHepMC file: run information after NuHepMC 1.0 (gardiner2025, arXiv:2310.13211).

use super::codes::{PARTICLE_STATUS, VERTEX_STATUS};
use super::hepmc3_line::{escaped, spaced};
use super::provenance::{Beam, Provenance, Spectrum};
use std::fmt::{Display, Write};

/// First line: the version of HepMC3 whose text format is written.
pub(super) const VERSION_LINE: &str = "HepMC::Version 3.03.00";
/// Second line.
pub(super) const START_LINE: &str = "HepMC::Asciiv3-START_EVENT_LISTING";
/// Last line.
pub(super) const END_LINE: &str = "HepMC::Asciiv3-END_EVENT_LISTING";
/// Attribute with the whole provenance as JSON.
pub(super) const PROVENANCE_ATTRIBUTE: &str = "gradino.provenance";
/// Picobarns in a square centimetre.
const PB_PER_CM2: f64 = 1e36;
/// First process number in the ranges of NuHepMC (E.C.1).
const FIRST_PROCESS: u32 = 100;
/// Attribute with the requirements of NuHepMC that a file without beams fulfils.
const REQUIREMENTS_ATTRIBUTE: &str = "gradino.NuHepMC.Requirements";
/// These requirements. The others need a beam, a target and a cross section (G.R.5, G.R.6, E.R.6, E.R.7,
/// P.R.1), and so such a file does not call itself NuHepMC (G.R.2).
const WITHOUT_BEAM: &str =
    "G.R.1 G.R.3 G.R.4 G.R.7 G.R.8 G.R.9 G.R.10 G.R.11 E.R.2 E.R.3 E.R.4 E.R.5 E.R.8 V.R.1";

/// All lines before the first event.
pub(super) fn head(provenance: &Provenance) -> String {
    let mut out = format!("{VERSION_LINE}\n{START_LINE}\nW {}\n", escaped(&weight_names(provenance)));
    let tool = format!("gradino\n{}\nDifferentiable neutrino simulation", provenance.version);
    line(&mut out, "T", &escaped(&tool));
    attribute(&mut out, PROVENANCE_ATTRIBUTE, provenance.to_json());
    attribute(&mut out, "NuHepMC.Conventions", conventions(provenance).join(" "));
    if provenance.has_beam() {
        version(&mut out);
        cross_section(&mut out, provenance);
    } else {
        attribute(&mut out, REQUIREMENTS_ATTRIBUTE, WITHOUT_BEAM);
    }
    statuses(&mut out, provenance);
    // All particle numbers are those of the Particle Data Group (G.R.11).
    attribute(&mut out, "NuHepMC.AdditionalParticleNumbers", "");
    citations(&mut out, provenance);
    provenance.beams.iter().for_each(|one| beam(&mut out, one));
    attribute(&mut out, "NuHepMC.Provenance.gradino.seed", provenance.seed);
    attribute(&mut out, "NuHepMC.Provenance.gradino.first_event", provenance.first_event);
    attribute(&mut out, "NuHepMC.Provenance.gradino.n_events", provenance.n_events);
    attribute(&mut out, "NuHepMC.Provenance.gradino.config", &provenance.config_toml);
    out
}

/// The names of the weights, one on each line: the weight itself and its logarithmic derivatives.
fn weight_names(provenance: &Provenance) -> String {
    let gradients = provenance.gradient_names.iter().map(|name| format!("\nd_ln_w/d_{name}"));
    std::iter::once("CV".to_string()).chain(gradients).collect()
}

/// Conventions and suggestions of NuHepMC that the file follows.
fn conventions(provenance: &Provenance) -> Vec<&'static str> {
    let described = |beam: &Beam| beam.spectrum != Spectrum::InConfiguration;
    let in_ranges = provenance.processes.iter().all(|p| p.id >= FIRST_PROCESS);
    let rules = [
        ("G.C.2", provenance.has_beam()),
        ("G.C.3", !provenance.citations.is_empty()),
        ("G.C.4", provenance.has_beam() && provenance.beams.iter().all(described)),
        ("G.S.1", !provenance.config_toml.is_empty()),
        ("G.S.2", true),
        ("E.C.1", in_ranges),
    ];
    rules.iter().filter(|(_, holds)| *holds).map(|(name, _)| *name).collect()
}

/// Version of NuHepMC (G.R.2).
fn version(out: &mut String) {
    for (part, number) in [("Major", 1), ("Minor", 0), ("Patch", 0)] {
        attribute(out, &format!("NuHepMC.Version.{part}"), number);
    }
}

/// Flux-averaged total cross section [pb for one atom] (G.R.6, G.C.2) with its derivatives.
fn cross_section(out: &mut String, provenance: &Provenance) {
    attribute(out, "NuHepMC.Units.CrossSection.Unit", "pb");
    attribute(out, "NuHepMC.Units.CrossSection.TargetScale", "PerAtom");
    let pb = provenance.flux_averaged_cross_section_cm2 * PB_PER_CM2;
    attribute(out, "NuHepMC.FluxAveragedTotalCrossSection", pb);
    let error = provenance.flux_averaged_cross_section_error_cm2 * PB_PER_CM2;
    attribute(out, "NuHepMC.FluxAveragedTotalCrossSectionUncertainty", error);
    let gradient = &provenance.flux_averaged_cross_section_gradient;
    if !gradient.is_empty() {
        let pb = spaced(gradient.iter().map(|d| d * PB_PER_CM2));
        attribute(out, "gradino.FluxAveragedTotalCrossSectionGradient", pb);
    }
}

/// Processes, vertex and particle statuses (G.R.8 to G.R.10).
fn statuses(out: &mut String, provenance: &Provenance) {
    let processes = provenance.processes.iter();
    let rows = processes.map(|p| (i64::from(p.id), p.name.as_str(), p.description.as_str()));
    described(out, "NuHepMC.ProcessIDs", "NuHepMC.ProcessInfo", rows);
    let rows = VERTEX_STATUS.iter().map(|row| (i64::from(row.0.code()), row.1, row.2));
    described(out, "NuHepMC.VertexStatusIDs", "NuHepMC.VertexStatusInfo", rows);
    let rows = PARTICLE_STATUS.iter().map(|row| (i64::from(row.0.code()), row.1, row.2));
    described(out, "NuHepMC.ParticleStatusIDs", "NuHepMC.ParticleStatusInfo", rows);
}

/// A list of numbers, each with a name and a description.
fn described<'a>(
    out: &mut String,
    list: &str,
    info: &str,
    rows: impl Iterator<Item = (i64, &'a str, &'a str)> + Clone,
) {
    attribute(out, list, spaced(rows.clone().map(|row| row.0)));
    for (id, name, description) in rows {
        attribute(out, &format!("{info}[{id}].Name"), name);
        attribute(out, &format!("{info}[{id}].Description"), description);
    }
}

/// Works that were used, by key and, where known, by DOI and arXiv number (G.C.3).
fn citations(out: &mut String, provenance: &Provenance) {
    let works = &provenance.citations;
    let keys: Vec<&str> = works.iter().map(|c| c.key.as_str()).collect();
    let dois: Vec<&str> = works.iter().map(|c| c.doi.as_str()).filter(|d| !d.is_empty()).collect();
    let arxiv: Vec<&str> = works.iter().map(|c| c.arxiv.as_str()).filter(|a| !a.is_empty()).collect();
    for (kind, values) in [("Key", keys), ("DOI", dois), ("arXiv", arxiv)] {
        if !values.is_empty() {
            attribute(out, &format!("NuHepMC.Citations.Generator.{kind}"), values.join(" "));
        }
    }
}

/// Energies of a beam (G.C.4).
fn beam(out: &mut String, beam: &Beam) {
    let name = |item: &str| format!("NuHepMC.Beam[{}].{item}", beam.pdg);
    let kind = match &beam.spectrum {
        Spectrum::MonoEnergetic => {
            attribute(out, &name("MonoEnergetic.Energy"), beam.mean_energy_mev);
            "MonoEnergetic"
        }
        Spectrum::Histogram { edges_mev, content } => {
            attribute(out, &name("Histogram.BinEdges"), spaced(edges_mev));
            attribute(out, &name("Histogram.BinContent"), spaced(content));
            "Histogram"
        }
        Spectrum::InConfiguration => return,
    };
    attribute(out, &name("Type"), kind);
    attribute(out, &name("EnergyUnit"), "MEV");
    attribute(out, &name("RateUnit"), "Arbitrary");
}

/// A line of run information.
fn attribute(out: &mut String, name: &str, value: impl Display) {
    line(out, "A", &format!("{name} {}", escaped(&value.to_string())));
}

fn line(out: &mut String, tag: &str, text: &str) {
    writeln!(out, "{tag} {text}").expect("writing to a string cannot fail");
}
