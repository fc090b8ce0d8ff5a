"""Values from PyTorch, optax and SciPy, which share no code with the solutions: `make oracles` writes recorded.json.

It runs in an environment of its own, made of requirements/oracles.txt; the tests need the recorded file alone.
Everything is float64. A function's gradient is that of the sum of its results.
"""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path

import jax
import numpy as np
import optax
import scipy.special
import scipy.stats
import torch
from torch.nn import functional

jax.config.update("jax_enable_x64", True)
STEPS = 200
rng = np.random.default_rng(2019)


def with_gradient(function, *arguments, by=0):
    """What a PyTorch function returns, and the gradient of its sum with respect to one argument."""
    tensors = [
        torch.tensor(a, requires_grad=i == by) if isinstance(a, np.ndarray) else a for i, a in enumerate(arguments)
    ]
    value = function(*tensors)
    value.sum().backward()
    return {"value": value.detach().numpy(), "gradient": tensors[by].grad.numpy()}


def activations():
    x = np.concatenate([rng.normal(0, 3, 40), [-1000.0, -800.0, -30.0, -1e-6, 1e-6, 30.0, 800.0, 1000.0]])
    rows = np.concatenate(
        [rng.normal(0, 5, (5, 4)), [[1000.0, -1000.0, 0.0, 999.0], [-1000.0, -1000.0, -1000.0, -990.0]]]
    )
    torch_functions = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": functional.relu,
        "leaky_relu": lambda t: functional.leaky_relu(t, 0.2),
        "elu": functional.elu,
        "gelu": functional.gelu,
        "swish": functional.silu,
        "softplus": lambda t: functional.softplus(t, threshold=40.0),
    }
    found = {name: {"x": x, "pytorch": with_gradient(f, x)} for name, f in torch_functions.items()}
    found["sigmoid"]["scipy"] = {"value": scipy.special.expit(x)}
    found["softplus"]["scipy"] = {"value": np.logaddexp(0.0, x)}
    found["gelu"]["scipy"] = {"value": x * scipy.stats.norm.cdf(x)}
    for name in ("softmax", "log_softmax"):
        found[name] = {
            "x": rows,
            "pytorch": with_gradient(functools.partial(getattr(functional, name), dim=-1), rows),
            "scipy": {"value": getattr(scipy.special, name)(rows, axis=-1)},
        }
    return found


def losses():
    y, p = rng.normal(0, 2, (6, 3)), rng.normal(0, 2, (6, 3))
    bits = rng.integers(0, 2, (6, 3)).astype("float64")
    logits = np.concatenate([rng.normal(0, 4, (5, 3)), [[1000.0, -1000.0, 30.0]]])
    probabilities = rng.uniform(0.01, 0.99, (6, 3))
    scores = np.concatenate([rng.normal(0, 4, (5, 4)), [[1000.0, -1000.0, 0.0, 1.0]]])
    classes = rng.integers(0, 4, 6)
    one_hot = np.eye(4)[classes]
    one, other = rng.dirichlet(np.ones(4), 6), rng.dirichlet(np.ones(4), 6)
    one[0] = [0.5, 0.0, 0.5, 0.0]
    counts, log_rate = rng.poisson(3.0, 8).astype("float64"), rng.normal(1, 1, 8)
    mean, log_var = rng.normal(0, 1, 8), rng.normal(0, 1, 8)

    def mean_of(function, **settings):
        return lambda target, value: function(value, target, reduction="none", **settings).mean(-1)

    def row(function, target, value, name="pytorch", **arguments):
        return {"arguments": [target, value], "settings": arguments, name: with_gradient(function, target, value, by=1)}

    found = {
        "mse": row(mean_of(functional.mse_loss), y, p),
        "mae": row(mean_of(functional.l1_loss), y, p),
        "huber": row(mean_of(functional.huber_loss, delta=1.5), y, p, delta=1.5),
        "binary_crossentropy, logits": row(
            mean_of(functional.binary_cross_entropy_with_logits), bits, logits, from_logits=True
        ),
        "binary_crossentropy, probabilities": row(mean_of(functional.binary_cross_entropy), bits, probabilities),
        "categorical_crossentropy": row(lambda t, z: functional.cross_entropy(z, t, reduction="none"), one_hot, scores),
        "categorical_crossentropy, smoothed": row(
            lambda t, z: functional.cross_entropy(z, t, reduction="none", label_smoothing=0.1),
            one_hot,
            scores,
            label_smoothing=0.1,
        ),
        "sparse_categorical_crossentropy": row(
            lambda t, z: functional.cross_entropy(z, t, reduction="none"), classes, scores
        ),
        "gaussian_nll": {
            "arguments": [counts, mean, log_var],
            "settings": {},
            "pytorch": {
                "value": -torch.distributions.Normal(torch.tensor(mean), torch.tensor(np.exp(log_var / 2)))
                .log_prob(torch.tensor(counts))
                .numpy()
            },
            "scipy": {"value": -scipy.stats.norm.logpdf(counts, mean, np.exp(log_var / 2))},
        },
        "laplace_nll": {
            "arguments": [counts, mean, log_var],
            "settings": {},
            "scipy": {"value": -scipy.stats.laplace.logpdf(counts, mean, np.exp(log_var))},
        },
        "poisson_nll": {
            "arguments": [counts, log_rate],
            "settings": {},
            "scipy": {"value": -scipy.stats.poisson.logpmf(counts.astype(int), np.exp(log_rate))},
        },
        "kl_divergence": {
            "arguments": [one, other],
            "settings": {},
            "scipy": {"value": scipy.special.rel_entr(one, other).sum(-1)},
        },
        "log_cosh": {
            "arguments": [y, p],
            "settings": {},
            "optax": {"value": np.asarray(optax.losses.log_cosh(p, y)).mean(-1)},
        },
        "focal": {
            "arguments": [bits, logits],
            "settings": {"gamma": 2.0},
            "optax": {
                "value": np.asarray(optax.losses.sigmoid_focal_loss(logits, bits, alpha=None, gamma=2.0)).mean(-1)
            },
        },
        "hinge": {
            "arguments": [bits, logits],
            "settings": {},
            "optax": {"value": np.asarray(optax.losses.hinge_loss(logits, 2 * bits - 1)).mean(-1)},
        },
    }
    return found


