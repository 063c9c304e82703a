//! The hadronic half: the tensor of the transition current at one direction of the nucleon.

use gradino_core::{Complex, Real};

/// Number of structures of the tensor: five without phi_N, four with cos(phi_N), the same with sin(phi_N), one with
/// cos(2 phi_N) and one with sin(2 phi_N).
pub const STRUCTURES: usize = 15;
/// Their names, in the order of [`HadronTensor::structures`], with what comes with them.
pub const STRUCTURE_NAMES: [&str; STRUCTURES] = [
    "CC", "CL", "LL", "T", "T'", "TL cos", "TC cos", "TL' cos", "TC' cos", "TL sin", "TC sin", "TL' sin",
    "TC' sin", "TT cos 2", "TT sin 2",
];
/// Number of those without phi_N.
pub const DIAGONAL: usize = 5;

/// The current of one transition in the basis of time, z (along q), and the helicities +1 and -1:
/// J^0, J_z, J_+ = -(J_x + i J_y)/sqrt(2), J_- = (J_x - i J_y)/sqrt(2).
#[derive(Clone, Copy, Debug)]
pub struct TransitionCurrent<D> {
    /// J^0.
    pub time: Complex<D>,
    /// J_z.
    pub long: Complex<D>,
    /// J_+.
    pub plus: Complex<D>,
    /// J_-.
    pub minus: Complex<D>,
}

/// W^ab = sum over m_h and s of A_a A_b^* at phi_N = 0 [1/(MeV sr)], Hermitian and positive semi-definite.
///
/// W^ab(phi) = W^ab exp(i (a - b) phi) for the helicities a and b.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HadronTensor<D> {
    /// W^00, the structure CC.
    pub time_time: D,
    /// W^zz, the structure LL.
    pub long_long: D,
    /// W^++.
    pub plus_plus: D,
    /// W^--.
    pub minus_minus: D,
    /// W^0z, whose real part is the structure CL.
    pub time_long: Complex<D>,
    /// W^+0.
    pub plus_time: Complex<D>,
    /// W^-0.
    pub minus_time: Complex<D>,
    /// W^+z.
    pub plus_long: Complex<D>,
    /// W^-z.
    pub minus_long: Complex<D>,
    /// W^+-.
    pub plus_minus: Complex<D>,
}

impl<D: Real> HadronTensor<D> {
    /// No current.
    pub fn zero() -> Self {
        let (zero, none) = (D::zero(), Complex::new(D::zero(), D::zero()));
        HadronTensor {
            time_time: zero,
            long_long: zero,
            plus_plus: zero,
            minus_minus: zero,
            time_long: none,
            plus_time: none,
            minus_time: none,
            plus_long: none,
            minus_long: none,
            plus_minus: none,
        }
    }

    /// Adds the transition with current `j`.
    pub fn add(&mut self, j: &TransitionCurrent<D>) {
        let product = |a: Complex<D>, b: Complex<D>| a * b.conj();
        self.time_time += j.time.norm_sq();
        self.long_long += j.long.norm_sq();
        self.plus_plus += j.plus.norm_sq();
        self.minus_minus += j.minus.norm_sq();
        self.time_long = self.time_long + product(j.time, j.long);
        self.plus_time = self.plus_time + product(j.plus, j.time);
        self.minus_time = self.minus_time + product(j.minus, j.time);
        self.plus_long = self.plus_long + product(j.plus, j.long);
        self.minus_long = self.minus_long + product(j.minus, j.long);
        self.plus_minus = self.plus_minus + product(j.plus, j.minus);
    }

    /// Adds `other` times `weight`.
    pub fn add_tensor(&mut self, other: &Self, weight: f64) {
        let sum = |a: Complex<D>, b: Complex<D>| a + b.scale(D::from(weight));
        self.time_time += other.time_time * weight;
        self.long_long += other.long_long * weight;
        self.plus_plus += other.plus_plus * weight;
        self.minus_minus += other.minus_minus * weight;
        self.time_long = sum(self.time_long, other.time_long);
        self.plus_time = sum(self.plus_time, other.plus_time);
        self.minus_time = sum(self.minus_time, other.minus_time);
        self.plus_long = sum(self.plus_long, other.plus_long);
        self.minus_long = sum(self.minus_long, other.minus_long);
        self.plus_minus = sum(self.plus_minus, other.plus_minus);
    }

    /// CC = W^00, CL = Re W^0z, LL = W^zz, T = W^++ + W^--, T' = W^-- - W^++: the five that do not depend on phi_N.
    pub fn diagonal(&self) -> [D; 5] {
        [
            self.time_time,
            self.time_long.re,
            self.long_long,
            self.plus_plus + self.minus_minus,
            self.minus_minus - self.plus_plus,
        ]
    }

    /// All structures: the five of [`HadronTensor::diagonal`]; what comes with cos(phi_N) for TL, TC, TL' and TC', what
    /// comes with sin(phi_N) for the same; what comes with cos(2 phi_N) and with sin(2 phi_N) for TT.
    pub fn structures(&self) -> [D; STRUCTURES] {
        let difference = |a: Complex<D>, b: Complex<D>| [b.re - a.re, b.im + a.im];
        let sum = |a: Complex<D>, b: Complex<D>| [a.re + b.re, b.im - a.im];
        let [tl, tc] =
            [difference(self.plus_long, self.minus_long), difference(self.plus_time, self.minus_time)];
        let [tl_prime, tc_prime] =
            [sum(self.plus_long, self.minus_long), sum(self.plus_time, self.minus_time)];
        let [cc, cl, ll, t, t_prime] = self.diagonal();
        let ([cos0, cos1, cos2, cos3], [sin0, sin1, sin2, sin3]) =
            ([tl[0], tc[0], tl_prime[0], tc_prime[0]], [tl[1], tc[1], tl_prime[1], tc_prime[1]]);
        let tt = self.plus_minus;
        [cc, cl, ll, t, t_prime, cos0, cos1, cos2, cos3, sin0, sin1, sin2, sin3, tt.re, -tt.im]
    }
}
