//! Where networks are trained.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Where networks are trained. Devices differ by rounding alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The processor, all its threads.
    #[default]
    Cpu,
    /// The GPU that Vulkan prefers; only where the crate was built with the feature `vulkan`.
    Vulkan,
}

impl Device {
    /// All of them, the default first.
    pub const ALL: [Device; 2] = [Device::Cpu, Device::Vulkan];

    /// Its name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Device::Cpu => "cpu",
            Device::Vulkan => "vulkan",
        }
    }

    /// Opens it: an error where the program was built without it, or where the machine has none.
    pub(super) fn open(self) -> Result<burn_tensor::Device> {
        match self {
            Device::Cpu => Ok(burn_tensor::Device::flex()),
            Device::Vulkan => vulkan(),
        }
    }

    /// What its driver calls it: "cpu" for the processor.
    pub fn describe(self) -> Result<String> {
        match self {
            Device::Cpu => Ok(self.name().into()),
            Device::Vulkan => describe_vulkan(),
        }
    }
}

/// The device of Vulkan, opened once in a process. Its shaders are written in WGSL and translated for the driver:
/// burn's other way, its own SPIR-V, gives wrong matrix products where a driver lacks
/// `VK_KHR_workgroup_memory_explicit_layout` (cubecl-spirv 0.11.3).
#[cfg(feature = "vulkan")]
fn vulkan() -> Result<burn_tensor::Device> {
    use burn_tensor::wgpu::WgpuBackend;
    use std::sync::OnceLock;
    static OPENED: OnceLock<std::result::Result<burn_tensor::Device, String>> = OnceLock::new();
    let open = || {
        let options = burn_tensor::Device::wgpu_options().graphics_api(WgpuBackend::Vulkan);
        options.init().map_err(|error| error.to_string())
    };
    let opened = OPENED.get_or_init(open).clone();
    opened.map_err(|reason| Error::NoDevice { device: Device::Vulkan.name(), reason })
}

#[cfg(feature = "vulkan")]
fn describe_vulkan() -> Result<String> {
    let identity = vulkan()?.identity();
    Ok(identity.map_or_else(|| Device::Vulkan.name().into(), |identity| identity.name))
}

#[cfg(not(feature = "vulkan"))]
fn vulkan() -> Result<burn_tensor::Device> {
    Err(Error::NotBuilt { device: Device::Vulkan.name() })
}

#[cfg(not(feature = "vulkan"))]
fn describe_vulkan() -> Result<String> {
    Err(Error::NotBuilt { device: Device::Vulkan.name() })
}
