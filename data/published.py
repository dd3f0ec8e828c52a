"""The sets that others publish, and by which sums their files are known.

Sums of the .gz files and of the archive are those of TensorFlow Datasets (folder url_checksums of
its repository: fashion_mnist.txt, kmnist.txt, emnist.txt); their MD5 stand in torchvision's
datasets/mnist.py. MNIST is known by its decompressed bytes, since anybody may compress it anew.
"""

import string
from collections.abc import Iterable
from typing import NamedTuple


class Published(NamedTuple):
    name: str  # as the screen and figures print it
    classes: tuple[str, ...]
    mirrors: tuple[str, ...]  # folders of its files; or one .zip file that holds them
    sums: dict[str, str]  # by file, the SHA-256: training images, labels, test images, labels
    decompressed: bool = False  # these are sums of; "" where the archive's sum stands for a file's
    first: int = 0  # the label that the first class has in the files


ARCHIVE_BYTES = 561_753_746
ARCHIVE_SUM = "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e"
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def _set(
    name: str, classes: Iterable[str], mirrors: str, sums: str, decompressed: bool = False
) -> Published:
    known = dict(zip(FILES, sums.split(), strict=True))
    return Published(name, tuple(classes), tuple(mirrors.split()), known, decompressed)


def _emnist(name: str, classes: str, first: int) -> Published:
    files = (f"emnist-{name}-{file.replace('t10k', 'test')}" for file in FILES)
    mirrors = (
        "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
        "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/gzip.zip",
    )
    sums = dict.fromkeys(files, "")
    return Published(f"EMNIST {name}", tuple(classes), mirrors, sums, first=first)


PUBLISHED = {
    "mnist": _set(
        "MNIST",
        string.digits,
        """https://ossci-datasets.s3.amazonaws.com/mnist/
        https://storage.googleapis.com/cvdf-datasets/mnist/""",
        """ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
        65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
        0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
        ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2""",
        decompressed=True,
    ),
    "fashion-mnist": _set(
        "Fashion-MNIST",
        "T-shirt,trouser,pullover,dress,coat,sandal,shirt,sneaker,bag,ankle boot".split(","),
        """http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/
        https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/""",
        """3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84
        a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845
        346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073
        67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5""",
    ),
    "kmnist": _set(
        "KMNIST",
        "o ki su tsu na ha ma ya re wo".split(),
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        """51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4
        e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17
        edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5
        20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c""",
    ),
    "emnist-digits": _emnist("digits", string.digits, 0),
    "emnist-letters": _emnist("letters", string.ascii_uppercase, 1),
}
