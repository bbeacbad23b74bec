"""Fill a database with the sample client base; run by ``odoo shell``, which provides ``env``.

Clients come in through the import that a user would use, as the operator; orders through Odoo's
own import of orders, as the accountant.  The names of roles are those of ``logins.csv``.
"""

import base64
import csv
import re
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

SAMPLE = Path("setup/sample")
sys.path.append(str(SAMPLE))
CUSTOMERS = 900
PRICE_FACTOR = 10
GROUPS = {
    "anna": ["sales_team.group_sale_salesman"],
    "boris": ["sales_team.group_sale_salesman"],
    "clara": ["sales_team.group_sale_salesman"],
    "lena": ["sales_team.group_sale_salesman", "client_base.group_client_team"],
    "vera": ["account.group_account_invoice", "sales_team.group_sale_salesman_all_leads"],
    "oleg": ["client_base.group_client_operator"],
    "maria": ["client_base.group_client_all", "client_base_campaigns.group_client_marketer"],
}
TEAMS = {"North": ("lena", ["anna", "boris"]), "South": (None, ["clara"])}
REGIONS = {
    "North America": ["us", "ca", "mx", "bm", "pr"],
    "Western Europe": ["de", "at", "ch", "fr", "nl", "be", "lu", "gb", "ie", "li", "mc", "gg", "je", "im"],
    "Northern Europe": ["se", "no", "dk", "fi", "is"],
    "Southern Europe": ["es", "pt", "it", "gr", "cy", "mt"],
    "Eastern Europe": ["ua", "pl", "cz", "sk", "hu", "ro", "bg", "md", "lt", "lv", "ee", "ru", "kz"],
    "Asia and Pacific": ["jp", "cn", "hk", "tw", "kr", "in", "sg", "au", "nz", "my", "th", "id", "il", "ae"],
}
SECTORS = [
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Financials",
    "Health Care",
    "Industrials",
    "Information Technology",
    "Materials",
]
PERSONS = ["Alex Stone", "Dana Fields", "Ira Wolf", "Kim Lake", "Lee Marsh", "Robin Hill", "Sam Rivers", "Toni Woods"]


from campaigns import load_campaigns  # noqa: E402  # beside this script, which a shell reads from its standard input
from cards import load_cards  # noqa: E402


def say(text):
    print(f"  … {text}", flush=True)


def read(name):
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_users(env):
    users = {}
    for row in read("logins.csv"):
        if row["login"] == "admin":
            users["admin"] = env.ref("base.user_admin")
            # Without one no colleague gets a letter from the head of sales.
            users["admin"].email = "admin@ourselves.example"
            continue
        groups = [env.ref(name).id for name in ["base.group_user", *GROUPS[row["login"]]]]
        users[row["login"]] = env["res.users"].create(
            {
                "name": row["name"],
                "login": row["login"],
                "password": row["password"],
                "email": f"{row['login']}@ourselves.example",
                "group_ids": [(6, 0, groups)],
                # Its greeting would lie over the page that somebody came to see.
                "odoobot_state": "disabled",
            }
        )
    for name, (lead, members) in TEAMS.items():
        env["crm.team"].create(
            {
                "name": name,
                "user_id": users[lead].id if lead else False,
                "member_ids": [(6, 0, [users[member].id for member in members])],
            }
        )
    return users


def load_directory(env):
    countries = {country.code.lower(): country.id for country in env["res.country"].search([])}
    for name, codes in REGIONS.items():
        env["client.region"].create({"name": name, "country_ids": [(6, 0, [countries[code] for code in codes])]})
    present = set(env["res.partner.industry"].search([]).mapped("name"))
    env["res.partner.industry"].create([{"name": name} for name in SECTORS if name not in present])


def load_clients(env, users):
    batch = env(user=users["oleg"])["client.import"].create(
        {
            "filename": "companies.csv",
            "file": base64.b64encode((SAMPLE / "companies.csv").read_bytes()),
            "owner_ids": [(6, 0, [users[login].id for login in ("anna", "boris", "clara")])],
        }
    )
    batch.action_check()
    batch.action_import()
    say(
        f"{batch.imported_count} clients from {batch.row_count} rows: {batch.clean_count} clean, "
        f"{batch.mended_count} mended, {batch.question_count} questions, {batch.duplicate_count} duplicates"
    )
    # sudo: the sample is given to whoever it is made for, after this
    return batch.row_ids.filtered("partner_id").sorted("number").sudo().partner_id


def load_contacts(env, clients):
    """Give most clients an e-mail address, many a phone, and some a person."""
    persons = []
    for number, client in enumerate(clients):
        slug = re.sub(r"[^a-z0-9]+", "-", client.name.lower()).strip("-") or f"client-{client.id}"
        values = {}
        if number % 10 < 7:
            values["email"] = f"office@{slug}.example"
        if number % 10 < 4:
            values["phone"] = f"+1 {201 + number // 100}-555-{100 + number % 100:04d}"
        if values:
            client.write(values)
        if number % 10 < 3:
            persons.append(
                {
                    "name": PERSONS[number % len(PERSONS)],
                    "parent_id": client.id,
                    "function": "Purchasing",
                    "phone": f"+1 {201 + number // 100}-555-{100 + number % 100:04d}" if number % 2 else False,
                }
            )
    env["res.partner"].create(persons)


