//! Events as flat columns, and back.

use crate::array::Array;
use gradino_core::{Event, FourVector, NuclearState, Parity, Particle, Status, Vertex, VertexStatus};
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

/// Stands for the second incoming particle of a vertex that has one only.
const NONE: u32 = u32::MAX;

macro_rules! columns {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty,)+) => {
        /// Columns that grow event by event.
        #[derive(Default)]
        pub(crate) struct Store {
            $(pub(crate) $name: Vec<$type>,)+
        }

        /// Events as flat columns.
        #[pyclass(frozen, get_all, module = "gradino._gradino")]
        pub(crate) struct Columns {
            $($(#[doc = $doc])+ $name: Array<$type>,)+
        }

        /// Keeps the arrays from being written to while they are read.
        pub(crate) struct Guard<'py> {
            $($name: PyReadonlyArray1<'py, $type>,)+
        }

        /// The columns as plain slices.
        #[expect(dead_code, reason = "some columns follow from others and are not read again")]
        pub(crate) struct View<'a> {
            $(pub(crate) $name: &'a [$type],)+
        }

        impl Store {
            /// Hands the memory of the columns to NumPy.
            pub(crate) fn into_columns(self, py: Python<'_>) -> Columns {
                Columns { $($name: Array::new(py, self.$name),)+ }
            }

            /// Adds all numbers of the columns of later events, with offsets as they are there.
            fn extend(&mut self, later: &Store) {
                $(self.$name.extend_from_slice(&later.$name);)+
            }
        }

        impl Columns {
            /// The arrays, for reading.
            pub(crate) fn guard<'py>(&self, py: Python<'py>) -> PyResult<Guard<'py>> {
                Ok(Guard { $($name: self.$name.read(py)?,)+ })
            }
        }

        impl Guard<'_> {
            /// The values.
            pub(crate) fn view(&self) -> PyResult<View<'_>> {
                Ok(View { $($name: self.$name.as_slice()?,)+ })
            }
        }
    };
}

columns! {
    /// Number of each event.
    event: u64,
    /// Process of each event.
    process: u32,
    /// Weight of each event.
    weight: f64,
    /// Energy of the neutrino [MeV]; NaN without one.
    neutrino_energy: f64,
    /// Visible energy [MeV].
    visible_energy: f64,
    /// Derivatives of the visible energy, a row of parameters for each event.
    visible_energy_gradient: f64,
    /// Derivatives of ln(weight), a row of parameters for each event.
    weight_gradient: f64,
    /// First particle of each event, and the number of all particles.
    offsets: i64,
    /// PDG number of each particle.
    pdg: i32,
    /// Status of each particle.
    status: i32,
    /// Energy of each particle [MeV].
    e: f64,
    /// Momentum along x [MeV].
    px: f64,
    /// Momentum along y [MeV].
    py: f64,
    /// Momentum along z [MeV].
    pz: f64,
    /// Mass of each particle [MeV].
    mass: f64,
    /// Charge of each particle [e].
    charge: i32,
    /// Excitation energy of each nucleus [MeV]; NaN for other particles.
    excitation: f64,
    /// Twice the spin of each nucleus; -1 for other particles.
    two_j: i32,
    /// Parity of each nucleus; 0 for other particles.
    parity: i32,
    /// First vertex of each event, and the number of all vertices.
    vertex_offsets: i64,
    /// Status of each vertex.
    vertex_status: i32,
    /// First particle into each vertex, counted in its event.
    vertex_in: u32,
    /// Second particle into each vertex; 4294967295 without one.
    vertex_in_second: u32,
    /// First particle out of each vertex, counted in its event.
    vertex_first_out: u32,
    /// Number of particles out of each vertex.
    vertex_count_out: u32,
    /// First number of each event in `coordinate_gradient`, and the number of all.
    coordinate_offsets: i64,
    /// Derivatives of the moving coordinates.
    coordinate_gradient: f64,
    /// First number of each event in `energy_jacobian`, and the number of all.
    jacobian_offsets: i64,
    /// Derivatives of the particles' energies with respect to the coordinates.
    energy_jacobian: f64,
}

impl Store {
    /// Empty columns for `events` events with `parameters` gradients.
    pub(crate) fn new(events: u64, parameters: usize) -> Self {
        let mut store = Store::default();
        let events = usize::try_from(events).unwrap_or(0);
        for column in [&mut store.weight, &mut store.neutrino_energy, &mut store.visible_energy] {
            column.reserve_exact(events);
        }
        for column in [&mut store.weight_gradient, &mut store.visible_energy_gradient] {
            column.reserve_exact(events * parameters);
        }
        for offsets in store.offsets() {
            offsets.reserve_exact(events + 1);
            offsets.push(0);
        }
        store
    }

    fn offsets(&mut self) -> [&mut Vec<i64>; 4] {
        [
            &mut self.offsets,
            &mut self.vertex_offsets,
            &mut self.coordinate_offsets,
            &mut self.jacobian_offsets,
        ]
    }

    /// Adds later events.
    pub(crate) fn append(&mut self, mut later: Store) {
        for (own, theirs) in self.offsets().into_iter().zip(later.offsets()) {
            let end = own.last().copied().unwrap_or(0);
            theirs.iter_mut().for_each(|offset| *offset += end);
            // Both have the place where they meet.
            own.pop();
        }
        self.extend(&later);
    }

