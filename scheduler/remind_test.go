package scheduler_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

var reminder = okr.Due{Kind: okr.DueReminder, Tenant: tenant, ID: "ada"}

func TestReminder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		post error
		want []string
	}{
		"taken":     {nil, []string{"remind ada", "ask ada", "reminded ada", "remind ada"}},
		"refused":   {okr.Errorf(okr.NotFound, "no chat"), []string{"remind ada", "ask ada", "reminded ada", "remind ada"}},
		"unsure":    {okr.Errorf(okr.PerhapsShown, "no answer"), []string{"remind ada", "ask ada", "reminded ada", "remind ada"}},
		"not taken": {errors.New("502"), []string{"remind ada", "ask ada", "not reminded ada", "remind ada", "ask ada", "reminded ada", "remind ada"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{agenda: []okr.Due{reminder}, now: slotTime(reminder), news: 1}
			w.onPost = func(context.Context) error {
				if w.count("ask ada") > 1 {
					return nil
				}
				return c.post
			}
			s := newScheduler(t, startRedis(t), w)
			start(t, s)
			for hour := range 2 {
				require.NoError(t, s.Tick(t.Context(), slotTime(reminder).Add(time.Duration(hour)*time.Hour)))
				idle(t, s)
			}
			require.Equal(t, c.want, w.order())
		})
	}
}

// TestReminderOnce lets two replicas tick each minute of the hours around a reminder,
// with a stop over night between: one card.
func TestReminderOnce(t *testing.T) {
	t.Parallel()
	w := &world{agenda: []okr.Due{reminder}, now: slotTime(reminder), news: 1}
	redis := startRedis(t)
	a, b := newScheduler(t, redis, w), newScheduler(t, redis, w)
	start(t, a)
	start(t, b)
	for _, pause := range []time.Duration{0, time.Minute, time.Hour, 12 * time.Hour, time.Hour} {
		w.setClock(w.clock().Add(pause))
		var wg sync.WaitGroup
		wg.Go(func() { _ = a.Tick(t.Context(), w.clock()) })
		wg.Go(func() { _ = b.Tick(t.Context(), w.clock()) })
		wg.Wait()
		idle(t, a)
	}
	require.Equal(t, 1, w.count("ask ada"))
	require.Equal(t, 1, w.count("reminded ada"))
	require.Equal(t, 4, w.count("remind ada"), "once an hour, and once for all that was missed")
}
