//! The angular factors of the reduced elements: closed forms of donnelly1979.

use super::wigner::Symbols;
use crate::meanfield::continuum::partial_waves;
use crate::meanfield::form_factors::NUCLEON_MASS;
use crate::meanfield::shell::{Shell, l_sigma};
use gradino_core::constants::HBAR_C;
use std::f64::consts::PI;

/// Mass of the nucleon in the currents [1/fm].
const MASS_FM: f64 = NUCLEON_MASS / HBAR_C;
/// Positions of the radial integrals u u_h, u u_h', u u_h/r, u' u_h.
const OVERLAP: usize = 0;
const SLOPE: usize = 1;
const INVERSE: usize = 2;
const REVERSE: usize = 3;
/// Positions of j_(J-1), j_J, j_(J+1).
const BELOW: usize = 0;
const EQUAL: usize = 1;
const ABOVE: usize = 2;

/// Factors of the radial integrals by [integral][J - 1, J, J + 1].
type Factors = [[f64; 3]; 4];

/// The multipoles of the time component of the axial current, beside the pion pole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AxialCharge {
    /// Of the moving nucleon, G_A sigma.(p + p')/2M.
    #[default]
    Full,
    /// -(G_A/M) [[Y_J grad]_J sigma]_J. The scalar product has such a part for each rank K = J - 1, J, J + 1 of
    /// [Y_J grad]_K; this is the one of K = J, of the other sign. The response tables of dolan2022 have it.
    MiddleRank,
}

/// The five operators of one channel.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// Rank J.
    pub(super) rank: u32,
    /// Factors by operator.
    pub(super) factors: [Factors; 5],
    /// Powers of q [1/fm] that multiply them.
    pub(super) powers: [i32; 5],
}

/// The angular factors from one shell to all partial waves.
#[derive(Clone, Debug)]
pub struct Couplings {
    /// The shell.
    pub shell: Shell,
    /// By partial wave, in the order of [`partial_waves`].
    pub(super) waves: Vec<Vec<Terms>>,
}

impl Couplings {
    /// From `shell` to all waves up to `l_max`.
    pub fn new(shell: Shell, l_max: u32, axial_charge: AxialCharge) -> Self {
        let symbols = Symbols::new();
        let of_wave = |(l, two_j): (u32, u32)| {
            let (hole_l, hole_two_j) = (shell.l, shell.two_j);
            let pair = Pair { symbols: &symbols, l, two_j, hole_l, hole_two_j, axial_charge };
            let (low, high) = (two_j.abs_diff(shell.two_j) / 2, (two_j + shell.two_j) / 2);
            (low..=high).map(|rank| pair.terms(rank)).collect()
        };
        Couplings { shell, waves: partial_waves(l_max).map(of_wave).collect() }
    }
}

/// A partial wave and a hole.
struct Pair<'a> {
    symbols: &'a Symbols,
    l: u32,
    two_j: u32,
    hole_l: u32,
    hole_two_j: u32,
    axial_charge: AxialCharge,
}

/// sqrt(n).
fn root(n: u32) -> f64 {
    f64::from(n).sqrt()
}

