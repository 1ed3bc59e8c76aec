-- +goose Up
CREATE TABLE "sales_people" (
  "id" bigserial NOT NULL,
  "name" varchar(100) NOT NULL,
  "email" varchar(200) NOT NULL,
  "password_hash" varchar(200) NOT NULL,
  "role" varchar(20) NOT NULL,
  "orda_stamp" bigint NOT NULL DEFAULT 0,
  "orda_created_at" timestamptz(6),
  "orda_updated_at" timestamptz(6),
  PRIMARY KEY ("id")
);
CREATE TABLE "customers" (
  "id" bigserial NOT NULL,
  "name" varchar(100) NOT NULL,
  "city" varchar(100) NOT NULL,
  "country" varchar(100) NOT NULL,
  "credit_limit" bigint NOT NULL,
  "blocked" boolean NOT NULL,
  "sales_person_id" bigint,
  "orda_stamp" bigint NOT NULL DEFAULT 0,
  "orda_created_at" timestamptz(6),
  "orda_updated_at" timestamptz(6),
  PRIMARY KEY ("id")
);
CREATE TABLE "products" (
  "id" bigserial NOT NULL,
  "code" varchar(20) NOT NULL,
  "name" varchar(100) NOT NULL,
  "unit_price" bigint NOT NULL,
  "stock" bigint NOT NULL,
  "orda_stamp" bigint NOT NULL DEFAULT 0,
  "orda_created_at" timestamptz(6),
  "orda_updated_at" timestamptz(6),
  PRIMARY KEY ("id")
);
CREATE TABLE "invoices" (
  "id" bigserial NOT NULL,
  "number" varchar(20) NOT NULL,
  "date" date NOT NULL,
  "due_date" date NOT NULL,
  "status" varchar(10) NOT NULL,
  "total" bigint NOT NULL,
  "customer_id" bigint NOT NULL,
  "created_by" varchar(100) NOT NULL,
  "approved_by" varchar(100) NOT NULL,
  "approved_at" timestamptz(6),
  "orda_stamp" bigint NOT NULL DEFAULT 0,
  "orda_created_at" timestamptz(6),
  "orda_updated_at" timestamptz(6),
  PRIMARY KEY ("id")
);
CREATE TABLE "invoice_lines" (
  "id" bigserial NOT NULL,
  "invoice_id" bigint NOT NULL,
  "product_id" bigint NOT NULL,
  "quantity" bigint NOT NULL,
  "unit_price" bigint NOT NULL,
  "amount" bigint NOT NULL,
  "orda_stamp" bigint NOT NULL DEFAULT 0,
  "orda_created_at" timestamptz(6),
  "orda_updated_at" timestamptz(6),
  PRIMARY KEY ("id")
);
CREATE TABLE "audit_entries" (
  "id" bigserial NOT NULL,
  "at" timestamptz(6) NOT NULL,
  "session_id" varchar(32) NOT NULL,
  "user_name" varchar(100) NOT NULL,
  "event" varchar(10) NOT NULL,
  "data_class_name" varchar(50) NOT NULL,
  "key" varchar(50) NOT NULL,
  "changes" jsonb,
  PRIMARY KEY ("id")
);
CREATE TABLE "sequences" (
  "name" varchar(50) NOT NULL,
  "value" bigint NOT NULL,
  PRIMARY KEY ("name")
);
CREATE UNIQUE INDEX "idx_sales_people_email" ON "sales_people" ("email");
CREATE INDEX "idx_sales_people_name" ON "sales_people" ("name");
CREATE INDEX "idx_customers_country" ON "customers" ("country");
CREATE INDEX "idx_customers_name" ON "customers" ("name");
CREATE INDEX "idx_customers_sales_person_id" ON "customers" ("sales_person_id");
CREATE UNIQUE INDEX "idx_products_code" ON "products" ("code");
CREATE INDEX "idx_invoices_customer_id" ON "invoices" ("customer_id");
CREATE INDEX "idx_invoices_date" ON "invoices" ("date");
CREATE INDEX "idx_invoices_due" ON "invoices" ("status", "due_date");
CREATE UNIQUE INDEX "idx_invoices_number" ON "invoices" ("number");
CREATE INDEX "idx_invoice_lines_invoice_id" ON "invoice_lines" ("invoice_id");
CREATE INDEX "idx_invoice_lines_product_id" ON "invoice_lines" ("product_id");
CREATE INDEX "idx_audit_entries_at" ON "audit_entries" ("at");
CREATE INDEX "idx_audit_entries_entity" ON "audit_entries" ("data_class_name", "key");
ALTER TABLE "customers" ADD CONSTRAINT "fk_customers_sales_person_id" FOREIGN KEY ("sales_person_id") REFERENCES "sales_people" ("id");
ALTER TABLE "invoices" ADD CONSTRAINT "fk_invoices_customer_id" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id");
ALTER TABLE "invoice_lines" ADD CONSTRAINT "fk_invoice_lines_invoice_id" FOREIGN KEY ("invoice_id") REFERENCES "invoices" ("id");
ALTER TABLE "invoice_lines" ADD CONSTRAINT "fk_invoice_lines_product_id" FOREIGN KEY ("product_id") REFERENCES "products" ("id");

-- +goose Down
ALTER TABLE "invoice_lines" DROP CONSTRAINT "fk_invoice_lines_product_id";
ALTER TABLE "invoice_lines" DROP CONSTRAINT "fk_invoice_lines_invoice_id";
ALTER TABLE "invoices" DROP CONSTRAINT "fk_invoices_customer_id";
ALTER TABLE "customers" DROP CONSTRAINT "fk_customers_sales_person_id";
DROP INDEX "idx_audit_entries_entity";
DROP INDEX "idx_audit_entries_at";
DROP INDEX "idx_invoice_lines_product_id";
DROP INDEX "idx_invoice_lines_invoice_id";
DROP INDEX "idx_invoices_number";
DROP INDEX "idx_invoices_due";
DROP INDEX "idx_invoices_date";
DROP INDEX "idx_invoices_customer_id";
DROP INDEX "idx_products_code";
DROP INDEX "idx_customers_sales_person_id";
DROP INDEX "idx_customers_name";
DROP INDEX "idx_customers_country";
DROP INDEX "idx_sales_people_name";
DROP INDEX "idx_sales_people_email";
DROP TABLE "sequences";
DROP TABLE "audit_entries";
DROP TABLE "invoice_lines";
DROP TABLE "invoices";
DROP TABLE "products";
DROP TABLE "customers";
DROP TABLE "sales_people";
