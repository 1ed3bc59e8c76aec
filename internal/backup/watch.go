package backup

import (
	"context"
	"time"
)

// pollEvery is how often progress is looked at.
const pollEvery = 100 * time.Millisecond

// watch runs work on another goroutine and calls look on this one, at once and until it is done. When look panics, work is told to stop and waited for.
func watch(ctx context.Context, look func(), work func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	var err error
	go func() {
		defer close(done)
		err = work(ctx)
	}()
	defer func() {
		cancel()
		<-done
	}()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	look()
	for {
		select {
		case <-done:
			return err
		case <-tick.C:
			look()
		}
	}
}
