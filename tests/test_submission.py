"""Taking submissions in: what is kept of every kind of upload, and that no upload is a trap."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import os
import re
import socket
import stat
import struct
import tarfile
import tempfile
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader import submission
from grader.errors import SubmissionOutOfReach, SubmissionUnreadable
from grader.intake import basket as limits
from grader.intake import folder as folder_module
from grader.intake.archives import unpack
from grader.intake.basket import Basket
from grader.submission import Source, Submission
from tests.uploads import CODE, FILES, held, tar_of, tgz_of, unprivileged, write, zip_of

Packer = Callable[[Mapping[str, bytes]], bytes]
PACKERS: dict[str, Packer] = {
    "s.zip": zip_of,
    "s.tar": tar_of,
    "s.tar.gz": tgz_of,
    "s.tgz": tgz_of,
}


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    folder = tmp_path / "upload"
    folder.mkdir()
    return folder


def take(path: Path, name: str, into: Path) -> Submission:
    return submission.take(Source(path=path, name=name), into)


def take_bytes(data: bytes, into: Path, name: str = "s.zip") -> Submission:
    upload = into.parent / name
    upload.write_bytes(data)
    return take(upload, "s", into)


# --- what is kept ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PACKERS)
def test_every_kind_of_upload_gives_the_same_snapshot(upload: Path, into: Path, name: str) -> None:
    """Folder, zip, tar and gzipped tar of the same files: same snapshot, same digest, no notes."""
    plain = take(write(upload, FILES), "s", into)
    packed = take_bytes(PACKERS[name](FILES), into, name)

    assert held(packed) == held(plain) == FILES
    assert packed.digest == plain.digest
    assert packed.notes == plain.notes == ()


def test_digest_tells_names_and_bytes_apart(upload: Path, into: Path) -> None:
    """Moving a byte from one file to the next, or renaming a file, is another submission."""
    digests = {
        take_bytes(zip_of(files), into).digest
        for files in (
            {"a.py": b"12", "b.py": b"3"},
            {"a.py": b"1", "b.py": b"23"},
            {"a.py": b"12", "c.py": b"3"},
        )
    }

    assert len(digests) == 3


def test_clutter_is_passed_over(upload: Path, into: Path) -> None:
    """Caches, hidden folders, environments and reports neither arrive nor are worth a word."""
    clutter = (
        ".git/config.py __pycache__/corr2d.cpython-311.pyc .venv/lib/a.py venv/b.py env/lib/site-packages/c.py "
        ".vscode/settings.json __MACOSX/._corr2d.py ._corr2d.py .DS_Store .git/HEAD .ipynb_checkpoints/a.ipynb "
        "corr2d.pyc Thumbs.db reports/index.html"
    )
    taken = take(write(upload, FILES | dict.fromkeys(clutter.split(), b"x")), "s", into)

    assert held(taken) == FILES
    assert taken.notes == ()


@pytest.mark.parametrize("name", ["folder", *PACKERS])
def test_other_kinds_of_files_are_left_out(upload: Path, into: Path, name: str) -> None:
    """With a note about the first of each kind: code that opens one of them would look for it in vain."""
    files = FILES | dict.fromkeys(["Makefile", "config.yaml", "plots/a.png", "plots/b.PNG"], b"x")
    taken = take(write(upload, files), "s", into) if name == "folder" else take_bytes(PACKERS[name](files), into, name)

    assert held(taken) == FILES
    assert sorted(taken.notes) == [
        "Makefile was left out: files without an ending are not taken in",
        "config.yaml was left out: .yaml files are not taken in",
        "plots/a.png was left out: .png files are not taken in",
    ]


def test_hostile_kinds_of_files_break_no_line(into: Path) -> None:
    """Whatever stands behind the dot is shown, never obeyed, and notes stay few."""
    files = {f"a.\x1b[31m\n{'x' * 300}{i}": b"" for i in range(100)}
    taken = take_bytes(zip_of(FILES | files), into)

    assert held(taken) == FILES
    assert len(taken.notes) == limits.MOST_NOTES + 1
    assert all(note.isprintable() and len(note) < 300 for note in taken.notes)


def test_the_students_page_names_the_kinds_that_are_kept() -> None:
    """No more, no fewer."""
    page = (Path(__file__).parents[1] / "exercises" / "starter" / "README.md").read_text(encoding="utf-8")
    [listed] = re.findall(r"Files that you hand in\s+\(([^)]*)\)", page)

    assert set(re.findall(r"\.\w+", listed)) == limits.KEPT_SUFFIXES


@pytest.mark.parametrize("around", ["submission/", "alice_123/submission/", "ä ö/"])
@pytest.mark.parametrize("name", ["s.zip", "s.tgz", "folder"])
def test_a_folder_around_everything_is_unwrapped(upload: Path, into: Path, around: str, name: str) -> None:
    """A single top-level folder, or several inside each other, is packaging."""
    files = {around + file: content for file, content in FILES.items()} | {
        "__MACOSX/._x.py": b"",
        ".hidden.py": b"",
    }
    taken = take(write(upload, files), "s", into) if name == "folder" else take_bytes(PACKERS[name](files), into, name)

    assert held(taken) == FILES


def test_two_top_level_folders_stay() -> None:
    """Only what wraps everything is packaging."""
    basket = Basket("s")
    unpack(zip_of({"a/corr2d.py": CODE, "b/corr2d.py": CODE}), basket)
    basket.tidy()

    assert set(basket.files) == {("a", "corr2d.py"), ("b", "corr2d.py")}


@pytest.mark.parametrize("name", ["folder", "s.tar"])
def test_snapshot_is_readable_by_the_worker_only_for_reading(upload: Path, into: Path, name: str) -> None:
    """Files 0644 and folders 0755 whatever the umask and the upload's own modes; ours, not theirs."""
    write(upload, FILES)
    (upload / "corr2d.py").chmod(0o4777)
    before = os.umask(0o077)
    try:
        taken = take(upload, "s", into) if name == "folder" else take_bytes(tar_of(FILES), into, name)
    finally:
        os.umask(before)

    folder = Path(taken.folder)
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*") if p.is_file()} == {0o644}
    assert {stat.S_IMODE(p.stat().st_mode) for p in [folder, *folder.rglob("*")] if p.is_dir()} == {0o755}
    assert {p.stat().st_uid for p in folder.rglob("*")} == {os.geteuid()}


