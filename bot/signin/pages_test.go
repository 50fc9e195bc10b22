package signin_test

import (
	"encoding/json"
	"html"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/signin"
)

// TestPageShowsEveryTextAsItIs puts marks of HTML, of scripts and of the page's own form into each text.
func TestPageShowsEveryTextAsItIs(t *testing.T) {
	t.Parallel()
	plain := signin.Markup("A", "B", "C", "D", false)
	for _, text := range []string{
		`</title><img src=x onerror=alert(1)>`, `</script><script>alert(1)</script>`, `"); alert(1); ("`, `<!--`, `'"&<>`, "\u2028", `{{title}}{{words}}{{code}}{{notify}}`,
	} {
		page := signin.Markup("1"+text, "2"+text, "3"+text, "4"+text, true)
		for _, n := range []string{"1", "2", "3"} {
			require.Contains(t, page, ">"+n+html.EscapeString(text), "text %s", n)
		}
		word, err := json.Marshal("4" + text)
		require.NoError(t, err)
		require.Contains(t, page, "notifyFailure("+string(word)+");")
		for _, mark := range []string{"<", ">"} {
			require.Equal(t, strings.Count(plain, mark), strings.Count(page, mark), "a text of %q has made a %s of its own", text, mark)
		}
	}
}

func TestPageLeavesOutWhatItHasNot(t *testing.T) {
	t.Parallel()
	page := signin.Markup("A", "B", "", "", false)
	require.NotContains(t, page, "script")
	require.NotContains(t, page, `class="code"`)
	require.NotContains(t, page, "{{")
}
