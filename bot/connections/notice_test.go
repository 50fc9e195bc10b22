package connections_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/connections"
	"okrbot/cards"
	"okrbot/okr"
)

// Whoever gets a notice, whatever failed and however much of it, who can mend it is named to all but that person, and only
// that person is offered the sign-in.
func TestNoticesNameWhoCanMendThem(t *testing.T) {
	t.Parallel()
	owner, other := okr.Person{ID: "owner", Name: "Megan Bowen"}, okr.Person{ID: "other", Name: "Lee Gu"}
	states := []okr.HealthState{okr.HealthNeedsSignIn, okr.HealthNoAccess, okr.HealthPolicy, okr.HealthProjectGone}
	for _, state := range states {
		for _, application := range []*okr.ConnectedApplication{nil, {Name: "okr-reader"}} {
			for _, to := range []okr.Person{owner, other, okr.TheOrganization()} {
				t.Run(fmt.Sprintf("%s of %v to %s", state, application != nil, to.ID), func(t *testing.T) {
					t.Parallel()
					n := okr.Notice{Owner: to, Whole: true, Goals: []okr.GoalID{"KR1"}, Titles: []string{"Bugs"}, Binds: "KR1", Opens: true}
					n.Connection = okr.Connection{ID: "C1", Name: "Fiber", Owner: owner, Application: application}
					if application != nil {
						n.Connection.Owner = okr.TheOrganization()
					}
					n.Health = okr.Health{State: state, Problem: "It failed."}
					words, verbs := connections.NoticeWords(n)
					isSignIn := slices.Contains(verbs, cards.VerbConnectionSignIn)
					switch {
					case n.ToItsOwner():
						require.Equal(t, application == nil && (state == okr.HealthNeedsSignIn || state == okr.HealthNoAccess), isSignIn)
					case application != nil:
						require.False(t, isSignIn, "an application is renewed")
						require.Contains(t, words, "admins")
					default:
						require.False(t, isSignIn, "another one's sign-in")
						require.Contains(t, words, owner.Name)
					}
				})
			}
		}
	}
}
