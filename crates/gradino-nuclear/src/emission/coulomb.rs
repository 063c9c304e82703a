//! Coulomb wave functions F_l(eta, rho) and G_l(eta, rho) for eta >= 0, rho > 0.
//!
//! The irregular function is found outside the turning point from Steed's second continued
//! fraction (barnett1974) and carried inwards, where it grows, by Taylor steps of
//! rho w'' = (2 eta - rho) w. The regular one follows from its logarithmic derivative, a downward
//! recurrence, and the Wronskian F' G - F G' = 1.

use gradino_core::Complex;

/// Smallest relative term kept in a series or a continued fraction.
const PRECISION: f64 = 1e-17;
/// Largest number of terms of the continued fraction.
const MAX_TERMS: usize = 20_000;

/// F_l, G_l and their derivatives with respect to rho, scaled so that none overflows:
/// F_l = `f` exp(-`ln_scale`) and G_l = `g` exp(`ln_scale`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoulombWave {
    /// Regular function, scaled.
    pub f: f64,
    /// Its derivative, scaled.
    pub df: f64,
    /// Irregular function, scaled.
    pub g: f64,
    /// Its derivative, scaled.
    pub dg: f64,
    /// Logarithm of the scale; the same for every l.
    pub ln_scale: f64,
}

/// G_0 and its derivative, scaled by exp(-`ln_scale`), at `rho`.
#[derive(Clone, Copy, Debug)]
struct Irregular {
    rho: f64,
    g: f64,
    dg: f64,
    ln_scale: f64,
}

/// Coulomb functions for l = 0..=`l_max` at each of the radii `rhos`, which must not increase.
///
/// All of them carry the scale of the last, smallest radius.
pub fn coulomb_waves(eta: f64, rhos: &[f64], l_max: u32) -> Vec<Vec<CoulombWave>> {
    debug_assert!(
        eta >= 0.0 && rhos.iter().all(|&rho| rho > 0.0),
        "repulsive Coulomb field outside the origin"
    );
    debug_assert!(rhos.windows(2).all(|w| w[0] >= w[1]), "radii go inwards");
    let Some(&outermost) = rhos.first() else { return Vec::new() };
    let mut state = asymptotic_irregular(eta, start_radius(eta, outermost));
    let states: Vec<Irregular> = rhos
        .iter()
        .map(|&rho| {
            state = carry_inwards(eta, state, rho);
            state
        })
        .collect();
    let common = state.ln_scale;
    states.into_iter().map(|s| raise(eta, s.rescaled(common), l_max)).collect()
}

/// Coulomb functions for l = 0..=`l_max` at one radius.
pub fn coulomb_wave(eta: f64, rho: f64, l_max: u32) -> Vec<CoulombWave> {
    coulomb_waves(eta, &[rho], l_max).remove(0)
}

/// The barrier exponent of l = 0, twice the integral of sqrt(2 eta / rho - 1) from `rho` to the turning
/// point: exp of its negative is the order of magnitude of a transmission coefficient.
pub fn barrier_exponent(eta: f64, rho: f64) -> f64 {
    let x = rho / (2.0 * eta);
    if x < 1.0 { 4.0 * eta * (x.sqrt().acos() - (x * (1.0 - x)).sqrt()) } else { 0.0 }
}

impl Irregular {
    /// The same function in another scale.
    fn rescaled(self, ln_scale: f64) -> Self {
        let factor = (self.ln_scale - ln_scale).exp();
        Irregular { g: self.g * factor, dg: self.dg * factor, ln_scale, ..self }
    }
}

/// A radius at or outside `rho` where the second continued fraction converges fast.
fn start_radius(eta: f64, rho: f64) -> f64 {
    if eta == 0.0 { rho } else { rho.max(2.0 * eta + 2.0 * eta.cbrt() + 4.0) }
}

/// G_0 and its derivative outside the turning point by Steed's method (barnett1974).
fn asymptotic_irregular(eta: f64, rho: f64) -> Irregular {
    let ratios = regular_log_derivatives(eta, rho, 0);
    let Complex { re: p, im: q } = outgoing_log_derivative(eta, rho);
    let slope = (ratios.values[0] - p) / q;
    let f = ratios.sign_of_f0 / (q * (slope * slope + 1.0)).sqrt();
    let g = slope * f;
    Irregular { rho, g, dg: p * g - q * f, ln_scale: 0.0 }
}

