//! The named choices of a configuration: neutrinos, processes and physics models.

use gradino_nuclear::meanfield;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A choice as `gradino list models` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Key in the configuration, e.g. `cascade.level_density`.
    pub key: &'static str,
    /// Name, e.g. `bsfg`.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Citation key; empty where there is none.
    pub source: &'static str,
    /// Whether it is chosen where nothing is said.
    pub is_default: bool,
}

/// An enumeration of named choices.
pub trait NamedChoice: Copy + Send + Sync + 'static {
    /// All of them, the default first.
    const ALL: &'static [Self];
    /// How the configuration describes it.
    fn choice(self) -> Choice;
    /// The one of a name.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.choice().name == name)
    }
}

/// Declares that a choice of the configuration is one of the nuclear room under the same names.
macro_rules! same {
    ($type:ident = $other:path { $($variant:ident = $theirs:ident),* }) => {
        impl From<$type> for $other {
            fn from(choice: $type) -> Self {
                match choice {
                    $($type::$variant => <$other>::$theirs,)*
                }
            }
        }

        impl From<$other> for $type {
            fn from(choice: $other) -> Self {
                match choice {
                    $(<$other>::$theirs => $type::$variant,)*
                }
            }
        }
    };
}

/// Declares an enumeration with its names, meanings and sources. The first one is the default.
macro_rules! choices {
    ($(#[$doc:meta])* $type:ident, $key:literal {
        $first:ident = $first_name:literal, $first_meaning:literal, $first_source:literal;
        $($variant:ident = $name:literal, $meaning:literal, $source:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub enum $type {
            #[doc = $first_meaning]
            #[default]
            #[serde(rename = $first_name)]
            $first,
            $(#[doc = $meaning] #[serde(rename = $name)] $variant,)*
        }

        impl $type {
            /// All of them, the default first.
            pub const ALL: &'static [$type] = &[$type::$first, $($type::$variant),*];

            /// How the configuration, and `gradino list models`, describes it.
            pub fn choice(self) -> Choice {
                let (name, meaning, source) = match self {
                    $type::$first => ($first_name, $first_meaning, $first_source),
                    $($type::$variant => ($name, $meaning, $source),)*
                };
                Choice { key: $key, name, meaning, source, is_default: self == $type::default() }
            }

            /// Its name in the configuration.
            pub fn name(self) -> &'static str {
                self.choice().name
            }
        }

        impl NamedChoice for $type {
            const ALL: &'static [Self] = $type::ALL;
            fn choice(self) -> Choice {
                $type::choice(self)
            }
        }
    };
}

choices! {
    /// Shape of the neutrino spectrum.
    SpectrumKind, "flux.kind" {
        Pinched = "pinched", "pinched thermal spectrum of a supernova", "keil2003";
        FermiDirac = "fermi-dirac", "Fermi-Dirac spectrum with degeneracy eta", "";
        Mono = "mono", "one energy", "";
        Uniform = "uniform", "flat between two energies", "";
        DecayAtRest = "decay-at-rest", "pion and muon decay at rest", "michel1950";
        Table = "table", "table from a file", "";
    }
}

choices! {
    /// Kind of neutrino.
    Neutrino, "flux.neutrino" {
        NuE = "nu_e", "electron neutrino", "";
        AntiNuE = "anti-nu_e", "electron antineutrino", "";
        NuMu = "nu_mu", "muon neutrino", "";
        AntiNuMu = "anti-nu_mu", "muon antineutrino", "";
        NuTau = "nu_tau", "tau neutrino", "";
        AntiNuTau = "anti-nu_tau", "tau antineutrino", "";
    }
}

impl Neutrino {
    /// PDG number.
    pub fn pdg(self) -> i32 {
        use gradino_core::particle::pdg;
        match self {
            Neutrino::NuE => pdg::NU_E,
            Neutrino::AntiNuE => -pdg::NU_E,
            Neutrino::NuMu => pdg::NU_MU,
            Neutrino::AntiNuMu => -pdg::NU_MU,
            Neutrino::NuTau => pdg::NU_TAU,
            Neutrino::AntiNuTau => -pdg::NU_TAU,
        }
    }
}

choices! {
    /// Charged lepton of a beam.
    ChargedLepton, "flux.lepton" {
        Electron = "e-", "electron", "";
        Positron = "e+", "positron", "";
        Muon = "mu-", "muon", "";
        AntiMuon = "mu+", "antimuon", "";
    }
}

impl ChargedLepton {
    /// PDG number.
    pub fn pdg(self) -> i32 {
        use gradino_core::particle::pdg;
        match self {
            ChargedLepton::Electron => pdg::ELECTRON,
            ChargedLepton::Positron => -pdg::ELECTRON,
            ChargedLepton::Muon => pdg::MUON,
            ChargedLepton::AntiMuon => -pdg::MUON,
        }
    }
}

choices! {
    /// How neutrino energies are distributed in the events.
    Weighting, "flux.weighting" {
        CrossSection = "cross-section", "flux times cross section, as a detector sees them", "";
        Flux = "flux", "flux alone; the cross section is the weight of the event", "";
    }
}

choices! {
    /// Format of a flux table.
    TableFormat, "flux.format" {
        Csv = "csv", "columns separated by commas, the energy first; straight lines between rows", "";
        Histogram = "histogram", "as csv; each row starts a bin, the last one closes it with flux 0", "";
        Snowglobes = "snowglobes", "flux file of SNOwGLoBES: energy in GeV, six flavours", "";
    }
}

choices! {
    /// Process between the neutrino and the target.
    Process, "reaction.processes" {
        Cc = "cc", "charged current on the nucleus, allowed approximation", "kuramoto1990";
        Es = "es", "elastic scattering on electrons", "thooft1971";
        Cevns = "cevns", "coherent elastic scattering on the nucleus", "freedman1974";
        Knockout = "1p1h", "knockout of one nucleon from a mean field", "jachowicz2002";
    }
}

choices! {
    /// The current that knocks a nucleon out.
    Current, "knockout.current" {
        Charged = "charged", "charged weak current", "walecka1975";
        Neutral = "neutral", "neutral weak current", "walecka1975";
        Electromagnetic = "electromagnetic", "exchange of a photon", "walecka1975";
    }
}

choices! {
    /// Coulomb correction of the charged leptons of a knockout.
    LeptonCoulomb, "knockout.coulomb" {
        Mema = "mema", "modified effective momentum approximation", "engel1998";
        Fermi = "fermi", "Fermi function of the outgoing lepton", "fermi1934";
        None = "none", "none", "";
    }
}

choices! {
    /// Exchange part of the Coulomb energy of a mean field.
    CoulombExchange, "knockout.exchange" {
        Slater = "slater", "Slater approximation", "slater1951";
        None = "none", "direct part alone", "";
    }
}

choices! {
    /// Masses of neutrons and protons in a mean field.
    NucleonMasses, "knockout.masses" {
        Mean = "mean", "their mean for both", "";
        Physical = "physical", "each its own", "";
    }
}

choices! {
    /// Waves of the nucleon that leaves.
    Waves, "knockout.waves" {
        Distorted = "distorted", "in the field that the nucleon leaves", "jachowicz2002";
        Plane = "plane", "free", "";
    }
}

choices! {
    /// Vector form factors of the nucleon.
    VectorFormFactors, "knockout.vector" {
        Bbba05 = "bbba05", "ratios of polynomials with constraints of duality", "bradford2006";
        Kelly = "kelly", "ratios of polynomials", "kelly2004";
        Dipole = "galster", "dipole, and a Galster form for the neutron", "galster1971";
    }
}

choices! {
    /// Axial form factor of the nucleon.
    AxialFormFactor, "knockout.axial" {
        Dipole = "dipole", "dipole", "bernard2002";
        ZExpansion = "z-expansion", "expansion in the conformal variable z", "meyer2016";
        TableDipole = "dipole-dolan2022", "dipole with the numbers of the response tables", "dolan2022";
    }
}

choices! {
    /// The set of choices that stands for those that are not named.
    Convention, "knockout.convention" {
        Own = "own", "the defaults of gradino", "";
        Dolan2022 = "dolan2022", "what comes closest to the response tables", "dolan2022";
    }
}

choices! {
    /// The field around emptied shells.
    Rest, "knockout.rest" {
        Evaluated = "evaluated", "that of the densities that are left, evaluated once", "";
        Kept = "kept", "that of the whole nucleus", "";
    }
}

choices! {
    /// Longitudinal vector current.
    Longitudinal, "knockout.longitudinal" {
        Conserved = "conserved", "from the charge, by current conservation", "walecka1975";
        Convection = "convection", "convection current of free nucleons", "walecka1975";
    }
}

choices! {
    /// Axial charge.
    AxialCharge, "knockout.axial_charge" {
        Full = "full", "of the moving nucleon", "walecka1975";
        MiddleRank = "middle-rank", "its middle rank alone, as in the response tables", "dolan2022";
    }
}

choices! {
    /// Charge monopole.
    Monopole, "knockout.monopole" {
        Full = "full", "from all orbitals", "walecka1975";
        NotFromS = "not-from-s", "without that from s orbitals to s waves, as in the response tables", "dolan2022";
    }
}

same!(CoulombExchange = meanfield::CoulombExchange { Slater = Slater, None = None });
same!(NucleonMasses = meanfield::NucleonMasses { Mean = Mean, Physical = Physical });
same!(Waves = meanfield::FinalState { Distorted = Distorted, Plane = Plane });
same!(VectorFormFactors = meanfield::VectorModel { Bbba05 = Bbba05, Kelly = Kelly, Dipole = Dipole });
same!(AxialFormFactor = meanfield::AxialModel {
    Dipole = Dipole,
    ZExpansion = ZExpansion,
    TableDipole = TableDipole
});
same!(Convention = meanfield::Convention { Own = Own, Dolan2022 = Dolan2022 });
same!(Rest = meanfield::EmptiedField { Evaluated = Evaluated, Kept = Kept });
same!(Longitudinal = meanfield::LongitudinalCurrent { Conserved = Conserved, Convection = Convection });
same!(AxialCharge = meanfield::AxialCharge { Full = Full, MiddleRank = MiddleRank });
same!(Monopole = meanfield::Monopole { Full = Full, NotFromS = NotFromS });

choices! {
    /// Width of the hole that stays behind.
    HoleWidth, "knockout.width" {
        Lorentz = "lorentz", "Lorentzian, broader for deeper holes", "jeukenne1983";
        Sharp = "sharp", "none: each hole has one energy", "";
    }
}

choices! {
    /// Measured Fermi and Gamow-Teller strengths of the charged current on 40Ar.
    Strengths, "reaction.strengths" {
        Bhattacharya2009 = "bhattacharya2009", "40Ar(p,n)40K at forward angles", "bhattacharya2009";
        Bhattacharya1998 = "bhattacharya1998", "beta decay of 40Ti", "bhattacharya1998";
        Liu1998 = "liu1998", "beta decay of 40Ti", "liu1998";
    }
}

choices! {
    /// Coulomb correction of the outgoing lepton.
    Coulomb, "reaction.coulomb" {
        Smooth = "smooth", "smooth passage from the Fermi function to MEMA", "engel1998";
        None = "none", "no correction", "";
        Fermi = "fermi", "Fermi function", "fermi1934";
        Ema = "ema", "effective momentum approximation", "engel1998";
        Mema = "mema", "modified effective momentum approximation", "engel1998";
        FermiEma = "fermi-ema", "whichever of the two is nearer to one; has a kink", "engel1998";
        FermiMema = "fermi-mema", "whichever of the two is nearer to one; has a kink", "engel1998";
    }
}

choices! {
    /// Nuclear form factor of coherent scattering.
    FormFactor, "reaction.form_factor" {
        Helm = "helm", "Helm form factor", "helm1956";
        KleinNystrand = "klein-nystrand", "Klein-Nystrand form factor", "klein1999";
    }
}

choices! {
    /// Optical model of emitted particles.
    Optical, "cascade.optical" {
        KoningDelaroche = "koning-delaroche", "global potential of Koning and Delaroche", "koning2003";
    }
}

choices! {
    /// Nuclear level density.
    LevelDensity, "cascade.level_density" {
        Bsfg = "bsfg", "back-shifted Fermi gas", "koning2008";
        Ct = "ct", "constant temperature below a Fermi gas (Gilbert and Cameron)", "koning2008";
        Egsm = "egsm", "enhanced generalised superfluid model", "capote2009";
    }
}

choices! {
    /// Gamma strength function of electric dipoles.
    GammaStrength, "cascade.gamma_strength" {
        Slo = "slo", "standard Lorentzian (Brink and Axel)", "axel1962";
        Glo = "glo", "generalised Lorentzian", "kopecky1990";
        Smlo = "smlo", "simplified modified Lorentzian", "goriely2019";
    }
}

choices! {
    /// Where the continuum of levels begins.
    Continuum, "cascade.continuum" {
        Completeness = "completeness", "above the energy up to which the level scheme is complete", "capote2009";
        LastLevel = "last-level", "above the last tabulated level", "gardiner2021";
    }
}

/// Every choice there is, in the order of the configuration.
pub fn all_choices() -> Vec<Choice> {
    let mut list = Vec::new();
    macro_rules! add {
        ($($type:ident)*) => { $(list.extend($type::ALL.iter().map(|c| c.choice()));)* };
    }
    add!(SpectrumKind Neutrino ChargedLepton Weighting TableFormat Process Strengths Coulomb FormFactor);
    add!(Current LeptonCoulomb CoulombExchange NucleonMasses Rest Waves Longitudinal AxialCharge Monopole);
    add!(VectorFormFactors AxialFormFactor HoleWidth Convention);
    add!(Optical LevelDensity GammaStrength Continuum);
    list
}
