package ado_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

// TestOperations reads the operations out of the source.
func TestOperations(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`(?:\b(?:get|post)\(|const op = )"([a-z ]+)"`)
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var found []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file) //nolint:gosec // a file of this package
		require.NoError(t, err)
		for _, m := range named.FindAllStringSubmatch(string(source), -1) {
			found = append(found, m[1])
		}
	}
	slices.Sort(found)
	require.Equal(t, slices.Compact(found), ado.Operations())
}