/// p + i q = H+' / H+ of l = 0 by Steed's second continued fraction, evaluated forwards.
fn outgoing_log_derivative(eta: f64, rho: f64) -> Complex<f64> {
    let leading = Complex::new(0.0, 1.0 - eta / rho);
    if eta == 0.0 {
        return leading;
    }
    let mut c = Complex::new(1e-30, 0.0);
    let mut d = Complex::new(0.0, 0.0);
    let mut fraction = c;
    for k in 1..MAX_TERMS {
        let k = k as f64;
        let a = Complex::new(k - 1.0, eta) * Complex::new(k, eta);
        let b = Complex::new(2.0 * (rho - eta), 2.0 * k);
        d = (b + a * d).recip();
        c = b + a / c;
        let factor = c * d;
        fraction = fraction * factor;
        if (factor.re - 1.0).abs() + factor.im.abs() < 10.0 * PRECISION {
            break;
        }
    }
    leading + Complex::new(-fraction.im / rho, fraction.re / rho)
}

/// F_l' / F_l for a range of l, and the sign of F_0.
struct RegularRatios {
    values: Vec<f64>,
    sign_of_f0: f64,
}

/// F_l' / F_l for l = 0..=`l_max`, by downward recurrence from an l far above the turning point, where
/// F_l ~ rho^(l+1); eqs. 33.4.3 and 33.4.4 of dlmf.
fn regular_log_derivatives(eta: f64, rho: f64, l_max: u32) -> RegularRatios {
    let top = (f64::from(l_max).max(rho) + 10.0 * rho.cbrt()) as usize + 20;
    let term = |k: usize| (k as f64 / rho + eta / k as f64, 1.0 + (eta / k as f64).powi(2));
    let mut values = vec![0.0; l_max as usize + 1];
    let mut ratio = term(top + 1).0;
    let mut sign_of_f0 = 1.0;
    for k in (1..=top).rev() {
        if k <= l_max as usize {
            values[k] = ratio;
        }
        let (s, r_sq) = term(k);
        if s + ratio < 0.0 {
            sign_of_f0 = -sign_of_f0;
        }
        ratio = s - r_sq / (s + ratio);
    }
    values[0] = ratio;
    RegularRatios { values, sign_of_f0 }
}

/// Carries G_0 from its radius inwards to `rho`.
fn carry_inwards(eta: f64, mut state: Irregular, rho: f64) -> Irregular {
    while state.rho > rho {
        let wave_number = (2.0 * eta / state.rho - 1.0).abs().sqrt();
        let longest = (0.4 * state.rho).min(3.0 / (1.0 + wave_number));
        let next = if state.rho - rho <= longest { rho } else { state.rho - longest };
        state = taylor_step(eta, state, next);
    }
    state
}

/// One Taylor step of rho w'' = (2 eta - rho) w, followed by a rescaling to |w| + |w'| = 1.
fn taylor_step(eta: f64, from: Irregular, rho: f64) -> Irregular {
    let x = rho - from.rho;
    let slope = 2.0 * eta - from.rho;
    let (mut older, mut old, mut new) = (0.0, from.g, from.dg);
    let (mut w, mut dw) = (from.g + x * from.dg, from.dg);
    let mut power = x;
    let mut previous_term = f64::INFINITY;
    for n in 0..MAX_TERMS {
        let n = n as f64;
        let next = (slope * old - older - (n + 1.0) * n * new) / (from.rho * (n + 2.0) * (n + 1.0));
        let term = (n + 2.0) * next * power;
        dw += term;
        power *= x;
        w += next * power;
        if term.abs() + previous_term <= PRECISION * (w.abs() + dw.abs()) {
            break;
        }
        previous_term = term.abs();
        (older, old, new) = (old, new, next);
    }
    let size = w.abs() + dw.abs();
    Irregular { rho, g: w / size, dg: dw / size, ln_scale: from.ln_scale + size.ln() }
}

