//! `gradino xsec`: cross sections of knockouts and their derivatives.

use crate::support::{folder, gradino};

/// Muon neutrinos that knock plane waves out of 12C.
const JOB: &str = "[flux]\nneutrino = \"nu_mu\"\nkind = \"mono\"\nenergy = \"250 MeV\"\n[target]\nnuclide = \"12C\"\n\
                   [reaction]\nprocesses = [\"1p1h\"]\n[knockout]\nwaves = \"plane\"\n\
                   [gradients]\nparameters = [\"axial.g_a\", \"axial.mass\"]\n";

/// Header and last row of a table of comma-separated values.
fn table(arguments: &[&str]) -> (String, Vec<f64>) {
    let said = gradino(&[&["xsec", "--energies", "200 MeV:250 MeV:2", "--csv"], arguments].concat());
    assert_eq!(said.code, 0, "{}", said.stderr);
    let mut lines = said.stdout.lines();
    let header = lines.next().expect("a header").to_string();
    let last = lines.next_back().expect("rows").split(',');
    (header, last.map(|cell| cell.parse().expect("a number")).collect())
}

#[test]
fn derivatives_of_cross_sections_are_those_of_neighbouring_parameters() {
    let folder = folder("xsec");
    let at = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("written");
        path.to_string_lossy().into_owned()
    };
    let job = at("job.toml", JOB);
    let (header, slopes) = table(&[&job, "--gradients"]);
    assert_eq!(header, "energy [MeV],d 1p1h/d axial.g_a [cm2],d 1p1h/d axial.mass [cm2/MeV]");
    let mass = |mass: f64| {
        let text = format!("{JOB}[parameters]\n\"axial.mass\" = {mass}\n");
        let (header, values) = table(&[&at(&format!("{mass}.toml"), &text)]);
        assert_eq!(header, "energy [MeV],1p1h [cm2]");
        assert_eq!(values[0], 250.0);
        values[1]
    };
    let (published, step) = (1026.0, 1.0);
    let [below, here, above] = [published - step, published, published + step].map(mass);
    assert_eq!(table(&[&job]).1[1], here);
    let difference = (above - below) / (2.0 * step);
    assert!((slopes[2] / difference - 1.0).abs() < 1e-4, "{} {difference}", slopes[2]);
    // sigma = a + b g_A + c g_A^2 with a, c > 0 and b of either sign; here the axial current dominates.
    assert!(slopes[1] * 1.2723 > here && slopes[1] * 1.2723 < 2.0 * here, "{} {here}", slopes[1]);
}

#[test]
fn a_job_without_knockouts_has_no_such_derivatives() {
    let said = gradino(&["xsec", "--gradients", "--energies", "20 MeV:30 MeV:2"]);
    assert_ne!(said.code, 0, "{}", said.stdout);
    assert!(said.stderr.contains("hint: "), "{}", said.stderr);
}
