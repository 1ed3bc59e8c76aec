-- +goose Up
ALTER TABLE "authors" ADD COLUMN "orda_created_at" timestamptz(6);
ALTER TABLE "authors" ADD COLUMN "orda_updated_at" timestamptz(6);
ALTER TABLE "books" ADD COLUMN "volume" smallint NOT NULL DEFAULT 0;
ALTER TABLE "books" ADD COLUMN "meta" jsonb;
ALTER TABLE "books" ADD COLUMN "released" date;
ALTER TABLE "books" ADD COLUMN "author_id" bigint;
ALTER TABLE "books" ADD COLUMN "orda_stamp" bigint NOT NULL DEFAULT 0;
ALTER TABLE "books" ADD COLUMN "orda_created_at" timestamptz(6);
ALTER TABLE "books" ADD COLUMN "orda_updated_at" timestamptz(6);
CREATE UNIQUE INDEX "idx_authors_name" ON "authors" ("name");
CREATE INDEX "idx_authors_email_fold" ON "authors" ((ordago_fold("email") COLLATE "C") NULLS FIRST);
CREATE INDEX "by_title_fold" ON "books" ((ordago_fold("title") COLLATE "C"), "volume" desc);
CREATE INDEX "ranked" ON "books" ("rank") WHERE rank > 3;
CREATE INDEX "idx_books_author_id" ON "books" ("author_id");
ALTER TABLE "books" ADD CONSTRAINT "fk_books_author_id" FOREIGN KEY ("author_id") REFERENCES "authors" ("id") ON DELETE CASCADE;
ALTER TABLE "authors" DROP COLUMN "old column";
-- by hand: authors.id is integer, the model needs bigint
-- by hand: authors.name is date, the model needs character varying(80)
-- by hand: authors.name is NULL, the model needs NOT NULL
-- by hand: authors.email is NOT NULL, the model needs NULL
-- by hand: index idx_authors_name_fold needs authors.name as character varying(80)
-- by hand: books.meta is added without NOT NULL; fill it, then add NOT NULL

-- +goose Down
ALTER TABLE "books" DROP CONSTRAINT "fk_books_author_id";
DROP INDEX "idx_books_author_id";
DROP INDEX "ranked";
DROP INDEX "by_title_fold";
DROP INDEX "idx_authors_email_fold";
DROP INDEX "idx_authors_name";
ALTER TABLE "books" DROP COLUMN "orda_updated_at";
ALTER TABLE "books" DROP COLUMN "orda_created_at";
ALTER TABLE "books" DROP COLUMN "orda_stamp";
ALTER TABLE "books" DROP COLUMN "author_id";
ALTER TABLE "books" DROP COLUMN "released";
ALTER TABLE "books" DROP COLUMN "meta";
ALTER TABLE "books" DROP COLUMN "volume";
ALTER TABLE "authors" DROP COLUMN "orda_updated_at";
ALTER TABLE "authors" DROP COLUMN "orda_created_at";
