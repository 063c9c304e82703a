//! Derivatives of what was drawn, at fixed uniform numbers.

use super::{CHUNK, FluxTable, PreparedPrimary, PrimaryDraw, Role, Slots};
use gradino_core::Dual;

impl PreparedPrimary {
    /// Adds the derivative of ln(weight P) for each wanted parameter, at fixed uniform numbers.
    ///
    /// # Panics
    /// If `out` is shorter than the list of wanted parameters.
    pub fn add_score(&self, draw: &PrimaryDraw, out: &mut [f64]) {
        let n = self.roles.len();
        match &self.flux_table {
            None => {
                let row = &self.score[draw.channel * n..(draw.channel + 1) * n];
                out[..n].iter_mut().zip(row).for_each(|(o, r)| *o += r);
            }
            Some(flux) => self.add_flux_score(flux, draw, out),
        }
    }

    /// d ln(sigma_c(E) share / <sigma>), with E moving along.
    fn add_flux_score(&self, flux: &FluxTable, draw: &PrimaryDraw, out: &mut [f64]) {
        let channel = &self.channels[draw.channel];
        let average = &self.averages[draw.channel];
        for (chunk, rates) in self.chunks.iter().enumerate() {
            let sigma = rates.per_strength(channel, self.moving_energy(draw, chunk));
            for (o, role) in out.iter_mut().zip(&self.roles) {
                if let Role::Smooth(slot) = role
                    && slot / CHUNK == chunk
                {
                    *o += sigma.eps[slot % CHUNK] / sigma.re + flux.log_gradient[*slot];
                }
            }
        }
        for (k, role) in self.roles.iter().enumerate() {
            out[k] -= self.total.gradient[k] / self.total.value;
            if *role == Role::Strength {
                out[k] += average.gradient[k] / average.value;
            }
        }
    }

    /// The drawn energy with its derivatives with respect to the parameters of a chunk.
    fn moving_energy(&self, draw: &PrimaryDraw, chunk: usize) -> Slots {
        if let Some(energy) = self.chunks[chunk].flux.single_energy() {
            return energy;
        }
        let mut energy = Dual::constant(draw.energy);
        let table = self.flux_table.as_ref().map_or_else(|| &self.tables[draw.channel], |f| &f.table);
        table.motion(draw.energy, |k, d| {
            if k / CHUNK == chunk {
                energy.eps[k % CHUNK] = d;
            }
        });
        energy
    }

    /// Writes, for each wanted parameter, the derivative of `of(chunk)` at the uniform numbers of the draw.
    fn write_gradient(&self, out: &mut [f64], of: impl Fn(usize) -> Slots) {
        out[..self.roles.len()].fill(0.0);
        for chunk in 0..self.chunks.len() {
            let value = of(chunk);
            for (o, role) in out.iter_mut().zip(&self.roles) {
                if let Role::Smooth(slot) = role
                    && slot / CHUNK == chunk
                {
                    *o = value.eps[slot % CHUNK];
                }
            }
        }
    }

    /// Writes the derivative of the neutrino energy [MeV] for each wanted parameter: -(dF/dtheta) / f.
    pub fn energy_gradient(&self, draw: &PrimaryDraw, out: &mut [f64]) {
        self.write_gradient(out, |chunk| self.moving_energy(draw, chunk));
    }

    /// Writes the derivatives of the laboratory energies of lepton and residue for each wanted
    /// parameter; neutrino energy and scattering angle move along, at fixed uniform numbers.
    pub fn final_state_gradient(&self, draw: &PrimaryDraw, lepton: &mut [f64], residue: &mut [f64]) {
        let channel = &self.channels[draw.channel];
        let state = |chunk: usize| {
            let energy = self.moving_energy(draw, chunk);
            let rates = &self.chunks[chunk];
            let scatter = rates.scatter(channel, energy, draw.scatter_uniform);
            let state = rates.final_state(channel, energy, scatter, draw.phi);
            state.expect("an energy is drawn above the threshold of its channel")
        };
        self.write_gradient(lepton, |chunk| state(chunk).lepton.e);
        self.write_gradient(residue, |chunk| state(chunk).residue.e);
    }
}
