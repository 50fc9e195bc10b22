package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	docLink    = regexp.MustCompile(`\]\(([^)#]*)(?:#([^)]*))?\)`)
	docHeading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInSlug  = regexp.MustCompile(`[^\pL\pN_\- ]`)
)

// anchors are the headings of a page as links name them.
func anchors(page string) []string {
	var out []string
	for _, m := range docHeading.FindAllStringSubmatch(page, -1) {
		slug := notInSlug.ReplaceAllString(strings.ToLower(strings.TrimSpace(m[1])), "")
		out = append(out, strings.ReplaceAll(slug, " ", "-"))
	}
	return out
}

// followDocs notes what a page links to, and what that links to. Each link leads to a
// file that is there, and to a heading in it.
func followDocs(t *testing.T, page string, seen map[string]bool) {
	t.Helper()
	seen[page] = true
	if path.Ext(page) != ".md" {
		return
	}
	for _, m := range docLink.FindAllStringSubmatch(fileOf(t, page), -1) {
		if strings.Contains(m[1], "://") {
			continue
		}
		to := page
		if m[1] != "" {
			to = path.Join(path.Dir(page), m[1])
		}
		_, err := os.Stat(to)
		require.NoError(t, err, "%s: %s", page, m[0])
		if m[2] != "" {
			require.Contains(t, anchors(fileOf(t, to)), m[2], "%s: %s", page, m[0])
		}
		if !seen[to] {
			followDocs(t, to, seen)
		}
	}
}

// The changelog's newest version is the one that this program is.
func TestDocumentsNameTheRelease(t *testing.T) {
	t.Parallel()
	newest := regexp.MustCompile(`(?m)^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$`).FindStringSubmatch(fileOf(t, "CHANGELOG.md"))
	require.NotNil(t, newest)
	require.Equal(t, "v"+newest[1], version())
}

// Every page of the documents is reached from the README, and every link leads somewhere.
func TestDocumentsAreReached(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	followDocs(t, "README.md", seen)
	require.NoError(t, filepath.WalkDir("docs", func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path.Ext(file) != ".png" {
			require.True(t, seen[filepath.ToSlash(file)], "no page leads to %s", file)
		}
		return err
	}))
}
