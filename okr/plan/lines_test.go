package plan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// TestReadLines reads lines as people write them.
func TestReadLines(t *testing.T) {
	t.Parallel()
	num := func(start, target float64, unit string) okr.Metric {
		return okr.Metric{Start: start, Target: target, Unit: unit}
	}
	money := func(start, target float64, unit string) okr.Metric {
		return okr.Metric{Start: start, Target: target, Unit: unit, UnitKind: okr.UnitCurrency}
	}
	for line, want := range map[string]struct {
		title string
		m     okr.Metric
	}{
		"Close 30 bugs: 0 -> 30 bugs":            {"Close 30 bugs", num(0, 30, "bugs")},
		"Close 30 bugs: 0 → 30 bugs":             {"Close 30 bugs", num(0, 30, "bugs")},
		"Close 30 bugs: 0 to 30":                 {"Close 30 bugs", num(0, 30, "")},
		"Close 30 bugs: from 0 bugs to 30 bugs":  {"Close 30 bugs", num(0, 30, "bugs")},
		"- Close 30 bugs: 0->30 bugs":            {"Close 30 bugs", num(0, 30, "bugs")},
		"  • Close 30 bugs:0=>30 bugs.":          {"Close 30 bugs", num(0, 30, "bugs")},
		"1. Cut churn: 5 % -> 3 %":               {"Cut churn", num(5, 3, "%")},
		"2) Cut churn: 5.5% to 3.25%":            {"Cut churn", num(5.5, 3.25, "%")},
		"(3) Cut churn from 5% to 3%":            {"Cut churn", num(5, 3, "%")},
		"KR1: Publish case studies: 12":          {"Publish case studies", num(0, 12, "")},
		"KR 2: Publish case studies: 12 studies": {"Publish case studies", num(0, 12, "studies")},
		"[ ] Publish: 12":                        {"Publish", num(0, 12, "")},
		"* Sell: €10k -> €25k":                   {"Sell", money(10_000, 25_000, "€")},
		"Sell: 10k EUR -> 1M EUR":                {"Sell", money(10_000, 1_000_000, "EUR")},
		"Sell: 1,200 -> 2,400.5 units":           {"Sell", num(1200, 2400.5, "units")},
		"Sell: 1 200 -> 12 400 units":            {"Sell", num(1200, 12400, "units")},
		"Grow (0 -> 30 users)":                   {"Grow", num(0, 30, "users")},
		"Grow to 3 countries 0 -> 3 countries":   {"Grow to 3 countries", num(0, 3, "countries")},
		"Launch: phase 2: 0 -> 5 markets":        {"Launch: phase 2", num(0, 5, "markets")},
		"Lift temperature: -5 -> +10 °C":         {"Lift temperature", num(-5, 10, "°C")},
		"Latency: < 200 ms":                      {"Latency", okr.Metric{Target: 200, Unit: "ms", Type: okr.StayBelow}},
		"Uptime: >= 99.9%":                       {"Uptime", okr.Metric{Target: 99.9, Unit: "%", Type: okr.StayAbove}},
		"Uptime: at least 99.9 %":                {"Uptime", okr.Metric{Target: 99.9, Unit: "%", Type: okr.StayAbove}},
		"Errors: below 5 per day":                {"Errors", okr.Metric{Target: 5, Unit: "per day", Type: okr.StayBelow}},
		"Range: 0 – 30 bugs":                     {"Range", num(0, 30, "bugs")},
		"Answer: 500ms -> 200ms":                 {"Answer", num(500, 200, "ms")},
		"Store: 5kg":                             {"Store", num(0, 5, "kg")},
		"Limit: < 200ms":                         {"Limit", okr.Metric{Target: 200, Unit: "ms", Type: okr.StayBelow}},
		"Users: 5k users":                        {"Users", num(0, 5000, "users")},
		"Sell: 1.5M€":                            {"Sell", money(0, 1_500_000, "€")},
		"Meet at 10:30: 5 teams":                 {"Meet at 10:30", num(0, 5, "teams")},
	} {
		got := readLines(line, english())
		require.Len(t, got, 1, line)
		require.Empty(t, got[0].Problem, line)
		require.Equal(t, want.title, got[0].Title, line)
		require.Equal(t, want.m, got[0].Metric, line)
	}
	for line, want := range map[string]okr.Metric{
		"Sell: 1.200 -> 2.400,5 Stück": num(1200, 2400.5, "Stück"),
		"Sell: 1,5 -> 2,25":            num(1.5, 2.25, ""),
		"Sell: 1 200,5 -> 2 400":       num(1200.5, 2400, ""),
		"Sell: 0 bis 30":               num(0, 30, ""),
		"Sell: 1.5 -> 2.5":             num(1.5, 2.5, ""),
		"Sell: 0.125 -> 0.5":           num(0.125, 0.5, ""),
		"Sell: 1234.567 -> 0,125":      num(1234.567, 0.125, ""),
	} {
		got := readLines(line, german())
		require.Empty(t, got[0].Problem, line)
		require.Equal(t, want, got[0].Metric, line)
	}
}

// TestReadLinesThatMakeNone keeps what is not understood, by the numbers of lines.
func TestReadLinesThatMakeNone(t *testing.T) {
	t.Parallel()
	for line, problem := range map[string]string{
		"Make customers happy":          "There is no target",
		"Launch in 2026":                "There is no target",
		"Reply to 3 of 5 customers":     "There is no target",
		"Close bugs: soon":              "There is no target",
		"Close bugs: 0 cats -> 9 dogs":  "There is no target",
		"0 -> 30 bugs":                  "There is no title",
		": 0 -> 30 bugs":                "There is no title",
		"Close bugs: 0 -> 9 @Megan":     "can't name an owner",
		"Deploy 10:30 -> 11:00":         "There is no target",
		"A ratio of 3:1":                "There is no target",
		"Close bugs: 5 -> 10 -> 20":     "more than two numbers",
		"Close bugs: 1e5":               "There is no target",
		"Close bugs: 0x10":              "There is no target",
		"Close bugs: 1000000000000000":  "too large. A number can have up to 15 digits",
		"Close bugs: 2000000000M":       "too large",
		"Grow: 1 -> 9999999999999999 €": "too large",
		"Stay: < 1000000000000000 ms":   "too large",
		"Close bugs: 5--10":             "There is no target",
		strings.Repeat("7", 400) + "M:" + strings.Repeat(" 100", 2): "too long",
	} {
		got := readLines("\n\n"+line+"\n", english())
		require.Len(t, got, 1, line)
		require.Equal(t, 3, got[0].Line)
		require.Equal(t, line, got[0].Text)
		require.Contains(t, got[0].Problem, problem, line)
	}
	require.Empty(t, readLines(" \n\t\n", english()))
}

func english() okr.NumberStyle { return okr.NumberStyle{Decimal: ".", Group: ","} }

func german() okr.NumberStyle { return okr.NumberStyle{Decimal: ",", Group: "."} }
