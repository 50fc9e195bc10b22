package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/bot"
	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// TestRoundTrip makes random trees, exports them, imports that into an empty tenant and
// exports it again: both exports are the same, but for ids that are given anew. Each comes
// back to where it is from, too, and brings nothing twice.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	m := newMover(t)
	tenants := 0
	rapid.Check(t, func(t *rapid.T) {
		tenants++
		from, to := okr.TenantID(fmt.Sprintf("from-%d", tenants)), okr.TenantID(fmt.Sprintf("to-%d", tenants))
		m.grow(t, from)
		first := m.export(t, from)
		m.bring(t, to, first)
		second := m.export(t, to)
		again := textsOf(t, second)
		for name, text := range textsOf(t, first) {
			requireSameFile(t, name, text, again[name])
		}
		for tenant, export := range map[okr.TenantID][]byte{from: first, to: second} {
			i := m.bring(t, tenant, export)
			require.Zero(t, i.Counts.Made+i.Counts.Changed+i.Counts.CheckIns+i.Counts.Notes, "%s: %+v", tenant, i.Counts)
			require.Equal(t, textsOf(t, export), textsOf(t, m.export(t, tenant)))
		}
	})
}

// requireSameFile compares two files record by record.
func requireSameFile(t *rapid.T, name, text, again string) {
	was, is := strings.Split(text, "\n"), strings.Split(again, "\n")
	for i := range min(len(was), len(is)) {
		require.Equal(t, was[i], is[i], "%s, record %d", name, i+1)
	}
	require.Len(t, is, len(was), name)
}

// An export that comes back to where it is from makes copies, which the preview says.
func TestExportComesBack(t *testing.T) {
	t.Parallel()
	m := newMover(t)
	ctx, admin := t.Context(), m.admin(t, "home")
	v, err := m.activities.Plan.SaveGoal(ctx, admin, okr.GoalInput{Kind: okr.Objective, Title: "Launch", PeriodID: "2026-01-01/2026-03-31", Owner: admin.Person})
	require.NoError(t, err)
	i, err := m.activities.Transfer.AddFile(ctx, admin, "export.zip", bytes.NewReader(m.export(t, "home")))
	require.NoError(t, err)
	p, err := m.activities.Transfer.PreviewImport(ctx, admin, i.ID)
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(p.Findings), "It was exported from here as "+string(v.Goal.ID))
}

// mover moves tenants of a store.
type mover struct {
	activities bot.Activities
	store      *redisstore.Store
	now        time.Time
}

