"""Writes `fixtures/dirty/`: one package for each fault, each a variation of the clean one.

Run from the repository's root: `python tests/support/make_dirty.py`. A test compares what is
committed with what this makes.
"""

from __future__ import annotations

import io
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.dirty_base import Package, Table, clean, manifest_of, table  # noqa: E402

Files = dict[str, bytes]

TARGET = ROOT / "fixtures" / "dirty"
_DATE = (2026, 11, 21, 2, 0, 0)
_BOMB_BYTES = 32 << 20

FAULTS: dict[str, Callable[[], Files]] = {}
ZIPS: dict[str, Callable[[], bytes]] = {}


def rendered(package: Package) -> Files:
    """The files of a package by file name."""
    return {f"{name}.csv": one.text().encode() for name, one in package.items()}


def fault(change: Callable[[Package], None]) -> Callable[[Package], None]:
    """Register a fault that changes tables; its name is the function's, with hyphens."""

    def make() -> Files:
        package = clean()
        change(package)
        return rendered(package)

    FAULTS[_named(change)] = make
    return change


def bytes_fault(change: Callable[[Files], None]) -> Callable[[Files], None]:
    """Register a fault that changes the bytes of files."""

    def make() -> Files:
        files = rendered(clean())
        change(files)
        return files

    FAULTS[_named(change)] = make
    return change


