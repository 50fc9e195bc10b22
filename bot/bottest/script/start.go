package script

import (
	"fmt"
	"slices"
	"strings"
)

// cmdStart goes what is left of the main path up to a state, in the conversation: enabling is alex's, who may, and the rest the
// acting person's.
func (w *World) cmdStart(_ bool, args []string) error {
	state := strings.Join(args, " ")
	goal := slices.Index([]string{"enabled", "connected", "bound"}, state)
	if goal < w.started {
		return fmt.Errorf("start %s: unknown, or behind already", state)
	}
	who := "user " + w.User.GivenName
	path := [][]string{
		{"user alex", "in personal", "say enable", "press Enable", "expect Enabled", who},
		{
			who, "in personal", "say connect", "signin",
			"fill name='Contoso launch' organization=contoso", "press Next",
			"fill project='Fabrikam Fiber'", "press Save", "expect 'Contoso launch' C1",
		},
		{
			"say new objective Launch the portal", "press Save", "expect 'Objective · O1'",
			"say new kr", "fill title='Close the launch bugs' metric='Bugs closed' unit=% startValue=0 target=100", "press Save", "expect 'Key result · KR1'",
			"say bind KR1", "search query bugs", "pick query 'Launch/Launch bugs'", "press Next",
			"press Save", "expect 'Key result · KR1' '40%' '12 of 30'",
		},
	}
	lines := slices.Concat(path[w.started : goal+1]...)
	w.started = goal + 1
	return w.Play(lines...)
}
