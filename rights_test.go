package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/bot/chat"
	"okrbot/okr"
)

// TestRights tries each registered command and button as everybody who may not, and
// with data that is not right: it is answered, nothing is changed, and nothing told.
func TestRights(t *testing.T) {
	t.Parallel()
	const worlds = 2 // as many as are played at a time; what one column left is taken back before the next one
	for n := range worlds {
		t.Run(fmt.Sprintf("world %d", n), func(t *testing.T) {
			t.Parallel()
			r := newRightsWorld(t)
			start := copyOf(t, r.redis)
			for i, column := range columns() {
				if i%worlds == n {
					t.Run(column.name, func(t *testing.T) { r.tryAll(t, column) })
					start.restore(t, r.redis, r.journal.take())
				}
			}
		})
	}
}

// tryAll tries everything as the person of a column.
func (r *rightsWorld) tryAll(t *testing.T, column who) {
	t.Helper()
	r.who, r.wrong = column, nil
	r.look(t)
	commands, presses := commandActs(), pressActs()
	for _, subject := range r.app.bot.Subjects() {
		for _, verb := range slices.Sorted(maps.Keys(subject.Presses)) {
			a, known := presses[verb]
			require.True(t, known, "the button %q is new: say in pressActs how it is tried", verb)
			r.tryPress(t, verb, a)
		}
		for _, c := range subject.Commands {
			a, known := commands[c.Name]
			require.True(t, known, "the command %q is new: say in commandActs how it is tried", c.Name)
			r.tryCommand(t, c, a)
		}
	}
	require.Empty(t, changes(r.left, r.dump(t)), "nothing was overlooked")
	require.Empty(t, r.wrong, "%s", strings.Join(r.wrong, "\n"))
}

// secrets are what nobody but alex, in the own chat, may read.
func secrets() []string {
	return []string{"Secret plan", "Secret result", "Secret and gone", "Secret work", "Secret task", "Hidden way", "Megan's own plan", "Megan's own result"}
}

// rightsWorld has one of everything that is alex's, and people without rights.
type rightsWorld struct {
	*world
	redis   *miniredis.Miniredis
	who     who
	checkIn okr.CheckInID
	forms   map[string]string // ids by kind
	megan   map[okr.GoalKind]okr.GoalID
	megans  okr.CheckInID
	wrong   []string          // what was found
	left    map[string]string // what the store held after the last try
	journal *journal          // of the store
	read    int               // how much of the log audits were looked for in
}

func newRightsWorld(t *testing.T) *rightsWorld {
	t.Helper()
	r := &rightsWorld{forms: map[string]string{}}
	// All tenants are served, so that what keeps them apart is the keys alone.
	r.world = newWorld(t, time.Now(), "ALLOWED_TENANTS", "*")
	r.redis = r.Redis()
	r.journal = keepJournal(r.redis)
	startChecked(t, r.world)
	play(t, r.world, "start bound",
		"say connect", "fill 'name=Hidden way' organization=contoso", "press Next", "fill 'project=Fabrikam Fiber'", "press Save", "expect 'Hidden way' C2")
	alex, adele := r.actor("alex"), r.actor("adele")
	plan := r.app.activities.Plan
	save := func(in okr.GoalInput) okr.Goal {
		in.Period = okr.Period{Start: "2026-07-01", End: "2026-09-30"}
		v, err := plan.SaveGoal(t.Context(), alex, in)
		require.NoError(t, err)
		return v.Goal
	}
	metric := &okr.Metric{Name: "Teams", Target: 10}
	hand := okr.GoalInput{Kind: okr.KeyResult, Title: "By hand", Parent: "O1", Metric: metric, Details: &okr.Details{CheckInOwner: adele.Person}}
	hand.Editing = save(hand).ID
	value := 3.0
	_, c, err := plan.CheckIn(t.Context(), adele, okr.CheckInInput{Goal: hand.Editing, Value: &value, Note: "three"})
	require.NoError(t, err)
	r.checkIn = c.ID
	hand.Details = &okr.Details{}
	save(hand)
	secret := save(okr.GoalInput{Kind: okr.Objective, Title: "Secret plan", Details: &okr.Details{Private: true}})
	save(okr.GoalInput{Kind: okr.KeyResult, Title: "Secret result", Parent: secret.ID, Metric: metric})
	task := func(title string) *[]okr.Task { return &[]okr.Task{{ID: "T1", Title: title, Owner: adele.Person}} }
	r.bindTree(t, alex, save(okr.GoalInput{Kind: okr.Project, Title: "Secret work", Parent: secret.ID, Tasks: task("Secret task")}).ID)
	save(okr.GoalInput{Kind: okr.Project, Title: "Open work", Parent: "O1", Tasks: task("Sign the lease")})
	gone := save(okr.GoalInput{Kind: okr.KeyResult, Title: "Secret and gone", Parent: secret.ID, Metric: metric})
	_, err = plan.DeleteGoal(t.Context(), alex, gone.ID)
	require.NoError(t, err)
	r.megansOwn(t)
	r.formerAdmin(t, alex, adele.Person)
	r.openForms(t)
	r.strangers(t)
	r.imports(t, alex)
	r.reader(t, alex)
	return r
}

