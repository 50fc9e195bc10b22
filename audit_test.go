package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/cards"
	"okrbot/okr"
)

// moreActs are presses beside those of the matrix of rights that change a right.
func moreActs() map[string][]map[string]string {
	return map[string][]map[string]string{
		cards.VerbGoalSave: {
			goalData(cards.KeyKind, "key result", cards.KeyVersion, "1", cards.InputTitle, "Taken", cards.InputMetric, "Teams", cards.InputTarget, "7", cards.KeyParent, "O1", cards.InputPrivate, "true"),
		},
		cards.VerbMove: {{cards.KeyConnection: "C1", cards.KeyTarget: "C2"}},
		cards.VerbHandOver: {
			{cards.KeyConnection: "C2", cards.InputPerson: "Megan Bowen"},
		},
		cards.VerbSettingsSave: {{cards.KeyVersion: "1", cards.InputCreateTeam: "admins"}},
	}
}

// TestAudit presses every button and says every command as somebody who may: what
// changes a right, deletes, moves or hands over writes one line, of ids only, and
// nothing else writes any. After each the store is as it was.
func TestAudit(t *testing.T) {
	t.Parallel()
	r := newRightsWorld(t)
	start := copyOf(t, r.redis)
	commands, presses, more := commandActs(), pressActs(), moreActs()
	audited, before := map[string]bool{}, facts(t, r.dump(t))
	r.audits()
	try := func(what string, do func() (bottest.Delivery, error)) {
		_, err := do()
		require.NoError(t, err, what)
		play(t, r.world, "idle")
		touched := r.journal.take()
		changed := changedFacts(before, facts(t, r.dumpOf(t, touched)), touched)
		lines := r.audits()
		require.Len(t, lines, min(1, len(changed)), "%s changes %v", what, changed)
		for _, line := range lines {
			audited[attribute(line, "did")] = true
			require.NotEmpty(t, attribute(line, "ref"), what)
			require.Equal(t, r.Teams.User("alex").ObjectID, attribute(line, "user"), what)
			for _, words := range []string{"Launch", "Secret", "Hidden", "Megan", "Alex", "Autumn", "@"} {
				require.NotContains(t, line, words, what)
			}
		}
		start.restore(t, r.redis, append(touched, r.journal.take()...))
	}
	alex, place := r.Teams.User("alex"), r.Teams.Personal(r.Teams.User("alex"))
	for _, subject := range r.app.bot.Subjects() {
		for _, verb := range slices.Sorted(maps.Keys(subject.Presses)) {
			a := presses[verb]
			for _, data := range append([]map[string]string{a.data}, more[verb]...) {
				for _, ids := range r.real(a.kind) {
					filled := map[string]string{}
					for k, v := range data {
						filled[r.fill(k, a, ids)] = r.fill(v, a, ids)
					}
					try(fmt.Sprintf("button %s %v", verb, filled), func() (bottest.Delivery, error) {
						return r.Teams.Invoke(t.Context(), place, alex, "adaptiveCard/action", map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": verb, "data": filled}})
					})
				}
			}
		}
		for _, c := range subject.Commands {
			for _, ids := range r.real(commands[c.Name].kind) {
				text := strings.TrimSpace(c.Name + " " + r.fill(commands[c.Name].words, commands[c.Name], ids))
				try("“"+text+"”", func() (bottest.Delivery, error) {
					return r.Teams.Say(t.Context(), r.Teams.Channel("Delivery"), alex, text)
				})
				try("“"+text+"” in the own chat", func() (bottest.Delivery, error) { return r.Teams.Say(t.Context(), place, alex, text) })
			}
		}
	}
	require.Empty(t, changedFacts(before, facts(t, r.dump(t)), slices.Collect(maps.Keys(before))), "all is as it was")
	for _, step := range r.auditedSteps() {
		play(t, r.world, step.lines...)
		play(t, r.world, "idle")
		lines := r.audits()
		require.Len(t, lines, 1, "%v", step.lines)
		require.Equal(t, step.did, attribute(lines[0], "did"))
		audited[step.did] = true
	}
	require.Equal(t, deeds(t), slices.Sorted(maps.Keys(audited)), "each deed is shown")
}

// auditedStep is a piece of a conversation with one deed in it.
type auditedStep struct {
	did   string
	lines []string
}

// auditedSteps are for deeds that need others before them.
func (r *rightsWorld) auditedSteps() []auditedStep {
	return []auditedStep{
		{"admin added", []string{"user alex", "in channel Delivery", "say admins add megan@contoso.example"}},
		{"admin removed", []string{"say admins remove megan@contoso.example"}},
		{"integration disabled", []string{"in personal", "say disable", "press Disable"}},
		{"integration enabled", []string{"say enable", "press Enable"}},
		{"settings changed", []string{"say settings", "fill timeZone=Asia/Tokyo", "press Save"}},
		{"period added", []string{"say settings", "fill periodName=Sprint periodStart=2026-09-01 periodEnd=2026-09-30", "press Save"}},
		{"binding moved", []string{"say bind KR1", "fill connection='Hidden way'", "fill 'text=Launch bugs'", "press Next", "press Save"}},
		{"okrs exported", []string{"say export csv", "consent accept", "expect 'Saved in your OneDrive'"}},
		{"connection shared", []string{"say C1", "press Share"}},
		{"connection made private", []string{"say C1", "press 'Stop sharing'"}},
		{"connection offered", []string{"in channel Delivery", "say hand over C1 to Megan Bowen", "expect Offered"}},
		{"offer dropped", []string{"press 'Withdraw offer'"}},
		{"connection offered", []string{"say hand over C1 to Megan Bowen", "expect Offered"}},
		{"connection taken over", []string{"user megan", "in personal", "say take over C1", "signin", "expect 'Take over'", "press 'Take over'"}},
		{"application added", []string{
			"user alex", "in personal", "entra add second-reader 5ec2e7a1-0000-4000-8000-0000000000a2", "entra secret second-reader its~open~secret", "entra allow second-reader contoso",
			"say connect application", "expect 'Connect an application'", "visit 'Open the page'",
			"type name=second-reader tenant=" + adotest.TenantID + " client=5ec2e7a1-0000-4000-8000-0000000000a2 secret=its~open~secret", "send",
		}},
		{"connection by an application made", []string{
			"expect 'New connection'", "fill name=Ours organizationText=contoso", "press Next", "fill 'project=Fabrikam Fiber'", "press Next", "press 'Allow all shared queries'", "expect Ours",
		}},
		{"connection folders changed", []string{"press 'Change folders'", "fill 'folders=Shared Queries/Launch'", "press 'Allow these folders only'", "expect 'Queries: Shared Queries/Launch'"}},
		{"application renewed", []string{"press 'Renew application'", "expect 'Renew second-reader'", "visit 'Open the page'", "send", "expect 'second-reader was renewed'"}},
		{"connection taken over by an application", []string{"say take over C2", "expect 'Take over'", "press 'Use second-reader'", "press 'Use application'"}},
		{"application removed", []string{"say applications", "press 'Show second-reader'", "press Remove", "press Remove"}},
		{"goal handed over", []string{"user alex", "in channel Delivery", "say edit KR2", "fill 'owner=Megan Bowen'", "press Save"}},
	}
}

// deeds are all that the source writes down.
func deeds(t *testing.T) []string {
	t.Helper()
	named := regexp.MustCompile(`(?:[dD]id(?:: | :?= )|RemoveAdmin, |d\.To = )"([a-z -]+)"`)
	var out []string
	require.NoError(t, filepath.WalkDir("bot", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path) //nolint:gosec // of this repository
		for _, m := range named.FindAllStringSubmatch(string(source), -1) {
			out = append(out, m[1])
		}
		return err
	}))
	slices.Sort(out)
	return slices.Compact(out)
}

