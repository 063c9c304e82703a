"""Condense the KDUQ posterior of the Koning-Delaroche potential into one table.

Source: the 416 "Federal" samples of C. D. Pruitt, J. E. Escher and R. Rahman, Phys. Rev. C 107,
014602 (2023), as shipped under the BSD-3 licence by the PyPI package `jitr`.

usage: python tools/kduq_table.py PATH_TO_JITR_DATA/KDUQFederal > crates/gradino-nuclear/data/Kduq2023.csv

Each row holds the name, the mean, the standard deviation, and the row of the lower triangle of the
correlation matrix up to the diagonal. Standard library only.
"""

import json
import math
import sys
from pathlib import Path

# (group, key in the KDUQ files, name here), in the order of the parameters of the model.
NAMES = [
    ("KDHartreeFock", "V1_0", "v1_0"),
    ("KDHartreeFock", "V1_asymm", "v1_asymm"),
    ("KDHartreeFock", "V1_A", "v1_a"),
    ("KDHartreeFock", "V2_0_n", "v2_0_n"),
    ("KDHartreeFock", "V2_A_n", "v2_a_n"),
    ("KDHartreeFock", "V3_0_n", "v3_0_n"),
    ("KDHartreeFock", "V3_A_n", "v3_a_n"),
    ("KDHartreeFock", "V2_0_p", "v2_0_p"),
    ("KDHartreeFock", "V2_A_p", "v2_a_p"),
    ("KDHartreeFock", "V3_0_p", "v3_0_p"),
    ("KDHartreeFock", "V3_A_p", "v3_a_p"),
    ("KDHartreeFock", "V4_0", "v4_0"),
    ("KDHartreeFock", "r_0", "rv_0"),
    ("KDHartreeFock", "r_A", "rv_a"),
    ("KDHartreeFock", "a_0", "av_0"),
    ("KDHartreeFock", "a_A", "av_a"),
    ("KDCoulomb", "r_C_0", "rc_0"),
    ("KDCoulomb", "r_C_A", "rc_a"),
    ("KDCoulomb", "r_C_A2", "rc_a2"),
    ("KDRealSpinOrbit", "V1_0", "vso1_0"),
    ("KDRealSpinOrbit", "V1_A", "vso1_a"),
    ("KDRealSpinOrbit", "V2_0", "vso2_0"),
    ("KDRealSpinOrbit", "r_0", "rso_0"),
    ("KDRealSpinOrbit", "r_A", "rso_a"),
    ("KDRealSpinOrbit", "a_0", "aso_0"),
    ("KDImagSpinOrbit", "W1_0", "wso1_0"),
    ("KDImagSpinOrbit", "W2_0", "wso2_0"),
    ("KDImagVolume", "W1_0_n", "w1_0_n"),
    ("KDImagVolume", "W1_A_n", "w1_a_n"),
    ("KDImagVolume", "W1_0_p", "w1_0_p"),
    ("KDImagVolume", "W1_A_p", "w1_a_p"),
    ("KDImagVolume", "W2_0", "w2_0"),
    ("KDImagVolume", "W2_A", "w2_a"),
    ("KDImagSurface", "D1_0", "d1_0"),
    ("KDImagSurface", "D1_asymm", "d1_asymm"),
    ("KDImagSurface", "D2_0", "d2_0"),
    ("KDImagSurface", "D2_A", "d2_a"),
    ("KDImagSurface", "D2_A2", "d2_a2"),
    ("KDImagSurface", "D2_A3", "d2_a3"),
    ("KDImagSurface", "D3_0", "d3_0"),
    ("KDImagSurface", "r_0", "rd_0"),
    ("KDImagSurface", "r_A", "rd_a"),
    ("KDImagSurface", "a_0_n", "ad_0_n"),
    ("KDImagSurface", "a_A_n", "ad_a_n"),
    ("KDImagSurface", "a_0_p", "ad_0_p"),
    ("KDImagSurface", "a_A_p", "ad_a_p"),
]


def read_samples(folder):
    """All samples, each a list of the 46 values in the order of NAMES."""
    files = sorted(Path(folder).glob("*/parameters.json"), key=lambda path: int(path.parent.name))
    if not files:
        sys.exit(f"error: no */parameters.json under {folder}")
    contents = [json.loads(path.read_text()) for path in files]
    return [[content[group][key] for group, key, _ in NAMES] for content in contents]


def main():
    samples = read_samples(sys.argv[1])
    count = len(samples)
    columns = list(zip(*samples))
    means = [math.fsum(column) / count for column in columns]
    centred = [[x - mean for x in column] for column, mean in zip(columns, means)]

    def covariance(i, j):
        return math.fsum(x * y for x, y in zip(centred[i], centred[j])) / (count - 1)

    sigmas = [math.sqrt(covariance(i, i)) for i in range(len(NAMES))]
    print(f"# mean, standard deviation and correlation (lower triangle) of {count} samples of the KDUQ posterior")
    print('# ("Federal" likelihood) of the Koning-Delaroche potential: pruitt2023,')
    print("# C. D. Pruitt, J. E. Escher, R. Rahman, Phys. Rev. C 107, 014602 (2023).")
    print("# Condensed by tools/kduq_table.py from the samples shipped with jitr,")
    print("# Copyright (c) 2023, Kyle Beyer, BSD 3-Clause License.")
    print("# Units: MeV and fm to the power the parameter has in koning2003.")
    print("name,mean,sigma,correlations")
    for i, (_, _, name) in enumerate(NAMES):
        row = [covariance(i, j) / (sigmas[i] * sigmas[j]) for j in range(i)] + [1.0]
        numbers = [f"{means[i]:.9g}", f"{sigmas[i]:.9g}"] + [f"{x:.6g}" for x in row]
        print(f"optical.{name}," + ",".join(numbers))


if __name__ == "__main__":
    main()
