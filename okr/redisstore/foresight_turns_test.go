package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// world is a tenant in which turns with and without foresight, and others beside them, read
// and write as it comes. What stood under a name is kept from its first value on.
type world struct {
	rt     *rapid.T
	s      *redisstore.Store
	tenant okr.TenantID
	stood  map[string][]string // by name; empty: nothing stood there
	wrote  int
}

// visit is one turn: its context, and from which value of each name on it may show one.
type visit struct {
	ctx  context.Context
	from map[string]int
}

func (w *world) now(name string) string { return w.stood[name][len(w.stood[name])-1] }

func (w *world) put(name, value string) { w.stood[name] = append(w.stood[name], value) }

// goals and forms are what may stand in a world.
func goalNames() []okr.GoalID { return []okr.GoalID{"O1", "O2", "O3"} }

func formNames() []string { return []string{"goal:F", "goal:G"} }

func (w *world) begin(n int) *visit {
	ask := beginningOf(fmt.Sprint("turn", n), time.Minute)
	ask.Place.Tenant, ask.Delivery.Tenant, ask.Delivery.Activity = w.tenant, w.tenant, fmt.Sprint(n)
	goals := rapid.SliceOfDistinct(rapid.SampledFrom(goalNames()), rapid.ID).Draw(w.rt, "goals ahead")
	forms := rapid.SliceOfDistinct(rapid.SampledFrom(formNames()), rapid.ID).Draw(w.rt, "forms ahead")
	ask.Ahead = func(ctx context.Context) { w.look(ctx, goals, forms) }
	v := &visit{from: map[string]int{}}
	for name, values := range w.stood {
		v.from[name] = len(values) - 1
	}
	begun := w.s.Memory().Begin(w.rt.Context(), ask)
	require.NoError(w.rt, begun.Unread)
	v.ctx = okr.WithSettings(w.rt.Context(), begun.Settings)
	if rapid.Bool().Draw(w.rt, "with foresight") {
		v.ctx = begun.Ahead(v.ctx)
	}
	return v
}

// look reads things as turns do, whatever comes of it.
func (w *world) look(ctx context.Context, goals []okr.GoalID, forms []string) {
	for _, id := range goals {
		_, _ = w.s.Goals().Get(ctx, w.tenant, id)
		_, _ = w.s.OpenGoal(ctx, w.tenant, okr.OpenQuery{Goal: id, Viewer: okrtest.Ada.ID, Page: okr.Page{Limit: 5}})
	}
	_, _, _ = w.s.Goals().List(ctx, w.tenant, "", okr.Page{})
	for _, id := range forms {
		_, _ = w.s.Memory().Draft(ctx, w.tenant, id)
	}
}

// shows holds what a turn is shown: what stood there at some time from its beginning, or from
// its own last write, on.
func (w *world) shows(v *visit, name, value string) {
	require.Contains(w.rt, w.stood[name][v.from[name]:], value, "what the turn shows of %s", name)
}

func (w *world) title(g okr.Goal, err error) string {
	if okr.KindOf(err) == okr.NotFound {
		return ""
	}
	require.NoError(w.rt, err)
	return g.Title
}

// step does one thing in a turn; anybody's context is fine.
func (w *world) step(v *visit) {
	goal, form := rapid.SampledFrom(goalNames()).Draw(w.rt, "goal"), rapid.SampledFrom(formNames()).Draw(w.rt, "form")
	name := string(goal)
	switch rapid.IntRange(0, 8).Draw(w.rt, "step") {
	case 0:
		g, err := w.s.Goals().Get(v.ctx, w.tenant, goal)
		w.shows(v, name, w.title(g, err))
	case 1:
		o, err := w.s.OpenGoal(v.ctx, w.tenant, okr.OpenQuery{Goal: goal, Viewer: okrtest.Ada.ID, Page: okr.Page{Limit: 5}})
		w.shows(v, name, w.title(o.Goal, err))
	case 2:
		list, _, err := w.s.Goals().List(v.ctx, w.tenant, "", okr.Page{})
		require.NoError(w.rt, err)
		for _, g := range list {
			w.shows(v, g.Key(), g.Title)
		}
	case 3, 4:
		w.append(v, goal)
	case 5:
		if w.now(name) == "" {
			return
		}
		_, err := w.s.Goals().Delete(v.ctx, w.tenant, goal)
		require.NoError(w.rt, err)
		w.own(v, name, "")
	case 6:
		data, err := w.s.Memory().Draft(v.ctx, w.tenant, form)
		require.True(w.rt, err == nil || okr.KindOf(err) == okr.NotFound, err)
		w.shows(v, form, string(data))
	case 7:
		w.wrote++
		require.NoError(w.rt, w.s.Memory().PutDraft(v.ctx, w.tenant, form, fmt.Append(nil, w.wrote), time.Hour))
		w.own(v, form, fmt.Sprint(w.wrote))
	case 8:
		require.NoError(w.rt, w.s.Memory().DropDraft(v.ctx, w.tenant, form))
		w.own(v, form, "")
	}
}

