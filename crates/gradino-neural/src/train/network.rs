//! The networks of a flow as tensors of burn, on any of its devices.

use crate::error::{Error, Result};
use crate::layout::{Layer, Network};
use crate::spec::{Activation, FlowSpec};
use crate::weights::{Tensor as Numbers, Weights};
use burn_tensor::{Device, Gradients, Tensor, TensorData, Transaction, activation};
use std::collections::BTreeMap;

/// The networks of a flow, without their numbers; the numbers are one after the other: network by network, layer
/// by layer, W before b.
pub(super) struct Networks {
    pub(super) all: Vec<Network>,
    /// Masks of W as ones and zeros, for each layer of a masked network.
    pub(super) masks: Vec<Vec<Option<Vec<f32>>>>,
    /// The same on the device.
    on_device: Vec<Vec<Option<Tensor<2>>>>,
    pub(super) device: Device,
}

/// A network with its numbers as tensors, W and b of each layer.
#[derive(Clone)]
pub(super) struct Loaded {
    pub(super) layers: Vec<(Tensor<2>, Tensor<1>)>,
}

/// A matrix on a device.
pub(super) fn matrix(numbers: Vec<f32>, rows: usize, device: &Device) -> Tensor<2> {
    let columns = numbers.len() / rows.max(1);
    Tensor::from_data(TensorData::new(numbers, [rows, columns]), device)
}

/// The numbers of a tensor.
pub(super) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("the tensors of a flow hold f32")
}

/// The numbers of tensors, one after the other, in one transfer from their device.
pub(super) fn read(tensors: Vec<Tensor<1>>) -> Result<Vec<f32>> {
    let transfer = tensors.into_iter().fold(Transaction::default(), Transaction::register);
    let all = transfer.try_execute().map_err(|error| Error::DeviceFailed { reason: error.to_string() })?;
    let numbers = |data: TensorData| data.try_into_vec::<f32>().expect("the tensors of a flow hold f32");
    Ok(all.into_iter().flat_map(numbers).collect())
}

impl Networks {
    pub(super) fn new(spec: &FlowSpec, device: Device) -> Self {
        let all = spec.networks();
        let mask = |layer: &Layer| {
            layer.degrees.as_ref()?;
            let pairs = (0..layer.inputs * layer.outputs).map(|i| (i / layer.outputs, i % layer.outputs));
            Some(pairs.map(|(from, to)| f32::from(layer.connects(from, to))).collect())
        };
        let of_network = |network: &Network| network.layers.iter().map(mask).collect();
        let masks: Vec<Vec<Option<Vec<f32>>>> = all.iter().map(of_network).collect();
        let tensor = |(layer, mask): (&Layer, &Option<Vec<f32>>)| {
            mask.as_ref().map(|mask| matrix(mask.clone(), layer.inputs, &device))
        };
        let tensors = |(network, masks): (&Network, &Vec<Option<Vec<f32>>>)| {
            network.layers.iter().zip(masks).map(tensor).collect()
        };
        let on_device = all.iter().zip(&masks).map(tensors).collect();
        Networks { all, masks, on_device, device }
    }

    /// All numbers of `weights`, in order.
    pub(super) fn flatten(&self, weights: &Weights) -> Vec<f32> {
        let layers = self.all.iter().flat_map(|network| &network.layers);
        let both = |layer: &Layer| {
            let (weight, bias) = weights.layer(layer);
            [weight, bias.to_vec()]
        };
        layers.flat_map(both).flatten().collect()
    }

    /// The tensors of numbers in order, by their names.
    pub(super) fn name(&self, numbers: &[f32]) -> BTreeMap<String, Numbers> {
        let mut named = BTreeMap::new();
        let mut rest = numbers;
        for layer in self.all.iter().flat_map(|network| &network.layers) {
            let shapes =
                [(layer.weight(), vec![layer.inputs, layer.outputs]), (layer.bias(), vec![layer.outputs])];
            for (name, shape) in shapes {
                let (values, after) = rest.split_at(shape.iter().product());
                named.insert(name, Numbers { shape, values: values.to_vec() });
                rest = after;
            }
        }
        named
    }

    /// The networks with numbers in order; W is multiplied with its mask.
    pub(super) fn load(&self, numbers: &[f32]) -> Vec<Loaded> {
        let mut rest = numbers;
        let mut take = |count: usize| {
            let (taken, after) = rest.split_at(count);
            rest = after;
            taken.to_vec()
        };
        let mut network = |(network, masks): (&Network, &Vec<Option<Tensor<2>>>)| {
            let layer = |(layer, mask): (&Layer, &Option<Tensor<2>>)| {
                let weight = matrix(take(layer.inputs * layer.outputs), layer.inputs, &self.device);
                let weight = mask.iter().fold(weight, |weight, mask| weight * mask.clone());
                let bias = TensorData::new(take(layer.outputs), [layer.outputs]);
                (weight, Tensor::from_data(bias, &self.device))
            };
            Loaded { layers: network.layers.iter().zip(masks).map(layer).collect() }
        };
        self.all.iter().zip(&self.on_device).map(&mut network).collect()
    }

    /// The gradients of one network's numbers, in order; masked weights have none.
    pub(super) fn gradients(&self, number: usize, leaves: &Loaded, gradients: &Gradients) -> Vec<Tensor<1>> {
        let layer = |((weight, bias), mask): (&(Tensor<2>, Tensor<1>), &Option<Tensor<2>>)| {
            let weight = weight.grad(gradients).expect("the output depends on each W");
            let weight = mask.iter().fold(weight, |weight, mask| weight * mask.clone());
            [weight.flatten(0, 1), bias.grad(gradients).expect("the output depends on each b")]
        };
        leaves.layers.iter().zip(&self.on_device[number]).flat_map(layer).collect()
    }
}

impl Loaded {
    /// The same numbers as leaves of a graph of their own, whose gradients are kept.
    pub(super) fn leaves(&self) -> Loaded {
        let leaf = |(weight, bias): &(Tensor<2>, Tensor<1>)| {
            (weight.clone().autodiff().require_grad(), bias.clone().autodiff().require_grad())
        };
        Loaded { layers: self.layers.iter().map(leaf).collect() }
    }

    /// The output of the network for rows of features.
    pub(super) fn run(&self, network: &Network, features: Tensor<2>) -> Tensor<2> {
        let act = |x: Tensor<2>| match network.activation {
            Activation::Relu => activation::relu(x),
            Activation::Silu => activation::silu(x),
        };
        let apply = |(weight, bias): &(Tensor<2>, Tensor<1>), x: Tensor<2>| {
            x.matmul(weight.clone()) + bias.clone().unsqueeze()
        };
        let last = self.layers.len() - 1;
        let mut hidden = apply(&self.layers[0], features);
        if network.residual {
            for block in self.layers[1..last].chunks_exact(2) {
                let inner = apply(&block[0], act(hidden.clone()));
                hidden = hidden + apply(&block[1], act(inner));
            }
            return apply(&self.layers[last], hidden);
        }
        for layer in &self.layers[1..] {
            hidden = apply(layer, act(hidden));
        }
        hidden
    }
}
