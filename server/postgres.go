package server

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// Limits of the connections to PostgreSQL, whose default is 100 for all its clients.
const (
	dataConnections    = 20
	sessionConnections = 5
	connectTimeout     = 10 * time.Second
	connectionLifetime = 30 * time.Minute // so that a changed address or server is noticed
	connectionIdle     = 5 * time.Minute
)

// postgresPool returns a pool whose connections speak UTC. It connects at its first use.
func postgresPool(conn *pgx.ConnConfig, durable Durability, most int) *sql.DB {
	conn = conn.Copy()
	conn.RuntimeParams["timezone"] = "UTC"
	if conn.RuntimeParams["application_name"] == "" {
		conn.RuntimeParams["application_name"] = "ordago"
	}
	if durable == DurableFull {
		conn.RuntimeParams["synchronous_commit"] = "on"
	}
	if conn.ConnectTimeout == 0 {
		conn.ConnectTimeout = connectTimeout
	}
	pool := stdlib.OpenDB(*conn, stdlib.OptionAfterConnect(readTimesInUTC))
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	pool.SetConnMaxLifetime(connectionLifetime)
	pool.SetConnMaxIdleTime(connectionIdle)
	return pool
}

// readTimesInUTC keeps pgx from showing times in the zone of the machine.
func readTimesInUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

func postgresDialector(pool *sql.DB) gorm.Dialector { return postgres.New(postgres.Config{Conn: pool}) }

// explainPostgres adds to an error of connecting what the operator can do about it.
func explainPostgres(err error) error {
	if advice := postgresAdvice(err); advice != "" {
		return fmt.Errorf("%s: %w", advice, err)
	}
	return err
}

func postgresAdvice(err error) string {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return "nothing answers there: start PostgreSQL or correct host and port"
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return ""
	}
	switch pg.Code {
	case "28P01", "28000":
		return "user or password is refused: correct them, or the server's pg_hba.conf"
	case "3D000":
		return "there is no such database: create it first"
	case "53300":
		return "the server has no connection left: raise its max_connections or stop other clients"
	case "57P03":
		return "the server is starting or stopping: try again"
	}
	return ""
}
