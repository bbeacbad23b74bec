-- A base of %(partners)s partners: 7 of 10 are companies, the rest their contacts; 95 of 100 companies
-- belong to 100 managers, the others to nobody.
-- Foreign keys are checked by plans made while the table was still empty: without this, by reading all of it.
SET enable_seqscan = off;

CREATE TEMP TABLE bench_words AS
SELECT nth, initcap(translate(md5(nth::text), '0123456789', 'aeiouylnrs')) AS word FROM generate_series(0, 1999) nth;
ANALYZE bench_words;

INSERT INTO res_partner (name, complete_name, active, is_company, type, email, autopost_bills, partner_share, tz, lang)
SELECT 'Manager ' || number, 'Manager ' || number, TRUE, FALSE, 'contact', 'manager' || number || '@ours.example', 'ask',
       FALSE, 'UTC', 'en_US'
  FROM generate_series(1, 100) number;

INSERT INTO res_users (login, partner_id, company_id, active, share, notification_type)
SELECT 'manager' || right(partner.name, -8), partner.id, 1, TRUE, FALSE, 'email'
  FROM res_partner partner
 WHERE partner.name LIKE 'Manager %%';

UPDATE res_partner SET commercial_partner_id = id WHERE name LIKE 'Manager %%';

-- Ids are given by hand, so that a company can name itself as its commercial partner in one go.
CREATE TEMP TABLE bench_start AS SELECT max(id) AS id FROM res_partner;

INSERT INTO res_company_users_rel (cid, user_id)
SELECT 1, id FROM res_users WHERE login LIKE 'manager%%';

INSERT INTO res_groups_users_rel (gid, uid)
SELECT data.res_id, person.id
  FROM res_users person
  JOIN ir_model_data data ON (data.module, data.name) IN (('base', 'group_user'), ('sales_team', 'group_sale_salesman'))
 WHERE person.login LIKE 'manager%%';

CREATE TEMP TABLE bench_managers AS
SELECT row_number() OVER (ORDER BY id) - 1 AS number, id FROM res_users WHERE login LIKE 'manager%%';

-- The managers' ids follow each other, and so do the countries'.
WITH first AS (SELECT min(id) AS user_id FROM bench_managers),
     country AS (SELECT array_agg(id ORDER BY id) AS ids FROM res_country)
INSERT INTO res_partner (id, commercial_partner_id, name, complete_name, active, is_company, type, email, phone, vat, ref,
                         city, country_id, user_id, autopost_bills, partner_share, lang, create_uid, write_uid, create_date, write_date)
SELECT start.id + number, start.id + number, one.name, one.name, TRUE, TRUE, 'contact',
       'office' || number || '@' || lower(left(one.name, 8)) || '.example',
       '+1 ' || (2000000000 + number * 7919::bigint), 'VAT' || (100000000 + number * 31), 'R' || number,
       initcap(left(md5((number %% 500)::text), 6)), country.ids[1 + number %% array_length(country.ids, 1)],
       CASE WHEN number %% 20 > 0 THEN first.user_id + number %% 100 END,
       'ask', TRUE, 'en_US', 1, 1, now() - make_interval(days => number %% 1800), now()
  FROM bench_start start, first, country, generate_series(1, (%(partners)s * 0.7)::int) number
  JOIN bench_words left_word ON left_word.nth = number %% 2000
  JOIN bench_words right_word ON right_word.nth = (number / 7) %% 2000
 CROSS JOIN LATERAL (
       SELECT left(left_word.word, 9) || ' ' || left(right_word.word, 7) || ' ' || number AS name) one;

SELECT setval('res_partner_id_seq', (SELECT max(id) FROM res_partner));

ANALYZE res_partner;

INSERT INTO res_partner (name, complete_name, active, is_company, type, parent_id, commercial_partner_id, email, phone, user_id,
                         commercial_company_name, autopost_bills, partner_share, lang, create_uid, write_uid)
SELECT 'Person ' || company.id, company.name || ', Person ' || company.id, TRUE, FALSE, 'contact', company.id, company.id,
       'p' || company.id || '@' || split_part(company.email, '@', 2), '+1 ' || (3000000000 + company.id * 7919::bigint),
       company.user_id, company.name, 'ask', TRUE, 'en_US', 1, 1
  FROM res_partner company
 WHERE company.is_company AND company.ref LIKE 'R%%'
 ORDER BY company.id
 LIMIT (%(partners)s * 0.3)::int;

-- The peer shows a client also to those who follow it, and has every manager follow his own.
INSERT INTO mail_followers (res_model, res_id, partner_id)
SELECT 'res.partner', company.id, person.partner_id
  FROM res_partner company
  JOIN res_users person ON person.id = company.user_id
 WHERE company.is_company AND company.ref LIKE 'R%%' AND person.login LIKE 'manager%%';