@pytest.mark.parametrize("source", [b"\xff\xfe\x00print", b"a\x00b", "# größe\n".encode("latin-1"), b""])
def test_sources_are_taken_as_bytes(upload: Path, into: Path, source: bytes) -> None:
    """What is no UTF-8 or holds null bytes arrives as it is: the worker says what Python says."""
    taken = take(write(upload, {"corr2d.py": source}), "s", into)

    assert held(taken) == {"corr2d.py": source}


def test_an_empty_folder_is_an_empty_submission(upload: Path, into: Path) -> None:
    """Every exercise is then missing, which is for the judge to say."""

    assert held(take(upload, "s", into)) == {}


# --- names ----------------------------------------------------------------------------------------

HOSTILE_NAMES = {
    "../evil.py": "leads out",
    "a/../../evil.py": "leads out",
    "/etc/evil.py": "leads out",
    "//evil.py": "leads out",
    "..\\evil.py": "leads out",
    "C:\\evil.py": "leads out",
    "C:/evil.py": "leads out",
    "a\nb.py": "control characters",
    "a\x1b[31m.py": "control characters",
    "x" * 300 + ".py": "longer than",
    "ä" * 150 + ".py": "longer than",
    "d/" * 40 + "deep.py": "folders deep",
}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize("kind", ["s.zip", "s.tar", "s.tgz"])
def test_hostile_names_in_archives_are_left_out(into: Path, kind: str, name: str) -> None:
    """No name leads out of the snapshot or breaks a line of a report; the other files are graded."""
    if kind != "s.zip":
        name = name.replace("..\\", "../").replace("C:\\", "C:/")
    taken = take_bytes(PACKERS[kind]({name: b"evil", **FILES}), into, kind)

    assert held(taken) == FILES
    assert len(taken.notes) == 1
    assert HOSTILE_NAMES.get(name, "leads out") in taken.notes[0]
    assert taken.notes[0].isprintable()
    assert [p.name for p in into.iterdir()] == [Path(taken.folder).name]