def zip_fault(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Register a fault of the zip itself."""
    ZIPS[f"{_named(make)}.zip"] = make
    return make


def _named(function: Callable[..., object]) -> str:
    return function.__name__.replace("_", "-")


@fault
def header_only_users(package: Package) -> None:
    package["users"].rows.clear()


@fault
def ids_lost_leading_zeros(package: Package) -> None:
    users = package["users"]
    for row in users.rows:
        for column in ("sourcedId", "identifier"):
            row[users.at(column)] = row[users.at(column)].lstrip("0")


@bytes_fault
def truncated_enrollments(files: Files) -> None:
    text = files["enrollments.csv"]
    line = text.splitlines(keepends=True)[60]
    files["enrollments.csv"] = text[: text.index(line) + 20]


@fault
def enrollments_cut_between_rows(package: Package) -> None:
    del package["enrollments"].rows[60:]


@fault
def last_years_delivery(package: Package) -> None:
    for name in ("academicSessions", "courses", "classes", "enrollments"):
        rows = package[name].rows
        package[name].rows = [[_a_year_ago(cell) for cell in row] for row in rows]
        _prefix(package[name], "sourcedId")
    for name, column in (
        ("academicSessions", "parentSourcedId"),
        ("courses", "schoolYearSourcedId"),
        ("classes", "courseSourcedId"),
        ("enrollments", "classSourcedId"),
    ):
        _prefix(package[name], column)
    package["classes"].rows = [
        [
            ",".join(f"25-{key}" for key in cell.split(",")) if at == terms else cell
            for at, cell in enumerate(row)
        ]
        for terms in [package["classes"].at("termSourcedIds")]
        for row in package["classes"].rows
    ]


def _a_year_ago(cell: str) -> str:
    for now, then in (("2027", "2026"), ("2026-0", "2025-0"), ("2026-27", "2025-26")):
        if cell.startswith(now) and len(cell) in (4, 7, 10):
            return cell.replace(now, then, 1)
    return cell


def _prefix(one: Table, column: str) -> None:
    at = one.at(column)
    for row in one.rows:
        row[at] = row[at] and f"25-{row[at]}"


@fault
def filter_changed(package: Package) -> None:
    """The second school is missing everywhere."""
    for name, column in (
        ("orgs", "sourcedId"),
        ("courses", "orgSourcedId"),
        ("classes", "schoolSourcedId"),
        ("users", "primaryOrgSourcedId"),
        ("roles", "orgSourcedId"),
        ("enrollments", "schoolSourcedId"),
    ):
        at = package[name].at(column)
        package[name].rows = [row for row in package[name].rows if row[at] != "0102"]
    kept = {row[0] for row in package["users"].rows}
    package["demographics"].rows = [r for r in package["demographics"].rows if r[0] in kept]


@fault
def wrong_header_case(package: Package) -> None:
    header = package["users"].header
    header[header.index("givenName")] = "GivenName"
    header[header.index("familyName")] = "FAMILYNAME"


@fault
def misspelt_headers(package: Package) -> None:
    header = package["users"].header
    header[header.index("preferredGivenName")] = "prefferedGivenName"
    header[header.index("dateLastModified")] = "dataLastModified"


@fault
def missing_required_column(package: Package) -> None:
    enrollments = package["enrollments"]
    at = enrollments.at("role")
    for row in (enrollments.header, *enrollments.rows):
        del row[at]


@fault
def duplicate_header(package: Package) -> None:
    header = package["users"].header
    header[header.index("sms")] = "email"


@bytes_fault
def bom(files: Files) -> None:
    files["users.csv"] = b"\xef\xbb\xbf" + files["users.csv"]


@bytes_fault
def utf16(files: Files) -> None:
    files["users.csv"] = b"\xff\xfe" + files["users.csv"].decode().encode("utf-16-le")


@bytes_fault
def windows_1252(files: Files) -> None:
    files["users.csv"] = files["users.csv"].decode().encode("cp1252")


@bytes_fault
def semicolon_separated(files: Files) -> None:
    files["orgs.csv"] = files["orgs.csv"].replace(b",", b";")


@bytes_fault
def ragged_row(files: Files) -> None:
    files["classes.csv"] = files["classes.csv"].replace(
        b'"English, section 2"', b"English, section 2", 1
    )


@bytes_fault
def unterminated_quote(files: Files) -> None:
    files["classes.csv"] = files["classes.csv"].replace(
        b'"English, section 2"', b'"English; section 2', 1
    )


@bytes_fault
def carriage_return_in_field(files: Files) -> None:
    files["classes.csv"] = files["classes.csv"].replace(
        b"Science, section", b"Science,\r\nsection", 1
    )


@fault
def bulk_with_status(package: Package) -> None:
    for row in package["enrollments"].rows:
        row[1:3] = ["active", "2026-11-20T04:00:00Z"]


@fault
def delta_without_status(package: Package) -> None:
    package["manifest"].rows = [
        [name, "delta" if name == "file.enrollments" else value]
        for name, value in package["manifest"].rows
    ]
    del package["enrollments"].rows[5:]


@fault
def missing_manifest(package: Package) -> None:
    del package["manifest"]


@fault
def manifest_lists_missing_file(package: Package) -> None:
    del package["demographics"]


@fault
def unlisted_file(package: Package) -> None:
    rows = package["manifest"].rows
    package["manifest"].rows = [row for row in rows if row[0] != "file.demographics"]


@fault
def duplicate_sourcedid(package: Package) -> None:
    users = package["users"]
    again = [*users.rows[0]]
    again[users.at("familyName")] = "Abernathy"
    users.rows.append(again)


@fault
def dangling_reference(package: Package) -> None:
    package["enrollments"].put(9, "classSourcedId", "0101-K9")


@fault
def bad_dates_from_excel(package: Package) -> None:
    enrollments = package["enrollments"]
    for row in range(2, 32):
        enrollments.put(row, "beginDate", "8/17/2026")


@fault
def scientific_ids(package: Package) -> None:
    for row in (4, 5):
        package["orgs"].put(row - 1, "identifier", "9.90E+11")
        package["users"].put(row, "sourcedId", f"1.0{row}E+11")


@fault
def unknown_enum(package: Package) -> None:
    package["enrollments"].put(5, "role", "observer")
    package["roles"].put(6, "roleType", "main")


@fault
def boolean_upper_case(package: Package) -> None:
    users = package["users"]
    for row in users.rows:
        row[users.at("enabledUser")] = "TRUE"


@fault
def formula_cells(package: Package) -> None:
    package["users"].put(3, "preferredGivenName", '=HYPERLINK("http://x.example","Ben")')


@fault
def passwords_present(package: Package) -> None:
    for row in (2, 3, 4):
        package["users"].put(row, "password", "not-a-real-password")


@fault
def two_primary_roles(package: Package) -> None:
    roles = package["roles"]
    extra = [*roles.rows[20]]
    extra[0], extra[roles.at("role")] = "R900001", "siteAdministrator"
    roles.rows.append(extra)


@bytes_fault
def misspelt_file_name(files: Files) -> None:
    package = clean()
    resource = {"sourcedId": "S1", "vendorResourceId": "V-1", "title": "Algebra practice"}
    link = {"sourcedId": "L1", "courseSourcedId": "0101-C1", "resourceSourcedId": "S1"}
    del package["manifest"]
    package["resources"] = table("resources", [resource])
    package["courseResources"] = table("courseResources", [link])
    files |= rendered({"manifest": manifest_of(package), **package})
    files["courseResourses.csv"] = files.pop("courseResources.csv")


FAULTS["clean"] = lambda: rendered(clean())


def zipped(files: Files, method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of these files with fixed dates, so that the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = method
            archive.writestr(entry, content)
    return out.getvalue()


@zip_fault
def zip_path_traversal() -> bytes:
    return zipped({**rendered(clean()), "../outside.csv": b"sourcedId\n"})


@zip_fault
def zip_bomb() -> bytes:
    files = {"manifest.csv": rendered(clean())["manifest.csv"], "users.csv": bytes(_BOMB_BYTES)}
    return zipped(files, zipfile.ZIP_DEFLATED)


@zip_fault
def zip_nested() -> bytes:
    return zipped({"delivery.zip": zipped(rendered(clean()))})


@zip_fault
def zip_encrypted() -> bytes:
    """Only the flag says so: no program has to know the password to refuse it."""
    content = bytearray(zipped({"users.csv": b"no text"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    return bytes(content)


@zip_fault
def zip_truncated() -> bytes:
    whole = zipped(rendered(clean()))
    return whole[: len(whole) * 2 // 3]


@zip_fault
def zip_in_folder() -> bytes:
    return zipped({f"export/{name}": content for name, content in rendered(clean()).items()})


def write(target: Path) -> None:
    """Write every package anew below `target`."""
    for name, make in FAULTS.items():
        folder = target / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file, content in make().items():
            (folder / file).write_bytes(content)
    for name, make_zip in ZIPS.items():
        (target / name).write_bytes(make_zip())


if __name__ == "__main__":
    write(TARGET)
