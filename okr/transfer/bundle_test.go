package transfer_test

import (
	"fmt"
	"strings"
	"time"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// shapes makes an export of 136 items in every shape that was seen of exports.
type shapes struct {
	f    files
	next int
}

var staff = []transfer.Person{
	megan, nobody,
	{ID: "71", Name: "Alex Wilber", Email: "alex@contoso.example"},
	{ID: "73", Name: "Isaiah Langer", Email: "isaiah@contoso.example"},
	{ID: "74", Name: "Isaiah Langer", Email: "isaiah.l@contoso.example"}, // two people, one name
	{Name: "Patti Fernandez"}, // of a CSV: no address
}

// add adds an item and gives its id.
func (s *shapes) add(kind okr.GoalKind, title, parent string, change ...func(*transfer.Item)) string {
	s.next++
	item := transfer.Item{
		ID: fmt.Sprint(5_100_000 + s.next), Kind: kind, Word: string(kind), Title: title, Period: quarter, Owners: []transfer.Person{staff[s.next%len(staff)]},
		CreatedBy: staff[2], CreatedAt: day(1 + s.next%20), Row: okr.ImportRow{File: "objectives.json", Row: s.next, ID: fmt.Sprint(5_100_000 + s.next), Title: title},
	}
	if parent != "" {
		item.Parents = []transfer.Parent{{ID: parent}}
	}
	if kind == okr.KeyResult {
		item.Metric = &okr.Metric{Name: "Stores", Target: 40, Type: okr.Reach}
		item.Value = new(float64(s.next % 40))
	}
	for _, c := range change {
		c(&item)
	}
	s.f.bundle.Items = append(s.f.bundle.Items, item)
	return item.ID
}

// say adds n check-ins, a week apart.
func (s *shapes) say(item string, n int) {
	for i := range n {
		at := time.Date(2026, 1, 2+7*i, 9, 0, 0, 0, time.UTC)
		s.f.checkIns = append(s.f.checkIns, transfer.CheckIn{
			ID: fmt.Sprint(24_000_000 + len(s.f.checkIns)), Item: item, At: at, MadeAt: at.Add(24 * time.Hour * time.Duration(i%2)), By: staff[i%len(staff)],
			Value: new(float64(i)), Status: okr.Behind, Note: []string{"", "late; start\nsecond line"}[i%2],
		})
	}
	s.f.comments = append(s.f.comments, transfer.Comment{ID: fmt.Sprint(169_000 + len(s.f.comments)), Item: item, At: day(9), By: megan, Text: "see the map"})
}

func annual(i *transfer.Item) { i.Period = year }
func inYear(i *transfer.Item) {
	i.Period = okr.Period{Name: year.Name, Start: "2026-02-01", End: "2026-06-30"}
}

func half(i *transfer.Item) {
	i.Period = okr.Period{Name: "H1 2026", Start: "2026-01-01", End: "2026-06-30"}
}
func fed(i *transfer.Item)     { i.Feed, i.DataSource = transfer.FeedIntegration, "Excel Online" }
func private(i *transfer.Item) { i.Private = true }

func closed(i *transfer.Item) {
	i.Status, i.Score, i.CheckedIn = okr.StatusClosed, new(0.3), "2026-01-30"
}

// everyShape is the export.
func everyShape() *files { return shaped(6) }

// shaped is an export with some branches, each of 19 items, and what fits nowhere.
func shaped(branches int) *files {
	s := &shapes{}
	s.f.bundle.Periods = []okr.Period{year, quarter, {Name: "H1 2026", Start: "2026-01-01", End: "2026-06-30"}, {Name: "Odd", Start: "2026-05-01", End: "2026-08-15"}}
	s.f.bundle.People, s.f.bundle.Tags = staff, []string{"Growth"}
	s.f.bundle.Teams = []transfer.Team{{ID: "801", Name: "New Markets", Parent: "All Contoso"}}
	for n := range branches {
		top := s.add(okr.Objective, fmt.Sprintf("Delight region %d (phase 1)", n), "", annual, func(i *transfer.Item) {
			i.Teams, i.Level = []string{"New Markets", "Old Markets"}, okr.LevelOrganization
			i.GoalType = okr.Committed
		})
		s.say(top, 3)
		s.branch(top, n)
	}
	s.odd()
	s.f.bundle.CheckIns, s.f.bundle.Comments = len(s.f.checkIns), len(s.f.comments)
	return &s.f
}

// branch adds what stands below an objective of the year: 18 items, to a depth of 4.
func (s *shapes) branch(top string, n int) {
	second := s.add(okr.Objective, fmt.Sprintf("Second level %d", n), top, inYear)
	third := s.add(okr.Objective, fmt.Sprintf("Third level %d", n), second, inYear)
	for q := range 3 {
		id := s.add(okr.KeyResult, fmt.Sprintf("Ship %d stores", q), third, func(i *transfer.Item) { i.Parents[0].Weight = new(33.33) }) // the titles come again
		s.say(id, 4)
	}
	s.add(okr.KeyResult, "Kept below the limit", third, func(i *transfer.Item) {
		i.Metric = &okr.Metric{Name: "Outages", Start: 5, Target: 5, Type: okr.StayBelow}
		i.Value = new(2.0)
	})
	phased := s.add(okr.KeyResult, fmt.Sprintf("Phased %d", n), second, func(i *transfer.Item) {
		i.Metric.Phases = []okr.Phase{{Date: "2026-01-01"}, {Date: "2026-01-31", Value: 15}, {Date: "2026-02-28", Value: 15}, {Date: "2026-03-15", Value: 60}}
	})
	s.add(okr.Objective, fmt.Sprintf("Below a key result %d", n), phased)
	s.add(okr.Project, fmt.Sprintf("Project below a key result %d", n), phased, func(i *transfer.Item) {
		i.Tasks = []transfer.Task{{ID: "61", Title: "Sign the lease", Done: true, Due: "2026-02-21", Owner: megan}, {Title: "Paint it"}, {}}
	})
	s.add(okr.KeyResult, fmt.Sprintf("Of two objectives %d", n), top, func(i *transfer.Item) {
		i.Parents = append(i.Parents, transfer.Parent{ID: second, Weight: new(0.0)})
	})
	s.add(okr.KeyResult, fmt.Sprintf("Beyond its target %d", n), top, half, func(i *transfer.Item) { i.Metric, i.Value, i.Shown = nil, new(225.0), new(225.0) })
	s.add(okr.KeyResult, fmt.Sprintf("Fed %d", n), top, fed)
	s.add(okr.KeyResult, fmt.Sprintf("Fed too %d", n), top, fed, annual)
	ended := s.add(okr.Objective, fmt.Sprintf("Ended %d", n), "", closed)
	s.add(okr.KeyResult, fmt.Sprintf("Ended key result %d", n), ended, closed)
	s.add(okr.KeyResult, fmt.Sprintf("Put off %d", n), ended, func(i *transfer.Item) { i.Status = okr.StatusPostponed })
	s.add(okr.KeyResult, fmt.Sprintf("By hand %d", n), top, func(i *transfer.Item) { i.Status, i.ByHand = okr.AtRisk, true })
	s.add(okr.Project, fmt.Sprintf("Without tasks %d", n), top, func(i *transfer.Item) { i.Value, i.Feed = new(126.0), transfer.FeedManual })
}

// odd adds what fits nowhere: 22 items.
func (s *shapes) odd() {
	for n := range 5 {
		s.add(okr.KeyResult, fmt.Sprintf("Alone %d", n), "")
	}
	at := ""
	for n := range 12 {
		at = s.add(okr.Objective, fmt.Sprintf("Deep %d", n), at)
	}
	first := s.add(okr.Objective, "Round and round", "")
	second := s.add(okr.Objective, "And round", first)
	s.f.bundle.Items[len(s.f.bundle.Items)-2].Parents = []transfer.Parent{{ID: second}}
	s.add("", "A big rock", first, func(i *transfer.Item) { i.Word, i.Looks = "Big rock", okr.Objective })
	s.add(okr.KeyResult, strings.Repeat("long ", 80), "404", private, func(i *transfer.Item) {
		i.Owners, i.OnlyEditors, i.CreatedBy = []transfer.Person{nobody}, true, nobody
		i.Tags = []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "a"}
		i.Metric = &okr.Metric{Name: "Same", Start: 3, Target: 3}
	})
	s.add(okr.Objective, "  ", "404", func(i *transfer.Item) { i.Period = okr.Period{Name: "Some day"} })
	s.f.bundle.Items = append(s.f.bundle.Items, s.f.bundle.Items[0]) // the same id again
	s.f.comments = append(s.f.comments, transfer.Comment{ID: "1", Item: "404", At: day(3), By: megan, Text: "of what is not there"})
}
