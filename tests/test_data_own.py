"""Own images: what people have is taken, whatever its size and type, or refused in one sentence."""

import gzip
import pickle
import shutil

import numpy as np
import pytest
from matplotlib.image import imsave
from PIL import Image, ImageOps

from data import __main__ as command
from data.idx import DataError, idx_header
from data.sets import CHOICES, load

RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (28, 5, 9), np.uint8)
FLOATS = RNG.random((28, 5, 9))
LABELS = np.arange(28) % 3


@pytest.fixture
def own(tmp_path):
    """Saves arrays, and loads them as own images."""

    def save_and_load(**arrays):
        np.savez(tmp_path / "own.npz", **arrays)
        return load(str(tmp_path / "own.npz"))

    return save_and_load


# What people write for images, and what is then trained on.
IMAGES = {
    "bytes": (BYTES, BYTES),
    "with a channel": (BYTES[..., None], BYTES),
    "integers, column-major": (np.asfortranarray(BYTES.astype(">i8")), BYTES),
    "floats": (FLOATS, FLOATS.astype(np.float32)),
    "half floats": (FLOATS.astype(np.float16), FLOATS.astype(np.float16).astype(np.float32)),
    "black and white": (BYTES > 99, np.uint8(255) * (BYTES > 99)),
    "0 and 1": ((BYTES > 99).astype(np.int8), np.uint8(255) * (BYTES > 99)),
}


@pytest.mark.parametrize("kind", IMAGES)
def test_arrays_of_every_kind_are_taken(own, kind):
    images, expected = IMAGES[kind]
    labels = LABELS[:, None].astype(">i4")
    found = own(
        train_images=images, train_labels=labels, test_images=images[:4], test_labels=LABELS[:4]
    )
    for array, there in zip(found[2:6], (expected, LABELS, expected[:4], LABELS[:4]), strict=True):
        assert np.array_equal(array, there) and array.dtype.isnative
    assert found.train_images.dtype == expected.dtype and found.size == (5, 9)


def test_a_set_in_one_piece_is_shuffled_and_cut_the_same_way_each_time(own):
    first = np.arange(28, dtype=np.uint8)  # each image says which it is
    images = np.tile(first[:, None, None] + 100, (1, 2, 2))
    found, again = (own(images=images, labels=first) for _ in range(2))
    assert found.choice == again.choice and found.digest == again.digest
    assert len(found.train_images) == 24 and len(found.test_images) == 4
    for x, y in (found[2:4], found[4:6]):
        assert np.array_equal(x[:, 0, 0], y + 100)
    assert sorted([*found.train_labels, *found.test_labels]) == first.tolist()
    assert not np.array_equal(found.train_labels, np.sort(found.train_labels))
    unlabelled = own(images=images)
    assert np.array_equal(unlabelled.train_images, found.train_images)
    assert unlabelled.train_labels is None and unlabelled.test_labels is None


def test_a_digest_tells_sets_apart(own):
    arrays = {"x_train": BYTES, "y_train": LABELS, "x_test": BYTES[:4], "y_test": LABELS[:4]}
    others = [
        {name: array.copy() for name, array in arrays.items() if "y" not in name or not bare}
        for bare in (False, False, False, False, True)
    ]
    for name, other in zip(arrays, others, strict=False):
        other[name].flat[-1] ^= 1
    others.append(
        arrays | {"x_train": BYTES.reshape(28, 9, 5), "x_test": BYTES[:4].reshape(4, 9, 5)}
    )
    digests = [own(**other).digest for other in (arrays, *others)]
    assert len(set(digests)) == 7 and {len(digest) for digest in digests} == {16}


