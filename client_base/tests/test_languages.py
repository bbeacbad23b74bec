from odoo import fields

from .common import ClientBaseCommon


class TestLanguages(ClientBaseCommon):
    """What one user is asked to do is written in that user's language, whoever, or which job, asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        (cls.manager | cls.lead).lang = "ru_RU"

    def assert_russian(self, record):
        [summary] = record.sudo().activity_ids.mapped("summary")
        self.assertRegex(summary, "[а-яё]{4}")

    def test_a_note_to_check(self):
        region = self.env["client.region"].create({"name": "America"})
        values = {"region_id": region.id, "text": "Rates rise", "source": "us", "date": "2020-02-02"}
        note = self.env["client.region.note"].create({**values, "author_id": self.manager.id})
        note._remind_authors()
        self.assert_russian(note)

    def test_a_new_client_of_a_raw_card(self):
        card = self.env["client.intake"].with_user(self.manager).create({"name": "Gamma"}).with_user(self.operator)
        card.action_take()
        card.action_done()
        self.assert_russian(card.sudo().partner_id)

    def test_a_client_asked_for(self):
        self.env["res.config.settings"].create({"client_pool": "request"}).execute()
        self.team.member_ids += self.second
        self.free.with_user(self.second).action_request_client()
        self.assert_russian(self.free)

    def test_the_next_contact(self):
        values = {
            "partner_id": self.alpha.id,
            "comment": "Wants paper",
            "result_id": self.env.ref("client_base.result_agreed").id,
            "next_date": fields.Date.context_today(self.env.user),
        }
        self.env["client.interaction"].with_user(self.head).create(values).action_done()
        self.assert_russian(self.alpha)

    def test_clients_handed_over(self):
        values = {"source": "owner", "owner_id": self.second.id, "receiver_id": self.manager.id}
        handover = self.env["client.handover"].with_user(self.head).create(values)
        handover.action_preview()
        handover.action_apply()
        self.assert_russian(handover)

    def test_what_one_reads_is_in_own_words_whoever_read_it_before(self):
        imported = self.env["client.import"].create({"file": b"TmFtZQ==", "filename": "clients.csv"})
        row = {"import_id": imported.id, "number": 2, "state": "error", "findings": [["name_missing", {}]]}
        member = {"partner_id": self.alpha.id, "person_id": self.anna.id}
        decider = self.env.ref("client_base.dmu_role_decision_maker")
        handover = self.env["client.handover"].create({"source": "list"})
        away = {"absent_id": self.manager.id, "substitute_id": self.second.id}
        criterion = self.env.ref("client_base.criterion_volume")
        for named in (decider, criterion):
            named.with_context(lang="ru_RU").name = "По-русски"
        score = {"partner_id": self.alpha.id, "criterion_id": criterion.id, "value": 1}
        told = {
            self.env["client.import.row"].create(row): "note",
            self.env["client.dmu.member"].create({**member, "role_id": decider.id}): "display_name",
            self.env["client.handover.line"].create({"handover_id": handover.id}): "display_name",
            self.env["client.plan"].create({"user_id": self.second.id, "target": 1}): "display_name",
            self.env["client.score"].create(score): "display_name",
            self.env["client.substitution"].create(away): "display_name",
        }
        for record, name in told.items():
            with self.subTest(model=record._name):
                self.assertRegex(record.with_context(lang="en_US")[name], "^[^а-яё]+$")
                self.assertRegex(record.with_context(lang="ru_RU")[name], "[а-яё]{2}")
