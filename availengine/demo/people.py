"""Who books in the demo: names of the country, numbers kept for fiction where it has such, mail at example.com."""

import random
import unicodedata
from dataclasses import dataclass

from bookings.customers import Guest


@dataclass(frozen=True, slots=True)
class Country:
    """Common names, and the beginnings of phone numbers with so many digits to follow."""

    first: str
    last: str
    phones: tuple[str, ...]
    digits: int


# By time zone: what the provisioning file says of where a business is.
COUNTRIES = {
    "America/Chicago": Country(
        "Ashley Brandon Carlos Danielle Emily Ethan Gabriela Hannah Isaiah Jada James Jasmine Kevin Latoya Luis "
        "Madison Marcus Megan Michael Natalie Noah Olivia Rachel Robert Sofia Tyler Vanessa William Zoe Xavier",
        "Adams Anderson Brooks Carter Chen Davis Evans Flores Garcia Hall Jackson Johnson Kim Kowalski Lewis Martinez "
        "Miller Murphy Nguyen O'Brien Patterson Ramirez Robinson Sullivan Thompson Walker Washington Wright",
        ("+1 312 555 01", "+1 773 555 01", "+1 872 555 01", "+1 708 555 01"),
        2,
    ),
    "Europe/Athens": Country(
        "Alexandra Alexandros Andreas Anna Antonis Christina Christos Danai Dimitra Dimitris Eirini Eleni Evangelia "
        "Giannis Giorgos Ioanna Katerina Konstantinos Kostas Lydia Maria Nefeli Nikos Panagiotis Petros Sofia Spyros "
        "Stavros Thanos Vasiliki",
        "Alexiou Anagnostou Angelou Antoniou Apostolou Athanasiou Christou Dimitriou Economou Georgiou Grigoriou "
        "Ioannou Karali Konstantinou Lambrou Makri Michail Nikolaou Panagiotou Papadimitriou Papageorgiou "
        "Papaioannou Papanikolaou Paraskeva Petrou Pavlou Stavrou Stergiou Theodorou Vasileiou",
        ("+30 690 000 ",),
        4,
    ),
    "Europe/London": Country(
        "Adam Aisha Alice Amelia Ben Callum Charlotte Chloe Daniel David Eleanor Emma Fatima George Grace Harry Imogen "
        "Jack Jessica Joseph Laura Liam Mohammed Nia Oliver Poppy Priya Rhys Samuel Thomas",
        "Ahmed Baker Bennett Campbell Clarke Cooper Davies Edwards Evans Green Hughes Jones Kaur Khan Lewis MacDonald "
        "Mitchell Morgan Okonkwo Patel Phillips Roberts Robinson Shah Smith Taylor Turner Walker Williams Wilson",
        ("+44 7700 900",),
        3,
    ),
    "Australia/Sydney": Country(
        "Abbey Angus Archie Bella Bronte Caitlin Charlie Cooper Declan Ebony Finn Georgia Hamish Isla Jarrah Kirra "
        "Lachlan Lily Mia Mitchell Nathan Oscar Phoebe Riley Ruby Sienna Tahlia Toby Wei Xavier",
        "Armstrong Bailey Barrett Brown Burke Cameron Chan Collins Costa Doyle Fraser Gallagher Hunter Kelly Kennedy "
        "Li Mackenzie Maguire Marsh Murray Nguyen Papadopoulos Parker Quinn Reid Ryan Stewart Tran Watson Young",
        ("+61 2 5550 ", "+61 2 7010 "),
        4,
    ),
    "Europe/Berlin": Country(
        "Anke Ayşe Björn Carla Deniz Elif Felix Friederike Greta Hannes Ida Jonas Jörg Katharina Lars Leonie Lukas "
        "Marlene Mehmet Mila Moritz Nele Oskar Paula Rieke Sören Sophie Tim Ursula Yusuf",
        "Albrecht Arslan Bauer Becker Brandt Çelik Dietrich Fischer Groß Hartmann Hoffmann Jäger Kaya Keller Koch "
        "Köhler Krüger Lehmann Lorenz Möller Müller Neumann Nowak Öztürk Richter Schäfer Schröder Vogel Weiß "
        "Ziegler",
        ("+49 30 23125 ",),
        3,
    ),
}


def make_guests(timezone: str, rng: random.Random, count: int) -> list[Guest]:
    """So many different people, each with a number of their own; a few leave no e-mail address."""
    country = COUNTRIES.get(timezone) or COUNTRIES["Europe/London"]
    size = 10**country.digits
    numbers = rng.sample(range(len(country.phones) * size), count)
    return [_guest(country, rng, f"{country.phones[n // size]}{n % size:0{country.digits}}") for n in numbers]


def _guest(country: Country, rng: random.Random, phone: str) -> Guest:
    first, last = rng.choice(country.first.split()), rng.choice(country.last.split())
    mailbox = f"{_plain(first)}.{_plain(last)}{rng.randrange(10, 100)}"
    email = "" if rng.random() < 0.08 else f"{mailbox}@example.com"
    return Guest(first_name=first, last_name=last, phone=phone, email=email)


def _plain(name: str) -> str:
    """The name in ASCII small letters."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())
