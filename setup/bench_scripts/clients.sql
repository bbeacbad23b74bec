-- %(recipients)s clients with e-mail addresses, for campaigns.
INSERT INTO res_partner (name, complete_name, active, is_company, type, email, email_normalized, autopost_bills,
                         partner_share, lang, client_open, client_owner_id, user_id)
SELECT 'Many ' || number, 'Many ' || number, TRUE, TRUE, 'contact', 'many' || number || '@sink.example',
       'many' || number || '@sink.example', 'ask', TRUE, 'en_US', FALSE, admin.id, admin.id
  FROM generate_series(1, %(recipients)s) AS number, (SELECT id FROM res_users WHERE login = 'admin') AS admin;

UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL;