// append adds to the title of a goal, or makes the goal: nobody's part is lost by it.
func (w *world) append(v *visit, goal okr.GoalID) {
	w.wrote++
	part := fmt.Sprint(" ", w.wrote)
	if was := w.now(string(goal)); was != "" {
		g, err := w.s.Goals().Update(v.ctx, w.tenant, goal, func(g *okr.Goal) error { g.Title += part; return nil })
		require.NoError(w.rt, err)
		require.Equal(w.rt, was+part, g.Title, "an update goes by what stands there")
		w.own(v, string(goal), g.Title)
		return
	}
	g := okrtest.Objective(slices.Index(goalNames(), goal) + 1)
	g.Title = strings.TrimSpace(part)
	require.NoError(w.rt, w.s.Goals().Create(v.ctx, w.tenant, g))
	w.own(v, string(goal), g.Title)
}

// own notes what a turn wrote: it is shown nothing of before.
func (w *world) own(v *visit, name, value string) {
	w.put(name, value)
	v.from[name] = len(w.stood[name]) - 1
}

// Whatever turns do beside each other, each is shown what stood there at its beginning or
// since, and its own writes; and no write is lost.
func TestTurnsBesideEachOther(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			w := &world{rt: rt, s: s, tenant: okr.TenantID(fmt.Sprint("tenant", n)), stood: map[string][]string{}}
			for _, id := range goalNames() {
				w.put(string(id), "")
			}
			for _, id := range formNames() {
				w.put(id, "")
			}
			var visits []*visit
			for range rapid.IntRange(1, 30).Draw(rt, "steps") {
				if len(visits) == 0 || rapid.IntRange(0, 5).Draw(rt, "begin") == 0 {
					visits = append(visits, w.begin(len(visits)))
				}
				w.step(rapid.SampledFrom(visits).Draw(rt, "turn"))
			}
			for name := range w.stood {
				for _, v := range visits[:1] {
					v.ctx = rt.Context() // without what it knew
				}
				if id := okr.GoalID(name); slices.Contains(goalNames(), id) {
					g, err := s.Goals().Get(rt.Context(), w.tenant, id)
					require.Equal(rt, w.now(name), w.title(g, err))
				}
			}
		})
	})
}

// beside does something once, before the first command of a name goes out.
type beside struct {
	name string
	do   func()
}

func (b *beside) DialHook(next redis.DialHook) redis.DialHook { return next }

func (b *beside) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if do := b.do; do != nil && cmd.Name() == b.name {
			b.do = nil
			do()
		}
		return next(ctx, cmd)
	}
}

func (b *beside) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// turnOf is the context of a turn that read nothing yet.
func turnOf(t *testing.T, s *redisstore.Store) context.Context {
	t.Helper()
	ask := beginningOf("turn", time.Minute)
	ask.Ahead = func(context.Context) {}
	begun := s.Memory().Begin(t.Context(), ask)
	return begun.Ahead(okr.WithSettings(t.Context(), begun.Settings))
}

// What a turn reads beside its own transaction is nothing that the transaction goes by: others
// wrote since.
func TestATransactionGoesByNothingReadBesideIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		tenant, goals := okrtest.TenantID, s.Goals()
		require.NoError(t, goals.Create(t.Context(), tenant, okrtest.Objective(1)))
		turn := turnOf(t, s)
		add := func(ctx context.Context, part string) {
			_, err := goals.Update(ctx, tenant, "O1", func(g *okr.Goal) error { g.Title += part; return nil })
			require.NoError(t, err)
		}
		s.Client().AddHook(&beside{name: "watch", do: func() {
			_, err := goals.Get(turn, tenant, "O1")
			require.NoError(t, err)
			add(t.Context(), " theirs")
		}})
		add(turn, " mine")
		g, err := goals.Get(t.Context(), tenant, "O1")
		require.NoError(t, err)
		require.Equal(t, okrtest.Objective(1).Title+" theirs mine", g.Title)
	})
}

