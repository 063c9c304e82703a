//! Counter-based random numbers: Philox 4x32-10 (salmon2011).
//!
//! A stream is addressed by (seed, event, purpose); its draws are numbered. No state is shared, so
//! threads, batches, slices and resumed runs all see the same numbers, to the bit.

use std::f64::consts::TAU;

/// What a stream is for. Each purpose of an event has its own stream. Its number is part of the address
/// of a draw: another number is another sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// The primary interaction: channel, neutrino energy, angles. Channel and energy are drawn from the
    /// flux times the cross section, so the source has no stream of its own.
    Reaction = 2,
    /// The deexcitation cascade: channels and energies.
    Cascade = 3,
    /// Directions of emitted particles.
    Direction = 4,
    /// Random directions and frequencies of a loss.
    Loss = 20,
    /// Points drawn from what is known of the parameters.
    Parameters = 21,
    /// Where the points of a stratified estimate lie.
    Estimate = 22,
    /// Points drawn from a density, by a flow or otherwise.
    Point = 30,
    /// Conditions under which points are drawn.
    Condition = 31,
    /// First weights of a network and the order of its training data.
    Training = 32,
    /// Which of the points drawn are kept.
    Acceptance = 33,
    /// Everything in a test or a benchmark.
    Test = 99,
}

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57]; // salmon2011, table 2
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85]; // salmon2011, table 2

/// One block of Philox 4x32-10.
#[inline]
pub fn philox4x32(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for round in 0..10 {
        if round > 0 {
            key[0] = key[0].wrapping_add(WEYL[0]);
            key[1] = key[1].wrapping_add(WEYL[1]);
        }
        let p0 = u64::from(MULTIPLIERS[0]) * u64::from(counter[0]);
        let p1 = u64::from(MULTIPLIERS[1]) * u64::from(counter[2]);
        counter = [
            (p1 >> 32) as u32 ^ counter[1] ^ key[0],
            p1 as u32,
            (p0 >> 32) as u32 ^ counter[3] ^ key[1],
            p0 as u32,
        ];
    }
    counter
}

/// The random numbers of one purpose of one event.
#[derive(Clone, Debug)]
pub struct Stream {
    key: [u32; 2],
    event: u64,
    purpose: u32,
    block: u32,
    spare: Option<u64>,
}

impl Stream {
    /// The stream of `purpose` in event number `event` of the run with `seed`.
    #[inline]
    pub fn new(seed: u64, event: u64, purpose: Purpose) -> Self {
        Stream {
            key: [seed as u32, (seed >> 32) as u32],
            event,
            purpose: purpose as u32,
            block: 0,
            spare: None,
        }
    }

    /// The next 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        if let Some(bits) = self.spare.take() {
            return bits;
        }
        let counter = [self.event as u32, (self.event >> 32) as u32, self.purpose, self.block];
        self.block = self.block.wrapping_add(1);
        let [a, b, c, d] = philox4x32(counter, self.key);
        self.spare = Some(u64::from(c) | u64::from(d) << 32);
        u64::from(a) | u64::from(b) << 32
    }

    /// Uniform in the open interval (0, 1), 52 bits.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1u64 << 52) as f64;
        ((self.bits() >> 12) as f64 + 0.5) * STEP
    }

    /// A standard normal number by the method of box1958, from two uniforms.
    pub fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.uniform(), self.uniform());
        (-2.0 * radius.ln()).sqrt() * (TAU * angle).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers_of_salmon2011() {
        // Random123 distribution, kat_vectors, philox4x32 10.
        assert_eq!(philox4x32([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox4x32([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn uniforms_fill_the_open_interval_evenly() {
        let mut stream = Stream::new(7, 3, Purpose::Test);
        let n = 100_000;
        let (mut sum, mut sum2) = (0.0, 0.0);
        for _ in 0..n {
            let u = stream.uniform();
            assert!(u > 0.0 && u < 1.0);
            sum += u;
            sum2 += u * u;
        }
        let n = f64::from(n);
        assert!((sum / n - 0.5).abs() < 4.0 / (12.0 * n).sqrt());
        assert!((sum2 / n - 1.0 / 3.0).abs() < 4.0 * (4.0 / 45.0 / n).sqrt());
    }

    #[test]
    fn normals_have_mean_zero_width_one_and_kurtosis_three() {
        let mut stream = Stream::new(7, 4, Purpose::Test);
        let n = 100_000;
        let normals: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let moment = |power| normals.iter().map(|x| x.powi(power)).sum::<f64>() / f64::from(n);
        for (power, exact, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            assert!((moment(power) - exact).abs() < 4.0 * (variance / f64::from(n)).sqrt(), "{power}");
        }
    }

    #[test]
    fn streams_of_other_events_and_purposes_differ() {
        let first = |seed, event, purpose| Stream::new(seed, event, purpose).bits();
        let all = [
            first(1, 1, Purpose::Reaction),
            first(1, 2, Purpose::Reaction),
            first(2, 1, Purpose::Reaction),
            first(1, 1, Purpose::Cascade),
        ];
        for i in 0..4 {
            for j in 0..i {
                assert_ne!(all[i], all[j]);
            }
        }
    }
}