// audits are the lines of the log that say who changed what, since the last look.
func (r *rightsWorld) audits() []string {
	lines, next := r.Log.Since(r.read)
	r.read = next
	return slices.DeleteFunc(lines, func(line string) bool { return !strings.Contains(line, " msg=audit ") })
}

// attribute is a value in a line of the log.
func attribute(line, name string) string {
	_, rest, _ := strings.Cut(" "+line, " "+name+"=")
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		value, _, _ := strings.Cut(quoted, `"`)
		return value
	}
	value, _, _ := strings.Cut(rest, " ")
	return value
}

// facts are what an audit is about, by the keys of a dump: what there is, and who may
// do what with it.
func facts(t *testing.T, dump map[string]string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for key, text := range dump {
		_, name, _ := strings.Cut(key, "}:")
		kind, rest, _ := strings.Cut(name, ":")
		isRecord := strings.HasPrefix(rest, "record:")
		var stored struct {
			Data json.RawMessage `json:"d"`
		}
		if isRecord {
			require.NoError(t, json.Unmarshal([]byte(text), &stored), key)
		}
		switch {
		case kind == "goal" && isRecord:
			out[key] = goalFacts(t, stored.Data)
		case kind == "connection" && isRecord:
			var c okr.Connection
			require.NoError(t, json.Unmarshal(stored.Data, &c))
			out[key] = fmt.Sprint(c.Owner.ID, c.Shared, c.Offer, c.Folders)
		case kind == "import" && isRecord:
			var i okr.Import
			require.NoError(t, json.Unmarshal(stored.Data, &i))
			if out[key] = string(i.Phase); i.Phase == okr.ImportCollecting {
				out[key] = "" // forgetting it takes nothing from anybody
			}
		case kind == "tenant" && isRecord:
			out[key] = string(stored.Data)
		case kind == "checkin" && isRecord, kind == "subscription" && isRecord, kind == "credential":
			out[key] = "there"
		}
	}
	return out
}

func goalFacts(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var g okr.Goal
	require.NoError(t, json.Unmarshal(raw, &g))
	through := okr.ConnectionID("")
	if g.Binding != nil {
		through = g.Binding.Connection
	}
	ids := func(people []okr.Person) (out []okr.UserID) {
		for _, p := range people {
			out = append(out, p.ID)
		}
		return out
	}
	return fmt.Sprint(g.Owner.ID, ids(g.CoOwners), g.CheckInOwner.ID, g.Delegate.ID, g.Private, ids(g.Viewers), ids(g.Editors), g.OnlyEditors, g.Parent, g.Deleted != nil, through)
}

// changedFacts are those of before that are other ones, or gone, under keys that were touched.
// What a turn makes anew takes nothing from anybody.
func changedFacts(before, after map[string]string, touched []string) []string {
	var out []string
	for _, key := range touched {
		if was, isFact := before[key]; isFact && after[key] != was {
			out = append(out, fmt.Sprintf("%s: %s -> %s", key, was, after[key]))
		}
	}
	return out
}
