"""Laws of both players' losses and their rules, at any logits."""

import math

import numpy as np
from hypothesis import strategies as st

from autograd_lite.tape import gradient as slope
from tests.laws.draws import close, cut, numbers
from tests.laws.law import law

L = "gan.losses."
LOSS, LOSS_VJP = L + "discriminator_loss", L + "discriminator_loss_vjp"
SATURATING, SATURATING_VJP = L + "saturating", L + "saturating_vjp"
OTHER, OTHER_VJP = L + "non_saturating", L + "non_saturating_vjp"
labels = numbers(0.5, 1.0)
logits = st.integers(1, 5).flatmap(lambda n: cut((n,), (n,), low=9.0))
wide = st.integers(1, 5).flatmap(lambda n: cut((n,), (n,), low=1e4))
two_pairs = st.integers(1, 5).flatmap(lambda n: cut((2, n), (2, n), low=9.0))
one = numbers(3)


@law("gan.5", LOSS, drawn=two_pairs, label=labels, share=numbers(0.0, 1.0))
def the_discriminator_s_loss_is_convex_in_its_logits(loss, drawn, label, share):
    a, b = drawn
    chord = share * loss(*a, label) + (1 - share) * loss(*b, label)
    assert (loss(*(share * a + (1 - share) * b), label) <= chord + 1e-9).all()


@law("gan.6", LOSS, LOSS_VJP, drawn=logits, label=labels, weight=one)
def the_rule_of_the_discriminator_s_loss_is_its_slope(loss, vjp, drawn, label, weight):
    by_tape = slope(lambda *a: weight * loss(*a, label).sum(), *drawn)
    assert all(map(close, vjp(np.full(len(drawn[0]), weight), *drawn, label), by_tape))


@law("gan.10 gan.12", SATURATING, SATURATING_VJP, OTHER, OTHER_VJP, drawn=logits, weight=one)
def the_rules_of_the_generator_s_losses_are_their_slopes(
    saturating, saturating_vjp, other, other_vjp, drawn, weight
):
    a, _ = drawn
    for loss, vjp in ((saturating, saturating_vjp), (other, other_vjp)):
        (by_tape,) = slope(lambda a, loss=loss: weight * loss(a).sum(), a)
        assert close(vjp(np.full(len(a), weight), a), by_tape)


@law("gan.5 gan.9", LOSS, SATURATING, drawn=wide, moved=numbers(1e4), label=labels)
def what_the_saturating_loss_gains_the_discriminator_loses(loss, saturating, drawn, moved, label):
    real, generated = drawn
    both = loss(real, generated, label) + saturating(generated)
    assert close(both, loss(real, generated + moved, label) + saturating(generated + moved))


@law("gan.9 gan.11", SATURATING, OTHER, drawn=wide)
def the_two_losses_are_each_other_s_mirror_and_add_up_to_minus_the_logit(saturating, other, drawn):
    a, _ = drawn
    assert close(other(a), -saturating(-a))
    assert close(other(a) + saturating(a), -a)


@law("gan.5 gan.9 gan.11", LOSS, SATURATING, OTHER, drawn=wide, label=labels)
def every_loss_lies_within_log_2_of_straight_lines_as_far_as_logits_go(
    loss, saturating, other, drawn, label
):
    real, generated = drawn
    lines = np.maximum(generated, 0)
    for above in (-saturating(generated) - lines, other(-generated) - lines):
        assert ((above >= -1e-9) & (above <= math.log(2) + 1e-9)).all()
    above = loss(real, generated, label) - np.maximum(real, 0) + label * real - lines
    assert ((above >= -1e-9) & (above <= math.log(4) + 1e-9)).all()


@law("gan.13", SATURATING_VJP, OTHER_VJP, drawn=logits)
def both_slopes_are_downhill_and_their_ratio_is_exp_of_minus_the_logit(slow_vjp, fast_vjp, drawn):
    a, _ = drawn
    slow, fast = slow_vjp(np.ones(len(a)), a), fast_vjp(np.ones(len(a)), a)
    assert (slow < 0).all() and (fast < 0).all()
    assert close(fast / slow / np.exp(-a), np.ones(len(a)), 1e-8)
