package plan_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// deleting is a store in which somebody deletes goals between two pages of a list.
type deleting struct {
	okrtest.AllStores
	between func(page int)
}

func (d *deleting) Goals() okr.Records[okr.GoalID, okr.Goal] {
	return &deletingGoals{d.AllStores.Goals(), d}
}

type deletingGoals struct {
	okr.Records[okr.GoalID, okr.Goal]
	d *deleting
}

func (g *deletingGoals) List(ctx context.Context, tenant okr.TenantID, index string, page okr.Page) ([]okr.Goal, int, error) {
	if page.Limit > 1 {
		g.d.between(page.Offset)
	}
	return g.Records.List(ctx, tenant, index, page)
}

func TestAWalkMissesNothing(t *testing.T) {
	t.Parallel()
	store := okrtest.NewMemory()
	const n = 4100
	for i := range n {
		require.NoError(t, store.Goals().Create(t.Context(), okrtest.Contoso, okrtest.Objective(i+1)))
	}
	gone := 0
	d := &deleting{AllStores: store, between: func(offset int) {
		if offset == 0 || gone >= 3 {
			return
		}
		gone++
		_, err := store.Goals().Delete(t.Context(), okrtest.Contoso, okr.GoalID(fmt.Sprintf("O%d", gone)))
		require.NoError(t, err)
	}}
	use := okrtest.NewActivities(d, nil, okrtest.Noon)
	views, err := use.Plan.Goals(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Equal(t, 3, gone)
	require.Len(t, views, n, "those deleted meanwhile had been read")
	require.Equal(t, okr.GoalID("O4100"), views[n-1].Goal.ID)
}