def load_products(env):
    """Return products of three categories as ``[(price up to, product)]``; what a unit costs us is known."""
    goods = []
    for name, most, cost in (("Paper", 120, 80), ("Ink", 150, 95), ("Devices", float("inf"), 120)):
        category = env["product.category"].create({"name": name})
        values = {"name": name, "type": "consu", "taxes_id": False, "categ_id": category.id, "standard_price": cost}
        goods.append((most, env["product.product"].create(values)))
    return goods


def get_line(goods, row):
    """Return product, quantity and price of a purchase."""
    quantity = max(int(row["quantity"]), 1)
    price = float(row["amount"]) * PRICE_FACTOR / quantity
    return next(product for most, product in goods if price <= most).id, quantity, price


def load_orders(env, users, clients):
    goods = load_products(env)
    purchases = [row for row in read("purchases.csv") if int(row["customer"]) <= CUSTOMERS]
    delay = date.today() - timedelta(days=1) - max(date.fromisoformat(row["date"]) for row in purchases)
    rows = []
    for row in purchases:
        client = clients[int(row["customer"]) - 1]
        day = date.fromisoformat(row["date"]) + delay
        rows.append(
            [
                client.id,
                client.user_id.id,
                f"{day} 09:00:00",
                "sale",
                *get_line(goods, row),
            ]
        )
    fields = ["partner_id/.id", "user_id/.id", "date_order", "state"]
    fields += ["order_line/product_id/.id", "order_line/product_uom_qty", "order_line/price_unit"]
    orders = env(user=users["vera"])["sale.order"].with_context(tracking_disable=True)
    for start in range(0, len(rows), 500):
        result = orders.load(fields, rows[start : start + 500])
        if not result["ids"]:
            raise ValueError(result["messages"][:3])
        env.cr.commit()
        say(f"{min(start + 500, len(rows))} of {len(rows)} orders")


def load_decisions(env, users, clients):
    """Some clients agreed, some were named VIP or key, one was given up."""
    quiet = clients.filtered(lambda client: not client.client_order_count)
    for number, client in enumerate(quiet[:120]):
        client.client_agreed_on = date.today() - timedelta(days=3 * number)
    best = clients.sorted("client_turnover", reverse=True)
    decisions = [
        (
            "lena",
            best.filtered(lambda client: client.user_id.login in ("anna", "boris"))[:6],
            "vip",
            "Opens its region",
        ),
        ("admin", best[10:14], "key", "Pays on time, costs little"),
        ("admin", quiet[-3:], "dead", "Closed its business"),
    ]
    for login, chosen, grade, reason in decisions:
        env(user=users[login])["client.segment.decide"].create(
            {
                "partner_ids": [(6, 0, chosen.ids)],
                "grade": grade,
                "reason": reason,
                "revivable": "no" if grade == "dead" else False,
            }
        ).action_apply()


def load_analysis(env, clients):
    """What the nights would have told: the movements of the past, classes, forecast, decision points."""
    env["client.lifecycle"]._rewrite_history(clients)
    env["client.lifecycle"]._analyse()
    decisions = env["client.decision"].search([], limit=6)
    for decision, choice in zip(decisions, ("continue", "change", "continue"), strict=False):
        decision.client_choice = choice
    decisions[:2].write({"company_choice": "continue", "terms": "Delivery within a day", "result": "Stays with us"})
    decisions[:2].action_decide()


def load_team_life(env, users, clients):
    """Some clients belong to nobody, and one manager is on vacation."""
    clients[-40:].user_id = False
    now = datetime.now().replace(microsecond=0)
    env(user=users["lena"])["client.substitution"].create(
        {
            "absent_id": users["boris"].id,
            "substitute_id": users["clara"].id,
            "date_from": now - timedelta(days=1),
            "date_to": now + timedelta(days=10),
            "reason": "vacation",
        }
    ).action_approve()


def load(env):
    started = time.monotonic()
    # Nobody is told about this installation: the job that would fails every week.
    env.ref("mail.ir_cron_module_update_notification").active = False
    users = load_users(env)
    load_directory(env)
    clients = load_clients(env, users)
    load_contacts(env, clients)
    env.cr.commit()
    load_orders(env, users, clients)
    load_decisions(env, users, clients)
    load_team_life(env, users, clients)
    load_cards(env, users, clients)
    load_analysis(env, clients)
    load_campaigns(env, users)
    env.cr.commit()
    say(f"sample loaded in {time.monotonic() - started:.0f} s")


load(env)  # noqa: F821
