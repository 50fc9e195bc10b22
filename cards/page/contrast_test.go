package page_test

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/cards/page"
)

// What WCAG 2.2 wants at level AA: of text (1.4.3), and of what shows a control or its state
// (1.4.11).
const (
	ofText     = 4.5
	ofControls = 3
)

// pair is a colour on another one, with the least ratio between them.
type pair struct {
	front, back string
	least       float64
}

// pairs are all that a page shows on something.
func pairs() []pair {
	return []pair{
		{"text", "back", ofText},
		{"text", "card", ofText},
		{"text", "note", ofText},
		{"text", "badback", ofText},
		{"soft", "card", ofText},
		{"soft", "back", ofText},
		{"soft", "note", ofText},
		{"soft", "badback", ofText},
		{"link", "card", ofText},
		{"link", "back", ofText},
		{"link", "note", ofText},
		{"bad", "card", ofText},
		{"bad", "badback", ofText},
		{"on", "brand", ofText},
		{"on", "#4f52b2", ofText},
		{"on", "#444791", ofText}, // a button, below the mouse and pressed
		{"edge", "card", ofControls},
		{"edge", "back", ofControls}, // below a field
	}
}

// TestContrast measures the colours of web pages, light and dark.
func TestContrast(t *testing.T) {
	t.Parallel()
	css := page.Page{}.Markup()
	light := variables(css[:strings.Index(css, "@media")])
	dark := variables(css[strings.Index(css, "prefers-color-scheme: dark"):strings.Index(css, "prefers-contrast")])
	for theme, colors := range map[string]map[string]string{"light": light, "dark": dark} {
		for _, p := range pairs() {
			got := contrast(t, colorOf(colors, p.front), colorOf(colors, p.back))
			require.GreaterOrEqual(t, got, p.least, "%s: %s on %s", theme, p.front, p.back)
		}
	}
	for _, used := range regexp.MustCompile(`[ ;{](?:color|accent-color|outline): [^;]*?var\(--(\w+)\)`).FindAllStringSubmatch(css, -1) {
		require.True(t, slices.ContainsFunc(pairs(), func(p pair) bool { return p.front == used[1] }), "the colour %s is shown, and in no pair", used[1])
	}
	for _, used := range regexp.MustCompile(`background: ([^;]+);`).FindAllStringSubmatch(css, -1) {
		back := strings.TrimSuffix(strings.TrimPrefix(used[1], "var(--"), ")")
		require.True(t, back == "ButtonFace" || slices.ContainsFunc(pairs(), func(p pair) bool { return p.back == back }), "the background %s is in no pair", back)
	}
}

func variables(css string) map[string]string {
	out := map[string]string{}
	for _, v := range regexp.MustCompile(`--(\w+): (#[0-9a-f]+);`).FindAllStringSubmatch(css, -1) {
		out[v[1]] = v[2]
	}
	return out
}

func colorOf(colors map[string]string, name string) string {
	if strings.HasPrefix(name, "#") {
		return name
	}
	return colors[name]
}

// contrast is the ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	light, dark := luminance(t, a), luminance(t, b)
	return (max(light, dark) + 0.05) / (min(light, dark) + 0.05)
}

// luminance is the relative luminance of a colour, 0 to 1.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	digits := strings.TrimPrefix(hex, "#")
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	require.Len(t, digits, 6, "a colour: %q", hex)
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		require.NoError(t, err)
		c := float64(n) / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
			continue
		}
		sum += weight * math.Pow((c+0.055)/1.055, 2.4)
	}
	return sum
}