@pytest.mark.parametrize("kind", ["s.tar", "folder"])
def test_names_that_are_not_utf8_are_left_out(upload: Path, into: Path, kind: str) -> None:
    """Bytes that no text stands for could not be written into a report."""
    name = os.fsdecode(b"gr\xf6\xdfe.py")
    if kind == "folder":
        taken = take(write(upload, {name: b"", **FILES}), "s", into)
    else:
        taken = take_bytes(tar_of({name: b"", **FILES}, tarfile.GNU_FORMAT), into, kind)

    assert held(taken) == FILES
    assert taken.notes == (r"gr\udcf6\udcdfe.py was left out: its name is not UTF-8",)
    taken.notes[0].encode()


def test_a_zip_with_a_forged_name_encoding_is_refused(into: Path) -> None:
    """Flagged as UTF-8 and none."""
    data = zip_of({"größe.py": b""}).replace("ö".encode(), b"\xff\xff")

    with pytest.raises(SubmissionUnreadable, match=r"damaged .*pack your folder again"):
        take_bytes(data, into)


@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_names_that_differ_only_in_case_are_both_kept(into: Path, pack: Packer) -> None:
    """Only the exact name is graded, whichever comes first; a note tells of the other."""
    taken = take_bytes(pack({"Corr2D.py": b"1/0", "corr2d.py": CODE}), into)

    assert held(taken)["corr2d.py"] == CODE
    assert taken.notes == ("Corr2D.py and corr2d.py differ only in upper and lower case",)


