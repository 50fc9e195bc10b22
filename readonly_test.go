package main

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/bot/bottest/script"
	"okrbot/cards"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// storeRefusals are the ways in which a Redis can be read but takes no changes, by the
// commands that bring it there and back.
var storeRefusals = map[string]struct {
	begin, end [][]string
	says       string // of /readyz
}{
	"full":     {[][]string{{"CONFIG", "SET", "maxmemory", "1"}}, [][]string{{"CONFIG", "SET", "maxmemory", "0"}}, "OOM"},
	"replica":  {[][]string{{"REPLICAOF", "127.0.0.1", "1"}}, [][]string{{"REPLICAOF", "NO", "ONE"}}, "READONLY"},
	"replicas": {[][]string{{"CONFIG", "SET", "min-replicas-to-write", "1"}}, [][]string{{"CONFIG", "SET", "min-replicas-to-write", "0"}}, "NOREPLICAS"},
}

// writing are the commands and buttons that cannot do without a change. All others
// that are registered read, so a new one has to be answered too.
func writing() (commands, presses []string) {
	commands = []string{
		"new objective", "new kr", "new krs", "new project", "edit", "undo", "clone", "check-in", "set", "bind", "sync", "connect", "connect application", "sign in link",
	}
	presses = []string{
		cards.VerbGoalNew, cards.VerbKeyResults, cards.VerbGoalEdit, cards.VerbGoalSave, cards.VerbGoalDelete, cards.VerbGoalRestore, cards.VerbClose, cards.VerbClosePeriodAsk, cards.VerbCloneAsk,
		cards.VerbCheckIn, cards.VerbCheckInQuick, cards.VerbCheckInSame, cards.VerbRemindSave, cards.VerbBind, cards.VerbChosen, cards.VerbUnbind, cards.VerbSync,
		cards.VerbTask, cards.VerbTasksEdit, cards.VerbConnect, cards.VerbApplicationNew, cards.VerbConnectionAccount, cards.VerbConnectionEdit, cards.VerbConnectionDelete, cards.VerbConnectionShare,
		cards.VerbConnectionSignIn, cards.VerbSignOut, cards.VerbDigestSave, cards.VerbDigestNew, cards.VerbDisable, cards.VerbEnable, cards.VerbPeriodAdd, cards.VerbPeriodRemove,
	}
	return commands, presses
}

// cannotSave is what people read of a store that takes no changes.
const cannotSave = "can't save changes at the moment"