impl Pair<'_> {
    fn terms(&self, rank: u32) -> Terms {
        if (self.l + self.hole_l + rank).is_multiple_of(2) {
            self.natural(rank)
        } else {
            self.unnatural(rank)
        }
    }

    /// <l j||Y_J||l' j'>, l' = `hole_l`: eq. (1) of the table of donnelly1979.
    fn scalar(&self, rank: u32, hole_l: u32) -> f64 {
        let (l, j, hole_j) = (self.l, self.two_j, self.hole_two_j);
        let six = self
            .symbols
            .six_j([2 * l as i32, j as i32, 1], [hole_j as i32, 2 * hole_l as i32, 2 * rank as i32]);
        sign(rank + hole_j.div_ceil(2))
            * root((2 * l + 1) * (2 * hole_l + 1))
            * root((j + 1) * (hole_j + 1) * (2 * rank + 1))
            * six
            * self.symbols.three_j_zero(2 * l as i32, 2 * rank as i32, 2 * hole_l as i32)
            / (4.0 * PI).sqrt()
    }

    /// <l j||[Y_L sigma]_J||l' j'>.
    fn spin(&self, order: i32, rank: u32) -> f64 {
        if order < 0 {
            return 0.0;
        }
        let (l, hole_l) = (self.l as i32, self.hole_l as i32);
        let nine = self.symbols.nine_j(
            [2 * l, 2 * hole_l, 2 * order],
            [1, 1, 2],
            [self.two_j as i32, self.hole_two_j as i32, 2 * rank as i32],
        );
        sign(self.l)
            * (6.0 / (4.0 * PI)).sqrt()
            * root((2 * self.l + 1) * (2 * self.hole_l + 1))
            * root((self.two_j + 1) * (self.hole_two_j + 1))
            * root((2 * order as u32 + 1) * (2 * rank + 1))
            * nine
            * self.symbols.three_j_zero(2 * l, 2 * order, 2 * hole_l)
    }

    /// Factors of the integrals of u u_h' and u u_h/r in <l||[j_L Y_L grad]_K||l'>, without spin: eqs. 7.1.1 and 5.7.1
    /// of edmonds1957.
    fn orbital_gradient(&self, order: u32, rank: u32) -> [f64; 2] {
        let (l, hole_l, order_2) = (self.l as i32, self.hole_l as i32, 2 * order as i32);
        let common =
            sign(self.l + order + rank) * root(2 * self.l + 1) * root((2 * order + 1) * (2 * rank + 1))
                / (4.0 * PI).sqrt();
        let to = |partner: i32| {
            if partner < 0 {
                return 0.0;
            }
            let six = self.symbols.six_j([order_2, 2, 2 * rank as i32], [2 * hole_l, 2 * l, 2 * partner]);
            root(2 * partner as u32 + 1) * six * self.symbols.three_j_zero(2 * l, order_2, 2 * partner)
        };
        let up = -root(self.hole_l + 1) * to(hole_l + 1) * common;
        let down = root(self.hole_l) * to(hole_l - 1) * common;
        [up + down, down * f64::from(self.hole_l) - up * f64::from(self.hole_l + 1)]
    }

    /// The same of <l j||[j_L Y_L grad]_J||l' j'>.
    fn gradient(&self, order: i32, rank: u32) -> [f64; 2] {
        if order < 0 {
            return [0.0, 0.0];
        }
        let (j, hole_j) = (self.two_j as i32, self.hole_two_j as i32);
        let (l, hole_l) = (2 * self.l as i32, 2 * self.hole_l as i32);
        let six = self.symbols.six_j([l, j, 1], [hole_j, hole_l, 2 * rank as i32]);
        let spin = sign(self.l + rank + self.hole_two_j.div_ceil(2))
            * root((self.two_j + 1) * (self.hole_two_j + 1))
            * six;
        self.orbital_gradient(order as u32, rank).map(|x| x * spin)
    }

    /// The same of <l j||[[j_J Y_J grad]_J sigma]_J||l' j'>: eq. 7.1.5 of edmonds1957.
    fn middle_rank(&self, rank: u32) -> [f64; 2] {
        let twice = 2 * rank as i32;
        let nine = self.symbols.nine_j(
            [2 * self.l as i32, 2 * self.hole_l as i32, twice],
            [1, 1, 2],
            [self.two_j as i32, self.hole_two_j as i32, twice],
        );
        let spin = root((self.two_j + 1) * (self.hole_two_j + 1)) * root(6 * (2 * rank + 1)) * nine;
        self.orbital_gradient(rank, rank).map(|x| x * spin)
    }

    /// Sigma'_J: factors of j_(J-1) and j_(J+1).
    fn sigma_prime(&self, rank: u32) -> [f64; 2] {
        let j = f64::from(rank);
        let (below, above) = (self.spin(rank as i32 - 1, rank), self.spin(rank as i32 + 1, rank));
        [below * ((j + 1.0) / (2.0 * j + 1.0)).sqrt(), -above * (j / (2.0 * j + 1.0)).sqrt()]
    }

    /// Sigma''_J: factors of j_(J-1) and j_(J+1).
    fn sigma_second(&self, rank: u32) -> [f64; 2] {
        let j = f64::from(rank);
        let (below, above) = (self.spin(rank as i32 - 1, rank), self.spin(rank as i32 + 1, rank));
        [below * (j / (2.0 * j + 1.0)).sqrt(), above * ((j + 1.0) / (2.0 * j + 1.0)).sqrt()]
    }

    fn natural(&self, rank: u32) -> Terms {
        let j = f64::from(rank);
        let scalar = self.scalar(rank, self.hole_l);
        let mut factors = [[[0.0; 3]; 4]; 5];
        factors[0][OVERLAP][EQUAL] = scalar;
        // -(1/2Mq) [d j_J/dr (u u_h' - u' u_h) + (l'(l'+1) - l(l+1)) j_J u u_h/r^2], by eqs. 10.51.1 and 10.51.2 of dlmf.
        let longitudinal = -scalar / (2.0 * MASS_FM * (2.0 * j + 1.0));
        let twist = f64::from(self.hole_l * (self.hole_l + 1)) - f64::from(self.l * (self.l + 1));
        for (position, weight) in [(BELOW, j), (ABOVE, -(j + 1.0))] {
            factors[1][SLOPE][position] = longitudinal * weight;
            factors[1][REVERSE][position] = -longitudinal * weight;
            factors[1][INVERSE][position] = longitudinal * twist;
        }
        let electric = [
            (BELOW, rank as i32 - 1, ((j + 1.0) / (2.0 * j + 1.0)).sqrt()),
            (ABOVE, rank as i32 + 1, -(j / (2.0 * j + 1.0)).sqrt()),
        ];
        if rank > 0 {
            for (position, order, weight) in electric {
                let [slope, inverse] = self.gradient(order, rank);
                factors[2][SLOPE][position] = weight * slope / MASS_FM;
                factors[2][INVERSE][position] = weight * inverse / MASS_FM;
            }
            let sigma = self.spin(rank as i32, rank);
            factors[3][OVERLAP][EQUAL] = sigma / (2.0 * MASS_FM);
            factors[4][OVERLAP][EQUAL] = sigma;
        }
        Terms { rank, factors, powers: [0, 0, 0, 1, 0] }
    }

    fn unnatural(&self, rank: u32) -> Terms {
        let mut factors = [[[0.0; 3]; 4]; 5];
        if rank > 0 {
            let [slope, inverse] = self.gradient(rank as i32, rank);
            factors[0][SLOPE][EQUAL] = slope / MASS_FM;
            factors[0][INVERSE][EQUAL] = inverse / MASS_FM;
            let [below, above] = self.sigma_prime(rank);
            for (operator, scale) in [(1, -0.5 / MASS_FM), (4, -1.0)] {
                factors[operator][OVERLAP][BELOW] = scale * below;
                factors[operator][OVERLAP][ABOVE] = scale * above;
            }
        }
        let [below, above] = self.sigma_second(rank);
        factors[3][OVERLAP][BELOW] = below;
        factors[3][OVERLAP][ABOVE] = above;
        factors[2] = self.axial_charge(rank);
        Terms { rank, factors, powers: [0, 1, 0, 0, 0] }
    }

    /// Factors of the time component of the axial current.
    fn axial_charge(&self, rank: u32) -> Factors {
        let mut factors = [[0.0; 3]; 4];
        match self.axial_charge {
            // (1/2M) (f sigma.grad_right - grad_left.sigma f), f = j_J Y_J: sigma.grad turns (u/r) |l j> into
            // -(u' - (1 + <l.sigma>) u/r)/r |2j - l, j>, and sigma_r commutes with f.
            AxialCharge::Full => {
                let scalar = self.scalar(rank, self.hole_two_j - self.hole_l) / (2.0 * MASS_FM);
                factors[SLOPE][EQUAL] = -scalar;
                factors[REVERSE][EQUAL] = scalar;
                factors[INVERSE][EQUAL] =
                    scalar * (l_sigma(self.hole_l, self.hole_two_j) - l_sigma(self.l, self.two_j));
            }
            AxialCharge::MiddleRank => {
                let [slope, inverse] = self.middle_rank(rank);
                factors[SLOPE][EQUAL] = -slope / MASS_FM;
                factors[INVERSE][EQUAL] = -inverse / MASS_FM;
            }
        }
        factors
    }
}

/// (-1)^n.
fn sign(n: u32) -> f64 {
    if n.is_multiple_of(2) { 1.0 } else { -1.0 }
}