func newMover(t *testing.T) *mover {
	t.Helper()
	store, err := redisstore.Open(t.Context(), redisstore.Options{URL: okrtest.StartRedis(t), SealKeys: configKey("k", 32)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	m := &mover{store: store, now: time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return m.now }
	m.activities = newActivities(ports{store: store, now: now})
	return m
}

// admin makes somebody the admin of a new tenant.
func (m *mover) admin(t require.TestingT, tenant okr.TenantID) okr.Actor {
	_, err := m.activities.Access.ChangeSettings(context.Background(), tenant, func(t *okr.Settings) error {
		t.Admins = []okr.Person{okrtest.Megan.Person}
		return nil
	})
	require.NoError(t, err)
	return okr.Actor{Tenant: tenant, Person: okrtest.Megan.Person}
}

func (m *mover) export(t require.TestingT, tenant okr.TenantID) []byte {
	var b bytes.Buffer
	_, err := m.activities.Exporter.Export(context.Background(), okr.Actor{Tenant: tenant, Person: okrtest.Megan.Person}, okr.ExportAll, okr.ExportZIP, &b)
	require.NoError(t, err)
	return b.Bytes()
}

// bring imports a file.
func (m *mover) bring(t *rapid.T, tenant okr.TenantID, file []byte) okr.Import {
	ctx, admin := context.Background(), m.admin(t, tenant)
	i, err := m.activities.Transfer.AddFile(ctx, admin, "export.zip", bytes.NewReader(file))
	require.NoError(t, err)
	var known []okr.Colleague
	for _, who := range somebody() {
		known = append(known, okr.Colleague{Person: who})
	}
	_, err = m.activities.Transfer.MatchPeople(ctx, admin, i.ID, known)
	require.NoError(t, err)
	_, err = m.activities.Transfer.BeginImport(ctx, admin, i.ID, okr.Reply{})
	require.NoError(t, err)
	for more := true; more; {
		i, more, err = m.activities.Transfer.ImportStep(ctx, tenant, i.ID)
		require.NoError(t, err)
	}
	require.Empty(t, i.Problem)
	return i
}

func somebody() []okr.Person {
	return []okr.Person{okrtest.Megan.Person, okrtest.Lee.Person, okrtest.Adele.Person, okrtest.Alex.Person}
}

// textsOf are the files of an export without ids that an import gives anew.
func textsOf(t *rapid.T, raw []byte) map[string]string {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	out := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		out[f.Name] = givenAnew.ReplaceAllString(string(text), "$1$2")
	}
	return out
}

// givenAnew are the ids of check-ins, comments and tasks, and the tenant.
var givenAnew = regexp.MustCompile(`"ID":\d+,("OKR ID"|"Task Name")|("Tenant":)"(?:from|to)-\d+"`)

// grow fills a new tenant as people do. What is refused is not done.
func (m *mover) grow(t *rapid.T, tenant okr.TenantID) {
	ctx, admin := context.Background(), m.admin(t, tenant)
	_, err := m.activities.Access.SavePeriod(ctx, admin, okr.TimePeriod{Period: okr.Period{Name: "Spring push", Start: "2026-02-01", End: "2026-04-15"}}, false)
	require.NoError(t, err)
	var objectives, all []okr.GoalID
	for range rapid.IntRange(1, 10).Draw(t, "goals") {
		in := drawGoal(t, objectives)
		v, err := m.activities.Plan.SaveGoal(ctx, admin, in)
		if refused(t, err) {
			continue
		}
		all = append(all, v.Goal.ID)
		if v.Goal.Kind == okr.Objective {
			objectives = append(objectives, v.Goal.ID)
		}
	}
	for _, id := range all {
		for range rapid.IntRange(0, 3).Draw(t, "said") {
			m.say(t, admin, id)
		}
	}
	for _, id := range all {
		if rapid.IntRange(0, 5).Draw(t, "end") == 0 {
			in := okr.CloseInput{Goal: id, State: rapid.SampledFrom([]okr.Status{okr.StatusClosed, okr.StatusPostponed}).Draw(t, "state"), Note: drawText(t, "note")}
			if in.State == okr.StatusClosed {
				in.Score = rapid.Ptr(rapid.Float64Range(0, 1), true).Draw(t, "score")
			}
			_, err := m.activities.Plan.Close(ctx, admin, in)
			refused(t, err)
		}
	}
}

// refused says whether a rule was against it.
func refused(t *rapid.T, err error) bool {
	if err != nil {
		require.Contains(t, []okr.Kind{okr.Invalid, okr.Forbidden, okr.NotFound}, okr.KindOf(err), "%v", err)
	}
	return err != nil
}

// say checks a goal in, or says something beside.
func (m *mover) say(t *rapid.T, admin okr.Actor, id okr.GoalID) {
	ctx := context.Background()
	m.now = m.now.Add(time.Second)
	if rapid.IntRange(0, 3).Draw(t, "comment") == 0 {
		n, err := okr.NextID(ctx, m.store, admin.Tenant, okr.CheckInPrefix)
		require.NoError(t, err)
		text := okr.CleanText(drawText(t, "text"))
		require.NoError(t, m.store.CheckIns().Create(ctx, admin.Tenant, okr.CheckIn{
			ID: okr.CheckInID(n), Goal: id, At: m.now, MadeAt: m.now, By: okrtest.Lee.Person, Note: text + "!", Comment: true,
		}))
		return
	}
	_, _, err := m.activities.Plan.CheckIn(ctx, admin, okr.CheckInInput{
		Goal: id, On: rapid.SampledFrom([]okr.Date{"", "2026-01-15"}).Draw(t, "on"), Note: drawText(t, "note"), Lasting: rapid.Bool().Draw(t, "lasting"),
		Value:  rapid.Ptr(rapid.SampledFrom([]float64{0, 1, 7.25, 33.333333333333336, 100}), true).Draw(t, "value"),
		Status: rapid.SampledFrom([]okr.Status{"", "", okr.OnTrack, okr.Behind, okr.AtRisk, okr.NotStarted}).Draw(t, "status"),
	})
	refused(t, err)
}

func drawText(t *rapid.T, label string) string {
	return rapid.SampledFrom([]string{
		"", "Plain", "=1+1", "'@x", "two\nlines; \"quoted\"", "Title (weight: 3%, Id: 7) / other", "<b>Ünï</b> & 漢字", "Checkin Date: 2026-01-01; User: x; Note: ;", "null", "-",
	}).Draw(t, label)
}

func drawPeople(t *rapid.T, label string) []okr.Person {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(somebody()), 0, 2, func(p okr.Person) okr.UserID { return p.ID }).Draw(t, label)
}

