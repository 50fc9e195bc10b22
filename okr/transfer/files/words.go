package files

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"okrbot/okr"
)

// letters is what is left of a word or a column's name for comparing: its letters and
// digits, in lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// kindOf is the kind that a type has by the usual words; organizations rename them, and
// then it is empty.
func kindOf(word string) okr.GoalKind {
	switch letters(word) {
	case "objective", "objectives":
		return okr.Objective
	case "keyresult", "keyresults", "kr":
		return okr.KeyResult
	case "project", "projects", "initiative", "initiatives":
		return okr.Project
	}
	return ""
}

// statusOf is the status of a word; false: it is none.
func statusOf(word string) (okr.Status, bool) {
	switch letters(word) {
	case "", "reopened":
		return "", true
	case "nodata":
		return okr.NoData, true
	case "notstarted":
		return okr.NotStarted, true
	case "ontrack":
		return okr.OnTrack, true
	case "behind":
		return okr.Behind, true
	case "atrisk":
		return okr.AtRisk, true
	case "inprogress":
		return okr.StatusInProgress, true
	case "closed":
		return okr.StatusClosed, true
	case "postponed":
		return okr.StatusPostponed, true
	}
	return "", false
}

// metricTypeOf is the type of a key result; empty: by its start and target.
func metricTypeOf(word string) okr.MetricType {
	switch letters(word) {
	case "reach":
		return okr.Reach
	case "increase", "increasefrom":
		return okr.Increase
	case "decrease", "decreasefrom":
		return okr.Decrease
	case "staybelow", "control", "below":
		return okr.StayBelow
	case "stayabove", "above":
		return okr.StayAbove
	case "baseline", "findabaseline", "establishabaseline":
		return okr.Baseline
	}
	return ""
}

// unitOf is a unit as okrbot has it.
func unitOf(word string) (unit string, kind okr.UnitKind) {
	word = okr.CleanLine(word)
	switch letters(word) {
	case "number", "numeric":
		return "", okr.UnitNumber
	case "percentage", "percent":
		return "%", okr.UnitPercent
	case "dollar", "dollars", "usd":
		return "$", okr.UnitCurrency
	case "euro", "euros", "eur":
		return "€", okr.UnitCurrency
	case "pound", "pounds", "gbp":
		return "£", okr.UnitCurrency
	}
	runes := []rune(word)
	switch {
	case word == "":
		return "", okr.UnitNumber
	case word == "%":
		return "%", okr.UnitPercent
	case len(runes) == 1 && unicode.Is(unicode.Sc, runes[0]):
		return word, okr.UnitCurrency
	}
	return okr.Shorten(word, okr.MaxUnit), okr.UnitWord
}

func goalTypeOf(word string) okr.GoalType {
	switch w := letters(word); {
	case strings.HasPrefix(w, "committed"):
		return okr.Committed
	case strings.HasPrefix(w, "aspirational"):
		return okr.Aspirational
	}
	return ""
}

func levelOf(word string) okr.Level {
	switch letters(word) {
	case "organization", "organisation", "company":
		return okr.LevelOrganization
	case "team", "department":
		return okr.LevelTeam
	case "individual", "person", "personal":
		return okr.LevelIndividual
	}
	return ""
}

// isYes reads a word of a yes or no column.
func isYes(word string) bool {
	return slices.Contains([]string{"yes", "true", "1", "private", "x"}, letters(word))
}

// periodNamed gives a period its days by its name: Annual 2025, Q1 2025, 2025 Q1,
// Quarter 1 FY25, FY25 Q1, H2 2025, March 2025, 2025. Known ones come first; otherwise years begin in
// January, which guessed says of those that may not. The days are empty where the name
// does not tell.
func periodNamed(name string, known []okr.Period) (p okr.Period, guessed bool) {
	for _, k := range known {
		if letters(k.Name) == letters(name) {
			return k, false
		}
	}
	p = okr.Period{Name: name}
	year, fiscal := yearIn(name)
	if year == 0 {
		return p, false
	}
	first, months := monthsIn(name)
	start := time.Date(year, time.January+time.Month(first), 1, 0, 0, 0, 0, time.UTC)
	p.Start, p.End = okr.DateOf(start), okr.DateOf(start.AddDate(0, months, -1))
	return p, fiscal
}

// yearIn finds the year in the name of a period, and whether it is a fiscal one; 0: there is none.
func yearIn(name string) (year int, fiscal bool) {
	m := regexp.MustCompile(`(?i)\b(FY|CY)?\s*'?(20\d\d|19\d\d|\d\d)(?:\s*[/-]\s*(?:20)?\d\d)?\b`).FindStringSubmatch(name)
	if m == nil {
		return 0, false
	}
	year, _ = strconv.Atoi(m[2])
	if year < 100 {
		year += 2000
	}
	return year, strings.EqualFold(m[1], "FY") || strings.ContainsAny(m[0], "/-")
}

// monthsIn finds the part of a year in the name of a period: the first month, from 0, and
// how many there are.
func monthsIn(name string) (first, months int) {
	if m := regexp.MustCompile(`(?i)\bQ(?:uarter)?\s*-?\s*([1-4])\b`).FindStringSubmatch(name); m != nil {
		return int(m[1][0]-'1') * 3, 3
	}
	if m := regexp.MustCompile(`(?i)\bH(?:alf)?\s*-?\s*([12])\b`).FindStringSubmatch(name); m != nil {
		return int(m[1][0]-'1') * 6, 6
	}
	for month := time.January; month <= time.December; month++ {
		if regexp.MustCompile(`(?i)\b` + month.String()[:3] + `(?:` + month.String()[3:] + `)?\b`).MatchString(name) {
			return int(month) - 1, 1
		}
	}
	return 0, 12
}

// clip cuts a text that is far too long for okrbot, so that nobody fills the memory with
// one. What is a little too long stays, so that who cuts it can say so. It copies, so
// that a short text does not keep the record that it comes from.
func clip(s string, limit int) string {
	return strings.Clone(firstRunes(s, limit+1))
}

// line is a clipped text of one line.
func line(s string, limit int) string { return clip(okr.CleanLine(firstRunes(s, 4*limit)), limit) }

// lines is a clipped text of several lines: a description or a note.
func lines(s string) string {
	const limit = max(okr.MaxDescription, okr.MaxNote)
	return clip(okr.CleanText(firstRunes(s, 4*limit)), limit)
}
