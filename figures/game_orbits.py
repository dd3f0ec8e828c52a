"""The smallest game of a GAN, played by the code's losses: where the two players go."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from autograd_lite.ops import Array, Layer
from autograd_lite.optim import momentum_step
from figures.style import LINES, sheet
from gan.losses import saturating_vjp
from gan.penalty import slope_penalty
from gan.players import discriminator_gradient


class Game(NamedTuple):
    """How the smallest game is played; the rate of a step is rate (1 - momentum)."""

    name: str
    turns: bool
    penalty: float = 0.0
    momentum: float = 0.0
    rate: float = 0.2


def step(game: Game, place: Array, velocity: Array) -> tuple[Array, Array]:
    """(psi, theta) and the players' last steps, (2,) each, after a step of both."""
    rate = game.rate * (1 - game.momentum)
    for movers in ([0], [1]) if game.turns else ([0, 1],):
        both = place, velocity
        new = momentum_step(*both, _gradients(place, game.penalty), rate, game.momentum)
        place, velocity = (x.copy() for x in both)
        place[movers], velocity[movers] = (x[movers] for x in new)
    return place, velocity


def orbit(game: Game, steps: int) -> Array:
    """(psi, theta) from (0, 1) on: (steps + 1, 2)"""
    place: Array = np.array([0.0, 1.0])
    velocity: Array = np.zeros(2)
    path = [place]
    for _ in range(steps):
        place, velocity = step(game, place, velocity)
        path.append(place)
    return np.array(path)


def _gradients(point: Array, penalty: float) -> Array:
    """Of the discriminator's loss with its penalty by psi, of the saturating loss by theta."""
    psi, theta = point
    zero, D = np.zeros((1, 1)), (Layer(np.array([[psi]]), np.zeros(1)),)
    _, (by_loss,) = discriminator_gradient(zero, np.array([[theta]]), ((), ()), D, 1.0)
    _, (by_slope,) = slope_penalty(zero, (), D)
    by_theta = psi * saturating_vjp(np.ones(()), psi * theta)
    return np.array([(by_loss.W + penalty * by_slope.W).item(), float(by_theta)])


def _orbits(games: Sequence[Game], steps: int, reach: float) -> Figure:
    figure = sheet(900, 360)
    grid = figure.subplots(1, len(games), sharex=True, sharey=True)
    for axes, game, colour in zip(grid, games, LINES, strict=True):
        axes.plot(*(path := orbit(game, steps)).T, color=colour, lw=1.1)
        axes.plot(*path[0], "o", color="black", mfc="white", ms=7)
        axes.plot(*path[-1], "o", color="black", ms=6)
        axes.plot(0, 0, "k+", ms=11, mew=1.8)
        words = f"{steps} steps: distance {np.hypot(*path[-1]):.2f}"
        axes.text(0.04, 0.03, words, transform=axes.transAxes)
        axes.set(title=game.name, xlabel="discriminator $\\psi$", aspect="equal")
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
    grid[0].set(ylabel="generator $\\theta$")
    return figure


def orbits() -> Figure:
    """200 steps of the smallest game from (0, 1): rate 0.2, with momentum 0.5 rate 0.1."""
    games = (
        Game("both at once", False),
        Game("in turns", True),
        Game("in turns, momentum ½", True, 0, 0.5),
    )
    return _orbits(games, 200, 3.0)


def penalty_orbits() -> Figure:
    """300 steps from (0, 1), in turns, rate 0.2, with momentum 0.5 rate 0.1."""
    games = (
        Game("penalty $\\gamma = 0.6$", True, 0.6),
        Game("$\\gamma = 0.05$", True, 0.05),
        Game("$\\gamma = 0.05$, momentum ½", True, 0.05, 0.5),
    )
    return _orbits(games, 300, 2.5)
