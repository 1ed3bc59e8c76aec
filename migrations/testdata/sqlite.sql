ALTER TABLE `authors` ADD COLUMN `orda_created_at` datetime;
ALTER TABLE `authors` ADD COLUMN `orda_updated_at` datetime;
ALTER TABLE `books` ADD COLUMN `volume` integer NOT NULL DEFAULT 0;
ALTER TABLE `books` ADD COLUMN `meta` text;
ALTER TABLE `books` ADD COLUMN `released` date;
ALTER TABLE `books` ADD COLUMN `author_id` integer REFERENCES `authors` (`id`) ON DELETE CASCADE;
ALTER TABLE `books` ADD COLUMN `orda_stamp` integer NOT NULL DEFAULT 0;
ALTER TABLE `books` ADD COLUMN `orda_created_at` datetime;
ALTER TABLE `books` ADD COLUMN `orda_updated_at` datetime;
CREATE UNIQUE INDEX `idx_authors_name` ON `authors` (`name`);
CREATE INDEX `idx_authors_email_fold` ON `authors` ((CASE WHEN octet_length(`email`)=length(`email`) THEN lower(`email`) ELSE ordago_fold(`email`) END));
CREATE INDEX `by_title_fold` ON `books` ((CASE WHEN octet_length(`title`)=length(`title`) THEN lower(`title`) ELSE ordago_fold(`title`) END), `volume` desc);
CREATE INDEX `ranked` ON `books` (`rank`) WHERE rank > 3;
CREATE INDEX `idx_books_author_id` ON `books` (`author_id`);
-- ALTER TABLE `authors` DROP COLUMN `old column`;
-- by hand: authors.name is numeric, the model needs text
-- by hand: authors.name is NULL, the model needs NOT NULL
-- by hand: authors.email is NOT NULL, the model needs NULL
-- by hand: index idx_authors_name_fold needs authors.name as text
-- by hand: books.meta is added without NOT NULL; fill it, then add NOT NULL

-- DROP INDEX `idx_books_author_id`;
-- DROP INDEX `ranked`;
-- DROP INDEX `by_title_fold`;
-- DROP INDEX `idx_authors_email_fold`;
-- DROP INDEX `idx_authors_name`;
-- ALTER TABLE `books` DROP COLUMN `orda_updated_at`;
-- ALTER TABLE `books` DROP COLUMN `orda_created_at`;
-- ALTER TABLE `books` DROP COLUMN `orda_stamp`;
-- ALTER TABLE `books` DROP COLUMN `author_id`;
-- ALTER TABLE `books` DROP COLUMN `released`;
-- ALTER TABLE `books` DROP COLUMN `meta`;
-- ALTER TABLE `books` DROP COLUMN `volume`;
-- ALTER TABLE `authors` DROP COLUMN `orda_updated_at`;
-- ALTER TABLE `authors` DROP COLUMN `orda_created_at`;
