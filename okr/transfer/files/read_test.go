package files_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
)

// fileOf is a file with some content.
func fileOf(name string, content []byte) files.File {
	return files.File{Name: name, Size: int64(len(content)), ReaderAt: bytes.NewReader(content)}
}

// fixed is a file of testdata.
func fixed(tb testing.TB, name string) files.File {
	tb.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(tb, err)
	return fileOf(name, content)
}

func opened(tb testing.TB, in ...files.File) *files.Set {
	tb.Helper()
	set, err := files.Open(tb.Context(), in)
	require.NoError(tb, err)
	return set
}

func checkInsIn(tb testing.TB, s transfer.Source) []transfer.CheckIn {
	tb.Helper()
	var all []transfer.CheckIn
	require.NoError(tb, s.CheckIns(tb.Context(), func(c transfer.CheckIn) error {
		all = append(all, c)
		return nil
	}))
	return all
}

func commentsIn(tb testing.TB, s transfer.Source) []transfer.Comment {
	tb.Helper()
	var all []transfer.Comment
	require.NoError(tb, s.Comments(tb.Context(), func(c transfer.Comment) error {
		all = append(all, c)
		return nil
	}))
	return all
}

// item finds an item of a bundle.
func item(tb testing.TB, s transfer.Source, id string) transfer.Item {
	tb.Helper()
	for _, it := range s.Bundle().Items {
		if it.ID == id {
			return it
		}
	}
	require.Fail(tb, "no item "+id)
	return transfer.Item{}
}
