"""Measure a campaign beside Odoo's own mass mailing, into the same sink; run by ``odoo shell``, which provides ``env``.

What Odoo takes too long for is measured on fewer recipients and told for each, as it grows with their number.
"""

import functools
import os
import resource
import smtplib
import sys
import time
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import Form

from odoo.addons.client_base_campaigns.models import client_campaign_kept

sys.path.append("setup/bench_scripts")
from measuring import answer, measure

ALL = int(os.environ["BENCH_RECIPIENTS"])
FEW = min(1000, ALL)
CORE = min(300, ALL)
BODY = '<p>Dear <t t-out="object.{path}">client</t>, there is something for you. <a href="https://example.com">Look</a></p>'
admin = env.ref("base.user_admin")  # noqa: F821
admin.email = "admin@ourselves.example"


def timed(job):
    started = time.perf_counter()
    job()
    env.flush_all()  # noqa: F821
    env.cr.commit()  # noqa: F821
    return time.perf_counter() - started


def get_clients(count):
    return env["res.partner"].search([("name", "=like", "Many %")], limit=count, order="id")  # noqa: F821


def make_campaign(count):
    last = get_clients(count)[-1].id
    return env["client.campaign"].create(  # noqa: F821
        {
            "name": f"To {count}",
            "user_id": admin.id,
            "domain": f"[('name', '=like', 'Many %'), ('id', '<=', {last})]",
            "subject": "News for {{ object.partner_id.name }}",
            "body": BODY.format(path="partner_id.name"),
            "quiet_from": 0,
            "quiet_to": 0,
        }
    )


def make_mailing(count):
    return env["mailing.mailing"].create(  # noqa: F821
        {
            "subject": "News for {{ object.name }}",
            "body_html": BODY.format(path="name"),
            "mailing_type": "mail",
            "mailing_model_id": env["ir.model"]._get_id("res.partner"),  # noqa: F821
            "mailing_domain": str([("id", "in", get_clients(count).ids)]),
            "email_from": admin.email_formatted,
            "user_id": admin.id,
        }
    )


def send_barely(count):
    """The least that anybody can do: the same letter, made once, to each through ``smtplib``."""
    server = env["ir.mail_server"]  # noqa: F821
    smtp = server._connect__()
    message = server._build_email__(
        email_from=admin.email, email_to=["all@sink.example"], subject="News", body=BODY, subtype="html"
    ).as_bytes()
    for number in range(count):
        smtp.sendmail(admin.email, [f"many{number}@sink.example"], message)
    try:
        smtp.quit()
    except smtplib.SMTPException:
        print("the sink hung up first")


def get_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def send_core(mailing):
    """Have Odoo prepare the mails and send them, as its two jobs do one after the other."""
    mailing.action_send_mail()
    mails = env["mail.mail"]  # noqa: F821
    while mails.search_count([("mailing_id", "=", mailing.id), ("state", "=", "outgoing")]):
        mails.process_email_queue()


def measure_core():
    mailing = make_mailing(CORE)
    with patch.object(type(env["mail.mail"]), "send", lambda *args, **kwargs: True):  # noqa: F821
        prepared = timed(mailing.action_send_mail)
    assert env["mailing.trace"].search_count([("mass_mailing_id", "=", mailing.id)]) == CORE  # noqa: F821
    # The mails that were prepared are gone again before others are.
    env["mail.mail"].search([("mailing_id", "=", mailing.id)]).unlink()  # noqa: F821
    mailing = make_mailing(CORE)
    seconds = timed(lambda: send_core(mailing))
    sent = [("mass_mailing_id", "=", mailing.id), ("trace_status", "=", "sent")]
    assert env["mailing.trace"].search_count(sent) == CORE  # noqa: F821
    return prepared / CORE, seconds / CORE


def send_ours(campaign):
    campaign.action_send()
    env.flush_all()  # noqa: F821
    env.cr.commit()  # noqa: F821
    env["client.campaign.mailer"]._cron_send()  # noqa: F821


def open_board(env, campaign):
    names = ("name", "state", "sent_percent", "receipt_percent", "participant_percent", "recipient_count", "turnover")
    env["client.campaign"].web_search_read([("id", "=", campaign.id)], {name: {} for name in names})


@functools.cache
def get_form_names(env):
    """Return what the web client reads to show the form."""
    campaigns = env["client.campaign"]
    return {
        name: {"fields": {"display_name": {}}} if campaigns._fields[name].relational else {}
        for name in Form(campaigns)._view["fields"]
    }


def open_form(env, campaign):
    env["client.campaign"].browse(campaign.id).web_read(get_form_names(env))


def open_summary(env, campaign):
    env["client.campaign"].browse(campaign.id)._get_summary()


def measure_screens(campaign):
    user = env(user=admin.id, su=False)  # noqa: F821
    return {
        name: measure(user, lambda env, job=job: job(env, campaign))[0]
        for name, job in (("board", open_board), ("form", open_form), ("summary", open_summary))
    }


figures = {"recipients": ALL}
figures["core prepares each, ms"], figures["core sends each, ms"] = (1000 * part for part in measure_core())
figures["bare SMTP each, ms"] = 1000 * timed(lambda: send_barely(FEW)) / FEW
few, many = make_campaign(FEW), make_campaign(ALL)
env.cr.commit()  # noqa: F821
figures["freezing each, ms"] = 1000 * timed(many.action_freeze_group) / ALL
few.action_freeze_group()
env.cr.commit()  # noqa: F821
figures["sending each, ms"] = 1000 * timed(lambda: send_ours(few)) / FEW
figures["memory after few, MiB"] = get_memory()
if "BENCH_SEND_ALL" in os.environ:
    figures["sending each of all, ms"] = 1000 * timed(lambda: send_ours(many)) / ALL
    figures["memory after all, MiB"] = get_memory()
else:
    # As if it had gone out, for the screens.
    env.cr.execute("UPDATE client_campaign_recipient SET delivery = 'sent' WHERE campaign_id = %s", [many.id])  # noqa: F821
    env.cr.execute("UPDATE client_campaign SET state = 'receipts' WHERE id = %s", [many.id])  # noqa: F821
    env.cr.commit()  # noqa: F821
# As it is minutes after the last answer.
client_campaign_kept.SETTLED = timedelta(0)
time.sleep(2)
env["client.campaign"]._cron_keep_counts()  # noqa: F821
env.cr.commit()  # noqa: F821
for size, campaign in (("few", few), ("all", many)):
    figures |= {f"{name} of {size}, ms": value for name, value in measure_screens(campaign).items()}
answer(figures)
