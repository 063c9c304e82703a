//! The numbers of a flow, and the file that holds them.
//!
//! The file is of the safetensors format: the length of the header as eight bytes, the header as JSON, then the
//! numbers, little-endian. Its metadata hold the [`FlowSpec`], a format version, notes on the training and a
//! checksum over all of them, so that nothing else is needed to use it.

use crate::error::{Error, Result};
use crate::layout::Layer;
use crate::spec::FlowSpec;
use gradino_core::{Purpose, Stream};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Version of what the metadata mean and how the flow is evaluated.
pub const FORMAT: u32 = 1;
/// The name of the format in the metadata, before its version.
const FORMAT_NAME: &str = "gradino-flow";

/// An array of numbers, the last index running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its length in each direction.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub values: Vec<f32>,
}

/// A flow with the numbers of its networks, checked: all tensors are there, of the right shape, and finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    spec: FlowSpec,
    tensors: BTreeMap<String, Tensor>,
    /// Notes on how they came about, as "steps" and "loss".
    pub notes: BTreeMap<String, String>,
}

impl Weights {
    /// Numbers for a flow; refuses missing, unknown, misshapen and undefined ones.
    pub fn new(spec: FlowSpec, tensors: BTreeMap<String, Tensor>) -> Result<Self> {
        spec.check()?;
        let mut known = 0;
        for layer in layers(&spec) {
            for (name, wanted) in shapes(&layer) {
                known += 1;
                check_tensor(&name, tensors.get(&name), wanted)?;
            }
        }
        if tensors.len() > known {
            let names: Vec<String> = layers(&spec).iter().flat_map(shapes).map(|(name, _)| name).collect();
            let name = tensors.keys().find(|&name| !names.contains(name)).expect("one is not known").clone();
            return Err(Error::Tensor { name, missing: false });
        }
        Ok(Weights { spec, tensors, notes: BTreeMap::new() })
    }

    /// First weights: even in +-1/sqrt(inputs) (he2015, up to the factor), times `last` in the last layers; with
    /// `last` = 0 the flow is even over its space.
    pub fn initial(spec: FlowSpec, seed: u64, last: f64) -> Result<Self> {
        spec.check()?;
        let mut stream = Stream::new(seed, u64::MAX, Purpose::Training);
        let mut tensors = BTreeMap::new();
        for network in spec.networks() {
            let final_layer = network.layers.len() - 1;
            for (number, layer) in network.layers.iter().enumerate() {
                let factor = if number == final_layer { last } else { 1.0 };
                let size = factor / (layer.inputs as f64).sqrt();
                for (name, shape) in shapes(layer) {
                    let mut even = || (size * (2.0 * stream.uniform() - 1.0)) as f32;
                    let values = (0..shape.iter().product()).map(|_| even()).collect();
                    tensors.insert(name, Tensor { shape, values });
                }
            }
        }
        Weights::new(spec, tensors)
    }

    /// The flow that they are for.
    pub fn spec(&self) -> &FlowSpec {
        &self.spec
    }

    /// The flow that they are for, as JSON.
    pub fn spec_json(&self) -> String {
        serde_json::to_string_pretty(&self.spec).expect("a flow can be written as JSON")
    }

    /// All tensors by name.
    pub fn tensors(&self) -> &BTreeMap<String, Tensor> {
        &self.tensors
    }

    /// W of a layer, of shape [inputs, outputs], with zeros where its mask connects nothing, and b.
    pub fn layer(&self, layer: &Layer) -> (Vec<f32>, &[f32]) {
        let mut weight = self.tensors[&layer.weight()].values.clone();
        for input in 0..layer.inputs {
            for output in 0..layer.outputs {
                if !layer.connects(input, output) {
                    weight[input * layer.outputs + output] = 0.0;
                }
            }
        }
        (weight, &self.tensors[&layer.bias()].values)
    }

