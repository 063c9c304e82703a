"""Seconds per million samples with densities of normalizing flows in PyTorch, beside `gradino`'s fused kernel.

    pip install torch normflows nflows zuko
    python benches/peers/flow_peers.py --samples 100000 --threads 2 --gradino

Each builds the preset S: 10 autoregressive rational-quadratic spline transforms of 4 axes under 2 conditions,
masked networks of 256 units (two residual blocks, or as many plain layers), 8 bins. Weights are those of a fresh
network: they don't change the number of operations. Beside the clock's time stands the processor's time of all threads over
the number of threads, which other work on the machine changes little. `--gradino` runs the benchmark of the kernel first.
"""

import argparse
import subprocess
import time

import torch

AXES, CONDITIONS, TRANSFORMS, HIDDEN, BLOCKS, BINS = 4, 2, 10, 256, 2, 8


def of_normflows():
    import normflows

    spline = normflows.flows.AutoregressiveRationalQuadraticSpline
    flows = []
    for _ in range(TRANSFORMS):
        flows.append(spline(AXES, BLOCKS, HIDDEN, num_context_channels=CONDITIONS, num_bins=BINS))
        flows.append(normflows.flows.LULinearPermute(AXES))
    base = normflows.distributions.DiagGaussian(AXES, trainable=False)
    model = normflows.ConditionalNormalizingFlow(base, flows)
    return lambda conditions: model.sample(len(conditions), conditions)


def of_nflows():
    from nflows import distributions, flows, transforms

    steps = []
    for _ in range(TRANSFORMS):
        steps.append(transforms.ReversePermutation(AXES))
        steps.append(
            transforms.MaskedPiecewiseRationalQuadraticAutoregressiveTransform(
                AXES, HIDDEN, context_features=CONDITIONS, num_bins=BINS, num_blocks=BLOCKS, tails="linear", tail_bound=3.0
            )
        )
    flow = flows.Flow(transforms.CompositeTransform(steps), distributions.StandardNormal([AXES]))

    def draw(conditions):
        noise = flow._distribution.sample(len(conditions))
        points, ln_jacobian = flow._transform.inverse(noise, context=conditions)
        return points, flow._distribution.log_prob(noise) - ln_jacobian

    return draw


def of_zuko():
    import zuko

    hidden = [HIDDEN] * (1 + 2 * BLOCKS)
    flow = zuko.flows.NSF(AXES, CONDITIONS, bins=BINS, transforms=TRANSFORMS, hidden_features=hidden)
    return lambda conditions: flow(conditions).rsample_and_log_prob()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--samples", type=int, default=100_000)
    options.add_argument("--batch", type=int, default=10_000)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--only", choices=["normflows", "nflows", "zuko"])
    options.add_argument("--gradino", action="store_true", help="run `cargo bench` of the kernel, too")
    options = options.parse_args()
    if options.gradino:
        subprocess.run("cargo bench -q -p gradino-neural --bench flow -- small compact".split(), check=True)
    torch.set_num_threads(options.threads)
    print(f"torch {torch.__version__}, {options.threads} threads, {options.samples} samples")
    print(f"{'':<12} {'s per million':>14} {'processor s per million and thread':>36}")
    for name, build in {"normflows": of_normflows, "nflows": of_nflows, "zuko": of_zuko}.items():
        if options.only not in (None, name):
            continue
        draw = build()
        with torch.no_grad():
            draw(torch.rand(options.batch, CONDITIONS))
            clock, processor = time.perf_counter(), time.process_time()
            for _ in range(options.samples // options.batch):
                points, ln_density = draw(torch.rand(options.batch, CONDITIONS))
            clock, processor = time.perf_counter() - clock, time.process_time() - processor
        assert points.shape == (options.batch, AXES) and bool(torch.isfinite(ln_density).all())
        scale = 1e6 / (options.samples // options.batch * options.batch)
        print(f"{name:<12} {clock * scale:>14.1f} {processor * scale / options.threads:>36.1f}", flush=True)


if __name__ == "__main__":
    main()