    /// Adds an event.
    pub(crate) fn push(&mut self, event: &Event) {
        self.event.push(event.number);
        self.process.push(event.process);
        self.weight.push(event.weight);
        let beam = event.particles.iter().find(|p| p.status == Status::Beam);
        self.neutrino_energy.push(beam.map_or(f64::NAN, |p| p.momentum.e));
        self.visible_energy.push(event.visible_energy());
        let start = self.visible_energy_gradient.len();
        self.visible_energy_gradient.resize(start + event.weight_gradient.len(), 0.0);
        event.add_visible_energy_gradient(&mut self.visible_energy_gradient[start..]);
        self.weight_gradient.extend_from_slice(&event.weight_gradient);
        self.coordinate_gradient.extend_from_slice(&event.coordinate_gradient);
        self.coordinate_offsets.push(self.coordinate_gradient.len() as i64);
        self.energy_jacobian.extend_from_slice(&event.energy_jacobian);
        self.jacobian_offsets.push(self.energy_jacobian.len() as i64);
        event.particles.iter().for_each(|p| self.push_particle(p));
        self.offsets.push(self.pdg.len() as i64);
        event.vertices.iter().for_each(|v| self.push_vertex(v));
        self.vertex_offsets.push(self.vertex_status.len() as i64);
    }

    fn push_particle(&mut self, particle: &Particle) {
        self.pdg.push(particle.pdg);
        self.status.push(particle.status.code());
        self.e.push(particle.momentum.e);
        self.px.push(particle.momentum.x);
        self.py.push(particle.momentum.y);
        self.pz.push(particle.momentum.z);
        self.mass.push(particle.mass);
        self.charge.push(particle.charge);
        self.excitation.push(particle.state.map_or(f64::NAN, |s| s.excitation));
        self.two_j.push(particle.state.map_or(-1, |s| i32::from(s.two_j)));
        self.parity.push(particle.state.map_or(0, |s| s.parity.sign()));
    }

    fn push_vertex(&mut self, vertex: &Vertex) {
        self.vertex_status.push(vertex.status.code());
        self.vertex_in.push(vertex.incoming.0);
        self.vertex_in_second.push(vertex.incoming.1.unwrap_or(NONE));
        self.vertex_first_out.push(vertex.first_out);
        self.vertex_count_out.push(vertex.count_out);
    }
}

/// The numbers of row `i` in a column with offsets.
fn row<'a, T>(offsets: &[i64], values: &'a [T], i: usize) -> &'a [T] {
    &values[offsets[i] as usize..offsets[i + 1] as usize]
}

impl View<'_> {
    /// Number of events.
    pub(crate) fn events(&self) -> usize {
        self.event.len()
    }

    /// Number of parameters with gradients.
    pub(crate) fn parameters(&self) -> usize {
        self.weight_gradient.len() / self.events().max(1)
    }

    /// Makes event `i` again in `event`.
    pub(crate) fn event(&self, i: usize, event: &mut Event) {
        let n = self.parameters();
        event.clear(self.event[i]);
        event.process = self.process[i];
        event.weight = self.weight[i];
        event.weight_gradient.extend_from_slice(&self.weight_gradient[i * n..(i + 1) * n]);
        event.coordinate_gradient.extend(row(self.coordinate_offsets, self.coordinate_gradient, i));
        event.energy_jacobian.extend(row(self.jacobian_offsets, self.energy_jacobian, i));
        event.particles.extend((self.offsets[i]..self.offsets[i + 1]).map(|k| self.particle(k as usize)));
        let vertices = self.vertex_offsets[i]..self.vertex_offsets[i + 1];
        event.vertices.extend(vertices.map(|k| self.vertex(k as usize)));
    }

    fn particle(&self, k: usize) -> Particle {
        let state = (self.two_j[k] >= 0).then(|| NuclearState {
            excitation: self.excitation[k],
            two_j: self.two_j[k] as u16,
            parity: if self.parity[k] < 0 { Parity::Minus } else { Parity::Plus },
        });
        Particle {
            pdg: self.pdg[k],
            status: particle_status(self.status[k]),
            momentum: FourVector::new(self.e[k], self.px[k], self.py[k], self.pz[k]),
            mass: self.mass[k],
            charge: self.charge[k],
            state,
        }
    }

    fn vertex(&self, k: usize) -> Vertex {
        let second = self.vertex_in_second[k];
        Vertex {
            status: vertex_status(self.vertex_status[k]),
            incoming: (self.vertex_in[k], (second != NONE).then_some(second)),
            first_out: self.vertex_first_out[k],
            count_out: self.vertex_count_out[k],
        }
    }
}

/// The status of a code; a code that no particle has becomes the final state.
fn particle_status(code: i32) -> Status {
    const OTHERS: [Status; 4] = [Status::Decayed, Status::Beam, Status::Target, Status::Residue];
    OTHERS.into_iter().find(|s| s.code() == code).unwrap_or(Status::Final)
}

/// The status of a code; a code that no vertex has becomes the primary interaction.
fn vertex_status(code: i32) -> VertexStatus {
    const OTHERS: [VertexStatus; 2] = [VertexStatus::Statistical, VertexStatus::Gamma];
    OTHERS.into_iter().find(|s| s.code() == code).unwrap_or(VertexStatus::Primary)
}
