-- +goose Up
CREATE TABLE `sales_people` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `name` text NOT NULL,
  `email` text NOT NULL,
  `password_hash` text NOT NULL,
  `role` text NOT NULL,
  `orda_stamp` integer NOT NULL DEFAULT 0,
  `orda_created_at` datetime,
  `orda_updated_at` datetime
);
CREATE TABLE `customers` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `name` text NOT NULL,
  `city` text NOT NULL,
  `country` text NOT NULL,
  `credit_limit` integer NOT NULL,
  `blocked` numeric NOT NULL,
  `sales_person_id` integer,
  `orda_stamp` integer NOT NULL DEFAULT 0,
  `orda_created_at` datetime,
  `orda_updated_at` datetime,
  CONSTRAINT `fk_customers_sales_person_id` FOREIGN KEY (`sales_person_id`) REFERENCES `sales_people` (`id`)
);
CREATE TABLE `products` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `code` text NOT NULL,
  `name` text NOT NULL,
  `unit_price` integer NOT NULL,
  `stock` integer NOT NULL,
  `orda_stamp` integer NOT NULL DEFAULT 0,
  `orda_created_at` datetime,
  `orda_updated_at` datetime
);
CREATE TABLE `invoices` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `number` text NOT NULL,
  `date` date NOT NULL,
  `due_date` date NOT NULL,
  `status` text NOT NULL,
  `total` integer NOT NULL,
  `customer_id` integer NOT NULL,
  `created_by` text NOT NULL,
  `approved_by` text NOT NULL,
  `approved_at` datetime,
  `orda_stamp` integer NOT NULL DEFAULT 0,
  `orda_created_at` datetime,
  `orda_updated_at` datetime,
  CONSTRAINT `fk_invoices_customer_id` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`)
);
CREATE TABLE `invoice_lines` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `invoice_id` integer NOT NULL,
  `product_id` integer NOT NULL,
  `quantity` integer NOT NULL,
  `unit_price` integer NOT NULL,
  `amount` integer NOT NULL,
  `orda_stamp` integer NOT NULL DEFAULT 0,
  `orda_created_at` datetime,
  `orda_updated_at` datetime,
  CONSTRAINT `fk_invoice_lines_invoice_id` FOREIGN KEY (`invoice_id`) REFERENCES `invoices` (`id`),
  CONSTRAINT `fk_invoice_lines_product_id` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`)
);
CREATE TABLE `audit_entries` (
  `id` integer PRIMARY KEY AUTOINCREMENT,
  `at` datetime NOT NULL,
  `session_id` text NOT NULL,
  `user_name` text NOT NULL,
  `event` text NOT NULL,
  `data_class_name` text NOT NULL,
  `key` text NOT NULL,
  `changes` text
);
CREATE TABLE `sequences` (
  `name` text NOT NULL,
  `value` integer NOT NULL,
  PRIMARY KEY (`name`)
);
CREATE UNIQUE INDEX `idx_sales_people_email` ON `sales_people` (`email`);
CREATE INDEX `idx_sales_people_name` ON `sales_people` (`name`);
CREATE INDEX `idx_customers_country` ON `customers` (`country`);
CREATE INDEX `idx_customers_name` ON `customers` (`name`);
CREATE INDEX `idx_customers_sales_person_id` ON `customers` (`sales_person_id`);
CREATE UNIQUE INDEX `idx_products_code` ON `products` (`code`);
CREATE INDEX `idx_invoices_customer_id` ON `invoices` (`customer_id`);
CREATE INDEX `idx_invoices_date` ON `invoices` (`date`);
CREATE INDEX `idx_invoices_due` ON `invoices` (`status`, `due_date`);
CREATE UNIQUE INDEX `idx_invoices_number` ON `invoices` (`number`);
CREATE INDEX `idx_invoice_lines_invoice_id` ON `invoice_lines` (`invoice_id`);
CREATE INDEX `idx_invoice_lines_product_id` ON `invoice_lines` (`product_id`);
CREATE INDEX `idx_audit_entries_at` ON `audit_entries` (`at`);
CREATE INDEX `idx_audit_entries_entity` ON `audit_entries` (`data_class_name`, `key`);

-- +goose Down
DROP INDEX `idx_audit_entries_entity`;
DROP INDEX `idx_audit_entries_at`;
DROP INDEX `idx_invoice_lines_product_id`;
DROP INDEX `idx_invoice_lines_invoice_id`;
DROP INDEX `idx_invoices_number`;
DROP INDEX `idx_invoices_due`;
DROP INDEX `idx_invoices_date`;
DROP INDEX `idx_invoices_customer_id`;
DROP INDEX `idx_products_code`;
DROP INDEX `idx_customers_sales_person_id`;
DROP INDEX `idx_customers_name`;
DROP INDEX `idx_customers_country`;
DROP INDEX `idx_sales_people_name`;
DROP INDEX `idx_sales_people_email`;
DROP TABLE `sequences`;
DROP TABLE `audit_entries`;
DROP TABLE `invoice_lines`;
DROP TABLE `invoices`;
DROP TABLE `products`;
DROP TABLE `customers`;
DROP TABLE `sales_people`;
