//! Which shells of a spherical nucleus are filled.

use crate::error::{Error, Result};
use crate::meanfield::shell::Shell;

/// The shells in the order of mayer1955, up to the closed shell of 126.
const ORDER: [Shell; 22] = [
    Shell::new(1, 0, 1),
    Shell::new(1, 1, 3),
    Shell::new(1, 1, 1),
    Shell::new(1, 2, 5),
    Shell::new(2, 0, 1),
    Shell::new(1, 2, 3),
    Shell::new(1, 3, 7),
    Shell::new(2, 1, 3),
    Shell::new(1, 3, 5),
    Shell::new(2, 1, 1),
    Shell::new(1, 4, 9),
    Shell::new(1, 4, 7),
    Shell::new(2, 2, 5),
    Shell::new(2, 2, 3),
    Shell::new(3, 0, 1),
    Shell::new(1, 5, 11),
    Shell::new(1, 5, 9),
    Shell::new(2, 3, 7),
    Shell::new(2, 3, 5),
    Shell::new(3, 1, 3),
    Shell::new(3, 1, 1),
    Shell::new(1, 6, 13),
];
/// Nucleons of one kind that they hold.
const ROOM: f64 = 126.0;

/// The shells of `count` nucleons of one kind, with the number of nucleons in each: full shells, and the rest in the next
/// one, spread evenly over its 2j + 1 substates so that the nucleus stays spherical.
pub fn filling(count: u16) -> Result<Vec<(Shell, f64)>> {
    let mut left = f64::from(count);
    if left > ROOM {
        return Err(Error::OutOfRange {
            what: "the number of nucleons of one kind",
            value: left,
            lower: 0.0,
            upper: ROOM,
        });
    }
    let mut filled = Vec::new();
    for shell in ORDER {
        let taken = left.min(shell.capacity());
        if taken > 0.0 {
            filled.push((shell, taken));
        }
        left -= taken;
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_shells_are_the_magic_numbers_and_open_ones_take_the_rest() {
        for magic in [2, 8, 20, 28, 50, 82, 126] {
            let shells = filling(magic).expect("in the table");
            assert!(shells.iter().all(|&(shell, number)| number == shell.capacity()), "{magic}");
        }
        let last = |count| filling(count).expect("in the table").pop().expect("some shell");
        assert_eq!(last(22), (Shell::new(1, 3, 7), 2.0));
        assert_eq!(last(18), (Shell::new(1, 2, 3), 2.0));
        assert_eq!(last(6), (Shell::new(1, 1, 3), 4.0));
        assert!(filling(127).is_err());
    }
}
