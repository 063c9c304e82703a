//! An upper bound of the inclusive cross section of constant responses over a box of kinematics.
//!
//! But for the strength of the vertex k^2 q d2 sigma / (d omega d q) is a polynomial of the energy E, omega and q, of degree 2, 4 and 4, and so
//! is the denominator k^2 q. In the basis of Bernstein, whose functions are positive and sum to one, a polynomial lies
//! between its smallest and largest coefficient (farouki2012): if N_i <= M D_i for all coefficients of numerator
//! and denominator, N <= M D everywhere in the box. The coefficients follow from the values at equidistant points, because
//! these determine the polynomial. The strength, the coupling of the photon and the Fermi function, has its own bound.

use super::lepton::LeptonVertex;

/// Degree in omega and in q.
const DEGREE: usize = 4;
/// Coefficients and values in omega and in q.
const COUNT: usize = DEGREE + 1;
/// The same in E.
const LEVELS: usize = 3;
/// What rounding may take from the bound.
const ROUNDING: f64 = 1e-9; // chosen: 10^5 times that of the sums

/// What the Fermi function may reach beyond its values at the ends of a box.
const FLAT: f64 = 1.001; // chosen: its maximum where it repels is flat to 1e-4 over 100 MeV

/// A value for each point in omega and q, or a coefficient.
type Net = [[f64; COUNT]; COUNT];

/// A bound of d2 sigma / (d omega d q) [cm^2/MeV^2] from the responses CC, CL, LL, T and T' [1/MeV] in the box of E, omega and q
/// [MeV], which has positive q and E beyond the mass of the lepton; not tight where the box ends beyond the physical region.
pub(super) fn largest(vertex: &LeptonVertex, responses: &[f64; 5], ends: [[f64; 2]; LEVELS]) -> f64 {
    let [energies, omegas, [first, last]] = ends;
    // Momentum transfers that count, in electron scattering.
    let momenta = [first.max(vertex.lowest_q(omegas[0])), last];
    let same = energies[0] == energies[1];
    let square = |a: f64, b: f64| a * b - vertex.incoming_mass * vertex.incoming_mass;
    let numerator = |energy: f64| numerators(vertex, responses, energy, omegas, momenta);
    let (low, high) =
        (numerator(energies[0]), if same { [[0.0; COUNT]; COUNT] } else { numerator(energies[1]) });
    let k2 = [
        square(energies[0], energies[0]),
        square(energies[0], energies[1]),
        square(energies[1], energies[1]),
    ];
    let mut most = ratio(&low, k2[0], momenta);
    if !same {
        let half = numerator(0.5 * (energies[0] + energies[1]));
        let blend = |i: usize, k: usize| 2.0 * half[i][k] - 0.5 * (low[i][k] + high[i][k]);
        let middle: Net = std::array::from_fn(|i| std::array::from_fn(|k| blend(i, k)));
        most = most.max(ratio(&middle, k2[1], momenta)).max(ratio(&high, k2[2], momenta));
    }
    most * strength(vertex, [energies, omegas, momenta]) * (1.0 + ROUNDING)
}

/// The largest strength of the vertex in a box: the coupling at the smallest Q^2, the Fermi function at the ends of the energies
/// of the outgoing lepton, between which it has no maximum but a flat one where it repels.
fn strength(vertex: &LeptonVertex, [energies, omegas, momenta]: [[f64; 2]; LEVELS]) -> f64 {
    let q2 = (momenta[0] * momenta[0] - omegas[1] * omegas[1]).max(vertex.min_q2);
    let ends = [energies[0] - omegas[1], energies[1] - omegas[0]];
    let most = ends.iter().map(|&out| vertex.strength(out, q2)).fold(0.0, f64::max);
    if vertex.fermi.is_some() { most * FLAT } else { most }
}

/// The coefficients of k^2 q d2 sigma / (d omega d q) at one energy.
fn numerators(
    vertex: &LeptonVertex,
    responses: &[f64; 5],
    energy: f64,
    omegas: [f64; 2],
    momenta: [f64; 2],
) -> Net {
    let k2 = energy * energy - vertex.incoming_mass * vertex.incoming_mass;
    let at = |[low, high]: [f64; 2], i: usize| low + (high - low) * i as f64 / DEGREE as f64;
    let value = |omega: f64, q: f64| vertex.bare_in_q(energy, omega, q, responses) * q * k2;
    let row = |i: usize| coefficients(std::array::from_fn(|k| value(at(omegas, i), at(momenta, k))));
    let rows: Net = std::array::from_fn(row);
    let columns: Net = std::array::from_fn(|k| coefficients(rows.map(|row| row[k])));
    columns
}

