package cards_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/cards"
	"okrbot/okr"
)

func tenantKey(seed byte) []byte { return []byte(strings.Repeat(string(rune('a'+seed%26)), 16)) }

func codeOf(t require.TestingT, l cards.Links, address string) string {
	code, ok := l.Find(address)
	require.True(t, ok, address)
	return code
}

// TestAddressesLeadBack makes an address of each page and reads it again, within any text and below any public address.
func TestAddressesLeadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		public := rapid.SampledFrom([]string{"https://okr.example.com", "https://okr.example.com/", "https://OKR.example.com:8443/base", "http://127.0.0.1:3978"}).Draw(t, "public")
		l := cards.NewLinks(public, tenantKey(rapid.Byte().Draw(t, "tenant")))
		n := rapid.IntRange(1, 1<<31-1).Draw(t, "number")
		id := okr.GoalID(fmt.Sprint(rapid.SampledFrom([]string{"O", "KR", "P"}).Draw(t, "kind"), n))
		start := okr.Date("2020-01-01").Add(rapid.IntRange(0, 20_000).Draw(t, "start"))
		span := okr.Period{Start: start, End: start.Add(rapid.IntRange(1, 5_000).Draw(t, "days"))}.SpanID()
		period := rapid.SampledFrom([]string{"", span, fmt.Sprintf("T%d", n)}).Draw(t, "period")
		for address, want := range map[string]cards.Page{
			l.ToGoal(id):      {Kind: cards.PageGoal, Goal: id},
			l.ToHistory(id):   {Kind: cards.PageHistory, Goal: id},
			l.ToGoals(period): {Kind: cards.PageGoals, Period: period},
		} {
			text := rapid.SampledFrom([]string{"%s", "<%s>", "see %s, please", "“%s”.", "(%s)", "[x](%s)", "%s/", "%s?from=chat"}).Draw(t, "text")
			page, ok := l.Read(codeOf(t, l, fmt.Sprintf(text, address)))
			require.True(t, ok, address)
			require.Equal(t, want, page)
		}
	})
}

// TestAddressesTellNothing: they hold no id, none leads anywhere in another tenant, and none can be made up from one
// that is known.
func TestAddressesTellNothing(t *testing.T) {
	t.Parallel()
	mine, theirs := cards.NewLinks("https://okr.example.com", tenantKey(1)), cards.NewLinks("https://okr.example.com", tenantKey(2))
	seen := map[string]bool{}
	for i := range 500 {
		address := mine.ToGoal(okr.GoalID(fmt.Sprintf("KR%d", i+1)))
		require.Len(t, address, len("https://okr.example.com/o/")+26, "all are alike")
		code := codeOf(t, mine, address)
		require.False(t, seen[code[:8]], "neighbours have nothing in common")
		seen[code[:8]] = true
		require.True(t, cards.IsCode(codeOf(t, theirs, address)), "it is an address of okrbot everywhere")
		_, ok := theirs.Read(code)
		require.False(t, ok)
		for at := range code {
			other := code[:at] + string("ba"[strings.IndexByte("ab", code[at])&1]) + code[at+1:]
			_, ok := mine.Read(other)
			require.False(t, ok, "the last letter has two bits that mean nothing, and are zeros")
		}
	}
}

// TestAddressesOfOthersAreNone: without a key none is made, and what only looks like one is none.
func TestAddressesOfOthersAreNone(t *testing.T) {
	t.Parallel()
	l := cards.NewLinks("https://okr.example.com/base", tenantKey(1))
	code := codeOf(t, l, l.ToGoal("KR4"))
	for _, text := range []string{
		"", "KR4", "https://okr.example.com/o/" + code, "https://evil.example/base/o/" + code, "https://okr.example.com/base/o/",
		"https://okr.example.com/base/o/KR4", "https://okr.example.com/base/o/" + code + "a", "https://okr.example.com.evil.example/base/o/" + code,
		"https://x@evil.example/base/o/" + code, "okr.example.com/base/o/" + code, "ftp://okr.example.com/base/o/" + code,
	} {
		_, ok := l.Find(text)
		require.False(t, ok, text)
	}
	for _, keyless := range []cards.Links{cards.NewLinks("https://okr.example.com/base", nil), cards.NewLinks("https://okr.example.com/base", []byte("short"))} {
		require.Empty(t, keyless.ToGoal("KR4"))
		_, ok := keyless.Read(codeOf(t, keyless, l.ToGoal("KR4")))
		require.False(t, ok)
	}
	require.Empty(t, cards.Links{}.ToGoal("KR4"))
	require.Empty(t, l.ToGoal("C7"), "a connection has none")
	require.Empty(t, l.ToGoals("some"), "nor has what is no id of a period")
}
