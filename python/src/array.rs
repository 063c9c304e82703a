//! NumPy arrays that own the memory of a vector, with the type that the stubs print for them.

use numpy::{Element, PyArray1, PyArrayMethods, PyReadonlyArray1};
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::{Borrowed, type_hint_identifier, type_hint_subscript};
use std::convert::Infallible;

/// A number that NumPy knows.
pub(crate) trait Number: Element + Copy {
    /// Its type in the stubs.
    const HINT: PyStaticExpr;
}

macro_rules! numbers {
    ($($type:ty => $name:literal),+) => {
        $(impl Number for $type {
            const HINT: PyStaticExpr = type_hint_identifier!("numpy", $name);
        })+
    };
}
numbers!(f64 => "float64", i32 => "int32", u32 => "uint32", i64 => "int64", u64 => "uint64", bool => "bool_");

/// `numpy.typing.NDArray[T]`.
const fn array_hint<T: Number>() -> PyStaticExpr {
    type_hint_subscript!(type_hint_identifier!("numpy.typing", "NDArray"), T::HINT)
}

/// An array of one dimension.
pub(crate) struct Array<T>(Py<PyArray1<T>>);

impl<T: Number> Array<T> {
    /// Takes the memory of a vector over.
    pub(crate) fn new(py: Python<'_>, values: Vec<T>) -> Self {
        Array(PyArray1::from_vec(py, values).unbind())
    }

    /// The values, for reading.
    pub(crate) fn read<'py>(&self, py: Python<'py>) -> PyResult<PyReadonlyArray1<'py, T>> {
        Ok(self.0.bind(py).try_readonly()?)
    }
}

impl<'py, T: Number> IntoPyObject<'py> for &Array<T> {
    type Target = PyArray1<T>;
    type Output = Bound<'py, PyArray1<T>>;
    type Error = Infallible;
    const OUTPUT_TYPE: PyStaticExpr = array_hint::<T>();

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Infallible> {
        Ok(self.0.bind(py).clone())
    }
}

impl<'py, T: Number> IntoPyObject<'py> for Array<T> {
    type Target = PyArray1<T>;
    type Output = Bound<'py, PyArray1<T>>;
    type Error = Infallible;
    const OUTPUT_TYPE: PyStaticExpr = array_hint::<T>();

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Infallible> {
        Ok(self.0.into_bound(py))
    }
}

/// An array of one dimension that a caller hands in.
pub(crate) struct Given<'py, T: Number>(pub(crate) PyReadonlyArray1<'py, T>);

impl<'a, 'py, T: Number> FromPyObject<'a, 'py> for Given<'py, T> {
    type Error = PyErr;
    const INPUT_TYPE: PyStaticExpr = array_hint::<T>();

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(Given(object.extract()?))
    }
}