// reader is an application of the organization.
func (r *rightsWorld) reader(t *testing.T, alex okr.Actor) {
	t.Helper()
	c, _, err := r.app.activities.Applications.SaveApplication(t.Context(), alex, okr.ApplicationInput{
		Name: adotest.ReaderName, Tenant: adotest.TenantID, ClientID: adotest.ReaderClientID, Kind: okr.BySecret, Secret: adotest.ReaderSecret,
	})
	require.NoError(t, err)
	require.Equal(t, okr.CredentialID(someApplication), c.ID)
}

func (r *rightsWorld) actor(name string) okr.Actor {
	u := r.Teams.User(name)
	return okr.Actor{Tenant: okr.TenantID(u.TenantID), Person: okr.Person{ID: okr.UserID(u.ObjectID), Name: u.Name}}
}

// bindTree measures a project by a tree.
func (r *rightsWorld) bindTree(t *testing.T, who okr.Actor, id okr.GoalID) {
	t.Helper()
	for _, q := range r.Azure.Queries(adotest.OrgContoso, adotest.ProjectFiber) {
		if q.Name == "Launch scope" {
			_, err := r.app.activities.Measure.Bind(t.Context(), who, okr.BindInput{Goal: id, Connection: "C2", Query: q.ID})
			require.NoError(t, err)
			return
		}
	}
	require.Fail(t, "no tree")
}

func (r *rightsWorld) formerAdmin(t *testing.T, alex okr.Actor, adele okr.Person) {
	t.Helper()
	_, err := r.app.activities.Access.AddAdmin(t.Context(), alex, adele)
	require.NoError(t, err)
	_, err = r.app.activities.Access.RemoveAdmin(t.Context(), alex, adele)
	require.NoError(t, err)
	_, err = r.app.activities.Access.SavePeriod(t.Context(), alex, okr.TimePeriod{Period: okr.Period{Name: "Autumn", Start: "2026-09-01", End: "2026-11-30"}}, false)
	require.NoError(t, err)
}

// openForms opens one form of each kind as alex, and a digest in the channel.
func (r *rightsWorld) openForms(t *testing.T) {
	t.Helper()
	play(t, r.world, "in channel Delivery", "say digest", "press Subscribe", "expect 'Digest on'", "in personal",
		"say check-in KR2", "expect 'Check in'", "say new krs O1", "expect 'Add key results to O1'", "say clone O1", "expect 'Clone O1'", "say connect", "expect 'New connection'", "say bind KR2", "expect 'Bind KR2'",
		"say tasks P2", "expect 'Tasks of P2'", "press 'Edit tasks'", "expect 'Edit tasks of P2'", "idle")
	for _, key := range r.redis.Keys() {
		if _, id, ok := strings.Cut(key, "}:draft:"); ok {
			plain, err := url.QueryUnescape(id)
			require.NoError(t, err)
			kind, form, _ := strings.Cut(plain, ":")
			r.forms[kind] = form
		}
	}
}

// strangers come from another tenant: one writes from there, one is in the roster of
// the channel as a member of Contoso would be.
func (r *rightsWorld) strangers(t *testing.T) {
	t.Helper()
	const fabrikam = "9e2b6a3e-0d0a-4a54-9d3a-1f6c2b7e9b02"
	r.Teams.AddTenant(fabrikam, "fabrikam")
	r.Teams.AddUser(fabrikam, "Bianca Pisani", bottest.RoleUser)
	isak := r.Teams.AddUser(fabrikam, "Isak Nilsson", bottest.RoleUser)
	_, err := r.Teams.AddMember(t.Context(), r.Teams.Channel("Delivery"), r.Teams.User("alex"), isak)
	require.NoError(t, err)
}

// real are the ids of what there is: what everybody sees, and what only alex does.
func (r *rightsWorld) real(kind okr.GoalKind) []map[string]string {
	goals := []string{"KR1", "KR2", "KR3"}
	switch kind {
	case okr.Objective:
		goals = []string{"O1", "O2"}
	case okr.Project:
		goals = []string{"P1", "P2"}
	}
	var out []map[string]string
	for _, g := range goals {
		out = append(out, map[string]string{"{goal}": g, "{application}": someApplication, "{connection}": "C2", "{checkin}": string(r.checkIn), "{period}": "T1", "{deleted}": "KR4", "{import}": "IM2", "{imported}": "IM1"})
	}
	return out
}

// megansOwn are private goals, of which alex is no owner.
func (r *rightsWorld) megansOwn(t *testing.T) {
	t.Helper()
	megan, period := r.actor("megan"), okr.Period{Start: "2026-07-01", End: "2026-09-30"}
	o, err := r.app.activities.Plan.SaveGoal(t.Context(), megan, okr.GoalInput{Kind: okr.Objective, Title: "Megan's own plan", Period: period, Details: &okr.Details{Private: true}})
	require.NoError(t, err)
	kr, err := r.app.activities.Plan.SaveGoal(t.Context(), megan, okr.GoalInput{Kind: okr.KeyResult, Title: "Megan's own result", Period: period, Parent: o.Goal.ID, Metric: &okr.Metric{Name: "Teams", Target: 10}})
	require.NoError(t, err)
	value := 3.0
	_, c, err := r.app.activities.Plan.CheckIn(t.Context(), megan, okr.CheckInInput{Goal: kr.Goal.ID, Value: &value, Note: "Megan's own plan holds"})
	require.NoError(t, err)
	r.megans = c.ID
	r.megan = map[okr.GoalKind]okr.GoalID{okr.Objective: o.Goal.ID, okr.KeyResult: kr.Goal.ID}
}

