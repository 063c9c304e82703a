//! What is known of the parameters: the built-in covariance, and how a user's replaces it.

use crate::config::select_parameters;
use crate::error::Result;
use gradino_core::ParamSet;
use gradino_infer::ParameterCovariance;
use gradino_nuclear::emission::kduq;

/// The posterior of the optical parameters (pruitt2023) with its correlations, and the standard deviations of all
/// other parameters of `set` that have one.
pub fn builtin(set: &ParamSet) -> Result<ParameterCovariance> {
    let optical: Vec<Option<usize>> =
        set.names().iter().map(|name| kduq::names().iter().position(|known| known == name)).collect();
    let width = kduq::names().len();
    let known: Vec<usize> =
        (0..set.len()).filter(|&i| optical[i].is_some() || set.at(i).sigma > 0.0).collect();
    let element = |i: usize, j: usize| match (optical[i], optical[j]) {
        (Some(a), Some(b)) => kduq::covariance()[a * width + b],
        _ if i == j => set.at(i).sigma.powi(2),
        _ => 0.0,
    };
    let matrix: Vec<f64> =
        known.iter().flat_map(|&i| known.iter().map(move |&j| (i, j))).map(|(i, j)| element(i, j)).collect();
    let names = known.iter().map(|&i| set.at(i).name.clone()).collect();
    Ok(ParameterCovariance::new(names, &matrix)?)
}

/// `base` with the block of the parameters of `own` replaced; they lose their correlations with all others.
pub fn replaced(base: &ParameterCovariance, own: &ParameterCovariance) -> Result<ParameterCovariance> {
    let kept: Vec<String> = base.names().iter().filter(|name| !own.names().contains(name)).cloned().collect();
    if kept.is_empty() {
        return Ok(own.clone());
    }
    let rest = ParameterCovariance::new(kept.clone(), base.of(&kept).as_slice())?;
    Ok(rest.with(own)?)
}

/// The block of the parameters that fit one of the patterns.
pub fn restricted(
    known: &ParameterCovariance,
    set: &ParamSet,
    patterns: &[String],
) -> Result<ParameterCovariance> {
    let names: Vec<String> =
        select_parameters(patterns, set)?.into_iter().map(|i| set.at(i).name.clone()).collect();
    Ok(ParameterCovariance::new(names.clone(), known.of(&names).as_slice())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::Parameter;

    fn set() -> ParamSet {
        let name = kduq::names();
        let list = [(name[0], 9.0), ("a.free", 0.0), (name[2], 9.0), ("a.known", 0.5)];
        ParamSet::new(list.map(|(n, sigma)| Parameter::new(n, 1.0, "", "", "").with_sigma(sigma)).to_vec())
    }

    #[test]
    fn optical_parameters_have_their_correlations_and_others_their_sigmas() {
        let known = builtin(&set()).expect("positive");
        assert_eq!(known.names(), [kduq::names()[0], kduq::names()[2], "a.known"]);
        let width = kduq::names().len();
        assert_eq!(known.matrix()[(0, 1)], kduq::covariance()[2]);
        assert_eq!(known.matrix()[(1, 1)], kduq::covariance()[2 * width + 2]);
        assert_eq!((known.matrix()[(2, 2)], known.matrix()[(0, 2)]), (0.25, 0.0));
    }

    #[test]
    fn replaced_parameters_lose_their_correlations_with_the_others() {
        let known = builtin(&set()).expect("positive");
        let first = known.names()[0].clone();
        let own = vec![first.clone(), "a.free".into()];
        let own = ParameterCovariance::new(own, &[4.0, 1.0, 1.0, 1.0]).expect("positive");
        let both = replaced(&known, &own).expect("positive");
        let block = both.of(&[first, "a.free".into(), known.names()[1].clone()]);
        assert_eq!((block[(0, 0)], block[(0, 1)], block[(0, 2)]), (4.0, 1.0, 0.0));
        let only = restricted(&both, &set(), &["a.*".into()]).expect("a family");
        assert_eq!((only.names().len(), only.matrix()[(0, 0)]), (2, 1.0));
        assert!(restricted(&both, &set(), &["b.*".into()]).is_err());
    }
}
