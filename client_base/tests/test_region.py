from datetime import timedelta
from pathlib import Path

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.modules.migration import load_script
from odoo.tests import Form

from .common import ClientBaseCommon

UPGRADE = Path(__file__).parents[1] / "migrations" / "19.0.1.13.0" / "post-name_regions.py"


class TestRegion(ClientBaseCommon):
    """Regions of the company's own making, found by the clients' addresses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usa, cls.canada = cls.env.ref("base.us"), cls.env.ref("base.ca")
        cls.texas, cls.ohio = cls.env.ref("base.state_us_44"), cls.env.ref("base.state_us_35")
        cls.america = cls.make_region("America", country_ids=cls.usa | cls.canada)
        cls.south = cls.make_region("South", parent_id=cls.america, state_ids=cls.texas)

    @classmethod
    def make_region(cls, name, **places):
        return cls.env["client.region"].create(
            {
                "name": name,
                **{
                    field: records.id if field == "parent_id" else [Command.set(records.ids)]
                    for field, records in places.items()
                },
            }
        )

    def move(self, client, country, state=None):
        client.write({"country_id": country.id, "state_id": state.id if state else False})

    def test_the_state_decides_before_the_country(self):
        self.move(self.alpha, self.usa, self.texas)
        self.assertEqual(self.alpha.client_region_id, self.south)
        self.move(self.alpha, self.usa, self.ohio)
        self.assertEqual(self.alpha.client_region_id, self.america)
        self.move(self.alpha, self.env.ref("base.de"))
        self.assertFalse(self.alpha.client_region_id)

    def test_of_two_regions_the_deeper_one(self):
        north = self.make_region("North", parent_id=self.america, country_ids=self.canada)
        self.move(self.alpha, self.canada)
        self.assertEqual(self.alpha.client_region_id, north)

    def test_the_full_name_is_in_the_language_of_who_reads_it(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.america.with_context(lang="ru_RU").name = "Америка"
        self.env.invalidate_all()
        self.assertEqual(self.south.with_context(lang="ru_RU").display_name, "Америка / South")
        self.assertEqual((self.america | self.south).mapped("display_name"), ["America", "America / South"])
        self.south.update_field_translations("name", {"ru_RU": "Юг"})
        self.south.parent_id = False
        self.env.invalidate_all()
        self.assertEqual(self.south.with_context(lang="ru_RU").complete_name, "Юг")
        self.assertEqual(self.south.complete_name, "South")
        regions = self.env["client.region"].with_context(lang="ru_RU")
        self.assertEqual(regions.search([("display_name", "ilike", "юг")]), self.south)
        self.assertEqual(regions.search([("id", "in", (self.america | self.south).ids)])[0], self.america)

    def test_many_regions_at_once_get_their_full_names(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.south.with_context(lang="ru_RU").name = "Юг"
        self.env.flush_all()
        self.env.invalidate_all()
        parts = self.env["client.region"].create(
            [{"name": f"Area {number}", "parent_id": self.south.id} for number in range(150)]
        )
        self.env.flush_all()
        self.assertEqual(parts[-1].complete_name, "America / South / Area 149")
        self.assertEqual(parts[-1].with_context(lang="ru_RU").complete_name, "America / Юг / Area 149")
        self.south.name = "The South"
        self.assertEqual(parts[-1].complete_name, "America / The South / Area 149")

    def test_a_region_is_made_where_it_is_chosen(self):
        region_id, name = self.env["client.region"].with_user(self.head).name_create("Far North")
        self.assertEqual((self.env["client.region"].browse(region_id).name, name), ("Far North", "Far North"))

    def test_an_upgrade_calls_regions_in_full_in_every_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.america.with_context(lang="ru_RU").name = "Америка"
        self.env.flush_all()
        self.env.cr.execute("UPDATE client_region SET complete_name = jsonb_build_object('en_US', 'Америка')")
        self.env.invalidate_all()
        load_script(str(UPGRADE), UPGRADE.stem).migrate(self.cr, "19.0.1.12.0")
        self.env.invalidate_all()
        names = [self.south.with_context(lang=lang).complete_name for lang in ("en_US", "ru_RU")]
        self.assertEqual(names, ["America / South", "Америка / South"])

    def test_a_region_chosen_by_hand_holds_until_it_is_emptied(self):
        self.move(self.alpha, self.usa, self.ohio)
        self.assertEqual(self.alpha.client_region_by, "country")
        own = self.alpha.with_user(self.manager)
        own.client_region_id = self.south
        self.assertEqual(self.alpha.client_region_by, "hand")
        self.move(self.alpha, self.canada)
        self.south.with_user(self.head).action_match_clients()
        self.assertEqual(self.alpha.client_region_id, self.south)
        own.client_region_id = False
        self.assertEqual((self.alpha.client_region_id, self.alpha.client_region_by), (self.america, "country"))

    def assert_found(self, client, region, matched_by):
        self.assertEqual((client.client_region_id, client.client_region_by), (region, matched_by))

    def test_an_address_typed_into_the_form_goes_on_finding_the_region(self):
        """The form sends the region that it found back with the address, as it does one that was chosen."""
        clients = self.env["res.partner"].with_user(self.manager)
        with Form(clients.with_context(default_is_company=True)) as form:
            form.name = "New"
            form.country_id = self.usa
            form.state_id = self.texas
            self.assertEqual(form.client_region_by, "state")
        self.assert_found(form.record, self.south, "state")
        with Form(form.record) as form:
            form.state_id = self.ohio
        self.assert_found(form.record, self.america, "country")
        self.assert_found(form.record.copy(), self.america, "country")
        with Form(form.record) as form:
            form.client_region_id = self.south
            self.assertEqual(form.client_region_by, "hand")
        self.move(form.record, self.canada)
        self.assert_found(form.record, self.south, "hand")
        self.assert_found(form.record.copy(), self.south, "hand")

    def test_postal_codes_and_cities_narrow_a_region(self):
        prairie = self.make_region("Prairie", country_ids=self.canada)
        prairie.zip_prefixes = "R, T2"
        coast = self.make_region("Coast", country_ids=self.canada)
        coast.cities = "Vancouver\nVictoria"
        for zip_code, city, region, matched_by in (
            ("R3C 0B9", "Winnipeg", prairie, "zip"),
            ("V5K 0A1", "VANCOUVER", coast, "city"),
            ("K1A 0A2", "Ottawa", self.america, "country"),
        ):
            with self.subTest(city=city):
                self.alpha.write({"country_id": self.canada.id, "zip": zip_code, "city": city})
                self.assertEqual((self.alpha.client_region_id, self.alpha.client_region_by), (region, matched_by))

    def test_places_are_checked_in_words(self):
        cases = {
            "no beginning of postal codes": {"zip_prefixes": "05-01"},
            "too many postal codes": {"zip_prefixes": "000000-999999"},
            "name the countries or states": {"cities": "Paris", "country_ids": [Command.clear()]},
        }
        for words, values in cases.items():
            with self.subTest(words=words), self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                self.america.write(values)

    def test_a_note_that_is_out_of_date_gives_its_author_one_task(self):
        note = self.env["client.region.note"].create(
            {
                "region_id": self.america.id,
                "text": "Rates rise",
                "source": "The Times",
                "date": "2020-02-02",
                "author_id": self.manager.id,
            }
        )
        self.assertTrue(note.stale)
        self.assertIn(note, note.search([("stale", "=", True)]))
        for _night in range(2):
            note._remind_authors()
        self.assertEqual(note.activity_ids.user_id, self.manager)
        self.assertEqual(len(note.activity_ids), 1)
        note.with_user(self.manager).action_still_true()
        self.assertFalse(note.stale)
        self.assertFalse(note.activity_ids)

    def test_a_reminder_that_was_ticked_off_comes_again_after_another_term(self):
        note = self.make_note_ticked_off()
        for days, reminders in ((1, 0), (400, 1)):
            with self.subTest(days=days):
                self.assertEqual(self.count_reminders(note, days), reminders)

    def test_of_a_note_that_was_checked_its_author_is_reminded_when_its_term_is_over(self):
        note = self.make_note_ticked_off()
        note.with_user(self.manager).action_still_true()
        self.assertEqual(self.count_reminders(note, 400), 1)

    def make_note_ticked_off(self):
        """Return a note of the manager, out of date, whose reminder is done although nothing was written."""
        values = {"region_id": self.america.id, "text": "Rates rise", "source": "us", "date": "2020-02-02"}
        note = self.env["client.region.note"].with_user(self.manager).create(values).sudo()
        note._remind_authors()
        note.activity_ids.with_user(self.manager).action_feedback()
        self.env.flush_all()
        return note

    def count_reminders(self, note, days):
        with freeze_time(fields.Datetime.now() + timedelta(days=days)):
            note._remind_authors()
        note.invalidate_recordset()
        return len(note.activity_ids)

    def test_who_rewrites_a_note_becomes_its_author(self):
        notes = self.env["client.region.note"]
        values = {"region_id": self.america.id, "text": "Rates rise", "source": "us", "author_id": self.head.id}
        note = notes.with_user(self.manager).create(values)
        self.assertEqual(note.author_id, self.manager)
        note.with_user(self.second).text = "Rates fall"
        self.assertEqual(note.author_id, self.second)
        note.with_user(self.head).author_id = self.manager
        self.assertEqual(note.author_id, self.manager)

    def test_figures_and_notes_are_checked_in_words(self):
        values = {"region_id": self.america.id, "source": "us"}
        indicator = self.env.ref("client_base.indicator_growth").id
        figure = {**values, "indicator_id": indicator, "value": 2}
        self.env["client.region.figure"].create({**figure, "year": 2020})
        note = self.env["client.region.note"].create({**values, "text": "X"})
        cases = {
            "null value": lambda: note.write({"date": False}),
            "year in full": lambda: self.env["client.region.figure"].create({**figure, "year": 20}),
            "figure_unique": lambda: self.env["client.region.figure"].create({**figure, "year": 2020}),
            "cannot lie ahead": lambda: self.env["client.region.note"].create(
                {**values, "text": "X", "date": "2999-01-01"}
            ),
        }
        for words, action in cases.items():
            with self.subTest(words=words), self.assertRaisesRegex(Exception, words), self.cr.savepoint():
                action()
                self.env.flush_all()

    def test_matching_again_follows_the_regions_as_they_are_now(self):
        self.move(self.alpha, self.usa, self.ohio)
        self.move(self.beta, self.canada)
        self.assertEqual(self.alpha.client_region_id, self.america)
        self.south.state_ids |= self.ohio
        self.assertEqual(self.alpha.client_region_id, self.america)
        self.america.with_user(self.head).action_match_clients()
        self.assertEqual(self.alpha.client_region_id, self.south)
        self.assertEqual(self.beta.client_region_id, self.america)

    def test_an_archived_region_takes_no_clients(self):
        self.south.active = False
        self.env.flush_all()
        self.env.registry.clear_cache()
        for client in (self.alpha.with_context(active_test=False), self.beta):
            with self.subTest(client=client.name):
                self.move(client, self.usa, self.texas)
                self.assertEqual(client.client_region_id, self.america)

    def test_a_region_in_use_is_not_deleted(self):
        """Its passport, and what was chosen by hand, would go with it."""
        self.assertIn("has parts", self.refuse_to_delete(self.america))
        self.alpha.write({"client_region_id": self.south.id, "active": False})
        self.assertIn("Clients lie in", self.refuse_to_delete(self.south))
        self.alpha.client_region_id = False
        values = {"region_id": self.south.id, "source": "us"}
        note = self.env["client.region.note"].create({**values, "text": "Calm"})
        self.assertIn("passport of “America / South”", self.refuse_to_delete(self.south))
        note.unlink()
        growth = self.env.ref("client_base.indicator_growth")
        figure = self.env["client.region.figure"].create({**values, "indicator_id": growth.id, "value": 2})
        self.assertIn("passport", self.refuse_to_delete(self.south))
        figure.unlink()
        whole = self.south | self.america
        whole.with_user(self.head).unlink()
        self.assertFalse(whole.exists())

    def test_an_indicator_with_figures_is_not_deleted(self):
        growth = self.env.ref("client_base.indicator_growth")
        self.env["client.region.figure"].create(
            {"region_id": self.south.id, "indicator_id": growth.id, "value": 2, "source": "us"}
        )
        self.assertIn(growth.name, self.refuse_to_delete(growth))

    def refuse_to_delete(self, records):
        """Check that the head cannot delete them, and return in which words."""
        with self.assertRaises(UserError) as refusal:
            records.with_user(self.head).unlink()
        self.assertIn("instead of deleting it", str(refusal.exception))
        return str(refusal.exception)

    def test_the_figure_on_a_region_is_what_its_list_shows(self):
        self.move(self.alpha, self.usa, self.texas)
        self.move(self.beta, self.canada)
        for user, expected in (
            (self.head, {self.america: 2, self.south: 1}),
            (self.manager, {self.america: 1, self.south: 1}),
        ):
            for region, count in expected.items():
                with self.subTest(user=user.name, region=region.name):
                    self.env.flush_all()
                    self.env.invalidate_all()
                    own = region.with_user(user)
                    action = own.action_open_clients()
                    self.assertEqual(own.client_count, count)
                    self.assertEqual(self.env["res.partner"].with_user(user).search_count(action["domain"]), count)

    def test_full_names_say_where_a_region_lies(self):
        self.assertEqual(self.south.display_name, "America / South")
        self.america.name = "Americas"
        self.assertEqual(self.south.display_name, "Americas / South")

    def test_a_region_is_no_part_of_itself(self):
        for part in (self.america, self.south):
            with self.subTest(part=part.name), self.assertRaisesRegex(UserError, "a part of itself"):
                self.america.parent_id = part

    def test_only_who_makes_regions_matches_all_clients_anew(self):
        for user in (self.manager, self.lead, self.accountant, self.operator):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.south.with_user(user).action_match_clients()

    def test_regions_are_read_by_all_and_made_by_the_head(self):
        self.assertEqual(self.south.with_user(self.operator).display_name, "America / South")
        for user in (self.manager, self.lead, self.accountant, self.operator):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.south.with_user(user).name = "Mine"
        self.south.with_user(self.head).name = "Deep South"
        self.assertEqual(self.south.name, "Deep South")