// What was on its way while the turn itself wrote is not kept: it may be of before.
func TestAReadingBesideAWriteIsNotKept(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		tenant, m := okrtest.TenantID, s.Memory()
		turn := turnOf(t, s)
		require.NoError(t, m.PutDraft(t.Context(), tenant, "goal:F", []byte("before"), time.Hour))
		late := &behind{name: "get", do: func() { require.NoError(t, m.DropDraft(turn, tenant, "goal:F")) }}
		s.Client().AddHook(late)
		data, err := m.Draft(turn, tenant, "goal:F")
		require.NoError(t, err)
		require.Equal(t, "before", string(data))
		_, err = m.Draft(turn, tenant, "goal:F")
		okrtest.RequireKind(t, okr.NotFound, err)
	})
}

// What parts of a turn ask for at the same time, one of them asks Redis for.
func TestPartsOfATurnShareAnAnswer(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		tenant, m := okrtest.TenantID, s.Memory()
		require.NoError(t, m.PutDraft(t.Context(), tenant, "goal:F", []byte("typed"), time.Hour))
		turn := turnOf(t, s)
		count := &tripsOf{}
		s.Client().AddHook(count)
		parts, _ := errgroup.WithContext(turn)
		for range 50 {
			parts.Go(func() error { _, err := m.Draft(turn, tenant, "goal:F"); return err })
		}
		require.NoError(t, parts.Wait())
		require.Equal(t, 1, count.n)
	})
}

// What a turn learns from a list is of before what it deleted meanwhile.
func TestAListBesideAWriteIsNotKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		tenant, c := okrtest.TenantID, okrtest.Credential(okrtest.Ada)
		require.NoError(t, s.SaveCredential(t.Context(), tenant, c))
		turn := turnOf(t, s)
		_, err := s.CredentialsOf(t.Context(), tenant, okrtest.Ada.ID) // Redis knows the script
		require.NoError(t, err)
		s.Client().AddHook(&behind{name: "evalsha", do: func() { require.NoError(t, s.DeleteCredential(turn, tenant, c.ID)) }})
		listed, err := s.CredentialsOf(turn, tenant, okrtest.Ada.ID)
		require.NoError(t, err)
		require.Len(t, listed, 1)
		_, err = s.Credential(turn, tenant, c.ID)
		okrtest.RequireKind(t, okr.SignIn, err)
	})
}

// slowGets is a turn that asks a Redis which takes its time.
func slowGets(t *testing.T, takes time.Duration, answer error) (turn context.Context, get func(context.Context) error, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	turn, hook := redisstore.TurnHook(t.Context(), func(ctx context.Context, _ redis.Cmder) error {
		asked.Add(1)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(takes):
			return answer
		}
	})
	return turn, func(ctx context.Context) error { return hook(ctx, redis.NewStringCmd(ctx, "get", "key")) }, asked
}

func TestNoPartOfATurnWaitsLongerThanItMay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turn, get, _ := slowGets(t, 2*time.Second, nil)
		first := make(chan error)
		go func() { first <- get(turn) }()
		synctest.Wait()
		start := time.Now()
		short, cancel := context.WithTimeout(turn, 20*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, get(short), context.DeadlineExceeded)
		require.Equal(t, 20*time.Millisecond, time.Since(start))
		require.NoError(t, <-first)
	})
}

func TestPartsOfATurnDoNotFailOneAfterTheOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turn, get, asked := slowGets(t, 2*time.Second, errors.New("i/o timeout"))
		start := time.Now()
		var parts sync.WaitGroup
		for range 5 {
			parts.Go(func() { _ = get(turn) })
		}
		parts.Wait()
		require.Equal(t, 4*time.Second, time.Since(start), "the first, then all others at once")
		require.EqualValues(t, 5, asked.Load())
	})
}

// An answer stands for two seconds, however it came to be known.
func TestAnswersOfATurnEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turn, get, asked := slowGets(t, 0, nil)
		for n := range 10 {
			require.NoError(t, get(turn))
			require.EqualValues(t, n/2+1, asked.Load())
			<-time.After(1500 * time.Millisecond)
		}
	})
}

// behind does something once, after the first command of a name was answered.
type behind struct {
	name string
	do   func()
}

func (b *behind) DialHook(next redis.DialHook) redis.DialHook { return next }

func (b *behind) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if do := b.do; do != nil && cmd.Name() == b.name {
			b.do = nil
			do()
		}
		return err
	}
}

func (b *behind) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
