"""A labelled set: students of a district, accounts with slips that people make, strangers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from service.cis.suggest import Somebody

_GIVEN = (
    *("Ana", "Benjamin", "Chloe", "Daniel", "Elena", "Fatima", "Gabriel", "Hannah", "Isaac"),
    *("Jasmine", "Kevin", "Lucía", "Mateo", "Nadia", "Oliver", "Priya", "Quinn", "Rosa"),
    *("Samuel", "Tatiana", "Umar", "Valeria", "William", "Ximena", "Yusuf", "Zoë"),
)
_FAMILY = (
    *("Abbott", "Begay", "Castillo", "Delgado", "Eriksen", "Fitzgerald", "García", "Hernandez"),
    *("Ibrahim", "Johnson", "Kowalski", "Lopez", "Martinez", "Nguyen", "O'Neil", "Peterson"),
    *("Quintero", "Ramirez", "Sandoval", "Thompson", "Underwood", "Valdez", "Washington"),
    *("Xiong", "Yazzie", "Zimmerman", "Okafor", "Svensson", "McAllister", "Bauer"),
)

Slip = Callable[[random.Random, Somebody], Somebody]


def _typo(chance: random.Random, word: str) -> str:
    """A word with one letter left out, doubled, exchanged or swapped with its neighbour."""
    at = chance.randrange(1, max(2, len(word) - 1))
    letter = chance.choice("aeinorst")
    return chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        ]
    )


def _family_typo(chance: random.Random, one: Somebody) -> Somebody:
    return replace(one, family=_typo(chance, one.family))


def _given_typo(chance: random.Random, one: Somebody) -> Somebody:
    return replace(one, given=_typo(chance, one.given))


def _swapped(chance: random.Random, one: Somebody) -> Somebody:
    return replace(one, given=one.family, family=one.given)


def _born_slip(chance: random.Random, one: Somebody) -> Somebody:
    year, month, day = str(one.birth_date).split("-")
    return replace(one, birth_date=f"{year}-{month}-{int(day) % 28 + 1:02}")


def _no_birthday(chance: random.Random, one: Somebody) -> Somebody:
    return replace(one, birth_date=None)


def _both(chance: random.Random, one: Somebody) -> Somebody:
    return _family_typo(chance, _given_typo(chance, one))


SLIPS: tuple[Slip, ...] = (_family_typo, _given_typo, _swapped, _born_slip, _no_birthday, _both)


def district(chance: random.Random, count: int) -> list[Somebody]:
    """Students with names as common as in life: some share both names."""
    return [
        Somebody(
            f"p{number}",
            chance.choice(_GIVEN),
            f"{chance.choice(_FAMILY)}{chance.choice(['', '', f'-{chance.choice(_FAMILY)}'])}",
            birth_date=f"{chance.randrange(2008, 2015)}-{chance.randrange(1, 13):02}"
            f"-{chance.randrange(1, 29):02}",
            grade=f"{chance.randrange(6, 13):02}",
        )
        for number in range(count)
    ]


def labelled(seed: int, count: int) -> tuple[list[Somebody], list[tuple[Somebody, str | None]]]:
    """Students, and accounts with the student each is of; half have a slip, a quarter nobody."""
    chance = random.Random(seed)
    everybody = district(chance, count)
    students, strangers = everybody[: count * 4 // 5], everybody[count * 4 // 5 :]
    accounts: list[tuple[Somebody, str | None]] = [(one, None) for one in strangers]
    for number, one in enumerate(chance.sample(students, len(strangers) * 3)):
        slip = chance.choice(SLIPS) if number % 3 else None
        accounts.append((slip(chance, one) if slip else one, one.id))
    return students, [
        (replace(one, id=f"a{number}"), label) for number, (one, label) in enumerate(accounts)
    ]
