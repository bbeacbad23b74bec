-- A register of %(interactions)s contacts with the companies of partners.sql, by their managers, over two years;
-- manager7 works with 10,000 clients; 30,000 activities are open.
-- Keys and indexes of the register are put aside meanwhile: row by row they would take ten times as long.
CREATE TEMP TABLE bench_aside AS
SELECT format('ALTER TABLE client_interaction DROP CONSTRAINT %%I', conname) AS away,
       format('ALTER TABLE client_interaction ADD CONSTRAINT %%I %%s', conname, pg_get_constraintdef(oid)) AS back
  FROM pg_constraint
 WHERE conrelid = 'client_interaction'::regclass AND contype = 'f'
 UNION ALL
SELECT format('DROP INDEX %%I', indexrelid::regclass::text), pg_get_indexdef(indexrelid)
  FROM pg_index
 WHERE indrelid = 'client_interaction'::regclass AND NOT indisprimary;

DO $$ DECLARE line record; BEGIN FOR line IN SELECT * FROM bench_aside LOOP EXECUTE line.away; END LOOP; END $$;

WITH manager AS (SELECT id FROM res_users WHERE login = 'manager7'),
     missing AS (SELECT 10000 - count(*) AS clients FROM res_partner WHERE is_company AND user_id = (SELECT id FROM manager)),
     given AS (SELECT id FROM res_partner WHERE is_company AND ref LIKE 'R%%' AND user_id IS NULL
                ORDER BY id LIMIT (SELECT clients FROM missing))
UPDATE res_partner
   SET user_id = CASE WHEN is_company THEN manager.id END, client_owner_id = manager.id
  FROM manager
 WHERE commercial_partner_id IN (SELECT id FROM given);

CREATE TEMP TABLE bench_clients AS
SELECT row_number() OVER (ORDER BY id) - 1 AS nth, id, COALESCE(user_id, 2) AS user_id
  FROM res_partner
 WHERE is_company AND ref LIKE 'R%%';
CREATE UNIQUE INDEX ON bench_clients (nth);
ANALYZE bench_clients;

INSERT INTO client_interaction (partner_id, user_id, kind, direction, date, duration, subject, comment, result_id, success,
                                next_kind, no_next_reason, state, create_uid, write_uid, create_date, write_date)
SELECT client.id, client.user_id, (ARRAY['call_out', 'call_in', 'meeting', 'letter'])[1 + number %% 4], 'out',
       -- Every fifth client was silent for the last 200 days.
       now()::timestamp - make_interval(days => CASE WHEN client.nth %% 5 = 0 THEN 200 ELSE 0 END,
                                        mins => 5 + (number * 7919::bigint %% 1051200)::int), number %% 40,
       'Contact ' || number, 'Talked about delivery ' || number, 1, TRUE, 'call_out', 'Nothing to agree', 'done',
       client.user_id, client.user_id, now(), now()
  FROM generate_series(1, %(interactions)s) number
  JOIN bench_clients client ON client.nth = number %% (SELECT count(*) FROM bench_clients);

DO $$ DECLARE line record; BEGIN FOR line IN SELECT * FROM bench_aside ORDER BY back DESC LOOP EXECUTE line.back; END LOOP; END $$;
ANALYZE client_interaction;

-- Some of what manager7 began waits to be completed.
UPDATE client_interaction SET state = 'open', comment = NULL, result_id = NULL, success = NULL
 WHERE id IN (SELECT id FROM client_interaction WHERE user_id = (SELECT id FROM res_users WHERE login = 'manager7')
               ORDER BY date DESC LIMIT 50);

-- Deadlines of 60 days around today: 3,000 of manager7, 27,000 of the others.
INSERT INTO mail_activity (res_model_id, res_model, res_id, res_name, client_partner_id, activity_type_id, user_id, summary,
                           date_deadline, active, automated, create_uid, write_uid, create_date, write_date)
SELECT model.id, 'res.partner', client.id, 'Client', client.id, type.res_id, client.user_id, 'Call ' || client.nth,
       current_date - 30 + (client.turn %% 60)::int, TRUE, FALSE, client.user_id, client.user_id, now(), now()
  FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY id DESC) AS turn FROM bench_clients) client
  JOIN res_users person ON person.id = client.user_id AND person.login LIKE 'manager%%'
  JOIN ir_model model ON model.model = 'res.partner'
  JOIN ir_model_data type ON (type.module, type.name) = ('mail', 'mail_activity_data_call')
 WHERE client.turn <= CASE WHEN person.login = 'manager7' THEN 3000 ELSE 280 END;

ANALYZE mail_activity;

UPDATE res_partner partner
   SET client_last_contact = contact.last, client_next_contact = activity.next
  FROM (SELECT partner_id, max(date)::date AS last FROM client_interaction GROUP BY partner_id) contact
  LEFT JOIN (SELECT client_partner_id, min(date_deadline) AS next FROM mail_activity GROUP BY client_partner_id) activity
    ON activity.client_partner_id = contact.partner_id
 WHERE partner.id = contact.partner_id;
