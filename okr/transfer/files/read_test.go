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
func fixed(t testing.TB, name string) files.File {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return fileOf(name, content)
}

func opened(t testing.TB, in ...files.File) *files.Set {
	t.Helper()
	set, err := files.Open(t.Context(), in)
	require.NoError(t, err)
	return set
}

func checkInsIn(t testing.TB, s transfer.Source) []transfer.CheckIn {
	t.Helper()
	var all []transfer.CheckIn
	require.NoError(t, s.CheckIns(t.Context(), func(c transfer.CheckIn) error {
		all = append(all, c)
		return nil
	}))
	return all
}

func commentsIn(t testing.TB, s transfer.Source) []transfer.Comment {
	t.Helper()
	var all []transfer.Comment
	require.NoError(t, s.Comments(t.Context(), func(c transfer.Comment) error {
		all = append(all, c)
		return nil
	}))
	return all
}

// item finds an item of a bundle.
func item(t testing.TB, s transfer.Source, id string) transfer.Item {
	t.Helper()
	for _, it := range s.Bundle().Items {
		if it.ID == id {
			return it
		}
	}
	require.Fail(t, "no item "+id)
	return transfer.Item{}
}
