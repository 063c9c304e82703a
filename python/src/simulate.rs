//! Runs in memory.

use crate::array::{Array, Given};
use crate::columns::{Columns, Store};
use crate::error::{config_error, raise};
use crate::record::Record;
use crate::watch::{Signals, watched};
use gradino::chain::Chain;
use gradino::config::Config;
use gradino::run::{BLOCK, Collector, Plan, run as run_plan};
use gradino_core::Event;
use pyo3::prelude::*;
use std::ops::Range;

/// Makes the events of a configuration (resolved TOML), or those of the numbers `events`.
///
/// `progress` is called now and then with the number of events that are done.
#[pyfunction]
#[pyo3(signature = (config: "str", events: "tuple[int, int] | None" = None, progress: "object" = None) -> "tuple[Columns, Record]")]
pub(crate) fn run(
    py: Python<'_>,
    config: &str,
    events: Option<(u64, u64)>,
    progress: Option<Py<PyAny>>,
) -> PyResult<(Columns, Record)> {
    let mut config = Config::from_toml(config).map_err(raise)?;
    config.settle_seed();
    let events = events.map_or(0..config.events, |(first, end)| first..end);
    if events.is_empty() {
        return Err(config_error(&format!("the range {events:?} of events is empty"), "give at least one"));
    }
    let (store, record) = watched(py, progress, |signals| draw(config, &events, signals))?;
    Ok((store.into_columns(py), record))
}

/// Columns of the events of a block.
struct StorePart {
    store: Store,
    parameters: usize,
}

impl Collector for StorePart {
    type Part = Store;
    fn take(&mut self, event: &Event) -> gradino::Result<()> {
        self.store.push(event);
        Ok(())
    }
    fn end_block(&mut self) -> gradino::Result<Store> {
        Ok(std::mem::replace(&mut self.store, Store::new(BLOCK, self.parameters)))
    }
}

fn draw(config: Config, events: &Range<u64>, signals: &Signals) -> gradino::Result<(Store, Record)> {
    let chain = Chain::from_config(&config)?;
    let mut store = Store::new(events.end - events.start, chain.gradients().len());
    let plan = Plan::new(events.clone(), config.threads);
    let parameters = chain.gradients().len();
    let collector = || StorePart { store: Store::new(BLOCK, parameters), parameters };
    let write = |part: Store| {
        store.append(part);
        Ok(())
    };
    let progress = |done| {
        signals.tell(done);
    };
    run_plan(&chain, &plan, &signals.cancel, collector, write, progress)?;
    let provenance = chain.provenance(&config, events);
    let record = Record::new(config, &chain, provenance);
    Ok((store, record))
}

/// Derivatives of the summed energy of the particles that `selected` marks: a row of parameters for
/// each event [MeV per unit].
#[pyfunction]
pub(crate) fn energy_gradient(
    py: Python<'_>,
    columns: &Columns,
    selected: Given<'_, bool>,
) -> PyResult<Array<f64>> {
    let guard = columns.guard(py)?;
    let (view, selected) = (guard.view()?, selected.0.as_slice()?);
    if selected.len() != view.pdg.len() {
        let message = format!("{} particles are marked, there are {}", selected.len(), view.pdg.len());
        return Err(pyo3::exceptions::PyValueError::new_err(message));
    }
    let n = view.parameters();
    let sums = py.detach(|| {
        let mut sums = vec![0.0; view.events() * n];
        let mut event = Event::new();
        for (i, row) in sums.chunks_exact_mut(n.max(1)).enumerate() {
            view.event(i, &mut event);
            let marks = &selected[view.offsets[i] as usize..view.offsets[i + 1] as usize];
            for k in (0..marks.len()).filter(|&k| marks[k]) {
                event.add_energy_gradient(k, 1.0, row);
            }
        }
        sums
    });
    Ok(Array::new(py, sums))
}
