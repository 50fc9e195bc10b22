package files_test

import (
	"bytes"
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
)

// inOrder gives a source's check-ins item by item, as the writers of tables need them.
type inOrder struct {
	*files.Set
	list []transfer.CheckIn
}

func (s inOrder) Most() int { return len(s.list) }

func (s inOrder) CheckIns(_ context.Context, yield func(transfer.CheckIn) error) error {
	for _, it := range s.Bundle().Items {
		for _, c := range s.list {
			if c.Item != it.ID {
				continue
			}
			if err := yield(c); err != nil {
				return err
			}
		}
	}
	return nil
}

func written(t *testing.T, src transfer.Source, format okr.ExportFormat) files.File {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, files.Write(t.Context(), &b, format, src))
	return fileOf("okrbot."+string(format), b.Bytes())
}

// TestWhatIsWrittenIsRead: an export that is read and written again is the same, and a
// table says the same of the items as the ZIP, as far as it has columns for it.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	for _, format := range []okr.ExportFormat{okr.ExportZIP, okr.ExportCSV, okr.ExportXLSX} {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			once := written(t, newOutSource(), format)
			set := opened(t, once)
			require.Empty(t, set.Bundle().Remarks)
			again := written(t, inOrder{set, checkInsIn(t, set)}, format)
			was, is := partsOf(t, contentOf(t, once)), partsOf(t, contentOf(t, again))
			require.Len(t, is, len(was))
			for name, part := range was {
				require.Equal(t, withoutTaskIDs(part), withoutTaskIDs(is[name]), name)
			}
		})
	}
}

// withoutTaskIDs are the fields of a file without the ids of tasks, which each export
// makes anew.
func withoutTaskIDs(part string) []string {
	return strings.Split(regexp.MustCompile(`"ID":\d+,"Task Name"`).ReplaceAllString(part, `"Task Name"`), ",\"")
}

func contentOf(t *testing.T, f files.File) []byte {
	t.Helper()
	b := make([]byte, f.Size)
	_, err := f.ReadAt(b, 0)
	require.NoError(t, err)
	return b
}

// TestAnExportSaysWhatItWasMadeOf: nothing of an item is lost on the way through the ZIP.
func TestAnExportSaysWhatItWasMadeOf(t *testing.T) {
	t.Parallel()
	src := newOutSource()
	set := opened(t, written(t, src, okr.ExportZIP))
	for i, want := range src.bundle.Items {
		got := set.Bundle().Items[i]
		got.Row, want.Row = okr.ImportRow{}, okr.ImportRow{}
		want.Shown, got.Shown = nil, nil // only tables have it
		want.GoalType = cmp.Or(want.GoalType, okr.Aspirational)
		for n := range want.Parents {
			want.Parents[n].Share = nil
			if want.Parents[n].Weight == nil {
				want.Parents[n].Title = ""
			}
		}
		for n := range want.Tasks {
			want.Tasks[n].ID, got.Tasks[n].ID = "", ""
		}
		require.Equal(t, want, got)
	}
	require.Equal(t, src.bundle.Tenant, set.Bundle().Tenant)
	require.Equal(t, src.bundle.At, set.Bundle().At)
	got := checkInsIn(t, set)
	slices.SortFunc(got, func(a, b transfer.CheckIn) int { return strings.Compare(a.ID, b.ID) })
	for i, want := range src.checkIns {
		got[i].Row = want.Row
		require.Equal(t, want, got[i])
	}
	for i, want := range src.comments {
		c := commentsIn(t, set)[i]
		c.Row = want.Row
		require.Equal(t, want, c)
	}
}
