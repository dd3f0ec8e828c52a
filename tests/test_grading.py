"""Grading end to end: the reference, the empty kit, and answers that fail, cheat or break."""

import ast
import os
import subprocess
import sys
from subprocess import PIPE

import numpy as np
import pytest

from grading import __main__ as command
from grading.check import Record, Seed
from grading.checks import CHECKS
from grading.course import template
from grading.form import FormError, Outputs, require_form
from grading.judge import judge
from grading.reports import report
from grading.sandbox import protocol
from grading.sandbox.workers import finish, start
from tests.answers import BY_LABEL, KL, RIGHT, ROOT, kl, outcome, write

WRONG = "return mu.sum(axis=-1)"


def run(*args, **kwargs):
    """`python -m grading ...` as somebody types it."""
    line = [sys.executable, "-m", "grading", *map(str, args)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120, **kwargs)


def verdicts(screen):
    rows = [line.split() for line in screen.splitlines()]
    return {row[0]: row[2] for row in rows if row[0] in BY_LABEL}


def test_the_reference_gets_full_marks_in_the_order_of_the_checks():
    done = run(".")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(verdicts(done.stdout).items()) == [(c.equation, "PASS") for c in CHECKS]
    assert f"{len(CHECKS)} of {len(CHECKS)} checks passed" in done.stdout.splitlines()


def test_the_kit_imports_and_all_of_it_is_to_do(tmp_path):
    assert run("template", tmp_path / "kit").returncode == 0
    last = {c.function.rpartition(".")[0]: c.function for c in CHECKS}.values()  # of each file
    asked = [c for c in CHECKS if c.function in last]
    done = run("grade", tmp_path / "kit", "--only", ",".join(last))
    assert (done.returncode, done.stderr) == (0, "")
    assert list(verdicts(done.stdout).items()) == [(c.equation, "TODO") for c in asked]
    score, *step = done.stdout.splitlines()[-2:]
    assert score == f"0 of {len(asked)} checks passed" and step[0].startswith("next: write ")


SHADOWS = {"numpy.py": "raise SystemExit", "json.py": "boom", "zipfile.py": "boom"}
ENDLESS = "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()\n"
DEEP_HALF = {"mine/deep/half.py": "HALF = 0.5", "mine/use.py": "from mine.deep.half import HALF"}
RIGHT_ANSWERS = {  # and other files beside them
    "megabytes printed":
        (kl("print('x' * 10**6)\nprint('x' * 10**6, file=sys.stderr)\n" + RIGHT), {}),
    "a thread left running": (kl(RIGHT, ENDLESS), {}),
    "warnings": (kl("np.exp(np.full(3, 800.0))\n" + RIGHT), {}),
    "files named like NumPy and standard modules": (kl(RIGHT), SHADOWS),
    "helpers in a folder of their own":
        (kl(RIGHT.replace("0.5", "HALF"), "from mine.use import HALF\n"), DEEP_HALF),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT_ANSWERS)
def test_right_values_pass(name):
    source, files = RIGHT_ANSWERS[name]
    assert outcome({**files, "vae/elbo.py": source}, seconds=10).verdict == "pass"


