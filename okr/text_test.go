package okr_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"0": 0, "5": 5, "-5": -5, "+5": 5, "−5": -5, "1.5": 1.5, "1,5": 1.5, "-1,5": -1.5, ".5": 0.5, ",5": 0.5, "5.": 5,
		"0,125": 0.125, "0.125": 0.125, ",125": 0.125, "1,25": 1.25, "1,2345": 1.2345,
		"1,200": 1200, "1,200.5": 1200.5, "1.200,5": 1200.5, "1,200,300": 1200300, "1.200.300": 1200300, "12,000.25": 12000.25,
		"1 200": 1200, "1\u00a0200": 1200, "1\u202f200,5": 1200.5, "1'200": 1200, "1’200": 1200, "1_200": 1200,
		"80 %": 80, "80%": 80, "%80": 80, "٣": 3, "12,34,567": 1234567, " 80,5 % ": 80.5, "1e3": 1000, "-1.200,50": -1200.5, "1234,567": 1234.567,
	} {
		got, ok := okr.ParseNumber(text)
		require.True(t, ok, "%q", text)
		require.InDelta(t, want, got, 1e-9, "%q", text)
	}
	for _, text := range []string{
		"", " ", "%", "abc", "NaN", "nan", "inf", "-Infinity", "0x10", "0x1p4", "1e400", "1e15", "--5", "5-", "1,2,3", "1.2.3",
		"1,2000.5", "1,200,30", "1,,000", "1.2,3.4", "12 bugs", "½", "1;2", "1,2,345", "80 %%", ".", ",", "-", "1,200,", "$5",
	} {
		got, ok := okr.ParseNumber(text)
		require.False(t, ok, "%q gave %v", text, got)
		require.Zero(t, got)
	}
}

// A lone comma or point before three digits is read as the style has it, all else in the
// same way everywhere.
func TestNumbersHaveALimit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]okr.Reading{
		"999999999999999": okr.OneWay, "1000000000000000": okr.TooLarge, "-1e15": okr.TooLarge, "1,000,000,000,000,000": okr.TooLarge, "1e400": okr.TooLarge,
		"infinity": okr.NoNumber, "1e": okr.NoNumber,
	} {
		_, how := okr.NumberStyle{Decimal: ".", Group: ","}.Parse(text)
		require.Equal(t, want, how, text)
	}
	_, err := okr.ReadNumber("target", "target", "1000000000000000", "")
	require.EqualError(t, err, "The target is too large. A number can have up to 15 digits. Use a larger unit, for example millions.")
	n, err := okr.ReadBounded("weight", "weight", "1000000000000000", "")
	require.NoError(t, err, "its range says more")
	require.Greater(t, n, 100.0)
}

func TestNumbersByStyle(t *testing.T) {
	t.Parallel()
	english, german := okr.NumberStyle{Decimal: ".", Group: ","}, okr.NumberStyle{Decimal: ",", Group: "."}
	french, swiss := okr.NumberStyle{Decimal: ",", Group: "\u202f"}, okr.NumberStyle{Decimal: ".", Group: "’"}
	everywhere := map[string]float64{
		"80": 80, "1,5": 1.5, "1.5": 1.5, "1.50": 1.5, "1,234.5": 1234.5, "1.234,5": 1234.5, "1.234.567": 1234567, "1,234,567": 1234567,
		"0.125": 0.125, "0,125": 0.125, "1234.567": 1234.567, "1234,567": 1234.567, "1 234,5": 1234.5, "1’234.5": 1234.5, "1.2340": 1.234,
		"-12,5 %": -12.5, "१२": 12, "١٬٢٣٤٫٥": 1234.5,
	}
	for _, style := range []okr.NumberStyle{english, german, french, swiss} {
		for text, want := range everywhere {
			got, how := style.Parse(text)
			require.Equal(t, okr.OneWay, how, "%q, %v", text, style)
			require.InDelta(t, want, got, 1e-9, "%q, %v", text, style)
		}
	}
	for _, c := range []struct {
		style okr.NumberStyle
		text  string
		want  float64
		how   okr.Reading
	}{
		{english, "1,234", 1234, okr.OneWay},
		{english, "1.234", 1.234, okr.OneWay},
		{german, "1.234", 1234, okr.OneWay},
		{german, "-12.345 %", -12345, okr.OneWay},
		{german, "1,234", 1.234, okr.OneWay},
		{french, "1,234", 1.234, okr.OneWay},
		{french, "1.234", 1234, okr.TwoWays},
		{swiss, "1.234", 1.234, okr.OneWay},
		{swiss, "1,234", 1234, okr.TwoWays},
		{german, "12 bugs", 0, okr.NoNumber},
		{german, "1.23.4", 0, okr.NoNumber},
		{german, "", 0, okr.NoNumber},
	} {
		got, how := c.style.Parse(c.text)
		require.Equal(t, c.how, how, "%q, %v", c.text, c.style)
		require.InDelta(t, c.want, got, 1e-9, "%q, %v", c.text, c.style)
	}
}

