"""Names for invented people and schools: common ones of many origins, mixed at random."""

from __future__ import annotations

from unicodedata import normalize


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN_NAMES = _words(
    """
    Aaliyah Aaron Adriana Aiden Aisha Alejandro Alice Amara Amir Ana Andrea Angel Anika Anthony
    Ariana Arjun Asher Ava Beatriz Benjamin Brandon Brianna Caleb Camila Carlos Caroline Chloé
    Daniel Daniela David Deshawn Diego Dylan Ebony Elena Eli Elijah Emily Emma Ethan Eva Fatima
    Felix Fernando Gabriel Gabriela Grace Hana Hannah Haruto Henry Imani Inés Isaac Isabella
    Isaiah Ivan Jack Jacob Jada James Jasmine Javier Jayden Jin José Joshua Juan Julia Kai Kaito
    Keisha Kenji Kiara Laila Layla Leah Leilani Leo Liam Linh Logan Lucía Lucas Luis Luna Maddison
    Malik María Mason Mateo Maya Mei Mia Miguel Minh Nadia Nathan Naomi Nia Nikhil Noah Nora
    Nuria Olivia Omar Oscar Owen Paloma Parker Pedro Priya Quinn Rachel Rafael Renée Riley Rosa
    Ruth Ryan Sadie Samir Samuel Sanaa Santiago Sara Sebastián Sienna Sofía Stella Tariq Tomás
    Trinity Tuan Tyrone Valeria Victor Violet Wei William Xiomara Yara Yusuf Zachary Zara Zoë
    """
)

FAMILY_NAMES = _words(
    """
    Abdi Adams Adeyemi Aguilar Ahmed Ali Allen Alvarez Anderson Bailey Baker Begay Bennett Brooks
    Brown Bui Campbell Carter Castillo Castro Chang Chavez Chen Choi Clark Cohen Collins Cook
    Cooper Cruz Davis Delgado Díaz Diallo Edwards Evans Fernández Fischer Flores Foster Garcia
    Gomez Gonzalez Gray Green Gupta Gutiérrez Hall Harris Hassan Herrera Hill Ho Howard Huang
    Hughes Ibrahim Jackson James Jensen Jiménez Johnson Jones Kaur Kelly Khan Kim King Kowalski
    Kumar Lam Le Lee Lewis Li Lin Liu Long López Martin Martinez Mbeki McCarthy Medina Mendoza
    Miller Mitchell Mohamed Moore Morales Morgan Morris Muñoz Murphy Müller Nelson Nguyễn Novak
    O'Brien O'Neil Okafor Okonkwo Olson Ortega Ortiz Osei Parker Patel Perez Peterson Pham
    Phillips Popov Powell Price Ramírez Ramos Reed Reyes Rivera Roberts Robinson Rodríguez Rogers
    Romero Ross Ruiz Salazar Sanchez Santos Scott Shah Silva Singh Smith Soto Stewart Suzuki
    Tanaka Taylor Thomas Thompson Torres Tran Tsosie Turner Vargas Vásquez Walker Wang Ward Watson
    White Williams Wilson Wong Wood Wright Yang Yazzie Young Zhang
    """
)

PREFERRED_NAMES = _words("Alex AJ Bea Charlie Dani JJ Kit Max Nico Robin Sam Teddy")

MIDDLE_NAMES = _words("Ann Cruz Elena Grace Grey James Jin Lee Luz Mae Noor Ray Rose Sky Wren")
"""Short names that go with many others; most people have none here."""

PLACES = _words(
    """
    Alder Birch Canyon Cedar Clear Copper Elm Fox Granite Hazel Juniper Lake Maple Mill North Oak
    Pine Prairie River Sage South Stone Willow Wren
    """
)
LANDFORMS = _words("Creek Hollow Ridge Grove Valley View Point Meadow Bluff")
"""A school is named for a place and a landform: Alder Creek."""


def mail_name(name: str) -> str:
    """A name as it stands before the @ of an e-mail address: lower case, plain letters only."""
    return "".join(letter for letter in normalize("NFD", name.lower()) if "a" <= letter <= "z")