// drawGoal draws a goal of any kind below any objective.
func drawGoal(t *rapid.T, objectives []okr.GoalID) okr.GoalInput {
	in := okr.GoalInput{Kind: okr.Objective, Title: "T" + strings.ReplaceAll(drawText(t, "title"), "\n", " "), Owner: rapid.SampledFrom(somebody()).Draw(t, "owner")}
	if len(objectives) > 0 {
		in.Kind = rapid.SampledFrom([]okr.GoalKind{okr.Objective, okr.KeyResult, okr.KeyResult, okr.Project}).Draw(t, "kind")
		in.Parent = rapid.SampledFrom(objectives).Draw(t, "parent")
	}
	switch span := rapid.IntRange(0, 4).Draw(t, "period"); {
	case in.Kind != okr.Objective && span > 1:
	case span == 0:
		in.Period = okr.Period{Start: "2026-02-10", End: "2026-03-10"}
	case span == 1:
		in.PeriodID = "T1"
	case span == 2:
		in.PeriodID, in.Period = "2026-01-01/2026-12-31", okr.Period{Start: "2026-01-05", End: "2026-11-30"}
	default:
		in.PeriodID = "2026-01-01/2026-03-31"
	}
	in.OwnPeriod = in.Kind != okr.Objective && in.Period.Start+okr.Date(in.PeriodID) != ""
	d := okr.Details{
		Description: drawText(t, "description"), Tags: rapid.SampledFrom([][]string{nil, {"Growth"}, {"North; south", "a,b"}}).Draw(t, "tags"),
		Team: rapid.SampledFrom([]string{"", "New Markets", "A; B"}).Draw(t, "team"), Level: rapid.SampledFrom([]okr.Level{"", okr.LevelTeam, okr.LevelIndividual, okr.LevelOrganization}).Draw(t, "level"),
		CoOwners: drawPeople(t, "coOwners"), Editors: drawPeople(t, "editors"), Viewers: drawPeople(t, "viewers"), Private: rapid.IntRange(0, 4).Draw(t, "private") == 0,
		OnlyEditors: rapid.IntRange(0, 6).Draw(t, "only") == 0,
	}
	if rapid.Bool().Draw(t, "asks") {
		d.CheckInOwner, d.Delegate = rapid.SampledFrom(somebody()).Draw(t, "asked"), rapid.SampledFrom(somebody()).Draw(t, "delegate")
	}
	if in.Parent != "" {
		d.Weight = rapid.Ptr(rapid.SampledFrom([]float64{0, 12.5, 33.333333333333336, 50, 100}), true).Draw(t, "weight")
	}
	switch in.Kind {
	case okr.Objective:
		d.GoalType = rapid.SampledFrom([]okr.GoalType{"", okr.Aspirational, okr.Committed}).Draw(t, "type")
	case okr.KeyResult:
		in.Metric = drawMetric(t)
	case okr.Project:
		in.Tasks = drawTasks(t)
	}
	in.Details = &d
	return in
}

func drawMetric(t *rapid.T) *okr.Metric {
	m := &okr.Metric{Name: "M" + strings.ReplaceAll(drawText(t, "metric"), "\n", " "), Target: 40}
	m.UnitKind = rapid.SampledFrom(append(okr.UnitKinds(), "")).Draw(t, "unitKind")
	m.Unit = rapid.SampledFrom([]string{"", "%", "€", "bugs"}).Draw(t, "unit")
	m.Type = rapid.SampledFrom(append(okr.MetricTypes(), "")).Draw(t, "metricType")
	switch m.Type {
	case okr.Increase:
		m.Start = -5
	case okr.Decrease:
		m.Start = 1e6 + 0.1
	case okr.StayBelow:
		m.Threshold = rapid.Ptr(rapid.Just(50.0), true).Draw(t, "threshold")
	case okr.StayAbove:
		m.Start, m.Target = 12, 12
	}
	if m.IsScaled() && rapid.Bool().Draw(t, "phased") {
		m.Phases = []okr.Phase{{Date: "2026-02-15", Value: m.ValueAt(30)}, {Date: "2026-03-01", Value: m.ValueAt(60)}}
	}
	return m
}

func drawTasks(t *rapid.T) *[]okr.Task {
	var tasks []okr.Task
	for range rapid.IntRange(0, 3).Draw(t, "tasks") {
		task := okr.Task{Title: "T" + strings.ReplaceAll(drawText(t, "task"), "\n", " "), Done: rapid.Bool().Draw(t, "done"), Due: rapid.SampledFrom([]okr.Date{"", "2026-03-03"}).Draw(t, "due")}
		if rapid.Bool().Draw(t, "owned") {
			task.Owner = rapid.SampledFrom(somebody()).Draw(t, "by")
		}
		tasks = append(tasks, task)
	}
	return &tasks
}