def test_classes_that_follow_one_another_are_shuffled_since_validation_is_cut_from_the_end(own):
    given = {"y_train": np.arange(28) // 7, "x_test": BYTES[:4], "y_test": np.arange(4)}
    found = own(x_train=BYTES, **given, names=np.array(["cat", "dog", "bird", "fish"]))
    assert len(set(found.train_labels[-7:])) > 2 and found.classes[3] == "fish"
    for image, label in zip(found.train_images, found.train_labels, strict=True):
        assert any(np.array_equal(image, one) for one in BYTES[given["y_train"] == label])


def images(array, **others):
    return {"images": array, **others}


WRONG = {
    "colour": (images(np.zeros((20, 8, 8, 3))), "images.mean(axis=-1) makes it so"),
    "colour first": (images(np.zeros((20, 3, 8, 8))), "images.mean(axis=1) makes it so"),
    "colour in bytes": (images(np.zeros((20, 8, 8, 3), int)), "images.mean(axis=-1) / 255 makes"),
    "one grey": (images(BYTES * 0), "holds 0 everywhere; expected images that differ"),
    "rows": (images(np.zeros((20, 64))), "images.reshape(-1, H, W) makes it so"),
    "bytes as floats": (images(BYTES * 1.0), "0 to 1: images / 255 makes them so"),
    "from -1": (images(FLOATS * 2 - 1), "(images - images.min()) / (images.max() - images.min())"),
    "0 to 16": (images(BYTES % 17), "values from 0 to 16; expected bytes from 0 to 255 or floats"),
    "16 bits": (images(BYTES * np.uint16(257)), "values from 0 to 65535"),
    "NaN": (images(np.where(FLOATS < 0.1, np.nan, FLOATS)), "np.nan_to_num(images, posinf=1"),
    "infinite": (images(np.where(FLOATS < 0.1, np.inf, FLOATS)), "holds NaN or infinite values"),
    "few": (images(BYTES[:9]), "holds 9 images; expected at least 10"),
    "none": (images(BYTES[:0]), "has the shape (0, 5, 9)"),
    "text": (images(np.full((20, 2, 2), "a")), "holds <U1; expected numbers"),
    "complex": (images(BYTES + 0j), "images is no array of numbers"),
    "another name": ({"data": BYTES}, "holds 'data'; expected images (N, H, W) as x_train or"),
    "two sizes": ({"x_train": BYTES, "x_test": BYTES[:, 1:]}, "are 5 x 9 and 4 x 9; expected one"),
    "half the labels": (
        {"x_train": BYTES, "x_test": BYTES, "y_test": LABELS},
        "of both or neither",
    ),
    "no test images": ({"x_train": BYTES, "y_test": LABELS}, "has no images beside it"),
    "fewer labels": (images(BYTES, labels=LABELS[1:]), "27 labels; expected 28, one an image"),
    "one-hot": (images(BYTES, labels=np.eye(28)), "labels.argmax(axis=1) makes it so"),
    "labels as floats": (images(BYTES, labels=LABELS / 1), "labels.astype(int) makes it so"),
    "labels as text": (images(BYTES, labels=LABELS.astype(str)), "np.unique(labels, return_inv"),
    "two names": (images(BYTES, labels=LABELS, names=["a", "b"]), "names, but labels from 0 to 2"),
    "names as numbers": (images(BYTES, names=np.arange(3)), "int64 (3,); expected printable text"),
    "unprintable": (images(BYTES, names=["a\n"]), "expected printable text"),
}


def complaint(*words):
    """The sentence with which the command ends."""
    with pytest.raises(DataError) as caught:
        command.main([*words])
    return str(caught.value)


def refused(path):
    """The sentence with which the command refuses own images, and nothing else does."""
    with pytest.raises(DataError) as caught:
        load(str(path))
    sentence = str(caught.value)
    assert sentence.endswith(".") and sentence.isprintable() and str(path) in sentence
    return sentence


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_arrays_are_refused_with_how_to_convert_them(tmp_path, kind):
    arrays, expected = WRONG[kind]
    np.savez(tmp_path / "own.npz", **arrays)
    assert expected in refused(tmp_path / "own.npz")


OTHER_FILES = {
    "a.npz": (b"<!DOCTYPE html>", "a web page?"),
    "a.gz": (gzip.compress(b"<html>"), "a web page?"),
    "a.pkl": (pickle.dumps({"x": BYTES}), "data/npz.py says how to convert one"),
    "a.pkl.gz": (gzip.compress(pickle.dumps([])), "data/npz.py says how to convert one"),
    "a.npy": (b"\x93NUMPY\1\0", 'np.savez("own.npz", images=np.load("own.npy"))'),
    "a.png": (b"\x89PNG\r\n", "python -m data pack FOLDER OUT.npz makes"),
    "train-images-idx3-ubyte": (idx_header((9, 2, 2)), "of an IDX file, name the folder"),
    "empty.npz": (b"", "np.savez makes one of arrays"),
    "broken.gz": (b"\x1f\x8bnonsense", "cannot be read"),
}


@pytest.mark.parametrize("name", OTHER_FILES)
def test_another_file_is_refused_with_what_it_is(tmp_path, name):
    content, expected = OTHER_FILES[name]
    (tmp_path / name).write_bytes(content)
    assert expected in refused(tmp_path / name)


def test_nothing_there_is_one_sentence_with_all_that_there_is(tmp_path):
    for choice in ("cifar", str(tmp_path / "no" / "where"), "\0", "x" * 300, "~nobody/x"):
        sentence = complaint("--data", choice)
        assert f"--data is {choice!r}; expected {', '.join(CHOICES)}, or the path" in sentence
        assert sentence.endswith("or of an .npz file that exists.")


PARTS = {
    "train-images": BYTES,
    "train-labels": LABELS,
    "t10k-images": BYTES[:4],
    "t10k-labels": LABELS[:4],
}


def write(folder, spelling, pack=bytes, parts=PARTS):
    for part, array in parts.items():
        path = folder / spelling.format(part, f"idx{array.ndim}-ubyte")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pack(idx_header(array.shape) + array.astype(np.uint8).tobytes()))


