-- The bare limit of installing client_base: the same columns, values and indexes, by hand.
ALTER TABLE res_partner ADD COLUMN client_owner_id int4, ADD COLUMN client_open bool, ADD COLUMN client_region_id int4,
      ADD COLUMN client_completeness float8, ADD COLUMN client_employees int4;
UPDATE res_partner partner
   SET client_owner_id = company.user_id,
       client_completeness = 100,
       client_open = partner.id IN (SELECT partner_id FROM res_users WHERE share IS NOT TRUE)
  FROM res_partner company
 WHERE company.id = partner.commercial_partner_id;
CREATE INDEX bare_owner ON res_partner (client_owner_id, complete_name, id DESC)
INCLUDE (active, client_open, company_id, is_company, parent_id, partner_share);
CREATE INDEX bare_open ON res_partner (id) WHERE client_open IS TRUE;
CREATE INDEX bare_entered ON res_partner (create_uid) WHERE client_owner_id IS NULL;
CREATE INDEX bare_region ON res_partner (client_region_id) WHERE client_region_id IS NOT NULL;
CREATE INDEX bare_search ON res_partner
 USING gin (complete_name gin_trgm_ops, email gin_trgm_ops, phone gin_trgm_ops, ref gin_trgm_ops, vat gin_trgm_ops,
            company_registry gin_trgm_ops);
CREATE TABLE client_missing_rel (partner_id int4 NOT NULL, requirement_id int4 NOT NULL);
INSERT INTO client_missing_rel
SELECT partner.id, missing.number
  FROM res_partner partner
 CROSS JOIN LATERAL (
       SELECT unnest(array_remove(ARRAY[
              CASE WHEN partner.phone IS NULL THEN 1 END,
              CASE WHEN partner.email IS NULL THEN 2 END,
              CASE WHEN NOT EXISTS (SELECT FROM res_partner person WHERE person.parent_id = partner.id AND person.active
                                       AND person.type = 'contact' AND person.phone <> '') THEN 3 END,
              CASE WHEN partner.client_owner_id IS NULL THEN 4 END,
              CASE WHEN partner.country_id IS NULL THEN 5 END,
              CASE WHEN partner.city IS NULL THEN 6 END,
              CASE WHEN partner.client_region_id IS NULL THEN 7 END,
              CASE WHEN partner.website IS NULL THEN 8 END,
              CASE WHEN partner.industry_id IS NULL THEN 9 END]::int[], NULL)) AS number) missing
 WHERE partner.is_company AND partner.parent_id IS NULL;
ALTER TABLE client_missing_rel ADD PRIMARY KEY (partner_id, requirement_id);
CREATE INDEX bare_missing ON client_missing_rel (requirement_id, partner_id);
UPDATE res_partner partner SET client_completeness = 100 * (1 - missing.part)
  FROM (SELECT partner_id, count(*) / 9.0 AS part FROM client_missing_rel GROUP BY partner_id) missing
 WHERE missing.partner_id = partner.id;
