package redisstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// onAll runs a test on every way to run Redis: a Cluster refuses commands over several
// slots.
func onAll(t *testing.T, test func(t *testing.T, s *redisstore.Store)) {
	t.Helper()
	onBoth(t, test)
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		test(t, openCluster(t))
	})
}

// beginningOf is the beginning of a turn of Ada in her own chat.
func beginningOf(token string, hold time.Duration) okr.Beginning {
	return okr.Beginning{
		Place: chatOf(okrtest.Ada, "a:1"), Person: okrtest.Ada.ID, Draft: "late:1",
		Delivery: okr.Delivery{Tenant: okrtest.TenantID, Conversation: "a:1", Activity: "2", Token: token, Hold: hold},
	}
}

func TestDeliveriesAreInHandAndThenHandled(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		m := s.Memory()
		take := func(token string, hold time.Duration) (mine, done bool) {
			t.Helper()
			o := m.Begin(t.Context(), beginningOf(token, hold))
			require.NoError(t, errors.Join(o.NotTaken, o.Unread))
			return o.Mine, o.Done
		}
		hold := func(token string, hold time.Duration) bool {
			t.Helper()
			mine, err := m.HoldDelivery(t.Context(), beginningOf(token, hold).Delivery)
			require.NoError(t, err)
			return mine
		}
		is := func(wantMine, wantDone bool) func(mine, done bool) {
			return func(mine, done bool) {
				t.Helper()
				require.Equal(t, []bool{wantMine, wantDone}, []bool{mine, done})
			}
		}
		require.True(t, hold("first", time.Minute), "it was lost on the way to a replica")
		is(true, false)(take("first", time.Minute))
		is(true, false)(take("first", time.Minute)) // an answer was lost
		is(false, false)(take("second", time.Minute))
		require.True(t, hold("first", time.Hour))
		require.False(t, hold("second", time.Hour))
		is(false, false)(take("second", time.Hour))
		is(false, true)(take("second", time.Minute)) // as a program of before notes what is handled
		require.True(t, hold("first", time.Millisecond))
		require.Eventually(t, func() bool { mine, _ := take("second", time.Hour); return mine }, time.Minute, time.Millisecond, "the first has died")
		require.NoError(t, m.End(t.Context(), okr.Ending{Delivery: beginningOf("first", 0).Delivery}).NotFinished)
		is(true, false)(take("second", time.Hour)) // it is not the first one's any more
		require.NoError(t, m.End(t.Context(), okr.Ending{Delivery: beginningOf("second", 0).Delivery}).NotFinished)
		is(false, true)(take("third", time.Hour))
		is(false, true)(take("second", time.Hour))
		require.False(t, hold("second", time.Hour))
		o := m.Begin(t.Context(), beginningOf("", time.Hour))
		is(false, false)(o.Mine, o.Done) // nothing is asked for
	})
}

// What a turn begins with is what was kept, of its own tenant.
func TestATurnBeginsWithWhatIsKept(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, m := t.Context(), s.Memory()
		ask := beginningOf("first", time.Minute)
		nothing := okr.Begun{Mine: true, Settings: okr.DefaultSettings(okrtest.TenantID)}
		require.Equal(t, nothing, m.Begin(ctx, ask))

		settings, member := okr.DefaultSettings(okrtest.TenantID), okr.Member{Person: okrtest.Ada, Zone: "Europe/Paris", SeenAt: okrtest.Noon()}
		settings.Enabled = true
		require.NoError(t, s.Settings().Create(ctx, okrtest.TenantID, settings))
		require.NoError(t, s.Members().Create(ctx, okrtest.TenantID, member))
		require.NoError(t, m.SaveConversation(ctx, ask.Place))
		require.NoError(t, m.PutDraft(ctx, okrtest.TenantID, ask.Draft, []byte("late"), time.Hour))
		all := okr.Begun{Mine: true, Settings: settings, Member: member, Chat: "a:1", Noted: true, Draft: []byte("late")}
		require.Equal(t, all, m.Begin(ctx, ask))

		other := ask
		other.Place.Tenant, other.Delivery.Tenant = "other", "other"
		require.Equal(t, okr.Begun{Mine: true, Settings: okr.DefaultSettings("other")}, m.Begin(ctx, other))
	})
}

// A turn ends with both, with either of them, or with nothing.
func TestATurnEndsAtOnce(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, m, ask := t.Context(), s.Memory(), beginningOf("first", time.Minute)
		require.Equal(t, okr.Ended{}, m.End(ctx, okr.Ending{}))
		require.Equal(t, okr.Begun{Mine: true, Settings: okr.DefaultSettings(okrtest.TenantID)}, m.Begin(ctx, ask))
		require.NoError(t, s.Client().ScriptFlush(ctx).Err())
		require.Equal(t, okr.Ended{}, m.End(ctx, okr.Ending{Delivery: ask.Delivery, Place: &ask.Place}))
		after := okr.Begun{Done: true, Settings: okr.DefaultSettings(okrtest.TenantID), Chat: ask.Place.ID, Noted: true}
		require.Equal(t, after, m.Begin(ctx, ask))
		got, err := m.PersonalConversation(ctx, okrtest.TenantID, okrtest.Ada.ID)
		require.NoError(t, err)
		require.Equal(t, ask.Place, got)

		channel := okrtest.Conversation("19:x@thread.tacv2")
		require.Equal(t, okr.Ended{}, m.End(ctx, okr.Ending{Place: &channel}))
		require.True(t, m.Begin(ctx, okr.Beginning{Place: channel, Person: okrtest.Ada.ID}).Noted)
	})
}

