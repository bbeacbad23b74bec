"""What the sample knows of programmes of work: one that ended, one that runs, a plan, and greetings.

Nothing is sent: what went out is written down as the mailer would have done it.
"""

import random
from datetime import date, timedelta

BODY = """<p>Dear <t t-out="object.partner_id.name">client</t>,</p>
<p>until the end of the month you have ten percent off our spare parts. Your manager
<t t-out="object.owner_id.name">manager</t> gladly tells you more.</p>"""
TEXTS = {
    "ru_RU": {
        "subject": "Предложение для {{ object.partner_id.name }}",
        "body": """<p>Здравствуйте, <t t-out="object.partner_id.name">клиент</t>!</p>
<p>До конца месяца на запасные части для вас скидка десять процентов.</p>""",
    },
    "uk_UA": {
        "subject": "Пропозиція для {{ object.partner_id.name }}",
        "body": """<p>Вітаємо, <t t-out="object.partner_id.name">клієнт</t>!</p>
<p>До кінця місяця на запасні частини для вас знижка десять відсотків.</p>""",
    },
}
SCRIPT = "<ol><li>Has our letter reached you?</li><li>What do you need most this month?</li></ol>"
ANSWERS = ["yes", "yes", "no", "call", False, False]
COMMENTS = {"yes": "Please reserve twenty pieces.", "no": "We have stock until summer.", "call": "Tuesday after ten."}


def load_campaigns(env, users):
    chance = random.Random(2027)
    marketer = env(user=users["maria"])
    segments = {segment.code: segment.id for segment in env["client.segment"].search([])}
    common = {
        "subject": "An offer for {{ object.partner_id.name }}",
        "body": BODY,
        "script": SCRIPT,
        "fallback_channel": "call",
        "reminder_text": "We wrote to you some days ago and have not heard from you yet.",
    }
    past = make_sent(
        marketer,
        {
            **common,
            "name": "Autumn offer",
            "goal": "30 regular clients order again within the month",
            "segment_ids": [segments["regular"], segments["partner"]],
            "date_start": date.today() - timedelta(days=70),
            "budget": 2000,
            "control_percent": 20,
        },
    )
    past.date_end = date.today() - timedelta(days=40)
    answer(past, chance)
    past.action_to_results()
    past.write({"cost": 1640, "conclusion": "Calls brought twice as many answers as letters: keep them."})
    past.action_close()
    running = make_sent(
        marketer,
        {
            **common,
            "name": "Spare parts, ten percent",
            "goal": "50 working clients order spare parts",
            "segment_ids": [segments["working"]],
            "budget": 800,
            "cap": 40,
        },
    )
    translate(running)
    answer(running, chance, share=3)
    running.change_ids.create(
        {"campaign_id": running.id, "text": "Prolonged by a week: the supplier was late", "user_id": users["maria"].id}
    )
    marketer["client.campaign"].create(
        {**common, "name": "Revival of quiet clients", "goal": "5 clients come back", "segment_ids": [segments["dead"]]}
    )
    load_programmes(marketer, common)


def make_sent(env, values):
    """Return a campaign whose messages went out, and whose calls wait for the managers."""
    campaign = env["client.campaign"].create(values)
    campaign.action_freeze_group()
    campaign.action_send()
    deliveries = campaign.recipient_ids.delivery_ids
    letters = deliveries.filtered(lambda delivery: delivery.channel == "email")
    refused = letters[::17]
    (letters - refused)._settle("sent")
    refused._settle("failed", "550 5.1.1 The address does not exist")
    (letters - refused)._register_contacts()
    env["client.campaign.outbox"]._hand_over(deliveries - letters)
    campaign._finish_sending()
    env.cr.execute(
        "UPDATE client_campaign_recipient SET sent_date = %s WHERE campaign_id = %s AND sent_date IS NOT NULL",
        [campaign.date_start, campaign.id],
    )
    env.invalidate_all()
    return campaign


def answer(campaign, chance, share=2):
    """Let one in ``share`` of the clients answer on their pages."""
    for recipient in campaign.recipient_ids.filtered(lambda one: one.delivery == "sent")[::share]:
        said = chance.choice(ANSWERS)
        recipient._confirm_receipt("page", said, COMMENTS.get(said) if chance.random() < 0.4 else None)


def translate(campaign):
    for lang, texts in TEXTS.items():
        if campaign.env["res.lang"]._get_data(code=lang):
            campaign.with_context(lang=lang).write(texts)


def load_programmes(env, common):
    greeting = {"subject": "Happy birthday, {{ object.person_id.name }}!", "body": "<p>We wish you all the best!</p>"}
    for name, kind, texts in (
        ("Birthday greetings", "birthday", greeting),
        ("Time to order again", "reorder", {}),
    ):
        model = env["client.campaign"].create({**common, **texts, "name": f"{name} (model)", "fallback_channel": False})
        env["client.programme"].create({"name": name, "kind": kind, "campaign_id": model.id, "yearly_cap": 4})
