"""Slips of gan: the losses."""

from grading.slip import Slip

LOSS = "gan.losses."
D_LOSS, D_VJP = LOSS + "discriminator_loss", LOSS + "discriminator_loss_vjp"
SATURATING, NON_SATURATING = LOSS + "saturating", LOSS + "non_saturating"
WHOLE_LOSS = "softplus(real) - label * real + softplus(generated)"

# fmt: off
SLIPS = (
    Slip("d-loss-sides-swapped", "gan.5", D_LOSS, WHOLE_LOSS, "softplus(generated) - label * generated + softplus(real)",
         "The label of 1 belongs to the real images, the 0 to the generated ones."),
    Slip("d-loss-fake-called-real", "gan.5", D_LOSS, "+ softplus(generated)", "+ softplus(-generated)",
         "The discriminator is to call generated images 0; this is the generator's loss."),
    Slip("d-loss-maximised", "gan.5", D_LOSS, WHOLE_LOSS, "label * real - softplus(real) - softplus(generated)",
         "This is the value V, which the discriminator maximises; a loss is minimised: minus V."),
    Slip("d-loss-smoothed-both", "gan.5", D_LOSS, "+ softplus(generated)", "+ softplus(generated) - (1 - label) * generated",
         "Smoothing is for the real images only: generated ones keep the label 0."),
    Slip("d-loss-label-or-one", "gan.5", D_LOSS, "label * real", "(label or 1.0) * real",
         "0 is a label, too: `or` takes it for none."),
    Slip("d-loss-unsmoothed", "gan.5", D_LOSS, "label * real", "real",
         "Real images are called `label`, not 1."),
    Slip("d-loss-smoothing-as-factor", "gan.5", D_LOSS, "softplus(real) - label * real", "label * softplus(-real)",
         "A label of 0.9 is no weight: (1 - label) log(1 - D(x)) is missing."),
    Slip("d-loss-halved", "gan.5", D_LOSS, WHOLE_LOSS, "0.5 * (softplus(real) - label * real + softplus(generated))",
         "The two terms are added, not averaged."),
    Slip("d-vjp-unsmoothed", "gan.6", D_VJP, "sigmoid(real) - label", "sigmoid(real) - 1",
         "The discriminator's answer on a real image is compared with `label`."),
    Slip("d-vjp-fake-forgotten", "gan.6", D_VJP, "dloss * sigmoid(generated)", "0 * dloss * sigmoid(generated)",
         "The generated images have a gradient too."),
    Slip("d-vjp-fake-sign", "gan.6", D_VJP, "dloss * sigmoid(generated)", "-dloss * sigmoid(-generated)",
         "This calls generated images real: the discriminator's gradient pushes their logits down."),
    Slip("d-vjp-smoothed-both", "gan.6", D_VJP, "dloss * sigmoid(generated)", "dloss * (sigmoid(generated) - (1 - label))",
         "Generated images keep the label 0."),
    Slip("d-vjp-slope-of-the-sigmoid", "gan.6", D_VJP, "dloss * (sigmoid(real) - label)",
         "dloss * (sigmoid(real) - label) * sigmoid(real) * (1 - sigmoid(real))",
         "That is the gradient of a squared error: the logarithm cancels the sigmoid's slope."),
    Slip("saturating-d-sign", "gan.9", SATURATING, "-softplus(generated)", "softplus(generated)",
         "This is the discriminator's own loss: the generator minimises log(1 - D)."),
    Slip("saturating-log-d", "gan.9", SATURATING, "-softplus(generated)", "-softplus(-generated)",
         "This is log D, which the generator would drive down: log(1 - D) is -softplus(logit)."),
    Slip("saturating-without-log", "gan.9", SATURATING, "-softplus(generated)", "sigmoid(-generated)",
         "This is 1 - D: the logarithm is missing."),
    Slip("saturating-vjp-sign", "gan.10", SATURATING + "_vjp", "-dloss * sigmoid(generated)", "dloss * sigmoid(generated)",
         "log(1 - D) falls as the logit rises."),
    Slip("saturating-vjp-other-slope", "gan.10", SATURATING + "_vjp", "-dloss * sigmoid(generated)", "-dloss * sigmoid(-generated)",
         "This is the slope of the non-saturating loss."),
    Slip("saturating-vjp-without-log", "gan.10", SATURATING + "_vjp", "-dloss * sigmoid(generated)",
         "-dloss * sigmoid(generated) * sigmoid(-generated)",
         "This is the slope of 1 - D: the logarithm divides it by 1 - D."),
    Slip("non-saturating-d-sign", "gan.11", NON_SATURATING, "softplus(-generated)", "-softplus(-generated)",
         "This is log D; minimised, it makes the images ever easier to tell."),
    Slip("non-saturating-fake-called-fake", "gan.11", NON_SATURATING, "softplus(-generated)", "softplus(generated)",
         "For the generator's loss the label of its images is 1."),
    Slip("non-saturating-without-log", "gan.11", NON_SATURATING, "softplus(-generated)", "sigmoid(-generated)",
         "This is 1 - D: the logarithm is missing."),
    Slip("non-saturating-vjp-sign", "gan.12", NON_SATURATING + "_vjp", "-dloss * sigmoid(-generated)", "dloss * sigmoid(-generated)",
         "-log D falls as the logit rises."),
    Slip("non-saturating-vjp-other-slope", "gan.12", NON_SATURATING + "_vjp", "-dloss * sigmoid(-generated)", "-dloss * sigmoid(generated)",
         "This is the slope of the saturating loss."),
    Slip("non-saturating-vjp-without-log", "gan.12", NON_SATURATING + "_vjp", "-dloss * sigmoid(-generated)",
         "-dloss * sigmoid(-generated) * sigmoid(generated)",
         "This is the slope of -D: the logarithm divides it by D."),
)
# fmt: on
