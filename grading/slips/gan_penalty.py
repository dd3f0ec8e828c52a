"""Slips of gan.penalty."""

from grading.slip import Slip

SLOPE, PENALTY = "gan.penalty.image_gradient", "gan.penalty.slope_penalty"
FACTOR = "leaky_relu_vjp(np.ones(h.shape, h.dtype), h) * mask"
HIDDEN, DOWN = "Layer(dv.T @ t, np.zeros_like(b))", "(dv @ W) * factor"

# fmt: off
SLIPS = (
    Slip("slope-without-leak", "gan.30", SLOPE, FACTOR, "np.ones(h.shape, h.dtype) * mask",
         "The slope of the leaky ReLU is missing."),
    Slip("slope-without-mask", "gan.30", SLOPE, FACTOR, "leaky_relu_vjp(np.ones(h.shape, h.dtype), h)",
         "A unit that was dropped passes no gradient: the mask is missing."),
    Slip("slope-mask-not-rescaled", "gan.30", SLOPE, FACTOR, "leaky_relu_vjp(np.ones(h.shape, h.dtype), h) * (mask > 0)",
         "The mask holds 1 / (1 - rate): multiply by it as it is."),
    Slip("slope-leak-on-the-right", "gan.30", SLOPE, FACTOR, "leaky_relu_vjp(np.ones(h.shape, h.dtype), -h) * mask",
         "The small slope is where the output is negative."),
    Slip("slope-at-the-kink", "gan.30", SLOPE, FACTOR, "np.where(h >= 0, 1, 0.2).astype(h.dtype) * mask",
         "At 0 the slope of the leaky ReLU is that of the left, 0.2."),
    Slip("slope-of-the-probability", "gan.30", SLOPE, "np.ones(out.shape, out.dtype)",
         "np.ones(out.shape, out.dtype) / (2 + np.exp(out) + np.exp(-out))",
         "This is the slope of the probability; the penalty is on that of the logit."),
    Slip("slope-past-the-activation", "gan.30", SLOPE, "affine_vjp_x(ts[-1], W)", "affine_vjp_x(v, W)",
         "Go on with what has passed the activation, not with what has not."),
    Slip("penalty-without-half", "gan.31", PENALTY, ".sum(axis=1) / 2", ".sum(axis=1)",
         "The penalty is half the squared slope."),
    Slip("penalty-of-the-length", "gan.31", PENALTY, "(g * g).sum(axis=1) / 2", "np.sqrt((g * g).sum(axis=1))",
         "The length is squared: its own slope would not fall as the length does."),
    Slip("penalty-mean-over-pixels", "gan.31", PENALTY, "(g * g).sum(axis=1) / 2", "(g * g).mean(axis=1) / 2",
         "A squared length is a sum over the pixels, not a mean."),
    Slip("penalty-gradient-doubled", "gan.31", PENALTY, "dv = g / len(g)", "dv = 2 * g / len(g)",
         "The derivative of half a square is the thing itself."),
    Slip("penalty-sum-over-the-batch", "gan.31", PENALTY, "dv = g / len(g)", "dv = g",
         "The gradient is that of the mean over the batch."),
    Slip("penalty-mean-twice", "gan.31", PENALTY, HIDDEN, "Layer(dv.T @ t / len(g), np.zeros_like(b))",
         "dv has been divided by the number of images already."),
    Slip("penalty-without-factor-on-the-way-up", "gan.31", PENALTY, DOWN, "dv @ W",
         "Mask and slope come in on the second way too."),
    Slip("penalty-transposed-at-need", "gan.31", PENALTY, DOWN, "(dv @ (W.T if len(W) == W.shape[1] else W)) * factor",
         "The way up multiplies by W, also where it is square and its transpose would fit."),
    Slip("penalty-biases-get-gradients", "gan.31", PENALTY, HIDDEN, "Layer(dv.T @ t, t.sum(axis=0) / len(g))",
         "The slope at an image does not change with a bias, as long as no kink is crossed."),
    Slip("penalty-only-the-first-layer", "gan.31", PENALTY, DOWN, "0 * (dv @ W) * factor",
         "The slope depends on the weights of every layer."),
    Slip("penalty-only-the-last-layer", "gan.31", PENALTY, HIDDEN, "Layer(np.zeros_like(W), np.zeros_like(b))",
         "The slope depends on the weights of every layer."),
    Slip("penalty-factor-twice", "gan.31", PENALTY, HIDDEN, "Layer(dv.T @ (t * factor), np.zeros_like(b))",
         "t has its factor already."),
)
# fmt: on
