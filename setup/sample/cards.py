"""What the sample knows of its clients beyond the address: people, profile, market, regions.

Everything is drawn from a fixed seed, so that each demo is the same. Persons are invented.
"""

import csv
import random
from datetime import date, datetime, timedelta
from pathlib import Path

SAMPLE = Path("setup/sample")
CARDS = 160
TALKED_TO = 400
LANGUAGES = {"ru": "ru_RU", "uk": "uk_UA"}
# Function, role, involvement, interest, authority by position, in reality (0: nobody found out yet).
UNIT = [
    ("Managing Director", "decision_maker", 2, 0, 5, 3),
    ("Head of Purchasing", "buyer", 5, 2, 3, 5),
    ("Chief Accountant", "payer", 3, -2, 4, 0),
    ("Production Engineer", "user", 4, 4, 1, 2),
    ("Quality Manager", "influencer", 3, 1, 2, 0),
    ("Assistant", "gatekeeper", 4, 3, 0, 2),
    ("Plant Manager", "decision_maker", 4, 3, 4, 4),
    ("Adviser", "influencer", 1, -4, 0, 4),
]
# Who influences whom, by the places above; how strongly, by what, and why.
INFLUENCES = [
    (1, 0, 5, "prepares every decision", "wants fewer suppliers"),
    (3, 1, 4, "as the expert for the product", "wants less downtime"),
    (2, 0, 3, "through the budget", "wants longer terms of payment"),
    (5, 0, 2, "decides who gets an appointment", ""),
    (4, 1, 2, "signs the acceptance", "fears complaints"),
    (7, 0, 4, "old friend of the owner", "brought the present supplier in"),
    (3, 6, 3, "daily work together", ""),
]
FIRST = ["Alex", "Dana", "Ira", "Kim", "Lee", "Robin", "Sam", "Toni", "Noa", "Max", "Uma", "Jo"]
LAST = ["Stone", "Fields", "Wolf", "Lake", "Marsh", "Hill", "Rivers", "Woods", "Frost", "Bay", "Heath", "Vale"]
CHANNELS = ["large_wholesale", "wholesale", "small_wholesale", "retail", "end_user"]
CATEGORIES = ["Paper", "Ink", "Devices"]
TALKS = [
    ("call_out", "Asked about the next order", "They have stock for a month.", "later"),
    ("call_in", "Asks for prices", "Wants the new price list.", "interested"),
    ("visit", "Visit", "Walked through the plant, met the engineer.", "agreed"),
    ("meeting", "Yearly talk", "Terms for the coming year agreed.", "agreed"),
    ("call_out", "Offer", "Another supplier is cheaper.", "refused"),
    ("call_out", "Offer", "Nobody picked up.", "not_reached"),
]
COMPETITORS = ["Borealis Trade", "Meridian Supply", "Northwind", "Orion Parts"]


def read(name):
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_cards(env, users, clients):
    """Fill the cards of the clients that order most, and some of the others."""
    chance = random.Random(2026)
    chosen = clients.sorted("client_turnover", reverse=True)[:CARDS]
    load_passports(env, users)
    load_people(env, chosen, chance)
    load_profiles(env, chosen, chance)
    load_markets(env, chosen, chance)
    load_contacts(env, clients, chance)


def load_passports(env, users):
    regions = {region.name: region for region in env["client.region"].search([])}
    for row in read("passports.csv"):
        note = env["client.region.note"].create(
            {
                "region_id": regions[row["region"]].id,
                "kind": row["kind"],
                "text": row["en"],
                "date": date.today() - timedelta(days=int(row["days_ago"])),
                "source": row["source"],
                "author_id": users["lena"].id,
            }
        )
        for name, code in LANGUAGES.items():
            if env["res.lang"]._get_data(code=code):
                note.with_context(lang=code).text = row[name]
    env["client.region.figure"].create(
        [
            {
                "region_id": regions[row["region"]].id,
                "indicator_id": env.ref(f"client_base.indicator_{row['indicator']}").id,
                "year": int(row["year"]),
                "value": float(row["value"]),
                "source": row["source"],
            }
            for row in read("region_figures.csv")
        ]
    )


