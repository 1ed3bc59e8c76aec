-- Texts are compared without case and diacritics: their indexes are of that form.
-- +goose Up
CREATE INDEX `idx_sales_people_name_fold` ON `sales_people` ((CASE WHEN octet_length(`name`)=length(`name`) THEN lower(`name`) ELSE ordago_fold(`name`) END));
CREATE INDEX `idx_sales_people_email_fold` ON `sales_people` ((CASE WHEN octet_length(`email`)=length(`email`) THEN lower(`email`) ELSE ordago_fold(`email`) END));
CREATE INDEX `idx_customers_country_fold` ON `customers` ((CASE WHEN octet_length(`country`)=length(`country`) THEN lower(`country`) ELSE ordago_fold(`country`) END));
CREATE INDEX `idx_customers_name_fold` ON `customers` ((CASE WHEN octet_length(`name`)=length(`name`) THEN lower(`name`) ELSE ordago_fold(`name`) END));
CREATE INDEX `idx_products_code_fold` ON `products` ((CASE WHEN octet_length(`code`)=length(`code`) THEN lower(`code`) ELSE ordago_fold(`code`) END));
CREATE INDEX `idx_invoices_due_fold` ON `invoices` ((CASE WHEN octet_length(`status`)=length(`status`) THEN lower(`status`) ELSE ordago_fold(`status`) END), `due_date`);
CREATE INDEX `idx_invoices_number_fold` ON `invoices` ((CASE WHEN octet_length(`number`)=length(`number`) THEN lower(`number`) ELSE ordago_fold(`number`) END));
CREATE INDEX `idx_audit_entries_entity_fold` ON `audit_entries` ((CASE WHEN octet_length(`data_class_name`)=length(`data_class_name`) THEN lower(`data_class_name`) ELSE ordago_fold(`data_class_name`) END), (CASE WHEN octet_length(`key`)=length(`key`) THEN lower(`key`) ELSE ordago_fold(`key`) END));
CREATE INDEX `idx_sequences_name_fold` ON `sequences` ((CASE WHEN octet_length(`name`)=length(`name`) THEN lower(`name`) ELSE ordago_fold(`name`) END));
DROP INDEX `idx_sales_people_name`;
DROP INDEX `idx_customers_country`;
DROP INDEX `idx_customers_name`;
DROP INDEX `idx_invoices_due`;
DROP INDEX `idx_audit_entries_entity`;

-- +goose Down
CREATE INDEX `idx_sales_people_name` ON `sales_people` (`name`);
CREATE INDEX `idx_customers_country` ON `customers` (`country`);
CREATE INDEX `idx_customers_name` ON `customers` (`name`);
CREATE INDEX `idx_invoices_due` ON `invoices` (`status`, `due_date`);
CREATE INDEX `idx_audit_entries_entity` ON `audit_entries` (`data_class_name`, `key`);
DROP INDEX `idx_sequences_name_fold`;
DROP INDEX `idx_audit_entries_entity_fold`;
DROP INDEX `idx_invoices_number_fold`;
DROP INDEX `idx_invoices_due_fold`;
DROP INDEX `idx_products_code_fold`;
DROP INDEX `idx_customers_name_fold`;
DROP INDEX `idx_customers_country_fold`;
DROP INDEX `idx_sales_people_email_fold`;
DROP INDEX `idx_sales_people_name_fold`;
