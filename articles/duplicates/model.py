"""The model: what the measures of a pair say together, as the probability that it is one text.

A sum of small decision trees (gradient boosting, Friedman 2001), trained by
benchmarks/train_matcher.py and shipped as model.json. Whatever should speak for one text (more
shared, in order) never speaks against it, and the other way round: the trees were fitted so.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from articles.duplicates.measures import NAMES
from articles.terms.characters import Array


@dataclass(frozen=True, slots=True)
class Model:
    """Trees, their nodes one after the other; a leaf is its own child."""

    version: str
    roots: Array
    measures: Array
    """The column that each node looks at."""
    cuts: Array
    """Up to this value the way goes left."""
    left: Array
    right: Array
    values: Array
    """What each node adds to the log odds; that of inner nodes is the mean of their children."""
    depth: int
    base: float
    """The sum without any tree."""
    slope: float
    offset: float
    """Calibration of the sum (Platt 1999)."""

    def sums(self, measures: Array) -> tuple[Array, Array]:
        """Return the log odds of each row, and what each of its measures adds to them.

        A measure adds the steps between the nodes that look at it (Saabas 2014).
        """
        rows = np.arange(len(measures))[:, None]
        node = np.broadcast_to(self.roots, (len(measures), len(self.roots)))
        added = np.zeros((len(measures), len(NAMES)))
        flat = added.reshape(-1)
        for _ in range(self.depth):
            column = self.measures[node]
            goes_left = measures[rows, column] <= self.cuts[node]
            child = np.where(goes_left, self.left[node], self.right[node])
            step = (self.values[child] - self.values[node]).reshape(-1)
            flat += np.bincount((rows * len(NAMES) + column).reshape(-1), step, len(flat))
            node = child
        roots = self.base + float(self.values[self.roots].sum())
        return self.slope * (roots + added.sum(axis=1)) + self.offset, self.slope * added

    def probabilities(self, measures: Array) -> Array:
        """Return for each row of measures the probability that both texts are one."""
        rows = np.arange(len(measures))[:, None]
        node = np.broadcast_to(self.roots, (len(measures), len(self.roots)))
        for _ in range(self.depth):
            goes_left = measures[rows, self.measures[node]] <= self.cuts[node]
            node = np.where(goes_left, self.left[node], self.right[node])
        sums = self.slope * (self.base + self.values[node].sum(axis=1)) + self.offset
        likely: Array = 1 / (1 + np.exp(-sums))
        return likely


Tree = float | list[Any]
"""A tree as it is stored: a leaf's value, or [measure, cut, tree up to the cut, tree beyond]."""


def parsed(read: dict[str, Any]) -> Model:
    """Return the model of what model.json holds."""
    if tuple(read["measures"]) != NAMES:
        raise ValueError("the model was trained on other measures: run benchmarks/train_matcher.py")
    nodes: list[_Node] = []
    roots = np.array([_add(tree, nodes) for tree in read["trees"]])
    measures, cuts, left, right, values, depths = (np.array(c) for c in zip(*nodes, strict=True))
    return Model(
        read["version"],
        roots,
        measures,
        cuts,
        left,
        right,
        values,
        int(depths.max()),
        float(read["base"]),
        float(read["slope"]),
        float(read["offset"]),
    )


class _Node(NamedTuple):
    measure: int
    cut: float
    left: int
    right: int
    value: float
    depth: int
    """Of the tree that begins with it."""


def _add(tree: Tree, nodes: list[_Node]) -> int:
    """Add a tree to the nodes; return where it begins. Inner nodes have their children's mean."""
    if not isinstance(tree, list):
        nodes.append(_Node(0, 0.0, len(nodes), len(nodes), float(tree), 0))
        return len(nodes) - 1
    left, right = _add(tree[2], nodes), _add(tree[3], nodes)
    value = (nodes[left].value + nodes[right].value) / 2
    depth = 1 + max(nodes[left].depth, nodes[right].depth)
    nodes.append(_Node(int(tree[0]), float(tree[1]), left, right, value, depth))
    return len(nodes) - 1


@cache
def shipped() -> Model:
    """Return the model that is shipped."""
    return parsed(
        json.loads(files("articles.duplicates").joinpath("model.json").read_text("utf-8"))
    )
