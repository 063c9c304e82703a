//! probe
use gradino::chain::primary::*;
use gradino::chain::*;
use gradino::flux::Flux;
use gradino_core::*;
use gradino_nuclear::decay::CascadeModels;
use gradino_nuclear::reaction::*;
use gradino_nuclear::structure::*;
fn main() {
    let kind = std::env::args().nth(1).unwrap();
    let n: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let g: usize = std::env::args().nth(3).map_or(0, |s| s.parse().unwrap());
    let flux = if let Ok(e) = kind.parse::<f64>() {
        Flux::mono(12, e).unwrap()
    } else {
        Flux::pinched(12, 12.0, 2.5, [0.0, 60.0]).unwrap()
    };
    let setup = Setup {
        seed: 1,
        origin: Origin::Neutrino {
            primary: Primary {
                flux,
                processes: vec![Process::Allowed(AllowedReaction::argon40(
                    StrengthSet::default().strengths(),
                    CoulombMode::default(),
                ))],
                masses: AtomicMasses {
                    target: masses::atomic_mass(Nuclide::new(18, 40)).unwrap(),
                    residue: masses::atomic_mass(Nuclide::new(19, 40)).unwrap(),
                },
                weighting: Weighting::CrossSection,
            },
            target: Nuclide::new(18, 40),
        },
        models: CascadeModels::default(),
        library: StructureLibrary::builtin(),
    };
    let p = setup.parameters();
    let all: Vec<usize> = (0..p.len().min(g)).collect();
    println!("{} parameters, {} gradients", p.len(), all.len());
    let t = std::time::Instant::now();
    let c = Chain::prepare(&setup, &p, &all).unwrap();
    println!(
        "prepare {:?} xs {:?} warn {:?}",
        t.elapsed(),
        c.cross_section().map(|a| a.value),
        c.warnings().len()
    );
    let mut s = c.scratch();
    let mut e = Event::new();
    for round in 0..3 {
        let t = std::time::Instant::now();
        let (mut vis, mut nn, mut parts, mut viol) = (0.0, 0usize, 0usize, 0.0f64);
        for i in 0..n {
            c.draw(i, &mut s, &mut e);
            vis += e.visible_energy();
            nn += e.count(2112);
            parts += e.particles.len();
            let tot = e.final_state().fold(FourVector::zero(), |a, p| a + p.momentum);
            let i4 = e.particles[0].momentum + e.particles[1].momentum;
            viol = viol.max((tot.e - i4.e).abs()).max((tot.x - i4.x).abs()).max((tot.z - i4.z).abs());
        }
        let dt = t.elapsed().as_secs_f64();
        println!(
            "round {round}: {:.0} events/s  vis {:.3} n/event {:.4} particles {:.2} violation {viol:.1e}",
            n as f64 / dt,
            vis / n as f64,
            nn as f64 / n as f64,
            parts as f64 / n as f64
        );
    }
}
