-- %(orders)s confirmed orders, each with a line, of the companies of partners.sql and (one in five) of their contacts,
-- over three years up to yesterday; few clients order often, many seldom.
-- Keys and indexes are put aside meanwhile: row by row they would take ten times as long.
CREATE TEMP TABLE bench_aside AS
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) AS away,
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS back
  FROM pg_constraint
 WHERE conrelid IN ('sale_order'::regclass, 'sale_order_line'::regclass) AND contype = 'f'
 UNION ALL
SELECT format('DROP INDEX %%I', indexrelid::regclass::text), pg_get_indexdef(indexrelid)
  FROM pg_index
 WHERE indrelid IN ('sale_order'::regclass, 'sale_order_line'::regclass) AND NOT indisprimary;

DO $$ DECLARE line record; BEGIN FOR line IN SELECT * FROM bench_aside LOOP EXECUTE line.away; END LOOP; END $$;

WITH template AS (
         INSERT INTO product_template (name, type, categ_id, uom_id, active, sale_ok, list_price, service_tracking)
         SELECT '{"en_US": "Goods"}', 'consu', (SELECT min(id) FROM product_category), (SELECT min(id) FROM uom_uom),
                TRUE, TRUE, 100, 'no'
         RETURNING id)
INSERT INTO product_product (product_tmpl_id, active, standard_price)
SELECT id, TRUE, '{"1": 60}' FROM template;

CREATE TEMP TABLE bench_buyers AS
SELECT row_number() OVER (ORDER BY company.id) - 1 AS number, company.id,
       (SELECT min(person.id) FROM res_partner person WHERE person.parent_id = company.id) AS person, company.user_id
  FROM res_partner company
 WHERE company.is_company AND company.ref LIKE 'R%%';
CREATE UNIQUE INDEX ON bench_buyers (number);
ANALYZE bench_buyers;

SELECT setseed(0.5);
CREATE TEMP TABLE bench_orders AS
SELECT number, (count * 0.85 * (random() * 0.5 + random() ^ 3 * 0.5))::int AS buyer,
       date_trunc('day', now()) - make_interval(days => 1 + (random() * 1094)::int, hours => (random() * 8)::int) AS day,
       round((20 + 400 * random() ^ 2)::numeric, 2) AS amount
  FROM (SELECT count(*) AS count FROM bench_buyers) buyers, generate_series(1, %(orders)s) number;

INSERT INTO sale_order (id, name, partner_id, partner_invoice_id, partner_shipping_id, company_id, currency_id, user_id,
                        state, invoice_status, date_order, amount_untaxed, amount_tax, amount_total, currency_rate,
                        create_uid, write_uid, create_date, write_date)
SELECT (SELECT COALESCE(max(id), 0) FROM sale_order) + one.number, 'B' || one.number, client.id, client.id, client.id,
       1, company.currency_id, buyer.user_id, 'sale', 'to invoice', one.day, one.amount, 0, one.amount, 1,
       1, 1, one.day, one.day
  FROM bench_orders one
  JOIN res_company company ON company.id = 1
  JOIN bench_buyers buyer ON buyer.number = one.buyer
 CROSS JOIN LATERAL (
       SELECT CASE WHEN one.number %% 5 = 0 AND buyer.person IS NOT NULL THEN buyer.person ELSE buyer.id END AS id) client
 ORDER BY one.day;

INSERT INTO sale_order_line (order_id, name, product_id, product_uom_id, product_uom_qty, price_unit, price_subtotal,
                             price_total, discount, state, company_id, currency_id, order_partner_id, salesman_id,
                             customer_lead, create_uid, write_uid)
SELECT sale.id, 'Goods', product.id, template.uom_id, 1, sale.amount_untaxed, sale.amount_untaxed, sale.amount_untaxed,
       0, 'sale', 1, sale.currency_id, sale.partner_id, sale.user_id, 0, 1, 1
  FROM sale_order sale,
       (SELECT id, product_tmpl_id FROM product_product ORDER BY id DESC LIMIT 1) product
  JOIN product_template template ON template.id = product.product_tmpl_id
 WHERE sale.name LIKE 'B%%';

SELECT setval('sale_order_id_seq', (SELECT max(id) FROM sale_order));

DO $$ DECLARE line record; BEGIN FOR line IN SELECT * FROM bench_aside ORDER BY back LIKE 'ALTER%%' LOOP EXECUTE line.back; END LOOP; END $$;