def test_on_a_disk_that_ignores_case_the_lower_case_name_wins(into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exercises have lower-case names: they must not be lost to a namesake."""
    real = open

    def ignoring_case(path: Path, mode: str) -> object:
        if any(p.name.lower() == path.name.lower() for p in path.parent.iterdir()):
            raise FileExistsError
        return real(path, mode)

    monkeypatch.setattr(submission, "open", ignoring_case, raising=False)
    taken = take_bytes(zip_of({"Corr2D.py": b"1/0", "corr2d.py": CODE}), into)

    assert held(taken) == {"corr2d.py": CODE}
    assert "Corr2D.py was left out" in taken.notes[-1]


@pytest.mark.parametrize("pack", [zip_of, tar_of])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_files_of_one_name_the_last_counts(into: Path, pack: Packer) -> None:
    """As unpacking would have it."""
    data = pack({"corr2d.py": CODE, "corr2d.pY": b"1/0"}).replace(b"corr2d.pY", b"corr2d.py")
    if pack is tar_of:
        data = tar_of({"corr2d.py": CODE})[:1024] + tar_of({"corr2d.py": b"1/0"})
    taken = take_bytes(data, into)

    assert held(taken) == {"corr2d.py": b"1/0"}
    assert taken.notes == ("corr2d.py is there more than once; the last one counts",)


def test_a_file_that_is_also_a_folder_stays_a_file(into: Path) -> None:
    """What would lie inside it is left out."""
    taken = take_bytes(zip_of({"a.py/inside.py": b"", "a.py": b"1", "corr2d.py": CODE}), into)

    assert held(taken) == {"a.py": b"1", "corr2d.py": CODE}
    assert taken.notes == ("a.py/inside.py was left out: a file has the name of its folder",)


def test_notes_stay_few(into: Path) -> None:
    """A thousand bad names fill no report."""
    taken = take_bytes(zip_of({f"../evil{i}.py": b"" for i in range(1000)}), into)

    assert len(taken.notes) == limits.MOST_NOTES + 1
    assert taken.notes[-1] == "980 more were left out"


# --- archives -------------------------------------------------------------------------------------

LONG = "folder_" + "n" * 60 + "/" + "m" * 90 + "/" + "x" * 95 + ".py"


@pytest.mark.parametrize("kind", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("name", [LONG, "größe.py", "李雷/" + "模" * 60 + ".py", "a b.py"])
def test_long_and_foreign_names_in_every_tar_format(into: Path, kind: int, name: str) -> None:
    """As the usual programs write them."""
    taken = take_bytes(tar_of({"corr2d.py": CODE, name: b"1"}, kind), into, "s.tar")

    assert held(taken) == {"corr2d.py": CODE, name: b"1"}


def test_the_oldest_tar_format_with_a_prefix(into: Path) -> None:
    """ustar splits long names in two."""
    name = "f" * 100 + "/" + "x" * 90 + ".py"

    assert held(take_bytes(tar_of({"corr2d.py": CODE, name: b"1"}, tarfile.USTAR_FORMAT), into, "s.tar"))[name] == b"1"


@pytest.mark.parametrize("kind", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize(
    ("type_", "name"),
    [
        (tarfile.SYMTYPE, "corr2d.py"),
        (tarfile.LNKTYPE, "corr2d.py"),
        (tarfile.CHRTYPE, "corr2d.py"),
        (tarfile.BLKTYPE, "corr2d.py"),
        (tarfile.FIFOTYPE, "corr2d.py"),
        (b"Q", "corr2d.py"),
    ],
)
def test_links_and_devices_in_a_tar_are_left_out(into: Path, kind: int, type_: bytes, name: str) -> None:
    """Nothing but plain files is ever made, and what follows is still found."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=kind) as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = type_, "/etc/passwd" + "x" * 200
        archive.addfile(member)
        after = tarfile.TarInfo("pooling.py")
        after.size = 2
        archive.addfile(after, io.BytesIO(b"ok"))
    taken = take_bytes(data.getvalue(), into, "s.tar")

    assert held(taken) == {"pooling.py": b"ok"}
    assert taken.notes == ("corr2d.py was left out: it is a link or a device",)


def test_links_in_a_zip_are_left_out(into: Path) -> None:
    """Unpacking programs make links of such members."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        link = zipfile.ZipInfo("corr2d.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    taken = take_bytes(data.getvalue(), into)

    assert held(taken) == {}
    assert taken.notes == ("corr2d.py was left out: it is a link or a device",)


def test_a_locked_zip_is_refused(into: Path) -> None:
    """In a sentence that says what to do."""
    data = bytearray(zip_of(FILES, zipfile.ZIP_STORED))
    for at in (6, data.index(b"PK\x01\x02") + 8):
        data[at] |= 1

    with pytest.raises(SubmissionUnreadable, match="locked with a password; pack your folder again"):
        take_bytes(bytes(data), into)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_rare_packing_is_left_out(into: Path, method: int) -> None:
    """LZMA's header can ask for gigabytes before a byte comes out."""
    taken = take_bytes(zip_of({"corr2d.py": CODE}, method), into)

    assert taken.notes == ("corr2d.py was left out: it is packed in a rare way",)


@pytest.mark.parametrize("pack", [zip_of, lambda files: gzip.compress(tar_of(files))])
@pytest.mark.parametrize("count", [1, 24])
def test_a_bomb_is_stopped_early(into: Path, pack: Packer, count: int) -> None:
    """Whether in one file or in many: neither time nor memory is spent on it."""
    data = pack({f"bomb{i}.py": bytes((24 << 20) // count) for i in range(count)})
    tracemalloc.start()
    with pytest.raises(SubmissionUnreadable, match="bytes unpack to more than 8 MiB; hand in"):
        take_bytes(data, into)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 24 << 20
    assert list(into.iterdir()) == []


def test_a_tar_bomb_in_what_is_passed_over_is_stopped(into: Path) -> None:
    """Members that are not kept are unpacked all the same: they count."""
    data = gzip.compress(tar_of({"film.mp4": bytes(12 << 20), "corr2d.py": CODE}))

    with pytest.raises(SubmissionUnreadable, match="unpack to more than"):
        take_bytes(data, into, "s.tgz")


@pytest.mark.parametrize("stated", [0, 3, 1 << 30])
def test_a_zip_that_lies_about_sizes_gains_nothing(into: Path, stated: int) -> None:
    """What comes out counts: too little is damage, and too much is not waited for."""
    data = bytearray(zip_of({"corr2d.py": b"a" * 1000}))
    data[22:26] = struct.pack("<I", stated)
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", stated)

    if stated > 1000:
        assert held(take_bytes(bytes(data), into)) == {"corr2d.py": b"a" * 1000}
        return
    with pytest.raises(SubmissionUnreadable, match="damaged"):
        take_bytes(bytes(data), into)


def tar_header(name: bytes, size: bytes, kind: bytes = b"0", magic: bytes = b"ustar\x0000") -> bytes:
    """A block with a right checksum around whatever is asked for."""
    block = bytearray(512)
    block[: len(name)], block[124 : 124 + len(size)], block[156:157] = name[:100], size[:12], kind
    block[257:265], block[148:156] = magic, b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize(
    "size",
    [
        b"77777777777\0",
        b"\x80" + b"\x7f" * 11,
        b"\xff" * 12,
        b"-0000000001",
        b"9",
        b"1_0",
        b"0o17",
        b"\x80\0\0\0\0\0\0\0\xff\0\0\0",
    ],
)
@pytest.mark.parametrize("kind", [b"0", b"x", b"L", b"K", b"g", b"5", b"S", b"7", b"Q"])
def test_a_tar_that_lies_about_sizes_ends(into: Path, size: bytes, kind: bytes) -> None:
    """Too long, negative or no number: refused or left out, at once and without memory."""
    data = tar_header(b"corr2d.py", size, kind) + bytes(2048)
    started = time.process_time()
    with contextlib.suppress(SubmissionUnreadable):
        assert held(take_bytes(data, into, "s.tar")) == {}

    assert time.process_time() - started < 1


def test_a_flood_of_members_is_stopped_early(into: Path) -> None:
    """100,000 files are refused before an object is made of each."""
    entry = b"PK\x01\x02" + bytes(42)
    central = entry * 100_000
    headers = tar_header(b"x.png", b"0") * 21_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(central), 0, 0)
    started = time.process_time()
    for data, name in [
        (b"PK\x03\x04" + central + end, "s.zip"),
        (headers, "s.tar"),
        (gzip.compress(headers, 1), "s.tgz"),
    ]:
        with pytest.raises(SubmissionUnreadable, match="more than 20,000 files"):
            take_bytes(data, into, name)

    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"Rar!\x1a\x07\x01\x00" + bytes(600), b"PK", b"\x1f\x8b", b"\x1f\x8b\x08" + bytes(40)],
)
@pytest.mark.parametrize("name", ["s.zip", "s.tar", "S.TGZ"])
def test_what_is_no_archive_is_refused(into: Path, data: bytes, name: str) -> None:
    """What, where and what to do, in one sentence."""
    with pytest.raises(SubmissionUnreadable) as refused:
        take_bytes(data, into, name)

    assert str(refused.value).startswith(str(into.parent / name))
    assert str(refused.value).endswith("pack your folder again as a .zip")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", PACKERS)
def test_a_cut_off_archive_is_refused(into: Path, name: str) -> None:
    """Half an upload is none."""
    data = PACKERS[name]({"corr2d.py": os.urandom(5000)})

    with pytest.raises(SubmissionUnreadable, match="damaged"):
        take_bytes(data[: len(data) // 3], into, name)


def test_what_an_archive_is_counts_not_its_name(into: Path) -> None:
    """Students rename."""

    assert held(take_bytes(tgz_of(FILES), into, "s.zip")) == held(take_bytes(zip_of(FILES), into, "t.tar")) == FILES


# --- folders --------------------------------------------------------------------------------------


def test_links_are_not_followed(upload: Path, into: Path, tmp_path: Path) -> None:
    """Out of the folder, around in circles, or to nothing."""
    secret = write(tmp_path / "secret", {"answers.py": b"42"})
    write(upload, FILES)
    (upload / "answers.py").symlink_to(secret / "answers.py")
    (upload / "all").symlink_to(secret)
    (upload / "loop").symlink_to(upload)
    (upload / "nothing.py").symlink_to("nowhere")
    taken = take(upload, "s", into)

    assert held(taken) == FILES
    assert taken.notes == tuple(f"{n} was left out: it is a link" for n in ("all", "answers.py", "loop", "nothing.py"))


def test_the_submission_itself_may_be_a_link(upload: Path, into: Path, tmp_path: Path) -> None:
    """An instructor arranges folders as they like."""
    (tmp_path / "link").symlink_to(write(upload, FILES))

    assert held(take(tmp_path / "link", "s", into)) == FILES


def test_pipes_sockets_and_devices_do_not_block(upload: Path, into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are left out with a note."""
    write(upload, FILES)
    os.mkfifo(upload / "a.py")
    monkeypatch.chdir(upload)  # names of sockets are short
    names = ["a.py", "b.py"]
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("b.py")
        with contextlib.suppress(PermissionError):
            os.mknod("c.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero never ends
            names.append("c.py")
        taken = take(upload, "s", into)

    assert held(taken) == FILES
    assert taken.notes == tuple(f"{name} was left out: it is no regular file" for name in names)


@pytest.mark.parametrize("name", ["s.zip", "corr2d.ipynb"])
def test_a_pipe_for_an_upload_does_not_block(tmp_path: Path, into: Path, name: str) -> None:
    """Not even where a file is expected."""
    os.mkfifo(tmp_path / name)

    with pytest.raises(SubmissionUnreadable, match="cannot be read: it is no regular file"):
        take(tmp_path / name, "s", into)


def test_a_huge_file_is_left_out_unread(upload: Path, into: Path) -> None:
    """A terabyte of nothing takes no time."""
    write(upload, FILES)
    with open(upload / "huge.csv", "wb") as file:
        file.truncate(1 << 40)
    started = time.process_time()
    taken = take(upload, "s", into)

    assert held(taken) == FILES
    assert taken.notes == ("huge.csv was left out: it is larger than 32 MiB",)
    assert time.process_time() - started < 2


def test_a_file_that_states_no_size_is_read_within_the_limit() -> None:
    """What is read counts, not what the file system says: this one says 0."""

    assert folder_module.read_file("/proc/self/status", 10) == "it is larger than 0 MiB"


def test_too_much_altogether_is_refused(upload: Path, into: Path) -> None:
    """Each file small enough, all together not."""
    for index in range(3):
        with open(upload / f"{index}.csv", "wb") as file:
            file.truncate(30 << 20)

    with pytest.raises(SubmissionUnreadable, match="more than 500 files or 64 MiB"):
        take(upload, "s", into)
    assert list(into.iterdir()) == []


def test_too_many_files_are_refused(into: Path) -> None:
    """Also when they are small."""
    with pytest.raises(SubmissionUnreadable, match="more than 500 files"):
        take_bytes(zip_of({f"{i}.py": b"" for i in range(501)}), into)


def test_a_flood_of_files_is_stopped_early(upload: Path, into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever kind they are; a folder that is passed over is not even looked into."""
    monkeypatch.setattr(limits, "MOST_ENTRIES", 2000)
    (upload / "venv").mkdir()
    for index in range(2001):
        os.close(os.open(f"{upload}/venv/{index}", os.O_CREAT | os.O_WRONLY))
    assert held(take(upload, "s", into)) == {}

    (upload / "venv").rename(upload / "digits")
    with pytest.raises(SubmissionUnreadable, match="more than 2,000 files and folders"):
        take(upload, "s", into)


def test_deep_folders_are_left_out(upload: Path, into: Path) -> None:
    """Also where the path is longer than the system takes at once."""
    write(upload, FILES)
    here = os.open(upload, os.O_RDONLY)
    for _ in range(100):
        os.mkdir("d" * 100, dir_fd=here)
        deeper = os.open("d" * 100, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    taken = take(upload, "s", into)

    assert held(taken) == FILES
    assert "16 folders deep" in taken.notes[0]
    _remove_deep(upload)


def _remove_deep(upload: Path) -> None:
    """pytest's own clean-up cannot: its recursion works on paths."""
    for _ in range(100):
        top = upload / ("d" * 100)
        inner = top / ("d" * 100)
        if inner.exists():
            inner.rename(upload / "next")
        top.rmdir()
        if (upload / "next").exists():
            (upload / "next").rename(top)


@pytest.mark.parametrize("locked", ["upload", "upload/corr2d.py", "upload/helpers", "s.zip", "corr2d.ipynb"])
def test_what_cannot_be_read_is_ours_to_mend(locked: str) -> None:
    """A folder, a file, an archive, a notebook: not graded, in a sentence that names it; its owner pays for nothing."""
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o755)
        write(Path(base, "upload"), FILES)
        write(Path(base), {"s.zip": zip_of(FILES), "corr2d.ipynb": b"{}"})
        into = Path(base, "into")
        into.mkdir()
        into.chmod(0o777)
        place = Path(base, locked)
        place.chmod(0)
        with unprivileged(), pytest.raises(SubmissionOutOfReach) as refused:
            take(Path(base, locked.partition("/")[0]), "s", into)
        place.chmod(0o755)

        assert list(into.iterdir()) == []
    mine = "give the user who runs the grader the right to read it, then run again"
    assert str(refused.value) == f"{place} cannot be read: Permission denied; {mine}"
    assert refused.value.exit_code == 3


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ENOENT, errno.EMFILE])
@pytest.mark.parametrize("call", ["open", "stat", "read", "scandir"])
def test_what_the_system_refuses_is_ours_to_mend(
    upload: Path, into: Path, call: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken disk, a share that went away, a file that vanished while it was looked for."""
    write(upload, {"helpers/windows.py": CODE})
    inner, real = (upload / "helpers").stat().st_ino, getattr(os, call)

    def failing(what: object, *more: object, **how: Any) -> object:
        if what == "windows.py" or (isinstance(what, int) and (call == "read" or os.fstat(what).st_ino == inner)):
            raise OSError(number, os.strerror(number))
        return real(what, *more, **how)

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(SubmissionOutOfReach, match="see to this machine and the disk or share") as refused:
        take(upload, "s", into)

    named = upload / "helpers" / ("" if call == "scandir" else "windows.py")
    assert str(refused.value).startswith(f"{named} cannot be read: {os.strerror(number)}; ")


def test_what_is_not_kept_need_not_be_readable() -> None:
    """Of an upload only what is taken in is opened."""
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o755)
        upload = write(Path(base, "upload"), FILES | {"a.png": b"", "venv/x.py": b""})
        into = Path(base, "into")
        into.mkdir()
        into.chmod(0o777)
        for name in ("a.png", "venv"):
            (upload / name).chmod(0)
        with unprivileged():
            taken = take(upload, "s", into)
            files = held(taken)
            submission.remove(Path(taken.folder))
        (upload / "venv").chmod(0o755)

    assert files == FILES


def test_a_file_swapped_for_a_link_is_not_followed(
    upload: Path, into: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and opening."""
    write(tmp_path / "secret", {"answers.py": b"42"})
    write(upload, {"corr2d.py": CODE})
    real = os.stat

    def swapping(path: str, **how: object) -> os.stat_result:
        status = real(path, **how)  # type: ignore[arg-type]
        if path == "corr2d.py":
            (upload / "corr2d.py").unlink()
            (upload / "corr2d.py").symlink_to(tmp_path / "secret" / "answers.py")
        return status

    monkeypatch.setattr(os, "stat", swapping)
    taken = take(upload, "s", into)
    monkeypatch.undo()

    assert held(taken) == {}
    assert taken.notes == ("corr2d.py was left out: it is a link",)


def test_a_file_that_grows_meanwhile_is_read_once(upload: Path, into: Path) -> None:
    """Snapshot and digest are of the same bytes."""
    write(upload, {"corr2d.py": CODE})
    stop = threading.Event()

    def grow() -> None:
        with open(upload / "corr2d.py", "ab", buffering=0) as file:
            while not stop.is_set():
                file.write(b"# more\n")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        taken = take(upload, "s", into)
    finally:
        stop.set()
        writer.join()
    again = take(Path(taken.folder), "s", into)

    assert taken.digest == again.digest


def test_what_cannot_be_taken_in_is_refused(tmp_path: Path, into: Path) -> None:
    """With the forms that can."""
    (tmp_path / "notes.docx").write_bytes(b"x")

    with pytest.raises(SubmissionUnreadable, match="a submission is a folder, a notebook"):
        take(tmp_path / "notes.docx", "s", into)


@pytest.mark.parametrize("name", ["nothing.zip", "nothing"])
def test_what_has_gone_since_it_was_found(tmp_path: Path, into: Path, name: str) -> None:
    """Is no fault of its owner's."""
    with pytest.raises(SubmissionOutOfReach, match="cannot be read: No such file or directory; see to this machine"):
        take(tmp_path / name, "s", into)


def test_a_full_disk_leaves_nothing_behind(upload: Path, into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The half-written snapshot goes; the error is ours."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(submission, "_write", full)
    with pytest.raises(OSError, match="No space left"):
        take(write(upload, FILES), "s", into)
    assert list(into.iterdir()) == []


# --- fuzzing --------------------------------------------------------------------------------------

SOUND = [
    zip_of(FILES),
    zip_of(FILES, zipfile.ZIP_STORED),
    tar_of(FILES),
    tar_of({LONG: b"1"}, tarfile.GNU_FORMAT),
    tgz_of(FILES),
]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["set", "cut", "insert", "repeat", "drop"]),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=8) | st.sampled_from([b"\xff" * 4, b"\0" * 8, b"PK\x01\x02", b"PK\x05\x06"]),
    ),
    min_size=1,
    max_size=6,
)


