//! Assessments and comparisons as JSON.

use super::{Assessment, Compared, Rms};
use gradino_core::Space;
use gradino_infer::sampling::assess::{Comparison, Measured, QUANTILES, WeightFigures};
use serde_json::{Value, json};

impl Assessment {
    /// All figures as JSON.
    pub fn to_json(&self) -> String {
        let overall =
            |(kind, figures): &(String, WeightFigures)| json!({ "kind": kind, "weights": weights(figures) });
        let place = |(place, integral, found): &(super::Place, f64, Comparison)| {
            let mut value = comparison(&self.space, found);
            value["energy"] = json!(place.energy);
            value["kind"] = json!(place.kind);
            value["integral"] = json!(integral);
            value
        };
        let s = &self.settings;
        let value = json!({
            "density": self.density,
            "sampler": self.sampler,
            "flux": self.flux,
            "seed": s.seed,
            "events": s.events,
            "quantile_of_cap": s.quantile,
            "events_in_set": s.set,
            "benchmark_sets": s.sets,
            "reference_points": s.reference,
            "overall": self.overall.figures.iter().map(overall).collect::<Vec<_>>(),
            "places": self.places.iter().map(place).collect::<Vec<_>>(),
            "likelihood_rms_z": self.likelihood_rms().iter().map(|r| json!([r.kind, r.z])).collect::<Vec<_>>(),
            "likelihood_rms_excess": self.likelihood_rms().iter().map(excess).collect::<Vec<_>>(),
        });
        format!("{value:#}\n")
    }
}

fn excess(rms: &Rms) -> Value {
    json!([rms.kind, { "value": rms.excess, "by_chance": rms.chance }])
}

fn measured(m: &Measured) -> Value {
    json!({ "value": m.value, "error": m.error })
}

fn weights(w: &WeightFigures) -> Value {
    json!({
        "events": w.events,
        "ress": measured(&w.ress),
        "efficiency": measured(&w.efficiency),
        "cap": w.cap,
        "lost": w.lost,
        "quantiles": QUANTILES.iter().zip(w.quantiles).collect::<Vec<_>>(),
        "largest": w.largest,
    })
}

fn comparison(space: &Space, found: &Comparison) -> Value {
    let name = |axis: &usize| space.axes[*axis].name.clone();
    let projections = found.projections.iter().map(|p| {
        json!({
            "axes": p.axes.iter().map(name).collect::<Vec<_>>(),
            "bins": p.bins,
            "rms_z": p.rms,
            "benchmark_rms_z": p.benchmark,
            "z": p.z,
        })
    });
    let l = &found.likelihood;
    json!({
        "weights": weights(&found.weights),
        "projections": projections.collect::<Vec<_>>(),
        "likelihood": { "value": l.value, "benchmark": l.benchmark, "spread": l.spread, "z": l.z,
            "excess": l.excess, "by_chance": l.chance },
        "moments_z": found.moments.iter().map(Measured::pull).collect::<Vec<_>>(),
        "moments": found.moments.iter().map(measured).collect::<Vec<_>>(),
    })
}

/// Samplers side by side as JSON.
pub fn compared_json(density: &str, samplers: &[Compared]) -> String {
    let one = |c: &Compared| {
        json!({
            "sampler": c.sampler,
            "points": c.points,
            "preparation_cpu_s": c.preparation,
            "preparation_evaluations": c.preparation_evaluations,
            "events_per_second": c.events_per_second,
            "evaluations_per_event": c.evaluations_per_event,
            "ress": c.ress.iter().map(measured).collect::<Vec<_>>(),
            "efficiency": c.efficiency,
            "bias": c.bias.as_ref().map(measured),
            "largest_moment_z": c.bias.map(|bias| bias.pull().abs()),
            "moments": c.moments,
            "likelihood_z": c.likelihood,
        })
    };
    let value = json!({ "density": density, "samplers": samplers.iter().map(one).collect::<Vec<_>>() });
    format!("{value:#}\n")
}
