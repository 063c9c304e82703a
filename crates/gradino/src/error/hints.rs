//! What to do about an error.

use super::Error;

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Syntax { .. } => Some("`gradino init --annotated` writes an example".into()),
            Error::UnknownKey { suggestion: Some(s), .. } => Some(format!("did you mean \"{s}\"?")),
            Error::UnknownKey { known, .. } => Some(format!("known keys: {}", known.join(", "))),
            Error::MissingKey { example, .. } => Some(format!("write it like {example}")),
            Error::BadValue { hint, .. } => hint.clone(),
            Error::Conflict { first, second, .. } => Some(format!(
                "a run starts either from a fixed state or from a neutrino: remove [{first}] or [{second}]"
            )),
            Error::NoSuchGradient { suggestion: Some(s), .. } => Some(format!("did you mean \"{s}\"?")),
            Error::NoSuchGradient { .. } => Some("`gradino list parameters` prints all names".into()),
            Error::NotARange { .. } => Some(
                "write a count like 1000, or first and end like 2000:3000 (the end is not included)".into(),
            ),
            Error::KeptFile { .. } => Some("name another file, or remove this one first".into()),
            Error::OtherConfiguration { .. } => {
                Some("resume with the configuration of the file, or start anew with --overwrite".into())
            }
            Error::NotResumable { .. } => Some("merge slices with `gradino merge OUT IN...`".into()),
            Error::Worker { event, .. } => {
                Some(format!("`gradino replay CONFIG --event {event}` repeats it; please report it"))
            }
            Error::MissingEvents { from, to, .. } => {
                Some(format!("run events {from} to {to} and merge their file too"))
            }
            Error::UnknownCondition { suggestion: Some(s), .. } => Some(format!("did you mean \"{s}\"?")),
            Error::UnknownCondition { known, .. } => Some(format!("choose one of {}", known.join(", "))),
            Error::BadCondition { .. } => Some(
                "write NAME=VALUE, NAME=LOWEST:HIGHEST, or NAME=KIND, like E_nu=500, E_nu=300:700, shell=1p3/2".into(),
            ),
            Error::BadTable { .. } => {
                Some("name the columns after the axes and conditions; kinds are labels or their numbers".into())
            }
            Error::NoExactSampler => {
                Some("take accept-reject or grid-unweighted: they need the values of a density alone".into())
            }
            Error::TwoDensities { .. } => Some("leave one of them out".into()),
            Error::TwoSpaces { .. } => Some("leave them out".into()),
            Error::OtherTraining { .. } => {
                Some("take the configuration it was made with, or begin without --resume".into())
            }
            Error::Ground(error) => error.hint(),
            Error::Nuclear(error) => error.hint(),
            Error::Infer(error) => error.hint(),
            Error::TwoDataSources => Some("leave one of the two out".into()),
            Error::NoData => Some("set file to a CSV file, or events to a number of pseudo-data".into()),
            Error::OtherFitConfiguration { .. } => {
                Some("take the configuration it was made with, or begin without --resume".into())
            }
            Error::NoLevels { .. } => Some(
                "`gradino list nuclides` prints those with levels; a RIPL folder as `levels` in [cascade] gives more"
                    .into(),
            ),
            Error::AboveLevels { highest, .. } => Some(format!("start at {highest} MeV or below")),
            Error::NoEffect { others, .. } if others.is_empty() => {
                Some(
                    "all its branchings are measured, and no parameter changes them; start from another level"
                        .into(),
                )
            }
            Error::NoEffect { others, .. } => Some(format!("there are: {}", others.join(", "))),
            Error::UnknownObservable { suggestion: Some(s), .. }
            | Error::UnknownDensity { suggestion: Some(s), .. }
            | Error::UnknownSampler { suggestion: Some(s), .. } => Some(format!("did you mean \"{s}\"?")),
            Error::UnknownObservable { known, .. } | Error::UnknownDensity { known, .. } => {
                Some(format!("choose one of {}", known.join(", ")))
            }
            Error::UnknownSampler { known, .. } => {
                Some(format!("choose one of {}, or the file of a flow", known.join(", ")))
            }
            Error::NothingLearned => Some("name it with --density".into()),
            Error::NoSuchCondition { known, .. } => Some(match known.is_empty() {
                true => "leave it out: the density has no condition of this kind".into(),
                false => format!("choose of {}", known.join(", ")),
            }),
            Error::Neural(error) => error.hint(),
            Error::BadEnding { .. } => Some("choose another name; the ending chooses the form".into()),
            Error::BadBins { .. } => {
                Some("write first:last:width like 0:60:1, or all edges like 0,5,10,20".into())
            }
            Error::NoGradients { .. } => Some(
                "run with `--gradients all`, or with parameters = \"all\" under [gradients] in the configuration".into(),
            ),
            Error::NothingUncertain { .. } => Some(
                "run with `--gradients all`, or give standard deviations with `--covariance FILE`".into(),
            ),
            Error::NoRate => Some("leave `--rate` out: a fixed state has no cross section".into()),
            Error::BadCovariance { .. } => Some(
                "TOML: [parameters] with \"name\" = sigma; CSV: a line of names, then the covariance matrix".into(),
            ),
            Error::BadShift { .. } => Some(
                "write NAME=VALUE, NAME=+5% for a part of its value, or NAME=-1sigma for standard deviations".into(),
            ),
            Error::NothingMoves => Some("name a parameter, like --set level_density.a=+5%".into()),
            Error::NoSigma { name } => Some(format!("write a value like {name}=1.2 or a part like {name}=+5%")),
            Error::MovedBefore { .. } => Some("take the file of the run itself".into()),
            Error::NotRedrawn { .. } => Some(
                "the file was edited, or another version of gradino made it; make it again with `gradino run`".into(),
            ),
            Error::WrongNeutrino { .. } => Some("choose another flavour, or another source".into()),
            Error::NoLevelsAboveCut => Some("set levels to a RIPL folder or a MARLEY structure file".into()),
            Error::NoProcess { .. } => Some("add a process that this neutrino can start".into()),
            _ => self.file_hint().map(String::from),
        }
    }

    /// What to do about an event file.
    fn file_hint(&self) -> Option<&'static str> {
        Some(match self {
            Error::Unreadable { .. } => "check the path and the right to read it",
            Error::Unwritable { .. } => "check that the folder exists and that you may write in it",
            Error::DiskFull { .. } => "free some space, or write to another folder",
            Error::AlreadyExists { .. } => {
                "replace it with --overwrite, or choose another name; --resume goes on with an interrupted run"
            }
            Error::PartExists { .. } => {
                "another run may be writing it; if none is, delete it or ask to overwrite"
            }
            Error::UnknownFormat { .. } => {
                "use .hepmc3 or .hepmc (also with .gz or .zst behind it), or .parquet"
            }
            Error::BadLine { .. } | Error::BadContent { .. } => {
                "only files written by gradino can be read; make the file again if it is one"
            }
            Error::Truncated { .. } => {
                "the file is damaged or its copy was not finished; copy or make it again"
            }
            Error::DifferentRuns { .. } => {
                "merge only files made with the same version, configuration and seed"
            }
            Error::OverlappingEvents { .. } => "leave one of the two out",
            Error::ForeignBlock { .. } => "take blocks from the block maker of the same file",
            Error::NothingToMerge => "name at least one file",
            _ => return None,
        })
    }
}