def optimizers():
    """Paths over a valley and over Rosenbrock's function: where 200 steps end, and some on the way."""
    found = {}
    settings = {
        "GradientDescent": ({"lr": 2.0**-10}, "SGD", {"lr": 2.0**-10}, optax.sgd(2.0**-10)),
        "Momentum": (
            {"lr": 2.0**-12, "beta": 0.875},
            "SGD",
            {"lr": 2.0**-12, "momentum": 0.875},
            optax.sgd(2.0**-12, momentum=0.875),
        ),
        # an epsilon that is nothing beside sqrt(v): where it stands in the formula makes no difference then
        "Adam": (
            {"lr": 2.0**-6, "beta_1": 0.875, "beta_2": 1 - 2.0**-10, "epsilon": 1e-30},
            "Adam",
            {"lr": 2.0**-6, "betas": (0.875, 1 - 2.0**-10), "eps": 1e-30},
            optax.adam(2.0**-6, b1=0.875, b2=1 - 2.0**-10, eps=1e-30),
        ),
    }
    problems = {
        "valley": (lambda x: (x**2 * np.array([1.0, 25.0, 0.25])).sum() / 2, [2.0, -1.0, 3.0]),
        "rosenbrock": (lambda x: (1 - x[0]) ** 2 + 10 * (x[1] - x[0] ** 2) ** 2, [-1.0, 1.5]),
    }
    for name, (ours, torch_name, theirs, gradient_transformation) in settings.items():
        for problem, (_, start) in problems.items():
            found[f"{name}, {problem}"] = {
                "optimizer": name,
                "settings": ours,
                "problem": problem,
                "start": np.array(start),
                "pytorch": _by_torch(torch_name, theirs, problem, start),
                "optax": _by_optax(gradient_transformation, problems[problem][0], start),
            }
    return found


def _by_torch(name, settings, problem, start):
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, name)([x], **settings)
    path = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        if problem == "valley":
            loss = (x**2 * torch.tensor([1.0, 25.0, 0.25], dtype=torch.float64)).sum() / 2
        else:
            loss = (1 - x[0]) ** 2 + 10 * (x[1] - x[0] ** 2) ** 2
        loss.backward()
        optimizer.step()
        path.append(x.detach().numpy().copy())
    return np.stack(path[:: STEPS // 8])


def _by_optax(transformation, loss, start):
    x = jax.numpy.array(start)
    state, path = transformation.init(x), []
    gradient = jax.jit(jax.grad(loss))
    for _ in range(STEPS):
        updates, state = transformation.update(gradient(x), state, x)
        x = optax.apply_updates(x, updates)
        path.append(np.asarray(x))
    return np.stack(path[:: STEPS // 8])


def plain(tree):
    """Arrays as lists, so that JSON can hold them; every digit is kept."""
    if isinstance(tree, dict):
        return {key: plain(part) for key, part in tree.items()}
    if isinstance(tree, list):
        return [plain(part) for part in tree]
    return tree.tolist() if isinstance(tree, np.ndarray) else tree


def main():
    versions = {"torch": torch.__version__, "optax": optax.__version__, "scipy": scipy.__version__}
    recorded = {"versions": versions, "activations": activations(), "losses": losses(), "optimizers": optimizers()}
    Path(sys.argv[1]).write_text(json.dumps(plain(recorded), indent=1) + "\n")


if __name__ == "__main__":
    main()