// A place is noted anew when something about it is new, when it is not its person's chat,
// and a day before its end moves on.
func TestPlacesAreNotedOnceADay(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, m := t.Context(), s.Memory()
		isNoted := func(c okr.Conversation) bool {
			t.Helper()
			o := m.Begin(ctx, okr.Beginning{Place: c, Person: okrtest.Ada.ID})
			require.NoError(t, o.Unread)
			return o.Noted
		}
		own, channel := chatOf(okrtest.Ada, "a:1"), okrtest.Conversation("19:x@thread.tacv2")
		for _, c := range []okr.Conversation{own, channel} {
			require.False(t, isNoted(c))
			require.NoError(t, m.SaveConversation(ctx, c))
			require.True(t, isNoted(c))
			moved := c
			moved.ServiceURL = "https://elsewhere.example/"
			require.False(t, isNoted(moved))
		}
		require.NoError(t, m.SaveConversation(ctx, chatOf(okrtest.Ada, "a:2")))
		require.False(t, isNoted(own), "another one is her chat now")

		key := "okr:{" + string(okrtest.TenantID) + "}:conversation:19%3Ax%40thread.tacv2"
		for life, noted := range map[time.Duration]bool{399*24*time.Hour + time.Minute: true, 399*24*time.Hour - time.Minute: false} {
			is, err := s.Client().Expire(ctx, key, life).Result()
			require.NoError(t, err)
			require.True(t, is)
			require.Equal(t, noted, isNoted(channel), life)
		}
		require.NoError(t, s.Client().Persist(ctx, key).Err())
		require.False(t, isNoted(channel), "a program before this one set no end")
	})
}

// Whether a digest is halted is known from the first question, but of one that the process
// has not met in this place.
func TestHaltedDigestsAreKnown(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, m, place := t.Context(), s.Memory(), okrtest.Conversation("19:x@thread.tacv2")
		isHalted := func() bool {
			t.Helper()
			o := m.Begin(ctx, okr.Beginning{Place: place, Person: okrtest.Ada.ID})
			require.NoError(t, o.Unread)
			return o.Halted
		}
		change := func(id okr.SubscriptionID, change func(*okr.Subscription)) {
			t.Helper()
			_, err := s.Subscriptions().Update(ctx, okrtest.TenantID, id, func(sub *okr.Subscription) error { change(sub); return nil })
			require.NoError(t, err)
		}
		require.False(t, isHalted())
		require.NoError(t, s.Subscriptions().Create(ctx, okrtest.TenantID, okr.Subscription{ID: "D1", Conversation: place}))
		require.True(t, isHalted(), "nobody knows")
		require.False(t, isHalted())
		change("D1", func(sub *okr.Subscription) { sub.Paused = "It was removed." })
		require.True(t, isHalted())
		require.True(t, isHalted())
		change("D1", func(sub *okr.Subscription) { sub.Paused, sub.RefusedAt = "", okrtest.Noon() })
		require.True(t, isHalted())
		change("D1", func(sub *okr.Subscription) { sub.RefusedAt = time.Time{} })
		require.False(t, isHalted())

		_, err := s.Subscriptions().Delete(ctx, okrtest.TenantID, "D1")
		require.NoError(t, err)
		require.False(t, isHalted())
		require.NoError(t, s.Subscriptions().Create(ctx, okrtest.TenantID, okr.Subscription{ID: "D2", Conversation: place, Paused: "It was removed."}))
		require.True(t, isHalted())
		require.True(t, isHalted())
	})
}

// A Redis that takes no writes answers what can be read.
func TestATurnBeginsWithoutWrites(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string][]string{
		"full": {"CONFIG", "SET", "maxmemory", "1"}, "replica": {"REPLICAOF", "127.0.0.1", "1"}, "replicas": {"CONFIG", "SET", "min-replicas-to-write", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := okrtest.StartRedisServer(t)
			s, ask := open(t, server.URL()), beginningOf("first", time.Minute)
			require.NoError(t, s.Memory().SaveConversation(t.Context(), ask.Place))
			answer, err := server.Do(refuse...)
			require.NoError(t, err)
			require.Equal(t, "+OK", answer)
			o := s.Memory().Begin(t.Context(), ask)
			require.ErrorIs(t, o.NotTaken, okr.ErrNoWrites)
			require.NoError(t, o.Unread)
			require.True(t, o.Noted)
			ended := s.Memory().End(t.Context(), okr.Ending{Delivery: ask.Delivery, Place: &ask.Place})
			require.ErrorIs(t, ended.NotFinished, okr.ErrNoWrites)
			require.ErrorIs(t, ended.NotNoted, okr.ErrNoWrites)
			server.Kill()
			o = s.Memory().Begin(t.Context(), ask)
			okrtest.RequireKind(t, okr.Unavailable, o.NotTaken)
			okrtest.RequireKind(t, okr.Unavailable, o.Unread)
		})
	}
}
