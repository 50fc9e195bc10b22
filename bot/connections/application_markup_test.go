package connections_test

import (
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/connections"
	"okrbot/cards"
)

// TestPageShowsEveryTextAsItIs puts marks of HTML and of the page's own form into each text.
func TestPageShowsEveryTextAsItIs(t *testing.T) {
	t.Parallel()
	plain := connections.FormMarkup("A", "B", "C", "D", "E", "F", "", cards.FieldError{Field: "client", Message: "G"})
	for _, text := range []string{
		`"><img src=x onerror=alert(1)>`, `</title><script>alert(1)</script>`, `' autofocus onfocus='alert(1)`, `<!--`, `'"&<>`, "\u2028", `{{value name}}{{error secret}}{{content}}{{summary}}`,
	} {
		page := connections.FormMarkup("1"+text, "2"+text, "3"+text, "4"+text, "5"+text, "6"+text, "", cards.FieldError{Field: "client", Message: "7" + text})
		for _, n := range []string{"1", "2", "3", "4", "5", "6", "7"} {
			require.Contains(t, page, n+html.EscapeString(text), "text %s", n)
		}
		for _, mark := range []string{"<", ">", `"`} {
			require.Equal(t, strings.Count(plain, mark), strings.Count(page, mark), "a text of %q has made a %s of its own", text, mark)
		}
		require.NotContains(t, page, "never shown")
	}
	words := connections.WordsMarkup("<b>", "<i>")
	require.NotContains(t, words, "<b>")
	require.NotContains(t, words, "<i>")
	require.NotContains(t, words, "<form")
}

// TestPageTiesWordsToFields tries each field as the wrong one.
func TestPageTiesWordsToFields(t *testing.T) {
	t.Parallel()
	for _, id := range connections.PageFields() {
		page := connections.FormMarkup("A", "B", "C", "", "", "F", "", cards.FieldError{Field: id, Message: "Not this."})
		require.Contains(t, page, `<p class="error" id="`+id+`-error">▲ Not this.</p>`)
		require.Contains(t, page, `aria-describedby="`+id+`-error`)
		require.Contains(t, page, `<a href="#`+id+`">Not this.</a>`, "the summary leads there")
		require.Contains(t, page, ` id="`+id+`"`)
		require.Contains(t, page, "<title>Error: ")
	}
	two := connections.FormMarkup("A", "B", "C", "", "", "F", "", cards.FieldError{Field: "name", Message: "Not this."}, cards.FieldError{Field: "secret", Message: "Nor this."})
	for _, words := range []string{`<a href="#name">Not this.</a>`, `<a href="#secret">Nor this.</a>`, `id="name-error"`, `id="secret-error"`} {
		require.Contains(t, two, words, "all that is wrong is said at once")
	}
	page := connections.FormMarkup("A", "B", "C", "", "", "F", "", cards.FieldError{Field: "elsewhere", Message: "Not this."})
	require.Contains(t, page, "<p>Not this.</p>", "what belongs to no field stands on top")
	fine := connections.FormMarkup("A", "B", "C", "", "", "F", "organization.a.b")
	require.NotContains(t, fine, ` aria-invalid="`)
	require.Equal(t, 2, strings.Count(fine, " readonly"), "the ids of what is renewed stay")
	for _, page := range []string{page, fine} {
		require.NotContains(t, page, "{{")
		require.Equal(t, strings.Count(page, "<label for="), strings.Count(page, "<input ")+strings.Count(page, "<textarea "), "each field has a label")
	}
	if dir := os.Getenv("PAGES_TO"); dir != "" { // to look at them
		require.NoError(t, os.WriteFile(filepath.Join(dir, "page.html"), []byte(fine), 0o600))
	}
}
