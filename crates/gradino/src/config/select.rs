//! Parameters chosen by name or by pattern, and values that replace the published ones.

use super::Config;
use crate::error::{Error, Result};
use gradino_core::ParamSet;
use gradino_core::text::closest;

impl Config {
    /// Sets the values of [parameters] in `set`.
    pub fn apply_parameters(&self, set: &mut ParamSet) -> Result<()> {
        self.parameters.iter().try_for_each(|(name, value)| Ok(set.set(name, *value)?))
    }

    /// Positions in `set` of the parameters whose gradients are wanted, in the order of `set`.
    pub fn gradient_positions(&self, set: &ParamSet) -> Result<Vec<usize>> {
        select_parameters(&self.gradients.parameters, set)
    }
}

/// The parameters that "main" stands for, as far as a job has them: the strongest of each family.
pub const MAIN_PARAMETERS: [&str; 16] = [
    "level_density.a",
    "level_density.gamma_1",
    "level_density.delta",
    "level_density.spin_cutoff",
    "gamma_strength.e1_sigma",
    "gamma_strength.m1_strength",
    "optical.v1_0",
    "optical.rv_0",
    "optical.av_0",
    "optical.d1_0",
    "optical.rd_0",
    "optical.ad_0_n",
    "strength.gt_2.290",
    "strength.gt_2.730",
    "strength.f_4.384",
    "coulomb.radius",
];

/// Positions in `set` that the patterns fit: "main", "all", names, or names with `*` and `?`.
pub fn select_parameters(patterns: &[String], set: &ParamSet) -> Result<Vec<usize>> {
    let mut chosen = vec![false; set.len()];
    for pattern in patterns {
        let mut any = pattern == "main";
        for (slot, name) in chosen.iter_mut().zip(set.names()) {
            let main = pattern == "main" && MAIN_PARAMETERS.contains(&name);
            if main || pattern == "all" || fits(pattern, name) {
                (*slot, any) = (true, true);
            }
        }
        if !any {
            let suggestion = closest(pattern, set.names());
            return Err(Error::NoSuchGradient { pattern: pattern.clone(), suggestion });
        }
    }
    Ok((0..set.len()).filter(|&i| chosen[i]).collect())
}

/// Whether `name` fits `pattern`, where `*` stands for any text and `?` for one character.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut last_star = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                last_star = Some((p, n));
                p += 1;
            }
            Some(&c) if c == '?' || c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match last_star {
                Some((star, from)) => {
                    last_star = Some((star, from + 1));
                    p = star + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::Parameter;
    use proptest::prelude::*;

    fn set() -> ParamSet {
        let names = ["optical.v1", "optical.w1", "level_density.a", "flux.alpha"];
        ParamSet::new(names.map(|n| Parameter::new(n, 1.0, "", "", "").bounded(0.0, 2.0)).to_vec())
    }

    fn select(patterns: &[&str]) -> Result<Vec<usize>> {
        select_parameters(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>(), &set())
    }

    #[test]
    fn gradients_are_chosen_by_name_and_by_pattern_in_the_order_of_the_set() {
        assert_eq!(select(&[]), Ok(vec![]));
        assert_eq!(select(&["all"]), Ok(vec![0, 1, 2, 3]));
        assert_eq!(select(&["flux.alpha", "optical.*"]), Ok(vec![0, 1, 3]));
        assert_eq!(select(&["*.?1", "optical.v1"]), Ok(vec![0, 1]));
        let error = select(&["level_density.b"]).expect_err("no such name");
        assert_eq!(error.to_string(), "\"level_density.b\" fits no parameter");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"level_density.a\"?"));
    }

    #[test]
    fn values_of_the_configuration_replace_the_published_ones_within_bounds() {
        let mut parameters = set();
        let config = Config::from_toml("[parameters]\n\"optical.w1\" = 1.5").expect("valid");
        config.apply_parameters(&mut parameters).expect("within bounds");
        assert_eq!(parameters.values()["optical.w1"], 1.5);
        let config = Config::from_toml("[parameters]\n\"optical.w1\" = 3").expect("valid");
        let error = config.apply_parameters(&mut parameters).expect_err("above the bound");
        assert_eq!(error.hint().as_deref(), Some("choose optical.w1 between 0 and 2"));
    }

    proptest! {
        #[test]
        fn a_name_fits_itself_and_any_cut_of_it_with_a_star(name in "[a-z._]{1,12}", cut in 0usize..12) {
            let cut = cut.min(name.len());
            prop_assert!(fits(&name, &name));
            let pattern = format!("{}*", &name[..cut]);
            prop_assert!(fits(&pattern, &name));
            let pattern = format!("*{}", &name[cut..]);
            prop_assert!(fits(&pattern, &name));
        }
    }
}
