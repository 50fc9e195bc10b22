package adotest

import (
	"fmt"
	"slices"
	"strings"
)

// fiberTypes is Agile with two changes that many organizations make: the Bug
// has a Removed state, which the process as shipped keeps from it, and the
// Issue is switched off.
func fiberTypes() []Type {
	types := Agile()
	for i, t := range types {
		types[i].Disabled = t.Name == "Issue"
		if t.Name == "Bug" {
			types[i].States = append(slices.Clone(t.States), removed("Removed"))
		}
	}
	return types
}

// fiber seeds the project Fabrikam Fiber.
func (s *seeder) fiber() {
	s.open(OrgContoso, Project{Name: ProjectFiber, Description: "The customer portal", FormerNames: []string{"Fiber Portal"}, Types: fiberTypes(), Areas: []string{`Portal\Billing`, `Portal\Sign-in`, "Field service"}})
	s.launchBugs()
	s.launchScope()
	s.fiberQueries()
	s.oddQueries()
	s.privateQueries()
}

// launchBugs adds 32 bugs: 12 closed, 18 under way, 2 removed. Each third one
// blocks the next.
func (s *seeder) launchBugs() {
	open := []string{"New", "Active", "Resolved"}
	for i, title := range bugTitles() {
		it := Item{Type: "Bug", Title: title, Tags: []string{"launch", "launch-bug", StoryTag}, Fields: map[string]any{FieldPriority: 1 + i%4}}
		switch {
		case i%16 == 15:
			it.State = "Removed"
		case i%5 < 2 && i < 31:
			it.State = "Closed"
		default:
			it.State = open[i%3]
		}
		if i%3 == 0 {
			it.Tags = append(it.Tags, "blocker")
			it.Links = []Link{{"System.LinkTypes.Dependency-Forward", i + 2}, {"System.LinkTypes.Related", i + 4}}
		}
		s.add(it)
	}
}

// launchScope adds a tree of five levels: one epic, three features, seven
// stories, their tasks, and tasks below tasks.
func (s *seeder) launchScope() {
	tags := []string{"launch", "launch-scope", StoryTag}
	epic := s.add(Item{Type: "Epic", State: "Active", Title: "Launch the new customer portal", Tags: tags})
	features := map[string][]string{
		"1 Sign-in":  {"Sign in with a passkey", "Reset a forgotten password", "Stay signed in on a trusted device"},
		"2 Billing":  {"See the last twelve invoices", "Change the payment method"},
		"3 Outages":  {"Report an outage from the phone", "See outages on a map"},
		"4 Deferred": nil,
	}
	story := 0
	for _, name := range slices.Sorted(keysOf(features)) {
		state := "Active"
		if features[name] == nil {
			state = "New"
		}
		feature := s.add(Item{Type: "Feature", State: state, Title: name[2:], Parent: epic, Area: fiberArea(name[2:]), Tags: tags})
		for _, title := range features[name] {
			s.userStory(feature, story, title, tags)
			story++
		}
	}
}

// fiberArea is the area of a feature and of what is below it.
func fiberArea(feature string) string {
	switch feature {
	case "Sign-in", "Billing":
		return `Portal\` + feature
	case "Outages":
		return "Field service"
	}
	return ""
}

func (s *seeder) userStory(feature, n int, title string, tags []string) {
	states := []string{"Closed", "Active", "Resolved", "New"}
	points := []float64{1, 2, 3, 5, 8}
	id := s.add(Item{
		Type: "User Story", State: states[n%4], Title: title, Parent: feature, Tags: tags,
		Fields: map[string]any{FieldStoryPoints: points[n%5], FieldPriority: 1 + n%3},
	})
	for t, part := range []string{"Design", "Build"} {
		state := []string{"Closed", "Active", "New"}[(n+t)%3]
		task := s.add(Item{Type: "Task", State: state, Title: part + ": " + strings.ToLower(title), Parent: id, Tags: tags, Fields: hours(n + t)})
		if part == "Build" {
			s.add(Item{Type: "Task", State: []string{"New", "Closed"}[n%2], Title: "Unit tests for “" + title + "”", Parent: task, Tags: tags, Fields: hours(n)})
		}
	}
}

func hours(n int) map[string]any {
	estimate := float64(4 + n%5*2)
	done := float64(n % 5)
	return map[string]any{FieldOriginalEstimate: estimate, FieldCompletedWork: done, FieldRemainingWork: estimate - done}
}

// bugTitles are 32, some of them hostile to whoever prints them.
func bugTitles() []string {
	return append([]string{
		"Portal shows yesterday's balance after midnight",
		"**Bold** [link](https://evil.example) `code` _and_ # headings in a title",
		`<script>alert("x")</script> <b>HTML</b> &amp; entities &lt;3`,
		"🚀 Launch banner overlaps the menu on small screens 👩‍👩‍👧‍👦",
		"تظهر الفاتورة فارغة عند اختيار اللغة العربية",
		"{{DATE(2026-11-24T00:00:00Z, SHORT)}} is printed literally in the footer",
		strings.TrimSpace(strings.Repeat("A title of the greatest length that the service allows ", 5))[:255],
		"<at>Alex Wilber</at> is mentioned by this title",
	}, plainBugTitles()...)
}

func plainBugTitles() []string {
	var out []string
	for _, area := range []string{"Invoice list", "Outage map", "Sign-in page", "Payment form"} {
		for _, what := range []string{"does not load offline", "loses the filter on reload", "is slow with many rows", "ignores the time zone", "cannot be used by keyboard", "shows a raw error code"} {
			out = append(out, fmt.Sprintf("%s %s", area, what))
		}
	}
	return out
}
