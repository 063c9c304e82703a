//! The page: facts, tables and figures in one template.

use super::accumulate::Accumulator;
use super::facts::{Measured, ProcessFact, ReportFacts};
use super::figures::{Figures, STRONGEST};
use super::histogram::Tally;
use super::numbers::{self, grouped, measured, percent, plain};
use super::sensitivity::{Response, Step};
use gradino_core::Parameter;
use minijinja::{Environment, UndefinedBehavior, Value, context};

/// Rows of the table of exclusive final states, at most.
const FINAL_STATES: usize = 15;

/// The report as one HTML page that needs nothing else.
///
/// Spectra are normalised to the sum of event weights; their bands are the standard errors
/// sqrt(sum w^2) of each bin.
pub fn render(accumulator: &Accumulator, facts: &ReportFacts) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // The name ends in .html: that makes the engine escape all text that is not marked as safe.
    let added = environment.add_template("report.html", include_str!("template.html"));
    added.expect("the template is part of the program and tested");
    let template = environment.get_template("report.html").expect("it was added above");
    template
        .render(content(accumulator, facts))
        .expect("every name in the template is given, as the tests show")
}

fn content(a: &Accumulator, facts: &ReportFacts) -> Value {
    let mut figures = Figures::default();
    let responses = a.visible_energy().responses(a.gradient_parameters());
    context! {
        title => &facts.title,
        empty => a.total().entries == 0,
        run => run_facts(a, facts),
        highlights => highlights(a, facts),
        warnings => &facts.warnings,
        processes => processes(a, facts),
        cross_section_unit => &facts.cross_section_unit,
        lepton => a.lepton_name(),
        leptons => figures.leptons(a),
        multiplicities => figures.multiplicities(a),
        nuclides => nuclides(a),
        final_states => final_states(a),
        emitted => figures.emitted(a),
        schemes => figures.schemes(a),
        sensitivity => figures.sensitivity(a, &responses),
        responses => response_rows(a, &responses),
        gradients => a.gradient_parameters().len(),
        parameters => facts.parameters.iter().map(parameter_row).collect::<Vec<_>>(),
        configuration => &facts.configuration,
        citations => facts.citations.iter()
            .map(|c| context! { key => &c.key, reference => &c.reference })
            .collect::<Vec<_>>(),
    }
}

fn pair(name: &str, value: impl Into<Value>) -> Value {
    context! { name, value => value.into() }
}

fn run_facts(a: &Accumulator, facts: &ReportFacts) -> Vec<Value> {
    let mut rows = vec![pair("events", grouped(a.total().entries))];
    if a.total().weight != a.total().entries as f64 {
        rows.push(pair("sum of weights", measured(a.total().weight, a.total().weight_sq.sqrt())));
    }
    rows.push(pair("seed", facts.seed.to_string()));
    rows.push(pair("version", &facts.version));
    if !facts.started.is_empty() {
        rows.push(pair("started", &facts.started));
    }
    rows.push(pair("duration", duration(facts.duration)));
    rows.extend(facts.more.iter().map(|(name, value)| pair(name, value)));
    rows
}

fn duration(seconds: f64) -> String {
    if !(seconds.is_finite() && seconds >= 60.0) {
        return format!("{} s", plain((seconds * 100.0).round() / 100.0));
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours} h {minutes:02} min") } else { format!("{minutes} min {seconds:02} s") }
}

fn with_unit(m: Measured, unit: &str) -> String {
    format!("{} {unit}", measured(m.value, m.error))
}

/// The few numbers that one wants to see first.
fn highlights(a: &Accumulator, facts: &ReportFacts) -> Vec<Value> {
    let per_event = |i: usize| a.multiplicities[i].mean();
    let cross_section = facts.cross_section.map(|m| (m.value, m.error));
    let beam = if a.beam_name() == "neutrino" { "neutrino energy" } else { "beam energy" };
    let lepton = format!("{} energy", a.lepton_name());
    let flux_average = format!("{}, flux average", facts.cross_section_unit);
    [
        ("cross section", cross_section, flux_average.as_str()),
        (beam, a.beam.mean(), "MeV, mean"),
        (lepton.as_str(), a.lepton.mean(), "MeV, mean"),
        ("visible energy", a.visible.mean(), "MeV, mean"),
        ("gammas", per_event(0), "per event"),
        ("neutrons", per_event(1), "per event"),
        ("protons", per_event(2), "per event"),
    ]
    .into_iter()
    .filter_map(|(name, number, unit)| {
        number.map(|(value, error)| highlight(name, &measured(value, error), unit))
    })
    .collect()
}