/// Bernstein coefficients of the polynomial of degree 4 with these values at 0, 1/4, .. 1.
fn coefficients([a, b, c, d, e]: [f64; COUNT]) -> [f64; COUNT] {
    [
        a,
        (-13.0 * a + 48.0 * b - 36.0 * c + 16.0 * d - 3.0 * e) / 12.0,
        (13.0 * (a + e) - 64.0 * (b + d) + 120.0 * c) / 18.0,
        (-3.0 * a + 16.0 * b - 36.0 * c + 48.0 * d - 13.0 * e) / 12.0,
        e,
    ]
}

/// The largest ratio of coefficients, by [q][omega], to those of `k2` q.
fn ratio(numerators: &Net, k2: f64, [low, high]: [f64; 2]) -> f64 {
    let of = |(k, column): (usize, &[f64; COUNT])| {
        let q = low + (high - low) * k as f64 / DEGREE as f64;
        column.iter().fold(0.0f64, |most, &n| most.max(n)) / (k2 * q)
    };
    numerators.iter().enumerate().map(of).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meanfield::Current;
    use gradino_core::{Purpose, Stream};

    /// Responses that a positive tensor can have: |CL|^2 <= CC LL, |T'| <= T.
    fn responses(stream: &mut Stream) -> [f64; 5] {
        let (cc, ll, t) = (stream.uniform(), stream.uniform(), 2.0 * stream.uniform());
        let share = |stream: &mut Stream| 2.0 * stream.uniform() - 1.0;
        [cc, (cc * ll).sqrt() * share(stream), ll, t, t * share(stream)]
    }

    #[test]
    fn no_point_of_a_box_passes_its_bound_and_small_boxes_touch_it() {
        let mut stream = Stream::new(8, 0, Purpose::Test);
        for (current, lepton) in [(Current::Charged, 14), (Current::Charged, -12), (Current::Neutral, 14)] {
            let mut vertex = LeptonVertex::new(current, lepton).expect("a neutrino");
            for shift in [0.0, 6.0, -6.0] {
                vertex.coulomb_shift = shift;
                for _ in 0..60 {
                    let responses = responses(&mut stream);
                    let energy = 200.0 + 1000.0 * stream.uniform();
                    let omega = 20.0 + 0.8 * (energy - 130.0) * stream.uniform();
                    let (k, out) = vertex.momenta(energy, omega).expect("a lepton is left");
                    let q = (k - out).abs() + (k + out - (k - out).abs()) * stream.uniform();
                    for size in [1.0, 0.1] {
                        let ends = [energy, omega, q].map(|x| [x, x * (1.0 + 0.1 * size)]);
                        let bound = largest(&vertex, &responses, ends);
                        let mut most = 0.0f64;
                        for _ in 0..200 {
                            let [e, w, q] = ends.map(|[low, high]| low + (high - low) * stream.uniform());
                            most = most.max(vertex.inclusive_in_q(e, w, q, &responses));
                        }
                        let corner = vertex.inclusive_in_q(energy, omega, q, &responses);
                        assert!(most.max(corner) <= bound, "{most} {bound}");
                        assert!(size > 0.5 || bound < 1.3 * most.max(corner), "{bound} {most} {ends:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn coefficients_are_those_of_the_polynomial_so_that_all_points_are_known_from_them() {
        // Another box than that of the points: the polynomial has no higher degree.
        let vertex = LeptonVertex::new(Current::Charged, 14).expect("a neutrino");
        let responses = [0.7, -0.2, 0.4, 1.3, 0.6];
        let (omegas, momenta) = ([60.0, 260.0], [150.0, 700.0]);
        let net = numerators(&vertex, &responses, 800.0, omegas, momenta);
        let basis = |t: f64| {
            let s = 1.0 - t;
            [s.powi(4), 4.0 * t * s.powi(3), 6.0 * t * t * s * s, 4.0 * t.powi(3) * s, t.powi(4)]
        };
        for (x, y) in [(0.1, 0.3), (0.5, 0.9), (0.77, 0.05), (1.4, -0.2)] {
            let (omega, q) = (60.0 + 200.0 * x, 150.0 + 550.0 * y);
            let column = |column: &[f64; COUNT]| column.iter().zip(basis(x)).map(|(c, b)| c * b).sum::<f64>();
            let sum: f64 = net.iter().zip(basis(y)).map(|(c, b)| column(c) * b).sum();
            let value = vertex.bare_in_q(800.0, omega, q, &responses) * q * 800.0 * 800.0;
            assert!((sum / value - 1.0).abs() < 1e-10, "{x} {y}: {sum} {value}");
        }
    }

    #[test]
    fn the_polynomial_in_the_energy_is_of_second_degree() {
        let vertex = LeptonVertex::new(Current::Charged, 14).expect("a neutrino");
        let value = |energy: f64| {
            vertex.inclusive_in_q(energy, 150.0, 400.0, &[0.7, -0.2, 0.4, 1.3, 0.6]) * energy * energy
        };
        let third = value(900.0) - 3.0 * value(800.0) + 3.0 * value(700.0) - value(600.0);
        assert!(third.abs() < 1e-11 * value(900.0), "{third}");
    }
}