@pytest.mark.parametrize(
    "spelling", ["{}-{}", "{}.{}", "{}-{}.gz", "my-set-{}-{}", "{0}-{1}/{0}.{1}"]
)
@pytest.mark.parametrize("test", ["t10k", "test"])
def test_idx_files_are_found_in_every_layout(tmp_path, spelling, test):
    folder = tmp_path / "my images"
    parts = {part.replace("t10k", test): array for part, array in PARTS.items()}
    write(folder, spelling, gzip.compress if spelling.endswith("gz") else bytes, parts)
    found = load(str(folder))
    assert found[:2] == ("my images", str(folder))
    assert all(map(np.array_equal, found[2:6], PARTS.values()))


def test_of_several_sets_in_a_folder_one_is_named_and_emnist_is_turned(tmp_path):
    write(tmp_path, "emnist-letters-{}-{}")
    write(tmp_path, "other-{}-{}", parts={"train-images": BYTES})
    assert f"expected one, as {tmp_path}/emnist-letters." in refused(tmp_path)
    found = load(str(tmp_path / "emnist-letters"))
    assert np.array_equal(found.train_images, BYTES.transpose(0, 2, 1)) and found.size == (9, 5)
    assert len(load(str(tmp_path / "other")).test_images) == 4


def test_a_folder_without_training_images_or_with_labels_of_words_is_refused(tmp_path):
    assert "holds no train-images-idx3-ubyte" in refused(tmp_path)
    write(tmp_path, "{}-{}", parts={"train-images": BYTES})
    (tmp_path / "train-labels-idx1-int").write_bytes(b"\0\0\x0c\1" + bytes(8))
    with pytest.raises(DataError, match="starts with 00 00 0c 01, expected the IDX magic number"):
        load(str(tmp_path))


def test_the_command_says_what_was_found(tmp_path, capsys):
    np.savez(tmp_path / "own.npz", images=BYTES, labels=LABELS, names=["a", "b", "c"])
    command.main(["--data", str(tmp_path / "own.npz")])
    said = capsys.readouterr().out
    for words in ("24 training and 4 test images, 5 x 9 pixels", "3 classes (a, b, c)", "seed 0"):
        assert words in said
    assert load(str(tmp_path / "own.npz")).digest in said


@pytest.fixture
def pictures(tmp_path):
    """A folder with two classes of three pictures, 4 x 6 pixels, and the command that packs it."""
    grey = np.arange(24, dtype=np.uint8).reshape(4, 6) * 10
    for name, colour in (("ink", (1, 1, 1)), ("rust", (1, 0.5, 0))):
        (tmp_path / "all" / name).mkdir(parents=True)
        for k in range(3):
            tinted = (grey[..., None] * np.array(colour) + k).astype(np.uint8)
            imsave(tmp_path / "all" / name / f"{k}.png", tinted)
    out = tmp_path / "out.npz"
    return tmp_path / "all", lambda *more: command.main(
        ["pack", str(tmp_path / "all"), str(out), *more]
    )