def changed(data: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for kind, place, new in changes:
        at = int(place * len(data))
        before, after = data[:at], data[at:]
        data = {
            "set": before + new + after[len(new) :],
            "cut": before,
            "insert": before + new + after,
            "repeat": before + after[:600] + after,
            "drop": before + after[len(new) :],
        }[kind]
    return data


def unpacked_soundly(data: bytes) -> None:
    """Whatever the bytes: either one kind of error, or names and sizes that are safe to write."""
    basket = Basket("s")
    with contextlib.suppress(SubmissionUnreadable):
        unpack(data, basket)
    basket.tidy()
    for parts in basket.files:
        assert all(part not in ("", ".", "..") and not {"/", "\0", "\n"} & {*part} for part in parts)
        "/".join(parts).encode()
    assert sum(map(len, basket.files.values())) <= limits.MOST_BYTES
    assert all(note.isprintable() for note in basket.notes())


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SOUND), CHANGES)
@example(zip_of({"/corr2d.py": b""}).replace(b"/corr2d.py", b"\0corr2d.py"), [("drop", 0.0, b"")])
def test_mutated_archives_raise_one_error_only(data: bytes, changes: list[tuple[str, float, bytes]]) -> None:
    """A broken or forged archive is unreadable, and nothing else."""
    unpacked_soundly(changed(data, changes))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\x00"]), st.binary(max_size=2000))
def test_random_bytes_raise_one_error_only(start: bytes, rest: bytes) -> None:
    """Behind every magic number."""
    unpacked_soundly(start + rest)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(
            tar_header,
            st.binary(max_size=100) | st.text(max_size=30).map(lambda t: t.encode("utf-8", "replace") + b".py"),
            st.binary(max_size=12) | st.integers(0, 2000).map(lambda n: b"%o" % n),
            st.binary(min_size=1, max_size=1) | st.sampled_from([b"0", b"x", b"L", b"5", b"1"]),
        )
        | st.binary(max_size=512).map(lambda b: b.ljust(512, b"\0"))
        | st.just(b"30 path=../../evil.py\n".ljust(512, b"\0")),
        max_size=8,
    )
)
def test_forged_tar_headers_raise_one_error_only(blocks: list[bytes]) -> None:
    """With right checksums, so that the reader gets past them."""
    unpacked_soundly(b"".join(blocks))
