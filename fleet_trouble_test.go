package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/okr/okrtest"
)

// TestFleetTrouble lets everything around okrbot fail: Azure DevOps for hours,
// Teams for a post, a sign-in for good. Changes are told once, and the owner of the
// connection hears once of each trouble.
func TestFleetTrouble(t *testing.T) {
	t.Parallel()
	f := newFleet(t, okrtest.StartSingle(t))
	f.startProcess(t, "web")
	f.startProcess(t, "clock")
	worker := f.startProcess(t, "worker")
	enableAndBind(t, f.world)
	f.finish(t, 3)
	f.untilTold(t)

	f.azureDown(t)
	f.teamsDown(t)
	f.requireOnce(t, "70")
	f.signInRevoked(t)
	f.requireOnce(t, "80")
	f.crashAfterPost(t, worker)
	for _, p := range f.all {
		if p != worker {
			p.stop(t)
		}
	}
}

// notices counts what the owner of the connection was told in the 1:1 chat.
func (f *fleet) notices() int {
	return len(f.Teams.Posts(f.Teams.Personal(f.Teams.User("alex"))))
}

func (f *fleet) azureDown(t *testing.T) {
	t.Helper()
	f.finish(t, 2)
	before, told := f.notices(), len(f.told())
	f.Azure.Fail(adotest.Rule{Fault: adotest.Unavailable(0)})
	for range 4 {
		f.pass(t, time.Hour)
		f.idle(t)
	}
	require.LessOrEqual(t, f.notices(), before+1, "the owner hears of it once")
	require.Len(t, f.told(), told, "nothing is known, so nothing is told")
	f.Azure.ClearFaults()
	f.pass(t, time.Hour)
	f.untilTold(t)
}

func (f *fleet) teamsDown(t *testing.T) {
	t.Helper()
	for _, fault := range []bottest.Fault{
		{Status: 429, RetryAfter: time.Second, Count: 2},
		{Status: 502}, // it may have been shown, so it is left to the next hour
	} {
		f.finish(t, 2)
		f.Teams.Fail(bottest.OpCreate, fault)
		f.Teams.Fail(bottest.OpSend, fault)
		f.pass(t, time.Hour)
		f.untilTold(t)
		f.Teams.ClearFaults()
	}
}

func (f *fleet) signInRevoked(t *testing.T) {
	t.Helper()
	f.finish(t, 3)
	before := f.notices()
	f.Azure.RevokeSessions(adotest.AlexOID)
	for range 3 {
		f.pass(t, 2*time.Hour) // beyond the life of an access token
		f.idle(t)
	}
	require.Equal(t, before+1, f.notices(), "the owner hears of it once")
	f.Azure.AllowRefresh(adotest.AlexOID)
	play(t, f.world, "say connections", "expect C1", "press 'Show C1'",
		"press 'Sign in again'", "signin")
	f.pass(t, time.Hour)
	f.untilTold(t)
}

// crashAfterPost kills the worker after Teams took a post and before it could be
// recorded: the change may be told once more, and not more often.
func (f *fleet) crashAfterPost(t *testing.T, worker *mainProcess) {
	t.Helper()
	f.finish(t, 1)
	told := len(f.told())
	held := make(chan struct{})
	for _, op := range []bottest.Op{bottest.OpCreate, bottest.OpSend} {
		f.Teams.Fail(op, bottest.Fault{Status: 502, Applied: true, Hold: held})
	}
	f.pass(t, time.Hour)
	eventually(t, "Teams took the post", func() bool {
		if len(f.told()) == told && f.isIdle(t) {
			f.pass(t, time.Hour)
		}
		return len(f.told()) == told+1
	})
	worker.kill(t)
	close(held)
	f.Teams.ClearFaults()
	f.expireLeases(t)
	next := f.startProcess(t, "worker")
	f.idle(t) // the task that was taken up has ended before the next hour's begins, as hours let it
	for range 3 {
		f.pass(t, time.Hour)
		f.idle(t)
	}
	require.LessOrEqual(t, len(f.told()), told+2, f.evidence(t))
	moves := f.told()
	for _, move := range moves[told:] {
		require.Equal(t, moves[told], move)
	}
	require.True(t, next.ready(t))
}