/// All l from G_0: upward recurrence of G (eqs. 33.4.3 and 33.4.4 of dlmf), F from its ratio and the Wronskian.
fn raise(eta: f64, start: Irregular, l_max: u32) -> Vec<CoulombWave> {
    let ratios = regular_log_derivatives(eta, start.rho, l_max);
    let (mut g, mut dg) = (start.g, start.dg);
    let mut waves = Vec::with_capacity(ratios.values.len());
    for (l, &ratio) in ratios.values.iter().enumerate() {
        if l > 0 {
            let k = l as f64;
            let (s, r) = (k / start.rho + eta / k, (eta / k).hypot(1.0));
            let raised = (s * g - dg) / r;
            dg = r * g - s * raised;
            g = raised;
        }
        let f = (ratio * g - dg).recip();
        waves.push(CoulombWave { f, df: ratio * f, g, dg, ln_scale: start.ln_scale });
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// (l, eta, rho, [F, F', G, G']), computed with 40 digits.
    const EXACT: [(u32, f64, f64, [f64; 4]); 13] = [
        (0, 2.0, 5.0, [1.14333739242777, 0.29379603752896, 0.794445470641851, -0.670488933336469]),
        (0, 0.5, 1.0, [0.516601500314182, 0.592924555360721, 1.19748697079849, -0.561323515538948]),
        (3, 1.0, 10.0, [-0.982017389308935, -0.393794858232092, -0.49400808102605, 0.820211705552036]),
        (
            12,
            0.0,
            0.5,
            [1.5369167574957e-17, 3.99313651807214e-16, 1.3023556950249e+15, -3.12282099291918e+16],
        ),
        (0, 5.0, 0.5, [2.76145311872558e-6, 1.3798745421349e-5, 40700.927804234, -158749.122280585]),
        (5, 5.0, 2.0, [1.3241413597313e-6, 4.79092343414544e-6, 111047.774039928, -353420.436272291]),
        (12, 30.0, 40.0, [1.5860215723473e-5, 1.25349823706714e-5, 40806.2313489799, -30799.9978023014]),
        (
            0,
            30.0,
            1.0,
            [1.05532273812368e-35, 8.38802302203002e-35, 6.15847909271778e+33, -4.58082952666628e+34],
        ),
        (8, 30.0, 100.0, [-0.369672753992946, 0.758516627592038, 1.20772176665941, 0.22701959389089]),
        (2, 0.01, 0.01, [6.56280737814277e-8, 1.96885471398739e-5, 30474.5454084841, -6094959.87176193]),
        (
            4,
            12.0,
            0.3,
            [1.81091061746097e-18, 3.42291597481534e-17, 1.58236219104397e+16, -2.53116146878552e+17],
        ),
        (12, 3.0, 100.0, [-1.0116374707986, -0.123902144592285, -0.129128148585771, 0.972681196443042]),
        (7, 0.3, 6.0, [0.212685371078977, 0.208421152683971, 2.99767641802318, -1.76420608374949]),
    ];

    #[test]
    fn functions_equal_exact_values_to_eleven_digits() {
        for (l, eta, rho, [f, df, g, dg]) in EXACT {
            let w = coulomb_wave(eta, rho, 12)[l as usize];
            let (small, large) = ((-w.ln_scale).exp(), w.ln_scale.exp());
            for (ours, exact) in [(w.f * small, f), (w.df * small, df), (w.g * large, g), (w.dg * large, dg)]
            {
                assert!((ours / exact - 1.0).abs() < 1e-11, "l {l} eta {eta} rho {rho}: {ours} {exact}");
            }
        }
    }

    #[test]
    fn without_charge_they_are_riccati_bessel_functions() {
        for rho in [0.01, 0.3, 2.0, 17.0, 95.0f64] {
            let (s, c) = rho.sin_cos();
            let exact = [(s, c), (s / rho - c, c / rho + s)];
            for (w, (f, g)) in coulomb_wave(0.0, rho, 1).iter().zip(exact) {
                // The closed form of l = 1 loses digits at small rho, ours does not.
                let slack = 1e-12 / rho.min(1.0).powi(2);
                assert!(
                    (w.f - f).abs() < 1e-12 * f.abs() + 1e-14 && (w.g / g - 1.0).abs() < slack,
                    "rho {rho}"
                );
            }
        }
    }

    #[test]
    fn very_high_barriers_give_a_finite_scaled_function() {
        let w = coulomb_wave(240.0, 0.3, 8)[8];
        assert!(w.ln_scale > 600.0 && [w.f, w.df, w.g, w.dg].iter().all(|x| x.is_finite() && *x != 0.0));
    }

    proptest! {
        #[test]
        fn wronskian_is_one_and_shared_radii_change_nothing(eta in 0.0..40.0f64, rho in 0.01..100.0f64, l in 0usize..=12) {
            let outer = rho * 1.01;
            let both = coulomb_waves(eta, &[outer, rho], 12);
            for (shared, at) in [(both[0][l], outer), (both[1][l], rho)] {
                let alone = coulomb_wave(eta, at, 12)[l];
                let shift = (shared.ln_scale - alone.ln_scale).exp();
                let size = alone.g.abs() + alone.dg.abs();
                prop_assert!((shared.df * shared.g - shared.f * shared.dg - 1.0).abs() < 1e-10);
                prop_assert!((shared.g * shift - alone.g).abs() < 1e-9 * size);
                prop_assert!((shared.dg * shift - alone.dg).abs() < 1e-9 * size);
            }
        }
    }
}
