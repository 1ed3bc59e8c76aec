package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-co-op/gocron/v2"
)

// Scheduled starts a procedure at certain times while [Server.Run] runs, in a process called "schedule: " and the procedure's name.
// A run that is due while the last one goes on is skipped, and logged. What was due while no server ran is not made up for.
// Each server has its own schedule: where several share a database, give it to one of them.
type Scheduled struct {
	// Spec is a cron specification: five fields for minute, hour, day of month, month and day of week ("0 3 * * *" is every night at
	// three), or @hourly, @daily, @weekly, @monthly, "@every 90m". Times are those of the machine's time zone; "CRON_TZ=Europe/Berlin 0 3 * * *"
	// names another.
	Spec string
	// Procedure is the name of one of [Config.Procedures].
	Procedure string
	// Args are its parameters, nil for none.
	Args any
}

// process is the name of the processes that the schedule starts.
func (e Scheduled) process() string { return "schedule: " + e.Procedure }

// check reports what would keep e from ever running.
func (e Scheduled) check(procedures []Procedure) error {
	var errs []error
	if err := checkSpec(e.Spec); err != nil {
		errs = append(errs, err)
	}
	args, err := json.Marshal(e.Args)
	if err != nil {
		return errors.Join(append(errs, fmt.Errorf("parameters: %w", err))...)
	}
	for _, p := range procedures {
		if complete(p) && p.Name() == e.Procedure {
			_, err := p.prepare(args)
			return errors.Join(append(errs, err)...)
		}
	}
	return errors.Join(append(errs, errors.New("there is no such procedure: add it to Config.Procedures"))...)
}

func checkSpec(spec string) error {
	err := gocron.NewDefaultCron(false).IsValid(spec, time.Local, time.Now())
	if err == nil {
		return nil
	}
	if all, ok := err.(interface{ Unwrap() []error }); ok { // the last one says what is wrong, those before it where
		list := all.Unwrap()
		err = list[len(list)-1]
	}
	return fmt.Errorf(`%q is no time: write five fields like "0 3 * * *", or "@every 1h": %w`, spec, err)
}

// startSchedule begins to run what [Config.Schedule] says; the result ends that, without waiting for processes.
func (s *Server) startSchedule() (stop func(), err error) {
	if len(s.config.Schedule) == 0 {
		return func() {}, nil
	}
	scheduler, err := gocron.NewScheduler(gocron.WithClock(s.clock), gocron.WithStopTimeout(s.abortTime()))
	if err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	stop = func() {
		if err := scheduler.Shutdown(); err != nil {
			s.log.Warn("stop the schedule", "error", err)
		}
	}
	for _, e := range s.config.Schedule {
		_, err := scheduler.NewJob(gocron.CronJob(e.Spec, false), gocron.NewTask(func() { s.runScheduled(e) }), gocron.WithName(e.process()))
		if err != nil {
			stop()
			return nil, fmt.Errorf("schedule procedure %s at %q: %w", e.Procedure, e.Spec, err)
		}
	}
	scheduler.Start()
	return stop, nil
}

// runScheduled starts a procedure that is due.
func (s *Server) runScheduled(e Scheduled) {
	number, started, err := s.launchScheduled(e)
	switch {
	case err != nil:
		s.log.Error("scheduled procedure did not start", "procedure", e.Procedure, "error", err)
	case !started:
		s.log.Warn("scheduled procedure is skipped: its last run goes on", "procedure", e.Procedure, "process", number)
	}
}

func (s *Server) launchScheduled(e Scheduled) (number int, started bool, err error) {
	args, err := json.Marshal(e.Args)
	if err != nil {
		return 0, false, err
	}
	run, err := s.workOf(e.Procedure, args)
	if err != nil {
		return 0, false, err
	}
	return s.launch(launch{name: e.process(), method: e.Procedure, unique: true}, run)
}
