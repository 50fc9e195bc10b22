package redisstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

func TestDeliveriesAreInHandAndThenHandled(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		take := func(token string, hold time.Duration) (mine, done bool) {
			t.Helper()
			mine, done, err := s.Memory().TakeDelivery(t.Context(), okrtest.TenantID, "a:1", "2", token, hold)
			require.NoError(t, err)
			return mine, done
		}
		is := func(wantMine, wantDone bool) func(mine, done bool) {
			return func(mine, done bool) {
				t.Helper()
				require.Equal(t, []bool{wantMine, wantDone}, []bool{mine, done})
			}
		}
		is(true, false)(take("first", time.Hour))
		is(true, false)(take("first", time.Hour)) // held longer, or an answer was lost
		is(false, false)(take("second", time.Hour))
		is(false, true)(take("second", time.Minute)) // as a program of before notes what is handled
		is(true, false)(take("first", time.Millisecond))
		require.Eventually(t, func() bool { mine, _ := take("second", time.Hour); return mine }, time.Minute, time.Millisecond, "the first has died")
		require.NoError(t, s.Memory().FinishDelivery(t.Context(), okrtest.TenantID, "a:1", "2", "first"))
		is(true, false)(take("second", time.Hour)) // it is not the first one's any more
		require.NoError(t, s.Memory().FinishDelivery(t.Context(), okrtest.TenantID, "a:1", "2", "second"))
		is(false, true)(take("third", time.Hour))
		is(false, true)(take("second", time.Hour))
	})
}
