package cards_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/cards"
	"okrbot/okr"
)

func TestDaysAreReadInTheirLocale(t *testing.T) {
	t.Parallel()
	const sep, apr, mar = "2026-09-30", "2026-04-03", "2026-03-04"
	for _, c := range []struct{ tag, text, want string }{
		{"", "2026-09-30", sep},
		{"", " 2026-09-30 ", sep},
		{"", "2026/9/30", sep},
		{"", "2026.09.30", sep},
		{"hu-HU", "2026. 09. 30.", sep},
		{"", "30 Sep", sep},
		{"", "30. Sept.", sep},
		{"", "30 September 2026", sep},
		{"", "30-Sep-26", sep},
		{"", "30th of September", sep},
		{"", "Sep 30", sep},
		{"", "Sep 30, 2026", sep},
		{"en-US", "September 30th, 2026", sep},
		{"", "2026 Sep 30", sep},
		{"", "30Sep2026", sep},
		{"de-DE", "30.9.", sep},
		{"de-DE", "30.9", sep},
		{"de-DE", "30.09.2026", sep},
		{"de-DE", "30.9.26", sep},
		{"en-US", "30.9.", sep},
		{"en-US", "9/30", sep},
		{"en-GB", "30/9", sep},
		{"en-US", "30/9", sep},
		{"en-GB", "9/30/2026", sep},
		{"en-GB", "30-9-2026", sep},
		{"en-US", "03/04", mar},
		{"en-GB", "03/04", apr},
		{"fr-FR", "3/4/2026", apr},
		{"en-US", "3/4/26", mar},
		{"", "03/04", apr},
		{"ja-JP", "3/4", mar},
		{"hu-HU", "3. 4.", mar},
		{"en-US", "3.4.", apr},
		{"de-DE", "4. März", mar},
		{"fr-FR", "4 mars 2026", mar},
		{"es-ES", "4 de marzo de 2026", mar},
		{"it-IT", "4 marzo", mar},
		{"ja-JP", "2026年3月4日", mar},
		{"ja-JP", "3月4日", mar},
		{"fr-FR", "4 juil.", "2026-07-04"},
		{"fr-FR", "4 juin", "2026-06-04"},
		{"de-DE", "24. Dez", "2025-12-24"},
		{"", "29 Feb", "2027-02-29"},
		{"", "31 Dec", "2025-12-31"},
		{"", "1 Jan", "2026-01-01"},
		{"", "", ""},
		{"", "  ", ""},
	} {
		near := okr.Date("2026-06-20")
		if c.want == "2027-02-29" { // no year near this one has it
			_, err := cards.LocaleOf(c.tag).Day("on", c.text, near)
			require.Equal(t, "on", okr.FieldOf(err))
			continue
		}
		got, err := cards.LocaleOf(c.tag).Day("on", c.text, near)
		require.NoError(t, err, "%s %q", c.tag, c.text)
		require.Equal(t, okr.Date(c.want), got, "%s %q", c.tag, c.text)
	}
}

func TestDaysThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"never", "1066-01-01", "2026-13-45", "31 Feb", "31.11.", "0/0", "13/13", "30", "2026", "Sep", "Sep 2026 2027 1", "1 2 3 4", "30 Sep Oct", "30 sextember", "ju 3", "jui 3",
		"1e3", "30:09", "30 Sep <b>", "２０２６-０９-３０ x", strings.Repeat("9", 200), strings.Repeat("3 Sep ", 50), "2026-W39-3", "2026-00-10",
	} {
		got, err := cards.LocaleOf("en-US").Day("start", text, "2026-06-20")
		require.Empty(t, got, text)
		require.Equal(t, "start", okr.FieldOf(err), text)
		words, _ := okr.MessageOf(err)
		require.Contains(t, words, "Enter a date, for example Sep 30, 2026. Can't read: ", text)
	}
}

// What is shown can be typed, with its year or, near a day, without.
func TestWrittenDaysAreReadInTheirLocale(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := okr.Date("2000-01-01").Add(rapid.IntRange(0, 20_000).Draw(t, "day"))
		near := day.Add(rapid.IntRange(-180, 180).Draw(t, "near"))
		p := cards.Place{Locale: cards.LocaleOf(rapid.SampledFrom(locales()).Draw(t, "locale"))}
		year, month, d, _ := day.Parts()
		p.Now = time.Date(year, month, d, 12, 0, 0, 0, time.UTC)
		texts := []string{string(day), p.Date(day)}
		if month != time.February || d != 29 {
			texts = append(texts, p.Day(p.Now))
		}
		for _, text := range texts {
			got, err := p.Locale.Day("on", text, near)
			require.NoError(t, err, text)
			require.Equal(t, day, got, text)
		}
		typed := p.Date(day) + ": " + p.Locale.Typed(1234.5)
		plain, err := p.Locale.Phases("phases", typed, near)
		require.NoError(t, err)
		require.Equal(t, string(day)+": 1234.5", plain)
		require.Equal(t, typed, p.Locale.ShownPhases(plain))
		require.Equal(t, typed, p.Locale.ShownPhases(typed))
	})
}

func TestPhasesAreReadInTheirLocale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ tag, text, want string }{
		{"en-US", "Sep 30: 40\n\n9/15=20; 10/1 60 %;10/2 70%", "2026-09-30: 40\n2026-09-15: 20\n2026-10-01: 60%\n2026-10-02: 70%"},
		{"de-DE", "30.9.: 2.500,5\r\n2026-10-01: 3000", "2026-09-30: 2500.5\n2026-10-01: 3000"},
		{"", "  ", ""},
	} {
		got, err := cards.LocaleOf(c.tag).Phases("phases", c.text, "2026-08-15")
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, got)
	}
	for _, text := range []string{"soon: 10", "30 Sep", "30 Sep:", ":40", "40", "2026-13-45: 3"} {
		got, err := cards.LocaleOf("en-US").Phases("phases", text, "2026-08-15")
		words, _ := okr.MessageOf(err)
		require.Contains(t, words, "Write each line as a day and a number, for example Sep 30, 2026: 40. Can't read: ", text)
		require.Equal(t, text, got)
		require.Equal(t, text, cards.LocaleOf("en-US").ShownPhases(text))
	}
}

// TestTaskDays: what may be no day stays in the title of a task.
func TestTaskDays(t *testing.T) {
	t.Parallel()
	style := cards.Place{Locale: cards.LocaleOf("en-US"), Now: time.Date(2026, 6, 20, 12, 0, 0, 0, time.UTC)}.DayStyle()
	for line, want := range map[string]okr.Task{
		"Sign, Sep 30":                {Title: "Sign", Due: "2026-09-30"},
		"Sign, Sep 30, 2026, @Ada":    {Title: "Sign", Due: "2026-09-30", Owner: okr.Person{Name: "Ada"}},
		"Sign, 9/30/2026":             {Title: "Sign", Due: "2026-09-30"},
		"Sign, 30.9.":                 {Title: "Sign", Due: "2026-09-30"},
		"Paint wall 1, 3/4":           {Title: "Paint wall 1, 3/4"},
		"Paint the walls, 2026":       {Title: "Paint the walls, 2026"},
		"Buy pallets, 12-13, shelves": {Title: "Buy pallets, 12-13, shelves"},
	} {
		require.Equal(t, []okr.Task{want}, okr.ReadTasks(line, nil, nil, style), line)
	}
	was := []okr.Task{{ID: "A", Title: "Sign", Due: "2026-09-30", Done: true}}
	require.Equal(t, was, okr.ReadTasks(okr.TaskLines(was, style), was, nil, style))
}
