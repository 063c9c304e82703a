//! An extension leaves the symbols of Python open until it is loaded; the linker of macOS wants to be told.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    pyo3_build_config::add_extension_module_link_args();
}