/// A number in large print with its error and unit below it; one with a power of ten stays whole.
fn highlight(name: &str, number: &str, unit: &str) -> Value {
    match number.split_once(" ± ") {
        Some((value, error)) if !value.starts_with('(') => {
            context! { name, value, error => format!("± {error}"), unit }
        }
        _ => context! { name, value => number, error => "", unit },
    }
}

fn processes(a: &Accumulator, facts: &ReportFacts) -> Vec<Value> {
    let known = |number: u32| facts.processes.iter().any(|f| f.number == number);
    let tally = |number: u32| a.processes.get(number as usize).copied().unwrap_or_default();
    let drawn = (0..a.processes.len() as u32).filter(|&n| tally(n).entries > 0 && !known(n));
    let unknown =
        drawn.map(|number| ProcessFact { number, name: format!("process {number}"), cross_section: None });
    let row = |fact: ProcessFact| {
        let tally = tally(fact.number);
        let cross_section =
            fact.cross_section.map_or_else(|| "–".to_string(), |m| with_unit(m, "").trim_end().to_string());
        context! { name => fact.name, cross_section, events => grouped(tally.entries), ..share(&tally, a) }
    };
    facts.processes.iter().cloned().chain(unknown).map(row).collect()
}

/// A share of all events with its error, and the length of its bar in per cent.
fn share(tally: &Tally, a: &Accumulator) -> Value {
    let share = tally.share_of(&a.total());
    let bar = format!("{:.2}", (100.0 * share.0).clamp(0.0, 100.0));
    context! { percent => percent(share), bar }
}

fn nuclides(a: &Accumulator) -> Vec<Value> {
    let mut rows: Vec<_> = a.nuclides().collect();
    rows.sort_by(|x, y| y.1.weight.total_cmp(&x.1.weight).then(x.0.cmp(&y.0)));
    let row = |(nuclide, tally): &(_, Tally)| {
        context! { name => numbers::nuclide(*nuclide), events => grouped(tally.entries), ..share(tally, a) }
    };
    rows.iter().map(row).collect()
}

fn final_states(a: &Accumulator) -> Vec<Value> {
    let mut rows: Vec<_> = a.final_states().collect();
    rows.sort_by(|x, y| y.1.weight.total_cmp(&x.1.weight).then(x.0.cmp(&y.0)));
    let mut rest = Tally::default();
    rows.iter().skip(FINAL_STATES).for_each(|r| rest.merge(r.1));
    let row = |name: String, tally: &Tally| {
        context! { name, events => grouped(tally.entries), ..share(tally, a) }
    };
    let mut out: Vec<Value> =
        rows.iter().take(FINAL_STATES).map(|(s, t)| row(numbers::final_state(s), t)).collect();
    if rest.entries > 0 {
        out.push(row(format!("{} others", rows.len() - FINAL_STATES), &rest));
    }
    out
}

fn response_rows(a: &Accumulator, responses: &[Response]) -> Vec<Value> {
    let row = |(i, r): (usize, &Response)| {
        let parameter = &a.gradient_parameters()[r.parameter];
        let step = match r.step {
            Step::PriorSigma(size) => format!("1 σ = {}", quantity(size, &parameter.unit)),
            Step::TenPercent(size) => format!("10 % = {}", quantity(size, &parameter.unit)),
            Step::Unknown => "no scale".to_string(),
        };
        context! {
            rank => i + 1,
            name => &parameter.name,
            value => quantity(parameter.value, &parameter.unit),
            step,
            strength => percent(r.strength),
            shift => measured(r.mean_shift.0, r.mean_shift.1),
            meaning => &parameter.meaning,
        }
    };
    responses.iter().take(STRONGEST).enumerate().map(row).collect()
}

fn quantity(value: f64, unit: &str) -> String {
    format!("{} {unit}", plain(value)).trim_end().to_string()
}

