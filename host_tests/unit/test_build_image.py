"""The flash image: complete, reproducible, without stale files, and leaves what is not its own."""

import gzip

import pytest

from tools import build_image, inline_page


def test_image_holds_bytecode_and_data():
    build_image.build()
    image = build_image.DEFAULT
    held = {path.relative_to(image).as_posix() for path in image.rglob("*") if path.is_file()}
    assert "lib/compat.mpy" in held
    for path in build_image.device_files():
        assert (path.removesuffix(".py") + ".mpy" if path.endswith(".py") else path) in held
    assert not [path for path in held if path.startswith(("lib/", "firmware/")) and ".py" in path]


def test_images_differ_in_constants_only():
    board = build_image.contents()
    scripts = build_image.contents(constants=True)
    assert board.keys() == scripts.keys()
    differ = {path for path in board if board[path] != scripts[path]}
    assert "lib/loadmgmt/reason.mpy" in differ
    assert not [path for path in differ if not path.endswith(".mpy")]
    assert all(len(board[path]) < len(scripts[path]) for path in differ)


def test_stale_files_go_and_the_sites_own_files_stay(tmp_path):
    build_image.build(tmp_path)
    stale = tmp_path / "lib" / "modbus" / "crc.py"
    stale.write_text("broken")
    (tmp_path / "firmware" / "gone" / "deep").mkdir(parents=True)
    (tmp_path / "settings.json").write_text("{}")
    build_image.build(tmp_path)
    assert not stale.exists()
    assert not (tmp_path / "firmware" / "gone").exists()
    assert (tmp_path / "settings.json").read_text() == "{}"


def test_second_build_writes_nothing_and_gives_the_same(tmp_path):
    first = build_image.build(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert build_image.build(tmp_path) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_code_that_does_not_compile_is_named():
    with pytest.raises(SyntaxError, match=r"lib/x\.py does not compile"):
        build_image.compiled("lib/x.py", b"match x:\n    case 1: pass\n")


def test_page_holds_its_scripts_and_styles(tmp_path):
    (tmp_path / "look.css").write_text("p { color: red }")
    (tmp_path / "early.js").write_text("let early = 1;")
    (tmp_path / "late.js").write_text('let late = "a > b";')
    page = tmp_path / "index.html"
    page.write_text(
        '<html><head><link rel="stylesheet" href="look.css" media="all"><script src="early.js">'
        '</script><script defer src="late.js"></script></head><body>words</body></html>'
    )
    text = inline_page.inlined(page)
    assert '<style media="all">\np { color: red }\n</style>' in text
    assert text.index("let early") < text.index("words") < text.index('let late = "a > b";')
    assert "src=" not in text
    assert "href=" not in text


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("a.js", 'import x from "./b.js"'),
        ("a.js", 'const end = "</script>"'),
        ("https://example.org/a.js", ""),
        ("../a.js", ""),
        ("missing.js", None),
    ],
)
def test_page_refuses_what_would_not_work_alone(tmp_path, name, script):
    folder = tmp_path / "www"
    folder.mkdir()
    if script is not None and ":" not in name:
        (folder / name).write_text(script)
    (folder / "index.html").write_text(f'<body><script src="{name}"></script></body>')
    with pytest.raises(ValueError, match="js"):
        inline_page.inlined(folder / "index.html")


def test_page_in_the_image_unpacks(image):
    page = image / "www" / "index.html.gz"
    if not build_image.ROOT.joinpath(build_image.PAGE).exists():
        pytest.skip("there is no page")
    assert b"<html" in gzip.decompress(page.read_bytes())[:200].lower()