def packed(folder):
    with np.load(folder.parent / "out.npz") as file:
        return dict(file)


def test_pictures_are_packed_by_class_as_grey_and_read_back(pictures, capsys):
    folder, pack = pictures
    for k in range(3, 6):
        shutil.copy(folder / "ink" / "0.png", folder / "ink" / f"{k}.png")
    imsave(folder / "ink" / "6.png", np.dstack([np.zeros((4, 6, 3)), np.eye(4, 6)]))  # transparent
    (folder / "ink" / ".DS_Store").write_bytes(b"not a picture")
    (folder / "loose.png").write_bytes(b"not in a class")
    pack()
    said = capsys.readouterr()
    assert "10 images of 4 x 6 pixels, 2 classes, mean brightness 0." in said.out
    found = packed(folder)
    grey = np.arange(24).reshape(4, 6) * 10
    assert (
        found["names"].tolist() == ["ink", "rust"] and found["labels"].tolist() == [0] * 7 + [1] * 3
    )
    assert np.array_equal(found["images"][1], grey + 1)
    assert np.array_equal(found["images"][6], np.uint8(255) * (1 - np.eye(4, 6, dtype=np.uint8)))
    assert np.abs(found["images"][7] - (0.299 + 0.587 / 2) * grey).max() <= 1
    assert load(str(folder.parent / "out.npz")).classes == ("ink", "rust")
    assert "; 1 files beside the folders are passed over" in said.out
    pack("--invert")
    assert np.array_equal(packed(folder)["images"], 255 - found["images"])


@pytest.mark.parametrize("value", range(1, 9))
def test_a_turned_photo_is_packed_upright(pictures, value):
    """As Pillow turns it, by the tag with which cameras say how they were held."""
    folder, pack = pictures
    shutil.rmtree(folder / "ink")
    grey = np.uint8(60) * (np.arange(8)[:, None] // 4 + 2 * (np.arange(16) // 8)).astype(np.uint8)
    for path in (folder / "rust").iterdir():
        path.unlink()
    photo, tags = Image.fromarray(grey), Image.Exif()
    tags[0x0112] = value
    photo.save(folder / "rust" / "0.jpg", exif=tags, quality=95)
    pack()
    with Image.open(folder / "rust" / "0.jpg") as opened:
        expected = np.asarray(ImageOps.exif_transpose(opened)).astype(int)
    assert np.array_equal(packed(folder)["images"][0], expected)


def test_other_sizes_are_refused_unless_all_are_stretched_to_one(pictures):
    folder, pack = pictures
    imsave(folder / "rust" / "3.png", np.kron(np.eye(3), np.ones((4, 4))), cmap="gray")
    with pytest.raises(DataError, match=r"rust/3.png is 12 x 12 pixels, but .*ink/0.png is 4 x 6"):
        pack()
    assert not (folder.parent / "out.npz").exists()
    pack("--side", "3")
    found = packed(folder)["images"]
    assert np.array_equal(found[-1], 255 * np.eye(3))
    first = np.arange(24).reshape(4, 6) * 10
    exact = np.kron(first, np.ones((3, 1))).reshape(3, 4, 3, 2).mean(axis=(1, 3))
    assert np.abs(found[0] - exact).max() <= 0.5


def test_what_is_no_picture_is_refused_by_its_name(pictures, tmp_path):
    folder, _ = pictures
    whole = (folder / "ink" / "0.png").read_bytes()
    for name, content in (("rust/a.png", whole[:60]), ("ink/notes.txt", b"hello")):
        (folder / name).write_bytes(content)
        said = complaint("pack", str(folder), str(tmp_path / "x.npz"))
        assert f"{folder / name} cannot be read as a picture" in said
    (tmp_path / "empty").mkdir()
    for words, expected in (
        ("all x.npz --side -3", "--side is -3; expected 1 to"),
        ("all a/b.npz", "b.npz is no .npz file in a folder that is there"),
        ("empty x.npz", "holds no folders of pictures"),
        ("gone x.npz", "No such file"),
    ):
        source, out, *more = words.split()
        assert expected in complaint("pack", str(tmp_path / source), str(tmp_path / out), *more)