// othersPrivate are the ids of goals and a check-in that are private to megan.
func (r *rightsWorld) othersPrivate(kind okr.GoalKind) []map[string]string {
	return []map[string]string{{"{goal}": string(r.megan[cmp.Or(kind, okr.KeyResult)]), "{checkin}": string(r.megans)}}
}

// places are where the person of the column tries: in the channel, and in the own chat.
func (r *rightsWorld) places() []bottest.Chat {
	u := r.Teams.User(r.who.user)
	own, channel := r.Teams.Personal(u), r.Teams.Channel("Delivery")
	switch r.who.name {
	case "another tenant":
		return []bottest.Chat{own}
	case "another tenant's person in the roster", "another person's private goals in the channel":
		return []bottest.Chat{channel}
	}
	return []bottest.Chat{own, channel}
}

func (r *rightsWorld) tryPress(t *testing.T, verb string, a act) {
	t.Helper()
	for _, ids := range r.tried(a) {
		data := map[string]string{}
		for k, v := range a.data {
			if key := r.fill(k, a, ids); ids != nil {
				data[key] = r.fill(v, a, ids)
			}
		}
		for _, place := range r.places() {
			r.try(t, fmt.Sprintf("button %s %v in %s", verb, data, place.Kind), a, place, func(u bottest.User) bottest.Delivery {
				value := map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": verb, "data": data}}
				d, err := r.Teams.Invoke(t.Context(), place, u, "adaptiveCard/action", value)
				require.NoError(t, err)
				require.Equal(t, 200, d.Status, "%s", d.Body)
				var body struct{ Type string }
				require.NoError(t, json.Unmarshal(d.Body, &body))
				require.NotEmpty(t, body.Type, "answered")
				return d
			})
		}
	}
}

func (r *rightsWorld) tryCommand(t *testing.T, c chat.Command, a act) {
	t.Helper()
	for _, ids := range r.tried(a) {
		words := strings.TrimSpace(c.Name + " " + r.fill(a.words, a, ids))
		if ids == nil {
			words = c.Name
		}
		for _, place := range r.places() {
			r.try(t, fmt.Sprintf("“%s” in %s", words, place.Kind), a, place, func(u bottest.User) bottest.Delivery {
				d, err := r.Teams.Say(t.Context(), place, u, words)
				require.NoError(t, err)
				if len(r.Teams.Posts(d.Chat)) == 0 {
					r.wrong = append(r.wrong, words+" is not answered in "+place.Kind)
				}
				return d
			})
		}
	}
}

// tried are the ids to try with. What the owner of everything may do without any is
// left out.
func (r *rightsWorld) tried(a act) []map[string]string {
	all := r.who.ids(r, a.kind)
	named := a.words
	for key, value := range a.data {
		named += key + value
	}
	switch hasIDs := strings.Contains(named, "{"); {
	case r.who.aboutGoals && !strings.Contains(named, "{goal}"):
		return nil
	case r.who.isOwner && a.bare && (all[0] == nil || !hasIDs):
		return nil
	case !hasIDs:
		return all[:1]
	}
	return all
}

func (r *rightsWorld) fill(text string, a act, ids map[string]string) string {
	for placeholder, id := range ids {
		text = strings.ReplaceAll(text, placeholder, id)
	}
	return strings.ReplaceAll(text, "{form}", cmp.Or(r.forms[a.form], "none"))
}

// try does something and notes what is wrong with what came of it.
func (r *rightsWorld) try(t *testing.T, what string, a act, place bottest.Chat, do func(bottest.User) bottest.Delivery) {
	t.Helper()
	r.Azure.ResetCalls()
	d := do(r.Teams.User(r.who.user))
	play(t, r.world, "idle")
	told := string(d.Body)
	for _, p := range r.Teams.Posts(place.Since(d)) {
		if !r.who.isOwner || p.Only == "" { // what the owner alone sees is the owner's
			told += p.Text()
		}
	}
	for _, secret := range secrets() {
		if (!r.who.isOwner || place.Kind != bottest.KindPersonal) && strings.Contains(told, secret) {
			r.wrong = append(r.wrong, what+" tells "+secret)
		}
	}
	changed := r.changed(t)
	if r.who.isMember && a.member {
		return
	}
	for _, key := range changed {
		r.wrong = append(r.wrong, what+" changes "+key)
	}
	if !r.who.isMember && !r.who.isOwner && len(r.Azure.Calls()) > 0 {
		r.wrong = append(r.wrong, what+" asks Azure DevOps with the access of others")
	}
}
