package main

import (
	"io"
	"log/slog"
)

// logger writes to w in the form and from the level that were chosen.
func (s *settings) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.level()}
	if s.logFormat.value == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

func (s *settings) level() slog.Level {
	switch s.logLevel.value {
	case "debug":
		return slog.LevelDebug
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	}
	return slog.LevelInfo
}