def load_people(env, clients, chance):
    for number, client in enumerate(clients):
        # One client in seven knows a single person, one in nine nobody: the filters have something to find.
        count = 0 if number % 9 == 8 else 1 if number % 7 == 6 else 3 + number % 6
        unit = UNIT[:count]
        persons = env["res.partner"].create(
            [
                {
                    "name": f"{chance.choice(FIRST)} {chance.choice(LAST)}",
                    "parent_id": client.id,
                    "function": function,
                    "phone": f"+1 {201 + number // 100}-555-{100 + number % 100:04d}",
                }
                for function, *_figures in unit
            ]
        )
        members = env["client.dmu.member"].create(
            [
                {
                    "partner_id": client.id,
                    "person_id": person.id,
                    "role_id": env.ref(f"client_base.dmu_role_{role}").id,
                    "involvement": involvement,
                    "interest": max(-5, min(5, interest - chance.choice([0, 0, 1, 3]))),
                    "formal_authority": formal,
                    "real_authority": real,
                    "confirmed_on": date.today() - timedelta(days=chance.randrange(20, 300)) if real else False,
                    "confirmed_by_id": client.user_id.id if real else False,
                    "date_from": date.today() - timedelta(days=400),
                }
                for person, (_function, role, involvement, interest, formal, real) in zip(persons, unit, strict=True)
            ]
        )
        env["client.dmu.influence"].create(
            [
                {
                    "influencer_id": members[who].id,
                    "influenced_id": members[whom].id,
                    "strength": strength,
                    "how": how,
                    "why": why,
                }
                for who, whom, strength, how, why in INFLUENCES
                if max(who, whom) < count
            ]
        )


def load_profiles(env, clients, chance):
    for client in clients:
        client.client_channel_id = env.ref(f"client_base.channel_{chance.choice(CHANNELS)}")
    criteria = env["client.criterion"].search([])
    env["client.score"].create(
        [
            {
                "partner_id": client.id,
                "criterion_id": criterion.id,
                "value": min(criterion.scale, max(0, round(chance.gauss(3, 1.3)))),
                "date": date.today() - timedelta(days=chance.randrange(1, 200)),
                "user_id": client.user_id.id or env.uid,
            }
            for client in clients
            for criterion in criteria._get_applicable(client.client_channel_id)
            if chance.random() < 0.8
        ]
    )


def load_markets(env, clients, chance):
    categories = env["product.category"]
    for name in CATEGORIES:
        categories |= categories.search([("name", "=", name)], limit=1) or categories.create({"name": name})
    rows = []
    for client in clients[: CARDS // 2]:
        for number, category in enumerate(categories[: chance.choice([1, 2, 3])]):
            base = max(client.client_turnover, 500) * (1.5 + chance.random() * 4) / (number + 1)
            capacity = round(base, -2)
            rows.append(
                {
                    "partner_id": client.id,
                    "category_id": category.id,
                    "year": date.today().year,
                    "capacity": capacity,
                    "competitor_amount": round(capacity * chance.random() * 0.5, -2),
                    "competitors": ", ".join(chance.sample(COMPETITORS, 2)),
                    "source": chance.choice(["the purchasing head, by phone", "annual report", "our estimate"]),
                    "user_id": client.user_id.id or env.uid,
                }
            )
    env["client.market"].create(rows)


def load_contacts(env, clients, chance):
    """Half a year of contacts; each manager has some for today, some late, some to complete."""
    now = datetime.now().replace(microsecond=0)
    for number, client in enumerate(clients.filtered("user_id")[:TALKED_TO]):
        for days_ago in sorted((chance.randrange(1, 180) for _talk in range(1 + number % 4)), reverse=True):
            kind, subject, comment, result = chance.choice(TALKS)
            last = env["client.interaction"].create(
                {
                    "partner_id": client.id,
                    "person_id": client.client_member_ids[:1].person_id.id,
                    "user_id": client.user_id.id,
                    "kind": kind,
                    "date": now - timedelta(days=days_ago),
                    "duration": chance.choice([5, 10, 30, 60]),
                    "subject": subject,
                    "comment": comment,
                    "result_id": env.ref(f"client_base.result_{result}").id,
                    "no_next_reason": "settled in the next talk",
                    "state": "done",
                }
            )
        if number % 8 == 7:
            last.state = "open"
        elif number % 3 == 0:
            days = chance.choice([-12, -3, -1, 0, 0, 0, 1, 4, 10, 20])
            # Nobody plans for the past: what is late now was planned for a day that was still to come.
            last.write({"no_next_reason": False, "next_date": date.today() + timedelta(days=max(days, 0))})
            last.next_activity_id.date_deadline = date.today() + timedelta(days=days)
    for number, person in enumerate(clients.client_member_ids.person_id):
        day = date.today() + timedelta(days=(number * 7) % 365)
        person.client_birthday = day.replace(year=1960 + number % 40, day=min(day.day, 28))
