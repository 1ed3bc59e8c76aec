-- Texts are compared without case and diacritics: their indexes are of that form.
-- +goose Up
CREATE INDEX "idx_sales_people_name_fold" ON "sales_people" ((ordago_fold("name") COLLATE "C"));
CREATE INDEX "idx_sales_people_email_fold" ON "sales_people" ((ordago_fold("email") COLLATE "C"));
CREATE INDEX "idx_customers_country_fold" ON "customers" ((ordago_fold("country") COLLATE "C"));
CREATE INDEX "idx_customers_name_fold" ON "customers" ((ordago_fold("name") COLLATE "C"));
CREATE INDEX "idx_products_code_fold" ON "products" ((ordago_fold("code") COLLATE "C"));
CREATE INDEX "idx_invoices_due_fold" ON "invoices" ((ordago_fold("status") COLLATE "C"), "due_date");
CREATE INDEX "idx_invoices_number_fold" ON "invoices" ((ordago_fold("number") COLLATE "C"));
CREATE INDEX "idx_audit_entries_entity_fold" ON "audit_entries" ((ordago_fold("data_class_name") COLLATE "C"), (ordago_fold("key") COLLATE "C"));
CREATE INDEX "idx_sequences_name_fold" ON "sequences" ((ordago_fold("name") COLLATE "C"));
DROP INDEX "idx_sales_people_name";
DROP INDEX "idx_customers_country";
DROP INDEX "idx_customers_name";
DROP INDEX "idx_invoices_due";
DROP INDEX "idx_audit_entries_entity";

-- +goose Down
CREATE INDEX "idx_sales_people_name" ON "sales_people" ("name");
CREATE INDEX "idx_customers_country" ON "customers" ("country");
CREATE INDEX "idx_customers_name" ON "customers" ("name");
CREATE INDEX "idx_invoices_due" ON "invoices" ("status", "due_date");
CREATE INDEX "idx_audit_entries_entity" ON "audit_entries" ("data_class_name", "key");
DROP INDEX "idx_sequences_name_fold";
DROP INDEX "idx_audit_entries_entity_fold";
DROP INDEX "idx_invoices_number_fold";
DROP INDEX "idx_invoices_due_fold";
DROP INDEX "idx_products_code_fold";
DROP INDEX "idx_customers_name_fold";
DROP INDEX "idx_customers_country_fold";
DROP INDEX "idx_sales_people_email_fold";
DROP INDEX "idx_sales_people_name_fold";
