package server

import "database/sql"

// Pool lends the connections under a database to fn.
func Pool(d *Database, fn func(*sql.DB) error) error {
	pool, err := d.db.DB()
	if err != nil {
		return err
	}
	return fn(pool)
}
