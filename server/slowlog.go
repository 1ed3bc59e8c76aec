package server

import (
	"context"
	"time"

	"gorm.io/gorm/logger"
)

// slowLog is GORM's logger for slow statements only, without their values. Errors are returned, and logged once, by who cannot give them to
// a caller: a duplicate key or a request that was given up is nothing for the operator.
type slowLog struct {
	logger.Interface
	threshold time.Duration
}

func newSlowLog(c Config) slowLog {
	return slowLog{
		logger.NewSlogLogger(c.Log, logger.Config{ParameterizedQueries: true, SlowThreshold: c.SlowQuery, LogLevel: logger.Warn}),
		c.SlowQuery,
	}
}

// Trace implements [logger.Interface]. It does not ask for the text of a fast statement, which would cost as much as some statements do.
func (l slowLog) Trace(ctx context.Context, begin time.Time, fc func() (sql string, rowsAffected int64), _ error) {
	if time.Since(begin) > l.threshold {
		l.Interface.Trace(ctx, begin, fc, nil)
	}
}

// LogMode implements [logger.Interface].
func (l slowLog) LogMode(level logger.LogLevel) logger.Interface {
	return slowLog{l.Interface.LogMode(level), l.threshold}
}

// ParamsFilter hides the values in the SQL that is logged.
func (l slowLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}