    /// How many numbers there are.
    pub fn count(&self) -> usize {
        self.tensors.values().map(|tensor| tensor.values.len()).sum()
    }

    /// The file, as bytes; always the same for the same weights.
    pub fn to_bytes(&self) -> Vec<u8> {
        let spec = serde_json::to_string(&self.spec).expect("a flow can be written as JSON");
        let notes = serde_json::to_string(&self.notes).expect("texts can be written as JSON");
        let checksum = checksum(&spec, &notes, &self.tensors);
        let format = format!("{FORMAT_NAME} {FORMAT}");
        let metadata = json!({ "format": format, "spec": spec, "notes": notes, "checksum": checksum });
        let mut header = Map::new();
        header.insert("__metadata__".into(), metadata);
        let mut offset = 0;
        for (name, tensor) in &self.tensors {
            let end = offset + 4 * tensor.values.len();
            let entry = json!({ "dtype": "F32", "shape": tensor.shape, "data_offsets": [offset, end] });
            header.insert(name.clone(), entry);
            offset = end;
        }
        let mut text = Value::Object(header).to_string().into_bytes();
        text.resize(text.len().next_multiple_of(8), b' ');
        let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
        bytes.extend(text);
        let numbers = self.tensors.values().flat_map(|tensor| &tensor.values);
        bytes.extend(numbers.flat_map(|number| number.to_le_bytes()));
        bytes
    }

    /// Reads what [`Weights::to_bytes`] wrote; refuses what is truncated, changed, or of another format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (header, data) = split(bytes)?;
        let text = |key: &str| {
            let value = header.get("__metadata__").and_then(|metadata| metadata.get(key)?.as_str());
            value.ok_or_else(|| not_weights(format!("its metadata have no {key}")))
        };
        let format = text("format")?;
        match format.strip_prefix(FORMAT_NAME).map(str::trim) {
            None => return Err(not_weights(format!("its format is {format}"))),
            Some(version) if version != FORMAT.to_string() => {
                return Err(Error::OtherFormat { found: version.into(), wanted: FORMAT });
            }
            Some(_) => {}
        }
        let mut tensors = BTreeMap::new();
        for (name, entry) in header.iter().filter(|(name, _)| *name != "__metadata__") {
            tensors.insert(name.clone(), tensor(name, entry, data)?);
        }
        let (spec, notes, wanted) = (text("spec")?, text("notes")?, text("checksum")?);
        let found = checksum(spec, notes, &tensors);
        if found != wanted {
            return Err(Error::Corrupt { found, wanted: wanted.into() });
        }
        let unreadable = |error: serde_json::Error| not_weights(error.to_string());
        let notes = serde_json::from_str(notes).map_err(unreadable)?;
        let weights = Weights::new(serde_json::from_str(spec).map_err(unreadable)?, tensors)?;
        Ok(Weights { notes, ..weights })
    }

    /// Writes the file, first under another name, so that it is never half there.
    pub fn save(&self, path: &Path) -> Result<()> {
        let failed = |e: std::io::Error| file_error("write", path, &e);
        let partial = path.with_extension("partial");
        std::fs::write(&partial, self.to_bytes()).map_err(failed)?;
        std::fs::rename(&partial, path).map_err(failed)
    }

    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self> {
        Weights::from_bytes(&std::fs::read(path).map_err(|e| file_error("read", path, &e))?)
    }
}

/// An error of the system about a file.
pub(crate) fn file_error(action: &'static str, path: &Path, error: &std::io::Error) -> Error {
    Error::File { action, path: path.display().to_string(), reason: error.to_string() }
}

fn not_weights(reason: String) -> Error {
    Error::NotWeights { reason }
}

fn layers(spec: &FlowSpec) -> Vec<Layer> {
    spec.networks().into_iter().flat_map(|network| network.layers).collect()
}

