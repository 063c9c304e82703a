//! Errors of this room.

use gradino_core::Axis;
use thiserror::Error;

/// Result of this room.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// An error of a space, a density or a sampler.
    #[error(transparent)]
    Core(#[from] gradino_core::Error),
    /// Something that a flow needs more of.
    #[error("a flow with {found} {what}")]
    TooFew {
        /// What there is too little of.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there must be at least.
        least: usize,
    },
    /// An order that is no order of the axes.
    #[error("the order {order:?} of transform {transform} does not name each axis once")]
    NotAnOrder {
        /// The transform, from 0.
        transform: usize,
        /// Its order.
        order: Vec<usize>,
    },
    /// A coordinate of a point outside its axis.
    #[error("the coordinate {axis} = {value} is outside [{low}, {high}]")]
    OutsideAxis {
        /// The axis.
        axis: String,
        /// The coordinate.
        value: f64,
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
    /// A file of weights that cannot be read or written.
    #[error("cannot {action} {path}: {reason}")]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A file that ends too early.
    #[error("the weights end after {found} of {wanted} bytes")]
    Truncated {
        /// Bytes found.
        found: u64,
        /// Bytes that its beginning promises.
        wanted: u64,
    },
    /// A file that is no file of weights of ours.
    #[error("no weights of a flow: {reason}")]
    NotWeights {
        /// What is wrong.
        reason: String,
    },
    /// A file of weights of another version of the format.
    #[error("weights of format {found}, this program reads {wanted}")]
    OtherFormat {
        /// Format found.
        found: String,
        /// Format that is read.
        wanted: u32,
    },
    /// Weights that are not those that were written.
    #[error("the weights have the checksum {found}, but {wanted} was written")]
    Corrupt {
        /// Checksum found.
        found: String,
        /// Checksum written with them.
        wanted: String,
    },
    /// A tensor that is missing, or that no layer of the flow has.
    #[error("{} tensor {name}", if *missing { "missing" } else { "unknown" })]
    Tensor {
        /// Its name.
        name: String,
        /// Whether it is missing.
        missing: bool,
    },
    /// A tensor of another shape than its layer.
    #[error("tensor {name} has the shape {found:?} instead of {wanted:?}")]
    Shape {
        /// Its name.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that its layer has.
        wanted: Vec<usize>,
    },
    /// A weight that is infinite or undefined.
    #[error("number {index} of tensor {name} is {value}")]
    NotFinite {
        /// The tensor.
        name: String,
        /// Which of its numbers, from 0.
        index: usize,
        /// The number.
        value: f32,
    },
    /// A training without events and without a density.
    #[error("there is nothing to learn from")]
    NothingToLearn,
    /// A density of another space than the flow.
    #[error("the flow has other axes or conditions than the density")]
    OtherSpace,
    /// A setting of a training that cannot be.
    #[error("{name} = {value} of a training is not {wanted}")]
    BadTraining {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        wanted: &'static str,
    },
    /// Files that are no state of a training.
    #[error("these weights are no state of a training")]
    NotAState,
    /// A device for which the program was not built.
    #[error("this program was built without the device {device}")]
    NotBuilt {
        /// The device.
        device: &'static str,
    },
    /// A device that the machine does not have, or does not open.
    #[error("no device {device}: {reason}")]
    NoDevice {
        /// The device.
        device: &'static str,
        /// What its driver says.
        reason: String,
    },
    /// A device that failed while it worked.
    #[error("the device failed: {reason}")]
    DeviceFailed {
        /// What its driver says.
        reason: String,
    },
    /// A device whose first step is not that of the processor.
    #[error(
        "the device {device} computes wrongly: a loss of {found} where the processor has {expected}, a gradient off by \
         {off} of its largest number"
    )]
    DeviceWrong {
        /// The device.
        device: &'static str,
        /// Its loss.
        found: f64,
        /// That of the processor.
        expected: f64,
        /// Largest difference of the gradients, over the largest number of the processor's.
        off: f64,
    },
    /// A training whose loss or gradient is no number any more.
    #[error("the loss is {loss} after {step} steps")]
    Diverged {
        /// Steps done.
        step: u64,
        /// The loss.
        loss: f64,
    },
}

impl Error {
    /// A coordinate outside its axis.
    pub(crate) fn outside(axis: &Axis, value: f64) -> Self {
        let Axis { name, low, high, .. } = axis.clone();
        Error::OutsideAxis { axis: name, value, low, high }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::Core(error) => return error.hint(),
            Error::TooFew { what, least, .. } => format!("give at least {least} {what}"),
            Error::NotAnOrder { .. } => "an order is like [2, 0, 1], each axis from 0 once".into(),
            Error::OutsideAxis { .. } => "leave such points out: the flow knows none there".into(),
            Error::File { .. } => "is the path right, and may you read and write there?".into(),
            Error::Truncated { .. } | Error::Corrupt { .. } => {
                "the file is damaged: copy it again from where it was written".into()
            }
            Error::NotWeights { .. } => {
                "give a file that `gradino flow train` has written, NAME.safetensors".into()
            }
            Error::OtherFormat { .. } => "train it again, or read it with the version that wrote it".into(),
            Error::Tensor { .. } | Error::Shape { .. } => {
                "the weights belong to another flow: take the file whole, with its own metadata".into()
            }
            Error::NothingToLearn => "give events, a density, or both".into(),
            Error::OtherSpace => "make the flow for the space of the density".into(),
            Error::BadTraining { name, wanted, .. } => format!("choose {name} {wanted}"),
            Error::NotAState => "give the three files of one training, as they were written".into(),
            Error::NotBuilt { device } => format!(
                "train on the device cpu, or build with `cargo build --release -p gradino-cli --features {device}`"
            ),
            Error::NoDevice { .. } => {
                "train on the device cpu, or install the loader of Vulkan and a driver: that of the GPU, or one in \
                 software (Debian: `apt install libvulkan1 mesa-vulkan-drivers`); `vulkaninfo --summary` tells what is there"
                    .into()
            }
            Error::DeviceWrong { .. } => {
                "train on the device cpu, or with another driver of Vulkan: nothing was learned".into()
            }
            Error::DeviceFailed { .. } => {
                "try a smaller batch or the device cpu; --resume goes on from the last state".into()
            }
            Error::Diverged { .. } => {
                "the weights from before are kept: go on from them with a smaller learning rate".into()
            }
            Error::NotFinite { .. } => {
                "the training diverged: go on from an earlier file, with a smaller learning rate".into()
            }
        };
        Some(hint)
    }
}
