"""What the quick page says under each figure, and to those who cannot see it."""

from typing import NamedTuple


class Caption(NamedTuple):
    """What there is to see, and the alt text: what is in the picture."""

    caption: str
    alt: str


CAPTIONS = {
    "rbm-restored": Caption(
        "The first test image of each digit, the same with pixels taken away (light blue), and what"
        " the RBM puts in their place, grey where it is unsure: mean probability of ink over the"
        " last 100 of 200 Gibbs sweeps in which the given pixels are held fixed. With 20 hidden"
        " units the strokes blur. With 500 they stay sharp, but where little is given a sharp"
        " stroke may be the wrong one, or break off.",
        "Nine blocks of ten digits, each original, damaged and restored. Rows: 20, 100 and 500"
        " hidden units. Columns: 20, 50 and 80 percent of the pixels missing.",
    ),
    "rbm-filters": Caption(
        "Each tile is the column of W of one hidden unit, laid out as an image. Ink on red makes"
        " the unit more likely to be on, ink on blue less so. With few hidden units each responds"
        " to whole digits; with many, to a piece of a stroke or to a spot that is left blank.",
        "Three mosaics of weights in red and blue: all of 20 hidden units, all of 100, and the"
        " strongest 100 of 500.",
    ),
    "rbm-pseudo-likelihood": Caption(
        "How well each pixel is predicted from all the others: the sum over pixels of log P(pixel |"
        " the rest), where 0 would be perfect. A validation line (dashed) that falls while its"
        " training line rises would be overfitting. Estimated from ten random pixels of each of"
        " 2,000 images, hence the jitter.",
        "Log pseudo-likelihood in nats an image against epochs for three RBMs, training solid,"
        " validation dashed: the more hidden units, the higher.",
    ),
    "rbm-samples": Caption(
        "Each tile is a Gibbs chain of its own: a random start, then 1,000 sweeps in which no"
        " pixel is given; shown is the probability of ink. More hidden units make crisper digits,"
        " but also chains that mix slowly and seldom leave the first kind of digit they come to.",
        "Three mosaics of sampled digits, from RBMs of 20, 100 and 500 hidden units.",
    ),
    "vae-manifold": Caption(
        "What the decoder draws for 20 x 20 codes. Neighbours look alike, and on the way from one"
        " digit to another stand all that lies between them. Most codes of the prior lie within 2"
        " of the middle.",
        "A square of 20 by 20 digits that turn gradually into one another.",
    ),
    "vae-latent-means": Caption(
        "Each dot is a test image, where the encoder puts it; it never saw which digit it is. A"
        " number stands at the median of its digit's dots. Where two digits overlap, two codes are"
        " too few to tell them apart. Dashed circles: 1 and 2 standard deviations of the prior.",
        "Scatter of the test images by their two codes: digits form clusters, and some overlap.",
    ),
    "vae-reconstructions": Caption(
        "Decoded posterior means. Two codes give a digit of about the right kind; 8 and 16 bring"
        " back the handwriting.",
        "Ten test digits and, in three rows below, their reconstructions from 2, 8 and 16 codes.",
    ),
    "vae-costs": Caption(
        "The cost is minus a bound on log p(image): lower is better. More codes pay more KL and"
        " save more than that in reconstruction. The numbers are those of the validation images"
        " after the last epoch.",
        "Cost, reconstruction and KL in nats an image against epochs for 2, 8 and 16 codes,"
        " training solid, validation dashed.",
    ),
    "vae-autoencoder": Caption(
        "Right a network trained by the same code without noise and without KL: an autoencoder. Its"
        " codes lie wherever reconstruction is best, far outside the dashed circles (1 and 2"
        " standard deviations of the prior), and nothing says what lies between them. Below: codes"
        " drawn from the prior, decoded. For the VAE they are typical codes; for the autoencoder"
        " they are one small spot of the plane.",
        "Two scatter plots of test images by their codes, and under each twenty decoded codes.",
    ),
    "vae-convolutional": Caption(
        "The same plane of codes from a network that sees neighbourhoods, with a third of the dense"
        " network's parameters, shown a sixth of the images.",
        "A square of 20 by 20 digits that turn gradually into one another.",
    ),
    "gan-samples": Caption(
        "Above: samples of the generator, and under each the training image nearest to it. Were the"
        " two alike, the generator would have memorised them. Below: the noise moves linearly from"
        " one draw to another, and the digits move with it. Strokes are sharper than a VAE's, since"
        " the discriminator finds out whatever blurs; some samples are no digit at all.",
        "Sixteen sampled digits above sixteen real ones, and six rows of twelve digits, each row"
        " turning from one digit into another.",
    ),
    "gan-epochs": Caption(
        "The same sixteen draws of noise after more and more epochs. The generator never sees a"
        " digit: all that it learns comes through the discriminator's gradient.",
        "Eight mosaics of sixteen images, first grey noise, then blots, then digits.",
    ),
    "gan-losses": Caption(
        "Neither loss is meant to go to zero. At the equilibrium, where generated images are"
        " distributed as real ones and the best discriminator says 1/2 everywhere, both would be at"
        " the dashed lines. A discriminator below its own still tells them apart.",
        "Losses of discriminator and generator in nats an image against epochs, and a level line"
        " for each.",
    ),
}