fn parameter_row(p: &Parameter) -> Value {
    let prior = if p.sigma > 0.0 { format!("± {}", plain(p.sigma)) } else { "–".to_string() };
    let bound = |x: f64| match x {
        f64::INFINITY => "∞".to_string(),
        f64::NEG_INFINITY => "−∞".to_string(),
        x => plain(x),
    };
    let bounds = match p.bounds {
        [f64::NEG_INFINITY, f64::INFINITY] => "–".to_string(),
        [lower, upper] => format!("{} … {}", bound(lower), bound(upper)),
    };
    context! {
        name => &p.name,
        value => plain(p.value),
        unit => &p.unit,
        prior,
        bounds,
        source => &p.source,
        meaning => &p.meaning,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AccumulatorConfig, CitationFact, sample};
    use super::*;
    use gradino_core::Event;

    fn facts() -> ReportFacts {
        let process = |number, name: &str, value| ProcessFact {
            number,
            name: name.into(),
            cross_section: Some(Measured { value, error: 0.02 * value }),
        };
        ReportFacts {
            title: "Supernova ν_e on argon".into(),
            version: "0.1.0".into(),
            seed: 20261122,
            started: "2026-11-22 18:04 UTC".into(),
            duration: 12.34,
            processes: vec![
                process(0, "nu_e + 40Ar -> e- + 40K*", 14.2),
                process(1, "nu_e + e- -> nu_e + e-", 0.44),
            ],
            cross_section: Some(Measured { value: 14.64, error: 0.28 }),
            cross_section_unit: "10⁻⁴² cm² per atom".into(),
            more: vec![("source".into(), "pinched thermal, mean energy 17 MeV".into())],
            warnings: vec!["the optical model is used below 1 MeV, where it was not fitted".into()],
            configuration:
                "[run]\nevents = 20000\nseed = 20261122\n\n[cascade]\nlevel_density = \"rosetta\"\n".into(),
            citations: vec![
                CitationFact {
                    key: "hauser1952".into(),
                    reference: "W. Hauser, H. Feshbach, Phys. Rev. 87 (1952) 366".into(),
                },
                CitationFact {
                    key: "koning2003".into(),
                    reference: "A. Koning, J. Delaroche, Nucl. Phys. A 713 (2003) 231".into(),
                },
            ],
            parameters: sample::config().gradient_parameters,
        }
    }

    fn filled(events: u64) -> Accumulator {
        let mut accumulator = Accumulator::new(sample::config());
        let mut event = Event::new();
        (0..events).for_each(|number| {
            sample::fill(&mut event, number);
            accumulator.add(&event);
        });
        accumulator
    }

    #[test]
    fn a_full_report_has_all_sections_and_loads_nothing() {
        let page = render(&filled(20_000), &facts());
        // The look of a page needs eyes: GRADINO_REPORT names a file to keep it in.
        if let Ok(path) = std::env::var("GRADINO_REPORT") {
            std::fs::write(path, &page).expect("GRADINO_REPORT can be written");
        }
        for part in ["⁴⁰K", "³⁹K + n", "level scheme", "hauser1952", ">14.64 <", "± 0.28", "gt.strength_3"]
        {
            assert!(page.contains(part), "{part}");
        }
        for stranger in ["NaN", "<script", "src=", "@import", "<link"] {
            assert!(!page.contains(stranger), "{stranger}");
        }
        let addresses = page.matches("http").count();
        assert_eq!(addresses, page.matches("http://www.w3.org/2000/svg").count());
    }

    #[test]
    fn the_same_run_gives_the_same_page() {
        assert!(render(&filled(300), &facts()) == render(&filled(300), &facts()));
    }

    #[test]
    fn an_empty_run_and_a_single_event_give_pages_without_nan() {
        for (events, gradients) in [(0, true), (1, true), (1, false)] {
            let mut config = sample::config();
            config.gradient_parameters.retain(|_| gradients);
            let mut accumulator = Accumulator::new(config);
            let mut event = Event::new();
            (0..events).for_each(|n| {
                sample::fill(&mut event, n);
                if !gradients {
                    event.weight_gradient.clear();
                    event.coordinate_gradient.clear();
                    event.energy_jacobian.clear();
                }
                accumulator.add(&event);
            });
            let page = render(&accumulator, &ReportFacts::default());
            assert!(!page.contains("NaN") && !page.contains(">inf"), "{events} {gradients}");
        }
        let empty = Accumulator::new(AccumulatorConfig { gradient_parameters: Vec::new(), e_max: 50.0 });
        assert!(render(&empty, &ReportFacts::default()).contains("no events"));
    }

    #[test]
    fn text_of_the_user_is_escaped_everywhere() {
        let evil = "<script>alert(1)</script>\"'&";
        let mut f = facts();
        f.title = evil.into();
        f.version = evil.into();
        f.started = evil.into();
        f.cross_section_unit = evil.into();
        f.configuration = evil.into();
        f.warnings = vec![evil.into()];
        f.more = vec![(evil.into(), evil.into())];
        f.citations = vec![CitationFact { key: evil.into(), reference: evil.into() }];
        f.processes[0].name = evil.into();
        f.parameters = vec![Parameter::new(evil, 1.0, evil, evil, evil)];
        let mut config = sample::config();
        config.gradient_parameters[3].name = evil.into();
        let mut accumulator = Accumulator::new(config);
        let mut event = Event::new();
        (0..500).for_each(|n| {
            sample::fill(&mut event, n);
            accumulator.add(&event);
        });
        assert!(!render(&accumulator, &f).contains("<script"));
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(12.345), "12.35 s");
        assert_eq!(duration(125.0), "2 min 05 s");
        assert_eq!(duration(7384.0), "2 h 03 min");
        assert!(!duration(f64::NAN).contains("NaN"));
    }
}
