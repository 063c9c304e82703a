//! The columns of a Parquet file: one row for each event, lists for particles and vertices.

use super::provenance::Provenance;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int32Type, UInt32Type, UInt64Type};
use arrow_array::{ArrayRef, ListArray, PrimitiveArray, RecordBatch};
use arrow_buffer::{BooleanBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use gradino_core::{Event, Status};
use std::collections::HashMap;
use std::sync::Arc;

/// Name, type, unit and description of a column.
type Row = (&'static str, DataType, &'static str, &'static str);

/// A column of lists without holes.
fn list(inner: DataType) -> DataType {
    DataType::List(item(inner, false))
}

/// A column of lists of which values may be missing.
fn holes(inner: DataType) -> DataType {
    DataType::List(item(inner, true))
}

/// The columns of events and particles, in order.
fn particle_table() -> Vec<Row> {
    use DataType::{Float64, Int32, UInt32, UInt64};
    vec![
        ("event", UInt64, "", "number of the event in its run"),
        ("process", UInt32, "", "identity of the process in the provenance"),
        ("weight", Float64, "", "weight of the event"),
        ("neutrino_energy", Float64, "MeV", "energy of the beam particle; null without one"),
        (
            "visible_energy",
            Float64,
            "MeV",
            "kinetic energy of charged final particles without the remnant, and gammas",
        ),
        ("pdg", list(Int32), "", "PDG numbers of the particles"),
        ("status", list(Int32), "", "NuHepMC statuses of the particles"),
        ("px", list(Float64), "MeV", "momenta of the particles along x"),
        ("py", list(Float64), "MeV", "momenta of the particles along y"),
        ("pz", list(Float64), "MeV", "momenta of the particles along z"),
        ("e", list(Float64), "MeV", "energies of the particles"),
        ("mass", list(Float64), "MeV", "masses of the particles, of nuclei with excitation and electrons"),
        ("charge", list(Int32), "e", "charges of the particles, of nuclei as ions"),
        ("excitation", holes(Float64), "MeV", "excitation energies of nuclei; null for other particles"),
        ("two_j", holes(Int32), "", "twice the spins of nuclei; null for other particles"),
        ("parity", holes(Int32), "", "parities of nuclei, 1 or -1; null for other particles"),
    ]
}

/// The columns of vertices and gradients, in order, behind those of particles.
fn vertex_table() -> Vec<Row> {
    use DataType::{Float64, Int32, UInt32};
    vec![
        ("vertex_status", list(Int32), "", "NuHepMC statuses of the vertices"),
        ("vertex_in", list(UInt32), "", "index of the first particle into each vertex"),
        (
            "vertex_in_second",
            holes(UInt32),
            "",
            "index of the second particle into each vertex; null without one",
        ),
        ("vertex_first_out", list(UInt32), "", "index of the first particle out of each vertex"),
        ("vertex_count_out", list(UInt32), "", "number of particles out of each vertex, side by side"),
        ("weight_gradient", list(Float64), "1/parameter", "derivatives of ln(weight); shape [parameters]"),
        (
            "coordinate_gradient",
            list(Float64),
            "MeV/parameter",
            "derivatives of the moving coordinates; shape [coordinates, parameters] row by row",
        ),
        (
            "energy_jacobian",
            list(Float64),
            "",
            "derivatives of the energies of the particles with respect to the coordinates; shape [particles, coordinates] row by row",
        ),
    ]
}

/// Names of the columns whose values repeat so much that a dictionary is worth it, in the form
/// that Parquet gives them.
pub(super) const REPETITIVE: [&[&str]; 12] = [
    &["process"],
    &["pdg", "list", "item"],
    &["status", "list", "item"],
    &["charge", "list", "item"],
    &["mass", "list", "item"],
    &["two_j", "list", "item"],
    &["parity", "list", "item"],
    &["vertex_status", "list", "item"],
    &["vertex_in", "list", "item"],
    &["vertex_in_second", "list", "item"],
    &["vertex_first_out", "list", "item"],
    &["vertex_count_out", "list", "item"],
];

fn item(inner: DataType, nullable: bool) -> Arc<Field> {
    Arc::new(Field::new("item", inner, nullable))
}

/// The schema, with the unit and the description of each column.
pub(super) fn schema(provenance: &Provenance) -> SchemaRef {
    let units = provenance.gradient_names.iter().map(|name| provenance.unit_of(name));
    let parameter_units = serde_json::to_string(&units.collect::<Vec<_>>()).expect("a list of strings");
    let parameters = serde_json::to_string(&provenance.gradient_names).expect("a list of strings");
    let fields = particle_table().into_iter().chain(vertex_table()).map(|(name, kind, unit, description)| {
        let mut metadata = HashMap::from([("description".to_string(), description.to_string())]);
        if !unit.is_empty() {
            metadata.insert("unit".into(), unit.into());
        }
        if name.ends_with("_gradient") {
            metadata.insert("parameters".into(), parameters.clone());
            metadata.insert("parameter_units".into(), parameter_units.clone());
        }
        Field::new(name, kind, name == "neutrino_energy").with_metadata(metadata)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// A column of lists that grows row by row.
struct Lists<T: ArrowPrimitiveType> {
    offsets: Vec<i32>,
    values: Vec<T::Native>,
    valid: Vec<bool>,
}

impl<T: ArrowPrimitiveType> Default for Lists<T> {
    fn default() -> Self {
        Lists { offsets: vec![0], values: Vec::new(), valid: Vec::new() }
    }
}

impl<T: ArrowPrimitiveType> Lists<T> {
    /// A row without holes.
    fn push(&mut self, row: impl Iterator<Item = T::Native>) {
        self.values.extend(row);
        self.offsets.push(self.values.len() as i32);
    }

    /// A row with holes.
    fn push_holes(&mut self, row: impl Iterator<Item = Option<T::Native>>) {
        for value in row {
            self.valid.push(value.is_some());
            self.values.push(value.unwrap_or_default());
        }
        self.offsets.push(self.values.len() as i32);
    }

    /// The column, which is empty behind this; `holes` tells whether values may be missing.
    fn take(&mut self, holes: bool) -> ArrayRef {
        let Lists { offsets, values, valid } = std::mem::take(self);
        let nulls = holes.then(|| NullBuffer::new(BooleanBuffer::from(valid)));
        let values = PrimitiveArray::<T>::new(ScalarBuffer::from(values), nulls);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        Arc::new(ListArray::new(item(T::DATA_TYPE, holes), offsets, Arc::new(values), None))
    }
}

/// Rows that wait to be written.
#[derive(Default)]
pub(super) struct Columns {
    event: Vec<u64>,
    process: Vec<u32>,
    weight: Vec<f64>,
    neutrino_energy: Vec<Option<f64>>,
    visible_energy: Vec<f64>,
    whole: [Lists<Int32Type>; 3],
    kinematics: [Lists<Float64Type>; 5],
    excitation: Lists<Float64Type>,
    spin: [Lists<Int32Type>; 2],
    vertex_status: Lists<Int32Type>,
    vertex_links: [Lists<UInt32Type>; 3],
    vertex_in_second: Lists<UInt32Type>,
    gradients: [Lists<Float64Type>; 3],
}

impl Columns {
    /// Adds a row.
    pub(super) fn push(&mut self, event: &Event) {
        self.event.push(event.number);
        self.process.push(event.process);
        self.weight.push(event.weight);
        let beam = event.particles.iter().find(|p| p.status == Status::Beam);
        self.neutrino_energy.push(beam.map(|p| p.momentum.e));
        self.visible_energy.push(event.visible_energy());
        self.push_particles(event);
        self.push_vertices(event);
        self.gradients[0].push(event.weight_gradient.iter().copied());
        self.gradients[1].push(event.coordinate_gradient.iter().copied());
        self.gradients[2].push(event.energy_jacobian.iter().copied());
    }

    fn push_particles(&mut self, event: &Event) {
        let all = || event.particles.iter();
        let [pdg, status, charge] = &mut self.whole;
        pdg.push(all().map(|p| p.pdg));
        status.push(all().map(|p| p.status.code()));
        charge.push(all().map(|p| p.charge));
        let [px, py, pz, e, mass] = &mut self.kinematics;
        px.push(all().map(|p| p.momentum.x));
        py.push(all().map(|p| p.momentum.y));
        pz.push(all().map(|p| p.momentum.z));
        e.push(all().map(|p| p.momentum.e));
        mass.push(all().map(|p| p.mass));
        let [two_j, parity] = &mut self.spin;
        self.excitation.push_holes(all().map(|p| p.state.map(|s| s.excitation)));
        two_j.push_holes(all().map(|p| p.state.map(|s| i32::from(s.two_j))));
        parity.push_holes(all().map(|p| p.state.map(|s| s.parity.sign())));
    }

    fn push_vertices(&mut self, event: &Event) {
        let all = || event.vertices.iter();
        self.vertex_status.push(all().map(|v| v.status.code()));
        let [first_in, first_out, count_out] = &mut self.vertex_links;
        first_in.push(all().map(|v| v.incoming.0));
        first_out.push(all().map(|v| v.first_out));
        count_out.push(all().map(|v| v.count_out));
        self.vertex_in_second.push_holes(all().map(|v| v.incoming.1));
    }

    /// All rows, in the order of the schema; there are none behind this.
    pub(super) fn take(&mut self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        let [pdg, status, charge] = &mut self.whole;
        let [px, py, pz, e, mass] = &mut self.kinematics;
        let [two_j, parity] = &mut self.spin;
        let [first_in, first_out, count_out] = &mut self.vertex_links;
        let [weight_gradient, coordinate_gradient, energy_jacobian] = &mut self.gradients;
        let neutrino_energy: PrimitiveArray<Float64Type> = self.neutrino_energy.drain(..).collect();
        let columns: Vec<ArrayRef> = vec![
            flat::<UInt64Type>(&mut self.event),
            flat::<UInt32Type>(&mut self.process),
            flat::<Float64Type>(&mut self.weight),
            Arc::new(neutrino_energy),
            flat::<Float64Type>(&mut self.visible_energy),
            pdg.take(false),
            status.take(false),
            px.take(false),
            py.take(false),
            pz.take(false),
            e.take(false),
            mass.take(false),
            charge.take(false),
            self.excitation.take(true),
            two_j.take(true),
            parity.take(true),
            self.vertex_status.take(false),
            first_in.take(false),
            self.vertex_in_second.take(true),
            first_out.take(false),
            count_out.take(false),
            weight_gradient.take(false),
            coordinate_gradient.take(false),
            energy_jacobian.take(false),
        ];
        RecordBatch::try_new(schema.clone(), columns)
    }
}

/// A column of single values, which is empty behind this.
fn flat<T: ArrowPrimitiveType>(values: &mut Vec<T::Native>) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(std::mem::take(values)), None))
}
