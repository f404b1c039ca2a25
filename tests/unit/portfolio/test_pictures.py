"""Pictures on a page: nothing of the camera's, nothing too large, nothing broken."""

from __future__ import annotations

import pytest
from support.pictures import SECRET, Held, jpeg_head, png

from service.portfolio.pages.pictures import MAX_BYTES, MOST, cleaned, pictures_of


def content(count: int) -> dict[str, object]:
    return {"work": [{"file": {"digest": f"{one:064x}"}} for one in range(count)]}


def test_a_png_loses_its_comments_and_stays_a_png() -> None:
    made = cleaned(png())
    assert made is not None
    assert made.data == png(secret=False)


def test_a_photograph_loses_where_it_was_taken() -> None:
    made = cleaned(jpeg_head())
    assert made is not None
    assert SECRET not in made.data


@pytest.mark.parametrize("turn", [3, 6, 8])
def test_a_photograph_keeps_which_way_is_up(turn: int) -> None:
    made = cleaned(jpeg_head(turn=turn))
    assert made is not None
    again = cleaned(made.data)
    assert again == made
    assert made.data[2:4] == b"\xff\xe1"


BROKEN = {
    "empty": b"",
    "no picture": b"hello",
    "cut off": png()[:-20],
    "half a photograph": jpeg_head()[:40],
    "no size": b"\xff\xd8\xff\xda\x00\x02\xff\xd9",
    "huge": png(secret=False).replace(b"\x00\x00\x00\x04\x00\x00\x00\x03", b"\x00\x01\x00\x00" * 2),
    "too many bytes": png() + b"\0" * MAX_BYTES,
    "a drawing": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
}


@pytest.mark.parametrize("what", BROKEN)
def test_is_not_shown(what: str) -> None:
    assert cleaned(BROKEN[what]) is None


def test_a_portfolio_shows_so_many_and_no_more() -> None:
    assert len(pictures_of(content(MOST + 5), Held(png()))) == MOST


def test_what_is_not_held_is_not_shown() -> None:
    assert pictures_of(content(2), Held(None)) == {}