// TestReadsNeedNoWrites says and presses everything while the store takes no changes:
// what reads is answered, and everything else says what is wrong.
func TestReadsNeedNoWrites(t *testing.T) {
	t.Parallel()
	for name, refusal := range storeRefusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := okrtest.StartRedisServer(t)
			w := newWorld(t, time.Date(2026, time.August, 17, 9, 0, 0, 0, time.UTC), "REDIS_URL", redis.URL())
			require.NoError(t, w.Start())
			play(t, w, "start bound", "say new kr", "fill 'title=By hand' metric=Teams target=100", "press Save", "expect KR2",
				"say check-in KR2 5 fine", "press Save",
				"say new kr", "fill 'title=Gone' metric=Teams target=100", "press Save", "expect KR3", "say delete KR3", "press Delete", "idle")
			alex := okr.Actor{Tenant: bottest.DefaultTenant, Person: okr.Person{ID: okr.UserID(w.User.ObjectID), Name: w.User.Name}}
			_, err := w.app.activities.Plan.SaveGoal(t.Context(), alex, okr.GoalInput{Kind: okr.Project, Title: "Work", Parent: "O1", Tasks: &[]okr.Task{{ID: "T1", Title: "One"}}})
			require.NoError(t, err)
			orders(t, redis, refusal.begin)
			requireReady(t, w, http.StatusServiceUnavailable, "takes no changes: ", refusal.says)
			commands, presses := commandActs(), pressActs()
			commandsThatWrite, pressesThatWrite := writing()
			for _, subject := range w.app.bot.Subjects() {
				for _, c := range subject.Commands {
					text := strings.TrimSpace(c.Name + " " + fillIn(c.Name, commands[c.Name].words, commands[c.Name].kind))
					d, err := w.Teams.Say(t.Context(), w.Teams.Personal(w.User), w.User, text)
					require.NoError(t, err)
					requireRead(t, w, c.Name, slices.Contains(commandsThatWrite, c.Name), d)
				}
				for _, verb := range slices.Sorted(maps.Keys(subject.Presses)) {
					data := map[string]string{}
					for k, v := range presses[verb].data {
						data[fillIn(verb, k, presses[verb].kind)] = fillIn(verb, v, presses[verb].kind)
					}
					value := map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": verb, "data": data}}
					d, err := w.Teams.Invoke(t.Context(), w.Teams.Personal(w.User), w.User, "adaptiveCard/action", value)
					require.NoError(t, err)
					requireRead(t, w, verb, slices.Contains(pressesThatWrite, verb), d)
				}
			}
			play(t, w, "say export zip", "consent accept", "expect 'Saved in your OneDrive'", "gotfile *.zip") // nobody is locked in
			page := pageOf(t, "http://"+w.Address+"/metrics")
			for _, line := range []string{"okrbot_ready 0", `okrbot_store_ok{op="read"} 1`, `okrbot_store_ok{op="write"} 0`, `okrbot_activities_total{outcome="error",type="invoke"} 0`} {
				require.Contains(t, page, line)
			}
			require.NotContains(t, page, `okrbot_activities_total{outcome="store",type="message"} 0`+"\n", "who was told so counts")
			orders(t, redis, refusal.end)
			requireReady(t, w, http.StatusOK, "ready")
			play(t, w, "say new objective Later", "press Save", "expect O2")
		})
	}
}

func orders(t *testing.T, redis *okrtest.RedisServer, list [][]string) {
	t.Helper()
	for _, order := range list {
		answer, err := redis.Do(order...)
		require.NoError(t, err)
		require.Equal(t, "+OK", answer)
	}
}

func requireReady(t *testing.T, w *world, status int, says ...string) {
	t.Helper()
	got, body := request(t, http.MethodGet, "http://"+w.Address+"/readyz")
	require.Equal(t, status, got, body)
	for _, text := range says {
		require.Contains(t, body, text)
	}
}

// request asks for a page and gives what came.
func request(t *testing.T, method, address string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: script.Patience}).Do(req)
	require.NoError(t, err)
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, string(raw)
}

// fillIn puts ids of the world into what is said or pressed: KR1 is bound, KR2 is kept
// by hand.
func fillIn(what, text string, kind okr.GoalKind) string {
	goal := "KR1"
	switch {
	case kind == okr.Objective:
		goal = "O1"
	case strings.HasPrefix(what, "task") || strings.HasPrefix(what, "goal.task"):
		goal = "P1"
	case strings.HasPrefix(what, "check"), what == "set":
		goal = "KR2"
	}
	return strings.NewReplacer("{goal}", goal, "{connection}", "C1", "{application}", someApplication, "{form}", "none", "{checkin}", "K1", "{deleted}", "KR3", "{period}", "T1", "{import}", "IM1", "{imported}", "IM1").Replace(text)
}

// requireRead holds that something was answered, and by what.
func requireRead(t *testing.T, w *world, what string, writes bool, d bottest.Delivery) {
	t.Helper()
	told := string(d.Body)
	for _, p := range w.Teams.Posts(w.Teams.Personal(w.User).Since(d)) {
		told += p.Text()
	}
	require.NotEmpty(t, told, what)
	require.NotContains(t, told, "Something went wrong", what)
	if writes {
		require.Contains(t, told, cannotSave, what)
		return
	}
	require.NotContains(t, told, cannotSave, "%s has to be answered by reading", what)
}