LIAR = """\
class Liar(np.ndarray):
    def __array_ufunc__(self, *args, **kwargs): return np.zeros(5)
    def __array_function__(self, *args, **kwargs): return True
    def __eq__(self, other): return np.ones(5, bool)
    def __sub__(self, other): return np.zeros(5)
    def __array__(self, *args, **kwargs): return np.zeros(5)
"""
PATCHES = "np.allclose = np.array_equal = lambda *a, **k: True\nnp.abs = lambda x: np.zeros(5)\n"
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
DEEP = "def deep(n): return deep(n + 1) + 1\n"
HOSTILE: dict[str, tuple[str, str, str]] = {  # verdict, what the detail holds, source
    "endless loop": ("timeout", "not finish in 1.6 s", kl("while True: pass")),
    "endless import": ("timeout", "in 1.6 s", kl(RIGHT, "while True: pass\n")),
    "processor time": ("timeout", "0.8 s of processor time", kl("os.kill(os.getpid(), 24)")),
    "sys.exit": ("error", "SystemExit: 0 (vae/elbo.py:4)", kl("sys.exit(0)")),
    "os._exit at import": ("crashed", "status 0", kl(RIGHT, "os._exit(0)\n")),
    "segfault": ("crashed", "signal 11", kl("import ctypes; ctypes.string_at(0)")),
    "kills its group": ("crashed", "signal 9", kl("os.killpg(0, 9)")),
    "4 GiB": ("error", "emoryError", kl("return np.ones(2**29)")),
    "deep recursion": ("error", "RecursionError", kl("return deep(0)", DEEP)),
    "terminal input": ("error", "EOFError", kl("input()")),
    "a full file": ("error", "File too large", kl("return np.ones(2**18)")),
    "exception": ("error", "ValueError: no (vae/elbo.py:4)", kl("raise ValueError('no')")),
    "syntax error": ("error", "'(' was never closed (vae/elbo.py:4); Python 3.", kl("return (")),
    "a notebook's line": ("error", "only notebooks know it", kl(RIGHT, "get_ipython().magic()\n")),
    "another package": ("error", "what you handed in", kl(RIGHT, "import matplotlib\n")),
    "another class": ("form", "or a tuple of them", kl("return {'kl': mu}")),
    "another field": ("error", "; this Trace has the fields x, y",
                      kl("from collections import namedtuple as n; n('Trace', 'x y')(1, 2).z")),
    "newer syntax": ("error", f"; Python {VERSION} reads", kl(RIGHT, "lazy import os\n")),  # 3.15
    "words of the worker": ("form", "argument 99", kl(
        "import os; open('failure.txt', 'w').write('form\\nit overwrites argument 99'); os._exit(0)"
    )),
    "inputs overwritten": ("form", "overwrites mu,", kl("mu[:] = 0\n" + RIGHT)),
    "control characters": ("error", "ValueError: [2J", kl("raise ValueError('\\x1b[2J\\ngone')")),
    "unprintable exception": ("crashed", "", kl("class E(Exception):\n  __str__ = None\nraise E")),
    "patched numpy": ("wrong", "allowed 3e-14", kl(WRONG, PATCHES)),
    "lying subclass": ("wrong", "allowed 3e-14", kl(WRONG + ".view(Liar)", LIAR)),
    "huge values": ("wrong", "allowed 3e-14", kl("return np.full_like(mu[:, 0], 3e38)")),
    "a tuple of one": ("form", "(array,), expected", kl(RIGHT.replace("n 0", "n (0") + ",)")),
    "float32": ("form", "float32, expected float64", kl(RIGHT + ".astype(np.float32)")),
    "shape": ("form", "shape (5, 1), expected (5,)", kl(RIGHT + "[:, None]")),
    "nan": ("form", "not finite", kl("return np.full(5, np.nan)")),
    "complex": ("form", "complex128", kl(RIGHT + " + 0j")),
    "nothing": ("form", "returned NoneType", kl("pass")),
    "text": ("form", "returned str", kl("return 'PASS'")),
    "ragged list": ("form", "returned list", kl("return [[1.0], 2.0]")),
    "pickle": ("form", "an array of object", kl("return np.array([print], dtype=object)")),
    "too many arrays": ("form", "(array, array), expected array", kl("return mu[:, 0], mu[:, -1]")),
    "not written yet": ("todo", "", kl("raise NotImplementedError('vae.8')")),
    "waits for another": ("todo", "waits for ad.9", kl("raise NotImplementedError('ad.9')")),
    "no function": ("missing", "vae/elbo.py has no function", "import numpy"),
    "not a function": ("missing", "vae/elbo.py has no function", "kl_diag_gaussian = 3"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_every_other_answer_gets_its_own_verdict(name):
    if name == "4 GiB" and sys.platform == "darwin":
        pytest.skip("macOS does not enforce a limit on memory")
    verdict, part, source = HOSTILE[name]
    got = outcome({"vae/elbo.py": source}, seconds=0.8 if verdict == "timeout" else 20)
    assert (got.verdict, part in got.detail) == (verdict, True), got
    assert got.detail.isprintable()


FORMS = (
    "forms = np.frombuffer(b' '.join([{}] * 99), np.uint8)\n"
    "np.savez('outputs.npz', forms=forms, **{{f'{{i}}.0': np.zeros({}) for i in range(99)}})"
)
FORGED = {  # run at import, before the process ends itself without having computed anything
    "no arrays": "np.savez('outputs.npz')",
    "zeros": "np.savez('outputs.npz', **{f'{i}.0': np.zeros(5) for i in range(50)})",
    "not a zip": "open('outputs.npz', 'w').write('PASS')",
    "pickled": "np.savez('outputs.npz', **{'0.0': np.array([print], dtype=object)})",
    "zip bomb": "np.savez_compressed('outputs.npz', **{'0.0': np.zeros(2**23)})",
    "lying header": """import zipfile, struct
header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999,), }"
with zipfile.ZipFile('outputs.npz', 'w') as file:
    length = struct.pack('<H', len(header))
    file.writestr('0.0.npy', b'\\x93NUMPY\\1\\0' + length + header)""",
    "a pipe": "os.mkfifo('outputs.npz')",
    "a pipe for a failure": "os.mkfifo('failure.txt')",
    "a folder": "os.mkdir('outputs.npz')",
    "a link": "np.savez('x.npz', **{'0.0': np.zeros(5)}); os.symlink('x.npz', 'outputs.npz')",
    "an endless link": "os.symlink('/dev/zero', 'outputs.npz')",
    "text": "np.savez('outputs.npz', **{'0.0': np.array(['PASS'] * 5)})",
    "an endless file": "os.truncate(os.open('outputs.npz', os.O_CREAT | os.O_RDWR), 2**26)",
    "a form with an escape": FORMS.format("b'(\\x1b[2J'", 5),
    "a form of more arrays": FORMS.format("b'(**)'", 5),
    "a list that is a number": FORMS.format("b'#'", ()),
    "arrays without end": "np.savez('outputs.npz', **{f'0.{i}': 0.0 for i in range(10_001)})",
    "a verdict": "open('failure.txt', 'w').write('pass\\n')",
    "arrays, it says": "open('failure.txt', 'w').write('arrays\\n')",
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_never_passes_and_never_harms(name):
    got = outcome({"vae/elbo.py": kl(RIGHT, FORGED[name] + "\nos._exit(0)\n")})
    expected = {"zeros": "wrong", "no arrays": "form"}.get(name, "crashed")
    assert got.verdict == expected, got
    if name in ("lying header", "text"):
        assert (
            "promises 79,999" if name == "lying header" else "no array of numbers"
        ) in got.detail


def test_a_list_of_wrong_arrays_is_judged_as_a_tuple_of_them():
    source = "def kl_diag_gaussian_vjp(dkl, mu, logvar):\n    return [dkl[:, None] * mu, logvar]\n"
    got = outcome({"vae/elbo.py": source}, BY_LABEL["vae.12"])
    assert got.verdict == "wrong" and got.counterexample and "expected" in got.counterexample.words


@pytest.mark.skipif(sys.platform != "linux", reason="macOS knows no such names")
def test_a_file_whose_name_is_no_unicode_can_be_graded(tmp_path):
    write(tmp_path, {"vae/elbo.py": kl(RIGHT)})
    (tmp_path / "vae" / os.fsdecode(b"\xfcbung.py")).write_text("")
    argv = [str(tmp_path), "--only", "vae.8", "--json", str(tmp_path / "x.json")]
    assert command.main(argv) == 0


def test_a_list_without_end_is_not_taken_apart():
    rows, like = Outputs([np.empty((2**40, 0))], "#"), (np.ones(1), np.ones(1))
    with pytest.raises(FormError, match=r"\[array, ...\], expected \(array, array\)"):
        require_form((np.ones(1),), rows, like)


def test_an_answer_of_any_size_is_read_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(protocol, "LARGEST_ANSWER", 1000)
    got = outcome({"vae/elbo.py": kl(RIGHT)})
    assert (got.verdict, "cannot be read" in got.detail) == ("crashed", True)


def test_inputs_of_every_kind_arrive_as_they_were_and_outputs_too():
    source = (
        "import collections, numpy as np\nPair = collections.namedtuple('Pair', 'left right')\n"
        "def echo(F, mask, rng, pair, none, n, x, s):\n"
        "    assert (none, s) == (None, 'vae') and (type(n), type(x)) == (int, float)\n"
        "    return F, (mask, rng.random(3)), pair, np.array(n), np.float64(x), pair.left.right.T\n"
    )
    F, G = np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(4).reshape(2, 2)
    pair = Record("Pair", (Record("Pair", (F[0], G)), np.float32(0.1) * F))
    case = (F, np.array([True, False]), Seed(7), pair, None, 3, 0.1 + 0.2, "vae")
    got = finish(start({"a/b.py": source.encode()}, "a.b.echo", [case, case], 20))
    drawn = np.random.default_rng(7).random(3)
    expected = F, case[1], drawn, F[0], G, pair.fields[1], 3, 0.1 + 0.2, G.T
    assert got.kind == "arrays", got
    for outputs in got.outputs:
        for a, b in zip(outputs, expected, strict=True):
            assert type(a) is np.ndarray and a.dtype == np.asarray(b).dtype
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("use", ["from random import half", "import random\nhalf = random.half"])
@pytest.mark.parametrize("place", ["random.py", "random/__init__.py"])
def test_a_file_named_like_a_standard_module_is_told_so(place, use):
    got = outcome({place: "half = 0.5", "vae/elbo.py": kl(RIGHT, f"{use}\n")})
    assert "Python's own module random hides yours: give yours another name" in got.detail
    assert outcome({place: "half = 1", "vae/elbo.py": kl("None.x")}).detail.endswith("elbo.py:4)")


def test_another_number_of_fields_is_one_sentence():
    check = next(c for c in CHECKS if c.function == "vae.mlp.backward")
    above, below = (ROOT / "vae/mlp.py").read_text().split("    encoder: Values  # images", 1)
    helpers = {str(p.relative_to(ROOT)): p.read_text() for p in ROOT.glob("[av]*/*.py")}
    got = outcome(
        {**helpers, "vae/mlp.py": f"{above}    extra: int\n    encoder: Values  # images{below}"},
        check,
    )
    assert got.verdict == "form" and "its class Trace cannot be made" in got.detail
    assert "missing 1 required" in got.detail and "the 4 fields of the kit" in got.detail


def test_probabilities_are_no_samples():
    check = next(c for c in CHECKS if c.function == "rbm.gibbs.bernoulli")
    source = "import numpy as np\ndef bernoulli(rng, p):\n    rng.random(3)\n    return p\n"
    got = outcome({"rbm/gibbs.py": source}, check)
    assert (got.verdict, "other than 0 and 1: expected samples" in got.detail) == ("wrong", True)


def test_a_class_or_file_that_is_absent_is_missing():
    forward = BY_LABEL["vae.26"]
    got = outcome({"vae/mlp.py": "def forward(x, eps, params): pass"}, forward)
    assert (got.verdict, got.detail) == ("missing", "vae/mlp.py has no class Params")
    got = outcome({"vae/elbo.py": kl(RIGHT)}, forward)
    assert (got.verdict, got.detail) == ("missing", "there is no vae/mlp.py")
    got = outcome({"vae/mlp.py": "from autograd_lite.ops import affine"}, forward)
    assert got.verdict == "error" and "(vae/mlp.py:1)" in got.detail


def test_letters_that_the_screen_does_not_have_do_no_harm(tmp_path):
    folder = write(tmp_path, {"vae/elbo.py": kl("raise ValueError('σ²')")})
    done = run(folder, "--only", "vae.8", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "ValueError: ??" in done.stdout


IMPOSSIBLE = """
| arguments are required: grade|template
grade | Expected a folder to grade, or --all DIR with --csv FILE.
--only vae | Expected a folder to grade, or --all DIR with --csv FILE.
student --speed 3 | unrecognized arguments: --speed 3
grade absent | no folder absent
absent | no folder absent
empty | none of the folders autograd_lite, rbm, vae
student --only vae.999 | No check is called vae.999
student --only va | No check is called va;
student --seed -1 | --seed
student --seconds 0 | --seconds
student --seconds nan | --seconds
student --csv x.csv | Expected a folder to grade
student --json absent/x.json | no folder absent for --json
student --json empty | --json empty is a folder
--all empty | needs --csv
--all empty --csv x.csv --json x | needs --csv
--all empty --csv x.csv | holds no submission
--all empty --csv x.csv --feedback file | --feedback file is no folder
--all absent --csv x.csv | no folder absent
template student | student is not empty
template student/vae/elbo.py | is a file
template student/vae/elbo.py/kit | cannot be made
slip no-such-slip | no-such-slip
"""


@pytest.mark.parametrize("line", IMPOSSIBLE.strip().splitlines())
def test_what_cannot_be_done_is_a_sentence_and_status_2(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"student/vae/elbo.py": kl(RIGHT), "file": ""})
    (tmp_path / "empty").mkdir()
    argv, _, words = line.partition("| ")
    try:
        status = command.main(argv.split())
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    assert (status, said.out) == (2, "") and words in said.err and said.err.count("\n") == 1
    assert (tmp_path / "student/vae/elbo.py").read_text() == kl(RIGHT)
    assert len(list(tmp_path.rglob("*"))) == 5  # nothing was written


def test_a_reader_that_leaves_early_is_no_failure():
    line = [sys.executable, "-m", "grading", "slip"]
    with subprocess.Popen(line, cwd=ROOT, stdout=PIPE, stderr=PIPE, text=True) as listing:
        assert listing.stdout and listing.stderr
        listing.stdout.close()
        assert (listing.stderr.read(), listing.wait(20)) == ("", 0)


def test_a_judge_that_breaks_is_no_zero_and_the_rest_is_graded(tmp_path, monkeypatch, capsys):
    def broken(check, inputs, outputs):
        if check is KL:
            raise ZeroDivisionError("oracle")
        return judge(check, inputs, outputs)

    monkeypatch.setattr(report, "judge", broken)
    vjp = "def kl_diag_gaussian_vjp(dkl, mu, logvar):\n    return dkl, mu\n"
    folder = write(tmp_path, {"vae/elbo.py": kl(RIGHT) + vjp})
    assert command.main([str(folder), "--only", "vae.elbo"]) == 3
    said = capsys.readouterr()
    assert verdicts(said.out)["vae.8"] == "HARNESS" and verdicts(said.out)["vae.12"] == "FORM"
    assert said.err == "The grading itself failed on vae.8.\n"


def functions(source):
    return {n.name: n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)}


CHECKED = {check.function for check in CHECKS}
MODULES = sorted({name.rsplit(".", 1)[0].replace(".", "/") + ".py" for name in CHECKED})


@pytest.mark.parametrize("path", MODULES)
def test_the_kit_has_what_is_checked_and_its_words_are_the_references(path):
    text = template.kit()[path]
    reference, kit = functions((ROOT / path).read_text()), functions(text)
    module = path.removesuffix(".py").replace("/", ".")
    assert {f"{module}.{name}" for name in kit} == {
        n for n in CHECKED if n.rsplit(".", 1)[0] == module
    }
    for name, stub in kit.items():
        assert ast.dump(stub.args) == ast.dump(reference[name].args)
        assert ast.get_docstring(stub) == ast.get_docstring(reference[name])
        assert ast.unparse(stub.body[1:]).startswith("raise NotImplementedError('")
        assert len(stub.body) == 2
    assert text.count("\nimport numpy as np\n") == 1 and compile(text, path, "exec")


CUT = '''\
 """Doc."""

 HALF = 0.5  # stays


 # about f
 @decorator
 def f(x):  # in
     """Doc of f."""
-    # secret
-    y = x  # secret
-    return y
-    # secret
+    raise NotImplementedError("a.1, a.2")


 class Keep:
     """Doc of Keep."""
-
-
-# secret
-def helper(x):
-    return x
'''


def test_a_body_leaves_nothing_behind():
    before, after = (
        "".join(line[1:] + "\n" for line in CUT.splitlines() if line[:1] in signs)
        for signs in (" -", " +")
    )
    assert template.stubbed(before, {"f": ["a.1", "a.2"]}) == after
    with pytest.raises(ValueError, match="f is checked, but has no docstring"):
        template.stubbed("def f(x):\n    return x\n", {"f": ["a.1"]})
