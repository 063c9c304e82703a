//! What the caller tells about a run: plain text and numbers.

use gradino_core::Parameter;

/// A number with its standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    /// The value.
    pub value: f64,
    /// Its standard error; 0 if there is none.
    pub error: f64,
}

/// A process of the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProcessFact {
    /// Its number in `Event::process`.
    pub number: u32,
    /// Readable name, e.g. "nu_e + 40Ar -> e- + 40K*".
    pub name: String,
    /// Flux-averaged cross section, in the unit of [`ReportFacts::cross_section_unit`].
    pub cross_section: Option<Measured>,
}

/// A source that was used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CitationFact {
    /// Its key.
    pub key: String,
    /// The full reference.
    pub reference: String,
}

/// The facts of a run that stand around the plots. All text is shown as it is: markup in it is escaped.
#[derive(Clone, Debug, Default)]
pub struct ReportFacts {
    /// Title of the page.
    pub title: String,
    /// Version of the program.
    pub version: String,
    /// Seed of the random streams.
    pub seed: u64,
    /// When the run began, as text.
    pub started: String,
    /// Wall-clock time of the run [s].
    pub duration: f64,
    /// The processes.
    pub processes: Vec<ProcessFact>,
    /// Flux-averaged total cross section.
    pub cross_section: Option<Measured>,
    /// Unit of all cross sections, e.g. "1e-42 cm2 per atom".
    pub cross_section_unit: String,
    /// Further facts: what and its value, e.g. ("source", "pion decay at rest").
    pub more: Vec<(String, String)>,
    /// Warnings of the run.
    pub warnings: Vec<String>,
    /// The resolved configuration, as in a configuration file.
    pub configuration: String,
    /// The sources that were used.
    pub citations: Vec<CitationFact>,
    /// All parameters of the run.
    pub parameters: Vec<Parameter>,
}