func TestFormatNumber(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]float64{
		"0": 0, "5": 5, "-5": -5, "1.5": 1.5, "33.33": 100.0 / 3, "66.67": 200.0 / 3, "1000000": 1e6, "0.01": 0.005,
		"123456789012": 123456789012, "42.1": 42.10,
	} {
		require.Equal(t, want, okr.PlainNumber(f))
	}
	for want, f := range map[string]float64{
		"0": 0, "999.99": 999.99, "1,000": 1000, "-999": -999, "-1,000.5": -1000.5, "123,456,789,012": 123456789012, "12,345": 12345,
	} {
		require.Equal(t, want, okr.FormatNumber(f))
	}
	require.Equal(t, "0", okr.FormatNumber(-0.001), "no minus before nothing")
	require.Equal(t, "0", okr.FormatNumber(math.Copysign(0, -1)))
}

func TestNumbersSurviveTheirFormat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := float64(rapid.Int64Range(-1e12, 1e12).Draw(t, "hundredths")) / 100
		got, ok := okr.ParseNumber(okr.PlainNumber(f))
		require.True(t, ok)
		require.InDelta(t, f, got, 1e-9)
	})
}

func TestCleanLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"  a  b ":          "a b",
		"a\r\nb\tc\x00d":   "a b c d",
		"a\u2028b\u2029c":  "a b c",
		"\u202ereversed":   "reversed",
		"a\u2066b\u2069c":  "abc",
		"bad \xff\xfe":     "bad",
		"\u00a0nbsp\u3000": "nbsp",
		"👩‍👩‍👧 عربي":       "👩‍👩‍👧 عربي",
		"\x1b[31mred":      "[31mred",
		"":                 "",
	} {
		require.Equal(t, want, okr.CleanLine(in), "%q", in)
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"short", 5, "short"},
		{"longer", 5, "long…"},
		{"a bcdef", 3, "a…"},
		{"日本語テキスト", 4, "日本語…"},
		{"ab", 1, "…"},
		{"ab", 0, ""},
		{"ab", -1, ""},
		{"", 0, ""},
	} {
		require.Equal(t, c.want, okr.Shorten(c.text, c.n), "%q to %d", c.text, c.n)
	}
}

func FuzzCleanLineAndShorten(f *testing.F) {
	f.Add("a\u202eb\r\n\xff", 3)
	f.Fuzz(func(t *testing.T, text string, n int) {
		line := okr.CleanLine(text)
		require.Equal(t, line, okr.CleanLine(line), "again changes nothing")
		require.True(t, utf8.ValidString(line))
		require.False(t, strings.ContainsFunc(line, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
		}))
		require.LessOrEqual(t, utf8.RuneCountInString(okr.Shorten(line, n)), max(n, 0))
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, seed := range []string{"1,200.5", "1.200,5", "80 %", "-,5", "1e3", "1,2,3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := okr.ParseNumber(text)
		require.False(t, math.IsNaN(got) || math.IsInf(got, 0))
		if !ok {
			require.Zero(t, got)
			return
		}
		again, ok := okr.ParseNumber(okr.PlainNumber(got))
		require.True(t, ok, "%q gave %v", text, got)
		require.InDelta(t, got, again, 0.005+math.Abs(got)*1e-12)
	})
}

func TestParseGoalID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]okr.GoalID{
		"O1": "O1", "kr3": "KR3", " O12 ": "O12", "p4": "P4", "Kr2147483647": "KR2147483647",
	} {
		got, ok := okr.ParseGoalID(text)
		require.True(t, ok, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "O", "KR", "O0", "O-1", "O+1", "O1.5", "KR3x", "C7", "O 1", "1", "OO1", "KR99999999999", "O１", "OKR1"} {
		_, ok := okr.ParseGoalID(text)
		require.False(t, ok, "%q", text)
	}
	require.Equal(t, okr.Objective, okr.GoalID("O1").Kind())
	require.Equal(t, okr.KeyResult, okr.GoalID("KR1").Kind())
	require.Equal(t, okr.Project, okr.GoalID("P1").Kind())
}

func TestParseConnectionID(t *testing.T) {
	t.Parallel()
	got, ok := okr.ParseConnectionID(" c7 ")
	require.True(t, ok)
	require.Equal(t, okr.ConnectionID("C7"), got)
	for _, text := range []string{"", "C", "C0", "KR7", "C7x", "C-7"} {
		_, ok := okr.ParseConnectionID(text)
		require.False(t, ok, "%q", text)
	}
}

func FuzzParseGoalID(f *testing.F) {
	for _, seed := range []string{"kr3", " O12 ", "p4", "KR+1", "O007"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, ok := okr.ParseGoalID(text)
		if !ok {
			require.Empty(t, id)
			return
		}
		again, ok := okr.ParseGoalID(string(id))
		require.True(t, ok)
		require.Equal(t, id, again)
		require.True(t, strings.HasPrefix(string(id), id.Kind().Prefix()))
	})
}

// TestASentenceNamesSomeAndCountsTheOthers, however many there are.
func TestASentenceNamesSomeAndCountsTheOthers(t *testing.T) {
	t.Parallel()
	var labels []string
	var people []okr.Person
	for i := range 40 {
		labels = append(labels, strings.Repeat("x", i))
		people = append(people, okr.Person{Name: fmt.Sprint("Person ", i)})
	}
	require.Equal(t, "a, b", okr.JoinSome([]string{"a", "b"}))
	require.Equal(t, ", x, xx, xxx, xxxx, xxxxx, 34 more", okr.JoinSome(labels))
	require.Equal(t, "Person 0 and Person 1 and Person 2 and Person 3 and Person 4 and Person 5 and 34 more", okr.JoinNames(people))
}