/// Names and shapes of the tensors of a layer.
fn shapes(layer: &Layer) -> [(String, Vec<usize>); 2] {
    [(layer.weight(), vec![layer.inputs, layer.outputs]), (layer.bias(), vec![layer.outputs])]
}

fn check_tensor(name: &str, tensor: Option<&Tensor>, wanted: Vec<usize>) -> Result<()> {
    let Some(tensor) = tensor else {
        return Err(Error::Tensor { name: name.into(), missing: true });
    };
    if tensor.shape != wanted || tensor.values.len() != wanted.iter().product::<usize>() {
        return Err(Error::Shape { name: name.into(), found: tensor.shape.clone(), wanted });
    }
    match tensor.values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Error::NotFinite { name: name.into(), index, value: tensor.values[index] }),
        None => Ok(()),
    }
}

/// Header and numbers of a file of the safetensors format.
fn split(bytes: &[u8]) -> Result<(Map<String, Value>, &[u8])> {
    let truncated = |wanted: u64| Error::Truncated { found: bytes.len() as u64, wanted };
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(|| truncated(8))?;
    let length = u64::from_le_bytes(*length);
    if rest.first().is_some_and(|&first| first != b'{') {
        return Err(not_weights("it is not of the safetensors format".into()));
    }
    if length > rest.len() as u64 {
        return Err(truncated(length.saturating_add(8)));
    }
    let (text, data) = rest.split_at(length as usize);
    let header: Value = serde_json::from_slice(text).map_err(|e| not_weights(e.to_string()))?;
    let Value::Object(header) = header else {
        return Err(not_weights("its header is no table".into()));
    };
    let end = |entry: &Value| entry.get("data_offsets")?.get(1)?.as_u64();
    let wanted = header.values().filter_map(end).max().unwrap_or(0);
    if wanted > data.len() as u64 {
        return Err(truncated((8 + length).saturating_add(wanted)));
    }
    Ok((header, data))
}

/// One tensor of the file.
fn tensor(name: &str, entry: &Value, data: &[u8]) -> Result<Tensor> {
    let bad = |what: &str| not_weights(format!("tensor {name} has {what}"));
    if entry.get("dtype").and_then(Value::as_str) != Some("F32") {
        return Err(bad("another type than F32"));
    }
    let numbers = |key: &str| -> Option<Vec<usize>> {
        entry.get(key)?.as_array()?.iter().map(|n| n.as_u64().map(|n| n as usize)).collect()
    };
    let shape = numbers("shape").ok_or_else(|| bad("no shape"))?;
    let offsets = numbers("data_offsets").ok_or_else(|| bad("no offsets"))?;
    let bytes = match offsets[..] {
        [start, end] if start <= end => data.get(start..end),
        _ => None,
    };
    let bytes = bytes.filter(|bytes| bytes.len() % 4 == 0).ok_or_else(|| bad("wrong offsets"))?;
    let number = |four: &[u8]| f32::from_le_bytes(four.try_into().expect("four bytes"));
    let values: Vec<f32> = bytes.chunks_exact(4).map(number).collect();
    let count = shape.iter().try_fold(1usize, |count, &length| count.checked_mul(length));
    if count != Some(values.len()) {
        return Err(bad("offsets that do not fit its shape"));
    }
    Ok(Tensor { shape, values })
}

/// FNV-1a of 64 bits over all that the file says (fowler2019), in hexadecimal digits.
fn checksum(spec: &str, notes: &str, tensors: &BTreeMap<String, Tensor>) -> String {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325; // fowler2019, section 5
    let mut add = |bytes: &[u8]| {
        for &byte in bytes {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3); // fowler2019, section 5
        }
    };
    add(spec.as_bytes());
    add(notes.as_bytes());
    for (name, tensor) in tensors {
        add(name.as_bytes());
        tensor.shape.iter().for_each(|&length| add(&(length as u64).to_le_bytes()));
        tensor.values.iter().for_each(|value| add(&value.to_le_bytes()));
    }
    format!("{sum:016x}")
}
